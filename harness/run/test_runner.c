/* SPDX-License-Identifier: LGPL-2.1-or-later
 *
 * The runner over fake cases: what a case does is its name.
 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <cmocka.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>
#include "harness/report/exit_code.h"
#include "harness/run/runner.h"
#include "harness/target/target_load.h"

/* ---- fakes: a suite of named cases, a target that opens or not ----------- */

struct ScnCase {
    ScnCaseInfo info;
    char *id;
    GPtrArray *rules;
};

static void
fake_case_free(gpointer data)
{
    ScnCase *scenario = data;

    g_free(scenario->id);
    g_ptr_array_unref(scenario->rules);
    g_free(scenario);
}

static ScnCase *
fake_case(const char *id)
{
    ScnCase *scenario = g_new0(ScnCase, 1);

    scenario->id = g_strdup(id);
    scenario->rules = g_ptr_array_new_with_free_func(g_free);
    g_ptr_array_add(scenario->rules, g_strdup("SNAP-X-001"));
    scenario->info = (ScnCaseInfo){
        .id = scenario->id,
        .file = "a.scn",
        .rules = scenario->rules,
        .profile = g_str_has_suffix(id, "-rfc") ? VM_PROFILE_RFC : VM_PROFILE_BOTH,
    };
    return scenario;
}

/* The paths are the case ids themselves. */
GPtrArray *
scn_load(const char *const *paths, GError **error)
{
    GPtrArray *cases = g_ptr_array_new_with_free_func(fake_case_free);

    (void)error;
    for (guint i = 0; paths[i] != NULL; i++) {
        g_ptr_array_add(cases, fake_case(paths[i]));
    }
    return cases;
}

const ScnCaseInfo *
scn_case_info(const ScnCase *scenario)
{
    return &scenario->info;
}

/* Names of the domains that were undefined, in this process. */
static GString *undefined;

static int
fake_undefine_flags(struct vm_conn *conn, const char *domain, uint32_t flags, struct vm_error *err)
{
    (void)conn;
    (void)err;
    undefined = undefined != NULL ? undefined : g_string_new(NULL);
    g_string_append_printf(undefined, "%s %u;", domain, flags);
    return 0;
}

static void
fake_trouble(const char *id, const char *workdir)
{
    if (g_str_has_prefix(id, "leave")) {
        g_autofree char *ledger = g_build_filename(workdir, "ledger-1", NULL);

        g_file_set_contents(ledger, "domain one\ndomain two\n", -1, NULL);
        abort();
    }
    if (g_str_has_prefix(id, "crash")) {
        fprintf(stderr, "last words\n");
        abort();
    }
    if (g_str_has_prefix(id, "exit")) {
        exit(7);
    }
    if (g_str_has_prefix(id, "hang")) {
        sleep(60);
    }
    if (g_str_has_prefix(id, "interrupt")) {
        kill(getppid(), SIGINT);
        g_usleep(50000);
    }
}

CaseResult *
scn_case_run(ScnCase *scenario, const ScnRunOptions *options, json_t *coverage)
{
    CaseResult *result = case_result_new(scenario->id);

    fake_trouble(scenario->id, options->workdir);
    g_ptr_array_add(result->rules, g_strdup("SNAP-X-001"));
    result->steps = 3;
    json_object_set_new(coverage, "I10", json_pack("{s:i}", "observed", 1));
    json_object_set_new(coverage, "I2", json_pack("{s:i,s:i}", "partly", 1, "not", 1));
    if (g_str_has_prefix(scenario->id, "fail")) {
        result->verdict = VERDICT_FAIL;
        result->reason = g_strdup_printf("in %s/x", options->workdir);
        result->rule = g_strdup("SNAP-X-001");
        result->observed = g_strdup("OPERATION_INVALID");
    }
    if (g_str_has_prefix(scenario->id, "tell")) {
        result->verdict = VERDICT_FAIL;
        result->reason = g_strdup(undefined != NULL ? undefined->str : "nothing");
    }
    if (g_str_has_prefix(scenario->id, "skip")) {
        result->verdict = VERDICT_SKIP;
        result->reason = g_strdup("needs guest");
    }
    return result;
}

static int
fake_open(const struct vm_target_options *options, struct vm_conn **conn, struct vm_error *err)
{
    if (g_strcmp0(options->uri, "closed") == 0) {
        err->code = 38;
        g_strlcpy(err->text, "nobody listens", sizeof(err->text));
        return 38;
    }
    if (g_strcmp0(options->uri, "crash") == 0) {
        abort();
    }
    *conn = NULL;
    return 0;
}

static void
fake_close(struct vm_conn *conn)
{
    (void)conn;
}

static int
fake_version(struct vm_conn *conn, char **text, struct vm_error *err)
{
    (void)conn;
    (void)err;
    *text = g_strdup("fake 1.5 (abc)");
    return 0;
}

static int
fake_capabilities(struct vm_conn *conn, char ***names, struct vm_error *err)
{
    (void)conn;
    (void)err;
    *names = g_strsplit("snapshot guest", " ", -1);
    return 0;
}

static void
fake_free_string(char *string)
{
    g_free(string);
}

static void
fake_free_list(char **list)
{
    g_strfreev(list);
}

const struct vm_target *
target_load(const char *argument, char **uri, GError **error)
{
    static const struct vm_target target = {
        .open = fake_open,
        .close = fake_close,
        .version = fake_version,
        .capabilities = fake_capabilities,
        .domain_undefine_flags = fake_undefine_flags,
        .free_string = fake_free_string,
        .free_list = fake_free_list,
    };

    if (strcmp(argument, "none") == 0) {
        g_set_error(error, RUNNER_ERROR, 0, "no such target");
        return NULL;
    }
    *uri = g_strdup(argument);
    return &target;
}

const char *
target_default_profile(const char *argument)
{
    return strchr(argument, ':') != NULL ? "libvirt" : "rfc";
}

/* ---- help ----------------------------------------------------------------- */

/* Run the cases named in `ids`. */
static RunReport *
run_cases(RunOptions options, const char *ids, GError **error)
{
    g_auto(GStrv) paths = g_strsplit(ids, " ", -1);
    g_autoptr(GPtrArray) plan = NULL;

    options.target = options.target != NULL ? options.target : "fake";
    options.jobs = options.jobs != 0 ? options.jobs : 1;
    options.timeout = options.timeout != 0 ? options.timeout : 20;
    options.paths = (const char *const *)paths;
    plan = runner_plan(&options, NULL, error);
    return plan != NULL ? runner_run(&options, plan, error) : NULL;
}

static const CaseResult *
result_of(const RunReport *report, guint i)
{
    return g_ptr_array_index(report->results, i);
}

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

static void
remove_dir(const char *dir, const char *name)
{
    g_autofree char *path = g_build_filename(dir, name, NULL);

    assert_int_equal(unlink(path), 0);
    assert_int_equal(rmdir(dir), 0);
}

static RunReport *
run_expecting(const char *row, const char *ids, GError **error)
{
    g_autofree char *dir = expectations_dir("fake.txt", row);
    RunReport *report = run_cases((RunOptions){.expectations = dir, .suite = TRUE}, ids, error);

    remove_dir(dir, "fake.txt");
    return report;
}

/* ---- tests ---------------------------------------------------------------- */

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

static void
test_what_a_dead_worker_left_is_removed(void **state)
{
    g_autoptr(RunReport) report = run_cases((RunOptions){0}, "tell1 leave tell2", NULL);

    (void)state;
    assert_string_equal(result_of(report, 0)->reason, "nothing");
    assert_int_equal(result_of(report, 1)->verdict, VERDICT_CRASH);
    assert_string_equal(result_of(report, 2)->reason, "two 3;one 3;");
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
test_filters_take_brackets_literally(void **state)
{
    const char *filters[] = {"x[a=1]", "y*", NULL};
    g_autoptr(RunReport) report =
        run_cases((RunOptions){.filters = filters}, "x[a=1] x[a=2] xa y1 y2 z", NULL);

    (void)state;
    assert_int_equal(report->planned, 3);
    assert_string_equal(result_of(report, 0)->id, "x[a=1]");
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
test_shards_share_out_all_cases(void **state)
{
    const char *ids = "a b c d e f g h i j k l m n";
    guint sum = 0;

    (void)state;
    for (guint shard = 1; shard <= 3; shard++) {
        g_autoptr(RunReport) report =
            run_cases((RunOptions){.shard = shard, .shards = 3}, ids, NULL);

        assert_in_range(report->planned, 1, 13);
        sum += report->planned;
    }
    assert_int_equal(sum, 14);
}

static void
test_cases_of_another_profile_are_not_planned(void **state)
{
    g_autoptr(RunReport) rfc = run_cases((RunOptions){0}, "a b-rfc", NULL);
    g_autoptr(RunReport) implied = run_cases((RunOptions){.target = "x:///"}, "a b-rfc", NULL);

    (void)state;
    assert_int_equal(rfc->planned, 2);
    assert_int_equal(implied->planned, 1);
    assert_string_equal(implied->profile, "libvirt");
}

static void
test_failed_selects_what_failed(void **state)
{
    g_autofree char *dir = g_dir_make_tmp("failed-XXXXXX", NULL);
    g_autofree char *path = g_build_filename(dir, "r.json", NULL);
    g_autoptr(RunReport) first =
        run_cases((RunOptions){0}, "a fail1 skip1 crash interrupt z", NULL);
    g_autofree char *text = report_json(first);
    g_autoptr(RunReport) again = NULL;

    (void)state;
    assert_true(g_file_set_contents(path, text, -1, NULL));
    again = run_cases((RunOptions){.failed = path}, "a fail1 skip1 crash interrupt z", NULL);
    remove_dir(dir, "r.json");
    assert_int_equal(again->planned, 3);
    assert_string_equal(result_of(again, 0)->id, "fail1");
    assert_string_equal(result_of(again, 1)->id, "crash");
    assert_string_equal(result_of(again, 2)->id, "z");
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
test_bad_rows_are_refused(void **state)
{
    static const char *const rows[] = {
        "case a ok why",      "case a* ok why where", "cases a ok why where",
        "case a ok '' where", "case a ok 'why where", "case a ok why where more",
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
        cmocka_unit_test(test_results_are_in_plan_order),
        cmocka_unit_test(test_crash_is_one_cases_verdict),
        cmocka_unit_test(test_deadline_is_one_cases_verdict),
        cmocka_unit_test(test_what_a_dead_worker_left_is_removed),
        cmocka_unit_test(test_interrupt_ends_with_what_ran),
        cmocka_unit_test(test_jobs_do_not_show_in_the_report),
        cmocka_unit_test(test_filters_take_brackets_literally),
        cmocka_unit_test(test_nothing_selected_is_incomplete),
        cmocka_unit_test(test_shards_share_out_all_cases),
        cmocka_unit_test(test_cases_of_another_profile_are_not_planned),
        cmocka_unit_test(test_failed_selects_what_failed),
        cmocka_unit_test(test_target_that_does_not_open_is_the_callers_fault),
        cmocka_unit_test(test_listed_failure_is_expected),
        cmocka_unit_test(test_another_failure_in_its_place_fails),
        cmocka_unit_test(test_listed_pass_is_unexpected),
        cmocka_unit_test(test_row_that_meets_no_case_fails_the_run),
        cmocka_unit_test(test_bad_rows_are_refused),
        cmocka_unit_test(test_expectations_of_a_version),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
