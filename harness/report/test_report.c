/* SPDX-License-Identifier: LGPL-2.1-or-later
 *
 * Counts, exit codes, and that each rendering says what the results say.
 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <cmocka.h>
#include <libxml/parser.h>
#include <string.h>
#include "harness/report/report.h"

/* A report with one planned case per verdict given; VERDICT_LAST = did not end. */
static RunReport *
report_of(const Verdict *verdicts, guint count)
{
    RunReport *report = run_report_new();

    report->target = g_strdup("sim");
    report->profile = g_strdup("rfc");
    report->seed = 7;
    report->planned = count;
    for (guint i = 0; i < count; i++) {
        g_autofree char *id = g_strdup_printf("snapshot/case[n=%u]", i);
        CaseResult *result = verdicts[i] == VERDICT_LAST ? NULL : case_result_new(id);

        g_ptr_array_add(report->plan, g_strdup(id));
        g_ptr_array_add(report->results, result);
        if (result != NULL) {
            result->verdict = verdicts[i];
            result->reason = g_strdup(verdicts[i] == VERDICT_PASS ? NULL : "because");
        }
    }
    return report;
}

static int
exit_code_of(const Verdict *verdicts, guint count)
{
    g_autoptr(RunReport) report = report_of(verdicts, count);

    return run_report_exit_code(report);
}

static void
test_exit_codes(void **state)
{
    (void)state;
    assert_int_equal(exit_code_of((Verdict[]){VERDICT_PASS, VERDICT_SKIP, VERDICT_XFAIL}, 3), 0);
    assert_int_equal(exit_code_of((Verdict[]){VERDICT_PASS, VERDICT_FAIL}, 2), 1);
    assert_int_equal(exit_code_of((Verdict[]){VERDICT_PASS, VERDICT_XPASS}, 2), 1);
    assert_int_equal(exit_code_of((Verdict[]){VERDICT_CRASH}, 1), 1);
    assert_int_equal(exit_code_of((Verdict[]){VERDICT_TIMEOUT}, 1), 1);
    assert_int_equal(exit_code_of((Verdict[]){VERDICT_FAIL, VERDICT_ERROR}, 2), 3);
    assert_int_equal(exit_code_of((Verdict[]){VERDICT_PASS, VERDICT_LAST}, 2), 5);
    assert_int_equal(exit_code_of((Verdict[]){VERDICT_SKIP}, 1), 5);
    assert_int_equal(exit_code_of(NULL, 0), 5);
}

static void
test_foreign_object_is_the_callers_to_decide(void **state)
{
    g_autoptr(RunReport) report = report_of((Verdict[]){VERDICT_FAIL, VERDICT_ERROR}, 2);
    CaseResult *result = g_ptr_array_index(report->results, 1);

    (void)state;
    g_free(result->reason);
    result->reason = g_strdup(REPORT_FOREIGN_OBJECT "domain 'vm' exists");
    assert_int_equal(run_report_exit_code(report), 2);
}

static void
test_interrupted_wins(void **state)
{
    g_autoptr(RunReport) report = report_of((Verdict[]){VERDICT_FAIL, VERDICT_LAST}, 2);

    (void)state;
    report->interrupted = TRUE;
    assert_int_equal(run_report_exit_code(report), 130);
}

static void
test_unused_expectation_fails_the_run(void **state)
{
    g_autoptr(RunReport) report = report_of((Verdict[]){VERDICT_PASS}, 1);

    (void)state;
    g_ptr_array_add(report->unused, g_strdup("sim.txt:3: SNAP-X-001 ok"));
    assert_int_equal(run_report_exit_code(report), 1);
}

static void
test_result_survives_the_wire(void **state)
{
    g_autoptr(CaseResult) sent = case_result_new("a/b[x=1]");
    g_autoptr(CaseResult) got = NULL;
    g_autofree char *line = NULL;
    json_t *json;

    (void)state;
    sent->verdict = VERDICT_FAIL;
    sent->steps = 12;
    sent->ms = 1.5;
    sent->hypervisor_ms = 0.25;
    sent->hash = G_MAXUINT64 - 1;
    sent->reason = g_strdup("bad \xff byte\nand \"quote\"");
    sent->rule = g_strdup("SNAP-A-001");
    sent->observed = g_strdup("ok");
    g_ptr_array_add(sent->rules, g_strdup("SNAP-A-001"));
    json = case_result_to_json(sent);
    line = json_dumps(json, JSON_COMPACT);
    assert_null(strchr(line, '\n'));
    got = case_result_from_json(json, NULL);
    json_decref(json);
    assert_non_null(got);
    assert_int_equal(got->verdict, VERDICT_FAIL);
    assert_int_equal(got->steps, 12);
    assert_true(got->ms == 1.5);
    assert_true(got->hypervisor_ms == 0.25);
    assert_true(got->hash == G_MAXUINT64 - 1);
    assert_string_equal(got->rule, "SNAP-A-001");
    assert_string_equal(got->observed, "ok");
    assert_null(got->detail);
    assert_int_equal(got->rules->len, 1);
    assert_true(g_utf8_validate(got->reason, -1, NULL));
}

static void
assert_line_refused(const char *text, const char *part)
{
    g_autoptr(GError) error = NULL;
    json_t *json = json_loads(text, 0, NULL);

    assert_null(case_result_from_json(json, &error));
    assert_non_null(strstr(error->message, part));
    json_decref(json);
}

static void
test_bad_lines_are_refused(void **state)
{
    (void)state;
    assert_line_refused("{\"verdict\":\"pass\"}", "'id'");
    assert_line_refused("{\"id\":\"a\",\"verdict\":\"fine\"}", "'fine'");
    assert_line_refused("{\"id\":\"a\"}", "(none)");
    assert_line_refused("{\"id\":\"a\",\"verdict\":\"pass\",\"rules\":[1]}", "'rules'");
    assert_line_refused("{\"id\":\"a\",\"verdict\":\"pass\",\"reason\":1}", "'reason'");
}

static void
test_json_has_the_keys_in_order(void **state)
{
    static const char *const keys[] = {"schema",    "tool",
                                       "target",    "versions",
                                       "profile",   "seed",
                                       "selection", "capabilities",
                                       "planned",   "ran",
                                       "skipped",   "verdicts",
                                       "observed",  "unused_expectations",
                                       "cases"};
    g_autoptr(RunReport) report =
        report_of((Verdict[]){VERDICT_PASS, VERDICT_SKIP, VERDICT_LAST}, 3);
    g_autofree char *text = report_json(report);
    json_t *json = json_loads(text, 0, NULL);
    json_t *cases = json_object_get(json, "cases");
    const char *key;
    json_t *value;
    guint i = 0;

    (void)state;
    json_object_foreach(json, key, value)
    {
        assert_string_equal(key, keys[i++]);
    }
    assert_int_equal(i, G_N_ELEMENTS(keys));
    assert_int_equal(json_integer_value(json_object_get(json, "planned")), 3);
    assert_int_equal(json_integer_value(json_object_get(json, "ran")), 1);
    assert_int_equal(json_integer_value(json_object_get(json, "skipped")), 1);
    assert_int_equal(json_array_size(cases), 3);
    assert_true(json_is_null(json_object_get(json_array_get(cases, 2), "verdict")));
    json_decref(json);
}

static void
test_junit_has_a_testcase_per_planned_case(void **state)
{
    g_autoptr(RunReport) report =
        report_of((Verdict[]){VERDICT_PASS, VERDICT_FAIL, VERDICT_SKIP, VERDICT_LAST}, 4);
    CaseResult *failed = g_ptr_array_index(report->results, 1);
    g_autofree char *text = NULL;
    xmlDoc *doc;
    xmlNode *suite;

    (void)state;
    failed->detail = g_strdup("]]> <&\" \x01\x1b[31m \xff\xfe end");
    text = report_junit(report);
    doc = xmlReadMemory(text, strlen(text), NULL, NULL, XML_PARSE_NONET);
    assert_non_null(doc);
    suite = xmlFirstElementChild(xmlDocGetRootElement(doc));
    assert_int_equal(xmlChildElementCount(suite), 4);
    assert_non_null(strstr(text, "tests=\"4\" failures=\"1\" errors=\"1\" skipped=\"1\""));
    assert_non_null(strstr(text, "<skipped type=\"skip\" message=\"because\"/>"));
    assert_null(strchr(text, '\x1b'));
    assert_non_null(strstr(text, "classname=\"virt-moment.snapshot\""));
    xmlFreeDoc(doc);
}

static void
test_tap(void **state)
{
    g_autoptr(RunReport) report = report_of(
        (Verdict[]){VERDICT_PASS, VERDICT_FAIL, VERDICT_SKIP, VERDICT_XFAIL, VERDICT_XPASS}, 5);
    CaseResult *skipped = g_ptr_array_index(report->results, 2);
    g_autofree char *text = NULL;

    (void)state;
    g_free(skipped->reason);
    skipped->reason = g_strdup("needs #guest\nhere");
    text = report_tap(report);
    assert_non_null(strstr(text, "TAP version 13\n1..5\nok 1 - snapshot/case[n=0]\n"));
    assert_non_null(strstr(text, "\nnot ok 2 - snapshot/case[n=1]\n# fail: because\n"));
    assert_non_null(strstr(text, "\nok 3 - snapshot/case[n=2] # SKIP needs \\#guest here\n"));
    assert_non_null(strstr(text, "\nnot ok 4 - snapshot/case[n=3] # TODO because\n"));
    assert_non_null(strstr(text, "\nnot ok 5 - snapshot/case[n=4]\n"));
}

static void
test_summary_names_failure_and_repeat_command(void **state)
{
    g_autoptr(RunReport) report = report_of((Verdict[]){VERDICT_FAIL, VERDICT_SKIP}, 2);
    g_autofree char *text = NULL;

    (void)state;
    report->selection = json_pack("{s:[s]}", "paths", "my suite");
    report->observed = json_pack("{s:{s:i,s:i,s:i}}", "I1", "observed", 3, "partly", 2, "not", 1);
    text = report_summary(report);
    assert_non_null(strstr(text, "fail: snapshot/case[n=0]\n    because\n"));
    assert_non_null(strstr(text, "virt-moment run --target sim --profile rfc --seed 7 "
                                 "--filter 'snapshot/case[n=0]' 'my suite'\n"));
    assert_non_null(strstr(text, "planned 2, ran 1, skipped 1"));
    assert_non_null(strstr(text, "I1                  3          2          1\n"));
    assert_non_null(strstr(text, "skip     1  because\n"));
}

int
main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_exit_codes),
        cmocka_unit_test(test_foreign_object_is_the_callers_to_decide),
        cmocka_unit_test(test_interrupted_wins),
        cmocka_unit_test(test_unused_expectation_fails_the_run),
        cmocka_unit_test(test_result_survives_the_wire),
        cmocka_unit_test(test_bad_lines_are_refused),
        cmocka_unit_test(test_json_has_the_keys_in_order),
        cmocka_unit_test(test_junit_has_a_testcase_per_planned_case),
        cmocka_unit_test(test_tap),
        cmocka_unit_test(test_summary_names_failure_and_repeat_command),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
