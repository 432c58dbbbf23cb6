/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "sim/block/copy_before_write.h"
#include "sim/block/chain.h"
#include "sim/block/filter.h"
#include "sim/block/node_io.h"
#include <errno.h>

#define CLUSTER_MIN 65536

typedef struct {
    SimBitmap *todo;   /* on the node that was filtered first */
    SimBitmap *done;   /* on the filter: copied because of a write */
    SimBitmap *access; /* on the filter: what the frozen view shows */
    guint64 *counter;  /* or NULL */
    gboolean lets_write;
    int broken; /* the view is: the errno of the first copy that failed */
} CopyBeforeWrite;

static CopyBeforeWrite *
state_of(SimNode *filter)
{
    g_assert(filter->driver == SIM_DRIVER_COPY_BEFORE_WRITE);
    return filter->filter_data;
}

SimBitmap *
sim_copy_before_write_todo(SimNode *filter)
{
    return state_of(filter)->todo;
}

void
sim_copy_before_write_count(SimNode *filter, guint64 *bytes)
{
    state_of(filter)->counter = bytes;
}

/* ---- copying ---- */

/* The clusters that a range touches. */
static void
round_out(const CopyBeforeWrite *state, guint64 *offset, guint64 *length)
{
    guint64 cluster = state->todo->granularity, size = state->todo->size;
    guint64 end = *offset + MIN(*length, G_MAXUINT64 - *offset);
    *offset -= *offset % cluster;
    end = end >= size ? size : MIN(size, end + (cluster - end % cluster) % cluster);
    *length = end > *offset ? end - *offset : 0;
}

static void
note_copied(CopyBeforeWrite *state, guint64 offset, guint64 length)
{
    guint64 before = sim_bitmap_count(state->todo);
    sim_bitmap_reset(state->todo, offset, length);
    if (state->counter != NULL)
        *state->counter += before - sim_bitmap_count(state->todo);
}

static int
copy_runs(SimNode *filter, const SimContent *content, guint64 offset, guint64 end)
{
    CopyBeforeWrite *state = state_of(filter);
    guint64 start = 0, length = 0;
    while (sim_bitmap_next_dirty(state->todo, offset, &start, &length) && start < end) {
        length = MIN(length, end - start);
        int number =
            sim_node_copy_in(filter->target->child, content, start, length, SIM_WRITE_DIRTY);
        if (number != 0)
            return number;
        note_copied(state, start, length);
        offset = start + length;
    }
    return 0;
}

int
sim_copy_before_write_copy(SimNode *filter, guint64 offset, guint64 length, gboolean *reading)
{
    CopyBeforeWrite *state = state_of(filter);
    guint64 start = 0, run = 0;
    int number = 0;
    round_out(state, &offset, &length);
    if (!sim_bitmap_next_dirty(state->todo, offset, &start, &run) || start >= offset + length)
        return 0;
    g_autoptr(SimContent) content = sim_node_read(filter->file->child, offset, length, &number);
    if (reading != NULL)
        *reading = content == NULL;
    return content == NULL ? number : copy_runs(filter, content, offset, offset + length);
}

static int
before_write(SimNode *filter, guint64 offset, guint64 length)
{
    CopyBeforeWrite *state = state_of(filter);
    round_out(state, &offset, &length);
    if (state->broken != 0)
        return 0;
    int number = sim_copy_before_write_copy(filter, offset, length, NULL);
    if (number == 0)
        sim_bitmap_set(state->done, offset, length);
    if (number == 0 || !state->lets_write)
        return number;
    state->broken = number;
    return 0;
}

void
sim_copy_before_write_only_top(SimNode *filter)
{
    CopyBeforeWrite *state = state_of(filter);
    SimNode *source = sim_node_storage(filter);
    guint64 size = state->todo->size, offset = 0;
    guint count = 0;
    if (source->driver != SIM_DRIVER_QCOW2)
        return;
    const SimExtent *extents =
        sim_content_extents(sim_image_state(sim_node_image(source))->content, &count);
    for (guint i = 0; i < count; i++) {
        guint64 start = extents[i].offset, length = extents[i].length;
        round_out(state, &start, &length);
        if (start > offset)
            sim_bitmap_reset(state->todo, offset, start - offset);
        offset = MAX(offset, start + length);
    }
    if (offset < size)
        sim_bitmap_reset(state->todo, offset, size - offset);
}

/* ---- the frozen view ---- */

/* Put the part [offset, offset + length) of `from` into *content, zeroes included. */
static void
take_part(SimContent **content, SimContent *from, guint64 offset, guint64 length)
{
    g_autoptr(SimContent) part = sim_content_slice(from, offset, length);
    guint count = 0;
    const SimExtent *extents = sim_content_extents(part, &count);
    sim_content_write(content, offset, length, SIM_STAMP_ZERO);
    for (guint i = 0; i < count; i++)
        sim_content_write(content, extents[i].offset, extents[i].length, extents[i].stamp);
}

static int
check_view(SimNode *filter, guint64 offset, guint64 length)
{
    const CopyBeforeWrite *state = state_of(filter);
    guint64 start = 0, run = 0;
    if (length == 0)
        return 0;
    gboolean shown = sim_bitmap_next_dirty(state->access, offset, &start, &run) &&
                     start == offset && run >= length;
    return shown && state->broken == 0 ? 0 : EACCES;
}

static SimContent *
view_before(SimNode *filter)
{
    const CopyBeforeWrite *state = state_of(filter);
    g_autoptr(SimContent) now = sim_node_content(filter->file->child);
    g_autoptr(SimContent) kept = sim_node_content(filter->target->child);
    g_autoptr(SimContent) view = sim_content_flatten(NULL, now, state->done->size);
    guint64 offset = 0, length = 0;
    while (sim_bitmap_next_dirty(state->done, offset, &offset, &length)) {
        take_part(&view, kept, offset, length);
        offset += length;
    }
    return sim_content_flatten(NULL, view, state->done->size);
}

/* ---- coming and going ---- */

/* The filter's own bitmaps go with it. */
static void
free_state(SimNode *filter)
{
    CopyBeforeWrite *state = g_steal_pointer(&filter->filter_data);
    sim_bitmap_free(state->todo);
    g_free(state);
}

static guint64
cluster_size(SimNode *target)
{
    target = sim_node_storage(target);
    if (target->driver != SIM_DRIVER_QCOW2)
        return CLUSTER_MIN;
    return MAX(CLUSTER_MIN, sim_image_state(sim_node_image(target))->cluster_size);
}

void
sim_copy_before_write_attach(SimNode *filter, const SimBitmap *bitmap, gboolean lets_write)
{
    SimNode *source = filter->file->child;
    guint64 cluster = cluster_size(filter->target->child), offset = 0;
    guint64 length = sim_node_size(source);
    CopyBeforeWrite *state = g_new0(CopyBeforeWrite, 1);
    state->todo = sim_bitmap_new_nameless(source, cluster, FALSE);
    state->done = sim_bitmap_new_nameless(filter, cluster, FALSE);
    state->access = sim_bitmap_new_nameless(filter, cluster, FALSE);
    state->lets_write = lets_write;
    if (bitmap == NULL) {
        sim_bitmap_set(state->todo, 0, length);
        sim_bitmap_set(state->access, 0, length);
    }
    while (bitmap != NULL && sim_bitmap_next_dirty(bitmap, offset, &offset, &length)) {
        sim_bitmap_set(state->todo, offset, length);
        sim_bitmap_set(state->access, offset, length);
        offset += length;
    }
    filter->filter_data = state;
    filter->filter_free = free_state;
    filter->before_write = before_write;
    filter->check_view = check_view;
    filter->view = view_before;
}

SimNode *
sim_copy_before_write_insert(SimNode *source, SimNode *target, const char *name, GError **error)
{
    SimFilterOptions options = {
        .driver = SIM_DRIVER_COPY_BEFORE_WRITE, .name = name, .target = target};
    SimNode *filter = sim_graph_insert_filter(source, &options, error);
    if (filter != NULL)
        sim_copy_before_write_attach(filter, NULL, FALSE);
    return filter;
}
