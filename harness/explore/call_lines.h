/* SPDX-License-Identifier: LGPL-2.1-or-later
 *
 * How each call is made in the worlds of the flag matrix: its command lines,
 * without flags.
 */
#pragma once

#include "harness/explore/world_kinds.h"
#include "spec/api/api.h"

/** One command line in one world. */
typedef struct {
    VmCall call;
    char *text;    /* "snapshot-revert vm s1" */
    guint32 limit; /* only subsets of these flags; G_MAXUINT32 = all of the call's */
} CallLine;

/** The lines of every call in a world: an array of CallLine * that the caller unrefs. */
GPtrArray *call_lines(const WorldKind *world);

/** Whether a call only reads: what it did needs no fresh world. */
gboolean call_reads(VmCall call);

/** Whether the target seam has the call at all; the calls of later issues are listed by name, and
 *  have no combinations. */
gboolean call_is_at_the_seam(VmCall call);
