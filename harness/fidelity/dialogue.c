/* SPDX-License-Identifier: LGPL-2.1-or-later
 *
 * Reading dialogues.
 */
#include "harness/fidelity/dialogue.h"

#include <string.h>
#include "spec/api/error.h"

/* The member that names the kind; the first that an element has counts. */
static const struct {
    const char *member;
    gboolean in_setup;
} kinds[ELEMENT_LAST] = {
    [ELEMENT_START] = {"start", FALSE},   [ELEMENT_GREETING] = {"greeting", FALSE},
    [ELEMENT_SEND] = {"send", FALSE},     [ELEMENT_SEND_RAW] = {"send-raw", FALSE},
    [ELEMENT_RETURN] = {"return", FALSE}, [ELEMENT_ERROR] = {"error", FALSE},
    [ELEMENT_LOST] = {"lost", FALSE},     [ELEMENT_EVENT] = {"event", FALSE},
    [ELEMENT_RUN] = {"run", TRUE},        [ELEMENT_FILE] = {"file", TRUE},
    [ELEMENT_GRAPH] = {"graph", FALSE},   [ELEMENT_NOTE] = {"note", TRUE},
    [ELEMENT_EXIT] = {"exit", FALSE},
};

const char *
element_kind_name(ElementKind kind)
{
    return kinds[kind].member;
}

json_t *
element_value(const Element *element)
{
    return json_object_get(element->json, kinds[element->kind].member);
}

const Element *
dialogue_element(const Dialogue *dialogue, guint index)
{
    g_assert(index < dialogue->log->len);
    return &g_array_index(dialogue->log, Element, index);
}

static gboolean
is_answer(ElementKind kind)
{
    return kind == ELEMENT_RETURN || kind == ELEMENT_ERROR || kind == ELEMENT_LOST;
}

guint
dialogue_answer(const Dialogue *dialogue, guint index)
{
    const char *on = dialogue_element(dialogue, index)->on;
    guint at;

    for (at = index + 1; at < dialogue->log->len; at++) {
        const Element *element = dialogue_element(dialogue, at);

        if (strcmp(element->on, on) != 0) {
            continue;
        }
        if (is_answer(element->kind)) {
            return at;
        }
        if (element->kind != ELEMENT_EVENT && element->kind != ELEMENT_NOTE) {
            break;
        }
    }
    return dialogue->log->len;
}

static void
clear_element(gpointer data)
{
    json_decref(((Element *)data)->json);
}

void
dialogue_free(Dialogue *dialogue)
{
    if (dialogue == NULL) {
        return;
    }
    g_free(dialogue->name);
    json_decref(dialogue->document);
    g_array_unref(dialogue->setup);
    g_array_unref(dialogue->log);
    g_free(dialogue);
}

static ElementKind
kind_of(const json_t *json, gboolean setup)
{
    ElementKind kind;

    for (kind = 0; kind < ELEMENT_LAST; kind++) {
        if (json_object_get(json, kinds[kind].member) != NULL && (!setup || kinds[kind].in_setup)) {
            break;
        }
    }
    return kind;
}

/* Whether the value of an element is of the JSON type that its kind has. */
static gboolean
is_sound(const Element *element)
{
    const json_t *value = element_value(element);

    switch (element->kind) {
    case ELEMENT_START:
    case ELEMENT_RUN:
        return json_array_size(value) > 0;
    case ELEMENT_FILE:
        return json_array_size(value) == 2;
    case ELEMENT_SEND:
        return json_is_string(json_object_get(value, "execute"));
    case ELEMENT_SEND_RAW:
    case ELEMENT_EVENT:
    case ELEMENT_NOTE:
    case ELEMENT_LOST:
        return json_is_string(value);
    case ELEMENT_ERROR:
        return json_is_string(json_object_get(value, "class"));
    case ELEMENT_GRAPH:
    case ELEMENT_GREETING:
        return json_is_object(value);
    case ELEMENT_EXIT:
        return json_is_integer(value);
    case ELEMENT_RETURN:
    case ELEMENT_LAST:
        break;
    }
    return TRUE;
}

static gboolean
read_elements(GArray *elements, const json_t *list, gboolean setup, GError **error)
{
    size_t index;
    json_t *json;

    json_array_foreach(list, index, json)
    {
        const char *on = json_string_value(json_object_get(json, "on"));
        Element element = {.kind = kind_of(json, setup), .on = on != NULL ? on : "", .json = json};

        if (element.kind == ELEMENT_LAST || !is_sound(&element)) {
            g_set_error(error, VM_ERROR, VIR_ERR_INVALID_ARG,
                        "%s element %zu is none that is known", setup ? "setup" : "log", index);
            return FALSE;
        }
        json_incref(json);
        g_array_append_val(elements, element);
    }
    return TRUE;
}

static GArray *
new_elements(void)
{
    GArray *elements = g_array_new(FALSE, FALSE, sizeof(Element));

    g_array_set_clear_func(elements, clear_element);
    return elements;
}

Dialogue *
dialogue_new(json_t *document, const char *name, GError **error)
{
    g_autoptr(Dialogue) dialogue = g_new0(Dialogue, 1);
    const char *given = json_string_value(json_object_get(document, "name"));

    dialogue->name = g_strdup(given != NULL ? given : name);
    dialogue->document = json_incref(document);
    dialogue->setup = new_elements();
    dialogue->log = new_elements();
    if (!json_is_array(json_object_get(document, "log"))) {
        g_set_error(error, VM_ERROR, VIR_ERR_INVALID_ARG, "%s: a dialogue has a log", name);
        return NULL;
    }
    if (!read_elements(dialogue->setup, json_object_get(document, "setup"), TRUE, error) ||
        !read_elements(dialogue->log, json_object_get(document, "log"), FALSE, error)) {
        g_prefix_error(error, "%s: ", name);
        return NULL;
    }
    return g_steal_pointer(&dialogue);
}

Dialogue *
dialogue_load(const char *path, GError **error)
{
    json_error_t why;
    json_t *document = json_load_file(path, JSON_REJECT_DUPLICATES, &why);
    Dialogue *dialogue;

    if (document == NULL) {
        g_set_error(error, VM_ERROR, VIR_ERR_INVALID_ARG, "%s:%d: %s", path, why.line, why.text);
        return NULL;
    }
    dialogue = dialogue_new(document, path, error);
    json_decref(document);
    return dialogue;
}
