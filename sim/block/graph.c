/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "sim/block/graph.h"
#include "sim/block/graph_private.h"
#include <errno.h>
#include <string.h>

static const char *const driver_names[] = {
    [SIM_DRIVER_FILE] = "file",
    [SIM_DRIVER_HOST_DEVICE] = "host_device",
    [SIM_DRIVER_RAW] = "raw",
    [SIM_DRIVER_QCOW2] = "qcow2",
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

/* ---- edges ---- */

SimEdge *
sim_edge_new(SimNode *child, const char *role, SimNode *parent, const char *device)
{
    SimEdge *edge = g_new0(SimEdge, 1);
    edge->role = role;
    edge->parent = parent;
    edge->device = g_strdup(device);
    edge->child = child;
    edge->shared = SIM_PERM_ALL;
    g_ptr_array_insert(child->parents, 0, edge);
    return edge;
}

void
sim_edge_free(SimEdge *edge)
{
    if (edge == NULL)
        return;
    gboolean removed = g_ptr_array_remove(edge->child->parents, edge);
    g_assert(removed);
    g_free(edge->device);
    g_free(edge);
}

void
sim_edge_move(SimEdge *edge, SimNode *child)
{
    gboolean removed = g_ptr_array_remove(edge->child->parents, edge);
    g_assert(removed);
    edge->child = child;
    g_ptr_array_add(child->parents, edge);
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

SimNode *
sim_node_protocol(SimNode *node)
{
    while (node->file != NULL)
        node = node->file->child;
    return node;
}

SimImage *
sim_node_image(SimNode *node)
{
    SimInode *inode = sim_node_protocol(node)->inode;
    if (node->driver != SIM_DRIVER_QCOW2)
        return sim_inode_raw_image(inode);
    SimImage *image = sim_inode_image(inode);
    return image != NULL && sim_image_format(image) == SIM_FORMAT_QCOW2 ? image : NULL;
}

int
sim_node_flush(SimNode *node)
{
    SimNode *protocol = sim_node_protocol(node);
    int number = sim_fs_fault(node->graph->fs, protocol->filename, SIM_FS_SYNC);
    if (number != 0)
        return number;
    sim_inode_sync(protocol->inode);
    return 0;
}

int
sim_node_can_write(SimNode *node)
{
    return sim_fs_fault(node->graph->fs, sim_node_protocol(node)->filename, SIM_FS_WRITE);
}

gboolean
sim_node_is_root(const SimNode *node)
{
    for (guint i = 0; i < node->parents->len; i++) {
        const SimEdge *edge = node->parents->pdata[i];
        if (edge->parent != NULL)
            return FALSE;
    }
    return TRUE;
}

gboolean
sim_node_check_blocked(SimNode *node, GError **error)
{
    for (guint i = 0; i < node->parents->len; i++) {
        const SimEdge *edge = node->parents->pdata[i];
        if (strcmp(edge->role, "backing") == 0)
            return sim_qmp_refuse(error, "Node '%s' is busy: node is used as backing hd of '%s'",
                                  node->name, edge->parent->name);
    }
    return TRUE;
}

gboolean
sim_node_reaches(SimNode *node, SimNode *other)
{
    return node == other || (node->file != NULL && sim_node_reaches(node->file->child, other)) ||
           (node->backing != NULL && sim_node_reaches(node->backing->child, other));
}

static void
close_child(SimEdge *edge, gboolean flush)
{
    if (edge == NULL)
        return;
    SimNode *child = edge->child;
    sim_edge_free(edge);
    if (!child->owned && child->parents->len == 0)
        sim_node_close(child, flush);
}

void
sim_node_close(SimNode *node, gboolean flush)
{
    g_assert(node->parents->len == 0);
    if (flush && !node->read_only && !node->graph->inactive)
        sim_node_flush(node);
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
    for (guint i = 0; i < node->parents->len; i++) {
        const SimEdge *edge = node->parents->pdata[i];
        if (edge->parent == NULL)
            return sim_qmp_refuse(error, "Node %s is in use", name);
    }
    if (!sim_node_check_blocked(node, error))
        return FALSE;
    if (!node->owned)
        return sim_qmp_refuse(error, "Node %s is not owned by the monitor", name);
    if (node->parents->len > 0)
        return sim_qmp_refuse(error, "Block device %s is in use", name);
    sim_node_close(node, TRUE);
    return sim_graph_refresh(graph, error);
}

gboolean
sim_graph_attach_device(SimGraph *graph, const char *device, const char *name, SimEdge **edge,
                        GError **error)
{
    SimNode *node = sim_graph_find(graph, name);
    if (node == NULL)
        return sim_qmp_refuse(error, "Property 'virtio-blk-device.drive' can't find value '%s'",
                              name);
    SimEdge *root = sim_edge_new(node, "root", NULL, device);
    root->writes = !node->read_only;
    if (!sim_graph_refresh(graph, error)) {
        sim_edge_free(root);
        gboolean ok = sim_graph_refresh(graph, NULL);
        g_assert(ok);
        return FALSE;
    }
    *edge = root;
    return TRUE;
}

/* ---- an overlay takes the place of its base ---- */

/* The order of the parents is kept. */
static void
move_parents(SimNode *from, SimNode *to, const SimEdge *but)
{
    g_autoptr(GPtrArray) edges = g_ptr_array_new();
    for (guint i = 0; i < from->parents->len; i++) {
        if (from->parents->pdata[i] != but)
            g_ptr_array_add(edges, from->parents->pdata[i]);
    }
    for (guint i = 0; i < edges->len; i++)
        sim_edge_move(edges->pdata[i], to);
}

gboolean
sim_graph_append(SimGraph *graph, SimNode *node, SimNode *overlay, GError **error)
{
    gboolean was_read_only = node->read_only;
    move_parents(node, overlay, NULL);
    overlay->backing = sim_edge_new(node, "backing", overlay, NULL);
    node->read_only = TRUE;
    if (sim_graph_refresh(graph, error))
        return TRUE;
    sim_graph_unappend(graph, node, overlay, was_read_only);
    return FALSE;
}

void
sim_graph_unappend(SimGraph *graph, SimNode *node, SimNode *overlay, gboolean was_read_only)
{
    SimEdge *backing = g_steal_pointer(&overlay->backing);
    g_assert(backing->child == node);
    sim_edge_free(backing);
    move_parents(overlay, node, NULL);
    node->read_only = was_read_only;
    gboolean ok = sim_graph_refresh(graph, NULL);
    g_assert(ok);
}

/* ---- migration ---- */

void
sim_graph_inactivate(SimGraph *graph)
{
    if (graph->inactive)
        return;
    for (guint i = 0; i < graph->nodes->len; i++) {
        SimNode *node = graph->nodes->pdata[i];
        if (!node->read_only)
            sim_node_flush(node);
    }
    graph->inactive = TRUE;
    gboolean ok = sim_graph_refresh(graph, NULL);
    g_assert(ok);
}

gboolean
sim_graph_activate(SimGraph *graph, GError **error)
{
    if (!graph->inactive)
        return TRUE;
    graph->inactive = FALSE;
    if (sim_graph_refresh(graph, error))
        return TRUE;
    graph->inactive = TRUE;
    gboolean ok = sim_graph_refresh(graph, NULL);
    g_assert(ok);
    return FALSE;
}
