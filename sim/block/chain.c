/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "sim/block/chain.h"

SimEdge *
sim_node_child(const SimNode *node, guint i)
{
    SimEdge *const children[SIM_NODE_CHILDREN] = {node->file, node->backing, node->target};
    return children[i];
}

gboolean
sim_driver_is_filter(SimDriver driver)
{
    switch (driver) {
    case SIM_DRIVER_COPY_BEFORE_WRITE:
    case SIM_DRIVER_COPY_ON_READ:
    case SIM_DRIVER_MIRROR_TOP:
    case SIM_DRIVER_COMMIT_TOP:
        return TRUE;
    case SIM_DRIVER_FILE:
    case SIM_DRIVER_HOST_DEVICE:
    case SIM_DRIVER_RAW:
    case SIM_DRIVER_QCOW2:
    case SIM_DRIVER_SNAPSHOT_ACCESS:
        return FALSE;
    }
    g_assert_not_reached();
}

SimEdge *
sim_node_filtered(const SimNode *node)
{
    if (!sim_driver_is_filter(node->driver))
        return NULL;
    return node->file != NULL ? node->file : node->backing;
}

SimNode *
sim_node_skip_filters(SimNode *node)
{
    for (SimEdge *edge = sim_node_filtered(node); edge != NULL; edge = sim_node_filtered(node))
        node = edge->child;
    return node;
}

SimNode *
sim_node_storage(SimNode *node)
{
    node = sim_node_skip_filters(node);
    gboolean over_format = node->driver == SIM_DRIVER_SNAPSHOT_ACCESS ||
                           (node->driver == SIM_DRIVER_RAW && node->file->child->inode == NULL);
    return over_format ? sim_node_storage(node->file->child) : node;
}

gboolean
sim_node_can_snapshot(SimNode *node)
{
    while (node->driver != SIM_DRIVER_QCOW2) {
        SimEdge *only = node->file != NULL ? node->file : node->backing;
        if (only == NULL || node->target != NULL)
            return FALSE;
        node = only->child;
    }
    return !node->read_only && !node->inactive && sim_image_keeps_snapshots(sim_node_image(node));
}

SimEdge *
sim_node_cow(const SimNode *node)
{
    return sim_driver_is_filter(node->driver) ? NULL : node->backing;
}

SimEdge *
sim_node_next(const SimNode *node)
{
    SimEdge *filtered = sim_node_filtered(node);
    return filtered != NULL ? filtered : node->backing;
}

SimNode *
sim_node_backing(SimNode *node)
{
    SimEdge *backing = sim_node_cow(sim_node_skip_filters(node));
    return backing == NULL ? NULL : sim_node_skip_filters(backing->child);
}

gboolean
sim_chain_contains(SimNode *top, const SimNode *base)
{
    return top == base || sim_chain_above(top, base) != NULL;
}

SimNode *
sim_chain_above(SimNode *top, const SimNode *base)
{
    for (SimEdge *edge = sim_node_next(top); edge != NULL; edge = sim_node_next(edge->child)) {
        if (edge->child == base)
            return edge->parent;
    }
    return NULL;
}

gboolean
sim_node_reaches(SimNode *node, SimNode *other)
{
    if (node == other)
        return TRUE;
    for (guint i = 0; i < SIM_NODE_CHILDREN; i++) {
        SimEdge *edge = sim_node_child(node, i);
        if (edge != NULL && sim_node_reaches(edge->child, other))
            return TRUE;
    }
    return FALSE;
}

SimNode *
sim_node_protocol(SimNode *node)
{
    while (node->inode == NULL) {
        SimEdge *edge = node->file != NULL ? node->file : node->backing;
        /* A node that failed to open has no children yet. */
        if (edge == NULL)
            return node;
        node = edge->child;
    }
    return node;
}

SimImage *
sim_node_image(SimNode *node)
{
    node = sim_node_storage(node);
    SimInode *inode = sim_node_protocol(node)->inode;
    if (node->driver != SIM_DRIVER_QCOW2)
        return sim_inode_raw_image(inode);
    SimImage *image = sim_inode_image(inode);
    return image != NULL && sim_image_format(image) == SIM_FORMAT_QCOW2 ? image : NULL;
}
