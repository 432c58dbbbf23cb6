/* SPDX-License-Identifier: LGPL-2.1-or-later
 *
 * A run read back from its JSON report.
 */
#include "harness/report/report.h"

#include <string.h>

static gboolean
take_case(RunReport *report, const json_t *json, GError **error)
{
    const char *id = json_string_value(json_object_get(json, "id"));
    CaseResult *result = NULL;

    if (id == NULL) {
        g_set_error(error, REPORT_ERROR, 0, "a case has no 'id'");
        return FALSE;
    }
    if (json_is_string(json_object_get(json, "verdict"))) {
        result = case_result_from_json(json, error);
        if (result == NULL) {
            return FALSE;
        }
    }
    g_ptr_array_add(report->plan, g_strdup(id));
    g_ptr_array_add(report->results, result);
    return TRUE;
}

RunReport *
run_report_from_json(const json_t *json, GError **error)
{
    const json_t *versions = json_object_get(json, "versions");
    const json_t *cases = json_object_get(json, "cases");
    g_autoptr(RunReport) report = run_report_new();

    if (g_strcmp0(json_string_value(json_object_get(json, "schema")), REPORT_SCHEMA) != 0) {
        g_set_error(error, REPORT_ERROR, 0, "it is no report of schema %s", REPORT_SCHEMA);
        return NULL;
    }
    report->target = g_strdup(json_string_value(json_object_get(json, "target")));
    report->version = g_strdup(json_string_value(json_object_get(versions, "target")));
    report->profile = g_strdup(json_string_value(json_object_get(json, "profile")));
    report->seed = (guint64)json_integer_value(json_object_get(json, "seed"));
    report->selection = json_incref(json_object_get(json, "selection"));
    report->observed = json_incref(json_object_get(json, "observed"));
    if (report->target == NULL || report->profile == NULL) {
        g_set_error(error, REPORT_ERROR, 0, "it names no target, or no profile");
        return NULL;
    }
    for (size_t i = 0; i < json_array_size(cases); i++) {
        if (!take_case(report, json_array_get(cases, i), error)) {
            return NULL;
        }
    }
    report->planned = report->plan->len;
    return g_steal_pointer(&report);
}
