/* SPDX-License-Identifier: LGPL-2.1-or-later
 *
 * What a person reads at the end of a run.
 */
#include "harness/report/report.h"

#include <inttypes.h>
#include <string.h>

#define FAILURES_SHOWN 20

static const char *
selection_paths(const RunReport *report, size_t i)
{
    return json_string_value(json_array_get(json_object_get(report->selection, "paths"), i));
}

/* Quoted only where a shell would see more than a word. */
static char *
quote(const char *word)
{
    static const char plain[] = "abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789"
                                "/._:=,+-@%";

    return word[0] != '\0' && word[strspn(word, plain)] == '\0' ? g_strdup(word)
                                                                : g_shell_quote(word);
}

char *
report_repeat_command(const RunReport *report, const char *id)
{
    GString *out = g_string_new("virt-moment run");
    g_autofree char *target = quote(report->target);
    g_autofree char *filter = quote(id);
    const char *path;

    g_string_append_printf(out, " --target %s --profile %s --seed %" PRIu64 " --filter %s", target,
                           report->profile, report->seed, filter);
    for (size_t i = 0; (path = selection_paths(report, i)) != NULL; i++) {
        g_autofree char *quoted = quote(path);

        g_string_append_printf(out, " %s", quoted);
    }
    return g_string_free(out, FALSE);
}

static void
append_indented(GString *out, const char *text)
{
    g_auto(GStrv) lines = g_strsplit(text, "\n", -1);

    for (guint i = 0; lines[i] != NULL; i++) {
        if (lines[i][0] != '\0') {
            g_string_append_printf(out, "    %s\n", lines[i]);
        } else if (lines[i + 1] != NULL) {
            g_string_append_c(out, '\n');
        }
    }
}

char *
report_failure(const RunReport *report, const CaseResult *result)
{
    GString *out = g_string_new(NULL);
    g_autofree char *repeat = report_repeat_command(report, result->id);

    g_string_append_printf(out, "%s: %s\n", verdict_word(result->verdict), result->id);
    /* The detail of a failure begins with its reason, put more clearly. */
    if (result->reason != NULL && (result->verdict != VERDICT_FAIL || result->detail == NULL)) {
        g_string_append_printf(out, "    %s\n", result->reason);
    }
    if (result->detail != NULL) {
        append_indented(out, result->detail);
    }
    g_string_append_printf(out, "    repeat: %s\n", repeat);
    return g_string_free(out, FALSE);
}

/* The first ones in full; a target that fails hundreds of cases is read in the JSON report. */
static void
append_failures(GString *out, const RunReport *report)
{
    guint shown = 0;

    for (guint i = 0; i < report->results->len; i++) {
        const CaseResult *result = g_ptr_array_index(report->results, i);

        if (result == NULL || verdict_is_expected(result->verdict)) {
            continue;
        }
        if (shown++ < FAILURES_SHOWN) {
            g_autofree char *text = report_failure(report, result);

            g_string_append_printf(out, "%s\n", text);
        } else {
            g_string_append_printf(out, "%s: %s: %s\n", verdict_word(result->verdict), result->id,
                                   result->reason != NULL ? result->reason : "no reason given");
        }
    }
    for (guint i = 0; i < report->faults->len; i++) {
        g_string_append_printf(out, "fault: %s\n",
                               (const char *)g_ptr_array_index(report->faults, i));
    }
    for (guint i = 0; i < report->unused->len; i++) {
        g_string_append_printf(out, "unused expectation: %s\n",
                               (const char *)g_ptr_array_index(report->unused, i));
    }
}

static int
compare_counts(gconstpointer a, gconstpointer b, gpointer counts)
{
    guint na = GPOINTER_TO_UINT(g_hash_table_lookup(counts, *(char *const *)a));
    guint nb = GPOINTER_TO_UINT(g_hash_table_lookup(counts, *(char *const *)b));

    if (na != nb) {
        return na > nb ? -1 : 1;
    }
    return strcmp(*(char *const *)a, *(char *const *)b);
}

/* "skipped:" and "xfail:" with how many cases share each reason. */
static void
append_reasons(GString *out, const RunReport *report, Verdict verdict)
{
    g_autoptr(GHashTable) counts = g_hash_table_new(g_str_hash, g_str_equal);
    g_autoptr(GPtrArray) reasons = g_ptr_array_new();

    for (guint i = 0; i < report->results->len; i++) {
        const CaseResult *result = g_ptr_array_index(report->results, i);
        const char *reason;
        guint count;

        if (result == NULL || result->verdict != verdict) {
            continue;
        }
        reason = result->reason != NULL ? result->reason : "no reason given";
        count = GPOINTER_TO_UINT(g_hash_table_lookup(counts, reason));
        if (count == 0) {
            g_ptr_array_add(reasons, (gpointer)reason);
        }
        g_hash_table_insert(counts, (gpointer)reason, GUINT_TO_POINTER(count + 1));
    }
    g_ptr_array_sort_with_data(reasons, compare_counts, counts);
    for (guint i = 0; i < reasons->len; i++) {
        const char *reason = g_ptr_array_index(reasons, i);

        g_string_append_printf(out, "  %s %5u  %s\n", verdict_word(verdict),
                               GPOINTER_TO_UINT(g_hash_table_lookup(counts, reason)), reason);
    }
}

static void
append_observed(GString *out, json_t *observed)
{
    const char *id;
    json_t *row;

    if (json_object_size(observed) == 0) {
        return;
    }
    g_string_append_printf(out, "%-10s %10s %10s %10s\n", "invariant", "observed", "partly", "not");
    json_object_foreach(observed, id, row)
    {
        g_string_append_printf(out, "%-10s %10" PRId64 " %10" PRId64 " %10" PRId64 "\n", id,
                               (gint64)json_integer_value(json_object_get(row, "observed")),
                               (gint64)json_integer_value(json_object_get(row, "partly")),
                               (gint64)json_integer_value(json_object_get(row, "not")));
    }
    g_string_append_c(out, '\n');
}

static guint
count_rules(const RunReport *report)
{
    g_autoptr(GHashTable) rules = g_hash_table_new(g_str_hash, g_str_equal);

    for (guint i = 0; i < report->results->len; i++) {
        const CaseResult *result = g_ptr_array_index(report->results, i);

        for (guint j = 0;
             result != NULL && result->verdict != VERDICT_SKIP && j < result->rules->len; j++) {
            g_hash_table_add(rules, g_ptr_array_index(result->rules, j));
        }
    }
    return g_hash_table_size(rules);
}

static void
append_counts(GString *out, const RunReport *report)
{
    guint skipped = run_report_count(report, VERDICT_SKIP);
    guint ran = run_report_ran(report);

    g_string_append_printf(out, "target %s (%s), profile %s, seed %" PRIu64 "\n", report->target,
                           report->version != NULL ? report->version : "version unknown",
                           report->profile, report->seed);
    g_string_append_printf(out, "planned %u, ran %u, skipped %u, over %u rules\n", report->planned,
                           ran, skipped, count_rules(report));
    for (Verdict verdict = 0; verdict < VERDICT_LAST; verdict++) {
        guint count = run_report_count(report, verdict);

        if (count > 0) {
            g_string_append_printf(out, "  %-7s %u\n", verdict_word(verdict), count);
        }
    }
    if (ran + skipped < report->planned) {
        g_string_append_printf(out, "  did not end %u\n", report->planned - ran - skipped);
    }
}

/* On a hypervisor that is no part of us: whose time it was. */
static void
append_times(GString *out, const RunReport *report)
{
    double all = 0, hypervisor = 0;

    for (guint i = 0; i < report->results->len; i++) {
        const CaseResult *result = g_ptr_array_index(report->results, i);

        all += result != NULL ? result->ms : 0;
        hypervisor += result != NULL ? result->hypervisor_ms : 0;
    }
    if (hypervisor > 0) {
        g_string_append_printf(out,
                               "the cases took %.1f s: %.1f s the hypervisor and its tools, "
                               "%.1f s the driver, the files and the oracle\n",
                               all / 1000, hypervisor / 1000, (all - hypervisor) / 1000);
    }
}

char *
report_summary(const RunReport *report)
{
    GString *out = g_string_new(NULL);

    append_failures(out, report);
    append_reasons(out, report, VERDICT_XFAIL);
    append_reasons(out, report, VERDICT_SKIP);
    append_observed(out, report->observed);
    append_counts(out, report);
    append_times(out, report);
    return g_string_free(out, FALSE);
}
