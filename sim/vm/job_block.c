/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "sim/vm/job_block.h"
#include "sim/block/blocker.h"
#include "sim/block/chain.h"
#include "sim/block/filter.h"
#include "sim/block/image_path.h"
#include "sim/vm/block_info.h"
#include <string.h>

/* ---- nodes held ---- */

gboolean
sim_block_job_take(SimJob *job, SimNode *node, const char *role, SimLock lock, GError **error)
{
    SimHold hold = {role, job->id, job->driver->type, lock.taken, lock.shared};
    SimEdge *edge = sim_graph_hold(node, &hold, error);
    if (edge == NULL)
        return FALSE;
    if (job->holds == NULL)
        job->holds = g_ptr_array_new();
    g_ptr_array_add(job->holds, edge);
    return TRUE;
}

gboolean
sim_block_job_hold(SimJob *job, SimNode *node, const char *role, guint32 shared, GError **error)
{
    return sim_block_job_take(job, node, role, (SimLock){0, shared}, error);
}

gboolean
sim_block_job_hold_chain(SimJob *job, SimNode *top, const SimNode *base, guint32 shared,
                         GError **error)
{
    for (SimNode *node = top; node != base && node != NULL;) {
        if (!sim_block_job_hold(job, node, "intermediate node", shared, error))
            return FALSE;
        SimEdge *next = sim_node_next(node);
        node = next == NULL ? NULL : next->child;
    }
    return TRUE;
}

void
sim_block_job_release(SimJob *job)
{
    GPtrArray *holds = g_steal_pointer(&job->holds);
    if (holds == NULL)
        return;
    for (guint i = 0; i < holds->len; i++) {
        SimNode *node = ((SimEdge *)holds->pdata[i])->child;
        sim_graph_drop(holds->pdata[i]);
        /* What nobody else has any more goes; filters are taken out by their jobs. */
        if (!sim_driver_is_filter(node->driver))
            sim_graph_close_unused(node);
    }
    g_ptr_array_unref(holds);
}

/* ---- allocation ---- */

/* What lies beyond the end of a backing reads as zeroes, and counts as allocated there. */
static void
add_beyond(SimContent **sum, SimNode *node, guint64 size, guint64 stamp)
{
    if (sim_node_size(node) < size)
        sim_content_write(sum, sim_node_size(node), size - sim_node_size(node), stamp);
}

static void
add_allocated(SimContent **sum, SimNode *node, guint64 size, guint64 stamp)
{
    if (sim_node_storage(node)->driver != SIM_DRIVER_QCOW2) {
        sim_content_write(sum, 0, MIN(sim_node_size(node), size), stamp);
        return;
    }
    guint count = 0;
    const SimImageState *state = sim_image_state(sim_node_image(node));
    const SimExtent *extents = sim_content_extents(state->content, &count);
    guint64 cluster = state->cluster_size;
    for (guint i = 0; i < count; i++) {
        guint64 start = extents[i].offset / cluster * cluster;
        guint64 end = extents[i].offset + extents[i].length;
        end = MIN((end + cluster - 1) / cluster * cluster, size);
        if (start < end)
            sim_content_write(sum, start, end - start, stamp);
    }
}

SimContent *
sim_chain_allocated(SimNode *top, const SimNode *base)
{
    g_autoptr(GPtrArray) layers = g_ptr_array_new();
    for (SimNode *node = top; node != base && node != NULL;) {
        if (sim_node_filtered(node) == NULL)
            g_ptr_array_add(layers, node);
        SimEdge *next = sim_node_next(node);
        node = next == NULL ? NULL : next->child;
    }
    /* From below, so that the upper ones cover it; each with a stamp of its own, because a run of
     * allocation ends where another image goes on. */
    SimContent *sum = sim_content_new();
    guint64 size = sim_node_size(top);
    for (guint i = layers->len; i-- > 0;) {
        if (i > 0)
            add_beyond(&sum, layers->pdata[i], size, i + 1);
        add_allocated(&sum, layers->pdata[i], size, i + 1);
    }
    return sum;
}

gboolean
sim_allocated_run(const SimContent *allocated, guint64 offset, guint64 end, guint64 *length)
{
    guint count = 0;
    const SimExtent *extents = sim_content_extents(allocated, &count);
    guint low = 0, high = count;
    while (low < high) {
        guint middle = low + (high - low) / 2;
        if (extents[middle].offset + extents[middle].length <= offset)
            low = middle + 1;
        else
            high = middle;
    }
    gboolean inside = low < count && extents[low].offset <= offset;
    guint64 stop = low == count ? end
                   : inside     ? extents[low].offset + extents[low].length
                                : extents[low].offset;
    *length = MIN(stop, end) - offset;
    return inside;
}

/* ---- chains and names ---- */

SimNode *
sim_chain_overlay(SimNode *top, SimNode *base)
{
    SimNode *wanted = base == NULL ? NULL : sim_node_skip_filters(base);
    for (SimNode *node = sim_node_skip_filters(top); node != NULL; node = sim_node_backing(node)) {
        if (sim_node_backing(node) == wanted)
            return node;
    }
    return NULL;
}

static gboolean
names_backing(SimNode *overlay, SimNode *backing, const char *name)
{
    g_autofree char *file = g_canonicalize_filename(sim_node_protocol(backing)->filename, "/");
    const SimImageState *state =
        overlay->driver == SIM_DRIVER_QCOW2 ? sim_image_state(sim_node_image(overlay)) : NULL;
    if (state != NULL && g_strcmp0(state->backing, name) == 0)
        return TRUE;
    g_autofree char *path = sim_image_resolve(sim_node_protocol(overlay)->filename, name);
    g_autofree char *resolved = g_canonicalize_filename(path, "/");
    g_autofree char *plain = g_canonicalize_filename(name, "/");
    return strcmp(resolved, file) == 0 || strcmp(plain, file) == 0;
}

SimNode *
sim_chain_find_file(SimNode *top, const char *name)
{
    SimNode *overlay = sim_node_skip_filters(top);
    for (SimNode *node = sim_node_backing(overlay); node != NULL; node = sim_node_backing(node)) {
        if (names_backing(overlay, node, name))
            return node;
        overlay = node;
    }
    return NULL;
}

int
sim_overlay_write_backing(SimNode *overlay, SimNode *base, const char *name)
{
    int number = sim_node_can_write(overlay);
    if (number != 0)
        return number;
    SimNode *below = base == NULL ? NULL : sim_node_skip_filters(base);
    if (below == NULL) {
        sim_image_set_backing(sim_node_image(overlay), NULL, NULL);
        return 0;
    }
    g_autofree char *shown = sim_block_info_name(below);
    sim_image_set_backing(sim_node_image(overlay), name != NULL ? name : shown,
                          sim_driver_name(below->driver));
    return 0;
}
