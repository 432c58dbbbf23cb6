/* SPDX-License-Identifier: LGPL-2.1-or-later
 *
 * Filters over a node: who moves, what the edges take and share, and the way
 * back.
 */
#include "sim/block/test_graph_rig.h"

static SimNode *
insert_backup(GraphRig *rig, const char *source, const char *target)
{
    SimFilterOptions options = {SIM_DRIVER_COPY_BEFORE_WRITE, "flt", graph_node(rig, target),
                                FALSE};
    SimNode *filter = sim_graph_insert_filter(graph_node(rig, source), &options, NULL);
    assert_non_null(filter);
    return filter;
}

static void
test_a_backup_filter_lets_nobody_else_write_its_source(void **state)
{
    GraphRig *rig = *state;
    SimNode *filter = insert_backup(rig, "a", "t");
    expect_edge(filter->file, 0, R | W | U | S);
    SimEdge *job = graph_hold(filter, "backup", "main node", 0, R | W | U | S);
    expect_edge(filter->file, 0, R | U);
    expect_edge(filter->target, W, R | W | U);
    g_autoptr(GError) error = NULL;
    assert_null(sim_graph_use(graph_node(rig, "a"), W, R | W | U | S, &error));
    expect_refusal(&error,
                   "Permission conflict on node 'a': permissions 'write' are both required by an "
                   "unnamed block device (uses node 'a' as 'root' child) and unshared by node "
                   "'flt' (uses node 'a' as 'file' child).");
    SimEdge *guest = sim_graph_use(filter, R | W, R | U | S, NULL);
    expect_edge(filter->file, R | W, R | U);
    sim_graph_drop(guest);
    sim_graph_drop(job);
}

static void
test_users_move_to_the_filter_and_back(void **state)
{
    GraphRig *rig = *state;
    SimEdge *guest = NULL;
    assert_true(sim_graph_attach_device(rig->graph, "vda", "a", &guest, NULL));
    SimNode *filter = insert_backup(rig, "a", "t");
    assert_ptr_equal(guest->child, filter);
    assert_ptr_equal(sim_node_skip_filters(filter), graph_node(rig, "a"));
    assert_ptr_equal(sim_node_image(filter), sim_node_image(graph_node(rig, "a")));
    sim_graph_remove_filter(filter);
    assert_ptr_equal(guest->child, graph_node(rig, "a"));
    assert_null(sim_graph_find(rig->graph, "flt"));
    sim_graph_drop(guest);
}

static void
test_what_the_filter_stands_on_stays(void **state)
{
    GraphRig *rig = *state;
    SimNode *top = graph_node(rig, "top"), *mid = graph_node(rig, "mid");
    insert_backup(rig, "mid", "top");
    assert_ptr_equal(top->backing->child, mid);
    assert_ptr_equal(sim_graph_find(rig->graph, "flt")->file->child, mid);
}

static void
test_an_overlay_goes_between_filter_and_source(void **state)
{
    GraphRig *rig = *state;
    SimNode *filter = insert_backup(rig, "a", "t");
    graph_image(rig, "o", NULL);
    SimNode *overlay = graph_node(rig, "o");
    assert_true(sim_graph_append(rig->graph, graph_node(rig, "a"), overlay, NULL));
    assert_ptr_equal(filter->file->child, overlay);
    assert_ptr_equal(overlay->backing->child, graph_node(rig, "a"));
}

static void
test_a_bad_filter_name_changes_nothing(void **state)
{
    GraphRig *rig = *state;
    guint nodes = rig->graph->nodes->len;
    g_autoptr(GError) error = NULL;
    SimFilterOptions options = {SIM_DRIVER_MIRROR_TOP, "a", NULL, FALSE};
    assert_null(sim_graph_insert_filter(graph_node(rig, "a"), &options, &error));
    expect_refusal(&error, "Duplicate nodes with node-name='a'");
    options.name = "0";
    assert_null(sim_graph_insert_filter(graph_node(rig, "a"), &options, &error));
    expect_refusal(&error, "Invalid node-name: '0'");
    assert_int_equal(rig->graph->nodes->len, nodes);
}

static void
test_a_filter_without_name_gets_one(void **state)
{
    GraphRig *rig = *state;
    SimFilterOptions options = {SIM_DRIVER_COPY_ON_READ, NULL, NULL, FALSE};
    SimNode *filter = sim_graph_insert_filter(graph_node(rig, "a"), &options, NULL);
    assert_true(g_str_has_prefix(filter->name, "#block"));
}

static void
test_a_mirror_filter_passes_on_what_its_users_need(void **state)
{
    GraphRig *rig = *state;
    SimFilterOptions options = {SIM_DRIVER_MIRROR_TOP, "flt", NULL, FALSE};
    SimNode *filter = sim_graph_insert_filter(graph_node(rig, "a"), &options, NULL);
    SimEdge *job = graph_hold(filter, "mirror", "main node", R, R | W | U);
    expect_edge(filter->backing, R, R | W | U);
    SimEdge *target = sim_graph_use(graph_node(rig, "t"), W, U, NULL);
    expect_edge(graph_node(rig, "t")->file, R | W | S, U);
    sim_graph_drop(target);
    sim_graph_drop(job);
    sim_graph_remove_filter(filter);
}

static void
test_a_commit_filter_needs_no_consistent_read(void **state)
{
    GraphRig *rig = *state;
    SimEdge *guest = NULL;
    assert_true(sim_graph_attach_device(rig->graph, "vda", "top", &guest, NULL));
    SimFilterOptions options = {SIM_DRIVER_MIRROR_TOP, NULL, NULL, TRUE};
    SimNode *filter = sim_graph_insert_filter(graph_node(rig, "top"), &options, NULL);
    graph_hold(filter, "commit", "main node", R, R | W | U);
    graph_hold(graph_node(rig, "mid"), "commit", "intermediate node", 0, W | U);
    expect_edge(filter->backing, W, R | W | U);
    expect_edge(graph_node(rig, "top")->backing, 0, R | W | U | S);
    expect_edge(graph_node(rig, "mid")->file, R | W | S, U);
    assert_non_null(sim_graph_use(graph_node(rig, "base"), W, R | W | U, NULL));
    for (const char *const *name = (const char *const[]){"top", "mid", "base", NULL}; *name != NULL;
         name++)
        assert_true(sim_chain_contains(filter, graph_node(rig, *name)));
    while (filter->parents->len > 0)
        sim_edge_free(filter->parents->pdata[0]);
    for (const char *const *name = (const char *const[]){"mid", "base", NULL}; *name != NULL;
         name++)
        while (sim_node_has_job(graph_node(rig, *name)) ||
               sim_node_has_backend(graph_node(rig, *name)))
            sim_edge_free(graph_node(rig, *name)->parents->pdata[0]);
}

static void
test_a_stream_filter_writes_unchanged_data(void **state)
{
    GraphRig *rig = *state;
    SimFilterOptions options = {SIM_DRIVER_COPY_ON_READ, NULL, NULL, FALSE};
    SimNode *filter = sim_graph_insert_filter(graph_node(rig, "top"), &options, NULL);
    SimEdge *user = sim_graph_use(filter, R, R | W | U, NULL);
    SimEdge *hold = graph_hold(graph_node(rig, "mid"), "stream", "intermediate node", 0, R | U);
    expect_edge(filter->file, R | U, R | W | U);
    expect_edge(graph_node(rig, "top")->file, R | W | U | S, R | U);
    expect_edge(graph_node(rig, "top")->backing, R, R | W | U | S);
    expect_edge(graph_node(rig, "mid")->backing, R, R | U);
    sim_graph_drop(hold);
    sim_graph_drop(user);
}

static void
test_a_target_takes_the_place_of_a_source(void **state)
{
    GraphRig *rig = *state;
    SimEdge *guest = NULL;
    assert_true(sim_graph_attach_device(rig->graph, "vda", "a", &guest, NULL));
    assert_true(sim_graph_replace(graph_node(rig, "a"), graph_node(rig, "t"), NULL));
    assert_ptr_equal(guest->child, graph_node(rig, "t"));
    assert_int_equal(graph_node(rig, "a")->parents->len, 0);
    sim_graph_drop(guest);
}

int
main(void)
{
    const struct CMUnitTest tests[] = {
        GRAPH_TEST(test_a_backup_filter_lets_nobody_else_write_its_source),
        GRAPH_TEST(test_users_move_to_the_filter_and_back),
        GRAPH_TEST(test_what_the_filter_stands_on_stays),
        GRAPH_TEST(test_an_overlay_goes_between_filter_and_source),
        GRAPH_TEST(test_a_bad_filter_name_changes_nothing),
        GRAPH_TEST(test_a_filter_without_name_gets_one),
        GRAPH_TEST(test_a_mirror_filter_passes_on_what_its_users_need),
        GRAPH_TEST(test_a_commit_filter_needs_no_consistent_read),
        GRAPH_TEST(test_a_stream_filter_writes_unchanged_data),
        GRAPH_TEST(test_a_target_takes_the_place_of_a_source),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
