/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "harness/fidelity/side.h"

#include <string.h>
#include "harness/fidelity/extent.h"
#include "harness/fidelity/play.h"
#include "sim/vm/graph_digest.h"
#include "spec/api/error.h"

#define PATIENCE_MS 10000

Side *
side_new(Stage *stage)
{
    Side *side = g_new0(Side, 1);

    side->stage = stage;
    side->names = auto_names_new();
    side->events = json_array();
    return side;
}

void
side_free(Side *side)
{
    if (side == NULL) {
        return;
    }
    if (side->process != NULL) {
        side->stage->ops->end(side->process);
    }
    stage_free(side->stage);
    auto_names_free(side->names);
    json_decref(side->events);
    g_free(side);
}

/* ---- talking ---- */

/* Keep an event; give anything else back. */
static json_t *
take(Side *side, json_t *object)
{
    if (json_object_get(object, "event") == NULL) {
        return object;
    }
    json_object_del(object, "timestamp");
    json_array_append_new(side->events, object);
    return NULL;
}

static json_t *
await_answer(Side *side)
{
    json_t *object;

    while ((object = side->stage->ops->next(side->process, PATIENCE_MS)) != NULL) {
        json_t *answer = take(side, object);

        if (answer != NULL) {
            return answer;
        }
    }
    return json_pack("{s:b}", "lost", 1);
}

json_t *
side_ask(Side *side, const char *text)
{
    g_autofree char *line = g_strconcat(text, "\n", NULL);

    if (!side->stage->ops->send(side->process, line, FALSE, NULL)) {
        return json_pack("{s:b}", "lost", 1);
    }
    return await_answer(side);
}

gboolean
side_start(Side *side, gboolean pc, GError **error)
{
    json_t *argv = json_pack("[s,s,s,s,s,s,s,s,s,s,s,s,s]", "qemu-system-x86_64", "-machine",
                             pc ? "pc" : "none", "-nodefaults", "-display", "none",
                             "-no-user-config", "-accel", "tcg", "-chardev",
                             "socket,id=mon,path=qmp.sock", "-mon", "chardev=mon,mode=control");

    if (pc) {
        json_array_append_new(argv, json_string("-m"));
        json_array_append_new(argv, json_string("16"));
        json_array_append_new(argv, json_string("-S"));
    }
    side->process = side->stage->ops->start(side->stage, argv, error);
    json_decref(argv);
    if (side->process == NULL) {
        return FALSE;
    }
    json_decref(await_answer(side));
    json_decref(side_ask(side, "{\"execute\":\"qmp_capabilities\"}"));
    return TRUE;
}

void
side_rest(Side *side)
{
    json_t *object;

    while ((object = side->stage->ops->next(side->process, 1)) != NULL) {
        json_decref(take(side, object));
    }
}

/* Whether a process can be waited for this event: not for what a drain makes. */
static gboolean
counts(const json_t *event)
{
    static const char *const drains[] = {"paused", "running", "standby", "ready", NULL};
    const char *status =
        json_string_value(json_object_get(json_object_get(event, "data"), "status"));

    return status == NULL || !g_strv_contains(drains, status);
}

static guint
count_events(const Side *side)
{
    guint count = 0;
    size_t index;
    json_t *event;

    json_array_foreach(side->events, index, event)
    {
        count += counts(event) ? 1 : 0;
    }
    return count;
}

void
side_await(Side *side, const Side *other, guint milliseconds)
{
    guint wanted = count_events(other);
    json_t *object;

    while (count_events(side) < wanted &&
           (object = side->stage->ops->next(side->process, milliseconds)) != NULL) {
        json_decref(take(side, object));
    }
    while ((object = side->stage->ops->next(side->process, 0)) != NULL) {
        json_decref(take(side, object));
    }
}

char *
side_restore(const Side *side, const char *text)
{
    return auto_names_restore(side->names, text);
}

/* ---- making comparable ---- */

/* How much a mirror counts when its source is written to is a matter of time. */
static void
leave_out_progress(json_t *job)
{
    static const char *const members[] = {"len", "offset", "current-progress", "total-progress"};
    const char *type = json_string_value(json_object_get(job, "type"));

    for (guint i = 0; g_strcmp0(type, "mirror") == 0 && i < G_N_ELEMENTS(members); i++) {
        json_object_del(job, members[i]);
    }
}

/* Leave out, in place, what depends on time, or on how a hypervisor stores things. */
static void
leave_out(json_t *value)
{
    const char *key;
    size_t index;
    json_t *member;

    json_array_foreach(value, index, member)
    {
        leave_out(member);
    }
    if (!json_is_object(value)) {
        return;
    }
    member = json_object_get(value, "vm-state-size");
    if (json_integer_value(member) > 0) {
        json_object_set_new(value, "vm-state-size", json_true());
    }
    if (json_object_get(value, "io-status") != NULL) {
        json_object_del(value, "busy");
    }
    json_object_del(value, "writeback"); /* the guest's choice, once it runs */
    leave_out_progress(value);
    json_object_foreach(value, key, member)
    {
        leave_out(member);
    }
}

json_t *
side_normal(Side *side, const json_t *value)
{
    /* Which names a refusal tells is a matter of its text. */
    gboolean refused = json_object_get(value, "error") != NULL;
    g_autoptr(AutoNames) none = refused ? auto_names_new() : NULL;
    json_t *copy = auto_names_apply(refused ? none : side->names, value, FALSE);

    leave_out(copy);
    return copy;
}

json_t *
side_events(Side *side)
{
    json_t *events = side_normal(side, side->events);
    size_t index;
    json_t *event;

    /* How far a cancelled job came is a matter of time. */
    json_array_foreach(events, index, event)
    {
        const char *name = json_string_value(json_object_get(event, "event"));

        if (strcmp(name, "BLOCK_JOB_CANCELLED") == 0) {
            json_object_del(json_object_get(event, "data"), "offset");
        }
    }
    return events;
}

void
side_forget_events(Side *side)
{
    json_array_clear(side->events);
}

/* ---- queries ---- */

static const struct {
    const char *member;
    const char *command;
} queries[] = {
    {"nodes", "{\"execute\":\"query-named-block-nodes\",\"arguments\":{\"flat\":true}}\n"},
    {"graph", "{\"execute\":\"x-debug-query-block-graph\"}\n"},
    {"jobs", "{\"execute\":\"query-jobs\"}\n"},
    {"block-jobs", "{\"execute\":\"query-block-jobs\"}\n"},
    {"status", "{\"execute\":\"query-status\"}\n"},
};

/* All queries in one go, {"lost"} where an answer did not come. */
static json_t *
ask_all(Side *side)
{
    GString *text = g_string_new(NULL);
    json_t *answers = json_object();

    for (guint i = 0; i < G_N_ELEMENTS(queries); i++) {
        g_string_append(text, queries[i].command);
    }
    if (!side->stage->ops->send(side->process, text->str, FALSE, NULL)) {
        json_object_set_new(answers, "lost", json_true());
    }
    g_string_free(text, TRUE);
    for (guint i = 0; i < G_N_ELEMENTS(queries) && json_object_get(answers, "lost") == NULL; i++) {
        json_t *answer = await_answer(side);

        json_object_update(answers, json_object_get(answer, "lost") != NULL ? answer : NULL);
        json_object_set(
            answers, queries[i].member,
            json_object_get(answer, "return") != NULL ? json_object_get(answer, "return") : answer);
        json_decref(answer);
    }
    return answers;
}

/* How large the file of an image is, and what is written there, is the hypervisor's business. */
static void
leave_out_files(json_t *nodes)
{
    size_t index;
    json_t *node;

    json_array_foreach(nodes, index, node)
    {
        const char *driver = json_string_value(json_object_get(node, "drv"));
        size_t at;
        json_t *bitmap;

        if (g_strcmp0(driver, "file") != 0) {
            continue;
        }
        json_object_del(json_object_get(node, "image"), "virtual-size");
        json_array_foreach(json_object_get(node, "dirty-bitmaps"), at, bitmap)
        {
            json_object_del(bitmap, "count");
        }
    }
}

static int
compare_edges(gconstpointer a, gconstpointer b)
{
    return strcmp(json_string_value(*(json_t *const *)a), json_string_value(*(json_t *const *)b));
}

/* Sort the edges by what they are called now. */
static void
sort_graph(json_t *state)
{
    const json_t *edges = json_object_get(state, "graph");
    g_autoptr(GPtrArray) order = g_ptr_array_new();
    json_t *sorted = json_array();

    for (size_t i = 0; i < json_array_size(edges); i++) {
        g_ptr_array_add(order, json_array_get(edges, i));
    }
    g_ptr_array_sort(order, compare_edges);
    for (guint i = 0; i < order->len; i++) {
        json_array_append(sorted, order->pdata[i]);
    }
    json_object_set_new(state, "graph", sorted);
}

json_t *
side_state(Side *side)
{
    json_t *answers = ask_all(side);
    json_t *nodes = json_object_get(answers, "nodes");
    json_t *digest = NULL;
    json_t *state;

    if (json_object_get(answers, "lost") == NULL) {
        json_decref(auto_names_apply(side->names, nodes, FALSE));
        digest = sim_graph_digest(nodes, json_object_get(answers, "graph"));
        json_object_set_new(answers, "graph", json_incref(json_object_get(digest, "edges")));
        json_decref(digest);
    }
    state = side_normal(side, answers);
    sort_graph(state);
    leave_out_files(json_object_get(state, "nodes"));
    json_decref(answers);
    return state;
}

/* ---- the end ---- */

json_t *
side_quit(Side *side)
{
    g_auto(StageRun) end = {.status = -1};

    json_decref(side_ask(side, "{\"execute\":\"quit\"}"));
    side_rest(side);
    side->stage->ops->wait(side->process, PATIENCE_MS, &end);
    return json_pack("{s:i}", "exit", end.status);
}

char *
side_end_text(Side *side)
{
    g_auto(StageRun) end = {0};
    const char *last;

    if (!side->stage->ops->wait(side->process, PATIENCE_MS, &end)) {
        return g_strdup("no answer, but it lives");
    }
    g_strchomp(end.out);
    last = strrchr(end.out, '\n');
    return g_strdup_printf("%d, '%s'", end.status, last != NULL ? last + 1 : end.out);
}

json_t *
side_tool(Side *side, const json_t *argv)
{
    g_auto(StageRun) run = {0};
    g_autoptr(GError) error = NULL;
    json_t *came;

    if (!side->stage->ops->run(side->stage, argv, &run, &error)) {
        return json_pack("{s:s}", "unsupported", error->message);
    }
    came = run.status == 0 ? play_output(run.out, FALSE) : json_object();
    json_object_set_new(came, "rc", json_integer(run.status));
    json_object_set_new(came, "json", extents_join(json_object_get(came, "json")));
    leave_out(came);
    return came;
}
