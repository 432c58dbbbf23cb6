/* SPDX-License-Identifier: LGPL-2.1-or-later
 *
 * Private to sim/block: how a graph is changed.
 */
#pragma once

#include "sim/block/graph.h"

/** Link; the edge is the newest parent of child.  `parent` for a node, `device` for a device or a
 *  job. */
SimEdge *sim_edge_new(SimNode *child, SimUserKind kind, const char *role);
/** The same for a node that uses another. */
SimEdge *sim_edge_new_child(SimNode *child, const char *role, SimNode *parent);
/** Let an edge point to another node. */
void sim_edge_move(SimEdge *edge, SimNode *child);
/** Who uses it, as QEMU's refusals say it.  The caller frees it. */
char *sim_edge_describe(const SimEdge *edge);
/** Refuse to reopen a node, or one defined inline below it, that was told about force-share. */
gboolean sim_node_check_reopen(const SimNode *node, GError **error);
/** Refuse to change a frozen link; NULL is not frozen. */
gboolean sim_edge_check_frozen(const SimEdge *edge, GError **error);

/** A node in the graph without children; name NULL: made up.  NULL with a refusal of the name. */
SimNode *sim_node_new(SimGraph *graph, const char *name, SimDriver driver, GError **error);

/** Move all users of `from` to `to`, in their order, but jobs and what `to` stands on.  Those that
 *  moved; the caller unrefs the array. */
GPtrArray *sim_graph_move_users(SimNode *from, SimNode *to);
/** Move the edges to a node. */
void sim_edges_move(const GPtrArray *edges, SimNode *child);

/** The image of a node is this process's now: its bitmaps are loaded. */
void sim_node_take_image(SimNode *node);

/** Compute all permissions anew and take the locks that follow.  On a conflict QEMU's text, and
 *  nothing is changed. */
gboolean sim_graph_refresh(SimGraph *graph, GError **error);

/** Take a node that nobody uses out of the graph; children that nobody owns go with it. */
void sim_node_close(SimNode *node, gboolean flush);
