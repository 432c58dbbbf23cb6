/* SPDX-License-Identifier: LGPL-2.1-or-later
 *
 * One element after the other, as the recorder once went.
 */
#include "harness/fidelity/play.h"

#include <string.h>
#include "harness/fidelity/cut.h"
#include "sim/vm/graph_digest.h"
#include "spec/api/error.h"

#define ANSWER_MS 20000
#define EVENT_MS 2000
#define POLLS 400

/* A process of the dialogue. */
typedef struct {
    const char *on;
    StageProcess *process; /* NULL when it has ended */
    guint at;              /* the last thing that was done to it: its start, or a send */
} Actor;

typedef struct {
    Play *play;
    Stage *stage;
    guint quiet_ms;
    gboolean asking; /* an answer is waited for */
    GArray *actors;  /* of Actor */
} Player;

/* ---- the record ---- */

static void
clear_event(gpointer data)
{
    json_decref(((PlayEvent *)data)->json);
}

void
play_free(Play *play)
{
    if (play == NULL) {
        return;
    }
    for (guint i = 0; i < play->dialogue->log->len; i++) {
        json_decref(play->came[i]);
    }
    g_free(play->came);
    g_array_unref(play->events);
    g_free(play->unsupported);
    g_free(play);
}

static Play *
play_new(Dialogue *dialogue)
{
    Play *play = g_new0(Play, 1);

    play->dialogue = dialogue;
    play->came = g_new0(json_t *, dialogue->log->len + 1);
    play->events = g_array_new(FALSE, FALSE, sizeof(PlayEvent));
    g_array_set_clear_func(play->events, clear_event);
    return play;
}

static void
keep(Player *player, guint at, json_t *what)
{
    json_decref(player->play->came[at]);
    player->play->came[at] = what;
}

static gboolean
stop_unsupported(Player *player, guint at, const char *what)
{
    g_free(player->play->unsupported);
    player->play->unsupported = g_strdup(what);
    player->play->unsupported_at = at;
    return FALSE;
}

/* ---- objects that come ---- */

/* An event is kept; anything else is an answer, which is given back. */
static json_t *
take_object(Player *player, Actor *actor, json_t *object)
{
    PlayEvent event = {.on = actor->on, .at = actor->at, .early = player->asking};

    if (json_object_get(object, "event") == NULL) {
        json_object_del(object, "id");
        return object;
    }
    json_object_del(object, "timestamp");
    event.json = object;
    g_array_append_val(player->play->events, event);
    return NULL;
}

static json_t *
await_answer(Player *player, Actor *actor)
{
    json_t *answer = NULL;
    json_t *object;

    player->asking = TRUE;
    while (answer == NULL &&
           (object = player->stage->ops->next(actor->process, ANSWER_MS)) != NULL) {
        answer = take_object(player, actor, object);
    }
    player->asking = FALSE;
    return answer != NULL ? answer
                          : json_pack("{s:s}", "lost", "the connection ended without an answer");
}

static void
take_what_is_there(Player *player, Actor *actor, guint milliseconds)
{
    json_t *object;

    while ((object = player->stage->ops->next(actor->process, milliseconds)) != NULL) {
        json_decref(take_object(player, actor, object));
    }
}

/* What an event is counted under: its name, whose it is, and the status. */
static char *
event_key(const json_t *event)
{
    const json_t *data = json_object_get(event, "data");
    const char *id = json_string_value(json_object_get(data, "id"));
    const char *device = json_string_value(json_object_get(data, "device"));
    const char *status = json_string_value(json_object_get(data, "status"));

    return g_strdup_printf("%s %s %s", json_string_value(json_object_get(event, "event")),
                           id != NULL ? id : device, status);
}

static void
count_event(GHashTable *counts, const json_t *event, int by)
{
    char *key = event_key(event);
    int count = GPOINTER_TO_INT(g_hash_table_lookup(counts, key));

    g_hash_table_replace(counts, key, GINT_TO_POINTER(count + by));
}

/* Whether an event of that process that is expected before `until` has not come. */
static gboolean
lacks_events(const Player *player, const Actor *actor, guint until)
{
    g_autoptr(GHashTable) counts = g_hash_table_new_full(g_str_hash, g_str_equal, g_free, NULL);
    GHashTableIter iter;
    gpointer count;

    for (guint i = 0; i < until; i++) {
        const Element *element = dialogue_element(player->play->dialogue, i);

        if (element->kind == ELEMENT_EVENT && strcmp(element->on, actor->on) == 0) {
            count_event(counts, element->json, 1);
        }
    }
    for (guint i = 0; i < player->play->events->len; i++) {
        const PlayEvent *event = &g_array_index(player->play->events, PlayEvent, i);

        if (strcmp(event->on, actor->on) == 0) {
            count_event(counts, event->json, -1);
        }
    }
    g_hash_table_iter_init(&iter, counts);
    while (g_hash_table_iter_next(&iter, NULL, &count)) {
        if (GPOINTER_TO_INT(count) > 0) {
            return TRUE;
        }
    }
    return FALSE;
}

/* The recorder waited for what was under way before it went on; so do we. */
static void
await_events(Player *player, guint until)
{
    for (guint i = 0; i < player->actors->len; i++) {
        Actor *actor = &g_array_index(player->actors, Actor, i);

        while (actor->process != NULL && lacks_events(player, actor, until)) {
            json_t *object = player->stage->ops->next(actor->process, EVENT_MS);

            if (object == NULL) {
                break;
            }
            json_decref(take_object(player, actor, object));
        }
        if (actor->process != NULL) {
            take_what_is_there(player, actor, player->quiet_ms);
        }
    }
}

/* ---- the elements ---- */

static Actor *
actor_of(Player *player, const char *on)
{
    Actor fresh = {.on = on};

    for (guint i = 0; i < player->actors->len; i++) {
        Actor *actor = &g_array_index(player->actors, Actor, i);

        if (strcmp(actor->on, on) == 0) {
            return actor;
        }
    }
    g_array_append_val(player->actors, fresh);
    return &g_array_index(player->actors, Actor, player->actors->len - 1);
}

/* The process of an element; a dialogue that speaks to none is wrong. */
static Actor *
need_actor(Player *player, const Element *element, GError **error)
{
    Actor *actor = actor_of(player, element->on);

    if (actor->process == NULL) {
        vm_refuse(error, VIR_ERR_INVALID_ARG, "%s: element %ld: no process runs",
                  player->play->dialogue->name,
                  (long)(element - (const Element *)player->play->dialogue->log->data));
        return NULL;
    }
    return actor;
}

/* Send a command and give its answer; NULL with an error where it cannot be sent. */
static json_t *
exchange(Player *player, Actor *actor, const char *text, gboolean descriptor, GError **error)
{
    g_autofree char *line = g_strconcat(text, "\n", NULL);

    if (!player->stage->ops->send(actor->process, line, descriptor, error)) {
        return NULL;
    }
    return await_answer(player, actor);
}

static json_t *
ask(Player *player, Actor *actor, const char *text, GError **error)
{
    json_t *answer = exchange(player, actor, text, FALSE, error);

    return answer;
}

static gboolean
play_greeting(Player *player, Actor *actor, guint at, GError **error)
{
    const Element *next = at + 1 < player->play->dialogue->log->len
                              ? dialogue_element(player->play->dialogue, at + 1)
                              : NULL;
    json_t *greeting = await_answer(player, actor);
    json_t *answer;

    if (next != NULL && next->kind == ELEMENT_GREETING) {
        keep(player, at + 1, greeting);
        return TRUE;
    }
    json_decref(greeting);
    answer = ask(player, actor, "{\"execute\":\"qmp_capabilities\"}", error);
    json_decref(answer);
    return answer != NULL;
}

/* Whether something failed for being beyond the simulator. */
static gboolean
is_lack(const GError *error)
{
    return g_error_matches(error, VM_ERROR, VIR_ERR_OPERATION_UNSUPPORTED) ||
           g_str_has_suffix(error->message, " is not simulated");
}

static gboolean
play_start(Player *player, const Element *element, guint at, GError **error)
{
    Actor *actor = actor_of(player, element->on);
    g_autoptr(GError) cause = NULL;

    g_assert(actor->process == NULL);
    actor->process = player->stage->ops->start(player->stage, element_value(element), &cause);
    actor->at = at;
    if (actor->process != NULL) {
        return play_greeting(player, actor, at, error);
    }
    if (is_lack(cause)) {
        return stop_unsupported(player, at, cause->message);
    }
    g_propagate_error(error, g_steal_pointer(&cause));
    return FALSE;
}

/* What an answer says that the hypervisor does not have, where the dialogue says otherwise. */
static char *
lack_of(const json_t *request, const json_t *expected, const json_t *got)
{
    const json_t *error = json_object_get(got, "error");
    const char *kind = json_string_value(json_object_get(error, "class"));
    const char *text = json_string_value(json_object_get(error, "desc"));
    const char *wanted =
        json_string_value(json_object_get(json_object_get(expected, "error"), "desc"));

    if (error == NULL || g_strcmp0(text, wanted) == 0) {
        return NULL;
    }
    if (g_strcmp0(kind, "CommandNotFound") == 0) {
        return g_strdup(json_string_value(json_object_get(request, "execute")));
    }
    return text != NULL && g_str_has_suffix(text, " is not simulated") ? g_strdup(text) : NULL;
}

/* A migration goes on in the background without an event: the recorder asked until it was over. */
static gboolean
is_on_its_way(const json_t *expected, const json_t *got)
{
    static const char *const under_way[] = {"setup", "active", "device", "finish-migrate", NULL};
    const char *wanted =
        json_string_value(json_object_get(json_object_get(expected, "return"), "status"));
    const char *status =
        json_string_value(json_object_get(json_object_get(got, "return"), "status"));

    return wanted != NULL && status != NULL && g_strv_contains(under_way, status) &&
           !g_strv_contains(under_way, wanted);
}

static json_t *
send_until_settled(Player *player, const Element *element, const json_t *expected, GError **error)
{
    Actor *actor = actor_of(player, element->on);
    char *text = json_dumps(element_value(element), JSON_COMPACT);
    gboolean descriptor = json_object_get(element->json, "with") != NULL;
    json_t *answer = exchange(player, actor, text, descriptor, error);

    for (guint i = 0; i < POLLS && answer != NULL && is_on_its_way(expected, answer); i++) {
        g_usleep(player->stage->concurrent ? 5000 : 0);
        json_decref(answer);
        answer = exchange(player, actor, text, FALSE, error);
    }
    free(text);
    return answer;
}

static gboolean
play_send(Player *player, const Element *element, guint at, GError **error)
{
    guint where = dialogue_answer(player->play->dialogue, at);
    const json_t *expected = where < player->play->dialogue->log->len
                                 ? dialogue_element(player->play->dialogue, where)->json
                                 : NULL;
    Actor *actor = need_actor(player, element, error);
    g_autofree char *lack = NULL;
    json_t *answer;

    if (actor == NULL) {
        return FALSE;
    }
    actor->at = at;
    answer = element->kind == ELEMENT_SEND
                 ? send_until_settled(player, element, expected, error)
                 : exchange(player, actor, json_string_value(element_value(element)), FALSE, error);
    if (answer == NULL) {
        return FALSE;
    }
    cut_answer(json_string_value(json_object_get(element->json, "cut")), expected, answer);
    keep(player, at, answer);
    lack = player->stage->exact ? NULL : lack_of(element_value(element), expected, answer);
    return lack == NULL || stop_unsupported(player, at, lack);
}

static gboolean
play_graph(Player *player, const Element *element, guint at, GError **error)
{
    Actor *actor = need_actor(player, element, error);
    json_t *nodes;
    json_t *graph;

    if (actor == NULL) {
        return FALSE;
    }
    nodes = ask(player, actor,
                "{\"execute\":\"query-named-block-nodes\",\"arguments\":{\"flat\":true}}", error);
    graph = nodes != NULL ? ask(player, actor, "{\"execute\":\"x-debug-query-block-graph\"}", error)
                          : NULL;
    if (graph != NULL) {
        keep(player, at,
             sim_graph_digest(json_object_get(nodes, "return"), json_object_get(graph, "return")));
    }
    json_decref(nodes);
    json_decref(graph);
    return graph != NULL;
}

static gboolean
play_run_tool(Player *player, const json_t *argv, guint at, json_t **came, GError **error)
{
    g_auto(StageRun) run = {0};
    g_autoptr(GError) cause = NULL;

    if (player->stage->ops->run(player->stage, argv, &run, &cause)) {
        *came = play_output(run.out, FALSE);
        json_object_set_new(*came, "rc", json_integer(run.status));
        return TRUE;
    }
    if (is_lack(cause)) {
        return stop_unsupported(player, at, cause->message);
    }
    g_propagate_error(error, g_steal_pointer(&cause));
    return FALSE;
}

/* {"exit","output"}; "mute" where the hypervisor does not show what a process writes. */
static json_t *
end_of(const StageRun *end)
{
    json_t *came = play_output(end->out, TRUE);

    json_object_set_new(came, "exit", json_integer(end->status));
    if (json_object_get(came, "out") != NULL) {
        json_object_set(came, "output", json_object_get(came, "out"));
        json_object_del(came, "out");
    }
    if (end->out == NULL) {
        json_object_set_new(came, "mute", json_true());
    }
    return came;
}

/* Whether the last command to the process was quit. */
static gboolean
was_told_to_quit(const Player *player, const Actor *actor)
{
    const json_t *request =
        json_object_get(dialogue_element(player->play->dialogue, actor->at)->json, "send");

    return g_strcmp0(json_string_value(json_object_get(request, "execute")), "quit") == 0;
}

/* A good end that no command of the dialogue asked for is the recorder's tidying up: what comes of
 * that is not part of it. */
static gboolean
tidy_up(Player *player, Actor *actor, GError **error)
{
    guint had = player->play->events->len;
    json_t *answer = ask(player, actor, "{\"execute\":\"quit\"}", error);

    g_array_set_size(player->play->events, had);
    json_decref(answer);
    return answer != NULL;
}

static gboolean
play_exit(Player *player, const Element *element, guint at, GError **error)
{
    Actor *actor = need_actor(player, element, error);
    json_int_t wanted = json_integer_value(element_value(element));
    g_auto(StageRun) end = {0};

    if (actor == NULL) {
        return FALSE;
    }
    if (wanted == -9) {
        player->stage->ops->kill(actor->process);
    }
    if (wanted == 0 && !was_told_to_quit(player, actor) && !tidy_up(player, actor, error)) {
        return FALSE;
    }
    take_what_is_there(player, actor, ANSWER_MS);
    if (player->stage->ops->wait(actor->process, ANSWER_MS, &end)) {
        keep(player, at, end_of(&end));
    }
    player->stage->ops->end(actor->process);
    actor->process = NULL;
    return TRUE;
}

static gboolean
play_file(Player *player, const Element *element, GError **error)
{
    const json_t *file = element_value(element);

    return player->stage->ops->file(player->stage, json_string_value(json_array_get(file, 0)),
                                    json_string_value(json_array_get(file, 1)), error);
}

static gboolean
play_element(Player *player, const Element *element, guint at, GError **error)
{
    switch (element->kind) {
    case ELEMENT_START:
        return play_start(player, element, at, error);
    case ELEMENT_SEND:
    case ELEMENT_SEND_RAW:
        return play_send(player, element, at, error);
    case ELEMENT_RUN:
        return play_run_tool(player, element_value(element), at, &player->play->came[at], error);
    case ELEMENT_FILE:
        return play_file(player, element, error);
    case ELEMENT_GRAPH:
        return play_graph(player, element, at, error);
    case ELEMENT_EXIT:
        return play_exit(player, element, at, error);
    case ELEMENT_GREETING:
    case ELEMENT_RETURN:
    case ELEMENT_ERROR:
    case ELEMENT_LOST:
    case ELEMENT_EVENT:
    case ELEMENT_NOTE:
    case ELEMENT_LAST:
        break;
    }
    return TRUE;
}

static gboolean
play_setup(Player *player, GError **error)
{
    const GArray *setup = player->play->dialogue->setup;

    for (guint i = 0; i < setup->len; i++) {
        const Element *element = &g_array_index(setup, Element, i);
        json_t *came = NULL;
        gboolean ok = element->kind == ELEMENT_RUN
                          ? play_run_tool(player, element_value(element), 0, &came, error)
                          : element->kind != ELEMENT_FILE || play_file(player, element, error);
        json_int_t rc = json_integer_value(json_object_get(came, "rc"));
        json_int_t wanted = json_integer_value(json_object_get(element->json, "rc"));

        if (ok && rc != wanted) {
            char *dump = json_dumps(came, 0);

            ok = vm_refuse(error, VIR_ERR_OPERATION_FAILED, "%s: setup element %u ended with %s",
                           player->play->dialogue->name, i, dump);
            free(dump);
        }
        json_decref(came);
        if (!ok) {
            return FALSE;
        }
    }
    return TRUE;
}

static gboolean
waits_for_events(const Element *element)
{
    return element->kind != ELEMENT_EVENT && element->kind != ELEMENT_RETURN &&
           element->kind != ELEMENT_ERROR && element->kind != ELEMENT_LOST &&
           element->kind != ELEMENT_NOTE && element->kind != ELEMENT_START;
}

static gboolean
play_log(Player *player, GError **error)
{
    const Dialogue *dialogue = player->play->dialogue;

    for (guint i = 0; i < dialogue->log->len; i++) {
        const Element *element = dialogue_element(dialogue, i);

        if (waits_for_events(element)) {
            await_events(player, i);
        }
        if (!play_element(player, element, i, error)) {
            return FALSE;
        }
    }
    await_events(player, dialogue->log->len);
    return TRUE;
}

Play *
play_run(Dialogue *dialogue, Stage *stage, guint quiet_ms, GError **error)
{
    g_autoptr(Play) play = play_new(dialogue);
    Player player = {.play = play,
                     .stage = stage,
                     .quiet_ms = quiet_ms,
                     .actors = g_array_new(FALSE, FALSE, sizeof(Actor))};
    g_autoptr(GError) cause = NULL;

    if (play_setup(&player, &cause)) {
        play_log(&player, &cause);
    }
    for (guint i = 0; i < player.actors->len; i++) {
        Actor *actor = &g_array_index(player.actors, Actor, i);

        if (actor->process != NULL) {
            stage->ops->end(actor->process);
        }
    }
    g_array_unref(player.actors);
    if (cause != NULL) {
        g_propagate_error(error, g_steal_pointer(&cause));
        return NULL;
    }
    return g_steal_pointer(&play);
}
