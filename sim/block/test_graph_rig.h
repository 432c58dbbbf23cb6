/* SPDX-License-Identifier: LGPL-2.1-or-later
 *
 * What the tests of the graph share: a file system with images, and nodes.
 */
#pragma once

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <cmocka.h>
#include "sim/block/blocker.h"
#include "sim/block/chain.h"
#include "sim/block/filter.h"
#include "sim/block/image_ops.h"

#define MIB (G_GUINT64_CONSTANT(1) << 20)

/** A graph with the chain base <- mid <- top and the loose nodes a and t, all qcow2 of 1 MiB on
 *  files of their names, the protocol nodes with "f-" before. */
typedef struct {
    SimFs *fs;
    SimGraph *graph;
} GraphRig;

/** A node by name. */
static inline SimNode *
graph_node(GraphRig *rig, const char *name)
{
    SimNode *node = sim_graph_find(rig->graph, name);
    if (node == NULL)
        fail_msg("there is no node '%s'", name);
    return node;
}

/** Open a node by options in JSON with ' for ". */
static inline void
graph_open(GraphRig *rig, const char *options)
{
    g_autofree char *text = g_strdelimit(g_strdup(options), "'", '"');
    json_t *object = json_loads(text, 0, NULL);
    assert_non_null(object);
    g_autoptr(GError) error = NULL;
    if (sim_graph_open(rig->graph, object, &error) == NULL)
        fail_msg("%s: %s", options, error->message);
    json_decref(object);
}

/** A qcow2 node over a new image; backing may be NULL. */
static inline void
graph_image(GraphRig *rig, const char *name, const char *backing)
{
    g_autofree char *path = g_strconcat("/", name, NULL);
    g_autofree char *below = backing == NULL ? NULL : g_strconcat("/", backing, NULL);
    assert_true(sim_image_op_create(rig->fs, path, "qcow2", MIB, below,
                                    backing == NULL ? NULL : "qcow2", NULL));
    g_autofree char *file =
        g_strdup_printf("{'driver':'file','node-name':'f-%s','filename':'%s'}", name, path);
    graph_open(rig, file);
    g_autofree char *link = backing == NULL ? g_strdup("null") : g_strdup_printf("'%s'", backing);
    g_autofree char *format = g_strdup_printf(
        "{'driver':'qcow2','node-name':'%s','file':'f-%s','backing':%s}", name, name, link);
    graph_open(rig, format);
}

/** cmocka set-up and tear-down. */
static inline int
graph_set_up(void **state)
{
    GraphRig *rig = g_new0(GraphRig, 1);
    rig->fs = sim_fs_new();
    rig->graph = sim_graph_new(rig->fs);
    graph_image(rig, "base", NULL);
    graph_image(rig, "mid", "base");
    graph_image(rig, "top", "mid");
    graph_image(rig, "a", NULL);
    graph_image(rig, "t", NULL);
    *state = rig;
    return 0;
}

static inline int
graph_tear_down(void **state)
{
    GraphRig *rig = *state;
    sim_graph_free(rig->graph, FALSE);
    sim_fs_free(rig->fs);
    g_free(rig);
    return 0;
}

/** The edge must take and share this. */
static inline void
expect_edge(const SimEdge *edge, guint32 taken, guint32 shared)
{
    assert_non_null(edge);
    g_autofree char *seen_taken = sim_perm_names(edge->taken);
    g_autofree char *seen_shared = sim_perm_names(edge->shared);
    g_autofree char *good_taken = sim_perm_names(taken);
    g_autofree char *good_shared = sim_perm_names(shared);
    assert_string_equal(seen_taken, good_taken);
    assert_string_equal(seen_shared, good_shared);
}

/** The refusal must say this. */
static inline void
expect_refusal(GError **error, const char *text)
{
    assert_non_null(*error);
    assert_string_equal((*error)->message, text);
    g_clear_error(error);
}

/** A hold of job "j". */
static inline SimEdge *
graph_hold(SimNode *node, const char *type, const char *role, guint32 taken, guint32 shared)
{
    SimHold hold = {role, "j", type, taken, shared};
    SimEdge *edge = sim_graph_hold(node, &hold, NULL);
    assert_non_null(edge);
    return edge;
}

#define R SIM_PERM_READ
#define W SIM_PERM_WRITE
#define U SIM_PERM_WRITE_UNCHANGED
#define S SIM_PERM_RESIZE
#define GRAPH_TEST(name) cmocka_unit_test_setup_teardown(name, graph_set_up, graph_tear_down)
