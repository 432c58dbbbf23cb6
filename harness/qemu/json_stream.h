/* SPDX-License-Identifier: LGPL-2.1-or-later
 *
 * A stream of bytes, cut into the JSON objects that it consists of.
 */
#pragma once

#include <glib.h>
#include <jansson.h>

/** An object that is longer is none. */
#define QEMU_JSON_MAX_BYTES (64U << 20)

typedef struct QemuJsonStream QemuJsonStream;

/** An empty stream. */
QemuJsonStream *qemu_json_stream_new(void);
/** Free it; NULL is fine. */
void qemu_json_stream_free(QemuJsonStream *stream);
/** Where what came is to be appended; owned by the stream. */
GByteArray *qemu_json_stream_bytes(QemuJsonStream *stream);
/** The next whole object (the caller's), *object NULL where more bytes are needed.  FALSE with
 *  VM_QMP_BROKEN when the bytes are no JSON objects; the stream is of no use then. */
gboolean qemu_json_stream_next(QemuJsonStream *stream, json_t **object, GError **error);
/** Whether part of an object has come and its end has not. */
gboolean qemu_json_stream_half(const QemuJsonStream *stream);
