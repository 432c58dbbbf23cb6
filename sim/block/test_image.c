/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <cmocka.h>
#include "sim/block/image.h"

#define MIB (G_GUINT64_CONSTANT(1) << 20)

static void
test_ids_are_the_greatest_plus_one(void **state)
{
    (void)state;
    g_autoptr(SimImage) image = sim_image_new(SIM_FORMAT_QCOW2, MIB, NULL, NULL);
    assert_string_equal(sim_image_snapshot(image, "a", NULL, 1)->id, "1");
    assert_string_equal(sim_image_snapshot(image, "b", NULL, 2)->id, "2");
    sim_image_delete_snapshot(image, sim_image_find_name(image, "a"));
    assert_string_equal(sim_image_snapshot(image, "c", NULL, 3)->id, "3");
    sim_image_delete_snapshot(image, sim_image_find_name(image, "c"));
    assert_string_equal(sim_image_snapshot(image, "d", NULL, 4)->id, "3");
}

static void
test_an_id_goes_before_a_name(void **state)
{
    (void)state;
    g_autoptr(SimImage) image = sim_image_new(SIM_FORMAT_QCOW2, MIB, NULL, NULL);
    sim_image_snapshot(image, "first", NULL, 1);
    sim_image_snapshot(image, "1", NULL, 2);
    assert_string_equal(sim_image_find_id_or_name(image, "1")->name, "first");
    assert_string_equal(sim_image_find_name(image, "1")->id, "2");
    assert_null(sim_image_find_both(image, "1", "1"));
}

static void
test_revert_brings_content_and_size_back(void **state)
{
    (void)state;
    g_autoptr(SimImage) image = sim_image_new(SIM_FORMAT_QCOW2, MIB, NULL, NULL);
    sim_image_write(image, 0, 512, 1);
    g_autofree char *before = sim_content_digest(sim_image_state(image)->content, MIB);
    const SimSnapshot *snapshot = sim_image_snapshot(image, "s", NULL, 1);
    sim_image_write(image, 0, 512, 2);
    sim_image_resize(image, 2 * MIB);
    sim_image_revert(image, snapshot);
    g_autofree char *after =
        sim_content_digest(sim_image_state(image)->content, sim_image_state(image)->size);
    assert_string_equal(before, after);
}

static void
test_a_power_cut_loses_what_was_not_flushed(void **state)
{
    (void)state;
    g_autoptr(SimImage) image = sim_image_new(SIM_FORMAT_QCOW2, MIB, NULL, NULL);
    assert_false(sim_image_power_cut(image));
    sim_image_write(image, 0, 512, 1);
    sim_image_flush(image);
    g_autofree char *flushed = sim_image_digest(image);
    sim_image_write(image, 0, 512, 2);
    assert_true(sim_image_power_cut(image));
    g_autofree char *left = sim_image_digest(image);
    assert_string_equal(flushed, left);
}

static void
test_a_copy_is_its_own(void **state)
{
    (void)state;
    g_autoptr(SimImage) image = sim_image_new(SIM_FORMAT_QCOW2, MIB, "base", "raw");
    sim_image_snapshot(image, "s", NULL, 1);
    sim_image_add_bitmap(image, "b");
    g_autoptr(SimImage) copy = sim_image_copy(image);
    g_autofree char *before = sim_image_digest(image);
    sim_image_write(copy, 0, 512, 1);
    sim_image_delete_snapshot(copy, sim_image_find_name(copy, "s"));
    sim_image_remove_bitmap(copy, "b");
    g_autofree char *after = sim_image_digest(image);
    assert_string_equal(before, after);
    assert_int_equal(sim_snapshots_count(sim_image_snapshots(copy)), 0);
    assert_null(sim_image_state(copy)->bitmaps);
}

static void
test_a_write_beyond_the_end_is_cut(void **state)
{
    (void)state;
    g_autoptr(SimImage) image = sim_image_new(SIM_FORMAT_RAW, 1024, NULL, NULL);
    sim_image_write(image, 512, 4096, 1);
    sim_image_write(image, 2048, 512, 1);
    assert_int_equal(sim_content_allocated(sim_image_state(image)->content), 512);
}

int
main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_ids_are_the_greatest_plus_one),
        cmocka_unit_test(test_an_id_goes_before_a_name),
        cmocka_unit_test(test_revert_brings_content_and_size_back),
        cmocka_unit_test(test_a_power_cut_loses_what_was_not_flushed),
        cmocka_unit_test(test_a_copy_is_its_own),
        cmocka_unit_test(test_a_write_beyond_the_end_is_cut),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
