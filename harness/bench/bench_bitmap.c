/* SPDX-License-Identifier: LGPL-2.1-or-later
 *
 * bench_bitmap: merge two dirty bitmaps of a 16 TiB disk in granules of 64 KiB,
 * 1 % of them set, as the simulator does it, as two flat maps, and (where it is
 * installed) with CRoaring.  Prints the median of several runs, and ends with 1
 * when the results differ.
 */
#include "sim/block/bitmap_bits.h"
#include <stdio.h>
#include <string.h>
#ifdef BENCH_ROARING
#include <roaring/roaring.h>
#endif

#define GRANULES (G_GUINT64_CONSTANT(1) << 28)
#define WORDS (GRANULES / 64)
#define ROUNDS 15

/* One bitmap in each form. */
typedef struct {
    SimBits *bits;
    guint64 *flat;
#ifdef BENCH_ROARING
    roaring_bitmap_t *roaring;
#endif
} Map;

typedef guint64 (*Merge)(const Map *a, const Map *b); /* → how many are set, outside the time */

static gint64 started, taken;

static guint64
draw(guint64 *seed)
{
    guint64 x = *seed += G_GUINT64_CONSTANT(0x9e3779b97f4a7c15);
    x = (x ^ (x >> 30)) * G_GUINT64_CONSTANT(0xbf58476d1ce4e5b9);
    x = (x ^ (x >> 27)) * G_GUINT64_CONSTANT(0x94d049bb133111eb);
    return x ^ (x >> 31);
}

static void
add(Map *map, guint64 first, guint64 count)
{
    sim_bits_set(&map->bits, first, count);
    for (guint64 i = first; i < first + count && i < GRANULES; i++)
        map->flat[i / 64] |= G_GUINT64_CONSTANT(1) << (i % 64);
#ifdef BENCH_ROARING
    roaring_bitmap_add_range(map->roaring, first, MIN(first + count, GRANULES));
#endif
}

static void
fill(Map *map, guint64 seed, guint64 run)
{
    map->bits = sim_bits_new(GRANULES);
    map->flat = g_new0(guint64, WORDS);
#ifdef BENCH_ROARING
    map->roaring = roaring_bitmap_create();
#endif
    for (guint64 i = 0; i < GRANULES / 100 / run; i++)
        add(map, draw(&seed) % GRANULES, run);
#ifdef BENCH_ROARING
    roaring_bitmap_run_optimize(map->roaring);
#endif
}

static void
empty(Map *map)
{
    sim_bits_unref(map->bits);
    g_free(map->flat);
#ifdef BENCH_ROARING
    roaring_bitmap_free(map->roaring);
#endif
}

static void
stop(void)
{
    taken = g_get_monotonic_time() - started;
}

/* A copy of `a` that shares nothing with it: what is shared is copied when it is changed. */
static SimBits *
copy_of(const Map *a)
{
    SimBits *copy = sim_bits_ref(a->bits);
    gboolean was = sim_bits_get(copy, 0);
    if (was)
        sim_bits_reset(&copy, 0, 1);
    else
        sim_bits_set(&copy, 0, 1);
    if (was)
        sim_bits_set(&copy, 0, 1);
    else
        sim_bits_reset(&copy, 0, 1);
    return copy;
}

static guint64
merge_bits(const Map *a, const Map *b)
{
    g_autoptr(SimBits) sum = copy_of(a);
    started = g_get_monotonic_time();
    sim_bits_unite(&sum, b->bits);
    stop();
    return sim_bits_count(sum);
}

/* In place, in a map that is in memory already: the best that a flat one can do. */
static guint64
merge_flat(const Map *a, const Map *b)
{
    guint64 *sum = g_memdup2(a->flat, WORDS * sizeof(guint64));
    started = g_get_monotonic_time();
    for (guint64 i = 0; i < WORDS; i++)
        sum[i] |= b->flat[i];
    stop();
    guint64 count = 0;
    for (guint64 i = 0; i < WORDS; i++)
        count += (guint64)__builtin_popcountll(sum[i]);
    g_free(sum);
    return count;
}

#ifdef BENCH_ROARING
static guint64
merge_roaring(const Map *a, const Map *b)
{
    started = g_get_monotonic_time();
    roaring_bitmap_t *sum = roaring_bitmap_or(a->roaring, b->roaring);
    stop();
    guint64 count = roaring_bitmap_get_cardinality(sum);
    roaring_bitmap_free(sum);
    return count;
}

static guint64
merge_roaring_in_place(const Map *a, const Map *b)
{
    roaring_bitmap_t *sum = roaring_bitmap_copy(a->roaring);
    started = g_get_monotonic_time();
    roaring_bitmap_or_inplace(sum, b->roaring);
    stop();
    guint64 count = roaring_bitmap_get_cardinality(sum);
    roaring_bitmap_free(sum);
    return count;
}
#endif

static const struct {
    const char *name;
    Merge merge;
} forms[] = {
    {"flat", merge_flat},
    {"sim_bits", merge_bits},
#ifdef BENCH_ROARING
    {"CRoaring, anew", merge_roaring},
    {"CRoaring", merge_roaring_in_place},
#endif
};

static gint
by_value(gconstpointer a, gconstpointer b)
{
    gint64 left = *(const gint64 *)a, right = *(const gint64 *)b;
    return (left > right) - (left < right);
}

/* FALSE when the forms disagree. */
static gboolean
measure(const char *name, guint64 run)
{
    Map a = {0}, b = {0};
    fill(&a, 1, run);
    fill(&b, 2, run);
    guint64 counts[G_N_ELEMENTS(forms)];
    gboolean same = TRUE;
    for (guint i = 0; i < G_N_ELEMENTS(forms); i++) {
        gint64 times[ROUNDS];
        for (guint j = 0; j < ROUNDS; j++) {
            counts[i] = forms[i].merge(&a, &b);
            times[j] = taken;
        }
        qsort(times, ROUNDS, sizeof(times[0]), by_value);
        printf("%-14s %-14s %8.3f ms  %" G_GUINT64_FORMAT " set\n", name, forms[i].name,
               (double)times[ROUNDS / 2] / 1000, counts[i]);
        same = same && counts[i] == counts[0];
    }
    empty(&a);
    empty(&b);
    return same;
}

int
main(void)
{
    gboolean runs = measure("runs of 4 MiB", 64);
    gboolean random = measure("at random", 1);
    if (!runs || !random)
        puts("the results differ");
    return runs && random ? 0 : 1;
}
