/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "sim/block/filter.h"
#include "sim/block/bitmap.h"
#include "sim/block/chain.h"
#include "sim/block/graph_private.h"

static void
refresh_surely(SimGraph *graph)
{
    gboolean ok = sim_graph_refresh(graph, NULL);
    g_assert(ok);
}

/* Mirror and commit have it as "backing", the others as "file". */
static void
link_filtered(SimNode *filter, SimNode *node)
{
    if (filter->driver == SIM_DRIVER_MIRROR_TOP || filter->driver == SIM_DRIVER_COMMIT_TOP)
        filter->backing = sim_edge_new_child(node, "backing", filter);
    else
        filter->file = sim_edge_new_child(node, "file", filter);
}

/* QEMU opens those of commit for reading, all others for writing. */
static gboolean
is_read_only(SimDriver driver)
{
    return driver == SIM_DRIVER_COMMIT_TOP;
}

/* The filter over the node, without users. */
static SimNode *
create_filter(SimNode *node, const SimFilterOptions *options, GError **error)
{
    SimGraph *graph = node->graph;
    SimNode *filter = sim_node_new(graph, options->name, options->driver, error);
    if (filter == NULL)
        return NULL;
    filter->read_only = is_read_only(options->driver);
    filter->implicit = options->name == NULL && (options->driver == SIM_DRIVER_MIRROR_TOP ||
                                                 options->driver == SIM_DRIVER_COMMIT_TOP);
    filter->for_commit = options->for_commit;
    link_filtered(filter, node);
    if (options->target != NULL)
        filter->target = sim_edge_new_child(options->target, "target", filter);
    if (sim_graph_refresh(graph, error))
        return filter;
    sim_node_close(filter, FALSE);
    refresh_surely(graph);
    return NULL;
}

/* Only those of backup and stream are opened as any node is, and then put in. */
static void
tell_stage(SimDriver driver, const char *stage, GError **error)
{
    if (driver == SIM_DRIVER_COPY_BEFORE_WRITE || driver == SIM_DRIVER_COPY_ON_READ)
        g_prefix_error(error, "Could not %s node: ", stage);
}

SimNode *
sim_graph_insert_filter(SimNode *node, const SimFilterOptions *options, GError **error)
{
    g_assert(sim_driver_is_filter(options->driver));
    SimNode *filter = create_filter(node, options, error);
    if (filter == NULL) {
        tell_stage(options->driver, "create", error);
        return NULL;
    }
    g_autoptr(GPtrArray) moved = sim_graph_move_users(node, filter);
    if (sim_graph_refresh(node->graph, error))
        return filter;
    tell_stage(options->driver, "replace", error);
    sim_edges_move(moved, node);
    sim_node_close(filter, FALSE);
    refresh_surely(node->graph);
    return NULL;
}

void
sim_graph_remove_filter(SimNode *filter)
{
    SimGraph *graph = filter->graph;
    SimNode *below = sim_node_filtered(filter)->child;
    filter->passive = TRUE;
    g_autoptr(GPtrArray) moved = sim_graph_move_users(filter, below);
    sim_node_close(filter, FALSE);
    refresh_surely(graph);
}

gboolean
sim_graph_replace(SimNode *from, SimNode *to, GError **error)
{
    for (guint i = 0; i < from->parents->len; i++) {
        if (!sim_edge_check_frozen(from->parents->pdata[i], error))
            return FALSE;
    }
    g_autoptr(GPtrArray) moved = sim_graph_move_users(from, to);
    if (sim_graph_refresh(from->graph, error))
        return TRUE;
    sim_edges_move(moved, from);
    refresh_surely(from->graph);
    return FALSE;
}

/* ---- one node ---- */

void
sim_graph_close_unused(SimNode *node)
{
    if (!node->owned && node->parents->len == 0)
        sim_node_close(node, TRUE);
}

static void
link_backing(SimNode *node, SimNode *backing)
{
    sim_edge_free(g_steal_pointer(&node->backing));
    if (backing != NULL)
        node->backing = sim_edge_new_child(backing, "backing", node);
}

gboolean
sim_graph_set_backing(SimNode *node, SimNode *backing, GError **error)
{
    if (!sim_edge_check_frozen(node->backing, error))
        return FALSE;
    SimNode *former = node->backing == NULL ? NULL : node->backing->child;
    link_backing(node, backing);
    if (!sim_graph_refresh(node->graph, error)) {
        link_backing(node, former);
        refresh_surely(node->graph);
        return FALSE;
    }
    if (former != NULL)
        sim_graph_close_unused(former);
    return TRUE;
}

/* A file that was defined inside a node, without a word about it, is opened as the node is. */
static void
open_as(SimNode *node, gboolean read_only)
{
    SimNode *file = node->file == NULL ? NULL : node->file->child;
    node->turning_read_only = read_only && !node->read_only;
    node->read_only = read_only;
    if (file != NULL && file->inside == node && file->follows)
        open_as(file, read_only);
}

static void
turned(SimNode *node)
{
    for (; node != NULL; node = node->file == NULL ? NULL : node->file->child)
        node->turning_read_only = FALSE;
}

gboolean
sim_graph_set_read_only(SimNode *node, gboolean read_only, GError **error)
{
    gboolean former = node->read_only;
    if (read_only != former && !sim_node_check_reopen(node, error))
        return FALSE;
    if (read_only && !former && !sim_bitmaps_fix(node, error))
        return FALSE;
    if (read_only != former)
        open_as(node, read_only);
    gboolean ok = sim_graph_refresh(node->graph, error);
    turned(node);
    if (ok && !read_only && (former || sim_bitmaps_fixed(node)))
        sim_bitmaps_thaw(node);
    if (ok)
        return TRUE;
    if (read_only != former)
        open_as(node, former);
    turned(node);
    refresh_surely(node->graph);
    return FALSE;
}
