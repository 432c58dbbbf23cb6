/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <cmocka.h>
#include <string.h>
#include "sim/vm/ram.h"

static GBytes *
sample(void)
{
    SimRam ram = {42, NULL};
    sim_ram_set(&ram, "key", "value");
    sim_ram_set(&ram, "other", "");
    GBytes *stream = sim_ram_save(&ram, "running");
    sim_ram_clear(&ram);
    return stream;
}

static void
test_a_stream_brings_everything_back(void **state)
{
    (void)state;
    g_autoptr(GBytes) stream = sample();
    SimRam ram = {0, NULL};
    g_autofree char *run_state = NULL;
    assert_true(sim_ram_load(&ram, stream, &run_state));
    assert_string_equal(run_state, "running");
    assert_int_equal(ram.counter, 42);
    assert_string_equal(sim_ram_get(&ram, "key"), "value");
    assert_null(sim_ram_get(&ram, "none"));
    sim_ram_clear(&ram);
}

static void
test_every_damaged_byte_and_every_cut_is_found(void **state)
{
    (void)state;
    g_autoptr(GBytes) stream = sample();
    gsize length = 0;
    const guint8 *data = g_bytes_get_data(stream, &length);
    for (gsize i = 0; i < length; i++) {
        SimRam ram = {7, NULL};
        g_autofree guint8 *copy = g_malloc(length);
        memcpy(copy, data, length);
        copy[i] ^= 0x41;
        g_autoptr(GBytes) damaged = g_bytes_new(copy, length);
        g_autoptr(GBytes) cut = g_bytes_new(data, i);
        assert_false(sim_ram_load(&ram, damaged, NULL));
        assert_false(sim_ram_load(&ram, cut, NULL));
        assert_int_equal(ram.counter, 7);
    }
}

static void
test_a_stream_is_found_behind_a_header(void **state)
{
    (void)state;
    g_autoptr(GBytes) stream = sample();
    gsize length = 0;
    const guint8 *data = g_bytes_get_data(stream, &length);
    g_autoptr(GByteArray) file = g_byte_array_new();
    g_byte_array_append(file, (const guint8 *)"<header/>", 9);
    g_byte_array_append(file, data, (guint)length);
    g_autoptr(GBytes) bytes = g_bytes_new(file->data, file->len);
    g_autofree char *found = sim_ram_find_digest(bytes);
    g_autofree char *direct = sim_ram_find_digest(stream);
    assert_non_null(found);
    assert_string_equal(found, direct);
    g_autoptr(GBytes) none = g_bytes_new("text", 4);
    assert_null(sim_ram_find_digest(none));
}

static void
test_the_digest_knows_memory_not_run_state(void **state)
{
    (void)state;
    SimRam ram = {1, NULL};
    g_autoptr(GBytes) paused = sim_ram_save(&ram, "paused");
    g_autoptr(GBytes) running = sim_ram_save(&ram, "running");
    g_autofree char *a = sim_ram_find_digest(paused);
    g_autofree char *b = sim_ram_find_digest(running);
    g_autofree char *c = sim_ram_digest(&ram);
    assert_string_equal(a, b);
    assert_string_equal(a, c);
    ram.counter = 2;
    g_autofree char *d = sim_ram_digest(&ram);
    assert_string_not_equal(a, d);
}

int
main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_a_stream_brings_everything_back),
        cmocka_unit_test(test_every_damaged_byte_and_every_cut_is_found),
        cmocka_unit_test(test_a_stream_is_found_behind_a_header),
        cmocka_unit_test(test_the_digest_knows_memory_not_run_state),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
