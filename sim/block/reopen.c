/* SPDX-License-Identifier: LGPL-2.1-or-later
 *
 * blockdev-reopen: new options for nodes that stay, all or none.
 */
#include "sim/block/bitmap.h"
#include "sim/block/chain.h"
#include "sim/block/graph_private.h"
#include <string.h>

/* What a node was before, to put it back. */
typedef struct {
    SimNode *node;
    gboolean read_only;
    gboolean unmap;
    gboolean named;
    SimNode *backing; /* or NULL */
    SimNode *file;    /* or NULL */
} Former;

static gboolean reopen_node(SimNode *node, const json_t *options, gboolean otherwise,
                            GArray *formers, GError **error);

static void
set_backing(SimNode *node, SimNode *backing)
{
    if (node->backing != NULL && node->backing->child == backing)
        return;
    sim_edge_free(g_steal_pointer(&node->backing));
    if (backing != NULL)
        node->backing = sim_edge_new_child(backing, "backing", node);
}

static gboolean
needs_backing(SimNode *node)
{
    if (node->backing != NULL)
        return TRUE;
    SimImage *image = node->driver == SIM_DRIVER_QCOW2 ? sim_node_image(node) : NULL;
    return image != NULL && sim_image_state(image)->backing != NULL;
}

static SimNode *
find_child(SimNode *node, const char *name, const char *role, GError **error)
{
    SimNode *child = sim_graph_find(node->graph, name);
    if (child == NULL) {
        sim_qmp_refuse(error, "Cannot find device='' nor node-name='%s'", name);
        return NULL;
    }
    if (sim_node_reaches(child, node)) {
        sim_qmp_refuse(error, "Making '%s' a %s child of '%s' would create a cycle", child->name,
                       role, node->name);
        return NULL;
    }
    return child;
}

static gboolean
change_backing(SimNode *node, SimNode *backing, GError **error)
{
    SimNode *former = node->backing == NULL ? NULL : node->backing->child;
    if (former == backing)
        return TRUE;
    if (!sim_edge_check_frozen(node->backing, error))
        return FALSE;
    set_backing(node, backing);
    return TRUE;
}

static void
note_former(GArray *formers, SimNode *node)
{
    Former former = {node,
                     node->read_only,
                     node->unmap,
                     node->named,
                     node->backing == NULL ? NULL : node->backing->child,
                     node->file == NULL ? NULL : node->file->child};
    g_array_append_val(formers, former);
}

/* A child by its own options again: only where it was defined that way. */
static gboolean
reopen_inline(SimEdge *edge, const json_t *options, GArray *formers, GError **error)
{
    SimNode *child = edge == NULL ? NULL : edge->child;
    const char *role = edge == NULL ? "backing" : edge->role;
    if (child == NULL || child->inside != edge->parent)
        return sim_qmp_refuse(error, "Cannot change the option '%s.driver'", role);
    const char *name = json_string_value(json_object_get(options, "node-name"));
    note_former(formers, child);
    if (name != NULL && (!child->named || strcmp(name, child->name) != 0))
        return sim_qmp_refuse(error, "Cannot change the option 'node-name'");
    child->named = name != NULL;
    gboolean otherwise = edge == edge->parent->backing || edge->parent->read_only;
    return reopen_node(child, options, otherwise, formers, error);
}

static gboolean
reopen_backing(SimNode *node, const json_t *options, GArray *formers, GError **error)
{
    const json_t *backing = json_object_get(options, "backing");
    if (backing == NULL)
        return !needs_backing(node) ||
               sim_qmp_refuse(error, "backing is missing for '%s'", node->name);
    if (json_is_null(backing))
        return change_backing(node, NULL, error);
    if (!json_is_string(backing))
        return reopen_inline(node->backing, backing, formers, error);
    SimNode *child = find_child(node, json_string_value(backing), "backing", error);
    return child != NULL && change_backing(node, child, error);
}

static gboolean
reopen_file(SimNode *node, const json_t *options, GArray *formers, GError **error)
{
    const json_t *file = json_object_get(options, "file");
    if (file == NULL)
        return TRUE;
    if (!json_is_string(file))
        return reopen_inline(node->file, file, formers, error);
    SimNode *child = find_child(node, json_string_value(file), "file", error);
    if (child == NULL)
        return FALSE;
    if (node->file->child == child) {
        /* Defined inline, it follows into read-only; by its name alone it does not come back. */
        if (child->inside == node && node->read_only) {
            note_former(formers, child);
            child->read_only = TRUE;
        }
        return TRUE;
    }
    if (!sim_edge_check_frozen(node->file, error))
        return FALSE;
    sim_edge_move(node->file, child);
    return TRUE;
}

static gboolean
reopen_node(SimNode *node, const json_t *options, gboolean otherwise, GArray *formers,
            GError **error)
{
    const json_t *given = json_object_get(options, "read-only");
    gboolean read_only = given == NULL ? otherwise : json_is_true(given);
    /* They stay stored, and cannot be changed, where the rest fails. */
    if (read_only && !sim_bitmaps_fix(node, error))
        return FALSE;
    node->turning_read_only = read_only && !node->read_only;
    node->read_only = read_only;
    node->unmap = g_strcmp0(json_string_value(json_object_get(options, "discard")), "unmap") == 0;
    if (sim_driver_is_filter(node->driver))
        return sim_qmp_refuse(
            error, "Block format '%s' used by node '%s' does not support reopening files",
            sim_driver_name(node->driver), node->name);
    json_t *share = json_object_get(options, "force-share");
    if (share == NULL && node->force_share_given)
        return sim_qmp_refuse(error, "Option 'force-share' cannot be reset to its default value");
    if (node->driver == SIM_DRIVER_QCOW2 && !reopen_backing(node, options, formers, error))
        return FALSE;
    if (node->file != NULL && !reopen_file(node, options, formers, error))
        return FALSE;
    const char *driver = json_string_value(json_object_get(options, "driver"));
    if (driver != NULL && strcmp(driver, sim_driver_name(node->driver)) != 0)
        return sim_qmp_refuse(error, "Cannot change the option 'driver'");
    const char *filename = json_string_value(json_object_get(options, "filename"));
    if (filename != NULL && g_strcmp0(filename, node->filename) != 0)
        return sim_qmp_refuse(error, "Cannot change the option 'filename'");
    /* Not to what it was either: QEMU compares a text with a boolean. */
    return share == NULL || sim_qmp_refuse(error, "Cannot change the option 'force-share'");
}

static SimNode *
find_named(SimGraph *graph, const json_t *options, GError **error)
{
    const char *name = json_string_value(json_object_get(options, "node-name"));
    SimNode *node = name == NULL ? NULL : sim_graph_find(graph, name);
    if (name == NULL)
        sim_qmp_refuse(error, "node-name not specified");
    else if (node == NULL)
        sim_qmp_refuse(error, "Failed to find node with node-name='%s'", name);
    return node;
}

static gboolean
reopen_one(SimGraph *graph, const json_t *options, GArray *formers, GError **error)
{
    SimNode *node = find_named(graph, options, error);
    note_former(formers, node);
    return reopen_node(node, options, FALSE, formers, error) &&
           (node->named || sim_qmp_refuse(error, "Cannot change the option 'node-name'"));
}

gboolean
sim_node_check_reopen(const SimNode *node, GError **error)
{
    if (node->force_share_given)
        return sim_qmp_refuse(error, "Cannot change the option 'force-share'");
    for (guint i = 0; i < SIM_NODE_CHILDREN; i++) {
        const SimEdge *edge = sim_node_child((SimNode *)node, i);
        if (edge != NULL && edge->child->inside == node &&
            !sim_node_check_reopen(edge->child, error))
            return FALSE;
    }
    return TRUE;
}

static void
put_back(SimGraph *graph, GArray *formers)
{
    for (guint i = formers->len; i-- > 0;) {
        Former *former = &g_array_index(formers, Former, i);
        former->node->read_only = former->read_only;
        former->node->unmap = former->unmap;
        former->node->named = former->named;
        set_backing(former->node, former->backing);
        if (former->file != NULL && former->node->file->child != former->file)
            sim_edge_move(former->node->file, former->file);
    }
    gboolean ok = sim_graph_refresh(graph, NULL);
    g_assert(ok);
}

static void
flush_fixed(const GArray *formers)
{
    for (guint i = 0; i < formers->len; i++) {
        const Former *former = &g_array_index(formers, Former, i);
        if (!former->read_only && former->node->read_only)
            sim_node_flush(former->node);
    }
}

/* A child that nobody owns goes when the last user has left it. */
static void
drop_unused(SimGraph *graph, const GArray *formers)
{
    g_autoptr(GPtrArray) left = g_ptr_array_new();
    for (guint i = 0; i < formers->len; i++) {
        const Former *former = &g_array_index(formers, Former, i);
        if (former->backing != NULL)
            g_ptr_array_add(left, former->backing);
        if (former->file != NULL)
            g_ptr_array_add(left, former->file);
    }
    for (guint i = 0; i < left->len; i++) {
        SimNode *node = left->pdata[i];
        if (g_ptr_array_find(graph->nodes, node, NULL) && !node->owned && node->parents->len == 0)
            sim_node_close(node, FALSE);
    }
}

/* Bitmaps of nodes that can be written again are in use. */
static void
thaw_bitmaps(const GArray *formers)
{
    for (guint i = 0; i < formers->len; i++) {
        const Former *former = &g_array_index(formers, Former, i);
        if (!former->node->read_only && (former->read_only || sim_bitmaps_fixed(former->node)))
            sim_bitmaps_thaw(former->node);
    }
}

gboolean
sim_graph_reopen(SimGraph *graph, const json_t *list, GError **error)
{
    g_autoptr(GArray) formers = g_array_new(FALSE, FALSE, sizeof(Former));
    gboolean ok = TRUE;
    for (gsize i = 0; ok && i < json_array_size(list); i++)
        ok = find_named(graph, json_array_get(list, i), error) != NULL;
    for (gsize i = 0; ok && i < json_array_size(list); i++)
        ok = reopen_one(graph, json_array_get(list, i), formers, error);
    ok = ok && sim_graph_refresh(graph, error);
    for (guint i = 0; i < formers->len; i++)
        g_array_index(formers, Former, i).node->turning_read_only = FALSE;
    if (!ok) {
        put_back(graph, formers);
        return FALSE;
    }
    thaw_bitmaps(formers);
    flush_fixed(formers);
    drop_unused(graph, formers);
    return TRUE;
}
