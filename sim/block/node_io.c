/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "sim/block/node_io.h"
#include "sim/block/bitmap.h"
#include "sim/block/chain.h"
#include "sim/block/copy_before_write.h"
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

guint64
sim_node_size(SimNode *node)
{
    node = sim_node_skip_filters(node);
    SimInode *inode = sim_node_protocol(node)->inode;
    SimImage *image = sim_inode_image(inode);
    /* A protocol node is as large as its file, whatever disk that describes. */
    gboolean file =
        image == NULL || (node->file == NULL && sim_image_format(image) != SIM_FORMAT_RAW);
    return file ? sim_inode_size(inode) : sim_image_state(image)->size;
}

/* ---- writing ---- */

static int
check_writable(SimNode *node)
{
    if (node->graph->inactive)
        return EPERM;
    if (data_node(node)->driver == SIM_DRIVER_SNAPSHOT_ACCESS)
        return ENOTSUP;
    return node->read_only ? EROFS : sim_node_can_write(node);
}

/* Every filter on the way may refuse. */
static int
before_write(SimNode *node, guint64 offset, guint64 length)
{
    int number = check_writable(node);
    for (; number == 0 && node != NULL; node = below(node)) {
        if (node->before_write != NULL)
            number = node->before_write(node, offset, length);
    }
    return number;
}

/* Every node on the way has been written. */
static void
mark(SimNode *node, guint64 offset, guint64 length)
{
    for (; node != NULL; node = below(node))
        sim_bitmaps_mark(node, offset, length);
}

int
sim_node_write(SimNode *node, guint64 offset, guint64 length, guint64 stamp)
{
    int number = before_write(node, offset, length);
    if (number != 0)
        return number;
    sim_image_write(sim_node_image(data_node(node)), offset, length, stamp);
    mark(node, offset, length);
    return 0;
}

int
sim_node_discard(SimNode *node, guint64 offset, guint64 length)
{
    int number = node->unmap ? before_write(node, offset, length) : check_writable(node);
    if (number != 0 || !node->unmap)
        return number;
    /* Over a backing image the old data would come back: zeroes hide them. */
    SimNode *data = data_node(node);
    if (data->backing != NULL)
        sim_image_write(sim_node_image(data), offset, length, SIM_STAMP_ZERO);
    else
        sim_image_discard(sim_node_image(data), offset, length);
    mark(node, offset, length);
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
    copy_extents(sim_node_image(data_node(node)), content, offset, offset + length);
    if (kind == SIM_WRITE_DIRTY)
        mark(node, offset, length);
    return 0;
}

/* ---- reading ---- */

SimContent *
sim_node_content(SimNode *node)
{
    SimNode *data = data_node(node);
    if (data->driver == SIM_DRIVER_SNAPSHOT_ACCESS)
        return sim_copy_before_write_view(data);
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
        *number = sim_copy_before_write_check_view(data, offset, length);
    if (*number != 0)
        return NULL;
    g_autoptr(SimContent) whole = sim_node_content(data);
    return sim_content_slice(whole, offset, length);
}
