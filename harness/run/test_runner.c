/* SPDX-License-Identifier: LGPL-2.1-or-later
 *
 * One run from plan to report: results in plan order, whoever ran them.
 */
#include "harness/run/test_fake_suite.h"

static void
test_results_are_in_plan_order(void **state)
{
    g_autoptr(GError) error = NULL;
    g_autoptr(RunReport) report = run_cases((RunOptions){.jobs = 3}, "a skip1 fail1 b c d", &error);

    (void)state;
    assert_non_null(report);
    assert_int_equal(report->planned, 6);
    assert_int_equal(run_report_ran(report), 5);
    assert_string_equal(result_of(report, 1)->reason, "needs guest");
    assert_string_equal(result_of(report, 2)->reason, "in $WORKDIR/x");
    assert_string_equal(result_of(report, 5)->id, "d");
    assert_string_equal(report->version, "fake 1.5 (abc)");
    assert_string_equal(g_ptr_array_index(report->capabilities, 0), "guest");
    assert_int_equal(run_report_exit_code(report), EXIT_CODE_UNEXPECTED);
}

/* The report's text without its times. */
static char *
json_without_times(RunReport *report)
{
    for (guint i = 0; i < report->results->len; i++) {
        ((CaseResult *)g_ptr_array_index(report->results, i))->ms = 0;
    }
    return report_json(report);
}

static void
test_jobs_do_not_show_in_the_report(void **state)
{
    const char *ids = "a b fail1 c skip1 d fail2 e f g crash h";
    g_autoptr(RunReport) one = run_cases((RunOptions){.jobs = 1}, ids, NULL);
    g_autoptr(RunReport) four = run_cases((RunOptions){.jobs = 4}, ids, NULL);
    g_autofree char *first = json_without_times(one);
    g_autofree char *second = json_without_times(four);

    (void)state;
    assert_string_equal(first, second);
    assert_true(strstr(first, "\"I2\"") < strstr(first, "\"I10\""));
}

static void
test_nothing_selected_is_incomplete(void **state)
{
    const char *filters[] = {"no-such-case*", NULL};
    g_autoptr(RunReport) report = run_cases((RunOptions){.filters = filters}, "a b", NULL);

    (void)state;
    assert_int_equal(report->planned, 0);
    assert_int_equal(run_report_exit_code(report), EXIT_CODE_INCOMPLETE);
}

static void
test_target_that_does_not_open_is_the_callers_fault(void **state)
{
    static const struct {
        const char *target;
        const char *text;
    } rows[] = {
        {"closed", "target 'closed': nobody listens"},
        {"none", "target 'none': no such target"},
        {"crash", "target 'crash' did not open: SIGABRT"},
    };

    (void)state;
    for (guint i = 0; i < G_N_ELEMENTS(rows); i++) {
        g_autoptr(GError) error = NULL;
        g_autoptr(RunReport) report =
            run_cases((RunOptions){.target = rows[i].target}, "a", &error);

        assert_null(report);
        assert_int_equal(error->code, EXIT_CODE_USAGE);
        assert_true(g_str_has_prefix(error->message, rows[i].text));
    }
}

int
main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_results_are_in_plan_order),
        cmocka_unit_test(test_jobs_do_not_show_in_the_report),
        cmocka_unit_test(test_nothing_selected_is_incomplete),
        cmocka_unit_test(test_target_that_does_not_open_is_the_callers_fault),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
