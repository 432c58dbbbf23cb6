/* SPDX-License-Identifier: LGPL-2.1-or-later
 *
 * The socket that a process connects to, and the JSON objects that come over
 * it, as they come.
 *
 * Dialogues try the parser and carry descriptors, so nothing is added to what
 * is sent and nothing taken from what comes.
 */
#pragma once

#include <glib.h>
#include <jansson.h>

typedef struct Wire Wire;

/** Listen on a path (short: at most some 100 bytes). */
Wire *wire_listen(const char *path, GError **error);
/** Take the connection that comes within that time; OPERATION_TIMEOUT where none does. */
gboolean wire_accept(Wire *wire, guint milliseconds, GError **error);
/** Close it; NULL is fine. */
void wire_free(Wire *wire);
G_DEFINE_AUTOPTR_CLEANUP_FUNC(Wire, wire_free)

/** Send text as it is, with a descriptor as SCM_RIGHTS (-1: none). */
gboolean wire_send(Wire *wire, const char *text, int fd, GError **error);
/** The next object within that time (0: only what is there); the caller decrefs it.  NULL where
 *  none came, or the other side has closed. */
json_t *wire_next(Wire *wire, guint milliseconds);
/** Whether the other side has closed and all that it sent is taken. */
gboolean wire_closed(const Wire *wire);
