/* SPDX-License-Identifier: LGPL-2.1-or-later
 *
 * Where an object ends is found by a small table, byte by byte, so that garbage
 * is known as such at its first byte and not when a line ends or time is up.
 */
#include "harness/qemu/json_stream.h"

#include <string.h>
#include "spec/driver/hypervisor.h"

#define SHOWN_BYTES 60

/* Where the reader stands. */
typedef enum {
    OUTSIDE, /* between objects */
    INSIDE,
    STRING,
    ESCAPE,
    GARBAGE,
} Place;

/* What the next byte is. */
typedef enum { SPACE, OPEN, CLOSE, QUOTE, BACKSLASH, OTHER } Kind;

static const Place next_place[][OTHER + 1] = {
    [OUTSIDE] = {OUTSIDE, INSIDE, GARBAGE, GARBAGE, GARBAGE, GARBAGE},
    [INSIDE] = {INSIDE, INSIDE, INSIDE, STRING, GARBAGE, INSIDE},
    [STRING] = {STRING, STRING, STRING, INSIDE, ESCAPE, STRING},
    [ESCAPE] = {STRING, STRING, STRING, STRING, STRING, STRING},
};

struct QemuJsonStream {
    GByteArray *bytes;
    guint start;   /* of the present object */
    guint scanned; /* bytes that have been looked at */
    guint depth;
    Place place;
};

QemuJsonStream *
qemu_json_stream_new(void)
{
    QemuJsonStream *stream = g_new0(QemuJsonStream, 1);
    stream->bytes = g_byte_array_new();
    return stream;
}

void
qemu_json_stream_free(QemuJsonStream *stream)
{
    if (stream == NULL)
        return;
    g_byte_array_unref(stream->bytes);
    g_free(stream);
}

GByteArray *
qemu_json_stream_bytes(QemuJsonStream *stream)
{
    return stream->bytes;
}

gboolean
qemu_json_stream_half(const QemuJsonStream *stream)
{
    return stream->place != OUTSIDE;
}

static Kind
kind_of(guint8 byte)
{
    switch (byte) {
    case ' ':
    case '\t':
    case '\r':
    case '\n':
        return SPACE;
    case '{':
    case '[':
        return OPEN;
    case '}':
    case ']':
        return CLOSE;
    case '"':
        return QUOTE;
    case '\\':
        return BACKSLASH;
    default:
        return OTHER;
    }
}

/* Look at one more byte: TRUE when an object ends with it. */
static gboolean
step(QemuJsonStream *stream)
{
    guint8 byte = stream->bytes->data[stream->scanned];
    Kind kind = kind_of(byte);
    Place former = stream->place;
    stream->place = next_place[former][kind];
    if (former == OUTSIDE)
        stream->start = stream->scanned;
    if (former == OUTSIDE && byte == '[') /* an array is JSON, but no object */
        stream->place = GARBAGE;
    stream->scanned++;
    if (former == STRING || former == ESCAPE || stream->place != INSIDE)
        return FALSE;
    if (kind == OPEN)
        stream->depth++;
    if (kind != CLOSE || --stream->depth > 0)
        return FALSE;
    stream->place = OUTSIDE;
    return TRUE;
}

static gboolean
broken(const QemuJsonStream *stream, const char *what, GError **error)
{
    gsize shown = MIN(stream->bytes->len - stream->start, SHOWN_BYTES);
    g_autofree char *bytes = g_strndup((const char *)stream->bytes->data + stream->start, shown);
    g_autofree char *text = g_strescape(bytes, "\"");
    g_set_error(error, VM_QMP_ERROR, VM_QMP_BROKEN, "%s: %s", what, text);
    return FALSE;
}

/* QEMU writes numbers up to 2^64 - 1, which are no integers to jansson. */
static json_t *
load(const char *text, gsize length)
{
    json_t *object = json_loadb(text, length, JSON_ALLOW_NUL, NULL);
    return object != NULL
               ? object
               : json_loadb(text, length, JSON_ALLOW_NUL | JSON_DECODE_INT_AS_REAL, NULL);
}

/* Forget the bytes of objects that have been taken. */
static void
drop_taken(QemuJsonStream *stream)
{
    g_byte_array_remove_range(stream->bytes, 0, stream->start);
    stream->scanned -= stream->start;
    stream->start = 0;
}

gboolean
qemu_json_stream_next(QemuJsonStream *stream, json_t **object, GError **error)
{
    *object = NULL;
    while (stream->scanned < stream->bytes->len && stream->place != GARBAGE) {
        if (!step(stream))
            continue;
        *object = load((const char *)stream->bytes->data + stream->start,
                       stream->scanned - stream->start);
        if (*object == NULL) {
            stream->place = GARBAGE;
            return broken(stream, "an object is malformed", error);
        }
        stream->start = stream->scanned;
        return TRUE;
    }
    if (stream->place == GARBAGE)
        return broken(stream, "what came is no JSON object", error);
    if (stream->place == OUTSIDE)
        stream->start = stream->scanned;
    drop_taken(stream);
    if (stream->bytes->len > QEMU_JSON_MAX_BYTES) {
        stream->place = GARBAGE;
        return broken(stream, "an object is too long", error);
    }
    return TRUE;
}
