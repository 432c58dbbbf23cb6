/* SPDX-License-Identifier: LGPL-2.1-or-later
 *
 * One case's result, in memory and as the line that a worker sends.
 */
#include "harness/report/report.h"

#include <inttypes.h>

G_DEFINE_QUARK(virt - moment - report - error, report_error)

CaseResult *
case_result_new(const char *id)
{
    CaseResult *result = g_new0(CaseResult, 1);

    result->id = g_strdup(id);
    result->rules = g_ptr_array_new_with_free_func(g_free);
    result->deviations = g_ptr_array_new_with_free_func(g_free);
    return result;
}

void
case_result_free(CaseResult *result)
{
    if (result == NULL) {
        return;
    }
    g_free(result->id);
    g_free(result->file);
    g_ptr_array_unref(result->rules);
    g_ptr_array_unref(result->deviations);
    g_free(result->reason);
    g_free(result->detail);
    g_free(result->rule);
    g_free(result->observed);
    g_clear_pointer(&result->trace, g_ptr_array_unref);
    g_free(result);
}

/* A target's texts may hold anything; JSON takes only UTF-8. */
static void
set_text(json_t *json, const char *key, const char *text)
{
    g_autofree char *valid = text != NULL ? g_utf8_make_valid(text, -1) : NULL;

    json_object_set_new(json, key, valid != NULL ? json_string(valid) : json_null());
}

static json_t *
list_json(const GPtrArray *texts)
{
    json_t *list = json_array();

    for (guint i = 0; i < texts->len; i++) {
        json_array_append_new(list, json_string(g_ptr_array_index(texts, i)));
    }
    return list;
}

json_t *
case_result_to_json(const CaseResult *result)
{
    json_t *json = json_object();
    g_autofree char *hash = g_strdup_printf("%016" PRIx64, result->hash);

    set_text(json, "id", result->id);
    json_object_set_new(json, "verdict", json_string(verdict_word(result->verdict)));
    json_object_set_new(json, "rules", list_json(result->rules));
    json_object_set_new(json, "steps", json_integer(result->steps));
    json_object_set_new(json, "ms", json_real(result->ms));
    if (result->hypervisor_ms > 0) {
        json_object_set_new(json, "hypervisor-ms", json_real(result->hypervisor_ms));
    }
    set_text(json, "reason", result->reason);
    set_text(json, "detail", result->detail);
    set_text(json, "file", result->file);
    set_text(json, "rule", result->rule);
    set_text(json, "observed", result->observed);
    if (result->deviations->len > 0) {
        json_object_set_new(json, "deviations", list_json(result->deviations));
    }
    json_object_set_new(json, "hash", json_string(hash));
    if (result->trace != NULL) {
        json_object_set_new(json, "trace", trace_to_json(result->trace));
    }
    return json;
}

static gboolean
take_text(const json_t *json, const char *key, char **text, GError **error)
{
    const json_t *value = json_object_get(json, key);

    if (value == NULL || json_is_null(value)) {
        return TRUE;
    }
    if (!json_is_string(value)) {
        g_set_error(error, REPORT_ERROR, 0, "member '%s' of a result is not a string", key);
        return FALSE;
    }
    *text = g_strdup(json_string_value(value));
    return TRUE;
}

static gboolean
take_list(const json_t *json, const char *key, GPtrArray *texts, GError **error)
{
    const json_t *list = json_object_get(json, key);

    for (size_t i = 0; i < json_array_size(list); i++) {
        const char *text = json_string_value(json_array_get(list, i));

        if (text == NULL) {
            g_set_error(error, REPORT_ERROR, 0, "member '%s' of a result holds no string", key);
            return FALSE;
        }
        g_ptr_array_add(texts, g_strdup(text));
    }
    return TRUE;
}

static gboolean
take_verdict(const json_t *json, Verdict *verdict, GError **error)
{
    const char *word = json_string_value(json_object_get(json, "verdict"));

    *verdict = word != NULL ? verdict_from_word(word) : VERDICT_LAST;
    if (*verdict == VERDICT_LAST) {
        g_set_error(error, REPORT_ERROR, 0, "verdict '%s' of a result is unknown",
                    word != NULL ? word : "(none)");
        return FALSE;
    }
    return TRUE;
}

CaseResult *
case_result_from_json(const json_t *json, GError **error)
{
    const char *id = json_string_value(json_object_get(json, "id"));
    g_autoptr(CaseResult) result = NULL;
    g_autofree char *hash = NULL;

    if (id == NULL) {
        g_set_error(error, REPORT_ERROR, 0, "a result has no 'id'");
        return NULL;
    }
    result = case_result_new(id);
    if (!take_verdict(json, &result->verdict, error) ||
        !take_list(json, "rules", result->rules, error) ||
        !take_list(json, "deviations", result->deviations, error) ||
        !take_text(json, "reason", &result->reason, error) ||
        !take_text(json, "detail", &result->detail, error) ||
        !take_text(json, "file", &result->file, error) ||
        !take_text(json, "rule", &result->rule, error) ||
        !take_text(json, "observed", &result->observed, error) ||
        !take_text(json, "hash", &hash, error)) {
        return NULL;
    }
    result->steps = json_integer_value(json_object_get(json, "steps"));
    result->ms = json_number_value(json_object_get(json, "ms"));
    result->hypervisor_ms = json_number_value(json_object_get(json, "hypervisor-ms"));
    result->hash = hash != NULL ? g_ascii_strtoull(hash, NULL, 16) : 0;
    result->trace = trace_from_json(json_object_get(json, "trace"));
    return g_steal_pointer(&result);
}
