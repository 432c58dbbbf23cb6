/* SPDX-License-Identifier: LGPL-2.1-or-later
 *
 * Where two contents differ, as a guest sees them: nothing there is zeroes.
 */
#pragma once

#include "sim/block/content.h"

/** A run in which two contents differ; `stamp` is what the first one has. */
typedef struct {
    guint64 offset;
    guint64 length;
    guint64 stamp; /* SIM_STAMP_ZERO for nothing */
} SimDifference;

/** All runs below `size` in which the contents differ: SimDifference, each of one stamp.  The
 *  caller unrefs the array. */
GArray *sim_content_differences(const SimContent *a, const SimContent *b, guint64 size);
/** Whether they differ below `size`; *offset is then where first. */
gboolean sim_contents_differ(const SimContent *a, const SimContent *b, guint64 size,
                             guint64 *offset);
