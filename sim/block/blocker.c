/* SPDX-License-Identifier: LGPL-2.1-or-later
 *
 * Users of nodes that are no nodes themselves, and what they forbid.
 */
#include "sim/block/blocker.h"
#include "sim/block/chain.h"
#include "sim/block/graph_private.h"

/* What may be done to the backing of another: jobs of the whole chain see to it themselves. */
static gboolean
backing_allows(SimOp op)
{
    return op == SIM_OP_COMMIT_TARGET || op == SIM_OP_STREAM || op == SIM_OP_BACKUP_SOURCE ||
           op == SIM_OP_BACKUP_TARGET;
}

gboolean
sim_node_check_op(SimNode *node, SimOp op, GError **error)
{
    for (guint i = 0; i < node->parents->len; i++) {
        const SimEdge *edge = node->parents->pdata[i];
        if (edge->kind == SIM_USER_JOB)
            return sim_qmp_refuse(error,
                                  "Node '%s' is busy: block device is in use by block job: %s",
                                  node->name, edge->job_type);
        if (edge->kind == SIM_USER_NODE && edge == sim_node_cow(edge->parent) &&
            !backing_allows(op))
            return sim_qmp_refuse(error, "Node '%s' is busy: node is used as backing hd of '%s'",
                                  node->name, edge->parent->name);
    }
    return TRUE;
}

static gboolean
is_backend(const SimEdge *edge)
{
    return edge->kind == SIM_USER_DEVICE || edge->kind == SIM_USER_BACKEND;
}

gboolean
sim_node_is_root(const SimNode *node)
{
    for (guint i = 0; i < node->parents->len; i++) {
        if (!is_backend(node->parents->pdata[i]))
            return FALSE;
    }
    return TRUE;
}

gboolean
sim_node_has_backend(const SimNode *node)
{
    for (guint i = 0; i < node->parents->len; i++) {
        if (is_backend(node->parents->pdata[i]))
            return TRUE;
    }
    return FALSE;
}

gboolean
sim_node_has_job(const SimNode *node)
{
    for (guint i = 0; i < node->parents->len; i++) {
        if (((const SimEdge *)node->parents->pdata[i])->kind == SIM_USER_JOB)
            return TRUE;
    }
    return FALSE;
}

/* ---- users that are no nodes ---- */

static SimEdge *
admit(SimEdge *edge, GError **error)
{
    SimGraph *graph = edge->child->graph;
    if (sim_graph_refresh(graph, error))
        return edge;
    sim_edge_free(edge);
    gboolean ok = sim_graph_refresh(graph, NULL);
    g_assert(ok);
    return NULL;
}

gboolean
sim_graph_attach_device(SimGraph *graph, const char *device, const char *name, SimEdge **edge,
                        GError **error)
{
    SimNode *node = sim_graph_find(graph, name);
    if (node == NULL)
        return sim_qmp_refuse(error, "Property 'virtio-blk-device.drive' can't find value '%s'",
                              name);
    SimEdge *root = sim_edge_new(node, SIM_USER_DEVICE, "root");
    root->device = g_strdup(device);
    root->writes = !node->read_only;
    *edge = admit(root, error);
    return *edge != NULL;
}

SimEdge *
sim_graph_hold(SimNode *node, const SimHold *hold, GError **error)
{
    SimEdge *edge = sim_edge_new(node, SIM_USER_JOB, hold->role);
    edge->device = g_strdup(hold->job_id);
    edge->job_type = hold->job_type;
    edge->taken = hold->taken;
    edge->shared = hold->shared;
    return admit(edge, error);
}

SimEdge *
sim_graph_use(SimNode *node, guint32 taken, guint32 shared, GError **error)
{
    SimEdge *edge = sim_edge_new(node, SIM_USER_BACKEND, "root");
    edge->taken = taken;
    edge->shared = shared;
    return admit(edge, error);
}

gboolean
sim_edge_set_permissions(SimEdge *edge, guint32 taken, guint32 shared, GError **error)
{
    guint32 former_taken = edge->taken, former_shared = edge->shared;
    SimGraph *graph = edge->child->graph;
    edge->taken = taken;
    edge->shared = shared;
    if (sim_graph_refresh(graph, error))
        return TRUE;
    edge->taken = former_taken;
    edge->shared = former_shared;
    gboolean ok = sim_graph_refresh(graph, NULL);
    g_assert(ok);
    return FALSE;
}

void
sim_graph_drop(SimEdge *edge)
{
    if (edge == NULL)
        return;
    SimGraph *graph = edge->child->graph;
    sim_edge_free(edge);
    gboolean ok = sim_graph_refresh(graph, NULL);
    g_assert(ok);
}

/* ---- frozen links ---- */

gboolean
sim_chain_check_frozen(SimNode *top, const SimNode *base, GError **error)
{
    for (SimNode *node = top; node != base && node != NULL;) {
        const SimEdge *edge = sim_node_next(node);
        if (!sim_edge_check_frozen(edge, error))
            return FALSE;
        node = edge == NULL ? NULL : edge->child;
    }
    return TRUE;
}

static void
set_frozen(SimNode *top, const SimNode *base, gboolean frozen)
{
    for (SimNode *node = top; node != base && node != NULL;) {
        SimEdge *edge = sim_node_next(node);
        if (edge != NULL)
            edge->frozen = frozen;
        node = edge == NULL ? NULL : edge->child;
    }
}

gboolean
sim_chain_freeze(SimNode *top, const SimNode *base, GError **error)
{
    if (!sim_chain_check_frozen(top, base, error))
        return FALSE;
    set_frozen(top, base, TRUE);
    return TRUE;
}

void
sim_chain_thaw(SimNode *top, const SimNode *base)
{
    set_frozen(top, base, FALSE);
}
