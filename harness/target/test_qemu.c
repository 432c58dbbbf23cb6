/* SPDX-License-Identifier: LGPL-2.1-or-later
 *
 * Real QEMU as a target: what the engine and the oracle rely on.
 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <cmocka.h>
#include <glib/gstdio.h>
#include <jansson.h>
#include <string.h>
#include "harness/target/target_load.h"
#include "spec/api/api.h"

static const struct vm_target *target;
static struct vm_conn *conn;
static struct vm_target_world world;
static struct vm_error err;

#define assert_ok(call)                                                                            \
    do {                                                                                           \
        if ((call) != 0)                                                                           \
            fail_msg("%s: %d %s", #call, err.code, err.text);                                      \
    } while (0)

static char *
disk_path(void)
{
    return g_build_filename(world.disk_dir, "vm.qcow2", NULL);
}

/* A domain "vm" that is off, with one disk. */
static void
define_domain(void)
{
    g_autofree char *path = disk_path();
    g_autofree char *xml = g_strdup_printf(
        "<domain type='%s'><name>vm</name><memory unit='MiB'>32</memory><vcpu>1</vcpu>"
        "<os><type arch='%s' machine='%s'>hvm</type></os><devices>"
        "<disk type='file' device='disk'><driver name='qemu' type='qcow2'/><source file='%s'/>"
        "<target dev='vda' bus='virtio'/></disk></devices></domain>",
        world.virt_type, world.arch, world.machine, path);
    assert_ok(target->disk_create(conn, path, "qcow2", 16 << 20, &err));
    assert_ok(target->domain_define(conn, xml, 0, &err));
}

static int
open_target(const char *uri)
{
    struct vm_target_options options = {.uri = uri, .profile = "rfc", .seed = 1};
    target = target_qemu();
    if (target->open(&options, &conn, &err) != 0) {
        print_message("%s\n", err.text);
        exit(err.code == VIR_ERR_NO_SUPPORT ? 77 : 1);
    }
    assert_ok(target->describe(conn, &world, &err));
    define_domain();
    return 0;
}

static int
set_up(void **state)
{
    (void)state;
    return open_target(NULL);
}

static int
set_up_tcg(void **state)
{
    (void)state;
    return open_target("tcg");
}

static int
tear_down(void **state)
{
    g_autofree char *folder = g_path_get_dirname(world.disk_dir);
    (void)state;
    target->close(conn);
    assert_false(g_file_test(folder, G_FILE_TEST_EXISTS));
    return 0;
}

/* A member of what inspect() answers, a new reference; NULL where there is nothing to look at. */
static json_t *
look(const char *what, const char *argument, const char *member)
{
    char *text = NULL;
    if (target->inspect(conn, what, argument, &text, &err) != 0)
        return NULL;
    json_t *json = json_loads(text, JSON_DECODE_ANY, NULL);
    target->free_string(text);
    json_t *found = member != NULL ? json_incref(json_object_get(json, member)) : json_incref(json);
    json_decref(json);
    return found;
}

static void
assert_same(json_t *one, json_t *other, gboolean same)
{
    assert_non_null(one);
    assert_non_null(other);
    assert_int_equal(json_equal(one, other), same);
    json_decref(one);
    json_decref(other);
}

static void
guest(const char *command)
{
    char *reply = NULL;
    assert_ok(target->guest(conn, "vm", command, &reply, &err));
    target->free_string(reply);
}

static int
state_of(struct vm_conn *of)
{
    int domain_state = 0, reason = 0;
    assert_ok(target->domain_get_state(of, "vm", &domain_state, &reason, &err));
    return domain_state;
}

static void
test_a_live_disk_is_seen_as_it_is_when_it_is_off(void **state)
{
    g_autofree char *path = disk_path();
    (void)state;
    json_t *empty = look("content", path, "digest");
    assert_ok(target->domain_create(conn, "vm", 0, &err));
    assert_same(json_incref(empty), look("content", path, "digest"), TRUE);
    guest("write #0 64K 4K A");
    json_t *written = look("content", path, "digest");
    assert_same(empty, json_incref(written), FALSE);
    assert_ok(target->domain_destroy(conn, "vm", 0, &err));
    assert_same(written, look("content", path, "digest"), TRUE);
}

static void
test_a_snapshot_holds_disk_and_memory(void **state)
{
    g_autofree char *path = disk_path();
    g_autofree char *place = g_strconcat(path, "@s1", NULL);
    char *name = NULL;
    (void)state;
    assert_ok(target->domain_create(conn, "vm", 0, &err));
    guest("write #0 0 4K A");
    guest("ram set k v");
    assert_ok(target->domain_suspend(conn, "vm", &err));
    assert_ok(target->snapshot_create_xml(
        conn, "vm", "<domainsnapshot><name>s1</name></domainsnapshot>", 0, &name, &err));
    target->free_string(name);
    assert_same(look("content", path, "digest"), look("content", place, "digest"), TRUE);
    assert_same(look("ram", "vm", "digest"), look("content", place, "memory"), TRUE);
    assert_ok(target->domain_resume(conn, "vm", &err));
    guest("write #0 0 4K B");
    guest("ram set k w");
    assert_ok(target->domain_suspend(conn, "vm", &err));
    assert_same(look("content", path, "digest"), look("content", place, "digest"), FALSE);
    assert_same(look("ram", "vm", "digest"), look("content", place, "memory"), FALSE);
    assert_ok(target->snapshot_revert(conn, "vm", "s1", 0, &err));
    assert_same(look("content", path, "digest"), look("content", place, "digest"), TRUE);
    assert_same(look("ram", "vm", "digest"), look("content", place, "memory"), TRUE);
}

static void
test_a_save_image_holds_memory(void **state)
{
    g_autofree char *path = g_build_filename(world.disk_dir, "vm.save", NULL);
    (void)state;
    assert_ok(target->domain_create(conn, "vm", 0, &err));
    guest("ram set k v");
    assert_ok(target->domain_suspend(conn, "vm", &err));
    json_t *ram = look("ram", "vm", "digest");
    assert_ok(target->domain_save(conn, "vm", path, NULL, 0, &err));
    assert_same(json_incref(ram), look("content", path, "memory"), TRUE);
    assert_ok(target->domain_restore(conn, path, NULL, 0, &err));
    assert_same(ram, look("ram", "vm", "digest"), TRUE);
}

static void
test_a_restarted_driver_finds_the_instance(void **state)
{
    (void)state;
    assert_ok(target->domain_create(conn, "vm", 0, &err));
    assert_ok(target->restart(conn, &err));
    assert_int_equal(state_of(conn), VIR_DOMAIN_RUNNING);
    assert_ok(target->domain_destroy(conn, "vm", 0, &err));
    json_t *names = look("instances", "", NULL);
    assert_int_equal(json_array_size(names), 0);
    json_decref(names);
}

static void
test_a_copy_sees_and_touches_nothing(void **state)
{
    struct vm_conn *copy = NULL;
    (void)state;
    assert_ok(target->domain_create(conn, "vm", 0, &err));
    json_t *files = look("files", "", NULL);
    assert_ok(target->probe(conn, &copy, &err));
    assert_int_equal(state_of(copy), VIR_DOMAIN_RUNNING);
    assert_int_not_equal(target->domain_suspend(copy, "vm", &err), 0);
    assert_ok(target->domain_set_autostart(copy, "vm", 1, &err));
    target->close(copy);
    assert_int_equal(state_of(conn), VIR_DOMAIN_RUNNING);
    assert_same(files, look("files", "", NULL), TRUE);
}

static void
test_a_killed_process_is_a_crashed_domain(void **state)
{
    struct vm_event event;
    int found = -1;
    (void)state;
    assert_ok(target->domain_create(conn, "vm", 0, &err));
    assert_ok(target->disturb(conn, "vm", "kill", &err));
    while (target->next_event(conn, &event))
        found = event.type;
    assert_int_equal(found, VIR_DOMAIN_EVENT_STOPPED);
    assert_int_equal(state_of(conn), VIR_DOMAIN_SHUTOFF);
}

int
main(void)
{
#define TCG(name) cmocka_unit_test_setup_teardown(name, set_up_tcg, tear_down)
#define TEST(name) cmocka_unit_test_setup_teardown(name, set_up, tear_down)
    const struct CMUnitTest tests[] = {
        TEST(test_a_live_disk_is_seen_as_it_is_when_it_is_off),
        TEST(test_a_snapshot_holds_disk_and_memory),
        TEST(test_a_save_image_holds_memory),
        TCG(test_a_snapshot_holds_disk_and_memory),
        TCG(test_a_save_image_holds_memory),
        TEST(test_a_restarted_driver_finds_the_instance),
        TEST(test_a_copy_sees_and_touches_nothing),
        TEST(test_a_killed_process_is_a_crashed_domain),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
