/* SPDX-License-Identifier: LGPL-2.1-or-later
 *
 * A QMP session as text, as a socket carries it: greeting, negotiation,
 * requests, answers and events.
 *
 * The driver talks to a machine by reference, through the port; this is for
 * recorded dialogues, and for whatever else comes as bytes.
 */
#pragma once

#include "sim/vm/machine.h"

typedef struct SimSession SimSession;

/** Connect to a machine (referenced).  The greeting is the first object to take. */
SimSession *sim_session_new(SimMachine *machine);
/** Disconnect; NULL is fine. */
void sim_session_free(SimSession *session);
G_DEFINE_AUTOPTR_CLEANUP_FUNC(SimSession, sim_session_free)

/** Bytes from the client: a part of a request, one, or many.  Each request that is whole is carried
 *  out at once, in order; whatever is no request is answered by an error.  `pass` (borrowed, may be
 *  NULL) is a descriptor that comes along.  After the end of the process nothing happens. */
void sim_session_feed(SimSession *session, const char *bytes, gsize length, VmStoreFile *pass);

/** The next object that the machine wrote, in order: the greeting, an answer ("return" or "error",
 *  with the request's "id"), or an event.  With `wait` background work goes on until it writes
 *  something.  NULL when there is nothing (more); the caller decrefs it. */
json_t *sim_session_take(SimSession *session, gboolean wait);
