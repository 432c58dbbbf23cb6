/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "harness/fidelity/view.h"

#include <string.h>

void
view_init(View *view, gboolean pc)
{
    view->nodes = json_array();
    view->jobs = json_array();
    view->edges = json_array();
    view->run = json_object();
    view->pc = pc;
    view->migrated = FALSE;
}

void
view_clear(View *view)
{
    json_decref(view->nodes);
    json_decref(view->jobs);
    json_decref(view->edges);
    json_decref(view->run);
}

void
view_set(View *view, const json_t *state)
{
    view_clear(view);
    view->nodes = json_incref(json_object_get(state, "nodes"));
    view->jobs = json_incref(json_object_get(state, "jobs"));
    view->edges = json_incref(json_object_get(state, "graph"));
    view->run = json_incref(json_object_get(state, "status"));
}

const char *
view_status(const View *view)
{
    return json_string_value(json_object_get(view->run, "status"));
}

guint
view_nodes(const View *view)
{
    return json_array_size(view->nodes);
}

static const char *
text_at(const json_t *list, guint index, const char *member)
{
    return json_string_value(json_object_get(json_array_get(list, index), member));
}

const char *
view_node(const View *view, guint index)
{
    return text_at(view->nodes, index, "node-name");
}

static const json_t *
find_node(const View *view, const char *name)
{
    for (guint i = 0; i < view_nodes(view); i++) {
        if (g_strcmp0(view_node(view, i), name) == 0) {
            return json_array_get(view->nodes, i);
        }
    }
    return NULL;
}

const char *
view_driver(const View *view, const char *node)
{
    return json_string_value(json_object_get(find_node(view, node), "drv"));
}

gboolean
view_is_read_only(const View *view, const char *node)
{
    return json_is_true(json_object_get(find_node(view, node), "ro"));
}

gboolean
view_job_is_block(const View *view, guint index)
{
    static const char *const types[] = {"backup", "mirror", "commit", "stream", NULL};

    return g_strv_contains(types, text_at(view->jobs, index, "type"));
}

const char *
view_job_type(const View *view, guint index)
{
    return text_at(view->jobs, index, "type");
}

const char *
view_job_status(const View *view, guint index)
{
    return text_at(view->jobs, index, "status");
}

gboolean
view_has_block_job(const View *view)
{
    for (guint i = 0; i < view_jobs(view); i++) {
        if (view_job_is_block(view, i)) {
            return TRUE;
        }
    }
    return FALSE;
}

static gboolean
has_persistent(const json_t *bitmaps)
{
    for (guint i = 0; i < json_array_size(bitmaps); i++) {
        if (json_is_true(json_object_get(json_array_get(bitmaps, i), "persistent"))) {
            return TRUE;
        }
    }
    return FALSE;
}

gboolean
view_has_stuck_bitmap(const View *view)
{
    for (guint i = 0; i < view_nodes(view); i++) {
        const json_t *node = json_array_get(view->nodes, i);

        if (json_is_true(json_object_get(node, "ro")) &&
            has_persistent(json_object_get(node, "dirty-bitmaps"))) {
            return TRUE;
        }
    }
    return FALSE;
}

gboolean
view_has_file(const View *view, const char *file)
{
    for (guint i = 0; i < view_nodes(view); i++) {
        if (g_strcmp0(text_at(view->nodes, i, "file"), file) == 0) {
            return TRUE;
        }
    }
    return FALSE;
}

static gboolean
has_edge(const View *view, const char *part)
{
    for (guint i = 0; i < json_array_size(view->edges); i++) {
        if (strstr(json_string_value(json_array_get(view->edges, i)), part) != NULL) {
            return TRUE;
        }
    }
    return FALSE;
}

gboolean
view_is_backing(const View *view, const char *node)
{
    g_autofree char *edge = g_strdup_printf("-backing-> %s perm", node);

    return has_edge(view, edge);
}

gboolean
view_has_filter(const View *view, const char *node)
{
    g_autofree char *edge = g_strdup_printf("> -file-> %s perm", node);

    return has_edge(view, edge);
}

gboolean
view_is_child(const View *view, const char *node, const char *role, const char *child)
{
    g_autofree char *edge = g_strdup_printf("block-driver %s -%s-> %s perm", node, role, child);

    return has_edge(view, edge);
}

gboolean
view_is_loose(const View *view, const char *node)
{
    g_autofree char *used = g_strdup_printf("-> %s perm", node);

    return !has_edge(view, used);
}

static guint
count_parents(const View *view, const char *node)
{
    g_autofree char *edge = g_strdup_printf("-> %s perm", node);
    guint count = 0;

    for (guint i = 0; i < json_array_size(view->edges); i++) {
        const char *text = json_string_value(json_array_get(view->edges, i));

        count += g_str_has_prefix(text, "block-driver") && strstr(text, edge) != NULL ? 1 : 0;
    }
    return count;
}

gboolean
view_has_shared_node(const View *view)
{
    for (guint i = 0; i < view_nodes(view); i++) {
        if (count_parents(view, view_node(view, i)) > 1) {
            return TRUE;
        }
    }
    return FALSE;
}

const json_t *
view_bitmap(const View *view, const char *node, const char *name)
{
    const json_t *bitmaps = json_object_get(find_node(view, node), "dirty-bitmaps");

    for (guint i = 0; i < json_array_size(bitmaps); i++) {
        if (g_strcmp0(text_at(bitmaps, i, "name"), name) == 0) {
            return json_array_get(bitmaps, i);
        }
    }
    return NULL;
}

static GPtrArray *
names_in(const json_t *list)
{
    GPtrArray *names = g_ptr_array_new();

    for (guint i = 0; i < json_array_size(list); i++) {
        const char *name = text_at(list, i, "name");

        if (name != NULL) {
            g_ptr_array_add(names, (gpointer)name);
        }
    }
    return names;
}

GPtrArray *
view_bitmaps(const View *view, const char *node)
{
    return names_in(json_object_get(find_node(view, node), "dirty-bitmaps"));
}

GPtrArray *
view_snapshots(const View *view, const char *node)
{
    return names_in(json_object_get(json_object_get(find_node(view, node), "image"), "snapshots"));
}

guint
view_jobs(const View *view)
{
    return json_array_size(view->jobs);
}

const char *
view_job(const View *view, guint index)
{
    return text_at(view->jobs, index, "id");
}

void
view_note(View *view, const json_t *command, const json_t *answer)
{
    const char *name = json_string_value(json_object_get(command, "execute"));

    if (json_object_get(answer, "return") == NULL) {
        return;
    }
    if (strcmp(name, "migrate") == 0) {
        view->migrated = TRUE;
    } else if (strcmp(name, "cont") == 0) {
        view->migrated = FALSE;
    }
}
