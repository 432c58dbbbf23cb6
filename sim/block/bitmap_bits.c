/* SPDX-License-Identifier: LGPL-2.1-or-later
 *
 * Three levels: pages of 2^20 bits (missing: nothing set), in them chunks of
 * 4096 bits, in them the words that are not zero, named by a mask.  Up to
 * PACKED_MAX words are packed; with more, all 64 are there, so that dense sets
 * are united a chunk at a time.  Chunks and pages with everything set are
 * static.  Words come from slabs of the set: a union fills them from one end
 * to the other and frees them at once.
 */
#include "sim/block/bitmap_bits.h"
#include <string.h>

#define CHUNK_WORDS 64
#define CHUNK_BITS 4096
#define PAGE_CHUNKS 256
#define PAGE_BITS (PAGE_CHUNKS * CHUNK_BITS)
#define PACKED_MAX 16
#define CLASSES 7 /* of 1, 2, 4 … 64 words */
#define SLAB_MIN 64
#define SLAB_MAX (128 * 1024) /* words */

typedef struct {
    guint64 mask;   /* which words are not zero */
    guint64 *words; /* packed, or all */
} Chunk;

typedef struct {
    Chunk chunks[PAGE_CHUNKS];
} Page;

typedef struct Slab Slab;
struct Slab {
    Slab *next;
    guint64 words[];
};

struct SimBits {
    guint refs;
    guint64 length;
    guint64 page_count;
    Page **pages;
    Slab *slabs; /* the newest first */
    guint32 slab_size;
    guint32 slab_used;
    guint64 *spare[CLASSES]; /* each word 0 of a spare block is the address of the next */
    guint64 count;
    gboolean counted;
};

static guint64 full_words[CHUNK_WORDS] = {[0 ... CHUNK_WORDS - 1] = G_MAXUINT64};
static Page full_page = {{[0 ... PAGE_CHUNKS - 1] = {G_MAXUINT64, full_words}}};

/* ---- memory ---- */

static guint
class_of(guint64 mask)
{
    guint words = (guint)__builtin_popcountll(mask);
    if (words > PACKED_MAX)
        return CLASSES - 1;
    return words <= 1 ? 0 : 32 - (guint)__builtin_clz(words - 1);
}

static guint64 *
words_new(SimBits *bits, guint class)
{
    guint64 *block = bits->spare[class];
    if (block != NULL) {
        bits->spare[class] = (guint64 *)(gsize)block[0];
        return block;
    }
    guint32 need = 1U << class;
    if (bits->slab_used + need > bits->slab_size) {
        bits->slab_size = CLAMP(bits->slab_size * 2, SLAB_MIN, SLAB_MAX);
        Slab *slab = g_malloc(sizeof(Slab) + bits->slab_size * sizeof(guint64));
        slab->next = bits->slabs;
        bits->slabs = slab;
        bits->slab_used = 0;
    }
    block = bits->slabs->words + bits->slab_used;
    bits->slab_used += need;
    return block;
}

static void
words_free(SimBits *bits, const Chunk *chunk)
{
    if (chunk->mask == 0 || chunk->words == full_words)
        return;
    guint class = class_of(chunk->mask);
    chunk->words[0] = (guint64)(gsize)bits->spare[class];
    bits->spare[class] = chunk->words;
}

static guint64
pages_of(guint64 length)
{
    return length / PAGE_BITS + (length % PAGE_BITS != 0);
}

SimBits *
sim_bits_new(guint64 length)
{
    SimBits *bits = g_new0(SimBits, 1);
    bits->refs = 1;
    bits->length = length;
    bits->page_count = pages_of(length);
    bits->pages = g_new0(Page *, bits->page_count);
    bits->counted = TRUE;
    return bits;
}

SimBits *
sim_bits_ref(SimBits *bits)
{
    bits->refs++;
    return bits;
}

static void
page_free(Page *page)
{
    if (page != &full_page)
        g_free(page);
}

void
sim_bits_unref(SimBits *bits)
{
    if (bits == NULL || --bits->refs > 0)
        return;
    for (guint64 i = 0; i < bits->page_count; i++)
        page_free(bits->pages[i]);
    while (bits->slabs != NULL) {
        Slab *slab = bits->slabs;
        bits->slabs = slab->next;
        g_free(slab);
    }
    g_free(bits->pages);
    g_free(bits);
}

/* ---- words of a chunk ---- */

static gboolean
is_dense(const Chunk *chunk)
{
    return class_of(chunk->mask) == CLASSES - 1;
}

static guint64
word_at(const Chunk *chunk, guint i)
{
    guint64 bit = G_GUINT64_CONSTANT(1) << i;
    if ((chunk->mask & bit) == 0)
        return 0;
    if (is_dense(chunk))
        return chunk->words[i];
    return chunk->words[__builtin_popcountll(chunk->mask & (bit - 1))];
}

static void
scatter(const Chunk *chunk, guint64 *all)
{
    if (is_dense(chunk)) {
        for (guint i = 0; i < CHUNK_WORDS; i++)
            all[i] |= chunk->words[i];
        return;
    }
    const guint64 *words = chunk->words;
    for (guint64 mask = chunk->mask; mask != 0; mask &= mask - 1)
        all[__builtin_ctzll(mask)] |= *words++;
}

/* Let a chunk hold these words. */
static void
store(SimBits *bits, Chunk *chunk, const guint64 *all)
{
    words_free(bits, chunk);
    guint64 mask = 0;
    guint full = 0;
    for (guint i = 0; i < CHUNK_WORDS; i++) {
        mask |= (guint64)(all[i] != 0) << i;
        full += all[i] == G_MAXUINT64;
    }
    chunk->mask = mask;
    chunk->words = full == CHUNK_WORDS ? full_words : NULL;
    if (mask == 0 || chunk->words != NULL)
        return;
    chunk->words = words_new(bits, class_of(mask));
    if (is_dense(chunk)) {
        memcpy(chunk->words, all, CHUNK_WORDS * sizeof(guint64));
        return;
    }
    guint64 *out = chunk->words;
    for (; mask != 0; mask &= mask - 1)
        *out++ = all[__builtin_ctzll(mask)];
}

/* ---- reading ---- */

guint64
sim_bits_length(const SimBits *bits)
{
    return bits->length;
}

static guint64
count_page(const Page *page)
{
    guint64 count = 0;
    for (guint i = 0; i < PAGE_CHUNKS; i++) {
        const Chunk *chunk = &page->chunks[i];
        guint words = is_dense(chunk) ? CHUNK_WORDS : (guint)__builtin_popcountll(chunk->mask);
        for (guint j = 0; j < words; j++)
            count += (guint64)__builtin_popcountll(chunk->words[j]);
    }
    return count;
}

guint64
sim_bits_count(SimBits *bits)
{
    if (bits->counted)
        return bits->count;
    bits->count = 0;
    for (guint64 i = 0; i < bits->page_count; i++) {
        const Page *page = bits->pages[i];
        if (page != NULL)
            bits->count += page == &full_page ? PAGE_BITS : count_page(page);
    }
    bits->counted = TRUE;
    return bits->count;
}

gboolean
sim_bits_get(const SimBits *bits, guint64 number)
{
    const Page *page = number < bits->length ? bits->pages[number / PAGE_BITS] : NULL;
    if (page == NULL)
        return FALSE;
    guint64 word = word_at(&page->chunks[number / CHUNK_BITS % PAGE_CHUNKS],
                           (guint)(number / 64 % CHUNK_WORDS));
    return (word >> (number % 64) & 1) != 0;
}

/* The first number in [from, end of its chunk) whose bit is not `skip`, or the end of the chunk. */
static guint64
scan_chunk(const Chunk *chunk, guint64 from, guint64 skip)
{
    guint64 start = from - from % CHUNK_BITS;
    for (guint i = (guint)(from / 64 % CHUNK_WORDS); i < CHUNK_WORDS; i++) {
        guint64 found = word_at(chunk, i) ^ skip;
        if (i == from / 64 % CHUNK_WORDS)
            found &= G_MAXUINT64 << (from % 64);
        if (found != 0)
            return start + i * 64 + (guint64)__builtin_ctzll(found);
    }
    return start + CHUNK_BITS;
}

/* The first number at or after `from` that is set (skip 0) or not set (skip all ones); the length
 * when there is none. */
static guint64
scan(const SimBits *bits, guint64 from, guint64 skip)
{
    while (from < bits->length) {
        const Page *page = bits->pages[from / PAGE_BITS];
        if (page == NULL || page == &full_page) {
            if ((page == NULL) != (skip == 0))
                return from;
            from += PAGE_BITS - from % PAGE_BITS;
            continue;
        }
        const Chunk *chunk = &page->chunks[from / CHUNK_BITS % PAGE_CHUNKS];
        guint64 end = from - from % CHUNK_BITS + CHUNK_BITS;
        if ((chunk->mask == 0 && skip == 0) || (chunk->words == full_words && skip != 0)) {
            from = end;
            continue;
        }
        from = scan_chunk(chunk, from, skip);
        if (from < end)
            break;
    }
    return MIN(from, bits->length);
}

gboolean
sim_bits_next_run(const SimBits *bits, guint64 from, guint64 *first, guint64 *count)
{
    *first = scan(bits, from, 0);
    if (*first >= bits->length)
        return FALSE;
    *count = scan(bits, *first, G_MAXUINT64) - *first;
    return TRUE;
}

/* ---- changing ---- */

static Chunk
copy_chunk(SimBits *bits, const Chunk *chunk)
{
    if (chunk->mask == 0 || chunk->words == full_words)
        return *chunk;
    guint class = class_of(chunk->mask);
    Chunk copy = {chunk->mask, words_new(bits, class)};
    gsize used = class == CLASSES - 1 ? CHUNK_WORDS : (gsize)__builtin_popcountll(chunk->mask);
    memcpy(copy.words, chunk->words, used * sizeof(guint64));
    return copy;
}

static Page *
copy_page(SimBits *bits, const Page *page)
{
    if (page == NULL || page == &full_page)
        return (Page *)page;
    Page *copy = g_new(Page, 1);
    for (guint i = 0; i < PAGE_CHUNKS; i++)
        copy->chunks[i] = copy_chunk(bits, &page->chunks[i]);
    return copy;
}

/* One that nobody shares, about to change. */
static SimBits *
own(SimBits **bits)
{
    SimBits *old = *bits;
    if (old->refs > 1) {
        SimBits *copy = sim_bits_new(old->length);
        for (guint64 i = 0; i < old->page_count; i++)
            copy->pages[i] = copy_page(copy, old->pages[i]);
        old->refs--;
        *bits = copy;
    }
    (*bits)->counted = FALSE;
    return *bits;
}

/* Bits [first, end) of one chunk. */
static void
change_chunk(SimBits *bits, Chunk *chunk, guint first, guint end, gboolean value)
{
    if (value ? chunk->words == full_words && chunk->mask != 0 : chunk->mask == 0)
        return;
    guint64 all[CHUNK_WORDS] = {0};
    if (first != 0 || end != CHUNK_BITS)
        scatter(chunk, all);
    else if (!value) {
        store(bits, chunk, all);
        return;
    }
    for (guint i = first / 64; i * 64 < end; i++) {
        guint64 part = G_MAXUINT64;
        if (first > i * 64)
            part &= G_MAXUINT64 << (first % 64);
        if (end < (i + 1) * 64)
            part &= G_MAXUINT64 >> (64 - end % 64);
        all[i] = value ? all[i] | part : all[i] & ~part;
    }
    store(bits, chunk, all);
}

/* Bits [first, end) of one page. */
static void
change_page(SimBits *bits, Page **slot, guint64 first, guint64 end, gboolean value)
{
    if (*slot == (value ? &full_page : NULL))
        return;
    if (first == 0 && end == PAGE_BITS) {
        for (guint i = 0; *slot != NULL && *slot != &full_page && i < PAGE_CHUNKS; i++)
            words_free(bits, &(*slot)->chunks[i]);
        page_free(*slot);
        *slot = value ? &full_page : NULL;
        return;
    }
    if (*slot == NULL)
        *slot = g_new0(Page, 1);
    else if (*slot == &full_page)
        *slot = g_memdup2(&full_page, sizeof(full_page));
    while (first < end) {
        guint64 stop = MIN(end, first - first % CHUNK_BITS + CHUNK_BITS);
        guint64 start = first - first % CHUNK_BITS;
        change_chunk(bits, &(*slot)->chunks[first / CHUNK_BITS], (guint)(first - start),
                     (guint)(stop - start), value);
        first = stop;
    }
}

static void
change(SimBits **shared, guint64 first, guint64 count, gboolean value)
{
    if (count == 0 || first >= (*shared)->length)
        return;
    SimBits *bits = own(shared);
    guint64 end = count > bits->length - first ? bits->length : first + count;
    while (first < end) {
        guint64 start = first - first % PAGE_BITS;
        guint64 stop = MIN(end, start + PAGE_BITS);
        change_page(bits, &bits->pages[first / PAGE_BITS], first - start, stop - start, value);
        first = stop;
    }
}

void
sim_bits_set(SimBits **bits, guint64 first, guint64 count)
{
    change(bits, first, count, TRUE);
}

void
sim_bits_reset(SimBits **bits, guint64 first, guint64 count)
{
    change(bits, first, count, FALSE);
}

void
sim_bits_resize(SimBits **shared, guint64 length)
{
    if ((*shared)->length > length)
        sim_bits_reset(shared, length, (*shared)->length - length);
    SimBits *bits = own(shared);
    guint64 pages = pages_of(length);
    for (guint64 i = pages; i < bits->page_count; i++)
        page_free(bits->pages[i]);
    bits->pages = g_renew(Page *, bits->pages, pages);
    for (guint64 i = bits->page_count; i < pages; i++)
        bits->pages[i] = NULL;
    bits->page_count = pages;
    bits->length = length;
}

/* ---- union ---- */

static Chunk
unite_packed(SimBits *bits, const Chunk *a, const Chunk *b)
{
    Chunk sum = {a->mask | b->mask, NULL};
    sum.words = words_new(bits, class_of(sum.mask));
    const guint64 *left = a->words, *right = b->words;
    guint64 *out = sum.words;
    for (guint64 mask = sum.mask; mask != 0; mask &= mask - 1) {
        guint64 bit = mask & -mask, word = 0;
        if ((a->mask & bit) != 0)
            word |= *left++;
        if ((b->mask & bit) != 0)
            word |= *right++;
        *out++ = word;
    }
    return sum;
}

static Chunk
unite_chunks(SimBits *bits, const Chunk *a, const Chunk *b)
{
    if (b->mask == 0 || a->words == full_words)
        return copy_chunk(bits, a);
    if (a->mask == 0 || b->words == full_words)
        return copy_chunk(bits, b);
    guint64 mask = a->mask | b->mask;
    if (class_of(mask) != CLASSES - 1)
        return unite_packed(bits, a, b);
    Chunk sum = {mask, words_new(bits, CLASSES - 1)};
    if (is_dense(a) && is_dense(b)) {
        for (guint i = 0; i < CHUNK_WORDS; i++)
            sum.words[i] = a->words[i] | b->words[i];
        return sum;
    }
    memset(sum.words, 0, CHUNK_WORDS * sizeof(guint64));
    scatter(a, sum.words);
    scatter(b, sum.words);
    return sum;
}

static Page *
unite_pages(SimBits *bits, const Page *a, const Page *b)
{
    if (a == NULL || b == &full_page)
        return copy_page(bits, b);
    if (b == NULL || a == &full_page)
        return copy_page(bits, a);
    Page *sum = g_new(Page, 1);
    for (guint i = 0; i < PAGE_CHUNKS; i++)
        sum->chunks[i] = unite_chunks(bits, &a->chunks[i], &b->chunks[i]);
    return sum;
}

SimBits *
sim_bits_union(const SimBits *a, const SimBits *b)
{
    g_assert(a->length == b->length);
    SimBits *sum = sim_bits_new(a->length);
    for (guint64 i = 0; i < sum->page_count; i++)
        sum->pages[i] = unite_pages(sum, a->pages[i], b->pages[i]);
    sum->counted = FALSE;
    return sum;
}

SimBits *
sim_bits_rescale(SimBits *bits, guint64 size, guint64 from, guint64 to)
{
    if (from == to)
        return sim_bits_ref(bits);
    SimBits *scaled = sim_bits_new(size / to + (size % to != 0));
    guint64 first = 0, count = 0;
    for (guint64 at = 0; sim_bits_next_run(bits, at, &first, &count); at = first + count) {
        guint64 start = first * from, end = MIN(size, (first + count) * from);
        sim_bits_set(&scaled, start / to, (end - 1) / to - start / to + 1);
    }
    return scaled;
}

/* ---- digest ---- */

#define ZEROES 4096 /* bytes */

static void
hash_zeroes(GChecksum *sum, guint64 bytes)
{
    static const guint8 zeroes[ZEROES];
    for (; bytes > 0; bytes -= MIN(bytes, ZEROES))
        g_checksum_update(sum, zeroes, (gssize)MIN(bytes, ZEROES));
}

/* As many words of a chunk as are still due. */
static void
hash_chunk(GChecksum *sum, const Chunk *chunk, guint64 words)
{
    guint64 all[CHUNK_WORDS] = {0};
    scatter(chunk, all);
    for (guint i = 0; i < CHUNK_WORDS; i++)
        all[i] = GUINT64_TO_LE(all[i]);
    g_checksum_update(sum, (const guchar *)all, (gssize)(MIN(words, CHUNK_WORDS) * 8));
}

char *
sim_bits_sha256(const SimBits *bits)
{
    GChecksum *sum = g_checksum_new(G_CHECKSUM_SHA256);
    guint64 words = MAX(1, bits->length / 64 + (bits->length % 64 != 0));
    for (guint64 i = 0; i < bits->page_count; i++) {
        const Page *page = bits->pages[i];
        for (guint j = 0; page != NULL && j < PAGE_CHUNKS && words > 0; j++) {
            hash_chunk(sum, &page->chunks[j], words);
            words -= MIN(words, CHUNK_WORDS);
        }
        if (page != NULL)
            continue;
        guint64 skipped = MIN(words, PAGE_BITS / 64);
        hash_zeroes(sum, skipped * 8);
        words -= skipped;
    }
    hash_zeroes(sum, words * 8);
    char *text = g_strdup(g_checksum_get_string(sum));
    g_checksum_free(sum);
    return text;
}
