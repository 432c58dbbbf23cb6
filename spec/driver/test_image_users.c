/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "spec/driver/test_layers.h"

/* ---- counting ---- */

static void
tops_holders_and_chains_are_users(void **state)
{
    (void)state;
    VmDomain *vm = add_domain("vm", "/o2.qcow2");
    VmMoment *s1 = add_moment(vm, "s1", NULL, "/base.qcow2", "/o1.qcow2");
    g_autoptr(VmImageUsers) users = take();

    assert_int_equal(vm_image_users_find(users, "/o2.qcow2")->users->len, 1);
    assert_int_equal(vm_image_users_find(users, "/base.qcow2")->users->len, 2);
    assert_true(vm_image_users_others(users, "/base.qcow2", s1)); /* o1 lies above it */
    assert_true(vm_image_users_others(users, "/o2.qcow2", s1));
    assert_string_equal(vm_image_users_find(users, "/o2.qcow2")->backing, "/o1.qcow2");
    assert_string_equal(vm_image_users_find(users, "/o2.qcow2")->backing_format, "qcow2");
    assert_false(vm_image_users_any(users, "/other.qcow2"));
}

static void
a_snapshot_alone_is_no_other_user(void **state)
{
    (void)state;
    VmDomain *vm = add_domain("vm", "/other.qcow2");
    VmMoment *s1 = add_moment(vm, "s1", NULL, "/o1.qcow2", "/gone.qcow2");
    g_autoptr(VmImageUsers) users = take();

    assert_false(vm_image_users_others(users, "/o1.qcow2", s1));
    assert_true(vm_image_users_others(users, "/o1.qcow2", NULL));
}

static void
a_disk_left_out_is_only_mentioned(void **state)
{
    (void)state;
    VmDomain *vm = add_domain("vm", "/other.qcow2");
    add_moment(vm, "s1", NULL, "/o1.qcow2", NULL);
    g_autoptr(VmImageUsers) users = take();

    assert_false(vm_image_users_others(users, "/o1.qcow2", NULL));
    assert_true(vm_image_users_any(users, "/o1.qcow2"));
}

static void
paths_are_compared_as_they_lead(void **state)
{
    (void)state;
    VmDomain *vm = add_domain("vm", "/n.qcow2");
    add_domain("twin", "//images/../o2.qcow2");
    g_autoptr(VmImageUsers) users = take();

    assert_int_equal(vm_image_users_find(users, "/o1.qcow2")->users->len, 2);
    assert_false(vm_image_users_only_of(users, "/o1.qcow2", vm));
    assert_true(vm_image_users_only_of(users, "/n.qcow2", vm));
}

/* A disk that was put into the next definition before the snapshot, which has it nowhere else. */
static void
a_disk_of_the_next_definition_alone_is_held(void **state)
{
    (void)state;
    VmDomain *vm = add_domain("vm", "/other.qcow2");
    VmMoment *s1 = add_moment(vm, "s1", NULL, "/base.qcow2", "/gone.qcow2");
    VmDomainDef *next = domain_def("vm", "/n.qcow2");
    VmDiskDef *disk = (VmDiskDef *)vm_domain_def_disk(next, 0);
    g_free(disk->target);
    disk->target = g_strdup("vdb");
    vm_moment_snapshot(s1)->inactive_domain = next;
    g_autoptr(VmImageUsers) users = take();

    const VmUsedImage *image = vm_image_users_find(users, "/n.qcow2");
    assert_int_equal(image->users->len, 1);
    const VmImageUser *user = g_ptr_array_index(image->users, 0);
    assert_int_equal(user->use, VM_USE_HOLDER);
    assert_int_equal(user->location, VM_LOCATION_DEFAULT);
}

static void
a_protocol_ends_a_chain(void **state)
{
    (void)state;
    add_domain("vm", "/far.qcow2");
    g_autoptr(VmImageUsers) users = take();
    assert_null(vm_image_users_find(users, "/far.qcow2")->backing);
}

static void
an_unreadable_image_is_refused(void **state)
{
    (void)state;
    g_autoptr(GError) error = NULL;
    add_domain("vm", "/damaged.qcow2");
    assert_null(vm_image_users_take(&driver, &error));
    assert_int_equal(error->code, VIR_ERR_OPERATION_FAILED);
    assert_non_null(strstr(error->message, "/damaged.qcow2"));
}

static void
each_disk_and_overlay_counts_once(void **state)
{
    (void)state;
    VmDomain *vm = add_domain("vm", "/other.qcow2");
    g_autoptr(VmImageUsers) users = vm_image_users_new();
    VmImageUser user = {.use = VM_USE_TOP, .domain = vm, .disk = (char *)"vda"};
    vm_image_users_note(users, "/base.qcow2", &user);
    vm_image_users_note(users, "/base.qcow2", &user);
    user.disk = (char *)"vdb";
    vm_image_users_note(users, "/base.qcow2", &user);
    assert_int_equal(vm_image_users_find(users, "/base.qcow2")->users->len, 2);
    vm_image_users_set_backing(users, "/o1.qcow2", "/base.qcow2", "qcow2");
    vm_image_users_set_backing(users, "/n.qcow2", "/base.qcow2", "qcow2");
    assert_int_equal(vm_image_users_find(users, "/base.qcow2")->users->len, 4);
}

static void
block_devices_are_used_too(void **state)
{
    (void)state;
    VmDomain *vm = add_domain("vm", "/other.qcow2");
    VmDiskDef *disk = (VmDiskDef *)vm_domain_def_disk(vm->def, 0);
    g_free(disk->source.type);
    disk->source.type = g_strdup("block");
    g_autoptr(VmImageUsers) users = take();
    assert_true(vm_image_users_any(users, "/other.qcow2"));
}

static void
moments_of_others_rest_on_an_image(void **state)
{
    (void)state;
    VmDomain *vm = add_domain("vm", "/far.qcow2");
    VmDomain *twin = add_domain("twin", "/other.qcow2");
    assert_false(vm_image_rests_under(vm, "/base.qcow2"));
    add_moment(twin, "s1", NULL, "/base.qcow2", "/gone.qcow2");
    assert_true(vm_image_rests_under(vm, "/base.qcow2"));
    assert_true(vm_image_rests_under(twin, "/base.qcow2")); /* its own external one */
    assert_true(vm_image_rests_under(vm, "/other.qcow2"));  /* a disk of the twin */
    assert_false(vm_image_rests_under(twin, "/other.qcow2"));
}

/* What comes after an image that cannot be read is followed all the same. */
static void
an_unreadable_image_hides_no_other(void **state)
{
    (void)state;
    VmDomain *vm = add_domain("vm", "/far.qcow2");
    add_domain("bad", "/damaged.qcow2");
    add_domain("twin", "/n.qcow2");
    assert_true(vm_image_rests_under(vm, "/base.qcow2"));
}

/* ---- ours ---- */

static void
recorded_overlays_are_ours(void **state)
{
    (void)state;
    VmDomain *vm = add_domain("vm", "/n.qcow2");
    VmMoment *s1 = add_moment(vm, "s1", NULL, "/base.qcow2", "/o1.qcow2");
    g_ptr_array_add(vm_moment_snapshot(s1)->overlays, g_strdup("/base.qcow2"));
    g_ptr_array_add(vm_moment_snapshot(s1)->overlays, g_strdup("/n.qcow2"));
    g_autoptr(VmImageUsers) users = take();

    assert_true(vm_image_users_is_ours(users, "/o1.qcow2"));
    assert_true(vm_image_users_is_ours(users, "/n.qcow2"));
    assert_false(vm_image_users_is_ours(users, "/base.qcow2")); /* a bottom */
}

static void
strange_overlays_are_not_ours(void **state)
{
    (void)state;
    VmDomain *vm = add_domain("vm", "/stranger.qcow2");
    add_moment(vm, "s1", NULL, "/o1.qcow2", "/o2.qcow2");
    g_autoptr(VmImageUsers) users = take();

    assert_false(vm_image_users_is_ours(users, "/stranger.qcow2"));
    assert_false(vm_image_users_is_ours(users, "/o1.qcow2")); /* the disk as it was given */
}

static void
a_layer_above_an_ancestors_is_ours(void **state)
{
    (void)state;
    VmDomain *vm = add_domain("vm", "/other.qcow2");
    VmMoment *s1 = add_moment(vm, "s1", NULL, "/o1.qcow2", "/gone.qcow2");
    VmMoment *s2 = add_moment(vm, "s2", s1, "/n.qcow2", "/gone.qcow2");
    add_moment(vm, "s3", s2, "/base.qcow2", "/gone.qcow2");
    g_autoptr(VmImageUsers) users = take();

    assert_true(vm_image_users_is_ours(users, "/n.qcow2"));
    assert_false(vm_image_users_is_ours(users, "/o1.qcow2"));
}

static void
another_disk_of_the_ancestor_says_nothing(void **state)
{
    (void)state;
    VmDomain *vm = add_domain("vm", "/other.qcow2");
    VmMoment *s1 = add_moment(vm, "s1", NULL, "/o1.qcow2", "/gone.qcow2");
    VmSnapshotDisk *disk = g_new0(VmSnapshotDisk, 1);
    disk->name = g_strdup("vdb");
    disk->location = VM_LOCATION_EXTERNAL;
    g_ptr_array_insert(vm_moment_snapshot(s1)->disks, 0, disk);
    add_moment(vm, "s2", s1, "/n.qcow2", "/gone.qcow2");
    g_autoptr(VmImageUsers) users = take();

    assert_true(vm_image_users_is_ours(users, "/n.qcow2"));
}

static void
an_ancestor_without_the_disk_is_passed_over(void **state)
{
    (void)state;
    VmDomain *vm = add_domain("vm", "/other.qcow2");
    VmMoment *s1 = add_moment(vm, "s1", NULL, "/o1.qcow2", "/gone.qcow2");
    VmMoment *s2 = add_moment(vm, "s2", s1, "/o1.qcow2", NULL);
    add_moment(vm, "s3", s2, "/n.qcow2", "/gone.qcow2");
    g_autoptr(VmImageUsers) users = take();

    assert_true(vm_image_users_is_ours(users, "/n.qcow2"));
}

/* ---- planning ---- */

static void
a_merge_passes_the_uses_down(void **state)
{
    (void)state;
    VmDomain *vm = add_domain("vm", "/o2.qcow2");
    VmMoment *s1 = add_moment(vm, "s1", NULL, "/base.qcow2", "/o1.qcow2");
    g_autoptr(VmImageUsers) users = take();
    vm_image_users_release(users, s1);
    vm_image_users_merge(users, "/o1.qcow2");

    assert_null(vm_image_users_find(users, "/o1.qcow2"));
    assert_string_equal(vm_image_users_find(users, "/o2.qcow2")->backing, "/base.qcow2");
    const VmUsedImage *base = vm_image_users_find(users, "/base.qcow2");
    assert_int_equal(base->users->len, 1);
    const VmImageUser *user = g_ptr_array_index(base->users, 0);
    assert_string_equal(user->overlay, "/o2.qcow2");

    vm_image_users_merge(users, "/o2.qcow2");
    user = g_ptr_array_index(base->users, 0);
    assert_int_equal(user->use, VM_USE_TOP);
}

static void
a_dropped_image_is_no_user(void **state)
{
    (void)state;
    add_domain("vm", "/o2.qcow2");
    add_domain("twin", "/n.qcow2");
    g_autoptr(VmImageUsers) users = take();
    vm_image_users_drop(users, "/n.qcow2");
    assert_int_equal(vm_image_users_find(users, "/o1.qcow2")->users->len, 1);
}

static void
only_internal_moments_take_a_tag_along(void **state)
{
    (void)state;
    VmDomain *vm = add_domain("vm", "/other.qcow2");
    VmMoment *s1 = add_moment(vm, "s1", NULL, "/o1.qcow2", "/gone.qcow2");
    g_autoptr(VmImageUsers) users = take();
    vm_image_users_find(users, "/o1.qcow2")->tags = 1;
    vm_image_users_release(users, s1);
    assert_int_equal(vm_image_users_find(users, "/o1.qcow2")->tags, 1);
}

int
main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test_setup_teardown(tops_holders_and_chains_are_users, setup, teardown),
        cmocka_unit_test_setup_teardown(a_snapshot_alone_is_no_other_user, setup, teardown),
        cmocka_unit_test_setup_teardown(a_disk_left_out_is_only_mentioned, setup, teardown),
        cmocka_unit_test_setup_teardown(paths_are_compared_as_they_lead, setup, teardown),
        cmocka_unit_test_setup_teardown(a_disk_of_the_next_definition_alone_is_held, setup,
                                        teardown),
        cmocka_unit_test_setup_teardown(a_protocol_ends_a_chain, setup, teardown),
        cmocka_unit_test_setup_teardown(an_unreadable_image_is_refused, setup, teardown),
        cmocka_unit_test_setup_teardown(an_unreadable_image_hides_no_other, setup, teardown),
        cmocka_unit_test_setup_teardown(each_disk_and_overlay_counts_once, setup, teardown),
        cmocka_unit_test_setup_teardown(block_devices_are_used_too, setup, teardown),
        cmocka_unit_test_setup_teardown(moments_of_others_rest_on_an_image, setup, teardown),
        cmocka_unit_test_setup_teardown(recorded_overlays_are_ours, setup, teardown),
        cmocka_unit_test_setup_teardown(strange_overlays_are_not_ours, setup, teardown),
        cmocka_unit_test_setup_teardown(a_layer_above_an_ancestors_is_ours, setup, teardown),
        cmocka_unit_test_setup_teardown(another_disk_of_the_ancestor_says_nothing, setup, teardown),
        cmocka_unit_test_setup_teardown(an_ancestor_without_the_disk_is_passed_over, setup,
                                        teardown),
        cmocka_unit_test_setup_teardown(a_merge_passes_the_uses_down, setup, teardown),
        cmocka_unit_test_setup_teardown(a_dropped_image_is_no_user, setup, teardown),
        cmocka_unit_test_setup_teardown(only_internal_moments_take_a_tag_along, setup, teardown),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
