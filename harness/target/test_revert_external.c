/* SPDX-License-Identifier: LGPL-2.1-or-later
 *
 * Reverts to external snapshots where something stands in the way: nothing
 * changes, or what was done is undone.
 */
#include "harness/target/test_snapshot_calls.h"

/* What the simulated clock says when nothing has waited. */
#define NEW_VDA "/sim/images/vda.1767225600"
#define NEW_VDB "/sim/images/vdb.1767225600"

static char *
domain_text(void)
{
    char *xml = NULL;
    assert_done(vm_domain_get_xml(driver, "vm", VIR_DOMAIN_XML_INACTIVE, &xml, &failure));
    return xml;
}

static void
deletion_that_would_fail_forbids_the_revert(void **state)
{
    (void)state;
    assert_done(create("e1", CREATE(DISK_ONLY)));
    assert_done(create("s2", 0));
    g_autofree char *before = domain_text();
    assert_refused(revert("e1", REVERT(DELETE_CHILDREN)), VIR_ERR_OPERATION_UNSUPPORTED);
    g_autofree char *after = domain_text();
    assert_string_equal(after, before);
    assert_false(exists(NEW_VDA));
    assert_tree_stays("e1< s2<e1*");
    assert_done(revert("e1", REVERT(FORCE)));
    assert_true(exists(NEW_VDA));
}

static void
overlay_of_the_second_disk_that_fails_leaves_none(void **state)
{
    (void)state;
    assert_done(create("e1", CREATE(DISK_ONLY)));
    assert_done(start());
    g_free(take_events());
    fault(NEW_VDB, SIM_FS_SYNC, 1);
    assert_false(revert("e1", REVERT(FORCE)));
    assert_false(exists(NEW_VDA));
    assert_false(exists(NEW_VDB));
    assert_domain_state(VIR_DOMAIN_RUNNING, VIR_DOMAIN_RUNNING_BOOTED);
    assert_events("");
    no_faults();
    assert_done(revert("e1", REVERT(FORCE)));
    assert_domain_state(VIR_DOMAIN_SHUTOFF, VIR_DOMAIN_SHUTOFF_FROM_SNAPSHOT);
}

static void
name_that_is_taken_gets_a_number(void **state)
{
    (void)state;
    assert_done(create("e1", CREATE(DISK_ONLY)));
    VmHypervisor *hv = &images.parent;
    assert_done(hv->ops->image_create(hv, NEW_VDA, "qcow2", 1 << 20, NULL, NULL, &failure));
    assert_done(revert("e1", 0));
    assert_true(exists(NEW_VDA "-1"));
    assert_true(exists(NEW_VDB));
    g_autofree char *xml = domain_text();
    assert_non_null(strstr(xml, NEW_VDA "-1"));
    assert_done(revert("e1", 0));
    assert_false(exists(NEW_VDA "-1"));
    assert_true(exists(NEW_VDA "-2"));
    assert_true(exists(NEW_VDA));
}

static void
overlay_that_another_domain_uses_stays(void **state)
{
    (void)state;
    assert_done(create("e1", CREATE(DISK_ONLY)));
    g_autofree char *xml = two_disk_xml("/sim/images/vda.e1", "");
    memcpy(strstr(xml, "<name>vm"), "<name>vn", 8);
    memcpy(strstr(xml, "11111111-1111"), "22222222-2222", 13);
    assert_done(vm_domain_define(driver, xml, 0, &failure));
    assert_done(revert("e1", 0));
    assert_true(exists("/sim/images/vda.e1"));
    assert_false(exists("/sim/images/vdb.e1"));
}

static void
guest_that_cannot_start_leaves_the_former_disks(void **state)
{
    (void)state;
    assert_done(create("e1", CREATE(DISK_ONLY)));
    assert_done(start());
    guest("write vda 0 64K B");
    guest("flush");
    g_autofree char *top = content("/sim/images/vda.e1");
    g_autofree char *before = domain_text();
    fault("/sim/run/qemu/vm.xml*", SIM_FS_CHANGE, -1);
    assert_false(revert("e1", REVERT(FORCE) | REVERT(RUNNING)));
    no_faults();
    g_autofree char *after = domain_text();
    assert_string_equal(after, before);
    assert_content("/sim/images/vda.e1", top);
    assert_false(exists(NEW_VDA));
    assert_tree_stays("e1<*");
}

int
main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test_setup_teardown(deletion_that_would_fail_forbids_the_revert, open_rfc,
                                        close_world),
        cmocka_unit_test_setup_teardown(overlay_of_the_second_disk_that_fails_leaves_none, open_rfc,
                                        close_world),
        cmocka_unit_test_setup_teardown(name_that_is_taken_gets_a_number, open_rfc, close_world),
        cmocka_unit_test_setup_teardown(overlay_that_another_domain_uses_stays, open_rfc,
                                        close_world),
        cmocka_unit_test_setup_teardown(guest_that_cannot_start_leaves_the_former_disks, open_rfc,
                                        close_world),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
