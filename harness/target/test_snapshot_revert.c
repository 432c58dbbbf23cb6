/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "harness/target/test_snapshot_calls.h"

/* s1 taken off, then other content in both disks. */
static void
take_off_and_write(void)
{
    assert_done(create("s1", 0));
    assert_done(start());
    guest("write vda 0 64K A");
    guest("write vdb 0 64K A");
    assert_done(vm_domain_destroy(driver, "vm", 0, &failure));
    g_free(take_events());
}

static void
off_to_off_brings_the_disks_back(void **state)
{
    (void)state;
    g_autofree char *vda = content(VDA), *vdb = content(VDB);
    take_off_and_write();
    assert_done(revert("s1", 0));
    assert_content(VDA, vda);
    assert_content(VDB, vdb);
    assert_tags(VDA, "s1");
    assert_events("defined/from-snapshot");
    assert_domain_state(VIR_DOMAIN_SHUTOFF, VIR_DOMAIN_SHUTOFF_DESTROYED);
    assert_tree_stays("s1<*");
}

static void
second_image_that_fails_puts_the_first_back(void **state)
{
    (void)state;
    take_off_and_write();
    assert_done(create("s2", 0));
    g_autofree char *vda = content(VDA), *vdb = content(VDB);
    images.path = VDB;
    images.verb = VM_IMAGE_SNAPSHOT_APPLY;
    assert_refused(revert("s1", 0), VIR_ERR_OPERATION_FAILED);
    assert_content(VDA, vda);
    assert_content(VDB, vdb);
    assert_tags(VDA, "s1 s2");
    assert_tags(VDB, "s1 s2");
    assert_events("");
    assert_tree_stays("s1< s2<s1*");
}

static void
unwritten_metadata_changes_nothing(void **state)
{
    (void)state;
    take_off_and_write();
    assert_done(create("s2", 0));
    g_autofree char *vda = content(VDA);
    fault(METADATA "s2.xml*", SIM_FS_CHANGE, 2); /* the mark in its place, then the whole file */
    assert_refused(revert("s1", 0), VIR_ERR_SYSTEM_ERROR);
    no_faults();
    assert_content(VDA, vda);
    assert_tree_stays("s1< s2<s1*");
}

static void
off_with_running_starts_it(void **state)
{
    (void)state;
    take_off_and_write();
    assert_done(revert("s1", REVERT(RUNNING)));
    assert_events("resumed/unpaused started/from-snapshot defined/from-snapshot");
    assert_domain_state(VIR_DOMAIN_RUNNING, VIR_DOMAIN_RUNNING_BOOTED);
    assert_tags(VDA, "s1");
    assert_done(vm_domain_destroy(driver, "vm", 0, &failure));
    g_free(take_events());
    assert_done(revert("s1", REVERT(PAUSED)));
    assert_events("started/from-snapshot suspended/from-snapshot defined/from-snapshot");
    assert_domain_state(VIR_DOMAIN_PAUSED, VIR_DOMAIN_PAUSED_USER);
}

static void
running_guest_is_not_lost_without_force(void **state)
{
    (void)state;
    assert_done(create("s1", 0));
    assert_done(start());
    g_free(take_events());
    assert_refused(revert("s1", 0), VIR_ERR_SNAPSHOT_REVERT_RISKY);
    assert_refused(revert("s1", REVERT(RUNNING)), VIR_ERR_SNAPSHOT_REVERT_RISKY);
    assert_refused(revert("s1", REVERT(RUNNING) | REVERT(PAUSED)), VIR_ERR_INVALID_ARG);
    assert_domain_state(VIR_DOMAIN_RUNNING, VIR_DOMAIN_RUNNING_BOOTED);
    assert_done(revert("s1", REVERT(FORCE)));
    assert_events("stopped/from-snapshot defined/from-snapshot");
    assert_domain_state(VIR_DOMAIN_SHUTOFF, VIR_DOMAIN_SHUTOFF_FROM_SNAPSHOT);
}

static void
libvirt_profile_stops_it_unasked(void **state)
{
    (void)state;
    assert_done(create("s1", 0));
    assert_done(start());
    g_free(take_events());
    assert_done(revert("s1", 0));
    assert_events("stopped/from-snapshot defined/from-snapshot");
}

static void
live_to_live_keeps_the_process(void **state)
{
    (void)state;
    assert_done(start());
    guest("write vda 0 64K A");
    assert_done(create("s1", 0));
    g_autofree char *vda = content(VDA "@s1");
    guest("write vda 0 64K B");
    g_free(take_events());
    assert_done(revert("s1", 0));
    assert_events("resumed/from-snapshot defined/from-snapshot");
    assert_domain_state(VIR_DOMAIN_RUNNING, VIR_DOMAIN_RUNNING_FROM_SNAPSHOT);
    assert_content(VDA, vda);
    assert_tags(VDA, "s1");
    assert_tags(VDB, "s1");
    assert_done(revert("s1", REVERT(PAUSED)));
    assert_events("suspended/from-snapshot defined/from-snapshot");
    assert_domain_state(VIR_DOMAIN_PAUSED, VIR_DOMAIN_PAUSED_FROM_SNAPSHOT);
    assert_tree_stays("s1<*");
}

static void
libvirt_profile_starts_a_new_process(void **state)
{
    (void)state;
    assert_done(start());
    assert_done(create("s1", 0));
    g_free(take_events());
    assert_done(revert("s1", 0));
    assert_events("stopped/from-snapshot started/from-snapshot resumed/from-snapshot "
                  "defined/from-snapshot");
    assert_domain_state(VIR_DOMAIN_RUNNING, VIR_DOMAIN_RUNNING_FROM_SNAPSHOT);
    assert_tags(VDB, "s1");
}

static void
off_to_live_starts_it(void **state)
{
    (void)state;
    assert_done(start());
    assert_done(create("s1", CREATE(HALT)));
    g_free(take_events());
    assert_done(revert("s1", 0));
    assert_events("started/from-snapshot resumed/from-snapshot defined/from-snapshot");
    assert_domain_state(VIR_DOMAIN_RUNNING, VIR_DOMAIN_RUNNING_FROM_SNAPSHOT);
    assert_tree_stays("s1<*");
}

static void
other_abi_needs_force(void **state)
{
    (void)state;
    assert_done(start());
    assert_done(create("s1", CREATE(HALT)));
    g_autofree char *xml = two_disk_xml(VDA, "");
    char *memory = strstr(xml, "131072");
    memcpy(memory, "262144", 6);
    assert_done(vm_domain_define(driver, xml, 0, &failure));
    assert_done(start());
    g_free(take_events());
    assert_refused(revert("s1", 0), VIR_ERR_SNAPSHOT_REVERT_RISKY);
    assert_done(revert("s1", REVERT(FORCE)));
    assert_events("stopped/from-snapshot started/from-snapshot resumed/from-snapshot "
                  "defined/from-snapshot");
    assert_tree_stays("s1<*");
}

static void
missing_tag_is_found_before_anything_is_touched(void **state)
{
    (void)state;
    take_off_and_write();
    VmHypervisor *hv = &images.parent;
    assert_done(hv->ops->image_snapshot(hv, VDB, VM_IMAGE_SNAPSHOT_DELETE, "s1", &failure));
    g_autofree char *vda = content(VDA);
    assert_refused(revert("s1", 0), VIR_ERR_OPERATION_FAILED);
    assert_content(VDA, vda);
    assert_events("");
}

static void
overlay_is_not_reverted_across(void **state)
{
    (void)state;
    assert_done(create("s1", 0));
    assert_done(create("e1", CREATE(DISK_ONLY)));
    assert_refused(revert("s1", 0), VIR_ERR_OPERATION_UNSUPPORTED);
    assert_done(start());
    assert_refused(revert("s1", REVERT(FORCE)), VIR_ERR_OPERATION_UNSUPPORTED);
    assert_domain_state(VIR_DOMAIN_RUNNING, VIR_DOMAIN_RUNNING_BOOTED);
}

static void
managed_save_is_only_dropped_with_force(void **state)
{
    (void)state;
    gboolean yes = FALSE;
    assert_done(create("s1", 0));
    assert_done(start());
    assert_done(vm_domain_managed_save(driver, "vm", 0, &failure));
    assert_refused(revert("s1", 0), VIR_ERR_SNAPSHOT_REVERT_RISKY);
    assert_refused(create("e1", CREATE(DISK_ONLY)), VIR_ERR_OPERATION_INVALID);
    assert_done(vm_domain_has_managed_save(driver, "vm", 0, &yes, &failure));
    assert_true(yes);
    assert_done(revert("s1", REVERT(FORCE)));
    assert_done(vm_domain_has_managed_save(driver, "vm", 0, &yes, &failure));
    assert_false(yes);
}

/* s1 with memory, then other content; the load fails when it has done its work. */
static void
half_loaded_guest_gets_its_state_back(void **state)
{
    (void)state;
    assert_done(start());
    assert_done(create("s1", 0));
    assert_done(create("s2", 0));
    guest("write vda 0 64K B");
    g_free(take_events());
    g_autofree char *vda = content(VDA);
    images.command = "snapshot-load";
    images.half_way = TRUE;
    assert_refused(revert("s1", 0), VIR_ERR_OPERATION_FAILED);
    assert_content(VDA, vda);
    assert_tags(VDA, "s1 s2");
    assert_tags(VDB, "s1 s2");
    assert_events("");
    assert_domain_state(VIR_DOMAIN_RUNNING, VIR_DOMAIN_RUNNING_UNPAUSED);
    guest("write vdb 0 64K C");
    assert_tree_stays("s1< s2<s1*");
}

static void
failed_start_of_a_new_process_puts_the_disks_back(void **state)
{
    (void)state;
    assert_done(start());
    assert_done(create("s1", CREATE(HALT)));
    assert_done(start());
    guest("write vda 0 64K B");
    assert_done(vm_domain_destroy(driver, "vm", 0, &failure));
    g_free(take_events());
    g_autofree char *vda = content(VDA);
    images.command = "snapshot-load";
    images.half_way = TRUE;
    assert_refused(revert("s1", 0), VIR_ERR_OPERATION_FAILED);
    assert_content(VDA, vda);
    assert_tags(VDA, "s1");
    assert_events("");
    assert_domain_state(VIR_DOMAIN_SHUTOFF, VIR_DOMAIN_SHUTOFF_DESTROYED);
    assert_done(revert("s1", 0));
}

static void
define_with_medium(const char *path, const char *label)
{
    g_autofree char *cdrom = g_strdup_printf(
        "<disk type='file' device='cdrom'><driver name='qemu' type='raw'/>"
        "<source file='%s'>%s</source><target dev='hda' bus='ide'/><readonly/></disk>",
        path, label);
    g_autofree char *xml = two_disk_xml(VDA, cdrom);
    VmHypervisor *hv = images.inner;
    assert_done(hv->ops->image_create(hv, path, "raw", 1 << 20, NULL, NULL, &failure));
    assert_done(vm_domain_define(driver, xml, 0, &failure));
}

static void
medium_of_a_kept_process_stays_whole(void **state)
{
    (void)state;
    define_with_medium("/sim/images/a.iso", "");
    assert_done(start());
    assert_done(create("s1", 0));
    assert_done(vm_domain_destroy(driver, "vm", 0, &failure));
    define_with_medium("/sim/images/b.iso", "<seclabel model='dac' relabel='no'/>");
    assert_done(start());
    assert_done(revert("s1", 0));
    g_autofree char *live = NULL, *next = NULL;
    assert_done(vm_domain_get_xml(driver, "vm", 0, &live, &failure));
    assert_non_null(strstr(live, "b.iso"));
    assert_non_null(strstr(live, "<seclabel model='dac' relabel='no'/>"));
    assert_done(vm_domain_get_xml(driver, "vm", VIR_DOMAIN_XML_INACTIVE, &next, &failure));
    assert_non_null(strstr(next, "a.iso"));
}

/* The domain loses its second disk. */
static void
keep_one_disk(void)
{
    g_autofree char *xml = two_disk_xml(VDA, "");
    char *second = strstr(strstr(xml, "<disk ") + 1, "<disk ");
    char *rest = strstr(second, "</disk>") + strlen("</disk>");
    memmove(second, rest, strlen(rest) + 1);
    assert_done(vm_domain_define(driver, xml, 0, &failure));
}

static void
one_disk_has_no_way_back_to_forget(void **state)
{
    (void)state;
    keep_one_disk();
    assert_done(start());
    assert_done(create("s1", 0));
    g_free(sim_world_take_log(world));
    assert_done(revert("s1", 0));
    assert_null(sim_world_take_log(world));
}

static void
failed_start_puts_the_only_disk_back(void **state)
{
    (void)state;
    keep_one_disk();
    assert_done(start());
    assert_done(create("s1", CREATE(HALT)));
    assert_done(start());
    guest("write vda 0 64K B");
    assert_done(vm_domain_destroy(driver, "vm", 0, &failure));
    g_autofree char *vda = content(VDA);
    images.command = "snapshot-load";
    images.half_way = TRUE;
    assert_refused(revert("s1", 0), VIR_ERR_OPERATION_FAILED);
    assert_content(VDA, vda);
    assert_tags(VDA, "s1");
}

static void
half_loaded_guest_of_one_disk_is_loaded_again(void **state)
{
    (void)state;
    keep_one_disk();
    assert_done(start());
    assert_done(create("s1", 0));
    guest("write vda 0 64K B");
    g_free(take_events());
    images.command = "snapshot-load";
    images.half_way = TRUE;
    assert_refused(revert("s1", 0), VIR_ERR_OPERATION_FAILED);
    assert_non_null(strstr(failure->message, "left paused"));
    assert_events("suspended/api-error");
    /* the next look at it goes on with what was begun */
    assert_domain_state(VIR_DOMAIN_PAUSED, VIR_DOMAIN_PAUSED_FROM_SNAPSHOT);
    assert_tree("s1<*");
}

/* A snapshot that is in the images is made known to the driver, and is not the current one. */
static void
redefine_tag(const char *tag, const char *devices)
{
    VmHypervisor *hv = &images.parent;
    g_autofree char *name = NULL, *domain = two_disk_xml(VDA, devices);
    g_autofree char *xml =
        g_strdup_printf("<domainsnapshot><name>%s</name><state>shutoff</state>"
                        "<creationTime>1</creationTime><disks>"
                        "<disk name='vda' snapshot='internal'/>"
                        "<disk name='vdb' snapshot='internal'/></disks>%s</domainsnapshot>",
                        tag, domain);
    assert_done(hv->ops->image_snapshot(hv, VDA, VM_IMAGE_SNAPSHOT_CREATE, tag, &failure));
    assert_done(hv->ops->image_snapshot(hv, VDB, VM_IMAGE_SNAPSHOT_CREATE, tag, &failure));
    assert_done(vm_snapshot_create_xml(driver, "vm", xml, CREATE(REDEFINE), &name, &failure));
}

static void
failed_revert_leaves_none_current_where_none_was(void **state)
{
    (void)state;
    redefine_tag("s1", "<memballoon model='none'/>");
    assert_tree_stays("s1<");
    fault("/sim/etc/qemu/vm.xml*", SIM_FS_CHANGE, -1);
    assert_refused(revert("s1", 0), VIR_ERR_SYSTEM_ERROR);
    no_faults();
    assert_tree_stays("s1<");
    assert_done(revert("s1", 0));
    assert_tree_stays("s1<*");
}

static void
definition_that_cannot_start_comes_back_off(void **state)
{
    (void)state;
    redefine_tag("s1", "<disk type='file' device='cdrom'><source file='/sim/images/gone.iso'/>"
                       "<target dev='hda' bus='ide'/><readonly/></disk>");
    assert_done(revert("s1", 0));
    assert_tree("s1<*");
    assert_refused(revert("s1", REVERT(RUNNING)), VIR_ERR_OPERATION_FAILED);
}

static void
name_that_is_its_own_id_is_found(void **state)
{
    (void)state;
    g_autofree char *before = content(VDA);
    redefine_tag("1", "");
    assert_done(start());
    guest("write vda 0 64K B");
    assert_done(vm_domain_destroy(driver, "vm", 0, &failure));
    assert_done(revert("1", 0));
    assert_content(VDA, before);
}

int
main(void)
{
#define CASE(function) cmocka_unit_test_setup_teardown(function, open_rfc, close_world)
#define LIBVIRT_CASE(function) cmocka_unit_test_setup_teardown(function, open_libvirt, close_world)
    const struct CMUnitTest tests[] = {
        CASE(off_to_off_brings_the_disks_back),
        CASE(second_image_that_fails_puts_the_first_back),
        CASE(unwritten_metadata_changes_nothing),
        CASE(off_with_running_starts_it),
        CASE(running_guest_is_not_lost_without_force),
        LIBVIRT_CASE(libvirt_profile_stops_it_unasked),
        CASE(live_to_live_keeps_the_process),
        LIBVIRT_CASE(libvirt_profile_starts_a_new_process),
        CASE(off_to_live_starts_it),
        CASE(other_abi_needs_force),
        CASE(missing_tag_is_found_before_anything_is_touched),
        CASE(overlay_is_not_reverted_across),
        CASE(managed_save_is_only_dropped_with_force),
        CASE(half_loaded_guest_gets_its_state_back),
        CASE(failed_start_of_a_new_process_puts_the_disks_back),
        CASE(medium_of_a_kept_process_stays_whole),
        CASE(one_disk_has_no_way_back_to_forget),
        CASE(failed_start_puts_the_only_disk_back),
        CASE(half_loaded_guest_of_one_disk_is_loaded_again),
        CASE(failed_revert_leaves_none_current_where_none_was),
        CASE(definition_that_cannot_start_comes_back_off),
        CASE(name_that_is_its_own_id_is_found),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
