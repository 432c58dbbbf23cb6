/* SPDX-License-Identifier: LGPL-2.1-or-later
 *
 * Walks through the graph: filters, the nodes that they filter, and backing
 * chains.
 */
#pragma once

#include "sim/block/graph.h"

/** The kinds of children: file, backing, target. */
#define SIM_NODE_CHILDREN 3
/** The edge of a node to its child of that kind, NULL where there is none. */
SimEdge *sim_node_child(const SimNode *node, guint i);

/** Whether the driver only passes through what another node holds. */
gboolean sim_driver_is_filter(SimDriver driver);
/** The edge to the node that a filter filters; NULL for others. */
SimEdge *sim_node_filtered(const SimNode *node);
/** The first node at or below `node` that is no filter. */
SimNode *sim_node_skip_filters(SimNode *node);
/** The node that the data of `node` are in: filters, raw over another format and snapshot-access
 *  skipped. */
SimNode *sim_node_storage(SimNode *node);
/** Whether internal snapshots can be made of a node: qcow2, or what has nothing but such a node
 *  below. */
gboolean sim_node_can_snapshot(SimNode *node);
/** The edge to the backing of an overlay; NULL for filters and where there is none. */
SimEdge *sim_node_cow(const SimNode *node);
/** The edge to the next node of a chain: what a filter filters, else the backing; or NULL. */
SimEdge *sim_node_next(const SimNode *node);
/** The next node below that is no filter: the backing of the first node at or below `node` that
 *  is none, filters below it skipped; or NULL. */
SimNode *sim_node_backing(SimNode *node);
/** Whether `base` is `top` or in the chain below it, filters included. */
gboolean sim_chain_contains(SimNode *top, const SimNode *base);
/** The node of the chain from `top` whose next is `base`, filters included; NULL when base is not
 *  below top. */
SimNode *sim_chain_above(SimNode *top, const SimNode *base);

/** Whether `other` is `node` or below it by any edge. */
gboolean sim_node_reaches(SimNode *node, SimNode *other);
