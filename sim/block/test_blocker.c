/* SPDX-License-Identifier: LGPL-2.1-or-later
 *
 * Operations that are blocked, links that are frozen, and what a deletion and
 * a reopening say about it.
 */
#include "sim/block/test_graph_rig.h"

static void
test_a_backing_is_blocked_but_for_jobs_of_its_chain(void **state)
{
    GraphRig *rig = *state;
    g_autoptr(GError) error = NULL;
    static const SimOp blocked[] = {SIM_OP_DELETE, SIM_OP_RESIZE, SIM_OP_SNAPSHOT,
                                    SIM_OP_MIRROR_SOURCE};
    for (guint i = 0; i < G_N_ELEMENTS(blocked); i++) {
        assert_false(sim_node_check_op(graph_node(rig, "base"), blocked[i], &error));
        expect_refusal(&error, "Node 'base' is busy: node is used as backing hd of 'mid'");
    }
    static const SimOp open[] = {SIM_OP_COMMIT_TARGET, SIM_OP_STREAM, SIM_OP_BACKUP_SOURCE,
                                 SIM_OP_BACKUP_TARGET};
    for (guint i = 0; i < G_N_ELEMENTS(open); i++)
        assert_true(sim_node_check_op(graph_node(rig, "base"), open[i], NULL));
    assert_true(sim_node_check_op(graph_node(rig, "top"), SIM_OP_DELETE, NULL));
}

static void
test_a_held_node_is_blocked_for_all(void **state)
{
    GraphRig *rig = *state;
    SimEdge *job = graph_hold(graph_node(rig, "t"), "backup", "target", 0, R | W | U | S);
    g_autoptr(GError) error = NULL;
    assert_false(sim_node_check_op(graph_node(rig, "t"), SIM_OP_STREAM, &error));
    expect_refusal(&error, "Node 't' is busy: block device is in use by block job: backup");
    sim_graph_drop(job);
    assert_true(sim_node_check_op(graph_node(rig, "t"), SIM_OP_STREAM, NULL));
}

static void
test_only_backends_make_a_root(void **state)
{
    GraphRig *rig = *state;
    SimNode *a = graph_node(rig, "a");
    assert_true(sim_node_is_root(a));
    SimEdge *user = sim_graph_use(a, R, R | W | U | S, NULL);
    assert_true(sim_node_is_root(a));
    assert_true(sim_node_has_backend(a));
    SimEdge *job = graph_hold(a, "mirror", "source", 0, R | W | U);
    assert_false(sim_node_is_root(a));
    assert_false(sim_node_is_root(graph_node(rig, "mid")));
    sim_graph_drop(job);
    sim_graph_drop(user);
}

static void
test_four_reasons_not_to_delete(void **state)
{
    GraphRig *rig = *state;
    g_autoptr(GError) error = NULL;
    SimEdge *user = sim_graph_use(graph_node(rig, "mid"), 0, R | W | U | S, NULL);
    assert_false(sim_graph_delete(rig->graph, "mid", &error));
    expect_refusal(&error, "Node mid is in use");
    sim_graph_drop(user);
    assert_false(sim_graph_delete(rig->graph, "mid", &error));
    expect_refusal(&error, "Node 'mid' is busy: node is used as backing hd of 'top'");
    SimFilterOptions options = {SIM_DRIVER_COPY_ON_READ, "flt", NULL, FALSE};
    SimNode *filter = sim_graph_insert_filter(graph_node(rig, "a"), &options, NULL);
    assert_false(sim_graph_delete(rig->graph, "flt", &error));
    expect_refusal(&error, "Node flt is not owned by the monitor");
    assert_false(sim_graph_delete(rig->graph, "a", &error));
    expect_refusal(&error, "Block device a is in use");
    sim_graph_remove_filter(filter);
    assert_true(sim_graph_delete(rig->graph, "a", NULL));
    assert_false(sim_graph_delete(rig->graph, "a", &error));
    expect_refusal(&error, "Failed to find node with node-name='a'");
}

static gboolean
reopen(GraphRig *rig, const char *options, GError **error)
{
    g_autofree char *text = g_strdelimit(g_strdup(options), "'", '"');
    json_t *list = json_loads(text, 0, NULL);
    assert_non_null(list);
    gboolean ok = sim_graph_reopen(rig->graph, list, error);
    json_decref(list);
    return ok;
}

static void
test_a_frozen_link_cannot_be_changed(void **state)
{
    GraphRig *rig = *state;
    SimNode *top = graph_node(rig, "top");
    g_autoptr(GError) error = NULL;
    assert_true(sim_chain_freeze(top, graph_node(rig, "base"), NULL));
    assert_false(reopen(
        rig, "[{'driver':'qcow2','node-name':'top','file':'f-top','backing':'base'}]", &error));
    expect_refusal(&error, "Cannot change frozen 'backing' link from 'top' to 'mid'");
    assert_false(sim_graph_set_backing(graph_node(rig, "mid"), NULL, &error));
    expect_refusal(&error, "Cannot change frozen 'backing' link from 'mid' to 'base'");
    assert_false(sim_chain_freeze(graph_node(rig, "mid"), NULL, &error));
    g_clear_error(&error);
    assert_true(
        reopen(rig, "[{'driver':'qcow2','node-name':'top','file':'f-top','backing':'mid'}]", NULL));
    sim_chain_thaw(top, graph_node(rig, "base"));
    assert_true(reopen(
        rig, "[{'driver':'qcow2','node-name':'top','file':'f-top','backing':'base'}]", NULL));
    assert_ptr_equal(top->backing->child, graph_node(rig, "base"));
}

static void
test_an_inline_file_follows_into_read_only(void **state)
{
    GraphRig *rig = *state;
    g_autoptr(GError) error = NULL;
    assert_true(sim_image_op_create(rig->fs, "/x", "qcow2", MIB, NULL, NULL, NULL));
    graph_open(rig, "{'driver':'qcow2','node-name':'x',"
                    "'file':{'driver':'file','node-name':'fx','filename':'/x'}}");
    assert_true(
        reopen(rig, "[{'driver':'qcow2','node-name':'x','file':'fx','read-only':true}]", NULL));
    assert_true(graph_node(rig, "fx")->read_only);
    assert_false(reopen(rig, "[{'driver':'qcow2','node-name':'x','file':'fx'}]", &error));
    expect_refusal(&error, "Block node is read-only");
    static const char inline_options[] = "[{'driver':'qcow2','node-name':'x',"
                                         "'file':{'driver':'file','filename':'/x'}}]";
    assert_true(reopen(rig, inline_options, NULL));
    assert_false(graph_node(rig, "fx")->read_only);
    assert_false(reopen(rig,
                        "[{'driver':'qcow2','node-name':'x',"
                        "'file':{'driver':'file','node-name':'fx','filename':'/x'}}]",
                        &error));
    expect_refusal(&error, "Cannot change the option 'node-name'");
    assert_false(reopen(rig,
                        "[{'driver':'qcow2','node-name':'a',"
                        "'file':{'driver':'file','filename':'/a'}}]",
                        &error));
    expect_refusal(&error, "Cannot change the option 'file.driver'");
}

static void
test_a_node_stays_writable_under_a_writer(void **state)
{
    GraphRig *rig = *state;
    SimEdge *writer = sim_graph_use(graph_node(rig, "a"), R | W, R | W | U | S, NULL);
    g_autoptr(GError) error = NULL;
    assert_false(sim_graph_set_read_only(graph_node(rig, "a"), TRUE, &error));
    expect_refusal(&error, "Read-only block node 'a' cannot support read-write users");
    assert_false(graph_node(rig, "a")->read_only);
    sim_graph_drop(writer);
    assert_true(sim_graph_set_read_only(graph_node(rig, "a"), TRUE, NULL));
    expect_edge(graph_node(rig, "a")->file, R, R | U);
    assert_null(sim_graph_use(graph_node(rig, "a"), W, R | W | U | S, &error));
    expect_refusal(&error, "Block node is read-only");
}

static void
test_a_job_and_its_kind_are_named_in_conflicts(void **state)
{
    GraphRig *rig = *state;
    SimEdge *job = graph_hold(graph_node(rig, "mid"), "commit", "intermediate node", 0, W | U);
    g_autoptr(GError) error = NULL;
    assert_null(sim_graph_use(graph_node(rig, "top"), R, R | W | U | S, &error));
    expect_refusal(&error,
                   "Permission conflict on node 'mid': permissions 'consistent read' are both "
                   "required by node 'top' (uses node 'mid' as 'backing' child) and unshared by "
                   "commit job 'j' (uses node 'mid' as 'intermediate node' child).");
    assert_true(sim_edge_set_permissions(job, 0, R | W | U | S, NULL));
    SimEdge *user = sim_graph_use(graph_node(rig, "top"), R, R | W | U | S, NULL);
    assert_non_null(user);
    assert_false(sim_edge_set_permissions(job, 0, W | U, NULL));
    assert_int_equal(job->shared, R | W | U | S);
    sim_graph_drop(user);
    sim_graph_drop(job);
}

static void
test_walks_skip_filters(void **state)
{
    GraphRig *rig = *state;
    SimFilterOptions options = {SIM_DRIVER_MIRROR_TOP, "flt", NULL, FALSE};
    SimNode *filter = sim_graph_insert_filter(graph_node(rig, "mid"), &options, NULL);
    SimNode *top = graph_node(rig, "top"), *mid = graph_node(rig, "mid");
    assert_ptr_equal(top->backing->child, filter);
    assert_ptr_equal(sim_node_backing(top), mid);
    assert_ptr_equal(sim_chain_above(top, mid), filter);
    assert_ptr_equal(sim_chain_above(top, graph_node(rig, "base")), mid);
    assert_null(sim_chain_above(top, graph_node(rig, "a")));
    assert_ptr_equal(sim_node_backing(filter), graph_node(rig, "base"));
    assert_null(sim_node_cow(filter));
}

int
main(void)
{
    const struct CMUnitTest tests[] = {
        GRAPH_TEST(test_a_backing_is_blocked_but_for_jobs_of_its_chain),
        GRAPH_TEST(test_a_held_node_is_blocked_for_all),
        GRAPH_TEST(test_only_backends_make_a_root),
        GRAPH_TEST(test_four_reasons_not_to_delete),
        GRAPH_TEST(test_a_frozen_link_cannot_be_changed),
        GRAPH_TEST(test_an_inline_file_follows_into_read_only),
        GRAPH_TEST(test_a_node_stays_writable_under_a_writer),
        GRAPH_TEST(test_a_job_and_its_kind_are_named_in_conflicts),
        GRAPH_TEST(test_walks_skip_filters),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
