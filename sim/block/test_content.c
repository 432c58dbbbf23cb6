/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <cmocka.h>
#include "sim/block/content.h"
#include "sim/world/clock.h"
#include <string.h>

#define SIZE 256
#define NOTHING 0xff

/* What the extents say of each byte. */
static void
expand(const SimContent *content, guint8 bytes[SIZE])
{
    guint count = 0;
    const SimExtent *extents = sim_content_extents(content, &count);
    memset(bytes, NOTHING, SIZE);
    for (guint i = 0; i < count; i++) {
        assert_true(extents[i].length > 0);
        if (i > 0) {
            guint64 end = extents[i - 1].offset + extents[i - 1].length;
            assert_true(end <= extents[i].offset);
            assert_false(end == extents[i].offset && extents[i - 1].stamp == extents[i].stamp);
        }
        memset(bytes + extents[i].offset, (int)extents[i].stamp, extents[i].length);
    }
}

static void
random_step(SimRandom *random, SimContent **content, guint8 model[SIZE])
{
    guint offset = (guint)(sim_random_next(random) % SIZE);
    guint length = (guint)(sim_random_next(random) % (SIZE - offset + 1));
    guint8 stamp = (guint8)(sim_random_next(random) % 4);
    if (sim_random_next(random) % 4 == 0) {
        sim_content_discard(content, offset, length);
        memset(model + offset, NOTHING, length);
    } else {
        sim_content_write(content, offset, length, stamp);
        memset(model + offset, stamp, length);
    }
}

static void
test_random_writes_match_a_byte_array(void **state)
{
    (void)state;
    SimRandom random = {1};
    for (guint round = 0; round < 50; round++) {
        guint8 model[SIZE], seen[SIZE];
        g_autoptr(SimContent) content = sim_content_new();
        memset(model, NOTHING, SIZE);
        for (guint i = 0; i < 60; i++) {
            random_step(&random, &content, model);
            expand(content, seen);
            assert_memory_equal(seen, model, SIZE);
        }
    }
}

static void
test_random_flatten_matches_a_byte_array(void **state)
{
    (void)state;
    SimRandom random = {2};
    for (guint round = 0; round < 200; round++) {
        guint8 low[SIZE], high[SIZE], seen[SIZE];
        g_autoptr(SimContent) base = sim_content_new();
        g_autoptr(SimContent) top = sim_content_new();
        memset(low, NOTHING, SIZE);
        memset(high, NOTHING, SIZE);
        for (guint i = 0; i < 6; i++) {
            random_step(&random, &base, low);
            random_step(&random, &top, high);
        }
        guint size = (guint)(sim_random_next(&random) % SIZE);
        g_autoptr(SimContent) flat = sim_content_flatten(base, top, size);
        expand(flat, seen);
        for (guint i = 0; i < SIZE; i++) {
            guint8 want = high[i] != NOTHING ? high[i] : low[i];
            assert_int_equal(seen[i], i >= size || want == 0 ? NOTHING : want);
        }
    }
}

static void
test_digest_depends_on_content_not_on_history(void **state)
{
    (void)state;
    g_autoptr(SimContent) a = sim_content_new();
    g_autoptr(SimContent) b = sim_content_new();
    sim_content_write(&a, 0, 100, 7);
    sim_content_write(&b, 50, 50, 7);
    sim_content_write(&b, 20, 60, 9);
    sim_content_write(&b, 0, 80, 7);
    g_autofree char *first = sim_content_digest(a, SIZE);
    g_autofree char *second = sim_content_digest(b, SIZE);
    assert_string_equal(first, second);
    sim_content_write(&b, 99, 1, 8);
    g_autofree char *third = sim_content_digest(b, SIZE);
    assert_string_not_equal(first, third);
}

static void
test_shared_content_is_copied_when_written(void **state)
{
    (void)state;
    g_autoptr(SimContent) a = sim_content_new();
    sim_content_write(&a, 0, 10, 1);
    g_autoptr(SimContent) b = sim_content_ref(a);
    sim_content_write(&b, 0, 10, 2);
    guint count = 0;
    assert_int_equal(sim_content_extents(a, &count)->stamp, 1);
    assert_int_equal(sim_content_extents(b, &count)->stamp, 2);
}

static void
test_a_disk_of_16_tib_costs_nothing(void **state)
{
    (void)state;
    guint64 end = G_GUINT64_CONSTANT(16) << 40;
    guint count = 0;
    g_autoptr(SimContent) content = sim_content_new();
    sim_content_write(&content, 0, end, 1);
    sim_content_write(&content, end - 512, 512, 2);
    sim_content_extents(content, &count);
    assert_int_equal(count, 2);
    assert_true(sim_content_allocated(content) == end);
}

int
main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_random_writes_match_a_byte_array),
        cmocka_unit_test(test_random_flatten_matches_a_byte_array),
        cmocka_unit_test(test_digest_depends_on_content_not_on_history),
        cmocka_unit_test(test_shared_content_is_copied_when_written),
        cmocka_unit_test(test_a_disk_of_16_tib_costs_nothing),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
