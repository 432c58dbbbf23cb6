/* SPDX-License-Identifier: LGPL-2.1-or-later
 *
 * A dialogue with a hypervisor: what was set up, sent, answered and announced,
 * in order.  conformance/transcripts/README.md describes the file.
 */
#pragma once

#include <glib.h>
#include <jansson.h>

/** What an element of a dialogue is. */
typedef enum {
    ELEMENT_START,
    ELEMENT_GREETING,
    ELEMENT_SEND,
    ELEMENT_SEND_RAW,
    ELEMENT_RETURN,
    ELEMENT_ERROR,
    ELEMENT_LOST,
    ELEMENT_EVENT,
    ELEMENT_RUN,
    ELEMENT_FILE,
    ELEMENT_GRAPH,
    ELEMENT_NOTE,
    ELEMENT_EXIT,
    ELEMENT_LAST
} ElementKind;

/** One element. */
typedef struct {
    ElementKind kind;
    const char *on; /* which process, "" where there is one; borrowed from json */
    json_t *json;   /* the whole element; a reference */
} Element;

/** A dialogue. */
typedef struct {
    char *name;
    json_t *document; /* the whole file */
    GArray *setup;    /* of Element: runs and files */
    GArray *log;      /* of Element */
} Dialogue;

/** Read a dialogue from a file; VIR_ERR_INVALID_ARG naming the file and the element. */
Dialogue *dialogue_load(const char *path, GError **error);
/** The same from a document (borrowed); `name` is for messages. */
Dialogue *dialogue_new(json_t *document, const char *name, GError **error);
/** Free it; NULL is fine. */
void dialogue_free(Dialogue *dialogue);
G_DEFINE_AUTOPTR_CLEANUP_FUNC(Dialogue, dialogue_free)

/** The element at a place of the log. */
const Element *dialogue_element(const Dialogue *dialogue, guint index);
/** The member that an element is named by: "send", "return", …; static string. */
const char *element_kind_name(ElementKind kind);
/** What an element is about: the value of that member; borrowed. */
json_t *element_value(const Element *element);
/** The place of the answer to the send at `index`, of the same process; the log's length where the
 *  log has none before the next send. */
guint dialogue_answer(const Dialogue *dialogue, guint index);
