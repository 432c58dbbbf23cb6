/* SPDX-License-Identifier: LGPL-2.1-or-later
 *
 * Which sets of flags are tried.
 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <cmocka.h>
#include "harness/explore/flag_subsets.h"

static gboolean
has(const GArray *sets, guint32 flags)
{
    guint found = 0;

    for (guint i = 0; i < sets->len; i++)
        found += g_array_index(sets, guint32, i) == flags;
    assert_true(found <= 1);
    return found == 1;
}

static void
test_ten_flags_give_every_subset(void **state)
{
    FlagSubsetsKind kind;
    g_autoptr(GArray) sets = flag_subsets(VM_CALL_SNAPSHOT_CREATE_XML, VM_PROFILE_LIBVIRT, &kind);

    (void)state;
    assert_int_equal(kind, FLAG_SUBSETS_ALL);
    assert_int_equal(sets->len, 1024);
    assert_true(has(sets, 0));
    assert_true(has(sets, 0x3ff));
    assert_true(has(sets, VIR_DOMAIN_SNAPSHOT_CREATE_HALT | VIR_DOMAIN_SNAPSHOT_CREATE_LIVE));
}

static void
test_smaller_sets_come_first(void **state)
{
    g_autoptr(GArray) sets = flag_subsets(VM_CALL_DOMAIN_UNDEFINE_FLAGS, VM_PROFILE_RFC, NULL);

    (void)state;
    assert_int_equal(sets->len, 128);
    for (guint i = 1; i < sets->len; i++)
        assert_true(__builtin_popcount(g_array_index(sets, guint32, i - 1)) <=
                    __builtin_popcount(g_array_index(sets, guint32, i)));
}

static void
test_a_call_without_flags_gives_the_empty_set(void **state)
{
    g_autoptr(GArray) sets = flag_subsets(VM_CALL_DOMAIN_SUSPEND, VM_PROFILE_RFC, NULL);

    (void)state;
    assert_int_equal(sets->len, 1);
    assert_true(has(sets, 0));
}

/* 16 flags: 2^10 subsets of those that matter; of all, those of up to three that are not among
 * them. */
static void
test_more_flags_give_what_matters_and_triples(void **state)
{
    FlagSubsetsKind kind;
    g_autoptr(GArray) sets = flag_subsets(VM_CALL_DOMAIN_LIST, VM_PROFILE_RFC, &kind);
    guint triples = 1 + 16 + 120 + 560, shared = 1 + 10 + 45 + 120;

    (void)state;
    assert_int_equal(kind, FLAG_SUBSETS_PARTLY);
    assert_int_equal(sets->len, 1024 + triples - shared);
    assert_true(has(sets, VIR_CONNECT_LIST_DOMAINS_RUNNING | VIR_CONNECT_LIST_DOMAINS_PAUSED |
                              VIR_CONNECT_LIST_DOMAINS_AUTOSTART));
    assert_false(has(sets, 0xffff));
}

static void
test_smaller_sets_lack_one_flag(void **state)
{
    g_autoptr(GArray) sets = flag_subsets_smaller(0x16);

    (void)state;
    assert_int_equal(sets->len, 3);
    assert_true(has(sets, 0x14) && has(sets, 0x12) && has(sets, 0x06));
}

int
main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_ten_flags_give_every_subset),
        cmocka_unit_test(test_smaller_sets_come_first),
        cmocka_unit_test(test_a_call_without_flags_gives_the_empty_set),
        cmocka_unit_test(test_more_flags_give_what_matters_and_triples),
        cmocka_unit_test(test_smaller_sets_lack_one_flag),
    };

    return cmocka_run_group_tests_name("flag_subsets", tests, NULL, NULL);
}
