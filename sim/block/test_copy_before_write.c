/* SPDX-License-Identifier: LGPL-2.1-or-later
 *
 * copy-before-write and snapshot-access nodes made by blockdev-add.
 */
#include "sim/block/test_graph_rig.h"
#include <errno.h>
#include "sim/block/copy_before_write.h"
#include "sim/block/node_io.h"

#define CLUSTER 65536

static void
add_view(GraphRig *rig, const char *more)
{
    g_autofree char *filter = g_strdup_printf(
        "{'driver':'copy-before-write','node-name':'cbw','file':'a','target':'t'%s}", more);
    graph_open(rig, filter);
    graph_open(rig, "{'driver':'snapshot-access','node-name':'acc','file':'cbw'}");
}

/* The stamp at the first byte that a node shows, 0 for none. */
static guint64
first_stamp(SimNode *node, guint64 offset)
{
    int number = 0;
    g_autoptr(SimContent) part = sim_node_read(node, offset, 512, &number);
    assert_int_equal(number, 0);
    guint count = 0;
    const SimExtent *extents = sim_content_extents(part, &count);
    return count == 0 ? 0 : extents[0].stamp;
}

static void
test_a_view_keeps_what_is_overwritten(void **state)
{
    GraphRig *rig = *state;
    SimNode *a = graph_node(rig, "a");
    assert_int_equal(sim_node_write(a, 0, 2 * CLUSTER, 7), 0);
    add_view(rig, "");
    SimNode *cbw = graph_node(rig, "cbw"), *acc = graph_node(rig, "acc");
    assert_int_equal(sim_node_write(cbw, 0, 512, 8), 0);
    assert_int_equal(sim_node_write(cbw, 4 * CLUSTER, 512, 9), 0);
    assert_int_equal(first_stamp(acc, 0), 7);
    assert_int_equal(first_stamp(acc, CLUSTER), 7);
    assert_int_equal(first_stamp(acc, 4 * CLUSTER), 0);
    assert_int_equal(first_stamp(cbw, 0), 8);
    assert_int_equal(first_stamp(a, 4 * CLUSTER), 9);
    assert_int_equal(sim_node_write(acc, 0, 512, 1), ENOTSUP);
    assert_int_equal(sim_bitmap_count(sim_copy_before_write_todo(cbw)), MIB - 2 * CLUSTER);
}

static void
test_a_bitmap_limits_the_view(void **state)
{
    GraphRig *rig = *state;
    SimBitmapOptions options = {.name = "m", .granularity = CLUSTER};
    assert_non_null(sim_bitmap_add(graph_node(rig, "a"), &options, NULL));
    assert_int_equal(sim_node_write(graph_node(rig, "a"), CLUSTER, 512, 7), 0);
    add_view(rig, ",'bitmap':{'node':'a','name':'m'}");
    SimNode *acc = graph_node(rig, "acc");
    int number = 0;
    assert_int_equal(first_stamp(acc, CLUSTER), 7);
    assert_null(sim_node_read(acc, 0, 512, &number));
    assert_int_equal(number, EACCES);
    assert_int_equal(sim_node_write(graph_node(rig, "cbw"), 0, 512, 8), 0);
    assert_int_equal(sim_node_can_write(graph_node(rig, "t")), 0);
    assert_int_equal(
        sim_content_allocated(sim_image_state(sim_node_image(graph_node(rig, "t")))->content), 0);
}

static void
test_a_view_can_break_instead_of_the_guest(void **state)
{
    GraphRig *rig = *state;
    int number = 0;
    add_view(rig, ",'on-cbw-error':'break-snapshot'");
    sim_fs_set_fault(rig->fs, "/t", SIM_FS_WRITE, EIO, 1);
    assert_int_equal(sim_node_write(graph_node(rig, "cbw"), 0, 512, 8), 0);
    assert_null(sim_node_read(graph_node(rig, "acc"), 0, 512, &number));
    assert_int_equal(number, EACCES);
}

static void
test_a_guest_write_breaks_by_default(void **state)
{
    GraphRig *rig = *state;
    add_view(rig, "");
    sim_fs_set_fault(rig->fs, "/t", SIM_FS_WRITE, EIO, 1);
    assert_int_equal(sim_node_write(graph_node(rig, "cbw"), 0, 512, 8), EIO);
    assert_int_equal(first_stamp(graph_node(rig, "a"), 0), 0);
}

static void
test_what_cannot_be_opened_leaves_nothing(void **state)
{
    GraphRig *rig = *state;
    guint nodes = rig->graph->nodes->len;
    json_t *options =
        json_pack("{s:s,s:s,s:s,s:s,s:{s:s,s:s}}", "driver", "copy-before-write", "node-name", "c",
                  "file", "a", "target", "t", "bitmap", "node", "a", "name", "x");
    g_autoptr(GError) error = NULL;
    assert_null(sim_graph_open(rig->graph, options, &error));
    expect_refusal(&error, "Dirty bitmap 'x' not found");
    json_object_set_new(options, "target", json_string("nosuch"));
    assert_null(sim_graph_open(rig->graph, options, &error));
    expect_refusal(&error, "Cannot find device='nosuch' nor node-name='nosuch'");
    json_decref(options);
    assert_int_equal(rig->graph->nodes->len, nodes);
    assert_true(sim_graph_delete(rig->graph, "t", NULL));
}

static void
test_a_view_goes_before_its_filter(void **state)
{
    GraphRig *rig = *state;
    add_view(rig, "");
    g_autoptr(GError) error = NULL;
    assert_false(sim_graph_delete(rig->graph, "cbw", &error));
    expect_refusal(&error, "Block device cbw is in use");
    assert_true(sim_graph_delete(rig->graph, "acc", NULL));
    assert_true(sim_graph_delete(rig->graph, "cbw", NULL));
    assert_null(graph_node(rig, "a")->bitmaps);
}

int
main(void)
{
    const struct CMUnitTest tests[] = {
        GRAPH_TEST(test_a_view_keeps_what_is_overwritten),
        GRAPH_TEST(test_a_bitmap_limits_the_view),
        GRAPH_TEST(test_a_view_can_break_instead_of_the_guest),
        GRAPH_TEST(test_a_guest_write_breaks_by_default),
        GRAPH_TEST(test_what_cannot_be_opened_leaves_nothing),
        GRAPH_TEST(test_a_view_goes_before_its_filter),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
