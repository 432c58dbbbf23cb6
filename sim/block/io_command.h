/* SPDX-License-Identifier: LGPL-2.1-or-later
 *
 * The commands of qemu-io on a node: write, read, discard, flush, length.
 */
#pragma once

#include "sim/block/graph.h"

/** Run one command line on a node.  What it prints is appended to `out`, words that are no command
 *  included; 0, or the negative errno that it ended with.  Takes the permission to write for the
 *  call, or uses that of `user` (a guest device) where one is given.  A conflict, or a node that
 *  cannot be written, is *refused, with nothing printed. */
int sim_io_command(SimNode *node, const SimEdge *user, const char *line, GString *out,
                   GError **refused);
/** A size as qemu tools read it: "64k", "0x200"; FALSE for what is none. */
gboolean sim_io_size(const char *text, guint64 *size);
/** The stamp of a pattern byte; 0 is zeroes. */
guint64 sim_io_stamp(guint byte);
