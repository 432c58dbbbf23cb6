/* SPDX-License-Identifier: LGPL-2.1-or-later
 *
 * The filter of a backup: what is about to be overwritten is copied to a
 * target first, cluster by cluster.
 *
 * A nameless bitmap on the source says what is still to be copied, two on the
 * filter what may be read and what has been copied before a write.
 */
#pragma once

#include "sim/block/bitmap.h"

/** Put the filter over `source`; everything is still to be copied.  name NULL: made up.  NULL with
 *  a refusal.  It goes by sim_graph_remove_filter(). */
SimNode *sim_copy_before_write_insert(SimNode *source, SimNode *target, const char *name,
                                      GError **error);
/** Make a node that has its children such a filter, as blockdev-add does.  What is still to be
 *  copied, and what its frozen view shows, is what `bitmap` says (NULL: everything).
 *  `lets_write`: a write whose old content cannot be copied goes on, and the view is broken. */
void sim_copy_before_write_attach(SimNode *filter, const SimBitmap *bitmap, gboolean lets_write);
/** What is still to be copied; its granularity is the cluster size.  Borrowed. */
SimBitmap *sim_copy_before_write_todo(SimNode *filter);
/** Let *bytes grow by all that is copied from now on; NULL: no longer. */
void sim_copy_before_write_count(SimNode *filter, guint64 *bytes);
/** Copy what is still to be copied of the clusters that a range touches: 0 or an errno, *reading
 *  (may be NULL) says whether the source was at fault.  What was copied before the fault stays so.
 */
int sim_copy_before_write_copy(SimNode *filter, guint64 offset, guint64 length, gboolean *reading);
/** Take from what is to be copied all clusters that the source does not hold itself, but only its
 *  backing. */
void sim_copy_before_write_only_top(SimNode *filter);
