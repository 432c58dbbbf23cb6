/* SPDX-License-Identifier: LGPL-2.1-or-later
 *
 * Conditions: grammar, three values, refusals of bad texts.
 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <cmocka.h>
#include <string.h>
#include "spec/rules/outcome/outcome.h"

/* Atoms beginning with y hold, with u are unknown; *asked counts questions. */
static OutcomeTruth
by_first_letter(guint atom, gpointer asked)
{
    char letter = *outcome_atom_name(atom);

    (*(guint *)asked)++;
    if (letter == 'u')
        return OUTCOME_UNKNOWN;
    return letter == 'y' ? OUTCOME_YES : OUTCOME_NO;
}

static OutcomeTruth
value(const char *text)
{
    g_autoptr(GError) error = NULL;
    g_autoptr(OutcomeExpr) expr = outcome_expr_new(text, &error);
    guint asked = 0;

    assert_null(error);
    assert_non_null(expr);
    return outcome_expr_eval(expr, by_first_letter, &asked);
}

static void
test_empty_always_holds(void **state G_GNUC_UNUSED)
{
    assert_int_equal(value(""), OUTCOME_YES);
    assert_int_equal(value("  "), OUTCOME_YES);
}

static void
test_and_binds_stronger_than_or(void **state G_GNUC_UNUSED)
{
    assert_int_equal(value("yes | no & no"), OUTCOME_YES);
    assert_int_equal(value("(yes | no) & no"), OUTCOME_NO);
    assert_int_equal(value("!no & !!yes"), OUTCOME_YES);
    assert_int_equal(value("!(yes & yes)"), OUTCOME_NO);
}

static void
test_unknown_counts_only_where_it_decides(void **state G_GNUC_UNUSED)
{
    assert_int_equal(value("u & no"), OUTCOME_NO);
    assert_int_equal(value("u | yes"), OUTCOME_YES);
    assert_int_equal(value("u & yes"), OUTCOME_UNKNOWN);
    assert_int_equal(value("no | u"), OUTCOME_UNKNOWN);
    assert_int_equal(value("!u"), OUTCOME_UNKNOWN);
    assert_int_equal(value("u & yes & no"), OUTCOME_NO);
    assert_int_equal(value("yes & u & yes"), OUTCOME_UNKNOWN);
    assert_int_equal(value("!(u | no) | yes"), OUTCOME_YES);
    assert_int_equal(value("!(u & no)"), OUTCOME_YES);
}

static void
test_asks_no_more_than_needed(void **state G_GNUC_UNUSED)
{
    g_autoptr(OutcomeExpr) expr = outcome_expr_new("no & yes & yes", NULL);
    guint asked = 0;

    assert_int_equal(outcome_expr_eval(expr, by_first_letter, &asked), OUTCOME_NO);
    assert_int_equal(asked, 1);
}

/* Whoever keeps values by number finds each under its own. */
static void
test_atoms_keep_their_numbers(void **state G_GNUC_UNUSED)
{
    guint one = outcome_atom_number("numbered:one");
    guint other = outcome_atom_number("numbered:other");

    assert_int_not_equal(one, other);
    assert_int_equal(outcome_atom_number("numbered:one"), one);
    assert_string_equal(outcome_atom_name(other), "numbered:other");
}

static void
test_bad_texts_name_the_column(void **state G_GNUC_UNUSED)
{
    static const struct {
        const char *text, *part;
    } rows[] = {
        {"yes &", "column 6"}, {"(yes", "column 5"},  {"yes yes", "column 5"},
        {"& yes", "column 1"}, {"yes %", "column 5"}, {"()", "column 2"},
    };

    for (gsize i = 0; i < G_N_ELEMENTS(rows); i++) {
        g_autoptr(GError) error = NULL;

        assert_null(outcome_expr_new(rows[i].text, &error));
        assert_non_null(error);
        assert_non_null(strstr(error->message, rows[i].part));
    }
}

static void
test_deep_nesting_is_refused(void **state G_GNUC_UNUSED)
{
    g_autofree char *deep = g_strnfill(1000, '!');
    g_autoptr(GError) error = NULL;

    assert_null(outcome_expr_new(deep, &error));
    assert_non_null(error);
}

static void
test_effects_are_taken_apart(void **state G_GNUC_UNUSED)
{
    g_autoptr(GError) error = NULL;
    g_autoptr(GPtrArray) effects =
        outcome_effects("state:running/booted {domain:active & !x}event:stopped/saved", &error);
    const OutcomeEffect *second;

    assert_null(error);
    assert_int_equal(effects->len, 2);
    second = g_ptr_array_index(effects, 1);
    assert_string_equal(second->word, "event:stopped/saved");
    assert_non_null(second->when);
}

static void
test_results_that_are_no_effects(void **state G_GNUC_UNUSED)
{
    static const char *const bad[] = {"error XML_ERROR", "state", "{domain:active", "{a}",
                                      "{&}b:c"};
    g_autoptr(GPtrArray) same = outcome_effects("same", NULL);

    assert_int_equal(same->len, 0);
    for (gsize i = 0; i < G_N_ELEMENTS(bad); i++) {
        g_autoptr(GError) error = NULL;

        assert_null(outcome_effects(bad[i], &error));
        assert_non_null(error);
    }
    assert_int_equal(outcome_refusal("error OPERATION_INVALID"), VIR_ERR_OPERATION_INVALID);
    assert_int_equal(outcome_refusal("same"), 0);
}

int
main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_empty_always_holds),
        cmocka_unit_test(test_and_binds_stronger_than_or),
        cmocka_unit_test(test_unknown_counts_only_where_it_decides),
        cmocka_unit_test(test_asks_no_more_than_needed),
        cmocka_unit_test(test_atoms_keep_their_numbers),
        cmocka_unit_test(test_bad_texts_name_the_column),
        cmocka_unit_test(test_deep_nesting_is_refused),
        cmocka_unit_test(test_effects_are_taken_apart),
        cmocka_unit_test(test_results_that_are_no_effects),
    };

    return cmocka_run_group_tests_name("outcome_expr", tests, NULL, NULL);
}
