/* SPDX-License-Identifier: LGPL-2.1-or-later
 *
 * A daemon that died in the middle of a snapshot call: the next one finishes
 * or undoes it.
 */
#include "harness/target/test_snapshot.h"

#define CREATE(name) VIR_DOMAIN_SNAPSHOT_CREATE_##name
#define INTENT "/sim/lib/qemu/intent/vm.json"

static void
dies_at(const char *path, VmImageSnapshotVerb verb)
{
    images.path = path;
    images.verb = verb;
    images.dies = TRUE;
}

/* From now on the intent's record cannot be removed: what follows it is as if it had not been. */
static void
keep_intent(void)
{
    fault(INTENT ".gone", SIM_FS_UNLINK, -1);
}

static gboolean
intent_left(void)
{
    return vm_store_kind(sim_world_store(world), INTENT) != VM_FILE_MISSING;
}

static void
unfinished_snapshot_leaves_no_tag(void **state)
{
    (void)state;
    assert_done(create("s1", 0));
    dies_at(VDB, VM_IMAGE_SNAPSHOT_CREATE);
    assert_false(create("s2", 0));
    assert_tags(VDA, "s1 s2");
    take_over();
    assert_tags(VDA, "s1");
    assert_tree_stays("s1<*");
    assert_false(intent_left());
}

static void
finished_snapshot_stays_whole(void **state)
{
    (void)state;
    assert_done(create("s1", 0));
    assert_done(start());
    keep_intent();
    assert_done(create("s2", 0));
    take_over();
    assert_tags(VDA, "s1 s2");
    assert_tree_stays("s1< s2<s1*");
    assert_false(intent_left());
}

static void
unfinished_deletion_is_finished(void **state)
{
    (void)state;
    assert_done(create("s1", 0));
    assert_done(create("s2", 0));
    dies_at(VDB, VM_IMAGE_SNAPSHOT_DELETE);
    assert_false(vm_snapshot_delete(driver, "vm", "s1", 0, &failure));
    assert_tags(VDA, "s2");
    assert_tags(VDB, "s1 s2");
    take_over();
    assert_tags(VDB, "s2");
    assert_tree_stays("s2<*");
    assert_false(intent_left());
}

static void
unfinished_revert_is_finished(void **state)
{
    (void)state;
    g_autofree char *vda = content(VDA), *vdb = content(VDB);
    assert_done(create("s1", 0));
    assert_done(start());
    guest("write vda 0 64K A");
    guest("write vdb 0 64K A");
    assert_done(vm_domain_destroy(driver, "vm", 0, &failure));
    assert_done(create("s2", 0));
    dies_at(VDB, VM_IMAGE_SNAPSHOT_APPLY);
    assert_false(vm_snapshot_revert(driver, "vm", "s1", 0, &failure));
    take_over();
    assert_content(VDA, vda);
    assert_content(VDB, vdb);
    assert_tags(VDA, "s1 s2");
    assert_tags(VDB, "s1 s2");
    assert_tree_stays("s1<* s2<s1");
    assert_false(intent_left());
}

static void
switched_disks_stay_switched(void **state)
{
    (void)state;
    assert_done(start());
    keep_intent();
    assert_done(create("s1", CREATE(DISK_ONLY)));
    guest("write vda 0 64K B");
    g_autofree char *now = content("/sim/images/vda.s1");
    take_over();
    assert_content("/sim/images/vda.s1", now);
    assert_tree_stays("s1<*");
    guest("write vdb 0 64K B");
    assert_false(intent_left());
}

static void
overlays_with_guest_data_outlive_everything(void **state)
{
    (void)state;
    assert_done(start());
    keep_intent();
    assert_done(create("s1", CREATE(DISK_ONLY)));
    guest("write vda 0 64K B");
    guest("flush");
    g_autofree char *now = content("/sim/images/vda.s1");
    VmHypervisor *hv = images.inner;
    VmInstance *instance = hv->ops->attach(hv, "vm", NULL);
    if (instance != NULL) {
        hv->ops->kill(instance);
        hv->ops->detach(instance);
    }
    take_over();
    assert_content("/sim/images/vda.s1", now);
    assert_tree_stays("s1<*");
    assert_done(start());
}

static void
unused_overlays_go(void **state)
{
    (void)state;
    fault(METADATA "*", SIM_FS_CHANGE, -1);
    fault("/sim/images/*", SIM_FS_UNLINK, -1);
    assert_refused(create("s1", CREATE(DISK_ONLY)), VIR_ERR_SYSTEM_ERROR);
    assert_int_equal(vm_store_kind(sim_world_store(world), "/sim/images/vda.s1"), VM_FILE_REGULAR);
    take_over();
    assert_int_equal(vm_store_kind(sim_world_store(world), "/sim/images/vda.s1"), VM_FILE_MISSING);
    assert_int_equal(vm_store_kind(sim_world_store(world), "/sim/images/vdb.s1"), VM_FILE_MISSING);
    assert_tree_stays("");
    assert_false(intent_left());
}

static void
kept_process_finishes_its_revert_paused(void **state)
{
    (void)state;
    assert_done(start());
    guest("write vda 0 64K A");
    assert_done(create("s1", 0));
    g_autofree char *vda = content(VDA);
    guest("write vda 0 64K B");
    keep_intent();
    assert_done(
        vm_snapshot_revert(driver, "vm", "s1", VIR_DOMAIN_SNAPSHOT_REVERT_PAUSED, &failure));
    take_over();
    assert_content(VDA, vda);
    assert_tags(VDA, "s1");
    assert_domain_state(VIR_DOMAIN_PAUSED, VIR_DOMAIN_PAUSED_FROM_SNAPSHOT);
    assert_tree_stays("s1<*");
}

/* As the definition's file has it; the driver may be dead. */
static char *
generation_id(void)
{
    VmStore *store = sim_world_store(world);
    g_autofree char *xml = vm_store_read_text(store, "/sim/etc/qemu/vm.xml", 1 << 20, &failure);
    assert_non_null(xml);
    g_auto(GStrv) parts = g_strsplit_set(strstr(xml, "<genid>"), "<>", 4);
    return g_strdup(parts[2]);
}

static void
completed_revert_keeps_its_generation_id(void **state)
{
    (void)state;
    g_autofree char *asking = domain_xml_with("<devices>", "<genid/><devices>");
    assert_done(vm_domain_define(driver, asking, 0, &failure));
    g_autofree char *before = generation_id();
    assert_done(create("s1", 0));
    dies_at(VDA, VM_IMAGE_SNAPSHOT_APPLY);
    assert_false(vm_snapshot_revert(driver, "vm", "s1", 0, &failure));
    g_autofree char *recorded = generation_id();
    assert_string_not_equal(recorded, before);
    take_over();
    assert_false(intent_left());
    g_autofree char *after = generation_id();
    assert_string_equal(after, recorded);
}

int
main(void)
{
#define CASE(function) cmocka_unit_test_setup_teardown(function, open_rfc, close_world)
    const struct CMUnitTest tests[] = {
        CASE(unfinished_snapshot_leaves_no_tag),
        CASE(finished_snapshot_stays_whole),
        CASE(unfinished_deletion_is_finished),
        CASE(unfinished_revert_is_finished),
        CASE(switched_disks_stay_switched),
        CASE(overlays_with_guest_data_outlive_everything),
        CASE(unused_overlays_go),
        CASE(kept_process_finishes_its_revert_paused),
        CASE(completed_revert_keeps_its_generation_id),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
