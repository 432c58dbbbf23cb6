/* SPDX-License-Identifier: LGPL-2.1-or-later
 *
 * Another size for a disk: block_resize and qemu-img resize.
 */
#pragma once

#include "sim/block/graph.h"

/** Give the disk of a node another size, its bitmaps with it.  The size of qcow2 is in sectors,
 *  that of others is rounded up to them.  Refused for a read-only node, where a persistent bitmap
 * is busy, read-only or inconsistent, for qcow2 version 2 with internal snapshots, and where the
 * file cannot be written.  Who may resize is the caller's to check. */
gboolean sim_node_resize(SimNode *node, guint64 size, GError **error);
