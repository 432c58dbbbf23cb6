/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "sim/block/resize.h"
#include "sim/block/bitmap.h"
#include "sim/block/chain.h"
#include "sim/block/node_io.h"

#define SECTOR 512

/* Resize; growth must read as zeroes, where a longer backing would show. */
static void
resize_image(SimNode *node, guint64 size)
{
    SimImage *image = sim_node_image(node);
    guint64 former = sim_image_state(image)->size;
    gboolean shows = node->backing != NULL && sim_node_size(node->backing->child) > former;
    sim_image_resize(image, size);
    if (shows && size > former)
        sim_image_write(image, former, size - former, SIM_STAMP_ZERO);
}

gboolean
sim_node_resize(SimNode *node, guint64 size, GError **error)
{
    SimNode *data = sim_node_skip_filters(node);
    SimImage *image = sim_node_image(data);
    const SimImageState *state = sim_image_state(image);
    if (node->read_only || (data->driver == SIM_DRIVER_RAW && sim_node_protocol(data)->read_only))
        return sim_qmp_refuse(error, "Image is read-only");
    if (node->inactive)
        return sim_qmp_refuse(error, "Block node is read-only");
    if (data->driver == SIM_DRIVER_QCOW2 && size % SECTOR != 0)
        return sim_qmp_refuse(error, "The new size must be a multiple of %d", SECTOR);
    size = (size + SECTOR - 1) / SECTOR * SECTOR;
    if (!sim_bitmaps_check_resize(data, error))
        return FALSE;
    if (data->driver == SIM_DRIVER_QCOW2 && state->version_2 &&
        sim_snapshots_count(sim_image_snapshots(image)) > 0)
        return sim_qmp_refuse(error, "Can't resize a v2 image which has snapshots");
    int number = sim_node_can_write(data);
    if (number != 0)
        return sim_qmp_refuse(error, "Failed to resize the image: %s", g_strerror(number));
    resize_image(data, size);
    /* A raw node over it, or a filter, has the same disk. */
    for (SimNode *each = node; each != NULL;) {
        sim_bitmaps_resize(each, size);
        SimEdge *edge = each == data ? NULL : sim_node_filtered(each);
        each = edge == NULL ? NULL : edge->child;
    }
    return TRUE;
}
