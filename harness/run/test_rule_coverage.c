/* SPDX-License-Identifier: LGPL-2.1-or-later
 *
 * The catalogue against the suite: an adopted rule has a case, or says why it
 * has none; a case names no rule that does not exist or is not in force.
 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <cmocka.h>

#include "harness/scenario/scenario.h"
#include "spec/rules/rules.h"

/* rule id → one case that covers it. */
static GHashTable *covered;
static GPtrArray *cases;

static int
load_suite(void **state)
{
    const char *paths[] = {VM_SOURCE_DIR "/conformance", NULL};
    g_autoptr(GError) error = NULL;

    (void)state;
    cases = scn_load(paths, &error);
    if (!cases)
        fail_msg("%s", error->message);
    covered = g_hash_table_new(g_str_hash, g_str_equal);
    for (guint i = 0; i < cases->len; i++) {
        const ScnCaseInfo *info = scn_case_info(g_ptr_array_index(cases, i));

        for (guint j = 0; j < info->rules->len; j++)
            g_hash_table_insert(covered, g_ptr_array_index(info->rules, j), (gpointer)info->id);
    }
    return 0;
}

static int
drop_suite(void **state)
{
    (void)state;
    g_hash_table_unref(covered);
    g_ptr_array_unref(cases);
    return 0;
}

static void
test_every_rule_in_force_has_a_case_or_a_reason(void **state)
{
    g_autoptr(GString) bare = g_string_new(NULL);
    gsize count;
    const Rule *rules = rules_all(&count);

    (void)state;
    for (gsize i = 0; i < count; i++) {
        if (rules[i].status == RULE_ADOPTED && !*rules[i].reason &&
            !g_hash_table_contains(covered, rules[i].id))
            g_string_append_printf(bare, " %s", rules[i].id);
    }
    if (bare->len)
        fail_msg("neither case nor reason:%s", bare->str);
}

/* A reason why no case can show a rule is out of date once one does. */
static void
test_no_excused_rule_has_a_case(void **state)
{
    g_autoptr(GString) stale = g_string_new(NULL);
    gsize count;
    const Rule *rules = rules_all(&count);

    (void)state;
    for (gsize i = 0; i < count; i++) {
        if (rules[i].status == RULE_ADOPTED && *rules[i].reason &&
            g_hash_table_contains(covered, rules[i].id))
            g_string_append_printf(stale, " %s", rules[i].id);
    }
    if (stale->len)
        fail_msg("excused, yet covered:%s", stale->str);
}

static void
test_cases_name_rules_that_are_in_force(void **state)
{
    g_autoptr(GString) wrong = g_string_new(NULL);
    GHashTableIter iter;
    gpointer id, by;

    (void)state;
    g_hash_table_iter_init(&iter, covered);
    while (g_hash_table_iter_next(&iter, &id, &by)) {
        const Rule *rule = rule_find(id);

        if (!rule || rule->status != RULE_ADOPTED)
            g_string_append_printf(wrong, " %s (%s)", (char *)id, (char *)by);
    }
    if (wrong->len)
        fail_msg("named by a case, but not a rule in force:%s", wrong->str);
}

/* A rule of one profile is covered by a case that may run under it. */
static void
test_cases_cover_rules_of_their_profile(void **state)
{
    g_autoptr(GString) wrong = g_string_new(NULL);

    (void)state;
    for (guint i = 0; i < cases->len; i++) {
        const ScnCaseInfo *info = scn_case_info(g_ptr_array_index(cases, i));

        for (guint j = 0; j < info->rules->len; j++) {
            const Rule *rule = rule_find(g_ptr_array_index(info->rules, j));

            if (rule && !(rule->profile & info->profile))
                g_string_append_printf(wrong, " %s (%s)", rule->id, info->id);
        }
    }
    if (wrong->len)
        fail_msg("covered only where it does not hold:%s", wrong->str);
}

int
main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_every_rule_in_force_has_a_case_or_a_reason),
        cmocka_unit_test(test_no_excused_rule_has_a_case),
        cmocka_unit_test(test_cases_name_rules_that_are_in_force),
        cmocka_unit_test(test_cases_cover_rules_of_their_profile),
    };

    return cmocka_run_group_tests(tests, load_suite, drop_suite);
}
