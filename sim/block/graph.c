/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "sim/block/graph.h"
#include "sim/block/bitmap.h"
#include "sim/block/blocker.h"
#include "sim/block/filter.h"
#include "sim/block/graph_private.h"
#include <errno.h>
#include <string.h>

static const char *const driver_names[] = {
    [SIM_DRIVER_FILE] = "file",
    [SIM_DRIVER_HOST_DEVICE] = "host_device",
    [SIM_DRIVER_RAW] = "raw",
    [SIM_DRIVER_QCOW2] = "qcow2",
    [SIM_DRIVER_COPY_BEFORE_WRITE] = "copy-before-write",
    [SIM_DRIVER_COPY_ON_READ] = "copy-on-read",
    [SIM_DRIVER_MIRROR_TOP] = "mirror_top",
    [SIM_DRIVER_COMMIT_TOP] = "commit_top",
    [SIM_DRIVER_SNAPSHOT_ACCESS] = "snapshot-access",
};

const char *
sim_driver_name(SimDriver driver)
{
    return driver_names[driver];
}

int
sim_driver_number(const char *name)
{
    for (guint i = 0; i < G_N_ELEMENTS(driver_names); i++) {
        if (strcmp(driver_names[i], name) == 0)
            return (int)i;
    }
    return -1;
}

gboolean
sim_qmp_refuse(GError **error, const char *format, ...)
{
    va_list args;
    va_start(args, format);
    if (error != NULL)
        *error = g_error_new_valist(VM_QMP_ERROR, VM_QMP_GENERIC_ERROR, format, args);
    va_end(args);
    return FALSE;
}

SimGraph *
sim_graph_new(SimFs *fs)
{
    SimGraph *graph = g_new0(SimGraph, 1);
    graph->fs = fs;
    graph->nodes = g_ptr_array_new();
    return graph;
}

/* ---- nodes ---- */

SimNode *
sim_graph_find(SimGraph *graph, const char *name)
{
    for (guint i = 0; i < graph->nodes->len; i++) {
        SimNode *node = graph->nodes->pdata[i];
        if (strcmp(node->name, name) == 0)
            return node;
    }
    return NULL;
}

SimNode *
sim_graph_need(SimGraph *graph, const char *name, GError **error)
{
    SimNode *node = sim_graph_find(graph, name);
    if (node == NULL)
        sim_qmp_refuse(error, "Cannot find device='%s' nor node-name='%s'", name, name);
    return node;
}

int
sim_node_flush(SimNode *node)
{
    SimNode *protocol = sim_node_protocol(node);
    int number = sim_fs_fault(node->graph->fs, protocol->filename, SIM_FS_SYNC);
    if (number != 0) {
        sim_inode_fail_sync(protocol->inode);
        return number;
    }
    sim_inode_sync(protocol->inode);
    return 0;
}

int
sim_node_can_write(SimNode *node)
{
    return sim_fs_fault(node->graph->fs, sim_node_protocol(node)->filename, SIM_FS_WRITE);
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

/* ---- an overlay takes the place of its base ---- */

gboolean
sim_graph_append(SimGraph *graph, SimNode *node, SimNode *overlay, GError **error)
{
    for (guint i = 0; i < node->parents->len; i++) {
        if (!sim_edge_check_frozen(node->parents->pdata[i], error))
            return FALSE;
    }
    overlay->backing = sim_edge_new_child(node, "backing", overlay);
    g_autoptr(GPtrArray) moved = sim_graph_move_users(node, overlay);
    if (sim_graph_refresh(graph, error))
        return TRUE;
    /* The overlay may have users of its own, which stay. */
    sim_edges_move(moved, node);
    sim_edge_free(g_steal_pointer(&overlay->backing));
    gboolean ok = sim_graph_refresh(graph, NULL);
    g_assert(ok);
    return FALSE;
}

void
sim_graph_unappend(SimGraph *graph, SimNode *node, SimNode *overlay)
{
    /* Which may stand on another node by now, where node was an overlay too and is taken back. */
    sim_edge_free(g_steal_pointer(&overlay->backing));
    g_autoptr(GPtrArray) moved = sim_graph_move_users(overlay, node);
    gboolean ok = sim_graph_refresh(graph, NULL);
    g_assert(ok);
}

void
sim_graph_append_done(SimNode *node)
{
    if (!node->read_only)
        sim_graph_set_read_only(node, TRUE, NULL);
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
