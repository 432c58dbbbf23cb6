/* SPDX-License-Identifier: LGPL-2.1-or-later
 *
 * Events that are the same whenever they are sent, whatever machine sends
 * them: each is put together once.
 */
#pragma once

#include <glib.h>
#include <jansson.h>

/** {"event": name}; a new reference to what nobody changes.  The name lasts as long as the program.
 */
json_t *sim_kept_event(const char *name);
/** {"event": name, "data": {member: word}}, likewise. */
json_t *sim_kept_event_of(const char *name, const char *member, const char *word);
/** {"event": name, "data": {"guest": by_guest, "reason": reason}}, likewise. */
json_t *sim_kept_event_for(const char *name, gboolean by_guest, const char *reason);
