/* SPDX-License-Identifier: LGPL-2.1-or-later
 *
 * Making a recording: what a dialogue's own elements do, and all that comes.
 */
#include <string.h>
#include "harness/fidelity/auto_name.h"
#include "harness/fidelity/fidelity.h"
#include "harness/fidelity/play.h"
#include "spec/api/error.h"

/* After so long without an event a job is taken to be at rest. */
#define QUIET_MS 300

/* Members whose values change from run to run, and what stands for them. */
static const struct {
    const char *member;
    const char *placeholder;
} changing[] = {
    {"actual-size", "<size>"},      {"image-end-offset", "<size>"}, {"date-sec", "<sec>"},
    {"date-nsec", "<nsec>"},        {"vm-clock-sec", "<sec>"},      {"vm-clock-nsec", "<nsec>"},
    {"vm-state-size", "<nonzero>"},
};

static void
put_placeholders(json_t *value)
{
    const char *key;
    size_t index;
    json_t *member;

    json_array_foreach(value, index, member)
    {
        put_placeholders(member);
    }
    if (!json_is_object(value)) {
        return;
    }
    for (guint i = 0; i < G_N_ELEMENTS(changing); i++) {
        member = json_object_get(value, changing[i].member);
        if (member != NULL && (strcmp(changing[i].placeholder, "<nonzero>") != 0 ||
                               json_integer_value(member) != 0)) {
            json_object_set_new(value, changing[i].member, json_string(changing[i].placeholder));
        }
    }
    if (json_object_get(value, "depth") != NULL && json_object_get(value, "offset") != NULL) {
        json_object_set_new(value, "offset", json_string("<host-offset>"));
    }
    json_object_foreach(value, key, member)
    {
        put_placeholders(member);
    }
}

/* Write one line of a list. */
static void
append_line(GString *out, json_t *element, gboolean first)
{
    char *dump = json_dumps(element, 0);

    g_string_append_printf(out, "%s    %s", first ? "" : ",\n", dump);
    free(dump);
}

/* What is written for one element: itself, then what came. */
typedef struct {
    GString *out;
    AutoNames *names;
    const Play *play;
    guint event; /* the next of the events */
    gboolean any;
} Writing;

static void
write_element(Writing *writing, json_t *element, const char *on)
{
    json_t *copy = auto_names_apply(writing->names, element, FALSE);

    if (*on != '\0') {
        json_object_set_new(copy, "on", json_string(on));
    }
    put_placeholders(copy);
    append_line(writing->out, copy, !writing->any);
    writing->any = TRUE;
    json_decref(copy);
}

/* The events of an element: those before its answer, or all that are left. */
static void
write_events(Writing *writing, guint at, gboolean early)
{
    while (writing->event < writing->play->events->len) {
        const PlayEvent *event = &g_array_index(writing->play->events, PlayEvent, writing->event);

        if (event->at > at || (early && !event->early)) {
            return;
        }
        write_element(writing, event->json, event->on);
        writing->event++;
    }
}

static json_t *
with_result(const Element *element, const json_t *came)
{
    json_t *copy = json_copy(element->json);

    if (element->kind == ELEMENT_RUN || element->kind == ELEMENT_EXIT) {
        json_object_update(copy, (json_t *)came);
    }
    if (element->kind == ELEMENT_GRAPH || element->kind == ELEMENT_GREETING) {
        json_object_set(copy, element_kind_name(element->kind), (json_t *)came);
    }
    return copy;
}

static void
write_log(Writing *writing)
{
    const Dialogue *dialogue = writing->play->dialogue;

    for (guint i = 0; i < dialogue->log->len; i++) {
        const Element *element = dialogue_element(dialogue, i);
        const json_t *came = writing->play->came[i];
        json_t *copy = came != NULL ? with_result(element, came) : json_incref(element->json);

        write_element(writing, copy, "");
        json_decref(copy);
        write_events(writing, i, TRUE);
        if (came != NULL && (element->kind == ELEMENT_SEND || element->kind == ELEMENT_SEND_RAW)) {
            write_element(writing, (json_t *)came, element->on);
        }
        write_events(writing, i, FALSE);
    }
}

static void
write_head(GString *out, const json_t *document)
{
    const json_t *setup = json_object_get(document, "setup");
    const char *key;
    json_t *value;

    g_string_append(out, "{\n");
    json_object_foreach((json_t *)document, key, value)
    {
        if (strcmp(key, "setup") != 0 && strcmp(key, "log") != 0) {
            char *dump = json_dumps(value, JSON_ENCODE_ANY);

            g_string_append_printf(out, "  \"%s\": %s,\n", key, dump);
            free(dump);
        }
    }
    g_string_append(out, "  \"setup\": [\n");
    for (size_t i = 0; i < json_array_size(setup); i++) {
        append_line(out, json_array_get(setup, i), i == 0);
    }
    g_string_append(out, "\n  ],\n  \"log\": [\n");
}

/* A description has no answers: they would be taken for what is to be waited for. */
static gboolean
check_description(const Dialogue *dialogue, const char *file, GError **error)
{
    for (guint i = 0; i < dialogue->log->len; i++) {
        const Element *element = dialogue_element(dialogue, i);

        if (element->kind == ELEMENT_RETURN || element->kind == ELEMENT_ERROR ||
            element->kind == ELEMENT_LOST || element->kind == ELEMENT_EVENT) {
            return vm_refuse(error, VIR_ERR_INVALID_ARG,
                             "%s: element %u: what is to be recorded has no '%s' yet", file, i,
                             element_kind_name(element->kind));
        }
    }
    return TRUE;
}

gboolean
fidelity_record(const char *file, const char *out, GError **error)
{
    g_autoptr(Dialogue) dialogue = dialogue_load(file, error);
    g_autoptr(Stage) stage = NULL;
    g_autoptr(Play) play = NULL;
    g_autoptr(AutoNames) names = auto_names_new();
    g_autoptr(GString) text = g_string_new(NULL);
    Writing writing = {.out = text, .names = names};

    if (dialogue == NULL || !check_description(dialogue, file, error)) {
        return FALSE;
    }
    stage = stage_qemu_new(error);
    play = stage != NULL ? play_run(dialogue, stage, QUIET_MS, error) : NULL;
    if (play == NULL) {
        return FALSE;
    }
    writing.play = play;
    write_head(text, dialogue->document);
    write_log(&writing);
    g_string_append(text, "\n  ]\n}\n");
    return g_file_set_contents(out, text->str, text->len, error);
}
