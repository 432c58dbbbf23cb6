/* SPDX-License-Identifier: LGPL-2.1-or-later
 *
 * Sorting events into sequences, and comparing those.
 */
#include "harness/fidelity/event_stream.h"

#include <string.h>
#include "harness/fidelity/value_match.h"

struct EventStreams {
    GPtrArray *names;    /* of char *, in the order of appearance; owned by the table */
    GHashTable *streams; /* char * → GArray of StreamEvent */
};

EventStreams *
event_streams_new(void)
{
    EventStreams *streams = g_new0(EventStreams, 1);

    streams->names = g_ptr_array_new();
    streams->streams =
        g_hash_table_new_full(g_str_hash, g_str_equal, g_free, (GDestroyNotify)g_array_unref);
    return streams;
}

void
event_streams_free(EventStreams *streams)
{
    if (streams != NULL) {
        g_ptr_array_unref(streams->names);
        g_hash_table_unref(streams->streams);
        g_free(streams);
    }
}

static const char *
data_text(const json_t *event, const char *member)
{
    return json_string_value(json_object_get(json_object_get(event, "data"), member));
}

/* The sequence that an event belongs to; the caller frees it. */
static char *
stream_name(const char *on, const json_t *event)
{
    const char *name = json_string_value(json_object_get(event, "event"));
    const char *id = data_text(event, "id");

    if (g_str_has_prefix(name, "BLOCK_JOB_")) {
        id = id != NULL ? id : data_text(event, "device");
    }
    if (g_str_has_prefix(name, "BLOCK_EXPORT_")) {
        return g_strdup_printf("%s export %s", on, id);
    }
    if (g_str_has_prefix(name, "BLOCK_JOB_") || strcmp(name, "JOB_STATUS_CHANGE") == 0) {
        return g_strdup_printf("%s job %s", on, id);
    }
    /* Passes are counted by how fast the guest writes. */
    return strcmp(name, "MIGRATION_PASS") == 0 ? g_strdup_printf("%s passes", on)
                                               : g_strdup_printf("%s machine", on);
}

void
event_streams_add(EventStreams *streams, const char *on, StreamEvent event)
{
    char *name = stream_name(on, event.json);
    GArray *stream = g_hash_table_lookup(streams->streams, name);

    if (stream == NULL) {
        stream = g_array_new(FALSE, FALSE, sizeof(StreamEvent));
        g_hash_table_insert(streams->streams, name, stream);
        g_ptr_array_add(streams->names, name);
    } else {
        g_free(name);
    }
    g_array_append_val(stream, event);
}

static gboolean
is_pair(const StreamEvent *first, const StreamEvent *second)
{
    const char *down = data_text(first->json, "status");
    const char *up = data_text(second->json, "status");

    return first->after == second->after &&
           ((g_strcmp0(down, "paused") == 0 && g_strcmp0(up, "running") == 0) ||
            (g_strcmp0(down, "standby") == 0 && g_strcmp0(up, "ready") == 0));
}

static void
drop_drains_of(GArray *stream)
{
    guint i = 0;

    while (i + 1 < stream->len) {
        if (is_pair(&g_array_index(stream, StreamEvent, i),
                    &g_array_index(stream, StreamEvent, i + 1))) {
            g_array_remove_range(stream, i, 2);
            i = i > 0 ? i - 1 : 0;
        } else {
            i++;
        }
    }
}

void
event_streams_drop_drains(EventStreams *streams)
{
    for (guint i = 0; i < streams->names->len; i++) {
        drop_drains_of(g_hash_table_lookup(streams->streams, streams->names->pdata[i]));
    }
}

static char *
describe(const StreamEvent *event)
{
    g_autofree char *line = NULL;

    if (event == NULL) {
        return g_strdup("no event");
    }
    line = value_line(event->json);
    return g_strdup_printf("%s after %u", line, event->after);
}

static const StreamEvent *
event_at(const GArray *stream, guint index)
{
    return stream != NULL && index < stream->len ? &g_array_index(stream, StreamEvent, index)
                                                 : NULL;
}

static MatchDegree
match_events(const StreamEvent *expected, const StreamEvent *got)
{
    return expected == NULL || got == NULL || expected->after != got->after
               ? MATCH_DIFFERENT
               : value_match(json_object_get(expected->json, "data"),
                             json_object_get(got->json, "data"), NULL);
}

static gboolean
same_name(const StreamEvent *expected, const StreamEvent *got)
{
    return expected == NULL || got == NULL ||
           json_equal(json_object_get(expected->json, "event"),
                      json_object_get(got->json, "event"));
}

static void
compare_stream(const char *name, const GArray *expected, const GArray *got, StreamReport report,
               gpointer data)
{
    guint count = MAX(expected != NULL ? expected->len : 0, got != NULL ? got->len : 0);

    for (guint i = 0; i < count; i++) {
        const StreamEvent *a = event_at(expected, i);
        const StreamEvent *b = event_at(got, i);
        MatchDegree degree = same_name(a, b) ? match_events(a, b) : MATCH_DIFFERENT;

        if (degree != MATCH_EQUAL) {
            g_autofree char *wanted = describe(a);
            g_autofree char *came = describe(b);
            g_autofree char *text = g_strdup_printf("%s, event %u: expected %s, got %s",
                                                    name + strspn(name, " "), i, wanted, came);

            report(data, a != NULL ? a->element : b->element, degree == MATCH_TEXT, text);
            if (degree == MATCH_DIFFERENT) {
                return;
            }
        }
    }
}

void
event_streams_compare(const EventStreams *expected, const EventStreams *got, StreamReport report,
                      gpointer data)
{
    for (guint i = 0; i < expected->names->len; i++) {
        const char *name = expected->names->pdata[i];

        compare_stream(name, g_hash_table_lookup(expected->streams, name),
                       g_hash_table_lookup(got->streams, name), report, data);
    }
    for (guint i = 0; i < got->names->len; i++) {
        const char *name = got->names->pdata[i];

        if (g_hash_table_lookup(expected->streams, name) == NULL) {
            compare_stream(name, NULL, g_hash_table_lookup(got->streams, name), report, data);
        }
    }
}
