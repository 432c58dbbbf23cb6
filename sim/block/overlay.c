/* SPDX-License-Identifier: LGPL-2.1-or-later
 *
 * An overlay takes the place of its base.
 */
#include "sim/block/filter.h"
#include "sim/block/graph_private.h"

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
