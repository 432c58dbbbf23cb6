/* SPDX-License-Identifier: LGPL-2.1-or-later
 *
 * Worlds that no call of ours has made: metadata written by another hand,
 * images with doubled tags, files where none should be.  A revert, a delete or
 * an overlay is refused before anything is touched.
 */
#include "harness/target/test_snapshot_calls.h"

#define OVERLAY                                                                                    \
    "<domainsnapshot><name>s2</name><disks><disk name='vda' snapshot='external'>"                  \
    "<source file='%s'/></disk><disk name='vdb' snapshot='no'/></disks></domainsnapshot>"

/* Another text in the metadata of s1, read by a new driver. */
static void
change_file(const char *from, const char *to)
{
    VmStore *store = sim_world_store(world);
    g_autofree char *old = vm_store_read_text(store, METADATA "s1.xml", G_MAXSIZE, NULL);
    g_autofree char *new = replaced(old, from, to);
    assert_done(vm_store_replace(store, METADATA "s1.xml", new, &failure));
    restart();
}

#define assert_text(part) assert_non_null(strstr(failure->message, part))

static void
state_that_has_no_way_back_is_refused(void **state)
{
    (void)state;
    assert_done(create("s1", 0));
    change_file("<state>shutoff</state>", "<state>blocked</state>");
    assert_refused(revert("s1", 0), VIR_ERR_OPERATION_UNSUPPORTED);
    assert_text("'blocked'");
    change_file("<state>blocked</state>", "<state>pmsuspended</state>");
    assert_refused(revert("s1", VIR_DOMAIN_SNAPSHOT_REVERT_FORCE), VIR_ERR_OPERATION_UNSUPPORTED);
    assert_text("'pmsuspended'");
    change_file("<state>pmsuspended</state>", "<state>crashed</state>");
    assert_done(revert("s1", 0));
}

static void
next_boot_of_another_domain_is_not_loaded(void **state)
{
    (void)state;
    assert_done(create("s1", 0));
    g_autofree char *theirs = two_disk_xml(VDA, "");
    char *uuid = strstr(theirs, "11111111-1111-4111");
    memcpy(uuid, "99999999", 8);
    g_auto(GStrv) parts = g_strsplit(theirs, "domain", -1);
    g_autofree char *inactive = g_strjoinv("inactiveDomain", parts);
    g_autofree char *end = g_strconcat(inactive, "</domainsnapshot>", NULL);
    change_file("</domainsnapshot>", end);
    assert_refused(revert("s1", VIR_DOMAIN_SNAPSHOT_REVERT_FORCE), VIR_ERR_NO_DOMAIN_SNAPSHOT);
    change_file("99999999-1111-4111", "11111111-1111-4111");
    assert_done(revert("s1", 0));
}

static void
next_boot_without_the_disk_is_refused(void **state)
{
    (void)state;
    assert_done(create("s1", 0));
    g_autofree char *theirs = two_disk_xml(VDA, "");
    g_auto(GStrv) parts = g_strsplit(theirs, "domain", -1);
    g_autofree char *inactive = g_strjoinv("inactiveDomain", parts);
    char *target = strstr(inactive, "target dev='vdb'");
    memcpy(target, "target dev='vdq'", 16);
    g_autofree char *end = g_strconcat(inactive, "</domainsnapshot>", NULL);
    change_file("</domainsnapshot>", end);
    assert_refused(revert("s1", 0), VIR_ERR_OPERATION_FAILED);
    assert_text("has no disk 'vdb'");
    assert_tags(VDA, "s1");
    change_file("target dev='vdq'", "target dev='vdb'");
    assert_done(revert("s1", 0));
}

static void
tag_in_two_entries_is_not_guessed(void **state)
{
    (void)state;
    VmHypervisor *hv = images.inner;
    assert_done(create("s1", 0));
    assert_done(hv->ops->image_snapshot(hv, VDB, VM_IMAGE_SNAPSHOT_CREATE, "s1", &failure));
    g_autofree char *before = content(VDA);
    assert_refused(revert("s1", 0), VIR_ERR_OPERATION_FAILED);
    assert_text("several snapshots of that name");
    assert_content(VDA, before);
    assert_done(hv->ops->image_snapshot(hv, VDB, VM_IMAGE_SNAPSHOT_DELETE, "s1", &failure));
    assert_done(revert("s1", 0));
}

static void
name_that_is_another_entrys_id_is_refused(void **state)
{
    (void)state;
    VmHypervisor *hv = images.inner;
    assert_done(create("s1", 0));
    change_file("<name>s1</name>", "<name>1</name>");
    for (guint i = 0; i < 2; i++)
        assert_done(hv->ops->image_snapshot(hv, i == 0 ? VDA : VDB, VM_IMAGE_SNAPSHOT_CREATE, "1",
                                            &failure));
    assert_refused(revert("1", 0), VIR_ERR_OPERATION_FAILED);
    assert_text("id of another snapshot");
    assert_tags(VDA, "s1 1");
}

/* The domain's definition has vda alone from now on. */
static void
define_without_vdb(void)
{
    g_autofree char *xml = two_disk_xml(VDA, "");
    char *at = strstr(xml, "<disk type='file' device='disk'><driver name='qemu' type='qcow2'/>"
                           "<source file='" VDB);
    char *rest = strstr(at, "</devices>");
    memmove(at, rest, strlen(rest) + 1);
    assert_done(vm_domain_define(driver, xml, 0, &failure));
}

static void
disk_that_went_loses_its_tag_too(void **state)
{
    (void)state;
    assert_done(create("s1", 0));
    define_without_vdb();
    assert_done(drop("s1"));
    assert_tags(VDA, "");
    assert_tags(VDB, "");
    assert_tree_stays("");
}

static void
disk_that_went_may_have_lost_its_tag(void **state)
{
    (void)state;
    VmHypervisor *hv = images.inner;
    assert_done(create("s1", 0));
    define_without_vdb();
    assert_done(hv->ops->image_snapshot(hv, VDB, VM_IMAGE_SNAPSHOT_DELETE, "s1", &failure));
    assert_done(drop("s1"));
    assert_tags(VDA, "");
    assert_tree_stays("");
}

static void
overlay_where_a_folder_stands_is_refused(void **state)
{
    (void)state;
    g_autofree char *name = NULL;
    g_autofree char *folder = g_strdup_printf(OVERLAY, "/sim/images/sub");
    g_autofree char *file = g_strdup_printf(OVERLAY, "/sim/images/sub/o.img");
    sim_fs_mkdir(sim_world_fs(world), "/sim/images/sub");
    assert_refused(vm_snapshot_create_xml(driver, "vm", folder, CREATE(DISK_ONLY), &name, &failure),
                   VIR_ERR_CONFIG_UNSUPPORTED);
    assert_done(vm_snapshot_create_xml(driver, "vm", file, CREATE(DISK_ONLY), &name, &failure));
    assert_string_equal(name, "s2");
}

static void
assert_overlay_fails(const char *path, const char *cause)
{
    g_autofree char *name = NULL;
    g_autofree char *xml = g_strdup_printf(OVERLAY, path);
    assert_refused(vm_snapshot_create_xml(driver, "vm", xml, CREATE(DISK_ONLY), &name, &failure),
                   VIR_ERR_OPERATION_FAILED);
    assert_text(cause);
    assert_int_equal(vm_store_kind(sim_world_store(world), path), VM_FILE_MISSING);
    assert_domain_state(VIR_DOMAIN_RUNNING, VIR_DOMAIN_RUNNING_BOOTED);
    assert_tree_stays("");
}

static void
overlay_without_a_folder_is_the_calls_failure(void **state)
{
    (void)state;
    assert_done(start());
    assert_overlay_fails("/sim/images/none/o.img", "overlay '/sim/images/none/o.img'");
}

static void
job_that_fails_is_the_calls_failure(void **state)
{
    (void)state;
    assert_done(start());
    sim_fs_set_fault(sim_world_fs(world), "/sim/images/o.img", SIM_FS_WRITE, ENOSPC, 1);
    assert_overlay_fails("/sim/images/o.img", "blockdev-create");
}

static void
name_of_a_damaged_file_stays_taken(void **state)
{
    (void)state;
    assert_done(create("s1", 0));
    assert_done(create("s2", 0));
    g_autofree char *xml = NULL;
    g_autofree char *name = NULL;
    assert_done(vm_snapshot_get_xml(driver, "vm", "s1", 0, &xml, &failure));
    change_file("</domainsnapshot>", "");
    assert_refused(create("s1", CREATE(DISK_ONLY)), VIR_ERR_OPERATION_FAILED);
    assert_text("could not be loaded");
    assert_refused(vm_snapshot_create_xml(driver, "vm", xml, CREATE(REDEFINE), &name, &failure),
                   VIR_ERR_OPERATION_FAILED);
    assert_text("could not be loaded");
    assert_done(create("s3", CREATE(DISK_ONLY)));
}

static void
snapshot_needs_a_document(void **state)
{
    (void)state;
    g_autofree char *name = NULL;
    assert_refused(vm_snapshot_create_xml(driver, "vm", NULL, 0, &name, &failure),
                   VIR_ERR_INVALID_ARG);
    assert_null(name);
}

int
main(void)
{
#define CASE(function) cmocka_unit_test_setup_teardown(function, open_rfc, close_world)
    const struct CMUnitTest tests[] = {
        CASE(state_that_has_no_way_back_is_refused),
        CASE(next_boot_of_another_domain_is_not_loaded),
        CASE(next_boot_without_the_disk_is_refused),
        CASE(tag_in_two_entries_is_not_guessed),
        CASE(name_that_is_another_entrys_id_is_refused),
        CASE(disk_that_went_loses_its_tag_too),
        CASE(disk_that_went_may_have_lost_its_tag),
        CASE(overlay_where_a_folder_stands_is_refused),
        CASE(overlay_without_a_folder_is_the_calls_failure),
        CASE(job_that_fails_is_the_calls_failure),
        CASE(name_of_a_damaged_file_stays_taken),
        CASE(snapshot_needs_a_document),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
