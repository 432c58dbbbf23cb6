/* SPDX-License-Identifier: LGPL-2.1-or-later
 *
 * The outcome tables: every row can be read, cites a rule, and can be reached.
 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <cmocka.h>
#include <string.h>
#include "spec/rules/outcome/outcome.h"
#include "spec/rules/rules.h"

static void
test_every_row_can_be_read(void **state G_GNUC_UNUSED)
{
    gsize count;
    const OutcomeRow *rows = outcome_rows(&count);

    for (gsize i = 0; i < count; i++) {
        g_autoptr(GError) error = NULL;
        g_autoptr(OutcomeExpr) expr = outcome_expr_new(rows[i].condition, &error);
        g_autoptr(GPtrArray) effects = NULL;

        assert_non_null(expr);
        if (g_str_has_prefix(rows[i].result, "error ")) {
            assert_true(outcome_refusal(rows[i].result) > 0);
            continue;
        }
        effects = outcome_effects(rows[i].result, &error);
        if (!effects)
            fail_msg("%s of %s: %s", rows[i].rule, rows[i].call, error->message);
    }
}

static void
test_every_row_names_a_call(void **state G_GNUC_UNUSED)
{
    gsize count;
    const OutcomeRow *rows = outcome_rows(&count);

    for (gsize i = 0; i < count; i++) {
        gboolean found = FALSE;

        for (VmCall call = 0; call < VM_CALL_LAST; call++)
            found |= strcmp(vm_call_info(call)->function, rows[i].call) == 0;
        if (!found)
            fail_msg("no call %s", rows[i].call);
    }
}

static void
test_every_row_cites_a_rule(void **state G_GNUC_UNUSED)
{
    gsize count;
    const OutcomeRow *rows = outcome_rows(&count);
    guint unknown = 0;

    for (gsize i = 0; i < count; i++) {
        if (!rule_find(rows[i].rule)) {
            print_error("%s: no rule %s\n", rows[i].call, rows[i].rule);
            unknown++;
        }
    }
    assert_int_equal(unknown, 0);
}

static void
test_no_row_is_shadowed(void **state G_GNUC_UNUSED)
{
    gsize count;
    const OutcomeRow *rows = outcome_rows(&count);

    for (gsize i = 0; i < count; i++) {
        for (gsize j = 0; j < i; j++) {
            gboolean covers = (rows[j].profile & rows[i].profile) == rows[i].profile;

            if (!covers || strcmp(rows[i].call, rows[j].call) != 0)
                continue;
            if (!*rows[j].condition || strcmp(rows[i].condition, rows[j].condition) == 0)
                fail_msg("%s: the row of %s is never reached: %s comes first", rows[i].call,
                         rows[i].rule, rows[j].rule);
        }
    }
}

static OutcomeTruth
nothing_holds(guint atom G_GNUC_UNUSED, gpointer opaque G_GNUC_UNUSED)
{
    return OUTCOME_NO;
}

static OutcomeTruth
nothing_known(guint atom G_GNUC_UNUSED, gpointer opaque G_GNUC_UNUSED)
{
    return OUTCOME_UNKNOWN;
}

static void
test_the_first_row_that_holds_decides(void **state G_GNUC_UNUSED)
{
    static const OutcomeRow rows[] = {
        {"f", VM_PROFILE_RFC, "a", "error XML_ERROR", "A"},
        {"f", VM_PROFILE_LIBVIRT, "!a", "error INVALID_ARG", "B"},
        {"f", VM_PROFILE_BOTH, "!a", "same", "C"},
    };
    gboolean known;

    outcome_use(rows, G_N_ELEMENTS(rows));
    assert_string_equal(outcome_decide("f", VM_PROFILE_RFC, nothing_holds, NULL, &known)->rule,
                        "C");
    assert_string_equal(outcome_decide("f", VM_PROFILE_LIBVIRT, nothing_holds, NULL, &known)->rule,
                        "B");
    assert_null(outcome_decide("g", VM_PROFILE_RFC, nothing_holds, NULL, &known));
    assert_true(known);
    assert_null(outcome_decide("f", VM_PROFILE_RFC, nothing_known, NULL, &known));
    assert_false(known);
    outcome_use(NULL, 0);
}

int
main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_every_row_can_be_read),
        cmocka_unit_test(test_every_row_names_a_call),
        cmocka_unit_test(test_every_row_cites_a_rule),
        cmocka_unit_test(test_no_row_is_shadowed),
        cmocka_unit_test(test_the_first_row_that_holds_decides),
    };

    return cmocka_run_group_tests_name("outcome_rows", tests, NULL, NULL);
}
