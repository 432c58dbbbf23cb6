/* SPDX-License-Identifier: LGPL-2.1-or-later
 *
 * A process whose answer to a command is no QMP has done it, or not: nothing
 * is undone that a guest may be using, and the domain can be destroyed.
 */
#include "harness/target/test_snapshot.h"

#define CREATE(name) VIR_DOMAIN_SNAPSHOT_CREATE_##name
#define INTENT "/sim/lib/qemu/intent/vm.json"

static const char *broken_at; /* the command, done and answered by nonsense */

static gboolean
answer_nonsense(VmInstance *instance, const char *name, json_t *arguments, VmStoreFile *pass,
                json_t **reply, GError **error)
{
    if (g_strcmp0(name, broken_at) != 0)
        return images.inner->ops->command(instance, name, arguments, pass, reply, error);
    broken_at = NULL;
    images.inner->ops->command(instance, name, arguments, pass, NULL, NULL);
    g_set_error(error, VM_QMP_ERROR, VM_QMP_BROKEN, "this is no QMP");
    return FALSE;
}

static int
open_unclear(void **state)
{
    (void)state;
    open_world(VM_PROFILE_RFC);
    images.ops.command = answer_nonsense;
    broken_at = NULL;
    assert_done(start());
    guest("write vda 0 64K A");
    guest("flush");
    return 0;
}

static gboolean
intent_left(void)
{
    return vm_store_kind(sim_world_store(world), INTENT) != VM_FILE_MISSING;
}

static void
destroy(void)
{
    assert_done(vm_domain_destroy(driver, "vm", 0, &failure));
    assert_false(intent_left());
}

static void
assert_source(const char *path)
{
    g_autofree char *xml = NULL;
    assert_done(vm_domain_get_xml(driver, "vm", VIR_DOMAIN_XML_INACTIVE, &xml, &failure));
    assert_non_null(strstr(xml, path));
}

static void
overlays_keep_what_the_guest_writes(void **state)
{
    (void)state;
    broken_at = "transaction";
    assert_refused(create("o1", CREATE(DISK_ONLY)), VIR_ERR_OPERATION_FAILED);
    guest("write vda 64K 64K B");
    guest("flush");
    g_autofree char *now = content("/sim/images/vda.o1");
    assert_refused(create("o2", CREATE(DISK_ONLY)), VIR_ERR_OPERATION_FAILED);
    assert_true(intent_left());
    destroy();
    assert_tree_stays("o1<*");
    assert_source("/sim/images/vda.o1");
    assert_content("/sim/images/vda.o1", now);
}

static void
overlays_that_were_never_used_go(void **state)
{
    (void)state;
    broken_at = "blockdev-add";
    assert_refused(create("o1", CREATE(DISK_ONLY)), VIR_ERR_OPERATION_FAILED);
    destroy();
    assert_tree_stays("");
    assert_source(VDA);
    assert_int_equal(vm_store_kind(sim_world_store(world), "/sim/images/vda.o1"), VM_FILE_MISSING);
}

static void
half_a_revert_goes_back(void **state)
{
    (void)state;
    assert_done(create("s1", 0));
    guest("write vdb 0 64K B");
    guest("flush");
    g_autofree char *vda = content(VDA), *vdb = content(VDB);
    broken_at = "snapshot-load";
    assert_refused(vm_snapshot_revert(driver, "vm", "s1", 0, &failure), VIR_ERR_OPERATION_FAILED);
    destroy();
    assert_content(VDA, vda);
    assert_content(VDB, vdb);
    assert_tags(VDA, "s1");
    assert_tags(VDB, "s1");
}

static void
deletion_is_finished(void **state)
{
    (void)state;
    assert_done(create("s1", 0));
    broken_at = "snapshot-delete";
    assert_refused(vm_snapshot_delete(driver, "vm", "s1", 0, &failure), VIR_ERR_OPERATION_FAILED);
    destroy();
    assert_tree_stays("");
    assert_tags(VDA, "");
    assert_tags(VDB, "");
}

static void
restart_recovers_nothing_as_long_as_it_lives(void **state)
{
    (void)state;
    broken_at = "transaction";
    assert_refused(create("o1", CREATE(DISK_ONLY)), VIR_ERR_OPERATION_FAILED);
    guest("write vda 64K 64K B");
    guest("flush");
    g_autofree char *now = content("/sim/images/vda.o1");
    broken_at = "query-status";
    restart();
    assert_true(intent_left());
    destroy();
    assert_content("/sim/images/vda.o1", now);
    assert_source("/sim/images/vda.o1");
}

static void
new_process_is_clear(void **state)
{
    (void)state;
    broken_at = "transaction";
    assert_refused(create("o1", CREATE(DISK_ONLY)), VIR_ERR_OPERATION_FAILED);
    destroy();
    assert_done(start());
    assert_done(create("o2", CREATE(DISK_ONLY)));
    assert_tree_stays("o1< o2<o1*");
}

static void
start_that_broke_is_no_hindrance(void **state)
{
    (void)state;
    assert_done(vm_domain_managed_save(driver, "vm", 0, &failure));
    broken_at = "migrate-incoming";
    assert_refused(start(), VIR_ERR_OPERATION_FAILED);
    assert_done(start());
    assert_done(create("o1", CREATE(DISK_ONLY)));
}

#define TEST(function) cmocka_unit_test_setup_teardown(function, open_unclear, close_world)

int
main(void)
{
    const struct CMUnitTest tests[] = {
        TEST(overlays_keep_what_the_guest_writes),
        TEST(overlays_that_were_never_used_go),
        TEST(half_a_revert_goes_back),
        TEST(deletion_is_finished),
        TEST(restart_recovers_nothing_as_long_as_it_lives),
        TEST(new_process_is_clear),
        TEST(start_that_broke_is_no_hindrance),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
