/* SPDX-License-Identifier: LGPL-2.1-or-later
 *
 * A whole run: what it counts to, and the exit code that follows.
 */
#include "harness/report/report.h"

#include "harness/report/exit_code.h"

RunReport *
run_report_new(void)
{
    RunReport *report = g_new0(RunReport, 1);

    report->capabilities = g_ptr_array_new_with_free_func(g_free);
    report->plan = g_ptr_array_new_with_free_func(g_free);
    report->results = g_ptr_array_new_with_free_func((GDestroyNotify)case_result_free);
    report->unused = g_ptr_array_new_with_free_func(g_free);
    report->faults = g_ptr_array_new_with_free_func(g_free);
    return report;
}

void
run_report_free(RunReport *report)
{
    if (report == NULL) {
        return;
    }
    g_free(report->target);
    g_free(report->version);
    g_free(report->profile);
    json_decref(report->selection);
    g_ptr_array_unref(report->capabilities);
    g_ptr_array_unref(report->plan);
    g_ptr_array_unref(report->results);
    g_ptr_array_unref(report->unused);
    g_ptr_array_unref(report->faults);
    json_decref(report->observed);
    g_free(report);
}

guint
run_report_count(const RunReport *report, Verdict verdict)
{
    guint count = 0;

    for (guint i = 0; i < report->results->len; i++) {
        const CaseResult *result = g_ptr_array_index(report->results, i);

        count += result != NULL && result->verdict == verdict;
    }
    return count;
}

guint
run_report_ran(const RunReport *report)
{
    guint ran = 0;

    for (Verdict verdict = 0; verdict < VERDICT_LAST; verdict++) {
        ran += verdict != VERDICT_SKIP ? run_report_count(report, verdict) : 0;
    }
    g_assert(ran <= report->planned);
    return ran;
}

static gboolean
has_unexpected(const RunReport *report)
{
    for (Verdict verdict = 0; verdict < VERDICT_LAST; verdict++) {
        if (!verdict_is_expected(verdict) && run_report_count(report, verdict) > 0) {
            return TRUE;
        }
    }
    return report->unused->len > 0;
}

static gboolean
met_foreign_object(const RunReport *report)
{
    for (guint i = 0; i < report->results->len; i++) {
        const CaseResult *result = g_ptr_array_index(report->results, i);

        if (result != NULL && result->verdict == VERDICT_ERROR && result->reason != NULL &&
            g_str_has_prefix(result->reason, REPORT_FOREIGN_OBJECT)) {
            return TRUE;
        }
    }
    return FALSE;
}

int
run_report_exit_code(const RunReport *report)
{
    guint ran = run_report_ran(report);

    if (report->interrupted) {
        return EXIT_CODE_INTERRUPTED;
    }
    if (met_foreign_object(report)) {
        return EXIT_CODE_USAGE;
    }
    if (run_report_count(report, VERDICT_ERROR) > 0 || report->faults->len > 0) {
        return EXIT_CODE_HARNESS;
    }
    if (has_unexpected(report)) {
        return EXIT_CODE_UNEXPECTED;
    }
    if (ran == 0 || ran + run_report_count(report, VERDICT_SKIP) < report->planned) {
        return EXIT_CODE_INCOMPLETE;
    }
    return EXIT_CODE_OK;
}
