/* SPDX-License-Identifier: LGPL-2.1-or-later
 *
 * What the test guest writes, and how it sums up what it reads; the same code
 * in the guest and on the host.
 *
 * A pattern is a stamp and depends on the sector, so that content that moved is
 * seen: one word of 8 bytes, little-endian, fills a sector of 512.  Where KVM has
 * to interpret the guest, an instruction takes a microsecond; so the guest does a
 * sector with one string instruction where it can.
 */
#pragma once

#include <stdbool.h>
#include <stdint.h>
#include <string.h>

/** Bytes of a sector. */
#define GUEST_SECTOR 512

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

/** The word that a stamp fills a sector with. */
static inline uint64_t
guest_pattern_word(uint64_t stamp, uint64_t sector)
{
    return stamp == GUEST_STAMP_ZERO ? 0 : guest_mix(stamp + sector);
}

/** Fill `count` words. */
static inline void
guest_words_fill(void *to, uint64_t word, uint64_t count)
{
#ifdef GUEST_BARE_METAL
    __asm__ volatile("rep stosq" : "+D"(to), "+c"(count) : "a"(word) : "memory");
#else
    for (unsigned char *at = to; count > 0; count--, at += sizeof(word))
        memcpy(at, &word, sizeof(word));
#endif
}

/** Whether `count` words, one at least, are all the same. */
static inline bool
guest_words_same(const void *words, uint64_t count)
{
    const unsigned char *first = words;
    if (--count == 0)
        return true;
#ifdef GUEST_BARE_METAL
    const unsigned char *second = first + 8;
    bool same;
    __asm__ volatile("repe cmpsq"
                     : "=@cce"(same), "+S"(first), "+D"(second), "+c"(count)
                     :
                     : "memory");
    return same;
#else
    return memcmp(first, first + 8, count * 8) == 0;
#endif
}

/** Fill `length` bytes that lie at `offset` of a disk, both any numbers, with a stamp. */
static inline void
guest_pattern_fill(void *bytes, uint64_t offset, uint64_t length, uint64_t stamp)
{
    unsigned char *to = bytes;
    while (length > 0) {
        uint64_t word = guest_pattern_word(stamp, offset / GUEST_SECTOR);
        uint64_t skip = offset % GUEST_SECTOR;
        uint64_t part = length < GUEST_SECTOR - skip ? length : GUEST_SECTOR - skip;
        if (skip % 8 == 0 && part % 8 == 0)
            guest_words_fill(to, word, part / 8);
        for (uint64_t i = 0; (skip % 8 != 0 || part % 8 != 0) && i < part; i++)
            to[i] = (unsigned char)(word >> 8 * ((skip + i) % 8));
        to += part;
        offset += part;
        length -= part;
    }
}

/** Add a word to a hash. */
static inline void
guest_hash_word(GuestHash *hash, uint64_t word)
{
    hash->sum = (hash->sum ^ word) * 0x9e3779b97f4a7c15;
    hash->sum ^= hash->sum >> 32;
}

/** Add a sector's worth or less, word by word. */
static inline void
guest_hash_mixed(GuestHash *hash, const unsigned char *from, uint64_t length)
{
    for (uint64_t done = 0; done < length; done += 8) {
        uint64_t word = 0;
        for (uint64_t i = 0; i < 8 && done + i < length; i++)
            word |= (uint64_t)from[done + i] << 8 * i;
        guest_hash_word(hash, word);
    }
}

/** Add bytes; `length` is a multiple of GUEST_SECTOR in all calls but the last. */
static inline void
guest_hash_add(GuestHash *hash, const void *bytes, uint64_t length)
{
    const unsigned char *from = bytes;
    hash->length += length;
    while (length > 0) {
        uint64_t part = length < GUEST_SECTOR ? length : GUEST_SECTOR;
        bool same = part == GUEST_SECTOR && guest_words_same(from, GUEST_SECTOR / 8);
        guest_hash_word(hash, same);
        guest_hash_mixed(hash, from, same ? 8 : part);
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
