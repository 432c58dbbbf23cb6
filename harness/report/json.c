/* SPDX-License-Identifier: LGPL-2.1-or-later
 *
 * The JSON report.  Nothing in it tells when, where or by how many workers the
 * run was made: two equal runs differ in "ms" and "hypervisor-ms" alone.
 */
#include "harness/report/report.h"

/* Only the simulator's event log is a function of case and seed; others read the wall clock. */
#define DETERMINISTIC_TARGET "sim"

static json_t *
text_or_null(const char *text)
{
    g_autofree char *valid = text != NULL ? g_utf8_make_valid(text, -1) : NULL;

    return valid != NULL ? json_string(valid) : json_null();
}

static json_t *
string_list(const GPtrArray *list)
{
    json_t *json = json_array();

    for (guint i = 0; i < list->len; i++) {
        json_array_append_new(json, text_or_null(g_ptr_array_index(list, i)));
    }
    return json;
}

static json_t *
verdict_counts(const RunReport *report)
{
    json_t *json = json_object();

    for (Verdict verdict = 0; verdict < VERDICT_LAST; verdict++) {
        json_object_set_new(json, verdict_word(verdict),
                            json_integer(run_report_count(report, verdict)));
    }
    return json;
}

static json_t *
case_json(const RunReport *report, guint i)
{
    const CaseResult *result = g_ptr_array_index(report->results, i);
    json_t *json;

    if (result != NULL) {
        json = case_result_to_json(result);
        if (g_strcmp0(report->target, DETERMINISTIC_TARGET) != 0) {
            json_object_del(json, "hash");
        }
        return json;
    }
    json = json_object();
    json_object_set_new(json, "id", text_or_null(g_ptr_array_index(report->plan, i)));
    json_object_set_new(json, "verdict", json_null());
    json_object_set_new(json, "rules", json_array());
    json_object_set_new(json, "steps", json_integer(0));
    json_object_set_new(json, "ms", json_real(0));
    json_object_set_new(json, "reason", json_string("did not end"));
    return json;
}

char *
report_json(const RunReport *report)
{
    json_t *json = json_object();
    json_t *versions = json_object();
    json_t *cases = json_array();
    g_autofree char *text = NULL;
    char *dump;

    json_object_set_new(versions, "virt-moment", json_string(VM_VERSION));
    json_object_set_new(versions, "target", text_or_null(report->version));
    for (guint i = 0; i < report->results->len; i++) {
        json_array_append_new(cases, case_json(report, i));
    }
    json_object_set_new(json, "schema", json_string(REPORT_SCHEMA));
    json_object_set_new(json, "tool", json_string("virt-moment"));
    json_object_set_new(json, "target", text_or_null(report->target));
    json_object_set_new(json, "versions", versions);
    json_object_set_new(json, "profile", text_or_null(report->profile));
    json_object_set_new(json, "seed", json_integer((json_int_t)report->seed));
    json_object_set(json, "selection", report->selection != NULL ? report->selection : json_null());
    json_object_set_new(json, "capabilities", string_list(report->capabilities));
    json_object_set_new(json, "planned", json_integer(report->planned));
    json_object_set_new(json, "ran", json_integer(run_report_ran(report)));
    json_object_set_new(json, "skipped", json_integer(run_report_count(report, VERDICT_SKIP)));
    json_object_set_new(json, "verdicts", verdict_counts(report));
    json_object_set(json, "observed", report->observed != NULL ? report->observed : json_null());
    json_object_set_new(json, "unused_expectations", string_list(report->unused));
    json_object_set_new(json, "cases", cases);
    dump = json_dumps(json, JSON_INDENT(1) | JSON_REAL_PRECISION(6));
    text = g_strconcat(dump, "\n", NULL);
    free(dump);
    json_decref(json);
    return g_steal_pointer(&text);
}
