/* SPDX-License-Identifier: LGPL-2.1-or-later
 *
 * Known deviations: rows met, missed and malformed.
 */
#include "harness/run/test_fake_suite.h"

/* A folder with one expectations file; the caller frees the path. */
static char *
expectations_dir(const char *name, const char *text)
{
    g_autoptr(GError) error = NULL;
    char *dir = g_dir_make_tmp("expectations-XXXXXX", &error);
    g_autofree char *path = g_build_filename(dir, name, NULL);

    assert_true(g_file_set_contents(path, text, -1, &error));
    return dir;
}

static RunReport *
run_expecting(const char *row, const char *ids, GError **error)
{
    g_autofree char *dir = expectations_dir("fake.txt", row);
    RunReport *report = run_cases((RunOptions){.expectations = dir, .suite = TRUE}, ids, error);

    remove_dir(dir, "fake.txt");
    return report;
}

static void
test_listed_failure_is_expected(void **state)
{
    g_autoptr(RunReport) by_case = run_expecting(
        "# known\ncase fail1 OPERATION_INVALID 'drops it' 'bug 1'\n", "a fail1", NULL);
    g_autoptr(RunReport) by_rule =
        run_expecting("rule SNAP-X-001 OPERATION_INVALID why where", "fail1 fail2", NULL);

    (void)state;
    assert_int_equal(result_of(by_case, 1)->verdict, VERDICT_XFAIL);
    assert_string_equal(result_of(by_case, 1)->reason, "drops it (bug 1; fake.txt:2)");
    assert_int_equal(run_report_exit_code(by_case), EXIT_CODE_OK);
    assert_int_equal(run_report_count(by_rule, VERDICT_XFAIL), 2);
}

static void
test_another_failure_in_its_place_fails(void **state)
{
    g_autoptr(RunReport) report = run_expecting("case fail1 ok why where", "fail1", NULL);

    (void)state;
    assert_int_equal(result_of(report, 0)->verdict, VERDICT_FAIL);
    assert_int_equal(report->unused->len, 0);
}

static void
test_listed_pass_is_unexpected(void **state)
{
    g_autoptr(RunReport) report = run_expecting("case a ok why where", "a skip1", NULL);

    (void)state;
    assert_int_equal(result_of(report, 0)->verdict, VERDICT_XPASS);
    assert_int_equal(run_report_exit_code(report), EXIT_CODE_UNEXPECTED);
}

static void
test_row_that_meets_no_case_fails_the_run(void **state)
{
    g_autoptr(RunReport) report =
        run_expecting("rule SNAP-Y-001 ok why where\ncase gone ok why where", "a", NULL);

    (void)state;
    assert_int_equal(report->unused->len, 2);
    assert_string_equal(g_ptr_array_index(report->unused, 0), "fake.txt:1: rule SNAP-Y-001 ok");
    assert_int_equal(run_report_exit_code(report), EXIT_CODE_UNEXPECTED);
}

static void
test_known_deviation_alone_is_expected(void **state)
{
    g_autoptr(RunReport) known =
        run_expecting("rule SNAP-X-002 events 'tells less' 'bug 2'", "deviate", NULL);
    g_autoptr(RunReport) unknown =
        run_expecting("rule SNAP-X-002 reason 'tells less' 'bug 2'", "deviate", NULL);

    (void)state;
    assert_int_equal(result_of(known, 0)->verdict, VERDICT_XFAIL);
    assert_string_equal(result_of(known, 0)->reason, "tells less (bug 2; fake.txt:1)");
    assert_int_equal(result_of(unknown, 0)->verdict, VERDICT_FAIL);
    assert_int_equal(unknown->unused->len, 1);
}

static void
test_failure_after_a_known_deviation(void **state)
{
    g_autoptr(RunReport) unknown =
        run_expecting("rule SNAP-X-002 events a b", "deviate-fail", NULL);
    g_autoptr(RunReport) both = run_expecting(
        "rule SNAP-X-002 events a b\nrule SNAP-X-001 OPERATION_INVALID c d", "deviate-fail", NULL);

    (void)state;
    assert_int_equal(result_of(unknown, 0)->verdict, VERDICT_FAIL);
    assert_int_equal(unknown->unused->len, 0);
    assert_int_equal(result_of(both, 0)->verdict, VERDICT_XFAIL);
    assert_string_equal(result_of(both, 0)->reason, "a (b; fake.txt:1); c (d; fake.txt:2)");
    assert_int_equal(both->unused->len, 0);
}

/* The case goes on now, and what was listed of it does not come any more. */
static void
test_listed_failure_that_does_not_come(void **state)
{
    g_autoptr(RunReport) report = run_expecting(
        "rule SNAP-X-002 events a b\ncase deviate OPERATION_INVALID c d", "deviate", NULL);

    (void)state;
    assert_int_equal(result_of(report, 0)->verdict, VERDICT_XPASS);
    assert_string_equal(result_of(report, 0)->reason, "c (d; fake.txt:2)");
}

static void
test_bad_rows_are_refused(void **state)
{
    static const char *const rows[] = {
        "case a ok why",      "case a* ok why where", "cases a ok why where",
        "case a ok '' where", "case a ok 'why where", "case a ok why where more",
        "# \xff\n",
    };

    (void)state;
    for (guint i = 0; i < G_N_ELEMENTS(rows); i++) {
        g_autoptr(GError) error = NULL;

        assert_null(run_expecting(rows[i], "a", &error));
        assert_true(g_str_has_prefix(error->message, "fake.txt:1: "));
    }
}

static void
test_expectations_of_a_version(void **state)
{
    g_autofree char *dir = expectations_dir("fake-1.5.txt", "case fail1 OPERATION_INVALID a b");
    g_autofree char *other = expectations_dir("fake-1.txt", "case fail1 OPERATION_INVALID a b");
    g_autoptr(RunReport) met = run_cases((RunOptions){.expectations = dir}, "fail1", NULL);
    g_autoptr(RunReport) unmet = run_cases((RunOptions){.expectations = other}, "fail1", NULL);

    (void)state;
    remove_dir(dir, "fake-1.5.txt");
    remove_dir(other, "fake-1.txt");
    assert_int_equal(result_of(met, 0)->verdict, VERDICT_XFAIL);
    assert_int_equal(result_of(unmet, 0)->verdict, VERDICT_FAIL);
}

int
main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_listed_failure_is_expected),
        cmocka_unit_test(test_another_failure_in_its_place_fails),
        cmocka_unit_test(test_listed_pass_is_unexpected),
        cmocka_unit_test(test_row_that_meets_no_case_fails_the_run),
        cmocka_unit_test(test_known_deviation_alone_is_expected),
        cmocka_unit_test(test_failure_after_a_known_deviation),
        cmocka_unit_test(test_listed_failure_that_does_not_come),
        cmocka_unit_test(test_bad_rows_are_refused),
        cmocka_unit_test(test_expectations_of_a_version),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
