/* SPDX-License-Identifier: LGPL-2.1-or-later
 *
 * How list filters go together.
 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <cmocka.h>
#include <string.h>
#include "spec/rules/outcome/list_filter.h"
#include "spec/rules/rules.h"

/* A moment of which these words hold. */
static gboolean
holds(const char *word, gpointer opaque)
{
    const char *const *words = opaque;

    return strcmp(word, "any") == 0 || g_strv_contains(words, word);
}

static const char *const live_leaf[] = {"leaf", "other-state", "internal", NULL};

static gboolean
kept(guint32 flags)
{
    return list_filters_keep(VM_FLAGS_SNAPSHOT_LIST, flags, holds, (gpointer)live_leaf);
}

static void
test_without_a_filter_all_is_kept(void **state)
{
    (void)state;
    assert_true(kept(0));
    assert_true(kept(VIR_DOMAIN_SNAPSHOT_LIST_TOPOLOGICAL));
}

static void
test_filters_of_a_group_give_the_union(void **state)
{
    (void)state;
    assert_false(kept(VIR_DOMAIN_SNAPSHOT_LIST_INACTIVE));
    assert_true(kept(VIR_DOMAIN_SNAPSHOT_LIST_INACTIVE | VIR_DOMAIN_SNAPSHOT_LIST_ACTIVE));
    assert_true(kept(VIR_DOMAIN_SNAPSHOT_LIST_LEAVES | VIR_DOMAIN_SNAPSHOT_LIST_NO_LEAVES));
}

static void
test_groups_give_the_intersection(void **state)
{
    (void)state;
    assert_true(kept(VIR_DOMAIN_SNAPSHOT_LIST_LEAVES | VIR_DOMAIN_SNAPSHOT_LIST_INTERNAL));
    assert_false(kept(VIR_DOMAIN_SNAPSHOT_LIST_LEAVES | VIR_DOMAIN_SNAPSHOT_LIST_EXTERNAL));
    assert_false(kept(VIR_DOMAIN_SNAPSHOT_LIST_ROOTS | VIR_DOMAIN_SNAPSHOT_LIST_LEAVES));
}

static void
test_another_table_is_in_force_until_it_is_put_back(void **state)
{
    const ListFilter none[] = {{VM_FLAGS_SNAPSHOT_LIST, VIR_DOMAIN_SNAPSHOT_LIST_LEAVES, "leaves",
                                "parent", "SNAP-LIST-010"}};

    (void)state;
    list_filters_use(none, 1);
    assert_false(kept(VIR_DOMAIN_SNAPSHOT_LIST_LEAVES));
    list_filters_use(NULL, 0);
    assert_true(kept(VIR_DOMAIN_SNAPSHOT_LIST_LEAVES));
}

/* Every filter is a flag of its set, and its rule is in force. */
static void
test_the_table_is_sound(void **state)
{
    gsize count;
    const ListFilter *filters = list_filters(&count);

    (void)state;
    assert_true(count >= 35);
    for (gsize i = 0; i < count; i++) {
        const Rule *rule = rule_find(filters[i].rule);

        assert_non_null(rule);
        assert_int_equal(rule->status, RULE_ADOPTED);
        assert_int_equal(__builtin_popcount(filters[i].flag), 1);
    }
}

int
main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_without_a_filter_all_is_kept),
        cmocka_unit_test(test_filters_of_a_group_give_the_union),
        cmocka_unit_test(test_groups_give_the_intersection),
        cmocka_unit_test(test_another_table_is_in_force_until_it_is_put_back),
        cmocka_unit_test(test_the_table_is_sound),
    };

    return cmocka_run_group_tests_name("list_filter", tests, NULL, NULL);
}
