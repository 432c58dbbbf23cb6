/* SPDX-License-Identifier: LGPL-2.1-or-later
 *
 * Names are few and short: what collides is what is interesting, and QMP
 * takes its time byte by byte.
 */
#include "harness/fidelity/argument.h"

#include <string.h>

/* One in so many is wrong on purpose. */
#define SELDOM 24
#define VERY_SELDOM 160

static const char *const node_names[] = {"a", "b", "c", "d", "e", "g", "h", "r"};
static const char *const overlay_names[] = {"o", "p", "q", "s"};
static const char *const bitmap_names[] = {"x", "y", "z"};
static const char *const tags[] = {"t", "u", "1", "2"};
static const char *const new_files[] = {"n1", "n2", "n3", "n4", "n5"};
static const char *const files[] = {"a.q", "b.q", "c.q", "m.q", "t.q", "r.raw", "n1", "n2", "n3"};
static const char *const bad_names[] = {"nosuch", "", "1x", "a b",
                                        "a-name-that-is-longer-than-31-bytes"};

static const char *
one_of(Making *making, const char *const *names, guint count)
{
    return names[choose(making->choices, count)];
}

#define ONE_OF(making, names) one_of(making, names, G_N_ELEMENTS(names))

json_t *
name_or_bad(Making *making, const char *name)
{
    return json_string(chance(making->choices, SELDOM) ? ONE_OF(making, bad_names) : name);
}

/* ---- nodes ---- */

/* How large the file of a format node is, and what is written there, is the hypervisor's own
 * business: commands are about the nodes above. */
static gboolean
is_protocol(const View *view, guint index)
{
    const json_t *node = json_array_get(view->nodes, index);

    return g_strcmp0(json_string_value(json_object_get(node, "drv")), "file") == 0;
}

static gboolean
has_driver(const View *view, guint index, const char *driver)
{
    const json_t *node = json_array_get(view->nodes, index);

    return strcmp(json_string_value(json_object_get(node, "drv")), driver) == 0;
}

/* The nodes of formats; those that jobs put in are left to whom may name any. */
static gboolean
is_format(const View *view, guint index)
{
    return has_driver(view, index, "qcow2") || has_driver(view, index, "raw");
}

static gboolean
is_qcow2(const View *view, guint index)
{
    return has_driver(view, index, "qcow2");
}

static gboolean
is_writable_view(const View *view, guint index)
{
    return !is_protocol(view, index);
}

static gboolean
is_any(const View *view, guint index)
{
    (void)view;
    (void)index;
    return TRUE;
}

static json_t *
pick_node(Making *making, gboolean (*fits)(const View *view, guint index))
{
    guint count = view_nodes(making->view);
    guint first = choose(making->choices, MAX(1, count));

    making->node = NULL;
    if (chance(making->choices, SELDOM)) {
        return json_string(ONE_OF(making, bad_names));
    }
    for (guint i = 0; i < count; i++) {
        guint index = (first + i) % count;

        if (fits(making->view, index)) {
            making->node = view_node(making->view, index);
            return json_string(making->node);
        }
    }
    return json_string("nosuch");
}

json_t *
make_node(Making *making)
{
    return pick_node(making, is_format);
}

static gboolean
is_named(const View *view, guint index)
{
    return view_node(view, index)[0] != '#';
}

json_t *
make_named_node(Making *making)
{
    return pick_node(making, is_named);
}

json_t *
make_any_node(Making *making)
{
    return pick_node(making, is_any);
}

json_t *
make_written_node(Making *making)
{
    return pick_node(making, is_writable_view);
}

json_t *
make_protocol_node(Making *making)
{
    return pick_node(making, is_protocol);
}

static gboolean
is_writable(const View *view, guint index)
{
    return is_format(view, index) &&
           json_is_false(json_object_get(json_array_get(view->nodes, index), "ro"));
}

/* Not the raw file's: a raw node over an image shows how large the host's file of it is. */
static gboolean
is_loose_protocol(const View *view, guint index)
{
    return is_protocol(view, index) && strcmp(view_node(view, index), "fr") != 0 &&
           view_is_loose(view, view_node(view, index));
}

json_t *
make_loose_protocol_node(Making *making)
{
    return pick_node(making, is_loose_protocol);
}

static gboolean
has_bitmaps(const View *view, guint index)
{
    const json_t *node = json_array_get(view->nodes, index);

    return is_format(view, index) && json_array_size(json_object_get(node, "dirty-bitmaps")) > 0;
}

json_t *
make_bitmap_node(Making *making)
{
    return pick_node(making, chance(making->choices, 6) ? is_format : has_bitmaps);
}

static gboolean
has_snapshots(const View *view, guint index)
{
    const json_t *image = json_object_get(json_array_get(view->nodes, index), "image");

    return is_writable(view, index) && json_array_size(json_object_get(image, "snapshots")) > 0;
}

json_t *
make_snapshot_holder(Making *making)
{
    return pick_node(making, chance(making->choices, 6) ? is_writable : has_snapshots);
}

/* An overlay that outgrows what is below it is counted otherwise by jobs. */
static gboolean
has_own_size(const View *view, guint index)
{
    return is_format(view, index) &&
           json_object_get(json_array_get(view->nodes, index), "backing_file") == NULL;
}

json_t *
make_sized_node(Making *making)
{
    return pick_node(making, chance(making->choices, 2) ? is_format : has_own_size);
}

static gboolean
is_loose_qcow2(const View *view, guint index)
{
    return is_qcow2(view, index) && view_is_loose(view, view_node(view, index));
}

json_t *
make_target(Making *making)
{
    return pick_node(making, chance(making->choices, 4) ? is_qcow2 : is_loose_qcow2);
}

static gboolean
is_loose_format(const View *view, guint index)
{
    return is_format(view, index) && view_is_loose(view, view_node(view, index));
}

/* What jobs are about has nothing above it, and is not the target. */
json_t *
make_source(Making *making)
{
    const char *target = making->node;
    json_t *source = NULL;

    for (guint i = 0; i < 4; i++) {
        json_decref(source);
        source = pick_node(making, chance(making->choices, 4) ? is_format : is_loose_format);
        if (g_strcmp0(target, making->node) != 0) {
            return source;
        }
    }
    return source;
}

static gboolean
is_layered(const View *view, guint index)
{
    return is_loose_format(view, index) && !has_own_size(view, index);
}

json_t *
make_layered_node(Making *making)
{
    return pick_node(making, chance(making->choices, 3) ? is_format : is_layered);
}

/* A loose node: others are spared (harness/fidelity/spared.c). */
json_t *
make_overlay(Making *making)
{
    guint count = view_nodes(making->view);
    guint first = choose(making->choices, MAX(1, count));

    for (guint i = 0; i < count; i++) {
        guint index = (first + i) % count;
        const char *name = view_node(making->view, index);

        if (is_format(making->view, index) && view_is_loose(making->view, name)) {
            return json_string(name);
        }
    }
    return json_string("nosuch");
}

/* Mostly one that is free. */
static const char *
free_name(Making *making, const char *const *names, guint count)
{
    const char *name = one_of(making, names, count);

    for (guint i = 0; i < 3 && view_driver(making->view, name) != NULL; i++) {
        name = one_of(making, names, count);
    }
    return name;
}

json_t *
make_new_node(Making *making)
{
    return name_or_bad(making, free_name(making, node_names, G_N_ELEMENTS(node_names)));
}

json_t *
make_snapshot_node(Making *making)
{
    return name_or_bad(making, free_name(making, overlay_names, G_N_ELEMENTS(overlay_names)));
}

json_t *
make_node_list(Making *making)
{
    guint count = chance(making->choices, SELDOM) ? 0 : 1 + choose(making->choices, 2);
    json_t *list = json_array();

    while (count-- > 0) {
        json_array_append_new(list, make_node(making));
    }
    return list;
}

/* ---- bitmaps ---- */

json_t *
make_bitmap(Making *making)
{
    g_autoptr(GPtrArray) names = view_bitmaps(making->view, making->node);

    return names->len > 0 && !chance(making->choices, SELDOM)
               ? json_string(names->pdata[choose(making->choices, names->len)])
               : json_string(ONE_OF(making, bitmap_names));
}

json_t *
make_new_bitmap(Making *making)
{
    return chance(making->choices, 4 * SELDOM) ? json_string("")
                                               : json_string(ONE_OF(making, bitmap_names));
}

json_t *
make_bitmap_list(Making *making)
{
    const char *node = making->node;
    guint count = 1 + choose(making->choices, 2);
    json_t *list = json_array();

    while (count-- > 0) {
        if (chance(making->choices, 4)) {
            json_t *other = make_node(making);

            json_array_append_new(
                list, json_pack("{s:o,s:o}", "node", other, "name", make_bitmap(making)));
        } else {
            json_array_append_new(list, make_bitmap(making));
        }
        making->node = node;
    }
    return list;
}

json_t *
make_granularity(Making *making)
{
    static const json_int_t values[] = {512, 4096, 65536, 65536, 131072, 1000, 0};

    return json_integer(values[choose(making->choices, G_N_ELEMENTS(values))]);
}

/* ---- jobs' arguments ---- */

/* No limit: how far a job is that has one is a matter of time, and of what drains its nodes. */
json_t *
make_speed(Making *making)
{
    static const json_int_t values[] = {0, 0, -1};

    return json_integer(values[choose(making->choices, G_N_ELEMENTS(values))]);
}

/* A job that is slowed down in the middle stands still where it happens to be. */
json_t *
make_end_of_speed(Making *making)
{
    return json_integer(chance(making->choices, 4) ? -1 : 0);
}

/* ---- plain values ---- */

json_t *
make_bool(Making *making)
{
    return json_boolean(chance(making->choices, 2));
}

json_t *
make_true(Making *making)
{
    (void)making;
    return json_true();
}

json_t *
make_disk_size(Making *making)
{
    static const json_int_t values[] = {1048576, 1048576, 2097152, 524288, 1049088, 1000};

    return json_integer(values[choose(making->choices, G_N_ELEMENTS(values))]);
}

json_t *
make_new_size(Making *making)
{
    return chance(making->choices, 10) ? json_integer(-512) : make_disk_size(making);
}

#define MAKE_WORD(function, ...)                                                                   \
    json_t *function(Making *making)                                                               \
    {                                                                                              \
        static const char *const words[] = {__VA_ARGS__};                                          \
                                                                                                   \
        return json_string(ONE_OF(making, words));                                                 \
    }

MAKE_WORD(make_backup_sync, "full", "full", "top", "none", "incremental", "bitmap")
MAKE_WORD(make_mirror_sync, "full", "full", "top", "none", "incremental")
MAKE_WORD(make_bitmap_mode, "on-success", "never", "always")
MAKE_WORD(make_policy, "report", "stop", "enospc")
MAKE_WORD(make_new_device, "v", "w")

/* ---- snapshots and files ---- */

json_t *
make_tag(Making *making)
{
    g_autoptr(GPtrArray) names = view_snapshots(making->view, making->node);

    return names->len > 0 && !chance(making->choices, 3)
               ? json_string(names->pdata[choose(making->choices, names->len)])
               : json_string(ONE_OF(making, tags));
}

json_t *
make_snapshot_id(Making *making)
{
    return json_string(chance(making->choices, 2) ? "1" : "2");
}

json_t *
make_new_file(Making *making)
{
    return json_string(ONE_OF(making, new_files));
}

json_t *
make_file(Making *making)
{
    return json_string(chance(making->choices, SELDOM) ? "nosuch" : ONE_OF(making, files));
}

/* ---- objects ---- */

static void
add_bitmap(Making *making, json_t *backup)
{
    static const char *const syncs[] = {"incremental", "bitmap", "bitmap", "full"};
    const char *sync = ONE_OF(making, syncs);
    json_t *mode =
        strcmp(sync, "incremental") == 0 ? json_string("on-success") : make_bitmap_mode(making);

    json_object_set_new(backup, "sync", json_string(sync));
    json_object_set_new(backup, "bitmap", make_bitmap(making));
    json_object_set_new(backup, "bitmap-mode", mode);
}

json_t *
make_backup(Making *making)
{
    static const char *const syncs[] = {"full", "full", "top", "none"};
    static const Argument arguments[] = {
        {"target", make_target, 1},
        {"device", make_source, 1},
        {"job-id", make_new_job, 1},
        {"sync", make_backup_sync, 1},
        {"auto-finalize", make_bool, 2},
        {"auto-dismiss", make_bool, 3},
        {"speed", make_speed, 6},
        {"bitmap", make_bitmap, 12},
        {"bitmap-mode", make_bitmap_mode, 12},
        {NULL},
    };
    json_t *backup = make_arguments(making, arguments);

    if (chance(making->choices, 3)) {
        add_bitmap(making, backup);
    } else if (!chance(making->choices, 8)) {
        json_object_set_new(backup, "sync", json_string(ONE_OF(making, syncs)));
    }
    return backup;
}

static void
make_wrong(Making *making, json_t *object, const Argument *arguments)
{
    static const char *const wrong[] = {"7", "\"\"", "null", "1.5", "[]"};
    const char *text = ONE_OF(making, wrong);

    if (!chance(making->choices, VERY_SELDOM) || arguments[0].name == NULL) {
        return;
    }
    switch (choose(making->choices, 3)) {
    case 0:
        json_object_del(object, arguments[0].name);
        break;
    case 1:
        json_object_set_new(object, "zz", json_integer(1));
        break;
    default:
        json_object_set_new(object, arguments[0].name, json_loads(text, JSON_DECODE_ANY, NULL));
        break;
    }
}

json_t *
make_arguments(Making *making, const Argument *arguments)
{
    json_t *object = json_object();

    for (const Argument *argument = arguments; argument->name != NULL; argument++) {
        json_t *value = argument->one_in == 1 || chance(making->choices, argument->one_in)
                            ? argument->make(making)
                            : NULL;

        if (value != NULL) {
            json_object_set_new(object, argument->name, value);
        }
    }
    make_wrong(making, object, arguments);
    return object;
}
