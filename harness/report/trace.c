/* SPDX-License-Identifier: LGPL-2.1-or-later
 *
 * The trace of a case, in memory and as JSON.
 */
#include "harness/report/trace.h"

#include <stddef.h>

/* The members that are texts. */
static const struct {
    const char *key;
    size_t offset;
} texts[] = {
    {"step", offsetof(TraceStep, source)},   {"expected", offsetof(TraceStep, expected)},
    {"seen", offsetof(TraceStep, seen)},     {"output", offsetof(TraceStep, output)},
    {"events", offsetof(TraceStep, events)},
};

static char **
text_at(const TraceStep *step, guint i)
{
    return (char **)((char *)step + texts[i].offset);
}

TraceStep *
trace_step_new(void)
{
    return g_new0(TraceStep, 1);
}

void
trace_step_free(TraceStep *step)
{
    if (step == NULL) {
        return;
    }
    for (guint i = 0; i < G_N_ELEMENTS(texts); i++) {
        g_free(*text_at(step, i));
    }
    json_decref(step->world);
    g_free(step);
}

GPtrArray *
trace_new(void)
{
    return g_ptr_array_new_with_free_func((GDestroyNotify)trace_step_free);
}

static json_t *
step_to_json(const TraceStep *step)
{
    json_t *json = json_object();

    json_object_set_new(json, "line", json_integer(step->line));
    for (guint i = 0; i < G_N_ELEMENTS(texts); i++) {
        const char *text = *text_at(step, i);
        g_autofree char *valid = text != NULL ? g_utf8_make_valid(text, -1) : NULL;

        if (valid != NULL) {
            json_object_set_new(json, texts[i].key, json_string(valid));
        }
    }
    if (step->failed) {
        json_object_set_new(json, "failed", json_true());
    }
    if (step->world != NULL) {
        json_object_set(json, "world", step->world);
    }
    return json;
}

json_t *
trace_to_json(const GPtrArray *trace)
{
    json_t *json = json_array();

    for (guint i = 0; i < trace->len; i++) {
        json_array_append_new(json, step_to_json(g_ptr_array_index(trace, i)));
    }
    return json;
}

static TraceStep *
step_from_json(const json_t *json)
{
    TraceStep *step = trace_step_new();

    step->line = (guint)json_integer_value(json_object_get(json, "line"));
    for (guint i = 0; i < G_N_ELEMENTS(texts); i++) {
        *text_at(step, i) = g_strdup(json_string_value(json_object_get(json, texts[i].key)));
    }
    step->failed = json_is_true(json_object_get(json, "failed"));
    step->world = json_incref(json_object_get(json, "world"));
    return step;
}

GPtrArray *
trace_from_json(const json_t *json)
{
    GPtrArray *trace;

    if (!json_is_array(json)) {
        return NULL;
    }
    trace = trace_new();
    for (size_t i = 0; i < json_array_size(json); i++) {
        g_ptr_array_add(trace, step_from_json(json_array_get(json, i)));
    }
    return trace;
}
