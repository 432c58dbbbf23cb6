/* SPDX-License-Identifier: LGPL-2.1-or-later
 *
 * A worker that dies, hangs or is interrupted: one case's verdict, and nothing
 * left behind.
 */
#include "harness/run/test_fake_suite.h"

static void
test_crash_is_one_cases_verdict(void **state)
{
    g_autoptr(GError) error = NULL;
    g_autoptr(RunReport) report = run_cases((RunOptions){.jobs = 2}, "a crash exit b", &error);

    (void)state;
    assert_non_null(report);
    assert_int_equal(result_of(report, 1)->verdict, VERDICT_CRASH);
    assert_string_equal(result_of(report, 1)->reason, "the worker ended: SIGABRT");
    assert_non_null(strstr(result_of(report, 1)->detail, "last words"));
    assert_string_equal(g_ptr_array_index(result_of(report, 1)->rules, 0), "SNAP-X-001");
    assert_string_equal(result_of(report, 2)->reason, "the worker ended: exit status 7");
    assert_int_equal(result_of(report, 0)->verdict, VERDICT_PASS);
    assert_int_equal(result_of(report, 3)->verdict, VERDICT_PASS);
    assert_int_equal(report->faults->len, 0);
}

static void
test_deadline_is_one_cases_verdict(void **state)
{
    g_autoptr(GError) error = NULL;
    g_autoptr(RunReport) report = run_cases((RunOptions){.timeout = 0.5}, "a hang b", &error);

    (void)state;
    assert_non_null(report);
    assert_int_equal(result_of(report, 1)->verdict, VERDICT_TIMEOUT);
    assert_string_equal(result_of(report, 1)->reason, "passed its deadline of 0.5 s");
    assert_int_equal(result_of(report, 2)->verdict, VERDICT_PASS);
}

/* Run the cases with a file that receives what was undefined; the caller frees its text. */
static char *
undefined_by(const char *ids, RunReport **report)
{
    g_autofree char *dir = g_dir_make_tmp("undefined-XXXXXX", NULL);
    char *text;

    undefined_path = g_build_filename(dir, "names", NULL);
    *report = run_cases((RunOptions){0}, ids, NULL);
    text = undefined_text();
    unlink(undefined_path);
    g_clear_pointer(&undefined_path, g_free);
    assert_int_equal(rmdir(dir), 0);
    return text;
}

static void
test_what_a_dead_worker_left_is_removed(void **state)
{
    g_autoptr(RunReport) report = NULL;
    g_autofree char *text = undefined_by("tell1 leave tell2", &report);

    (void)state;
    assert_string_equal(result_of(report, 0)->reason, "nothing");
    assert_int_equal(result_of(report, 1)->verdict, VERDICT_CRASH);
    assert_string_equal(result_of(report, 2)->reason, "two 3;one 3;");
    assert_string_equal(text, "two 3;one 3;");
}

static void
test_second_interrupt_leaves_nothing_behind(void **state)
{
    g_autoptr(RunReport) report = NULL;
    g_autofree char *text = undefined_by("a twice-interrupt b", &report);

    (void)state;
    assert_true(report->interrupted);
    assert_null(result_of(report, 1));
    assert_null(result_of(report, 2));
    assert_string_equal(text, "two 3;one 3;");
    assert_int_equal(report->faults->len, 0);
    assert_int_equal(run_report_exit_code(report), EXIT_CODE_INTERRUPTED);
}

static void
test_interrupt_ends_with_what_ran(void **state)
{
    g_autoptr(GError) error = NULL;
    g_autoptr(RunReport) report = run_cases((RunOptions){0}, "a interrupt b c", &error);

    (void)state;
    assert_non_null(report);
    assert_true(report->interrupted);
    assert_int_equal(result_of(report, 1)->verdict, VERDICT_PASS);
    assert_null(result_of(report, 2));
    assert_int_equal(run_report_exit_code(report), EXIT_CODE_INTERRUPTED);
}

int
main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_crash_is_one_cases_verdict),
        cmocka_unit_test(test_deadline_is_one_cases_verdict),
        cmocka_unit_test(test_what_a_dead_worker_left_is_removed),
        cmocka_unit_test(test_second_interrupt_leaves_nothing_behind),
        cmocka_unit_test(test_interrupt_ends_with_what_ran),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
