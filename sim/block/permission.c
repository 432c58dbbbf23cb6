/* SPDX-License-Identifier: LGPL-2.1-or-later
 *
 * Permissions: what each edge takes and shares follows from the graph, from
 * the top down; a conflict refuses the change that led to it.
 */
#include "sim/block/chain.h"
#include "sim/block/graph_private.h"

/* What all parents of a node take, and what all of them share. */
static SimLock
cumulative(const SimNode *node)
{
    SimLock sum = {0, SIM_PERM_ALL};
    for (guint i = 0; i < node->parents->len; i++) {
        const SimEdge *edge = node->parents->pdata[i];
        sum.taken |= edge->taken;
        sum.shared &= edge->shared;
    }
    return sum;
}

#define UNCHANGED SIM_PERM_WRITE_UNCHANGED
#define MODIFY (SIM_PERM_WRITE | SIM_PERM_RESIZE)

/* A filter needs of its child what its users need of it. */
static void
pass_through(SimEdge *edge, SimLock parents)
{
    edge->taken = parents.taken;
    edge->shared = parents.shared | UNCHANGED;
}

/* A format node reads and writes metadata whether it is used or not. */
static void
format_file(SimEdge *edge, SimLock parents)
{
    const SimNode *node = edge->parent;
    edge->taken = parents.taken | SIM_PERM_READ;
    edge->shared = (parents.shared & ~(guint32)MODIFY) | UNCHANGED;
    if (node->inactive)
        edge->shared |= MODIFY;
    else if (!node->read_only)
        edge->taken |= MODIFY;
}

static void
cow_backing(SimEdge *edge, SimLock parents)
{
    edge->taken = parents.taken & SIM_PERM_READ;
    edge->shared = SIM_PERM_READ | UNCHANGED;
    if ((parents.shared & SIM_PERM_WRITE) != 0 || edge->parent->inactive)
        edge->shared |= MODIFY;
}

/* What is written through the filter is read before it. */
static void
copy_before_write_file(SimEdge *edge, SimLock parents)
{
    pass_through(edge, parents);
    if (edge->parent->passive || edge->parent->parents->len == 0)
        return;
    if ((parents.taken & SIM_PERM_WRITE) != 0)
        edge->taken |= SIM_PERM_READ;
    edge->shared &= ~(guint32)MODIFY;
}

/* The target may be an overlay of the guest's disk, which is written to. */
static void
copy_before_write_target(SimEdge *edge, SimLock parents)
{
    (void)parents;
    edge->taken = SIM_PERM_WRITE;
    edge->shared = SIM_PERM_ALL & ~(guint32)SIM_PERM_RESIZE;
}

static void
copy_on_read_file(SimEdge *edge, SimLock parents)
{
    edge->taken = parents.taken & ~(guint32)UNCHANGED;
    if (!edge->parent->inactive)
        edge->taken |= UNCHANGED;
    edge->shared = parents.shared | UNCHANGED;
}

/* A commit leaves nothing above the base consistent, and writes the base below its own source. */
static void
mirror_top_backing(SimEdge *edge, SimLock parents)
{
    pass_through(edge, parents);
    if (edge->parent->passive) {
        edge->taken = 0;
        edge->shared = SIM_PERM_ALL;
    } else if (edge->parent->for_commit) {
        edge->taken &= ~(guint32)SIM_PERM_READ;
        edge->shared |= SIM_PERM_WRITE;
    }
}

static void
commit_top_backing(SimEdge *edge, SimLock parents)
{
    (void)parents;
    edge->taken = 0;
    edge->shared = SIM_PERM_ALL;
}

/* One row per driver with children: what the edges take and share, in the order of
 * sim_node_child(). */
static void (*const rules[][SIM_NODE_CHILDREN])(SimEdge *edge, SimLock parents) = {
    [SIM_DRIVER_RAW] = {pass_through, NULL, NULL},
    [SIM_DRIVER_QCOW2] = {format_file, cow_backing, NULL},
    [SIM_DRIVER_COPY_BEFORE_WRITE] = {copy_before_write_file, NULL, copy_before_write_target},
    [SIM_DRIVER_COPY_ON_READ] = {copy_on_read_file, NULL, NULL},
    [SIM_DRIVER_MIRROR_TOP] = {NULL, mirror_top_backing, NULL},
    [SIM_DRIVER_COMMIT_TOP] = {NULL, commit_top_backing, NULL},
    [SIM_DRIVER_SNAPSHOT_ACCESS] = {pass_through, NULL, NULL},
};

static void
device_edge(SimEdge *edge)
{
    edge->taken = 0;
    edge->shared = SIM_PERM_ALL;
    if (edge->child->graph->inactive)
        return;
    edge->taken = SIM_PERM_READ | (edge->writes ? SIM_PERM_WRITE : 0);
    edge->shared = SIM_PERM_READ | SIM_PERM_WRITE_UNCHANGED | SIM_PERM_RESIZE;
}

static gboolean
conflict(const SimNode *node, const SimEdge *unshares, const SimEdge *takes, GError **error)
{
    g_autofree char *names = sim_perm_names(takes->taken & ~unshares->shared);
    g_autofree char *taker = sim_edge_describe(takes);
    g_autofree char *other = sim_edge_describe(unshares);
    return sim_qmp_refuse(
        error,
        "Permission conflict on node '%s': permissions '%s' are both required by %s "
        "(uses node '%s' as '%s' child) and unshared by %s (uses node '%s' as '%s' child).",
        node->name, names, taker, node->name, takes->role, other, node->name, unshares->role);
}

static gboolean
check_parents(const SimNode *node, GError **error)
{
    const GPtrArray *parents = node->parents;
    for (guint i = 0; i < parents->len; i++) {
        for (guint j = 0; j < parents->len; j++) {
            const SimEdge *a = parents->pdata[i], *b = parents->pdata[j];
            if (i != j && (b->taken & ~a->shared) != 0)
                return conflict(node, a, b, error);
        }
    }
    return TRUE;
}

/* Compute the edges below a node; its own parents are done. */
static gboolean
refresh_node(SimNode *node, GError **error)
{
    SimLock parents = cumulative(node);
    if (!check_parents(node, error))
        return FALSE;
    if (node->read_only && (parents.taken & (SIM_PERM_WRITE | SIM_PERM_WRITE_UNCHANGED)) != 0) {
        if (!node->turning_read_only)
            return sim_qmp_refuse(error, "Block node is read-only");
        return sim_qmp_refuse(error, "Read-only block node '%s' cannot support read-write users",
                              node->name);
    }
    for (guint i = 0; i < SIM_NODE_CHILDREN; i++) {
        SimEdge *edge = sim_node_child(node, i);
        if (edge == NULL)
            continue;
        rules[node->driver][i](edge, parents);
        if (edge->child->force_share)
            edge->shared = SIM_PERM_ALL;
    }
    if (node->inode == NULL)
        return TRUE;
    if (node->force_share)
        parents.shared = SIM_PERM_ALL;
    g_autofree char *text =
        sim_lock_conflict(node->inode, &node->lock, parents.taken, parents.shared);
    if (text != NULL)
        return sim_qmp_refuse(error, "%s", text);
    node->lock = parents;
    return TRUE;
}

static void
set_depth(SimNode *node, guint depth)
{
    g_assert(depth < 10000);
    if (node->depth >= depth)
        return;
    node->depth = depth;
    for (guint i = 0; i < SIM_NODE_CHILDREN; i++) {
        SimEdge *edge = sim_node_child(node, i);
        if (edge != NULL)
            set_depth(edge->child, depth + 1);
    }
}

static gint
by_depth(gconstpointer a, gconstpointer b)
{
    const SimNode *left = *(SimNode *const *)a, *right = *(SimNode *const *)b;
    return (left->depth > right->depth) - (left->depth < right->depth);
}

/* Parents before children; within a depth, in the order of naming. */
static GPtrArray *
top_down(SimGraph *graph)
{
    GPtrArray *order = g_ptr_array_sized_new(graph->nodes->len);
    for (guint i = 0; i < graph->nodes->len; i++)
        ((SimNode *)graph->nodes->pdata[i])->depth = 0;
    for (guint i = 0; i < graph->nodes->len; i++) {
        set_depth(graph->nodes->pdata[i], 1);
        g_ptr_array_add(order, graph->nodes->pdata[i]);
    }
    g_ptr_array_sort(order, by_depth);
    return order;
}

static gboolean
refresh_all(GPtrArray *order, GError **error)
{
    for (guint i = 0; i < order->len; i++) {
        SimNode *node = order->pdata[i];
        for (guint j = 0; j < node->parents->len; j++) {
            SimEdge *edge = node->parents->pdata[j];
            if (edge->kind == SIM_USER_DEVICE)
                device_edge(edge);
        }
    }
    for (guint i = 0; i < order->len; i++) {
        if (!refresh_node(order->pdata[i], error))
            return FALSE;
    }
    return TRUE;
}

gboolean
sim_graph_refresh(SimGraph *graph, GError **error)
{
    g_autoptr(GPtrArray) order = top_down(graph);
    SimLock *former = g_newa(SimLock, graph->nodes->len + 1);
    for (guint i = 0; i < order->len; i++)
        former[i] = ((SimNode *)order->pdata[i])->lock;
    if (refresh_all(order, error))
        return TRUE;
    for (guint i = 0; i < order->len; i++)
        ((SimNode *)order->pdata[i])->lock = former[i];
    return FALSE;
}
