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

/** The next word of many: no two states come to the same by it, and no two words. */
static inline guint64
sim_digest_step(guint64 state, const guint8 *bytes)
{
    guint64 word;
    memcpy(&word, bytes, 8);
    state = (state ^ GUINT64_FROM_LE(word)) * G_GUINT64_CONSTANT(0x9e3779b97f4a7c15);
    return state ^ state >> 29;
}

/** Add bytes, their length included: each half takes every other word, and then one has both. */
static inline void
sim_digest_bytes(SimDigest *digest, const void *data, gsize length)
{
    const guint8 *p = data;
    guint64 last[2] = {0, 0};
    sim_digest_number(digest, length);
    for (; length > 16; p += 16, length -= 16) {
        digest->a = sim_digest_step(digest->a, p);
        digest->b = sim_digest_step(digest->b, p + 8);
    }
    digest->a += digest->b;
    if (length > 0) /* no bytes may lie nowhere */
        memcpy(last, p, length);
    sim_digest_number(digest, GUINT64_FROM_LE(last[0]));
    sim_digest_number(digest, GUINT64_FROM_LE(last[1]));
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

/** Bytes of a digest as text, the end included. */
#define SIM_DIGEST_TEXT 33

/** Write 16 hexadecimal digits: a byte's digit each is half a byte, all eight at a time. */
static inline void
sim_digest_write_half(guint64 number, char text[16])
{
    for (guint i = 0; i < 2; i++) {
        guint64 digits = number >> (32 - 32 * i) & 0xffffffff;
        digits = (digits | digits << 16) & G_GUINT64_CONSTANT(0x0000ffff0000ffff);
        digits = (digits | digits << 8) & G_GUINT64_CONSTANT(0x00ff00ff00ff00ff);
        digits = (digits | digits << 4) & G_GUINT64_CONSTANT(0x0f0f0f0f0f0f0f0f);
        /* Digits above nine have a carry into the upper half once 6 is added. */
        guint64 letters = (digits + G_GUINT64_CONSTANT(0x0606060606060606)) >> 4 &
                          G_GUINT64_CONSTANT(0x0101010101010101);
        digits += G_GUINT64_CONSTANT(0x3030303030303030) + letters * ('a' - '0' - 10);
        digits = GUINT64_TO_BE(digits);
        memcpy(text + 8 * i, &digits, 8);
    }
}

/** Write it as 32 hexadecimal digits. */
static inline void
sim_digest_write(const SimDigest *digest, char text[SIM_DIGEST_TEXT])
{
    sim_digest_write_half(digest->a, text);
    sim_digest_write_half(digest->b, text + 16);
    text[32] = '\0';
}

/** The same as a text that the caller frees. */
static inline char *
sim_digest_text(const SimDigest *digest)
{
    char *text = g_malloc(SIM_DIGEST_TEXT);
    sim_digest_write(digest, text);
    return text;
}
