/* SPDX-License-Identifier: LGPL-2.1-or-later
 *
 * The runner on a small made-up target: verdicts, names, clean-up, reports.
 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>
#include "harness/scenario/scenario.h"

#define DOMAIN "# S.\ncovers R-1\ndomain vm { disk vda qcow2 64M }\n"

/* A target that knows names and little else. */
struct vm_conn {
    GPtrArray *domains; /* of char *: those that exist, in order */
    gboolean stubborn;  /* nothing can be undefined */
    gboolean clinging;  /* no file can be removed */
    char *file;         /* the one that exists, or NULL */
    GQueue events;      /* of struct vm_event * */
};

static struct vm_conn fake;
static GString *trace; /* what was called, names as on the target */

static int
refuse(struct vm_error *err, int code)
{
    err->code = code;
    g_strlcpy(err->text, "it does not work", sizeof(err->text));
    return code;
}

static int
fake_open(const struct vm_target_options *options, struct vm_conn **conn, struct vm_error *err)
{
    (void)options;
    (void)err;
    *conn = &fake;
    return 0;
}

static void
fake_close(struct vm_conn *conn)
{
    (void)conn;
}

static int
fake_capabilities(struct vm_conn *conn, char ***names, struct vm_error *err)
{
    (void)conn;
    (void)err;
    *names = g_strsplit("events,persistent,texts", ",", -1);
    return 0;
}

static int
fake_describe(struct vm_conn *conn, struct vm_target_world *world, struct vm_error *err)
{
    (void)conn;
    (void)err;
    *world = (struct vm_target_world){.virt_type = "test", .os_type = "hvm", .disk_dir = "/d"};
    return 0;
}

static void
fake_free(char *string)
{
    g_free(string);
}

static void
send_event(struct vm_conn *conn, const char *domain, int type)
{
    struct vm_event *event = g_new0(struct vm_event, 1);

    g_strlcpy(event->domain, domain, sizeof(event->domain));
    event->type = type;
    g_queue_push_tail(&conn->events, event);
}

static int
fake_next_event(struct vm_conn *conn, struct vm_event *event)
{
    g_autofree struct vm_event *first = g_queue_pop_head(&conn->events);

    if (!first)
        return 0;
    *event = *first;
    return 1;
}

static int
fake_define(struct vm_conn *conn, const char *xml, uint32_t flags, struct vm_error *err)
{
    const char *begin = strstr(xml, "<name>") + 6;
    char *name = g_strndup(begin, strstr(begin, "</name>") - begin);

    (void)flags;
    (void)err;
    g_string_append_printf(trace, "define %s\n", name);
    g_ptr_array_add(conn->domains, name);
    send_event(conn, name, VIR_DOMAIN_EVENT_DEFINED);
    return 0;
}

static int
fake_list(struct vm_conn *conn, uint32_t flags, char ***names, struct vm_error *err)
{
    (void)flags;
    (void)err;
    *names = g_new0(char *, conn->domains->len + 1);
    for (guint i = 0; i < conn->domains->len; i++)
        (*names)[i] = g_strdup(g_ptr_array_index(conn->domains, i));
    return 0;
}

static int
fake_start(struct vm_conn *conn, const char *domain, uint32_t flags, struct vm_error *err)
{
    (void)conn;
    (void)flags;
    g_string_append_printf(trace, "start %s\n", domain);
    return refuse(err, VIR_ERR_OPERATION_INVALID);
}

static int
fake_undefine(struct vm_conn *conn, const char *domain, uint32_t flags, struct vm_error *err)
{
    guint at;

    (void)flags;
    g_string_append_printf(trace, "undefine %s\n", domain);
    if (conn->stubborn)
        return refuse(err, VIR_ERR_OPERATION_FAILED);
    if (!g_ptr_array_find_with_equal_func(conn->domains, domain, g_str_equal, &at))
        return refuse(err, VIR_ERR_NO_DOMAIN);
    g_ptr_array_remove_index(conn->domains, at);
    return 0;
}

static int
fake_disk_create(struct vm_conn *conn, const char *path, const char *format, uint64_t size,
                 struct vm_error *err)
{
    (void)format;
    (void)size;
    (void)err;
    conn->file = g_strdup(path);
    return 0;
}

static int
fake_file_remove(struct vm_conn *conn, const char *path, struct vm_error *err)
{
    if (conn->clinging || g_strcmp0(conn->file, path) != 0)
        return refuse(err, VIR_ERR_OPERATION_FAILED);
    g_clear_pointer(&conn->file, g_free);
    return 0;
}

static int
fake_inspect(struct vm_conn *conn, const char *what, const char *argument, char **json,
             struct vm_error *err)
{
    (void)what;
    (void)argument;
    (void)err;
    *json = conn->file ? g_strdup_printf("[{\"path\":\"%s\",\"kind\":\"file\"}]", conn->file)
                       : g_strdup("[]");
    return 0;
}

static const struct vm_target target = {
    .abi = VM_TARGET_ABI,
    .size = sizeof(struct vm_target),
    .name = "fake",
    .open = fake_open,
    .close = fake_close,
    .capabilities = fake_capabilities,
    .describe = fake_describe,
    .free_string = fake_free,
    .free_list = g_strfreev,
    .domain_define = fake_define,
    .domain_list = fake_list,
    .domain_create = fake_start,
    .domain_undefine_flags = fake_undefine,
    .next_event = fake_next_event,
    .disk_create = fake_disk_create,
    .file_remove = fake_file_remove,
    .inspect = fake_inspect,
};

static int
set_up(void **state)
{
    (void)state;
    fake = (struct vm_conn){.domains = g_ptr_array_new_with_free_func(g_free)};
    trace = g_string_new(NULL);
    return 0;
}

static int
tear_down(void **state)
{
    (void)state;
    g_queue_clear_full(&fake.events, g_free);
    g_ptr_array_unref(fake.domains);
    g_free(fake.file);
    g_string_free(trace, TRUE);
    return 0;
}

static CaseResult *
run_options(const char *text, ScnRunOptions options)
{
    g_autoptr(GError) error = NULL;
    g_autoptr(ScnFile) file = scn_file_parse("f/x", text, &error);
    g_autoptr(GPtrArray) cases = file ? scn_file_expand(file, &error) : NULL;

    if (!cases)
        fail_msg("%s", error->message);
    options.target = &target;
    options.profile = VM_PROFILE_LIBVIRT;
    options.seed = 1;
    options.run_id = "r";
    return scn_case_run(g_ptr_array_index(cases, 0), &options, NULL);
}

static CaseResult *
run_with(const char *text, gboolean keep)
{
    return run_options(text, (ScnRunOptions){.keep = keep});
}

static CaseResult *
run(const char *text)
{
    return run_with(text, FALSE);
}

static void
test_names_carry_run_and_case(void **state)
{
    g_autoptr(CaseResult) result = run(DOMAIN "list --all => output vm\n");

    (void)state;
    assert_int_equal(result->verdict, VERDICT_PASS);
    assert_true(g_str_has_prefix(trace->str, "define vmt-r-"));
    assert_int_equal(result->steps, 2);
    assert_int_equal(fake.domains->len, 0);
}

static void
test_another_error_fails_with_step_and_code(void **state)
{
    g_autoptr(CaseResult) result = run(DOMAIN "start vm => error NO_DOMAIN [R-2]\n");

    (void)state;
    assert_int_equal(result->verdict, VERDICT_FAIL);
    assert_string_equal(result->rule, "R-2");
    assert_string_equal(result->observed, "OPERATION_INVALID");
    assert_string_equal(result->reason,
                        "line 4: start vm => error NO_DOMAIN [R-2]: expected error NO_DOMAIN, seen "
                        "error OPERATION_INVALID: it does not work");
    assert_non_null(strstr(result->detail, "f/x.scn:4: start vm"));
}

static void
test_success_where_an_error_is_due_fails(void **state)
{
    g_autoptr(CaseResult) result = run(DOMAIN "define vm => error OPERATION_FAILED\n");

    (void)state;
    assert_int_equal(result->verdict, VERDICT_FAIL);
    assert_string_equal(result->rule, "R-1");
    assert_string_equal(result->observed, "ok");
}

static void
test_mentioned_text_is_compared(void **state)
{
    g_autoptr(CaseResult) good =
        run(DOMAIN "start vm => error OPERATION_INVALID mentions \"not work\"\n");
    g_autoptr(CaseResult) bad =
        run(DOMAIN "start vm => error OPERATION_INVALID mentions \"rains\"\n");

    (void)state;
    assert_int_equal(good->verdict, VERDICT_PASS);
    assert_int_equal(bad->verdict, VERDICT_FAIL);
}

static void
test_missing_method_is_no_support(void **state)
{
    g_autoptr(CaseResult) result = run(DOMAIN "suspend vm => error NO_SUPPORT\n");

    (void)state;
    assert_int_equal(result->verdict, VERDICT_PASS);
}

static void
test_profile_chooses_the_expectation(void **state)
{
    g_autoptr(CaseResult) result =
        run(DOMAIN "start vm => rfc: ok; libvirt: error OPERATION_INVALID\nrfc: start vm\n");

    (void)state;
    assert_int_equal(result->verdict, VERDICT_PASS);
}

static void
test_lack_is_a_skip_that_names_it(void **state)
{
    g_autoptr(CaseResult) result = run(DOMAIN "restart\n");

    (void)state;
    assert_int_equal(result->verdict, VERDICT_SKIP);
    assert_string_equal(result->reason, "lacks: restart");
    assert_string_equal(trace->str, "");
}

static void
test_events_are_those_of_the_last_step(void **state)
{
    g_autoptr(CaseResult) good = run(DOMAIN "expect events vm defined/added\n"
                                            "start vm => error OPERATION_INVALID\n"
                                            "expect events vm none\n");
    g_autoptr(CaseResult) bad = run(DOMAIN "expect events vm none\n");

    (void)state;
    assert_int_equal(good->verdict, VERDICT_PASS);
    assert_int_equal(bad->verdict, VERDICT_FAIL);
}

/* Knows one deviation, "RULE OBSERVED", of any case. */
static gboolean
knows_one(gconstpointer data, const char *case_id, const char *rule, const char *observed)
{
    g_autofree char *deviation = g_strdup_printf("%s %s", rule, observed);

    (void)case_id;
    return strcmp(data, deviation) == 0;
}

static CaseResult *
run_knowing(const char *text, const char *deviation)
{
    return run_options(text, (ScnRunOptions){.known = knows_one, .known_data = deviation});
}

static void
test_case_goes_on_after_a_known_deviation(void **state)
{
    g_autoptr(CaseResult) result =
        run_knowing(DOMAIN "expect events vm none\nexpect events vm none [R-1]\n", "R-1 events");

    (void)state;
    assert_int_equal(result->verdict, VERDICT_FAIL);
    assert_string_equal(result->rule, "R-1");
    assert_string_equal(result->observed, "events");
    assert_int_equal(result->deviations->len, 1);
    assert_string_equal(result->deviations->pdata[0], "R-1 events");
    assert_int_equal(result->steps, 3);
}

static void
test_case_ends_at_an_unknown_deviation(void **state)
{
    g_autoptr(CaseResult) result =
        run_knowing(DOMAIN "expect events vm none [R-2]\nstart vm\n", "R-1 events");

    (void)state;
    assert_int_equal(result->verdict, VERDICT_FAIL);
    assert_string_equal(result->rule, "R-2");
    assert_string_equal(result->observed, "events");
    assert_int_equal(result->deviations->len, 0);
    assert_int_equal(result->steps, 2);
}

static void
test_failure_after_a_known_deviation_is_its_own(void **state)
{
    g_autoptr(CaseResult) result =
        run_knowing(DOMAIN "expect events vm none\nstart vm [R-3]\n", "R-1 events");

    (void)state;
    assert_int_equal(result->verdict, VERDICT_FAIL);
    assert_string_equal(result->rule, "R-3");
    assert_string_equal(result->observed, "OPERATION_INVALID");
    assert_int_equal(result->deviations->len, 1);
}

static void
test_foreign_object_is_an_error(void **state)
{
    g_autoptr(CaseResult) first = run_with(DOMAIN "start vm\n", TRUE);
    g_autoptr(CaseResult) second = run(DOMAIN "start vm\n");

    (void)state;
    assert_int_equal(first->verdict, VERDICT_FAIL);
    assert_int_equal(fake.domains->len, 1);
    assert_int_equal(second->verdict, VERDICT_ERROR);
    assert_true(g_str_has_prefix(second->reason, "foreign object: domain 'vmt-r-"));
    assert_int_equal(fake.domains->len, 1);
}

static void
test_only_own_domains_are_removed(void **state)
{
    g_autoptr(CaseResult) result = NULL;

    (void)state;
    g_ptr_array_add(fake.domains, g_strdup("vm"));
    result = run(DOMAIN "domain other { }\nstart vm\n");
    assert_int_equal(result->verdict, VERDICT_FAIL);
    assert_int_equal(fake.domains->len, 1);
    assert_string_equal(fake.domains->pdata[0], "vm");
}

static void
test_failed_clean_up_fails_the_case(void **state)
{
    g_autoptr(CaseResult) result = NULL;

    (void)state;
    fake.stubborn = TRUE;
    result = run(DOMAIN);
    assert_int_equal(result->verdict, VERDICT_FAIL);
    assert_true(g_str_has_prefix(result->reason, "clean-up: domain 'vmt-r-"));
}

static void
test_a_file_that_stays_fails_the_case(void **state)
{
    g_autoptr(CaseResult) clean = run(DOMAIN);
    g_autoptr(CaseResult) result = NULL;

    (void)state;
    assert_int_equal(clean->verdict, VERDICT_PASS);
    assert_null(fake.file);
    fake.clinging = TRUE;
    result = run(DOMAIN);
    assert_int_equal(result->verdict, VERDICT_FAIL);
    assert_true(g_str_has_prefix(result->reason, "clean-up: file '/d/vmt-r-"));
}

/* A run that is killed would leave what nobody knows of. */
static void
test_nothing_is_made_that_cannot_be_noted(void **state)
{
    g_autoptr(CaseResult) result = run_options(DOMAIN, (ScnRunOptions){.workdir = "/nowhere"});

    (void)state;
    assert_int_equal(result->verdict, VERDICT_FAIL);
    assert_non_null(strstr(result->reason, "/nowhere/ledger-"));
    assert_null(fake.file);
    assert_string_equal(trace->str, "");
}

static void
test_equal_runs_have_equal_hashes(void **state)
{
    g_autoptr(CaseResult) one = run(DOMAIN "start vm => error OPERATION_INVALID\n");
    g_autoptr(CaseResult) two = run(DOMAIN "start vm => error OPERATION_INVALID\n");
    g_autoptr(CaseResult) other = run(DOMAIN "define vm\n");

    (void)state;
    assert_true(one->hash == two->hash);
    assert_true(one->hash != other->hash);
}

#define CASE(test) cmocka_unit_test_setup_teardown(test, set_up, tear_down)

int
main(void)
{
    const struct CMUnitTest tests[] = {
        CASE(test_names_carry_run_and_case),
        CASE(test_another_error_fails_with_step_and_code),
        CASE(test_success_where_an_error_is_due_fails),
        CASE(test_mentioned_text_is_compared),
        CASE(test_missing_method_is_no_support),
        CASE(test_profile_chooses_the_expectation),
        CASE(test_lack_is_a_skip_that_names_it),
        CASE(test_events_are_those_of_the_last_step),
        CASE(test_case_goes_on_after_a_known_deviation),
        CASE(test_case_ends_at_an_unknown_deviation),
        CASE(test_failure_after_a_known_deviation_is_its_own),
        CASE(test_foreign_object_is_an_error),
        CASE(test_only_own_domains_are_removed),
        CASE(test_failed_clean_up_fails_the_case),
        CASE(test_a_file_that_stays_fails_the_case),
        CASE(test_nothing_is_made_that_cannot_be_noted),
        CASE(test_equal_runs_have_equal_hashes),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
