/* SPDX-License-Identifier: LGPL-2.1-or-later
 *
 * Events as sequences, one per job: what happens in the background stands in
 * order within its job, but not against other jobs and answers.
 */
#pragma once

#include <glib.h>
#include <jansson.h>

/** An event in its place. */
typedef struct {
    guint after;        /* the command, or the element, after which it came */
    guint element;      /* where it stands, for messages */
    const json_t *json; /* "event", "data"; borrowed */
} StreamEvent;

typedef struct EventStreams EventStreams;

/** No event yet. */
EventStreams *event_streams_new(void);
/** Free them; NULL is fine. */
void event_streams_free(EventStreams *streams);
G_DEFINE_AUTOPTR_CLEANUP_FUNC(EventStreams, event_streams_free)

/** Put an event (json borrowed) at the end of its sequence; `on` is the process. */
void event_streams_add(EventStreams *streams, const char *on, StreamEvent event);
/** Drop what draining a job's node makes: a pair of pause and resume after one and the same
 *  command. */
void event_streams_drop_drains(EventStreams *streams);

/** Told of a sequence's first difference: where it is, and in words. */
typedef void (*StreamReport)(gpointer data, guint element, gboolean text_only, const char *text);
/** Compare sequence by sequence. */
void event_streams_compare(const EventStreams *expected, const EventStreams *got,
                           StreamReport report, gpointer data);
