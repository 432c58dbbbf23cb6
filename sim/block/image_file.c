/* SPDX-License-Identifier: LGPL-2.1-or-later
 *
 * An image as a file on the host: how large it is, and how it begins.
 */
#include "sim/block/image_bitmap.h"
#include <string.h>

/* Clusters before the L1 table: header, refcount table and block. */
#define QCOW2_METADATA 3
#define QCOW2_HEADER_V2 72

static guint64
round_up(guint64 value, guint64 unit)
{
    return (value + unit - 1) / unit * unit;
}

/* An empty file ends with its L1 table; the first L2 table and data come behind the cluster that
 * that one is in. */
static guint64
qcow2_data_end(const SimImageState *state)
{
    guint count = 0;
    guint64 cluster = state->cluster_size, data = 0;
    guint64 l1 = round_up(state->size, cluster * (cluster / 8)) / (cluster * (cluster / 8)) * 8;
    const SimExtent *extents = sim_content_extents(state->content, &count);
    if (count == 0 && !state->table_left)
        return QCOW2_METADATA * cluster + round_up(l1, 512);
    for (guint i = 0; i < count; i++)
        data += extents[i].stamp == SIM_STAMP_ZERO ? 0 : round_up(extents[i].length, cluster);
    return (QCOW2_METADATA + 1) * cluster + round_up(l1, cluster) + data;
}

/* A directory, and for each a table and the clusters of it that are not zero. */
static guint64
bitmap_clusters(const SimImageState *state)
{
    guint64 clusters = 1;
    for (guint i = 0; i < state->bitmaps->len; i++) {
        const SimStoredBitmap *stored = state->bitmaps->pdata[i];
        guint64 granules = (guint64)state->cluster_size * 8;
        g_autoptr(SimBits) used =
            sim_bits_rescale(stored->bits, sim_bits_length(stored->bits), 1, granules);
        clusters += 1 + sim_bits_count(used);
    }
    return clusters;
}

guint64
sim_image_file_size(const SimImage *image)
{
    const SimImageState *state = sim_image_state(image);
    if (sim_image_format(image) == SIM_FORMAT_RAW)
        return state->size;
    guint64 sum = qcow2_data_end(state);
    if (state->damage == SIM_DAMAGE_LEAK)
        sum = round_up(sum, state->cluster_size) + state->cluster_size;
    if (state->bitmaps != NULL)
        sum = round_up(sum, state->cluster_size) + bitmap_clusters(state) * state->cluster_size;
    return sum + sim_snapshots_vm_state_size(sim_image_snapshots(image));
}

static void
put32(guint8 *p, guint32 value)
{
    value = GUINT32_TO_BE(value);
    memcpy(p, &value, sizeof(value));
}

static void
put64(guint8 *p, guint64 value)
{
    value = GUINT64_TO_BE(value);
    memcpy(p, &value, sizeof(value));
}

static GBytes *
qcow2_head(const SimImage *image)
{
    const SimImageState *state = sim_image_state(image);
    gsize name = state->backing == NULL ? 0 : strlen(state->backing);
    guint32 header = state->version_2 ? QCOW2_HEADER_V2 : SIM_QCOW2_HEADER;
    gsize length = header + name;
    guint8 *head = g_malloc0(length);
    memcpy(head, "QFI\xfb", 4);
    put32(head + 4, state->version_2 ? 2 : 3);
    if (name > 0) {
        put64(head + 8, header);
        put32(head + 16, (guint32)name);
        memcpy(head + header, state->backing, name);
    }
    put32(head + 20, (guint32)g_bit_storage(state->cluster_size) - 1);
    put64(head + 24, state->size);
    put32(head + 60, sim_snapshots_count(sim_image_snapshots(image)));
    if (!state->version_2) {
        put32(head + 96, 4);
        put32(head + 100, SIM_QCOW2_HEADER);
    }
    return g_bytes_new_take(head, length);
}

GBytes *
sim_image_head(const SimImage *image)
{
    if (sim_image_format(image) == SIM_FORMAT_QCOW2)
        return qcow2_head(image);
    gsize length = MIN(sim_image_state(image)->size, 512);
    return g_bytes_new_take(g_malloc0(length), length);
}
