/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "sim/block/content_compare.h"

/* A walk over the extents of a content. */
typedef struct {
    const SimExtent *extents;
    guint count;
    guint next;
} Walk;

/* The stamp at `offset`, and up to where it is the same; offsets only grow. */
static guint64
stamp_at(Walk *walk, guint64 offset, guint64 *until)
{
    while (walk->next < walk->count &&
           walk->extents[walk->next].offset + walk->extents[walk->next].length <= offset)
        walk->next++;
    if (walk->next == walk->count)
        return SIM_STAMP_ZERO;
    const SimExtent *extent = &walk->extents[walk->next];
    if (offset < extent->offset) {
        *until = MIN(*until, extent->offset);
        return SIM_STAMP_ZERO;
    }
    *until = MIN(*until, extent->offset + extent->length);
    return extent->stamp;
}

GArray *
sim_content_differences(const SimContent *a, const SimContent *b, guint64 size)
{
    GArray *runs = g_array_new(FALSE, FALSE, sizeof(SimDifference));
    Walk left = {0}, right = {0};
    left.extents = sim_content_extents(a, &left.count);
    right.extents = sim_content_extents(b, &right.count);
    for (guint64 offset = 0, until = 0; offset < size; offset = until) {
        until = size;
        guint64 stamp = stamp_at(&left, offset, &until);
        guint64 other = stamp_at(&right, offset, &until);
        if (stamp == other)
            continue;
        SimDifference run = {offset, until - offset, stamp};
        g_array_append_val(runs, run);
    }
    return runs;
}

gboolean
sim_contents_differ(const SimContent *a, const SimContent *b, guint64 size, guint64 *offset)
{
    g_autoptr(GArray) runs = sim_content_differences(a, b, size);
    if (runs->len == 0)
        return FALSE;
    *offset = g_array_index(runs, SimDifference, 0).offset;
    return TRUE;
}
