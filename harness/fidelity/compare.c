/* SPDX-License-Identifier: LGPL-2.1-or-later
 *
 * Comparing element by element, and events by their sequences.
 */
#include "harness/fidelity/compare.h"

#include <string.h>
#include "harness/fidelity/auto_name.h"
#include "harness/fidelity/event_stream.h"
#include "harness/fidelity/extent.h"
#include "harness/fidelity/value_match.h"
#include "sim/vm/graph_digest.h"

typedef struct {
    const Play *play;
    gboolean exact;
    GPtrArray *differences;
} Comparison;

static void
free_difference(gpointer data)
{
    PlayDifference *difference = data;

    g_free(difference->text);
    g_free(difference);
}

static void
report(gpointer data, guint element, gboolean text_only, const char *text)
{
    Comparison *comparison = data;
    PlayDifference *difference = g_new0(PlayDifference, 1);

    difference->element = element;
    difference->text_only = text_only && !comparison->exact;
    difference->text = g_strdup(text);
    g_ptr_array_add(comparison->differences, difference);
}

/* Compare, and report; `only_text`: a difference here is one of texts. */
static void
check(Comparison *comparison, guint at, const json_t *expected, const json_t *got,
      gboolean only_text)
{
    char *where = NULL;
    MatchDegree degree = value_match(expected, got, &where);

    if (degree != MATCH_EQUAL) {
        const char *text = where[0] == ':' ? where + 2 : where;

        report(comparison, at, only_text || degree == MATCH_TEXT, text);
    }
    g_free(where);
}

/* ---- answers ---- */

static const json_t *
request_of(const Play *play, guint at)
{
    const Element *element = dialogue_element(play->dialogue, at);

    return element->kind == ELEMENT_SEND ? element_value(element) : NULL;
}

/* The numbers and the order in x-debug-query-block-graph are accidents: compare what they mean. */
static json_t *
edges_of(const json_t *graph)
{
    json_t *none = json_array();
    json_t *digest = sim_graph_digest(none, graph);
    json_t *edges = json_incref(json_object_get(digest, "edges"));

    json_decref(none);
    json_decref(digest);
    return edges;
}

static void
check_graph_query(Comparison *comparison, guint at, const json_t *expected, const json_t *got)
{
    json_t *a = edges_of(expected);
    json_t *b = edges_of(got);

    check(comparison, at, a, b, FALSE);
    json_decref(a);
    json_decref(b);
}

static void
compare_answer(Comparison *comparison, guint at, const json_t *got)
{
    const Dialogue *dialogue = comparison->play->dialogue;
    guint where = dialogue_answer(dialogue, at);
    const json_t *request = request_of(comparison->play, at);
    const char *name = json_string_value(json_object_get(request, "execute"));
    const Element *expected;

    if (where == dialogue->log->len) {
        return;
    }
    expected = dialogue_element(dialogue, where);
    if (json_object_get(got, element_kind_name(expected->kind)) == NULL) {
        check(comparison, where, expected->json, got, FALSE);
        return;
    }
    if (expected->kind == ELEMENT_LOST) {
        return;
    }
    if (g_strcmp0(name, "x-debug-query-block-graph") == 0 && expected->kind == ELEMENT_RETURN) {
        check_graph_query(comparison, where, element_value(expected),
                          json_object_get(got, "return"));
        return;
    }
    check(comparison, where, element_value(expected),
          json_object_get(got, element_kind_name(expected->kind)), both_speak(expected->json, got));
}

/* ---- the rest ---- */

static int
compare_strings(gconstpointer a, gconstpointer b)
{
    return strcmp(json_string_value(*(json_t *const *)a), json_string_value(*(json_t *const *)b));
}

/* A copy of a digest with its edges sorted by what they are called now. */
static json_t *
sort_edges(const json_t *graph)
{
    json_t *copy = json_copy((json_t *)graph);
    g_autoptr(GPtrArray) edges = g_ptr_array_new();
    json_t *sorted = json_array();
    size_t index;
    json_t *edge;

    json_array_foreach(json_object_get(graph, "edges"), index, edge)
    {
        g_ptr_array_add(edges, edge);
    }
    g_ptr_array_sort(edges, compare_strings);
    for (guint i = 0; i < edges->len; i++) {
        json_array_append(sorted, edges->pdata[i]);
    }
    json_object_set_new(copy, "edges", sorted);
    return copy;
}

static void
compare_graph(Comparison *comparison, guint at, const json_t *got)
{
    const Element *element = dialogue_element(comparison->play->dialogue, at);
    json_t *a = sort_edges(element_value(element));
    json_t *b = sort_edges(got);

    check(comparison, at, a, b, FALSE);
    json_decref(a);
    json_decref(b);
}

static void
compare_run(Comparison *comparison, guint at, const json_t *got)
{
    const json_t *expected = dialogue_element(comparison->play->dialogue, at)->json;
    json_int_t rc = json_integer_value(json_object_get(expected, "rc"));
    json_t *wanted = extents_join(json_object_get(expected, "json"));
    json_t *came = extents_join(json_object_get(got, "json"));

    check(comparison, at, json_object_get(expected, "rc"), json_object_get(got, "rc"), FALSE);
    check(comparison, at, wanted, came, FALSE);
    check(comparison, at, json_object_get(expected, "out"), json_object_get(got, "out"), rc != 0);
    json_decref(wanted);
    json_decref(came);
}

/* Of what a process wrote, the lines that it puts its name before are for people. */
static json_t *
without_complaints(const json_t *lines)
{
    json_t *kept = json_array();
    size_t index;
    json_t *line;

    json_array_foreach((json_t *)lines, index, line)
    {
        if (!g_str_has_prefix(json_string_value(line), "qemu-")) {
            json_array_append(kept, line);
        }
    }
    return kept;
}

static void
compare_exit(Comparison *comparison, guint at, const json_t *got)
{
    const json_t *expected = dialogue_element(comparison->play->dialogue, at)->json;
    const json_t *wanted = json_object_get(expected, "output");
    const json_t *came = json_object_get(got, "output");
    gboolean varies = json_object_get(comparison->play->dialogue->document, "varies") != NULL;
    json_t *a = without_complaints(wanted);
    json_t *b = without_complaints(came);

    check(comparison, at, json_object_get(expected, "exit"), json_object_get(got, "exit"), FALSE);
    if (json_object_get(got, "mute") == NULL) {
        check(comparison, at, a, b, FALSE);
        if (json_equal(a, b) && !varies) {
            check(comparison, at, wanted, came, TRUE);
        }
    }
    json_decref(a);
    json_decref(b);
}

static void
compare_element(Comparison *comparison, guint at, const json_t *got)
{
    const Element *element = dialogue_element(comparison->play->dialogue, at);

    switch (element->kind) {
    case ELEMENT_SEND:
    case ELEMENT_SEND_RAW:
        compare_answer(comparison, at, got);
        break;
    case ELEMENT_GREETING:
        check(comparison, at, element_value(element), got, FALSE);
        break;
    case ELEMENT_RUN:
        compare_run(comparison, at, got);
        break;
    case ELEMENT_GRAPH:
        compare_graph(comparison, at, got);
        break;
    case ELEMENT_EXIT:
        compare_exit(comparison, at, got);
        break;
    case ELEMENT_START:
    case ELEMENT_RETURN:
    case ELEMENT_ERROR:
    case ELEMENT_LOST:
    case ELEMENT_EVENT:
    case ELEMENT_FILE:
    case ELEMENT_NOTE:
    case ELEMENT_LAST:
        break;
    }
}

/* ---- events ---- */

static gboolean
is_command(ElementKind kind)
{
    return kind == ELEMENT_START || kind == ELEMENT_SEND || kind == ELEMENT_SEND_RAW;
}

/* The last thing that was done to the process of the event at `at`. */
static guint
command_before(const Dialogue *dialogue, guint at)
{
    const char *on = dialogue_element(dialogue, at)->on;

    while (at-- > 0) {
        const Element *element = dialogue_element(dialogue, at);

        if (is_command(element->kind) && strcmp(element->on, on) == 0) {
            return at;
        }
    }
    return 0;
}

static EventStreams *
expected_events(const Dialogue *dialogue, guint until)
{
    EventStreams *streams = event_streams_new();

    for (guint i = 0; i < until; i++) {
        const Element *element = dialogue_element(dialogue, i);
        StreamEvent event = {command_before(dialogue, i), i, element->json};

        if (element->kind == ELEMENT_EVENT) {
            event_streams_add(streams, element->on, event);
        }
    }
    return streams;
}

static EventStreams *
got_events(const Play *play)
{
    EventStreams *streams = event_streams_new();

    for (guint i = 0; i < play->events->len; i++) {
        const PlayEvent *event = &g_array_index(play->events, PlayEvent, i);
        StreamEvent came = {event->at, event->at, event->json};

        event_streams_add(streams, event->on, came);
    }
    return streams;
}

static void
compare_events(Comparison *comparison)
{
    g_autoptr(EventStreams) expected =
        expected_events(comparison->play->dialogue, comparison->play->dialogue->log->len);
    g_autoptr(EventStreams) got = got_events(comparison->play);

    event_streams_drop_drains(expected);
    event_streams_drop_drains(got);
    event_streams_compare(expected, got, report, comparison);
}

static int
by_element(gconstpointer a, gconstpointer b)
{
    const PlayDifference *left = *(PlayDifference *const *)a;
    const PlayDifference *right = *(PlayDifference *const *)b;

    return (left->element > right->element) - (left->element < right->element);
}

GPtrArray *
compare_play(const Play *play, gboolean exact)
{
    Comparison comparison = {play, exact, g_ptr_array_new_with_free_func(free_difference)};
    g_autoptr(AutoNames) names = auto_names_new();

    for (guint i = 0; i < play->dialogue->log->len; i++) {
        const Element *element = dialogue_element(play->dialogue, i);

        if (play->came[i] != NULL) {
            json_t *got = auto_names_apply(names, play->came[i], element->kind == ELEMENT_GRAPH);

            compare_element(&comparison, i, got);
            json_decref(got);
        } else if (element->kind == ELEMENT_EXIT || element->kind == ELEMENT_SEND) {
            report(&comparison, i, FALSE, "nothing came");
        }
    }
    compare_events(&comparison);
    g_ptr_array_sort(comparison.differences, by_element);
    return comparison.differences;
}
