/* SPDX-License-Identifier: LGPL-2.1-or-later
 *
 * What block jobs have in common: the nodes that they hold, and which parts
 * of a chain are allocated.
 */
#pragma once

#include "sim/block/node_io.h"
#include "sim/vm/job.h"

/** Let the job hold a node until it is released; FALSE with the permission conflict. */
gboolean sim_block_job_hold(SimJob *job, SimNode *node, const char *role, guint32 shared,
                            GError **error);
/** The same with permissions that the job takes. */
gboolean sim_block_job_take(SimJob *job, SimNode *node, const char *role, SimLock lock,
                            GError **error);
/** Let the job hold the nodes of the chain from `top` to `base` (excluded) as intermediate ones. */
gboolean sim_block_job_hold_chain(SimJob *job, SimNode *top, const SimNode *base, guint32 shared,
                                  GError **error);
/** Release all nodes that the job holds. */
void sim_block_job_release(SimJob *job);

/** What is allocated in the nodes of the chain from `top` to `base` (excluded; NULL: to the end),
 *  in whole clusters, cut at the size of top: a content whose extents are the ranges, one image in
 * each.  The caller unrefs it. */
SimContent *sim_chain_allocated(SimNode *top, const SimNode *base);
/** The run at `offset` of such a content: whether it is allocated, and its length, cut at `end`. */
gboolean sim_allocated_run(const SimContent *allocated, guint64 offset, guint64 end,
                           guint64 *length);

/** The overlay in the chain from `top` whose backing, filters skipped, is `base` (NULL: the last
 *  one), or NULL. */
SimNode *sim_chain_overlay(SimNode *top, SimNode *base);
/** The node below `top` whose file has that name, as the header of its overlay has it or as it
 *  was opened, or NULL. */
SimNode *sim_chain_find_file(SimNode *top, const char *name);
/** Write the name of an overlay's new backing into its header; base NULL: none.  `name` NULL: that
 *  by which others find base.  0 or an errno. */
int sim_overlay_write_backing(SimNode *overlay, SimNode *base, const char *name);
