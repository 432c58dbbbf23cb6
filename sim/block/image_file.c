/* SPDX-License-Identifier: LGPL-2.1-or-later
 *
 * An image as a file on the host: how large it is, and how it begins.
 */
#include "sim/block/image.h"
#include <string.h>

/* Header, refcount table and block, L1 table of an empty qcow2 file. */
#define QCOW2_METADATA (4 * 65536)
#define QCOW2_HEADER 104
#define QCOW2_HEADER_V2 72

guint64
sim_image_file_size(const SimImage *image)
{
    const SimImageState *state = sim_image_state(image);
    if (sim_image_format(image) == SIM_FORMAT_RAW)
        return state->size;
    guint64 sum = QCOW2_METADATA + sim_content_allocated(state->content);
    for (guint i = 0; state->snapshots != NULL && i < state->snapshots->len; i++) {
        const SimSnapshot *snapshot = state->snapshots->pdata[i];
        sum += snapshot->vm_state == NULL ? 0 : g_bytes_get_size(snapshot->vm_state);
    }
    return sum;
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
    guint32 header = state->version_2 ? QCOW2_HEADER_V2 : QCOW2_HEADER;
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
    put32(head + 60, state->snapshots == NULL ? 0 : state->snapshots->len);
    if (!state->version_2) {
        put32(head + 96, 4);
        put32(head + 100, QCOW2_HEADER);
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
