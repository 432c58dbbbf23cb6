/* SPDX-License-Identifier: LGPL-2.1-or-later
 *
 * Lines of JSON over a socket.
 */
#pragma once

#include <glib.h>
#include <jansson.h>

/** Send one object as one line; takes the reference.  FALSE when the other end is gone. */
gboolean line_send(int fd, json_t *json);

/** Read what is there into `buffer`; FALSE at the end of the stream. */
gboolean line_fill(int fd, GString *buffer);

/** Take the first whole line out of `buffer`: its object, or NULL with *complete telling a line
 * that is no JSON from none at all.  The caller decrefs it. */
json_t *line_take(GString *buffer, gboolean *complete);
