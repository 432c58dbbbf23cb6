/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "sim/block/image.h"
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <cmocka.h>

#define MIB (1 << 20)

static SimImage *
image_with(const char *const *names)
{
    SimImage *image = sim_image_new(SIM_FORMAT_QCOW2, MIB, NULL, NULL);
    for (; *names != NULL; names++)
        sim_image_snapshot(image, *names, NULL, 1);
    return image;
}

static void
assert_order(const SimImage *image, const char *expected)
{
    g_autoptr(GString) seen = g_string_new(NULL);
    const GList *link = sim_snapshots_first(sim_image_snapshots(image));
    for (; link != NULL; link = link->next) {
        const SimSnapshot *snapshot = link->data;
        g_string_append_printf(seen, "%s=%s ", snapshot->id, snapshot->name);
    }
    assert_string_equal(seen->str, expected);
}

static void
test_one_in_the_midst_goes_and_the_order_stays(void **state)
{
    static const char *const names[] = {"a", "b", "c", NULL};
    (void)state;
    g_autoptr(SimImage) image = image_with(names);
    sim_image_delete_snapshot(image, sim_image_find_name(image, "b"));
    assert_order(image, "1=a 3=c ");
    assert_null(sim_image_find_name(image, "b"));
    assert_null(sim_image_find_both(image, "2", NULL));
    assert_string_equal(sim_image_find_both(image, "3", NULL)->name, "c");
}

static void
test_a_name_stands_for_the_first_that_has_it(void **state)
{
    static const char *const names[] = {"a", "b", "a", "a", NULL};
    (void)state;
    g_autoptr(SimImage) image = image_with(names);
    const SimSnapshotList *list = sim_image_snapshots(image);
    assert_int_equal(sim_snapshots_count_name(list, "a"), 3);
    assert_string_equal(sim_image_find_name(image, "a")->id, "1");
    sim_image_delete_snapshot(image, sim_image_find_name(image, "a"));
    assert_string_equal(sim_image_find_name(image, "a")->id, "3");
    sim_image_delete_snapshot(image, sim_image_find_both(image, "4", "a"));
    assert_int_equal(sim_snapshots_count_name(list, "a"), 1);
    sim_image_delete_snapshot(image, sim_image_find_name(image, "a"));
    assert_null(sim_image_find_name(image, "a"));
    assert_order(image, "2=b ");
    assert_int_equal(sim_snapshots_count_name(list, "a"), 0);
    assert_int_equal(sim_snapshots_count_name(list, "b"), 1);
}

static void
test_a_power_cut_leaves_the_list_alone(void **state)
{
    static const char *const names[] = {"a", "b", NULL};
    (void)state;
    g_autoptr(SimImage) image = image_with(names);
    sim_image_write(image, 0, 512, 1);
    sim_image_delete_snapshot(image, sim_image_find_name(image, "a"));
    sim_image_write(image, 512, 512, 1);
    assert_true(sim_image_power_cut(image));
    assert_order(image, "2=b ");
    assert_int_equal(sim_content_allocated(sim_image_state(image)->content), 512);
}

static void
test_a_copy_keeps_what_the_other_removes(void **state)
{
    static const char *const names[] = {"a", "b", NULL};
    (void)state;
    g_autoptr(SimImage) image = image_with(names);
    g_autoptr(SimImage) copy = sim_image_copy(image);
    sim_image_delete_snapshot(image, sim_image_find_name(image, "a"));
    sim_image_snapshot(copy, "c", NULL, 1);
    assert_order(image, "2=b ");
    assert_order(copy, "1=a 2=b 3=c ");
}

static void
test_machine_states_count_for_the_size(void **state)
{
    static const char *const names[] = {NULL};
    (void)state;
    g_autoptr(SimImage) image = image_with(names);
    g_autoptr(GBytes) memory = g_bytes_new_static("0123456789", 10);
    guint64 bare = sim_image_file_size(image);
    sim_image_snapshot(image, "a", memory, 1);
    sim_image_snapshot(image, "b", memory, 1);
    assert_int_equal(sim_image_file_size(image), bare + 20);
    sim_image_delete_snapshot(image, sim_image_find_name(image, "a"));
    assert_int_equal(sim_image_file_size(image), bare + 10);
}

int
main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_one_in_the_midst_goes_and_the_order_stays),
        cmocka_unit_test(test_a_name_stands_for_the_first_that_has_it),
        cmocka_unit_test(test_a_power_cut_leaves_the_list_alone),
        cmocka_unit_test(test_a_copy_keeps_what_the_other_removes),
        cmocka_unit_test(test_machine_states_count_for_the_size),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
