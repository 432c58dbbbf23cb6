/* SPDX-License-Identifier: LGPL-2.1-or-later
 *
 * The block graph in a few lines, from what queries answer: the same for both
 * hypervisors.
 */
#pragma once

#include <jansson.h>

/** {"nodes":{NAME:{"drv","ro","file",["backing_file"],["bitmaps":[TEXT…]],["snapshots":[NAME…]]}…},
 *  "edges":[TEXT…]} of the answers of query-named-block-nodes (flat) and x-debug-query-block-graph;
 *  nodes in the order of the query, edges sorted.  A new reference. */
json_t *sim_graph_digest(const json_t *nodes, const json_t *graph);
