/* SPDX-License-Identifier: LGPL-2.1-or-later
 *
 * What a killed process leaves of an image that it wrote.
 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <cmocka.h>
#include "sim/block/image.h"

#define KIB G_GUINT64_CONSTANT(1024)

/* The stamp at an offset, 0 where there is nothing. */
static guint64
stamp_at(const SimImage *image, guint64 offset)
{
    guint count = 0;
    const SimExtent *extents = sim_content_extents(sim_image_state(image)->content, &count);
    for (guint i = 0; i < count; i++) {
        if (extents[i].offset <= offset && offset - extents[i].offset < extents[i].length)
            return extents[i].stamp;
    }
    return 0;
}

static void
test_new_clusters_are_lost_and_old_ones_hold_what_was_written(void **state)
{
    (void)state;
    g_autoptr(SimImage) image = sim_image_new(SIM_FORMAT_QCOW2, 1024 * KIB, NULL, NULL);
    sim_image_write(image, 0, 512, 1);
    sim_image_settle(image);
    sim_image_write(image, 32 * KIB, 64 * KIB, 2);
    sim_image_kill(image);
    assert_int_equal(stamp_at(image, 0), 1);
    assert_int_equal(stamp_at(image, 63 * KIB), 2);
    assert_int_equal(stamp_at(image, 64 * KIB), 0);
}

static void
test_what_was_flushed_stays(void **state)
{
    (void)state;
    g_autoptr(SimImage) image = sim_image_new(SIM_FORMAT_QCOW2, 1024 * KIB, NULL, NULL);
    sim_image_settle(image);
    sim_image_write(image, 0, 64 * KIB, 1);
    sim_image_flush(image);
    sim_image_write(image, 128 * KIB, 64 * KIB, 2);
    sim_image_kill(image);
    assert_int_equal(stamp_at(image, 0), 1);
    assert_int_equal(stamp_at(image, 128 * KIB), 0);
    sim_image_power_cut(image);
    assert_int_equal(stamp_at(image, 0), 1);
}

static void
test_a_raw_image_has_no_tables_to_lose(void **state)
{
    (void)state;
    g_autoptr(SimImage) image = sim_image_new(SIM_FORMAT_RAW, 1024 * KIB, NULL, NULL);
    sim_image_settle(image);
    sim_image_write(image, 0, 64 * KIB, 1);
    sim_image_kill(image);
    assert_int_equal(stamp_at(image, 0), 1);
}

int
main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_new_clusters_are_lost_and_old_ones_hold_what_was_written),
        cmocka_unit_test(test_what_was_flushed_stays),
        cmocka_unit_test(test_a_raw_image_has_no_tables_to_lose),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
