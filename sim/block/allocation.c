/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "sim/block/allocation.h"
#include "sim/block/chain.h"
#include "sim/block/node_io.h"

/* Header, two of refcounts, two of mapping tables: what lies before the first data. */
#define METADATA_CLUSTERS 5
/* What the host's file system allocates by. */
#define HOST_BLOCK 4096

/* What an image itself has of a range. */
typedef enum {
    NOTHING,
    ZEROES,
    DATA,
} Kind;

typedef struct {
    guint64 offset;
    guint64 length;
    Kind kind;
    guint64 host_offset;
} Own;

static guint64
unit_of(const SimNode *node)
{
    return node->driver == SIM_DRIVER_QCOW2
               ? sim_image_state(sim_node_image((SimNode *)node))->cluster_size
               : HOST_BLOCK;
}

static void
add_own(GArray *list, guint64 offset, guint64 end, Kind kind)
{
    Own *last = list->len == 0 ? NULL : &g_array_index(list, Own, list->len - 1);
    if (end <= offset)
        return;
    if (last != NULL && last->kind == kind) {
        last->length += end - offset;
        return;
    }
    Own own = {offset, end - offset, kind, 0};
    g_array_append_val(list, own);
}

/* Add the clusters that an extent touches behind what the list has, which reaches up to *done;
 * where the last cluster of the list is touched again, data win over zeroes. */
static void
add_clusters(GArray *list, guint64 *done, const SimExtent *extent, guint64 unit)
{
    guint64 start = extent->offset / unit * unit;
    guint64 end = (extent->offset + extent->length + unit - 1) / unit * unit;
    Kind kind = extent->stamp == SIM_STAMP_ZERO ? ZEROES : DATA;
    if (start < *done && kind == DATA) {
        Own *last = &g_array_index(list, Own, list->len - 1);
        if (last->kind == ZEROES) {
            last->length -= unit;
            if (last->length == 0)
                g_array_remove_index(list, list->len - 1);
            add_own(list, start, *done, DATA);
        }
    }
    add_own(list, *done, MAX(*done, start), NOTHING);
    add_own(list, MAX(*done, start), end, kind);
    *done = MAX(*done, end);
}

/* The same of one that may cover a part of a cluster with zeroes: over a backing the rest of that
 * cluster is copied up, which makes it data. */
static void
add_extent(GArray *list, guint64 *done, const SimExtent *extent, const SimNode *node)
{
    guint64 unit = unit_of(node), end = extent->offset + extent->length;
    guint64 inner = MIN(end, (extent->offset + unit - 1) / unit * unit);
    guint64 outer = MAX(inner, end / unit * unit);
    if (extent->stamp != SIM_STAMP_ZERO || node->backing == NULL) {
        add_clusters(list, done, extent, unit);
        return;
    }
    const SimExtent parts[] = {{extent->offset, inner - extent->offset, 1},
                               {inner, outer - inner, SIM_STAMP_ZERO},
                               {outer, end - outer, 1}};
    for (guint i = 0; i < G_N_ELEMENTS(parts); i++) {
        if (parts[i].length > 0)
            add_clusters(list, done, &parts[i], unit);
    }
}

/* The image of a node in clusters, from 0 to its end. */
static GArray *
own_clusters(SimNode *node)
{
    const SimImageState *state = sim_image_state(sim_node_image(node));
    guint64 unit = unit_of(node), done = 0, place = METADATA_CLUSTERS * unit;
    guint count = 0;
    const SimExtent *extents = sim_content_extents(state->content, &count);
    GArray *list = g_array_new(FALSE, FALSE, sizeof(Own));
    /* A new raw file has its first block written, so that its format can be told. */
    const SimExtent first = {0, MIN(state->size, unit), 1};
    if (node->driver != SIM_DRIVER_QCOW2 && first.length > 0)
        add_clusters(list, &done, &first, unit);
    for (guint i = 0; i < count; i++)
        add_extent(list, &done, &extents[i], node);
    add_own(list, done, MAX(done, state->size), NOTHING);
    for (guint i = 0; i < list->len; i++) {
        Own *own = &g_array_index(list, Own, i);
        own->host_offset = node->driver == SIM_DRIVER_QCOW2 ? place : own->offset;
        place += own->kind == DATA ? own->length : 0;
    }
    return list;
}

static void
add_part(GArray *parts, const SimAllocation *part)
{
    SimAllocation *last =
        parts->len == 0 ? NULL : &g_array_index(parts, SimAllocation, parts->len - 1);
    gboolean joins = last != NULL && last->depth == part->depth && last->node == part->node &&
                     last->present == part->present && last->zero == part->zero &&
                     last->data == part->data &&
                     (!part->mapped || last->host_offset + last->length == part->host_offset);
    if (joins)
        last->length += part->length;
    else
        g_array_append_val(parts, *part);
}

/* Add the part [start, end) of the disk of a node that is `depth` below the top. */
static void
add_range(GArray *parts, SimNode *node, guint depth, guint64 start, guint64 end)
{
    node = sim_node_skip_filters(node);
    g_autoptr(GArray) list = own_clusters(node);
    gboolean qcow2 = node->driver == SIM_DRIVER_QCOW2;
    /* A backing that is shorter than its overlay has nothing to say beyond its end. */
    guint64 reached = start, below = 0;
    if (node->backing != NULL)
        below = sim_node_size(node->backing->child);
    for (guint i = 0; i < list->len && reached < end; i++) {
        const Own *own = &g_array_index(list, Own, i);
        guint64 stop = MIN(end, own->offset + own->length);
        if (stop <= reached)
            continue;
        if (own->kind == NOTHING && node->backing != NULL && reached < below) {
            stop = MIN(stop, below);
            add_range(parts, node->backing->child, depth + 1, reached, stop);
            i -= stop < own->offset + own->length ? 1 : 0;
        } else {
            gboolean zero = own->kind != DATA;
            SimAllocation part = {.offset = reached,
                                  .length = stop - reached,
                                  .depth = depth,
                                  .node = node,
                                  .present = !qcow2 || own->kind != NOTHING,
                                  .zero = zero,
                                  .data = !zero,
                                  .mapped = !qcow2 || !zero,
                                  .host_offset = own->host_offset + (reached - own->offset)};
            add_part(parts, &part);
        }
        reached = stop;
    }
    g_assert(reached >= end);
}

GArray *
sim_node_allocation(SimNode *node)
{
    GArray *parts = g_array_new(FALSE, FALSE, sizeof(SimAllocation));
    add_range(parts, node, 0, 0, sim_node_size(node));
    return parts;
}

guint64
sim_node_data_clusters(SimNode *node)
{
    g_autoptr(GArray) list = own_clusters(sim_node_skip_filters(node));
    guint64 sum = 0;
    for (guint i = 0; i < list->len; i++) {
        const Own *own = &g_array_index(list, Own, i);
        sum += own->kind == DATA ? own->length : 0;
    }
    return sum / unit_of(sim_node_skip_filters(node));
}
