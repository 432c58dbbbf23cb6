/* SPDX-License-Identifier: LGPL-2.1-or-later
 *
 * Where the data of a disk are: in which image of the chain, or nowhere.
 */
#pragma once

#include "sim/block/graph.h"

/** A part of a disk, all of it alike. */
typedef struct {
    guint64 offset; /* bytes */
    guint64 length;
    guint depth;      /* images below the top */
    SimNode *node;    /* that it is in; borrowed */
    gboolean present; /* something of the chain has it */
    gboolean zero;
    gboolean data;
    gboolean mapped;     /* there is a place for it in the file */
    guint64 host_offset; /* in the file, where there is one */
} SimAllocation;

/** The disk of a node from its begin to its end, in clusters of each image: SimAllocation.  The
 *  caller unrefs the array. */
GArray *sim_node_allocation(SimNode *node);
/** The clusters of a node's own image that hold data. */
guint64 sim_node_data_clusters(SimNode *node);
