/* SPDX-License-Identifier: LGPL-2.1-or-later
 *
 * What a call hides from its result: the oracle has seen the same case go
 * well just before, in the same process, and must notice all the same.
 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <cmocka.h>
#include <string.h>
#include "harness/scenario/scenario.h"
#include "harness/target/target_load.h"

static const char text[] = "# Two snapshots of a guest that is stopped and goes on.\n"
                           "domain vm { disk vda qcow2 64M }\n"
                           "start vm\n"
                           "snapshot-create-as vm s1\n"
                           "snapshot-create-as vm s2\n"
                           "suspend vm\n"
                           "resume vm\n"
                           "destroy vm\n";

/* The simulator, with one method at a time that is not to be trusted. */
static struct vm_target sly;
static struct vm_conn *watched; /* the connection of the case; NULL before the call in question */

static CaseResult *
run_sly(void)
{
    g_autoptr(GError) error = NULL;
    g_autoptr(ScnFile) file = scn_file_parse("t/hidden", text, &error);
    g_autoptr(GPtrArray) cases = file ? scn_file_expand(file, &error) : NULL;
    ScnRunOptions options = {.target = &sly,
                             .profile = VM_PROFILE_RFC,
                             .seed = 1,
                             .workdir = "/nowhere",
                             .run_id = "t",
                             .oracle = TRUE};

    if (!cases)
        fail_msg("%s", error->message);
    return scn_case_run(g_ptr_array_index(cases, 0), &options, NULL);
}

static int
set_up(void **state G_GNUC_UNUSED)
{
    g_autoptr(CaseResult) result = NULL;

    sly = *target_sim();
    watched = NULL;
    result = run_sly();
    if (result->verdict != VERDICT_PASS)
        fail_msg("%s", result->reason);
    return 0;
}

static void
expect_found(const char *id)
{
    g_autoptr(CaseResult) result = run_sly();

    assert_int_equal(result->verdict, VERDICT_FAIL);
    if (!strstr(result->reason, id))
        fail_msg("'%s' does not speak of %s", result->reason, id);
}

/* The path of s1's metadata file. */
static char *
metadata_file(struct vm_conn *conn, const char *domain)
{
    struct vm_error err;
    char *folder = NULL;
    char *path;

    assert_int_equal(target_sim()->inspect(conn, "dir", "meta", &folder, &err), 0);
    path = g_strdup_printf("%.*s/%s/s1.xml", (int)strlen(folder) - 2, folder + 1, domain);
    target_sim()->free_string(folder);
    return path;
}

/* Put `now` in the place of `old` in a text, which is replaced. */
static void
change(char **content, const char *old, const char *now)
{
    g_autoptr(GString) changed = g_string_new(*content);

    if (!g_string_replace(changed, old, now, 1))
        fail_msg("there is no '%s' in %s", old, *content);
    target_sim()->free_string(*content);
    *content = g_strdup(changed->str);
}

static void
change_file(struct vm_conn *conn, const char *path, const char *old, const char *now)
{
    struct vm_error err;
    char *content = NULL;
    size_t length;

    assert_int_equal(target_sim()->file_read(conn, path, &content, &length, &err), 0);
    change(&content, old, now);
    assert_int_equal(target_sim()->file_write(conn, path, content, strlen(content), &err), 0);
    target_sim()->free_string(content);
}

static int
suspend_and_change_metadata(struct vm_conn *conn, const char *domain, struct vm_error *err)
{
    g_autofree char *path = metadata_file(conn, domain);

    change_file(conn, path, "<state>running</state>", "<state>paused</state>");
    return target_sim()->domain_suspend(conn, domain, err);
}

static void
bytes_of_a_metadata_file_are_noticed(void **state G_GNUC_UNUSED)
{
    sly.domain_suspend = suspend_and_change_metadata;
    expect_found("I2");
}

static int
suspend_and_drop_metadata(struct vm_conn *conn, const char *domain, struct vm_error *err)
{
    g_autofree char *path = metadata_file(conn, domain);

    assert_int_equal(target_sim()->file_remove(conn, path, err), 0);
    return target_sim()->domain_suspend(conn, domain, err);
}

static void
a_metadata_file_that_is_gone_is_noticed(void **state G_GNUC_UNUSED)
{
    sly.domain_suspend = suspend_and_drop_metadata;
    expect_found("I7");
}

static int
suspend_and_watch(struct vm_conn *conn, const char *domain, struct vm_error *err)
{
    watched = conn;
    return target_sim()->domain_suspend(conn, domain, err);
}

/* Only the driver that made the call, and only in its memory. */
static int
other_text(struct vm_conn *conn, const char *domain, const char *snapshot, uint32_t flags,
           char **xml, struct vm_error *err)
{
    int code = target_sim()->snapshot_get_xml(conn, domain, snapshot, flags, xml, err);

    if (code == 0 && conn == watched && strcmp(snapshot, "s1") == 0)
        change(xml, "<state>running</state>", "<state>paused</state>");
    return code;
}

static void
a_snapshot_that_changes_in_memory_alone_is_noticed(void **state G_GNUC_UNUSED)
{
    sly.domain_suspend = suspend_and_watch;
    sly.snapshot_get_xml = other_text;
    expect_found("s1");
}

/* From then on the driver lists its newest snapshot no more, whose file is there. */
static int
shorter_list(struct vm_conn *conn, const char *domain, const char *parent, uint32_t flags,
             char ***names, struct vm_error *err)
{
    int code = target_sim()->snapshot_list(conn, domain, parent, flags, names, err);

    if (code != 0 || conn != watched)
        return code;
    for (char **name = *names; *name; name++) {
        if (strcmp(*name, "s2") == 0) {
            *name = NULL; /* a list is one block of memory, names and all */
            break;
        }
    }
    return code;
}

static void
a_snapshot_that_is_lost_in_memory_alone_is_noticed(void **state G_GNUC_UNUSED)
{
    sly.domain_suspend = suspend_and_watch;
    sly.snapshot_list = shorter_list;
    expect_found("s2");
}

static int
no_suspended_event(struct vm_conn *conn, struct vm_event *event)
{
    int come = target_sim()->next_event(conn, event);

    return come == 1 && conn == watched && event->type == VIR_DOMAIN_EVENT_SUSPENDED
               ? target_sim()->next_event(conn, event)
               : come;
}

static void
an_event_that_is_swallowed_is_noticed(void **state G_GNUC_UNUSED)
{
    sly.domain_suspend = suspend_and_watch;
    sly.next_event = no_suspended_event;
    expect_found("suspended");
}

static int
suspend_and_put_another_image(struct vm_conn *conn, const char *domain, struct vm_error *err)
{
    g_autofree char *path = g_strdup_printf("/sim/images/%s-vda.qcow2", domain);

    assert_int_equal(target_sim()->file_remove(conn, path, err), 0);
    assert_int_equal(target_sim()->disk_create(conn, path, "qcow2", 64 << 20, err), 0);
    return target_sim()->domain_suspend(conn, domain, err);
}

static void
an_image_that_holds_its_snapshots_no_more_is_noticed(void **state G_GNUC_UNUSED)
{
    sly.domain_suspend = suspend_and_put_another_image;
    expect_found("I4");
}

#define TEST(name) cmocka_unit_test_setup(name, set_up)

int
main(void)
{
    const struct CMUnitTest tests[] = {
        TEST(bytes_of_a_metadata_file_are_noticed),
        TEST(a_metadata_file_that_is_gone_is_noticed),
        TEST(a_snapshot_that_changes_in_memory_alone_is_noticed),
        TEST(a_snapshot_that_is_lost_in_memory_alone_is_noticed),
        TEST(an_event_that_is_swallowed_is_noticed),
        TEST(an_image_that_holds_its_snapshots_no_more_is_noticed),
    };

    return cmocka_run_group_tests_name("hidden", tests, NULL, NULL);
}
