/* SPDX-License-Identifier: LGPL-2.1-or-later
 *
 * The nodes of a graph: how they come, how they go, and whose images they are.
 */
#include "sim/block/graph.h"
#include "sim/block/bitmap.h"
#include "sim/block/blocker.h"
#include "sim/block/graph_private.h"
#include <string.h>

#define NODE_NAME_MAX 31

SimGraph *
sim_graph_new(SimFs *fs)
{
    SimGraph *graph = g_new0(SimGraph, 1);
    graph->fs = fs;
    graph->nodes = g_ptr_array_new();
    return graph;
}

/* ---- nodes ---- */

static gboolean
is_identifier(const char *name)
{
    if (!g_ascii_isalpha(name[0]))
        return FALSE;
    for (const char *p = name + 1; *p != '\0'; p++) {
        if (!g_ascii_isalnum(*p) && strchr("-._", *p) == NULL)
            return FALSE;
    }
    return TRUE;
}

static gboolean
check_name(SimGraph *graph, const char *name, GError **error)
{
    if (!is_identifier(name))
        return sim_qmp_refuse(error, "Invalid node-name: '%s'", name);
    if (sim_graph_find(graph, name) != NULL)
        return sim_qmp_refuse(error, "Duplicate nodes with node-name='%s'", name);
    if (strlen(name) > NODE_NAME_MAX)
        return sim_qmp_refuse(error, "Node name too long");
    return TRUE;
}

SimNode *
sim_node_new(SimGraph *graph, const char *name, SimDriver driver, GError **error)
{
    if (name != NULL && !check_name(graph, name, error))
        return NULL;
    SimNode *node = g_new0(SimNode, 1);
    node->graph = graph;
    node->name = name != NULL ? g_strdup(name)
                              : g_strdup_printf("#block%03u", 100 + graph->next_auto_name++);
    node->driver = driver;
    node->parents = g_ptr_array_new();
    node->lock.shared = SIM_PERM_ALL;
    g_ptr_array_add(graph->nodes, node);
    return node;
}

static void
close_child(SimEdge *edge, gboolean flush)
{
    if (edge == NULL)
        return;
    SimNode *child = edge->child;
    if (child->inside == edge->parent)
        child->inside = NULL;
    sim_edge_free(edge);
    if (!child->owned && child->parents->len == 0)
        sim_node_close(child, flush);
}

void
sim_node_close(SimNode *node, gboolean flush)
{
    g_assert(node->parents->len == 0);
    if (flush && !node->read_only && !node->inactive) {
        sim_bitmaps_store(node);
        sim_node_flush(node);
    }
    sim_bitmaps_drop(node);
    if (node->filter_free != NULL)
        node->filter_free(node);
    close_child(g_steal_pointer(&node->target), flush);
    close_child(g_steal_pointer(&node->backing), flush);
    close_child(g_steal_pointer(&node->file), flush);
    if (node->inode != NULL) {
        g_ptr_array_remove(sim_inode_locks(node->inode), &node->lock);
        sim_inode_unref(node->inode);
    }
    g_ptr_array_remove(node->graph->nodes, node);
    g_ptr_array_unref(node->parents);
    g_free(node->filename);
    g_free(node->name);
    g_free(node);
}

void
sim_node_take_image(SimNode *node)
{
    if (node->driver != SIM_DRIVER_QCOW2)
        return;
    SimImage *image = sim_node_image(node);
    if (!node->read_only && sim_image_state(image)->damage == SIM_DAMAGE_DIRTY)
        sim_image_set_damage(image, SIM_DAMAGE_NONE);
    if (!node->read_only)
        sim_image_settle(image);
    sim_bitmaps_load(node);
}

/* The process dies with the tables that it has in memory. */
static void
kill_images(SimGraph *graph)
{
    for (guint i = 0; i < graph->nodes->len; i++) {
        SimNode *node = graph->nodes->pdata[i];
        /* A file that was made anew below the node has no image any more. */
        SimImage *image = node->driver == SIM_DRIVER_QCOW2 ? sim_node_image(node) : NULL;
        if (image != NULL && !node->read_only && !node->inactive)
            sim_image_kill(image);
    }
}

/* Any node without a user, or NULL. */
static SimNode *
find_unused(SimGraph *graph)
{
    for (guint i = 0; i < graph->nodes->len; i++) {
        SimNode *node = graph->nodes->pdata[i];
        if (node->parents->len == 0)
            return node;
    }
    return NULL;
}

void
sim_graph_free(SimGraph *graph, gboolean flush)
{
    if (!flush)
        kill_images(graph);
    for (SimNode *node = find_unused(graph); node != NULL; node = find_unused(graph))
        sim_node_close(node, flush);
    g_assert(graph->nodes->len == 0);
    g_ptr_array_unref(graph->nodes);
    g_free(graph);
}

gboolean
sim_graph_delete(SimGraph *graph, const char *name, GError **error)
{
    SimNode *node = sim_graph_find(graph, name);
    if (node == NULL)
        return sim_qmp_refuse(error, "Failed to find node with node-name='%s'", name);
    if (sim_node_has_backend(node))
        return sim_qmp_refuse(error, "Node %s is in use", name);
    if (!sim_node_check_op(node, SIM_OP_DELETE, error))
        return FALSE;
    if (!node->owned)
        return sim_qmp_refuse(error, "Node %s is not owned by the monitor", name);
    if (node->parents->len > 0)
        return sim_qmp_refuse(error, "Block device %s is in use", name);
    sim_node_close(node, TRUE);
    return sim_graph_refresh(graph, error);
}

/* ---- migration ---- */

static gboolean
can_let_go(const SimGraph *graph, GError **error)
{
    for (guint i = 0; i < graph->nodes->len; i++) {
        SimNode *node = graph->nodes->pdata[i];
        if (!sim_bitmaps_can_store(node))
            return sim_qmp_refuse(error,
                                  "Lost persistent bitmaps during inactivation of node '%s': %s",
                                  node->name, node->read_only ? "No write access" : "No memory");
    }
    return TRUE;
}

/* These nodes (NULL: all) let go of their images, the devices of their nodes. */
static void
set_inactive(SimGraph *graph, const GPtrArray *nodes)
{
    const GPtrArray *which = nodes != NULL ? nodes : graph->nodes;
    for (guint i = 0; i < which->len; i++)
        ((SimNode *)which->pdata[i])->inactive = TRUE;
    graph->inactive = TRUE;
    gboolean ok = sim_graph_refresh(graph, NULL);
    g_assert(ok);
}

gboolean
sim_graph_inactivate(SimGraph *graph, GError **error)
{
    if (graph->inactive)
        return TRUE;
    if (!can_let_go(graph, error))
        return FALSE;
    for (guint i = 0; i < graph->nodes->len; i++) {
        SimNode *node = graph->nodes->pdata[i];
        sim_bitmaps_store(node);
        if (!node->read_only)
            sim_node_flush(node);
    }
    set_inactive(graph, NULL);
    return TRUE;
}

gboolean
sim_graph_activate(SimGraph *graph, GError **error)
{
    if (!graph->inactive)
        return TRUE;
    g_autoptr(GPtrArray) taken = g_ptr_array_new();
    for (guint i = 0; i < graph->nodes->len; i++) {
        SimNode *node = graph->nodes->pdata[i];
        if (node->inactive)
            g_ptr_array_add(taken, node);
        node->inactive = FALSE;
    }
    graph->inactive = FALSE;
    if (!sim_graph_refresh(graph, error)) {
        set_inactive(graph, taken);
        return FALSE;
    }
    graph->incoming = FALSE;
    for (guint i = 0; i < taken->len; i++)
        sim_node_take_image(taken->pdata[i]);
    return TRUE;
}
