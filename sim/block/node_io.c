/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "sim/block/node_io.h"
#include "sim/block/allocation.h"
#include "sim/block/bitmap.h"
#include "sim/block/chain.h"
#include <errno.h>

/* The next node on the way down to the data: through filters and raw nodes, or NULL. */
static SimNode *
below(const SimNode *node)
{
    SimEdge *edge = node->driver == SIM_DRIVER_RAW ? node->file : sim_node_filtered(node);
    return edge == NULL ? NULL : edge->child;
}

/* The node that holds the data. */
static SimNode *
data_node(SimNode *node)
{
    for (SimNode *next = below(node); next != NULL; next = below(node))
        node = next;
    return node;
}

/* ---- may it be written ---- */

static int
check_writable(SimNode *node)
{
    if (node->inactive)
        return EPERM;
    if (data_node(node)->driver == SIM_DRIVER_SNAPSHOT_ACCESS)
        return ENOTSUP;
    if (node->read_only)
        return EROFS;
    return sim_bitmaps_fixed(node) ? EPERM : sim_node_can_write(node);
}

/* Every filter on the way may refuse. */
static int
before_write(SimNode *node, guint64 offset, guint64 length)
{
    int number = check_writable(node);
    for (; number == 0 && node != NULL; node = below(node)) {
        number = sim_bitmaps_fixed(node) ? EPERM : 0;
        if (number == 0 && node->before_write != NULL)
            number = node->before_write(node, offset, length);
    }
    return number;
}

/* ---- what a write leaves in bitmaps ---- */

/* The refcount block and the mapping tables before the data of a qcow2 file, in clusters. */
#define TABLES_BEGIN 2
#define TABLES_END 5

/* A write on its way. */
typedef struct {
    SimNode *node;
    guint64 offset;
    guint64 length;
    SimNode *format;  /* the qcow2 node whose file has bitmaps, or NULL */
    guint64 clusters; /* of data that it had before */
} Write;

static Write
write_begin(SimNode *node, guint64 offset, guint64 length)
{
    Write write = {node, offset, length, NULL, 0};
    SimNode *data = data_node(node);
    if (data->file != NULL && sim_bitmaps_any(data->file->child)) {
        write.format = data;
        write.clusters = sim_node_data_clusters(data);
    }
    return write;
}

/* A file grows with the clusters in it; where these are taken to be, the map of the image says. */
static void
mark_file(const Write *write)
{
    SimNode *file = write->format->file->child;
    guint64 cluster = sim_image_state(sim_node_image(write->format))->cluster_size;
    guint64 end = write->offset + write->length;
    g_autoptr(GArray) parts = sim_node_allocation(write->format);
    guint64 clusters = sim_node_data_clusters(write->format);
    sim_bitmaps_resize(file, MAX(sim_node_size(file), (TABLES_END + clusters) * cluster));
    if (clusters > write->clusters)
        sim_bitmaps_mark(file, TABLES_BEGIN * cluster, (TABLES_END - TABLES_BEGIN) * cluster);
    for (guint i = 0; i < parts->len; i++) {
        const SimAllocation *part = &g_array_index(parts, SimAllocation, i);
        guint64 from = MAX(part->offset, write->offset);
        guint64 to = MIN(part->offset + part->length, end);
        if (part->mapped && part->depth == 0 && from < to)
            sim_bitmaps_mark(file, part->host_offset + (from - part->offset), to - from);
    }
}

/* Every node on the way has been written; and the file, whatever the guest sees of it. */
static void
write_end(const Write *write, SimWriteKind kind)
{
    SimNode *node = kind == SIM_WRITE_DIRTY ? write->node : NULL;
    for (; node != NULL; node = below(node))
        sim_bitmaps_mark(node, write->offset, write->length);
    if (write->format != NULL)
        mark_file(write);
}

/* ---- writing ---- */

int
sim_node_write(SimNode *node, guint64 offset, guint64 length, guint64 stamp)
{
    int number = before_write(node, offset, length);
    if (number != 0)
        return number;
    Write write = write_begin(node, offset, length);
    sim_image_write(sim_node_image(data_node(node)), offset, length, stamp);
    write_end(&write, SIM_WRITE_DIRTY);
    return 0;
}

/* Zeroes where the image has something in [offset, end), in whole clusters. */
static void
zero_allocated(SimImage *image, guint64 offset, guint64 end)
{
    guint64 cluster = sim_image_state(image)->cluster_size;
    guint count = 0;
    g_autoptr(SimContent) had =
        sim_content_slice(sim_image_state(image)->content, offset, end - offset);
    const SimExtent *extents = sim_content_extents(had, &count);
    for (guint i = 0; i < count; i++) {
        guint64 from = extents[i].offset / cluster * cluster;
        guint64 to = extents[i].offset + extents[i].length;
        to = MIN(end, (to + cluster - 1) / cluster * cluster);
        sim_image_write(image, from, to - from, SIM_STAMP_ZERO);
    }
}

/* qcow2 takes away whole clusters only, and lets zeroes stand for them: over a backing image the
 * old data would come back.  Version 2 has no such zeroes. */
static void
discard_data(SimNode *data, guint64 offset, guint64 length)
{
    SimImage *image = sim_node_image(data);
    const SimImageState *state = sim_image_state(image);
    guint64 end = offset + length;
    if (data->driver != SIM_DRIVER_QCOW2) {
        sim_image_discard(image, offset, length);
        return;
    }
    guint64 cluster = state->cluster_size;
    offset = (offset + cluster - 1) / cluster * cluster;
    end = end >= state->size ? state->size : end / cluster * cluster;
    if (end <= offset || (state->version_2 && data->backing != NULL))
        return;
    if (data->backing != NULL)
        sim_image_write(image, offset, end - offset, SIM_STAMP_ZERO);
    else if (state->version_2)
        sim_image_discard(image, offset, end - offset);
    else
        zero_allocated(image, offset, end);
}

int
sim_node_discard(SimNode *node, guint64 offset, guint64 length)
{
    int number = node->unmap ? before_write(node, offset, length) : check_writable(node);
    if (number != 0 || !node->unmap)
        return number;
    Write write = write_begin(node, offset, length);
    discard_data(data_node(node), offset, length);
    write_end(&write, SIM_WRITE_DIRTY);
    return 0;
}

/* The extents of a content within a range, the gaps between them as zeroes. */
static void
copy_extents(SimImage *image, const SimContent *content, guint64 offset, guint64 end)
{
    guint count = 0;
    const SimExtent *extents = sim_content_extents(content, &count);
    for (guint i = 0; i < count && offset < end; i++) {
        const SimExtent *extent = &extents[i];
        guint64 stop = MIN(end, extent->offset + extent->length);
        if (stop <= offset)
            continue;
        guint64 start = MIN(end, MAX(offset, extent->offset));
        if (start > offset)
            sim_image_write(image, offset, start - offset, SIM_STAMP_ZERO);
        if (stop > start)
            sim_image_write(image, start, stop - start, extent->stamp);
        offset = MAX(start, stop);
    }
    if (offset < end)
        sim_image_write(image, offset, end - offset, SIM_STAMP_ZERO);
}

int
sim_node_copy_in(SimNode *node, const SimContent *content, guint64 offset, guint64 length,
                 SimWriteKind kind)
{
    int number = before_write(node, offset, length);
    if (number != 0)
        return number;
    Write write = write_begin(node, offset, length);
    copy_extents(sim_node_image(data_node(node)), content, offset, offset + length);
    write_end(&write, kind);
    return 0;
}

/* ---- reading ---- */

/* What a snapshot-access node shows is its filter's to say. */
static int
check_view(SimNode *access, guint64 offset, guint64 length)
{
    SimNode *filter = access->file->child;
    return filter->check_view == NULL ? ENOTSUP : filter->check_view(filter, offset, length);
}

static SimContent *
view(SimNode *access)
{
    SimNode *filter = access->file->child;
    return filter->view == NULL ? sim_content_new() : filter->view(filter);
}

SimContent *
sim_node_content(SimNode *node)
{
    SimNode *data = data_node(node);
    if (data->driver == SIM_DRIVER_SNAPSHOT_ACCESS)
        return view(data);
    const SimImageState *state = sim_image_state(sim_node_image(data));
    g_autoptr(SimContent) base =
        data->backing == NULL ? NULL : sim_node_content(data->backing->child);
    return sim_content_flatten(base, state->content, state->size);
}

SimContent *
sim_node_read(SimNode *node, guint64 offset, guint64 length, int *number)
{
    *number = sim_fs_fault(node->graph->fs, sim_node_protocol(node)->filename, SIM_FS_READ);
    if (*number != 0)
        return NULL;
    SimNode *data = data_node(node);
    if (data->driver == SIM_DRIVER_SNAPSHOT_ACCESS)
        *number = check_view(data, offset, length);
    if (*number != 0)
        return NULL;
    g_autoptr(SimContent) whole = sim_node_content(data);
    return sim_content_slice(whole, offset, length);
}
