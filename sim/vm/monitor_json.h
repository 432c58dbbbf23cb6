/* SPDX-License-Identifier: LGPL-2.1-or-later
 *
 * JSON texts out of a stream of bytes, as QEMU's monitor reads them: strings
 * in single quotes too, no doubled keys, and after an error it goes on.
 */
#pragma once

#include <glib.h>
#include <jansson.h>

typedef struct SimJsonStream SimJsonStream;

/** Told of a whole value (borrowed), or of an error's text where value is NULL. */
typedef void (*SimJsonTaker)(gpointer taker, json_t *value, const char *error);

/** A stream that tells `taker` of what it reads; freed with sim_json_stream_free(). */
SimJsonStream *sim_json_stream_new(SimJsonTaker take, gpointer taker);
/** Free it; NULL is fine. */
void sim_json_stream_free(SimJsonStream *stream);
/** Read more bytes. */
void sim_json_stream_feed(SimJsonStream *stream, const char *bytes, gsize length);
