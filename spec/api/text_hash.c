/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "spec/api/text_hash.h"
#include <string.h>

/* Eight bytes at a time. */
guint
vm_text_hash(gconstpointer text)
{
    const char *p = text;
    gsize length = strlen(p);
    guint64 hash = length;
    while (length > 0) {
        guint64 word = 0;
        gsize part = MIN(length, sizeof(word));
        memcpy(&word, p, part);
        hash = (hash ^ word) * G_GUINT64_CONSTANT(0x9e3779b97f4a7c15);
        hash ^= hash >> 32;
        p += part;
        length -= part;
    }
    return (guint)hash;
}
