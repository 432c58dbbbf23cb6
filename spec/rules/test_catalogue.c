/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>
#include <cmocka.h>
#include "spec/rules/rules.h"

/* How many rules each family has.  Ids run from 1 without a gap, so a row that is lost or
 * renamed is noticed here. */
static const struct {
    const char *prefix;
    guint count;
} families[] = {
    {"SNAP-API-", 23},   {"SNAP-LIST-", 29}, {"SNAP-CREATE-", 27}, {"SNAP-NAME-", 12},
    {"SNAP-XML-", 50},   {"SNAP-FMT-", 22},  {"SNAP-ALIGN-", 35},  {"SNAP-PREP-", 32},
    {"SNAP-MEM-", 32},   {"SNAP-EXEC-", 20}, {"SNAP-REDEF-", 27},  {"SNAP-TREE-", 18},
    {"SNAP-REV-", 26},   {"SNAP-REVM-", 11}, {"SNAP-REVT-", 7},    {"SNAP-REVI-", 21},
    {"SNAP-DEL-", 27},   {"SNAP-DELX-", 33}, {"SNAP-META-", 30},   {"SNAP-GUARD-", 25},
    {"DOM-API-", 23},    {"DOM-LOOK-", 3},   {"DOM-DEF-", 16},     {"DOM-START-", 22},
    {"DOM-SUSP-", 5},    {"DOM-RES-", 5},    {"DOM-RESET-", 2},    {"DOM-SHUT-", 9},
    {"DOM-DESTROY-", 7}, {"DOM-STOP-", 5},   {"DOM-UNDEF-", 17},   {"DOM-SAVE-", 21},
    {"DOM-MS-", 8},      {"DOM-REN-", 11},   {"DOM-AUTO-", 3},     {"DOM-LIST-", 5},
    {"DOM-TRANS-", 10},  {"DISK-SN-", 7},    {"DISK-TR-", 8},      {"DISK-RO-", 2},
    {"DISK-SH-", 1},     {"DISK-SP-", 6},    {"DISK-BS-", 4},      {"DISK-IX-", 3},
    {"DISK-VAL-", 4},    {"VM-ATOMIC-", 4},  {"VM-NAME-", 6},      {"VM-REV-", 11},
    {"VM-PREP-", 6},     {"VM-MEM-", 4},     {"VM-DEL-", 1},       {"VM-UNDEF-", 1},
    {"VM-REN-", 1},      {"VM-META-", 9},    {"VM-SAVE-", 9},      {"VM-XML-", 12},
    {"VM-HANG-", 3},     {"VM-LATER-", 7},   {"VM-REVX-", 8},      {"VM-AUTO-", 4},
    {"VM-DELX-", 6},     {"VM-TRANS-", 2},   {"SNAP-REVX-", 19},   {"VM-END-", 6},
    {"VM-GENID-", 2},    {"VM-START-", 2},
};

static void
test_every_family_is_whole(void **state)
{
    (void)state;
    gsize count;
    gsize expected = 0;
    rules_all(&count);

    for (gsize i = 0; i < G_N_ELEMENTS(families); i++) {
        /* The revert matrices number their rows with two digits. */
        gboolean matrix = g_str_equal(families[i].prefix, "SNAP-REVM-") ||
                          g_str_equal(families[i].prefix, "SNAP-REVT-");
        for (guint n = 1; n <= families[i].count; n++) {
            g_autofree char *id = g_strdup_printf("%s%0*u", families[i].prefix, matrix ? 2 : 3, n);
            if (!rule_find(id))
                fail_msg("rule %s is missing", id);
        }
        expected += families[i].count;
    }
    assert_int_equal(count, expected);
}

static void
test_ids_are_unique(void **state)
{
    (void)state;
    gsize count;
    const Rule *rules = rules_all(&count);

    for (gsize i = 0; i < count; i++)
        assert_ptr_equal(rule_find(rules[i].id), &rules[i]);
    assert_null(rule_find("SNAP-API-999"));
    assert_null(rule_find(""));
}

static void
test_each_rule_is_one_sentence_with_a_source(void **state)
{
    (void)state;
    gsize count;
    const Rule *rules = rules_all(&count);

    for (gsize i = 0; i < count; i++) {
        const Rule *rule = &rules[i];
        if (strlen(rule->sentence) < 20 || !g_str_has_suffix(rule->sentence, "."))
            fail_msg("%s is no sentence: %s", rule->id, rule->sentence);
        assert_true(strlen(rule->source) > 0);
        assert_true(rule->profile >= VM_PROFILE_RFC && rule->profile <= VM_PROFILE_BOTH);
    }
}

static void
test_what_is_not_in_force_has_a_reason(void **state)
{
    (void)state;
    gsize count;
    const Rule *rules = rules_all(&count);

    for (gsize i = 0; i < count; i++) {
        if (rules[i].status != RULE_ADOPTED && !*rules[i].reason)
            fail_msg("%s is %s without a reason", rules[i].id, rule_status_word(rules[i].status));
        if (rules[i].status == RULE_LATER && !g_str_has_prefix(rules[i].reason, "issue: "))
            fail_msg("%s does not say which issue brings it: %s", rules[i].id, rules[i].reason);
    }
}

/* A rule that is in force and yet without a case is an exception; they stay few. */
static void
test_exceptions_stay_few_and_are_counted(void **state)
{
    (void)state;
    gsize count;
    guint of_status[3] = {0};
    guint excepted = 0;
    const Rule *rules = rules_all(&count);

    for (gsize i = 0; i < count; i++) {
        of_status[rules[i].status]++;
        excepted += rules[i].status == RULE_ADOPTED && *rules[i].reason;
    }
    g_autofree char *counts = g_strdup_printf(
        "%zu rules: %u adopted (%u of them excepted from cases), %u later, %u not adopted.", count,
        of_status[RULE_ADOPTED], excepted, of_status[RULE_LATER], of_status[RULE_NOT_ADOPTED]);
    g_autofree char *readme = NULL;
    assert_true(g_file_get_contents(VM_SOURCE_DIR "/spec/rules/README.md", &readme, NULL, NULL));
    if (!strstr(readme, counts))
        fail_msg("README.md does not say: %s", counts);
    assert_true(excepted * 20 <= of_status[RULE_ADOPTED]);
}

static void
check_references(const Rule *rule, const char *text, const GRegex *id)
{
    g_autoptr(GMatchInfo) match = NULL;

    for (g_regex_match(id, text, 0, &match); g_match_info_matches(match);
         g_match_info_next(match, NULL)) {
        g_autofree char *other = g_match_info_fetch(match, 0);
        if (!rule_find(other))
            fail_msg("%s refers to %s, which does not exist", rule->id, other);
    }
}

static void
test_rules_refer_to_rules_that_exist(void **state)
{
    (void)state;
    gsize count;
    const Rule *rules = rules_all(&count);
    g_autoptr(GRegex) id = g_regex_new("\\b(SNAP|DOM|DISK|VM)-[A-Z]+-[0-9]+\\b", 0, 0, NULL);

    for (gsize i = 0; i < count; i++) {
        check_references(&rules[i], rules[i].sentence, id);
        check_references(&rules[i], rules[i].reason, id);
    }
}

static void
test_words_of_levels_and_statuses(void **state)
{
    (void)state;

    assert_string_equal(rule_level_word(RULE_MUST), "MUST");
    assert_string_equal(rule_level_word(RULE_MAY), "MAY");
    assert_string_equal(rule_status_word(RULE_LATER), "later");
    assert_string_equal(rule_status_word(RULE_NOT_ADOPTED), "not adopted");
}

int
main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_every_family_is_whole),
        cmocka_unit_test(test_ids_are_unique),
        cmocka_unit_test(test_each_rule_is_one_sentence_with_a_source),
        cmocka_unit_test(test_what_is_not_in_force_has_a_reason),
        cmocka_unit_test(test_exceptions_stay_few_and_are_counted),
        cmocka_unit_test(test_rules_refer_to_rules_that_exist),
        cmocka_unit_test(test_words_of_levels_and_statuses),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
