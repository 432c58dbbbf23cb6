/* SPDX-License-Identifier: LGPL-2.1-or-later
 *
 * Private to sim/block: how a graph is changed.
 */
#pragma once

#include "sim/block/graph.h"

/** Link; the edge is the newest parent of child. */
SimEdge *sim_edge_new(SimNode *child, const char *role, SimNode *parent, const char *device);
/** Let an edge point to another node. */
void sim_edge_move(SimEdge *edge, SimNode *child);

/** Compute all permissions anew and take the locks that follow.  On a conflict QEMU's text, and
 *  nothing is changed. */
gboolean sim_graph_refresh(SimGraph *graph, GError **error);

/** Take a node that nobody uses out of the graph; children that nobody owns go with it. */
void sim_node_close(SimNode *node, gboolean flush);
/** Whether `other` is `node` or below it. */
gboolean sim_node_reaches(SimNode *node, SimNode *other);
