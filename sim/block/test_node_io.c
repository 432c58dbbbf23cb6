/* SPDX-License-Identifier: LGPL-2.1-or-later
 *
 * Data through the door of a node: what bitmaps see, and what is refused.
 */
#include <errno.h>
#include "sim/block/bitmap.h"
#include "sim/block/node_io.h"
#include "sim/block/test_graph_rig.h"

static SimBitmap *
recorder(GraphRig *rig, const char *name)
{
    return sim_bitmap_new_nameless(graph_node(rig, name), 65536, TRUE);
}

static guint64
stamp_of(GraphRig *rig, const char *name, guint64 offset)
{
    int number = 0;
    g_autoptr(SimContent) part = sim_node_read(graph_node(rig, name), offset, 512, &number);
    assert_int_equal(number, 0);
    guint count = 0;
    const SimExtent *extents = sim_content_extents(part, &count);
    return count == 0 ? 0 : extents[0].stamp;
}

static void
test_a_write_marks_every_node_that_it_passes(void **state)
{
    GraphRig *rig = *state;
    SimFilterOptions options = {SIM_DRIVER_COPY_ON_READ, "flt", NULL, FALSE};
    SimNode *filter = sim_graph_insert_filter(graph_node(rig, "a"), &options, NULL);
    assert_non_null(filter);
    SimBitmap *above = recorder(rig, "flt"), *below = recorder(rig, "a");
    assert_int_equal(sim_node_write(filter, 65535, 2, 7), 0);
    assert_int_equal(sim_bitmap_count(above), 131072);
    assert_int_equal(sim_bitmap_count(below), 131072);
    assert_int_equal(sim_node_write(graph_node(rig, "a"), 512 * 1024, 1, 7), 0);
    assert_int_equal(sim_bitmap_count(above), 131072);
    assert_int_equal(sim_bitmap_count(below), 196608);
    sim_graph_remove_filter(filter);
}

static void
test_copying_up_marks_nothing(void **state)
{
    GraphRig *rig = *state;
    SimBitmap *bitmap = recorder(rig, "top");
    g_autoptr(SimContent) content = sim_content_new();
    sim_content_write(&content, 4096, 4096, 9);
    assert_int_equal(
        sim_node_copy_in(graph_node(rig, "top"), content, 0, 65536, SIM_WRITE_UNCHANGED), 0);
    assert_int_equal(sim_bitmap_count(bitmap), 0);
    assert_int_equal(stamp_of(rig, "top", 4096), 9);
    assert_int_equal(sim_node_copy_in(graph_node(rig, "top"), content, 0, 65536, SIM_WRITE_DIRTY),
                     0);
    assert_int_equal(sim_bitmap_count(bitmap), 65536);
}

static void
test_a_discard_counts_where_it_is_passed_on(void **state)
{
    GraphRig *rig = *state;
    SimNode *node = graph_node(rig, "a");
    SimBitmap *bitmap = recorder(rig, "a");
    assert_int_equal(sim_node_write(node, 0, 65536, 7), 0);
    sim_bitmap_reset(bitmap, 0, 65536);
    assert_int_equal(sim_node_discard(node, 0, 65536), 0);
    assert_int_equal(sim_bitmap_count(bitmap), 0);
    assert_int_equal(stamp_of(rig, "a", 0), 7);
    node->unmap = TRUE;
    assert_int_equal(sim_node_discard(node, 0, 65536), 0);
    assert_int_equal(sim_bitmap_count(bitmap), 65536);
    assert_int_equal(stamp_of(rig, "a", 0), 0);
}

static void
test_refusals_leave_data_and_bitmaps(void **state)
{
    GraphRig *rig = *state;
    SimNode *node = graph_node(rig, "a");
    SimBitmap *bitmap = recorder(rig, "a");
    sim_fs_set_fault(rig->fs, "/a", SIM_FS_WRITE, ENOSPC, -1);
    assert_int_equal(sim_node_write(node, 0, 512, 7), ENOSPC);
    sim_fs_clear_faults(rig->fs);
    assert_true(sim_graph_set_read_only(node, TRUE, NULL));
    assert_int_equal(sim_node_write(node, 0, 512, 7), EROFS);
    assert_true(sim_graph_set_read_only(node, FALSE, NULL));
    assert_true(sim_graph_inactivate(rig->graph, NULL));
    assert_int_equal(sim_node_write(node, 0, 512, 7), EPERM);
    assert_true(sim_graph_activate(rig->graph, NULL));
    assert_int_equal(sim_bitmap_count(bitmap), 0);
    assert_int_equal(stamp_of(rig, "a", 0), 0);
}

/* A frozen bitmap keeps what it held; its successor has what came since. */
static void
test_a_successor_records_for_a_frozen_bitmap(void **state)
{
    GraphRig *rig = *state;
    SimNode *node = graph_node(rig, "a");
    SimBitmapOptions options = {.name = "b"};
    for (guint i = 0; i < 3; i++) {
        SimBitmap *bitmap = sim_bitmap_add(node, &options, NULL);
        assert_int_equal(sim_node_write(node, 0, 1, 7), 0);
        assert_true(sim_bitmap_freeze(bitmap, NULL));
        assert_false(sim_bitmap_freeze(bitmap, NULL));
        assert_int_equal(sim_node_write(node, 65536, 1, 7), 0);
        assert_int_equal(sim_bitmap_count(bitmap), 65536);
        g_autoptr(SimBits) kept = sim_bits_new(16);
        sim_bits_set(&kept, 5, 4);
        if (i == 0)
            sim_bitmap_abdicate(bitmap);
        else if (i == 1)
            sim_bitmap_reclaim(bitmap);
        else
            sim_bitmap_succeed(bitmap, kept);
        const guint64 granules[] = {1, 2, 5};
        assert_int_equal(sim_bitmap_count(bitmap), granules[i] * 65536);
        assert_true(sim_bitmap_do(bitmap, SIM_BITMAP_CLEAR, NULL));
        sim_bitmap_free(bitmap);
    }
}

int
main(void)
{
#define TEST(name) cmocka_unit_test_setup_teardown(name, graph_set_up, graph_tear_down)
    const struct CMUnitTest tests[] = {
        TEST(test_a_write_marks_every_node_that_it_passes),
        TEST(test_copying_up_marks_nothing),
        TEST(test_a_discard_counts_where_it_is_passed_on),
        TEST(test_refusals_leave_data_and_bitmaps),
        TEST(test_a_successor_records_for_a_frozen_bitmap),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
