/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "harness/fidelity/view.h"

void
view_init(View *view, gboolean pc)
{
    view->nodes = json_array();
    view->jobs = json_array();
    view->pc = pc;
}

void
view_clear(View *view)
{
    json_decref(view->nodes);
    json_decref(view->jobs);
}

void
view_set(View *view, json_t *nodes, json_t *jobs)
{
    view_clear(view);
    view->nodes = json_incref(nodes);
    view->jobs = json_incref(jobs);
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
