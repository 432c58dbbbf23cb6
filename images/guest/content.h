/* SPDX-License-Identifier: LGPL-2.1-or-later
 *
 * What the test guest writes, and how it sums up what it reads; the same code
 * in the guest and on the host.
 *
 * A pattern is a stamp and depends on the offset, so that content that moved is
 * seen.  Words are little-endian.
 */
#pragma once

#include <stdint.h>
#include <string.h>

/** A stamp that writes zeroes. */
#define GUEST_STAMP_ZERO 0

/** A hash over bytes that come in pieces. */
typedef struct {
    uint64_t sum;
    uint64_t length;
} GuestHash;

/** A mixed word: every bit of it depends on every bit of `word`. */
static inline uint64_t
guest_mix(uint64_t word)
{
    word ^= word >> 32;
    word *= 0x9e3779b97f4a7c15;
    word ^= word >> 29;
    word *= 0xd6e8feb86659fd93;
    return word ^ word >> 32;
}

/** The stamp of a pattern's name; GUEST_STAMP_ZERO for "zero" and "0" alone. */
static inline uint64_t
guest_stamp_of(const char *name)
{
    if (strcmp(name, "zero") == 0 || strcmp(name, "0") == 0)
        return GUEST_STAMP_ZERO;
    uint64_t stamp = 1;
    for (; *name != '\0'; name++)
        stamp = guest_mix(stamp + (unsigned char)*name);
    return stamp == GUEST_STAMP_ZERO ? 1 : stamp;
}

/** The 8 bytes of a stamp at `offset`, a multiple of 8. */
static inline uint64_t
guest_pattern_word(uint64_t stamp, uint64_t offset)
{
    return stamp == GUEST_STAMP_ZERO ? 0 : guest_mix(stamp + offset);
}

/** Fill `length` bytes that lie at `offset`, any number, with a stamp. */
static inline void
guest_pattern_fill(void *bytes, uint64_t offset, uint64_t length, uint64_t stamp)
{
    unsigned char *to = bytes;
    while (length > 0) {
        uint64_t word = guest_pattern_word(stamp, offset & ~(uint64_t)7);
        uint64_t skip = offset & 7;
        uint64_t part = length < 8 - skip ? length : 8 - skip;
        if (part == 8)
            memcpy(to, &word, 8);
        else
            memcpy(to, (const unsigned char *)&word + skip, part);
        to += part;
        offset += part;
        length -= part;
    }
}

/** Add bytes; `length` is a multiple of 8 in all calls but the last. */
static inline void
guest_hash_add(GuestHash *hash, const void *bytes, uint64_t length)
{
    const unsigned char *from = bytes;
    hash->length += length;
    while (length > 0) {
        uint64_t word = 0;
        uint64_t part = length < 8 ? length : 8;
        if (part == 8)
            memcpy(&word, from, 8);
        else
            memcpy(&word, from, part);
        hash->sum = (hash->sum ^ word) * 0x9e3779b97f4a7c15;
        hash->sum ^= hash->sum >> 32;
        from += part;
        length -= part;
    }
}

/** The hash of all that was added to one that began as {0}. */
static inline uint64_t
guest_hash_end(const GuestHash *hash)
{
    return guest_mix(hash->sum + hash->length);
}
