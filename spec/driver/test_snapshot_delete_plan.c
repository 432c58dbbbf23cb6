/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "spec/driver/snapshot_delete.h"
#include "spec/driver/test_layers.h"

/* The steps of a deletion as text: "merge PATH into BASE" and "drop PATH", or the refusal's rule.
 */
static char *
plan_of(VmDomain *domain, VmMoment *moment)
{
    g_autoptr(VmImageUsers) users = take();
    g_autoptr(GPtrArray) steps = g_ptr_array_new_with_free_func((GDestroyNotify)vm_layer_step_free);
    g_autoptr(GError) error = NULL;
    GString *text = g_string_new(NULL);
    if (!vm_snapshot_delete_plan(domain, moment, users, steps, &error)) {
        assert_int_equal(error->code, VIR_ERR_OPERATION_UNSUPPORTED);
        g_string_append(text, "refused");
    }
    for (guint i = 0; i < steps->len; i++) {
        const VmLayerStep *step = g_ptr_array_index(steps, i);
        if (step->fate == VM_LAYER_MERGE)
            g_string_append_printf(text, "merge %s into %s\n", step->path, step->base.path);
        else
            g_string_append_printf(text, "drop %s\n", step->path);
    }
    return g_string_free(text, FALSE);
}

static void
assert_plan(VmDomain *domain, VmMoment *moment, const char *expected)
{
    g_autofree char *text = plan_of(domain, moment);
    assert_string_equal(text, expected);
}

static void
the_only_overlay_is_merged(void **state)
{
    (void)state;
    VmDomain *vm = add_domain("vm", "/o2.qcow2");
    VmMoment *s1 = add_moment(vm, "s1", NULL, "/base.qcow2", "/o1.qcow2");
    VmMoment *s2 = add_moment(vm, "s2", s1, "/o1.qcow2", "/o2.qcow2");
    assert_plan(vm, s1, "merge /o1.qcow2 into /base.qcow2\n");
    assert_plan(vm, s2, "merge /o2.qcow2 into /o1.qcow2\n");
}

static void
a_leaf_that_nobody_needs_is_dropped(void **state)
{
    (void)state;
    VmDomain *vm = add_domain("vm", "/base.qcow2");
    VmMoment *s1 = add_moment(vm, "s1", NULL, "/base.qcow2", "/o1.qcow2");
    VmMoment *s2 = add_moment(vm, "s2", s1, "/o1.qcow2", "/gone.qcow2");
    assert_plan(vm, s2, "drop /o1.qcow2\n");
    assert_plan(vm, s1, "");
}

static void
an_image_as_it_was_given_stays(void **state)
{
    (void)state;
    VmDomain *vm = add_domain("vm", "/other.qcow2");
    VmMoment *s1 = add_moment(vm, "s1", NULL, "/o1.qcow2", "/gone.qcow2");
    assert_plan(vm, s1, "");
}

static void
a_strange_overlay_is_not_merged(void **state)
{
    (void)state;
    VmDomain *vm = add_domain("vm", "/stranger.qcow2");
    VmMoment *s1 = add_moment(vm, "s1", NULL, "/o1.qcow2", "/o2.qcow2");
    assert_plan(vm, s1, "");
}

static void
a_shared_image_stays_until_one_user_is_left(void **state)
{
    (void)state;
    VmDomain *vm = add_domain("vm", "/n.qcow2");
    VmMoment *s1 = add_moment(vm, "s1", NULL, "/base.qcow2", "/o1.qcow2");
    VmMoment *s2 = add_moment(vm, "s2", s1, "/o1.qcow2", "/n.qcow2");
    VmMoment *s3 = add_moment(vm, "s3", s2, "/o2.qcow2", "/gone.qcow2");
    assert_plan(vm, s2, "");
    assert_plan(vm, s3, "drop /o2.qcow2\n");
}

static void
another_domain_keeps_an_image(void **state)
{
    (void)state;
    VmDomain *vm = add_domain("vm", "/o1.qcow2");
    VmMoment *s1 = add_moment(vm, "s1", NULL, "/base.qcow2", "/o1.qcow2");
    add_domain("twin", "/base.qcow2");
    assert_plan(vm, s1, "");
}

static void
nothing_is_merged_into_what_is_missing(void **state)
{
    (void)state;
    VmDomain *vm = add_domain("vm", "/above.qcow2");
    VmMoment *s1 = add_moment(vm, "s1", NULL, "/gone.qcow2", "/above.qcow2");
    assert_plan(vm, s1, "");
}

static VmMoment *
add_memory(VmDomain *domain, const char *name)
{
    VmMoment *moment = add_moment(domain, name, NULL, "/far.qcow2", NULL);
    VmSnapshotDef *def = vm_moment_snapshot(moment);
    def->memory = VM_LOCATION_EXTERNAL;
    def->memory_file = g_strdup("/ram");
    return moment;
}

static void
a_memory_file_goes_with_the_last_that_names_it(void **state)
{
    (void)state;
    VmDomain *vm = add_domain("vm", "/other.qcow2");
    VmMoment *s1 = add_memory(vm, "s1");
    assert_plan(vm, s1, "drop /ram\n");
    add_memory(vm, "s2");
    assert_plan(vm, s1, "");
}

/* It may be listed only, by a redefinition, and not be in the image. */
static void
nothing_is_merged_into_an_internal_moment(void **state)
{
    (void)state;
    VmDomain *vm = add_domain("vm", "/o1.qcow2");
    VmMoment *s0 = add_moment(vm, "s0", NULL, "/base.qcow2", "/gone.qcow2");
    VmSnapshotDisk *disk = g_ptr_array_index(vm_moment_snapshot(s0)->disks, 0);
    disk->location = VM_LOCATION_INTERNAL;
    VmMoment *s1 = add_moment(vm, "s1", s0, "/base.qcow2", "/o1.qcow2");
    assert_plan(vm, s1, "refused");
}

int
main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test_setup_teardown(the_only_overlay_is_merged, setup, teardown),
        cmocka_unit_test_setup_teardown(a_leaf_that_nobody_needs_is_dropped, setup, teardown),
        cmocka_unit_test_setup_teardown(an_image_as_it_was_given_stays, setup, teardown),
        cmocka_unit_test_setup_teardown(a_strange_overlay_is_not_merged, setup, teardown),
        cmocka_unit_test_setup_teardown(a_shared_image_stays_until_one_user_is_left, setup,
                                        teardown),
        cmocka_unit_test_setup_teardown(another_domain_keeps_an_image, setup, teardown),
        cmocka_unit_test_setup_teardown(nothing_is_merged_into_what_is_missing, setup, teardown),
        cmocka_unit_test_setup_teardown(a_memory_file_goes_with_the_last_that_names_it, setup,
                                        teardown),
        cmocka_unit_test_setup_teardown(nothing_is_merged_into_an_internal_moment, setup, teardown),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
