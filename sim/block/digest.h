/* SPDX-License-Identifier: LGPL-2.1-or-later
 *
 * A running digest: equal input gives equal digests on every machine.  It
 * tells contents apart, it guards against nobody.
 */
#pragma once

#include <glib.h>
#include <string.h>

/** A digest in the making; start with SIM_DIGEST_START. */
typedef struct {
    guint64 a;
    guint64 b;
} SimDigest;

#define SIM_DIGEST_START                                                                           \
    (SimDigest)                                                                                    \
    {                                                                                              \
        G_GUINT64_CONSTANT(0x6a09e667f3bcc908), G_GUINT64_CONSTANT(0xbb67ae8584caa73b)             \
    }

/** A 64-bit mix in which every bit of the input reaches every bit of the output. */
static inline guint64
sim_mix(guint64 x)
{
    x ^= x >> 30;
    x *= G_GUINT64_CONSTANT(0xbf58476d1ce4e5b9);
    x ^= x >> 27;
    x *= G_GUINT64_CONSTANT(0x94d049bb133111eb);
    return x ^ (x >> 31);
}

/** Add a number. */
static inline void
sim_digest_number(SimDigest *digest, guint64 value)
{
    digest->a = sim_mix(digest->a ^ value);
    digest->b = sim_mix(digest->b + digest->a + value);
}

/** Add bytes, their length included. */
static inline void
sim_digest_bytes(SimDigest *digest, const void *data, gsize length)
{
    const guint8 *p = data;
    sim_digest_number(digest, length);
    for (; length >= 8; p += 8, length -= 8) {
        guint64 word;
        memcpy(&word, p, 8);
        sim_digest_number(digest, GUINT64_FROM_LE(word));
    }
    guint64 rest = 0;
    for (gsize i = 0; i < length; i++)
        rest |= (guint64)p[i] << (8 * i);
    sim_digest_number(digest, rest);
}

/** Add a string; NULL differs from "". */
static inline void
sim_digest_string(SimDigest *digest, const char *text)
{
    if (text == NULL)
        sim_digest_number(digest, G_MAXUINT64);
    else
        sim_digest_bytes(digest, text, strlen(text));
}

/** 32 hexadecimal digits; the caller frees them. */
static inline char *
sim_digest_text(const SimDigest *digest)
{
    return g_strdup_printf("%016" G_GINT64_MODIFIER "x%016" G_GINT64_MODIFIER "x", digest->a,
                           digest->b);
}
