/* SPDX-License-Identifier: LGPL-2.1-or-later
 *
 * What the tests of backups share.
 */
#pragma once

#include "sim/block/bitmap.h"
#include "sim/vm/machine.h"
#include "sim/vm/test_machine.h"

/** The machine of the rig. */
static inline SimMachine *
rig_machine(Rig *rig)
{
    return ((SimMonitor *)rig->vm)->machine;
}

/** Let the guest run and write to its disk: commands one after another, joined by ';'. */
static inline void
rig_guest_all(Rig *rig, const char *commands)
{
    g_auto(GStrv) list = g_strsplit(commands, ";", -1);
    rig_do(rig, "cont", NULL);
    for (guint i = 0; list[i] != NULL; i++)
        g_free(rig_guest(rig, list[i]));
    g_free(rig_events(rig->vm));
}

/** Take the events that are there, without letting time pass. */
static inline char *
rig_events_now(Rig *rig)
{
    GString *text = g_string_new(NULL);
    json_t *event;
    while ((event = rig->hv->ops->next_event(rig->vm, FALSE)) != NULL) {
        json_t *data = json_object_get(event, "data");
        const char *status = json_string_value(json_object_get(data, "status"));
        const char *name = json_string_value(json_object_get(event, "event"));
        g_string_append_printf(text, "%s%s", text->len == 0 ? "" : " ",
                               status == NULL ? name : status);
        json_decref(event);
    }
    return g_string_free(text, FALSE);
}

/** A figure of the first job that query-block-jobs shows. */
static inline json_int_t
rig_job_figure(Rig *rig, const char *key)
{
    json_t *jobs = vm_qmp_ask(rig->vm, "query-block-jobs", NULL, NULL);
    assert_true(json_array_size(jobs) > 0);
    json_int_t value = json_integer_value(json_object_get(json_array_get(jobs, 0), key));
    json_decref(jobs);
    return value;
}

/** How many nodes there are. */
static inline guint
rig_node_count(Rig *rig)
{
    return rig_machine(rig)->graph->nodes->len;
}

/** The dirty-bitmaps of a node: "name:count" or ":count" each, '*' where it records, '!' where it
 *  is busy; the caller frees it. */
static inline char *
rig_bitmaps(Rig *rig, const char *node)
{
    GString *text = g_string_new(NULL);
    json_t *list = sim_bitmaps_query(sim_graph_find(rig_machine(rig)->graph, node));
    for (gsize i = 0; i < json_array_size(list); i++) {
        json_t *bitmap = json_array_get(list, i);
        const char *name = json_string_value(json_object_get(bitmap, "name"));
        g_string_append_printf(text, "%s%s:%dk%s%s", i == 0 ? "" : " ", name == NULL ? "" : name,
                               (int)(json_integer_value(json_object_get(bitmap, "count")) / 1024),
                               json_is_true(json_object_get(bitmap, "recording")) ? "*" : "",
                               json_is_true(json_object_get(bitmap, "busy")) ? "!" : "");
    }
    json_decref(list);
    return g_string_free(text, FALSE);
}

static inline void
rig_expect_bitmaps(Rig *rig, const char *node, const char *expected)
{
    g_autofree char *seen = rig_bitmaps(rig, node);
    assert_string_equal(seen, expected);
}

/** A bitmap on node a that records. */
static inline SimBitmap *
rig_add_bitmap(Rig *rig, const char *name, guint64 granularity)
{
    SimBitmapOptions options = {.name = name, .granularity = granularity};
    SimBitmap *bitmap =
        sim_bitmap_add(sim_graph_find(rig_machine(rig)->graph, "a"), &options, NULL);
    assert_non_null(bitmap);
    return bitmap;
}

/** What the image of a node holds itself: "offset+length=stamp" in KiB; the caller frees it. */
static inline char *
rig_extents(Rig *rig, const char *node)
{
    GString *text = g_string_new(NULL);
    guint count = 0;
    SimImage *image = sim_node_image(sim_graph_find(rig_machine(rig)->graph, node));
    const SimExtent *extents = sim_content_extents(sim_image_state(image)->content, &count);
    for (guint i = 0; i < count; i++) {
        const char *stamp = extents[i].stamp == SIM_STAMP_ZERO      ? "0"
                            : extents[i].stamp == sim_stamp_of("A") ? "A"
                            : extents[i].stamp == sim_stamp_of("B") ? "B"
                                                                    : "C";
        g_string_append_printf(text, "%s%d+%d=%s", i == 0 ? "" : " ",
                               (int)(extents[i].offset / 1024), (int)(extents[i].length / 1024),
                               stamp);
    }
    return g_string_free(text, FALSE);
}

static inline void
rig_expect_extents(Rig *rig, const char *node, const char *expected)
{
    g_autofree char *seen = rig_extents(rig, node);
    assert_string_equal(seen, expected);
}
