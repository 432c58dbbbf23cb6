/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "harness/target/test_snapshot.h"

#define CREATE(name) VIR_DOMAIN_SNAPSHOT_CREATE_##name

static void
offline_snapshot_is_in_every_image_and_listed(void **state)
{
    (void)state;
    assert_done(create("s1", 0));
    assert_done(create("s2", 0));
    assert_tags(VDA, "s1 s2");
    assert_tags(VDB, "s1 s2");
    assert_events("defined/added");
    assert_tree_stays("s1< s2<s1*");
}

static void
live_snapshot_pauses_and_goes_on(void **state)
{
    (void)state;
    assert_done(start());
    g_free(take_events());
    assert_done(create("s1", 0));
    assert_events("suspended/paused resumed/unpaused");
    assert_domain_state(VIR_DOMAIN_RUNNING, VIR_DOMAIN_RUNNING_UNPAUSED);
    assert_tags(VDB, "s1");
    assert_tree_stays("s1<*");
    assert_domain_state(VIR_DOMAIN_RUNNING, VIR_DOMAIN_RUNNING_UNPAUSED);
}

static void
halt_stops_the_domain(void **state)
{
    (void)state;
    assert_done(start());
    g_free(take_events());
    assert_done(create("s1", CREATE(HALT)));
    assert_events("suspended/paused stopped/from-snapshot");
    assert_domain_state(VIR_DOMAIN_SHUTOFF, VIR_DOMAIN_SHUTOFF_FROM_SNAPSHOT);
}

static void
failed_job_is_told_with_its_cause(void **state)
{
    (void)state;
    assert_done(start());
    fault(VDB, SIM_FS_WRITE, -1);
    assert_refused(create("s1", 0), VIR_ERR_OPERATION_FAILED);
    no_faults();
    assert_tags(VDA, "");
    assert_tags(VDB, "");
    assert_domain_state(VIR_DOMAIN_RUNNING, VIR_DOMAIN_RUNNING_BOOTED);
    assert_done(create("s1", 0));
}

static void
failed_metadata_takes_the_tag_away_again(void **state)
{
    (void)state;
    assert_done(create("s1", 0));
    fault(METADATA "s2.xml*", SIM_FS_CHANGE, -1);
    assert_refused(create("s2", 0), VIR_ERR_SYSTEM_ERROR);
    no_faults();
    assert_tags(VDA, "s1");
    assert_tags(VDB, "s1");
    assert_tree_stays("s1<*");
    assert_done(create("s2", 0));
}

static void
failed_file_of_the_former_current_undoes_all(void **state)
{
    (void)state;
    assert_done(create("s1", 0));
    fault(METADATA "s1.xml*", SIM_FS_CHANGE, 2); /* the mark in its place, then the whole file */
    assert_refused(create("s2", 0), VIR_ERR_SYSTEM_ERROR);
    no_faults();
    assert_tags(VDA, "s1");
    assert_tree_stays("s1<*");
}

static void
failed_metadata_lets_a_live_guest_run_on(void **state)
{
    (void)state;
    assert_done(start());
    fault(METADATA "s1.xml*", SIM_FS_CHANGE, -1);
    g_free(take_events());
    assert_refused(create("s1", 0), VIR_ERR_SYSTEM_ERROR);
    no_faults();
    assert_events("");
    assert_tags(VDA, "");
    assert_domain_state(VIR_DOMAIN_RUNNING, VIR_DOMAIN_RUNNING_BOOTED);
    guest("write vda 0 64K A");
}

static void
half_done_offline_snapshot_is_undone(void **state)
{
    (void)state;
    images.path = VDB;
    images.verb = VM_IMAGE_SNAPSHOT_CREATE;
    assert_refused(create("s1", 0), VIR_ERR_OPERATION_FAILED);
    assert_tags(VDA, "");
    assert_tags(VDB, "");
    assert_tree_stays("");
}

static void
disk_only_switches_a_running_domain(void **state)
{
    (void)state;
    assert_done(start());
    g_free(take_events());
    g_autofree char *before = content(VDA);
    assert_done(create("s1", CREATE(DISK_ONLY)));
    assert_events("");
    guest("write vda 0 64K B");
    assert_content(VDA, before);
    assert_tree_stays("s1<*");
    g_autofree char *xml = NULL;
    assert_done(vm_domain_get_xml(driver, "vm", 0, &xml, &failure));
    assert_non_null(strstr(xml, "vda.s1"));
}

static void
disk_only_off_changes_the_definition(void **state)
{
    (void)state;
    assert_done(create("s1", CREATE(DISK_ONLY)));
    g_autofree char *xml = NULL;
    assert_done(vm_domain_get_xml(driver, "vm", 0, &xml, &failure));
    assert_non_null(strstr(xml, "/sim/images/vdb.s1"));
    assert_tree_stays("s1<*");
    assert_done(start());
}

static void
unsaved_definition_undoes_the_overlays(void **state)
{
    (void)state;
    fault("/sim/etc/qemu/vm.xml*", SIM_FS_CHANGE, 1);
    assert_refused(create("s1", CREATE(DISK_ONLY)), VIR_ERR_SYSTEM_ERROR);
    no_faults();
    assert_int_equal(vm_store_kind(sim_world_store(world), "/sim/images/vda.s1"), VM_FILE_MISSING);
    assert_tree_stays("");
    g_autofree char *xml = NULL;
    assert_done(vm_domain_get_xml(driver, "vm", 0, &xml, &failure));
    assert_null(strstr(xml, "vda.s1"));
}

static void
failed_transaction_leaves_no_trace(void **state)
{
    (void)state;
    assert_done(create("s1", 0));
    assert_done(start());
    g_free(take_events());
    images.command = "transaction";
    assert_refused(create("e1", CREATE(DISK_ONLY)), VIR_ERR_OPERATION_FAILED);
    assert_int_equal(vm_store_kind(sim_world_store(world), "/sim/images/vda.e1"), VM_FILE_MISSING);
    assert_events("");
    json_t *nodes = sim_inspect_nodes(world, "vm");
    assert_int_equal(json_array_size(nodes), 4);
    json_decref(nodes);
    assert_tree_stays("s1<*");
    assert_done(create("e1", CREATE(DISK_ONLY)));
}

static void
failed_save_leaves_the_guest_as_it_was(void **state)
{
    (void)state;
    assert_done(start());
    g_free(take_events());
    images.command = "snapshot-save";
    assert_refused(create("s1", 0), VIR_ERR_OPERATION_FAILED);
    assert_events("");
    assert_domain_state(VIR_DOMAIN_RUNNING, VIR_DOMAIN_RUNNING_BOOTED);
    guest("write vda 0 64K B");
    assert_tree_stays("");
}

static void
given_overlay_must_stand_on_the_disk(void **state)
{
    (void)state;
    VmHypervisor *hv = &images.parent;
    assert_done(
        hv->ops->image_create(hv, "/sim/images/vda.s1", "qcow2", 64 << 20, NULL, NULL, &failure));
    assert_done(
        hv->ops->image_create(hv, "/sim/images/vdb.s1", "qcow2", 0, VDB, "qcow2", &failure));
    assert_refused(create("s1", CREATE(DISK_ONLY) | CREATE(REUSE_EXT)), VIR_ERR_CONFIG_UNSUPPORTED);
    assert_refused(create("s1", CREATE(DISK_ONLY)), VIR_ERR_CONFIG_UNSUPPORTED);
    assert_done(sim_world_store(world)->ops->unlink(sim_world_store(world), "/sim/images/vda.s1",
                                                    &failure));
    assert_refused(create("s1", CREATE(DISK_ONLY) | CREATE(REUSE_EXT)), VIR_ERR_SYSTEM_ERROR);
    assert_done(
        hv->ops->image_create(hv, "/sim/images/vda.s1", "qcow2", 0, VDA, "qcow2", &failure));
    assert_done(create("s1", CREATE(DISK_ONLY) | CREATE(REUSE_EXT)));
}

static void
no_metadata_leaves_tree_and_current(void **state)
{
    (void)state;
    assert_done(create("s1", 0));
    assert_done(create("s2", CREATE(NO_METADATA)));
    assert_tags(VDA, "s1 s2");
    assert_tree_stays("s1<*");
    assert_refused(create("s2", 0), VIR_ERR_OPERATION_FAILED);
}

static void
unnamed_snapshots_of_one_second_differ(void **state)
{
    (void)state;
    g_autofree char *first = NULL, *second = NULL;
    assert_done(vm_snapshot_create_xml(driver, "vm", "<domainsnapshot/>", 0, &first, &failure));
    assert_done(vm_snapshot_create_xml(driver, "vm", "<domainsnapshot/>", 0, &second, &failure));
    assert_string_not_equal(first, second);
    assert_true(g_str_has_prefix(second, first));
}

int
main(void)
{
#define CASE(function) cmocka_unit_test_setup_teardown(function, open_rfc, close_world)
    const struct CMUnitTest tests[] = {
        CASE(offline_snapshot_is_in_every_image_and_listed),
        CASE(live_snapshot_pauses_and_goes_on),
        CASE(halt_stops_the_domain),
        CASE(failed_job_is_told_with_its_cause),
        CASE(failed_metadata_takes_the_tag_away_again),
        CASE(failed_file_of_the_former_current_undoes_all),
        CASE(failed_metadata_lets_a_live_guest_run_on),
        CASE(half_done_offline_snapshot_is_undone),
        CASE(disk_only_switches_a_running_domain),
        CASE(disk_only_off_changes_the_definition),
        CASE(unsaved_definition_undoes_the_overlays),
        CASE(failed_transaction_leaves_no_trace),
        CASE(failed_save_leaves_the_guest_as_it_was),
        CASE(given_overlay_must_stand_on_the_disk),
        CASE(no_metadata_leaves_tree_and_current),
        CASE(unnamed_snapshots_of_one_second_differ),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
