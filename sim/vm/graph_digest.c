/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "sim/vm/graph_digest.h"
#include "spec/api/name_order.h"
#include <glib.h>

static const char *
text_of(const json_t *object, const char *key)
{
    const char *text = json_string_value(json_object_get(object, key));
    return text == NULL ? "" : text;
}

static const char *
word_of(const json_t *object, const char *key)
{
    return json_is_true(json_object_get(object, key)) ? "true" : "false";
}

static json_t *
bitmap_line(const json_t *bitmap)
{
    const char *name = json_string_value(json_object_get(bitmap, "name"));
    GString *line = g_string_new(NULL);
    if (name != NULL)
        g_string_append_printf(line, "name=%s ", name);
    g_string_append_printf(line,
                           "count=%" JSON_INTEGER_FORMAT " granularity=%" JSON_INTEGER_FORMAT
                           " recording=%s busy=%s persistent=%s",
                           json_integer_value(json_object_get(bitmap, "count")),
                           json_integer_value(json_object_get(bitmap, "granularity")),
                           word_of(bitmap, "recording"), word_of(bitmap, "busy"),
                           word_of(bitmap, "persistent"));
    if (json_object_get(bitmap, "inconsistent") != NULL)
        g_string_append_printf(line, " inconsistent=%s", word_of(bitmap, "inconsistent"));
    json_t *text = json_string(line->str);
    g_string_free(line, TRUE);
    return text;
}

static json_t *
digest_node(const json_t *node)
{
    const json_t *snapshots = json_object_get(json_object_get(node, "image"), "snapshots");
    const json_t *bitmaps = json_object_get(node, "dirty-bitmaps");
    json_t *backing = json_object_get(node, "backing_file");
    json_t *digest = json_pack("{s:s, s:O, s:s}", "drv", text_of(node, "drv"), "ro",
                               json_object_get(node, "ro"), "file", text_of(node, "file"));
    if (backing != NULL)
        json_object_set(digest, "backing_file", backing);
    if (json_array_size(bitmaps) > 0) {
        json_t *lines = json_array();
        for (gsize i = 0; i < json_array_size(bitmaps); i++)
            json_array_append_new(lines, bitmap_line(json_array_get(bitmaps, i)));
        json_object_set_new(digest, "bitmaps", lines);
    }
    if (json_array_size(snapshots) > 0) {
        json_t *names = json_array();
        for (gsize i = 0; i < json_array_size(snapshots); i++)
            json_array_append(names, json_object_get(json_array_get(snapshots, i), "name"));
        json_object_set_new(digest, "snapshots", names);
    }
    return digest;
}

/* ---- edges ---- */

/* The permissions of a list in the order of the alphabet, "0" for none. */
static char *
permissions(const json_t *list)
{
    g_autoptr(GPtrArray) names = g_ptr_array_new();
    for (gsize i = 0; i < json_array_size(list); i++)
        g_ptr_array_add(names, (gpointer)json_string_value(json_array_get(list, i)));
    if (names->len == 0)
        return g_strdup("0");
    g_ptr_array_sort(names, vm_compare_names);
    g_ptr_array_add(names, NULL);
    return g_strjoinv(",", (GStrv)names->pdata);
}

static const json_t *
find_node(const json_t *graph, const json_t *id)
{
    const json_t *nodes = json_object_get(graph, "nodes");
    for (gsize i = 0; i < json_array_size(nodes); i++) {
        if (json_equal(json_object_get(json_array_get(nodes, i), "id"), id))
            return json_array_get(nodes, i);
    }
    return NULL;
}

static char *
edge_line(const json_t *graph, const json_t *edge)
{
    const json_t *parent = find_node(graph, json_object_get(edge, "parent"));
    const json_t *child = find_node(graph, json_object_get(edge, "child"));
    g_autofree char *taken = permissions(json_object_get(edge, "perm"));
    g_autofree char *shared = permissions(json_object_get(edge, "shared-perm"));
    const char *name = text_of(parent, "name");
    return g_strdup_printf("%s %s -%s-> %s perm=%s shared=%s", text_of(parent, "type"),
                           name[0] == '\0' ? "(unnamed)" : name, text_of(edge, "name"),
                           text_of(child, "name"), taken, shared);
}

json_t *
sim_graph_digest(const json_t *nodes, const json_t *graph)
{
    json_t *shown = json_object(), *lines = json_array();
    const json_t *edges = json_object_get(graph, "edges");
    g_autoptr(GPtrArray) sorted = g_ptr_array_new_with_free_func(g_free);
    for (gsize i = 0; i < json_array_size(nodes); i++) {
        const json_t *node = json_array_get(nodes, i);
        json_object_set_new(shown, text_of(node, "node-name"), digest_node(node));
    }
    for (gsize i = 0; i < json_array_size(edges); i++)
        g_ptr_array_add(sorted, edge_line(graph, json_array_get(edges, i)));
    g_ptr_array_sort(sorted, vm_compare_names);
    for (guint i = 0; i < sorted->len; i++)
        json_array_append_new(lines, json_string(sorted->pdata[i]));
    return json_pack("{s:o, s:o}", "nodes", shown, "edges", lines);
}
