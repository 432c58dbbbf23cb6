/* SPDX-License-Identifier: LGPL-2.1-or-later
 *
 * The JUnit report: one testcase per planned case, in the order of the plan.
 */
#include "harness/report/report.h"

#include "harness/report/xml_text.h"

/* The element that a verdict puts into its testcase; NULL = none. */
static const struct {
    const char *element;
} junit_elements[VERDICT_LAST] = {
    [VERDICT_FAIL] = {"failure"},  [VERDICT_CRASH] = {"error"},  [VERDICT_TIMEOUT] = {"error"},
    [VERDICT_ERROR] = {"error"},   [VERDICT_SKIP] = {"skipped"}, [VERDICT_XFAIL] = {"skipped"},
    [VERDICT_XPASS] = {"failure"},
};

static void
append_outcome(GString *out, const CaseResult *result)
{
    const char *element = junit_elements[result->verdict].element;

    g_string_append_printf(out, "      <%s type=\"%s\" message=\"", element,
                           verdict_word(result->verdict));
    xml_text_append(out, result->reason != NULL ? result->reason : "");
    if (result->detail == NULL) {
        g_string_append(out, "\"/>\n");
        return;
    }
    g_string_append(out, "\">");
    xml_text_append(out, result->detail);
    g_string_append_printf(out, "</%s>\n", element);
}

/* "snapshot/undefine-guard[x]" belongs to the class "snapshot". */
static void
append_names(GString *out, const char *id)
{
    const char *slash = strchr(id, '/');

    g_string_append(out, "    <testcase classname=\"virt-moment.");
    if (slash != NULL) {
        g_autofree char *area = g_strndup(id, slash - id);

        xml_text_append(out, area);
    }
    g_string_append(out, "\" name=\"");
    xml_text_append(out, id);
}

static void
append_case(GString *out, const RunReport *report, guint i)
{
    const CaseResult *result = g_ptr_array_index(report->results, i);

    if (result == NULL) {
        append_names(out, g_ptr_array_index(report->plan, i));
        g_string_append(out, "\" time=\"0\">\n      <error type=\"incomplete\" "
                             "message=\"did not end\"/>\n    </testcase>\n");
        return;
    }
    append_names(out, result->id);
    g_string_append_printf(out, "\" time=\"%.6f\"", result->ms / 1000);
    if (junit_elements[result->verdict].element == NULL) {
        g_string_append(out, "/>\n");
        return;
    }
    g_string_append(out, ">\n");
    append_outcome(out, result);
    g_string_append(out, "    </testcase>\n");
}

static guint
count_elements(const RunReport *report, const char *element)
{
    guint count = 0;

    for (Verdict verdict = 0; verdict < VERDICT_LAST; verdict++) {
        if (g_strcmp0(junit_elements[verdict].element, element) == 0) {
            count += run_report_count(report, verdict);
        }
    }
    return count;
}

char *
report_junit(const RunReport *report)
{
    GString *out = g_string_new("<?xml version=\"1.0\" encoding=\"UTF-8\"?>\n<testsuites>\n");
    guint ended = run_report_ran(report) + run_report_count(report, VERDICT_SKIP);

    g_string_append(out, "  <testsuite name=\"virt-moment ");
    xml_text_append(out, report->target);
    g_string_append_printf(out, "\" tests=\"%u\" failures=\"%u\" errors=\"%u\" skipped=\"%u\">\n",
                           report->planned, count_elements(report, "failure"),
                           count_elements(report, "error") + report->planned - ended,
                           count_elements(report, "skipped"));
    for (guint i = 0; i < report->results->len; i++) {
        append_case(out, report, i);
    }
    g_string_append(out, "  </testsuite>\n</testsuites>\n");
    return g_string_free(out, FALSE);
}
