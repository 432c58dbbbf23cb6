/* SPDX-License-Identifier: LGPL-2.1-or-later
 *
 * Images that others need as they are, or have open.
 */
#include "spec/driver/image_sharing.h"
#include "spec/driver/test_layers.h"

static const char *
frozen(const VmDomain *domain)
{
    const VmDiskDef *disk = vm_frozen_disk(&driver, domain->def);
    return disk != NULL ? disk->source.path : NULL;
}

static VmDiskDef *
disk_of(VmDomain *domain)
{
    return (VmDiskDef *)vm_domain_def_disk(domain->def, 0);
}

static void
run(VmDomain *domain)
{
    static VmInstance instance;
    domain->instance = &instance;
}

static void
what_lies_under_a_used_image_is_frozen(void **state)
{
    (void)state;
    VmDomain *vm = add_domain("vm", "/base.qcow2");
    assert_null(frozen(vm));
    add_domain("twin", "/o2.qcow2");
    assert_string_equal(frozen(vm), "/base.qcow2");
}

static void
an_external_snapshot_freezes_its_image(void **state)
{
    (void)state;
    VmDomain *vm = add_domain("vm", "/other.qcow2");
    VmDomain *twin = add_domain("twin", "/far.qcow2");
    add_moment(twin, "s1", NULL, "/other.qcow2", NULL); /* it leaves the disk out */
    assert_null(frozen(vm));
    add_moment(twin, "s2", NULL, "/other.qcow2", "/gone.qcow2");
    assert_string_equal(frozen(vm), "/other.qcow2");
}

static void
a_disk_left_out_freezes_nothing_below(void **state)
{
    (void)state;
    VmDomain *vm = add_domain("vm", "/base.qcow2");
    VmDomain *twin = add_domain("twin", "/far.qcow2");
    add_moment(twin, "s1", NULL, "/o1.qcow2", NULL);
    assert_null(frozen(vm));
}

static void
what_is_not_written_to_may_be_frozen(void **state)
{
    (void)state;
    VmDomain *vm = add_domain("vm", "/base.qcow2");
    add_domain("twin", "/o1.qcow2");
    disk_of(vm)->read_only = TRUE;
    assert_null(frozen(vm));
    disk_of(vm)->read_only = FALSE;
    disk_of(vm)->transient = TRUE;
    assert_null(frozen(vm));
}

static void
an_unreadable_image_hides_no_other(void **state)
{
    (void)state;
    add_domain("bad", "/damaged.qcow2");
    add_domain("twin", "/n.qcow2");
    VmDomain *vm = add_domain("vm", "/o1.qcow2");
    assert_string_equal(frozen(vm), "/o1.qcow2");
}

static void
only_an_active_domain_holds_an_image(void **state)
{
    (void)state;
    VmDomain *vm = add_domain("vm", "/other.qcow2");
    VmDomain *twin = add_domain("twin", "//other.qcow2");
    assert_null(vm_image_holder(vm, disk_of(vm)));
    run(twin);
    assert_ptr_equal(vm_image_holder(vm, disk_of(vm)), twin);
    assert_ptr_equal(vm_image_writer(vm, disk_of(vm)), twin);
    assert_false(vm_image_check_idle(vm, "/other.qcow2", "VM-REV-009", NULL));
}

static void
readers_do_not_mind_one_another(void **state)
{
    (void)state;
    VmDomain *vm = add_domain("vm", "/other.qcow2");
    VmDomain *twin = add_domain("twin", "/other.qcow2");
    run(twin);
    disk_of(twin)->read_only = TRUE;
    assert_null(vm_image_writer(vm, disk_of(vm)));
    assert_ptr_equal(vm_image_holder(vm, disk_of(vm)), twin);
    disk_of(vm)->read_only = TRUE;
    assert_null(vm_image_holder(vm, disk_of(vm)));
}

static void
a_shared_image_has_no_holder(void **state)
{
    (void)state;
    VmDomain *vm = add_domain("vm", "/other.qcow2");
    VmDomain *twin = add_domain("twin", "/other.qcow2");
    run(twin);
    disk_of(twin)->shareable = TRUE;
    assert_null(vm_image_holder(vm, disk_of(vm)));
    assert_ptr_equal(vm_image_writer(vm, disk_of(vm)), twin);
}

#define SHARING_TEST(function) cmocka_unit_test_setup_teardown(function, setup, teardown)

int
main(void)
{
    const struct CMUnitTest tests[] = {
        SHARING_TEST(what_lies_under_a_used_image_is_frozen),
        SHARING_TEST(an_external_snapshot_freezes_its_image),
        SHARING_TEST(a_disk_left_out_freezes_nothing_below),
        SHARING_TEST(what_is_not_written_to_may_be_frozen),
        SHARING_TEST(an_unreadable_image_hides_no_other),
        SHARING_TEST(only_an_active_domain_holds_an_image),
        SHARING_TEST(readers_do_not_mind_one_another),
        SHARING_TEST(a_shared_image_has_no_holder),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
