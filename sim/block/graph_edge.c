/* SPDX-License-Identifier: LGPL-2.1-or-later
 *
 * Edges: who uses which node.
 */
#include "sim/block/chain.h"
#include "sim/block/graph_private.h"

SimEdge *
sim_edge_new(SimNode *child, SimUserKind kind, const char *role)
{
    SimEdge *edge = g_new0(SimEdge, 1);
    edge->kind = kind;
    edge->role = role;
    edge->child = child;
    edge->shared = SIM_PERM_ALL;
    g_ptr_array_insert(child->parents, 0, edge);
    return edge;
}

SimEdge *
sim_edge_new_child(SimNode *child, const char *role, SimNode *parent)
{
    SimEdge *edge = sim_edge_new(child, SIM_USER_NODE, role);
    edge->parent = parent;
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

char *
sim_edge_describe(const SimEdge *edge)
{
    switch (edge->kind) {
    case SIM_USER_NODE:
        return g_strdup_printf("node '%s'", edge->parent->name);
    case SIM_USER_DEVICE:
        return g_strdup_printf("block device '/machine/peripheral/%s/virtio-backend'",
                               edge->device);
    case SIM_USER_BACKEND:
        return g_strdup("an unnamed block device");
    case SIM_USER_JOB:
        return g_strdup_printf("%s job '%s'", edge->job_type, edge->device);
    }
    g_assert_not_reached();
}

gboolean
sim_edge_check_frozen(const SimEdge *edge, GError **error)
{
    if (edge == NULL || !edge->frozen)
        return TRUE;
    return sim_qmp_refuse(error, "Cannot change frozen '%s' link from '%s' to '%s'", edge->role,
                          edge->parent->name, edge->child->name);
}

/* ---- moving users ---- */

/* A job stays with the node that it works on, and `to` cannot stand on itself. */
static gboolean
moves(const SimEdge *edge, SimNode *to)
{
    return edge->kind != SIM_USER_JOB &&
           (edge->parent == NULL || !sim_node_reaches(to, edge->parent));
}

GPtrArray *
sim_graph_move_users(SimNode *from, SimNode *to)
{
    GPtrArray *edges = g_ptr_array_new();
    for (guint i = 0; i < from->parents->len; i++) {
        if (moves(from->parents->pdata[i], to))
            g_ptr_array_add(edges, from->parents->pdata[i]);
    }
    sim_edges_move(edges, to);
    return edges;
}

void
sim_edges_move(const GPtrArray *edges, SimNode *child)
{
    for (guint i = 0; i < edges->len; i++)
        sim_edge_move(edges->pdata[i], child);
}
