/* SPDX-License-Identifier: LGPL-2.1-or-later
 *
 * Filters that jobs put over a node and take out again, and other changes of
 * who uses what.
 */
#pragma once

#include "sim/block/graph.h"

/** A filter to be. */
typedef struct {
    SimDriver driver;
    const char *name;    /* or NULL: made up */
    SimNode *target;     /* copy-before-write: where old content goes; else NULL */
    gboolean for_commit; /* mirror_top of an active commit */
} SimFilterOptions;

/** Put a new filter over `node`: all users of node move to it, but jobs and what the filter itself
 *  stands on.  NULL with a refusal (bad or used name, permission conflict) and the graph as it
 *  was. */
SimNode *sim_graph_insert_filter(SimNode *node, const SimFilterOptions *options, GError **error);
/** Take a filter out: its users move to what it filtered.  Jobs must have let go of it. */
void sim_graph_remove_filter(SimNode *filter);
/** Let all users of `from` use `to` instead, but jobs and the nodes that `to` stands on.  Refused
 *  for a frozen link and on a permission conflict; nothing is changed then. */
gboolean sim_graph_replace(SimNode *from, SimNode *to, GError **error);
/** Give an overlay another backing, or none.  Refused for a frozen link and on a permission
 *  conflict.  A former backing that nobody owns and uses goes. */
gboolean sim_graph_set_backing(SimNode *node, SimNode *backing, GError **error);
/** Change whether a node is read-only.  On a conflict nothing is changed. */
gboolean sim_graph_set_read_only(SimNode *node, gboolean read_only, GError **error);
/** Close a node when nobody uses or owns it. */
void sim_graph_close_unused(SimNode *node);
