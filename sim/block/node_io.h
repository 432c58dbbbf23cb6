/* SPDX-License-Identifier: LGPL-2.1-or-later
 *
 * The one door by which data of a node are read and changed: guests, qemu-io
 * and jobs all come this way.
 *
 * A request goes down through filters and raw nodes to the node whose image
 * holds the data; the bitmaps of every node that it passes record it.  What is
 * beyond the end of the image is not written.  Functions answer 0 or an errno:
 * EROFS for a node that is read-only, EPERM while the images belong to another
 * process, else what the file answers with.
 */
#pragma once

#include "sim/block/graph.h"

/** What becomes of the bitmaps. */
typedef enum {
    SIM_WRITE_DIRTY,     /* they record the request */
    SIM_WRITE_UNCHANGED, /* they do not: the guest sees what it saw before (copying up) */
} SimWriteKind;

/** Write a stamp; SIM_STAMP_ZERO writes zeroes. */
int sim_node_write(SimNode *node, guint64 offset, guint64 length, guint64 stamp);
/** Take the allocation away; nothing happens on a node that was not opened with discard=unmap. */
int sim_node_discard(SimNode *node, guint64 offset, guint64 length);
/** Write what `content` has in the range, and zeroes where it has nothing: how jobs copy. */
int sim_node_copy_in(SimNode *node, const SimContent *content, guint64 offset, guint64 length,
                     SimWriteKind kind);

/** What a guest sees of a node: through its backing chain, zeroes left out.  The caller unrefs it.
 */
SimContent *sim_node_content(SimNode *node);
/** The same of the range [offset, offset + length), with offsets kept; NULL where it cannot be
 *  read, *number says why. */
SimContent *sim_node_read(SimNode *node, guint64 offset, guint64 length, int *number);
