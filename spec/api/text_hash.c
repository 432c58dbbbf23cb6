/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "spec/api/text_hash.h"
#include <string.h>

static inline guint64
mix(guint64 hash, guint64 word)
{
    hash = (hash ^ word) * G_GUINT64_CONSTANT(0x9e3779b97f4a7c15);
    return hash ^ hash >> 32;
}

/* Eight bytes at a time; of a text that has as many, the last eight end with it. */
guint
vm_text_hash(gconstpointer text)
{
    const char *p = text;
    gsize length = strlen(p);
    guint64 hash = length, word = 0;
    if (length < sizeof(word)) {
        for (gsize i = 0; i < length; i++)
            word = word << 8 | (guchar)p[i];
        return (guint)mix(hash, word);
    }
    const char *last = p + length - sizeof(word);
    for (; p < last; p += sizeof(word)) {
        memcpy(&word, p, sizeof(word));
        hash = mix(hash, word);
    }
    memcpy(&word, last, sizeof(word));
    return (guint)mix(hash, word);
}
