/* SPDX-License-Identifier: LGPL-2.1-or-later
 *
 * Sets of granules, against a flat map where that is quick.
 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <cmocka.h>
#include "sim/block/bitmap_bits.h"
#include "sim/block/digest.h"

#define PAGE (G_GUINT64_CONSTANT(1) << 20)

/* The runs of a set as "first+count …"; the caller frees it. */
static char *
text_of(const SimBits *bits)
{
    GString *text = g_string_new(NULL);
    guint64 first = 0, count = 0;
    for (guint64 at = 0; sim_bits_next_run(bits, at, &first, &count); at = first + count)
        g_string_append_printf(text, "%s%" G_GUINT64_FORMAT "+%" G_GUINT64_FORMAT,
                               text->len == 0 ? "" : " ", first, count);
    return g_string_free(text, FALSE);
}

static void
expect(const SimBits *bits, const char *expected)
{
    g_autofree char *text = text_of(bits);
    assert_string_equal(text, expected);
}

static void
test_runs_join_and_part(void **state)
{
    (void)state;
    g_autoptr(SimBits) bits = sim_bits_new(100);
    sim_bits_set(&bits, 10, 5);
    sim_bits_set(&bits, 20, 5);
    expect(bits, "10+5 20+5");
    sim_bits_set(&bits, 15, 5);
    expect(bits, "10+15");
    sim_bits_reset(&bits, 12, 2);
    expect(bits, "10+2 14+11");
    sim_bits_set(&bits, 0, 100);
    expect(bits, "0+100");
    sim_bits_reset(&bits, 0, 100);
    expect(bits, "");
}

static void
test_a_range_is_cut_at_the_length(void **state)
{
    (void)state;
    g_autoptr(SimBits) bits = sim_bits_new(PAGE + 10);
    sim_bits_set(&bits, PAGE - 1, G_MAXUINT64);
    expect(bits, "1048575+11");
    sim_bits_set(&bits, PAGE + 10, 1);
    assert_int_equal(sim_bits_count(bits), 11);
    assert_false(sim_bits_get(bits, PAGE + 10));
    assert_true(sim_bits_get(bits, PAGE + 9));
}

static void
test_a_run_goes_over_full_and_empty_pages(void **state)
{
    (void)state;
    g_autoptr(SimBits) bits = sim_bits_new(10 * PAGE);
    sim_bits_set(&bits, PAGE + 5, 6 * PAGE);
    expect(bits, "1048581+6291456");
    assert_int_equal(sim_bits_count(bits), 6 * PAGE);
    sim_bits_reset(&bits, 3 * PAGE, 1);
    expect(bits, "1048581+2097147 3145729+4194308");
}

/* Random sets and resets leave what they leave in a flat map; so many that lists become words. */
static void
test_a_page_of_many_runs_is_right(void **state)
{
    (void)state;
    enum { N = 300000 };
    g_autoptr(SimBits) bits = sim_bits_new(N);
    g_autofree guint8 *flat = g_malloc0(N);
    guint64 seed = 1, count = 0;
    for (guint i = 0; i < 20000; i++) {
        seed = sim_mix(seed + i);
        guint64 first = seed % N, length = 1 + (seed >> 32) % 40;
        gboolean value = (seed >> 60) != 0;
        length = MIN(length, N - first);
        memset(flat + first, value, length);
        if (value)
            sim_bits_set(&bits, first, length);
        else
            sim_bits_reset(&bits, first, length);
    }
    for (guint i = 0; i < N; i++) {
        count += flat[i];
        if (sim_bits_get(bits, i) != (gboolean)flat[i])
            fail_msg("number %u is wrong", i);
    }
    assert_int_equal(sim_bits_count(bits), count);
}

static void
scatter(SimBits **bits, guint64 seed, guint number, guint64 length)
{
    for (guint i = 0; i < number; i++) {
        seed = sim_mix(seed + i + 1);
        sim_bits_set(bits, seed % sim_bits_length(*bits), length);
    }
}

/* Lists with lists, lists with words, words with words, full and missing pages. */
static void
test_a_union_has_what_either_has(void **state)
{
    (void)state;
    const guint numbers[] = {0, 1, 50, 9000};
    for (guint i = 0; i < G_N_ELEMENTS(numbers) * G_N_ELEMENTS(numbers); i++) {
        g_autoptr(SimBits) a = sim_bits_new(3 * PAGE - 7);
        g_autoptr(SimBits) b = sim_bits_new(3 * PAGE - 7);
        scatter(&a, 1, numbers[i / G_N_ELEMENTS(numbers)], 3);
        scatter(&b, 2, numbers[i % G_N_ELEMENTS(numbers)], 3);
        sim_bits_set(&a, PAGE, i % 2 == 0 ? PAGE : 0);
        g_autoptr(SimBits) sum = sim_bits_ref(a);
        sim_bits_unite(&sum, b);
        guint64 first = 0, count = 0;
        for (guint64 at = 0; sim_bits_next_run(b, at, &first, &count); at = first + count)
            sim_bits_set(&a, first, count);
        g_autofree char *got = text_of(sum);
        expect(a, got);
    }
}

static void
test_what_is_shared_is_copied(void **state)
{
    (void)state;
    g_autoptr(SimBits) bits = sim_bits_new(3 * PAGE);
    sim_bits_set(&bits, 0, 10);
    g_autoptr(SimBits) other = sim_bits_ref(bits);
    sim_bits_set(&bits, 2 * PAGE, PAGE);
    expect(other, "0+10");
    expect(bits, "0+10 2097152+1048576");
}

static void
test_a_new_length_drops_and_adds_nothing_set(void **state)
{
    (void)state;
    g_autoptr(SimBits) bits = sim_bits_new(PAGE + 100);
    sim_bits_set(&bits, PAGE - 1, 60);
    sim_bits_resize(&bits, PAGE + 10);
    expect(bits, "1048575+11");
    sim_bits_resize(&bits, 5 * PAGE);
    expect(bits, "1048575+11");
    sim_bits_set(&bits, 0, 5 * PAGE);
    sim_bits_resize(&bits, 70);
    expect(bits, "0+70");
    sim_bits_resize(&bits, 0);
    assert_int_equal(sim_bits_count(bits), 0);
}

static void
test_a_granule_of_another_size_is_set_when_any_byte_was(void **state)
{
    (void)state;
    g_autoptr(SimBits) fine = sim_bits_new(256); /* 1 MiB in 4 KiB */
    sim_bits_set(&fine, 0, 1);
    sim_bits_set(&fine, 128, 1);
    g_autoptr(SimBits) coarse = sim_bits_rescale(fine, 1 << 20, 4096, 262144);
    expect(coarse, "0+1 2+1");
    g_autoptr(SimBits) back = sim_bits_rescale(coarse, 1 << 20, 262144, 4096);
    expect(back, "0+64 128+64");
    /* The last granule is a part of one. */
    g_autoptr(SimBits) odd = sim_bits_new(1);
    sim_bits_set(&odd, 0, 1);
    g_autoptr(SimBits) parts = sim_bits_rescale(odd, 1000, 65536, 512);
    expect(parts, "0+2");
}

static void
test_digests_are_those_of_words(void **state)
{
    (void)state;
    static const struct {
        guint64 length, first, count;
        const char *digest;
    } rows[] = {
        {16, 0, 0, "af5570f5a1810b7af78caf4bc70a660f0df51e42baf91d4de5b2328de0e83dfc"},
        {0, 0, 0, "af5570f5a1810b7af78caf4bc70a660f0df51e42baf91d4de5b2328de0e83dfc"},
        {16, 0, 1, "7c9fa136d4413fa6173637e883b6998d32e1d675f88cddff9dcbcf331820f4b8"},
        {16, 0, 2, "35be322d094f9d154a8aba4733b8497f180353bd7ae7b0a15f90b586b549f28b"},
    };
    for (guint i = 0; i < G_N_ELEMENTS(rows); i++) {
        g_autoptr(SimBits) bits = sim_bits_new(rows[i].length);
        sim_bits_set(&bits, rows[i].first, rows[i].count);
        g_autofree char *digest = sim_bits_sha256(bits);
        assert_string_equal(digest, rows[i].digest);
    }
}

/* The same set as a list and as words has one digest. */
static void
test_digests_do_not_tell_how_a_set_is_kept(void **state)
{
    (void)state;
    g_autoptr(SimBits) list = sim_bits_new(2 * PAGE + 100);
    g_autoptr(SimBits) words = sim_bits_new(2 * PAGE + 100);
    sim_bits_set(&list, PAGE - 3, 4000);
    for (guint i = 0; i < 8000; i += 2)
        sim_bits_set(&words, PAGE + i, 1);
    sim_bits_reset(&words, 0, 3 * PAGE - 1000000);
    sim_bits_set(&words, PAGE - 3, 4000);
    sim_bits_reset(&words, PAGE + 3997, PAGE);
    g_autofree char *a = sim_bits_sha256(list);
    g_autofree char *b = sim_bits_sha256(words);
    assert_string_equal(a, b);
}

int
main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_runs_join_and_part),
        cmocka_unit_test(test_a_range_is_cut_at_the_length),
        cmocka_unit_test(test_a_run_goes_over_full_and_empty_pages),
        cmocka_unit_test(test_a_page_of_many_runs_is_right),
        cmocka_unit_test(test_a_union_has_what_either_has),
        cmocka_unit_test(test_what_is_shared_is_copied),
        cmocka_unit_test(test_a_new_length_drops_and_adds_nothing_set),
        cmocka_unit_test(test_a_granule_of_another_size_is_set_when_any_byte_was),
        cmocka_unit_test(test_digests_are_those_of_words),
        cmocka_unit_test(test_digests_do_not_tell_how_a_set_is_kept),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
