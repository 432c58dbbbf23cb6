/* SPDX-License-Identifier: LGPL-2.1-or-later
 *
 * Moment trees and backing chains as text.
 */
#include "harness/shell/tree_text.h"

#include <string.h>

/* A chain may be a circle, and so may a broken tree. */
#define DEPTH_SHOWN 256

static const char *
text_of(const json_t *object, const char *key)
{
    return json_string_value(json_object_get(object, key));
}

static const json_t *
find_named(const json_t *array, const char *name)
{
    for (size_t i = 0; i < json_array_size(array); i++) {
        const json_t *entry = json_array_get(array, i);

        if (g_strcmp0(text_of(entry, "name"), name) == 0) {
            return entry;
        }
    }
    return NULL;
}

static const json_t *
find_domain(const json_t *world, const char *name)
{
    return find_named(json_object_get(world, "domains"), name);
}

/* ---- trees ----------------------------------------------------------------- */

/* The moments whose parent is `parent` (NULL: the roots), in the order of their names; a parent
 * that is not listed counts as none. */
static GPtrArray *
children_of(const json_t *moments, const char *parent)
{
    GPtrArray *children = g_ptr_array_new();

    for (size_t i = 0; i < json_array_size(moments); i++) {
        const json_t *moment = json_array_get(moments, i);
        const char *above = text_of(moment, "parent");

        if (above != NULL && find_named(moments, above) == NULL) {
            above = NULL;
        }
        if (g_strcmp0(above, parent) == 0) {
            g_ptr_array_add(children, (gpointer)moment);
        }
    }
    return children;
}

static void
append_moment(GString *text, const json_t *moment)
{
    const char *state = text_of(moment, "state");

    g_string_append_printf(text, "%s  (%s, %s)%s\n", text_of(moment, "name"),
                           state != NULL ? state : "?", text_of(moment, "kind"),
                           json_is_true(json_object_get(moment, "current")) ? "  <- current" : "");
}

/* The moments below `parent`, each behind the lines that lead to it. */
static void
append_below(GString *text, const json_t *moments, const char *parent, const char *lines,
             guint depth)
{
    g_autoptr(GPtrArray) children = children_of(moments, parent);

    for (guint i = 0; i < children->len && depth < DEPTH_SHOWN; i++) {
        const json_t *moment = g_ptr_array_index(children, i);
        gboolean last = i + 1 == children->len;
        g_autofree char *below =
            g_strconcat(lines, parent == NULL ? "" : (last ? "   " : "│  "), NULL);

        g_string_append(text, lines);
        g_string_append(text, parent == NULL ? "" : (last ? "└─ " : "├─ "));
        append_moment(text, moment);
        append_below(text, moments, text_of(moment, "name"), below, depth + 1);
    }
}

char *
tree_text(const json_t *world, const char *domain)
{
    const json_t *found = find_domain(world, domain);
    const json_t *moments = json_object_get(found, "moments");
    g_autoptr(GString) text = g_string_new(NULL);

    if (found == NULL) {
        return NULL;
    }
    append_below(text, moments, NULL, "", 0);
    if (json_array_size(moments) == 0) {
        g_string_append(text, "(no snapshot)\n");
    }
    return g_strdup(text->str);
}

/* ---- chains ---------------------------------------------------------------- */

/* The external snapshots whose disk content this image is. */
static void
append_holders(GString *text, const json_t *moments, const char *path)
{
    for (size_t i = 0; i < json_array_size(moments); i++) {
        const json_t *moment = json_array_get(moments, i);
        const json_t *disks = json_object_get(moment, "disks");

        for (size_t j = 0; j < json_array_size(disks); j++) {
            const json_t *disk = json_array_get(disks, j);

            if (g_strcmp0(text_of(disk, "how"), "external") == 0 &&
                g_strcmp0(text_of(disk, "image"), path) == 0) {
                g_string_append_printf(text, "  [is %s of %s]", text_of(disk, "name"),
                                       text_of(moment, "name"));
            }
        }
    }
}

static void
append_tags(GString *text, const json_t *image)
{
    const json_t *tags = json_object_get(image, "tags");

    for (size_t i = 0; i < json_array_size(tags); i++) {
        g_string_append_printf(text, i > 0 ? " %s" : "  [holds %s",
                               json_string_value(json_array_get(tags, i)));
    }
    g_string_append(text, json_array_size(tags) > 0 ? "]" : "");
}

static void
append_chain(GString *text, const json_t *world, const json_t *moments, const char *top)
{
    const json_t *images = json_object_get(world, "images");
    const char *at = top;

    for (guint depth = 0; at != NULL && depth < DEPTH_SHOWN; depth++) {
        const json_t *image = json_object_get(images, at);

        g_string_append_printf(text, "%*s%s%s", (int)(depth > 0 ? 3 * depth - 1 : 2), "",
                               depth > 0 ? "└─ " : "", at);
        append_tags(text, image);
        append_holders(text, moments, at);
        g_string_append(text, json_is_true(json_object_get(image, "seen"))
                                  ? "\n"
                                  : "  (what is behind it cannot be seen)\n");
        at = text_of(image, "backing");
    }
}

char *
chain_text(const json_t *world, const char *domain, const char *disk)
{
    const json_t *found = find_domain(world, domain);
    const json_t *disks = json_object_get(found, "disks");
    g_autoptr(GString) text = g_string_new(NULL);
    guint shown = 0;

    for (size_t i = 0; i < json_array_size(disks); i++) {
        const json_t *entry = json_array_get(disks, i);
        const char *image = text_of(entry, "image");

        if (disk != NULL && g_strcmp0(text_of(entry, "name"), disk) != 0) {
            continue;
        }
        shown++;
        g_string_append_printf(text, "%s%s\n", text_of(entry, "name"),
                               image != NULL ? "" : "  (empty)");
        append_chain(text, world, json_object_get(found, "moments"), image);
    }
    if (found == NULL || (disk != NULL && shown == 0)) {
        return NULL;
    }
    return g_strdup(shown > 0 ? text->str : "(no disk)\n");
}
