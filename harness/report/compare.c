/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "harness/report/compare.h"

#include <string.h>
#include "harness/report/report.h"

static const char *const words[COMPARE_LAST] = {
    [COMPARE_SAME] = "Same",       [COMPARE_NEW] = "New",         [COMPARE_RESOLVED] = "Resolved",
    [COMPARE_ONGOING] = "Ongoing", [COMPARE_CHANGED] = "Changed", [COMPARE_GONE] = "Gone",
    [COMPARE_ADDED] = "Added",
};

const char *
compare_word(CompareKind kind)
{
    g_assert(kind < COMPARE_LAST);
    return words[kind];
}

static void
row_free(CompareRow *row)
{
    g_free(row->id);
    g_free(row->reason);
    g_free(row);
}

void
comparison_free(Comparison *comparison)
{
    if (comparison == NULL) {
        return;
    }
    g_ptr_array_unref(comparison->rows);
    g_free(comparison->before);
    g_free(comparison->after);
    g_free(comparison);
}

/* ---- reading ---- */

/* A report's cases by id: char * → json_t *, both the report's.  NULL where it is none. */
static GHashTable *
index_cases(const json_t *report, const char *which, GError **error)
{
    const json_t *cases = json_object_get(report, "cases");
    g_autoptr(GHashTable) index = g_hash_table_new(g_str_hash, g_str_equal);
    json_t *one;
    gsize i;

    if (!json_is_array(cases)) {
        g_set_error(error, REPORT_ERROR, 0, "%s: no report of this program: it has no cases",
                    which);
        return NULL;
    }
    json_array_foreach(cases, i, one)
    {
        const char *id = json_string_value(json_object_get(one, "id"));
        const json_t *verdict = json_object_get(one, "verdict");

        if (id == NULL || (!json_is_null(verdict) &&
                           (!json_is_string(verdict) ||
                            verdict_from_word(json_string_value(verdict)) == VERDICT_LAST))) {
            g_set_error(error, REPORT_ERROR, 0, "%s: case %zu has no id or no known verdict", which,
                        i + 1);
            return NULL;
        }
        g_hash_table_insert(index, (gpointer)id, one);
    }
    return g_steal_pointer(&index);
}

static char *
heading(const json_t *report)
{
    const char *target = json_string_value(json_object_get(report, "target"));
    const char *profile = json_string_value(json_object_get(report, "profile"));

    return g_strdup_printf("%s, profile %s: planned %d, ran %d", target ? target : "?",
                           profile ? profile : "?",
                           (int)json_integer_value(json_object_get(report, "planned")),
                           (int)json_integer_value(json_object_get(report, "ran")));
}

/* The verdict of a case, VERDICT_LAST for none or for one that did not end. */
static Verdict
verdict_of(const json_t *one)
{
    const char *word = json_string_value(json_object_get(one, "verdict"));

    return word != NULL ? verdict_from_word(word) : VERDICT_LAST;
}

/* ---- comparing ---- */

static CompareKind
kind_of(const json_t *before, const json_t *after)
{
    Verdict was = verdict_of(before), is = verdict_of(after);

    if (before == NULL) {
        return is == VERDICT_LAST || verdict_is_expected(is) ? COMPARE_ADDED : COMPARE_NEW;
    }
    if (is == VERDICT_LAST) {
        return COMPARE_GONE;
    }
    gboolean was_bad = was != VERDICT_LAST && !verdict_is_expected(was);

    if (!verdict_is_expected(is)) {
        return was_bad ? COMPARE_ONGOING : COMPARE_NEW;
    }
    if (was_bad) {
        return COMPARE_RESOLVED;
    }
    return was == is ? COMPARE_SAME : COMPARE_CHANGED;
}

static const char *
word_of(const json_t *one)
{
    Verdict verdict = verdict_of(one);

    return verdict != VERDICT_LAST ? verdict_word(verdict) : NULL;
}

static void
compare_case(Comparison *comparison, const char *id, const json_t *before, const json_t *after)
{
    CompareKind kind = kind_of(before, after);
    const char *reason = json_string_value(json_object_get(after, "reason"));

    comparison->counts[kind]++;
    if (kind == COMPARE_SAME) {
        return;
    }
    CompareRow *row = g_new0(CompareRow, 1);

    row->kind = kind;
    row->id = g_strdup(id);
    row->before = word_of(before);
    row->after = word_of(after);
    row->reason = g_strdup(reason ? reason : json_string_value(json_object_get(before, "reason")));
    g_ptr_array_add(comparison->rows, row);
}

Comparison *
compare_reports(const json_t *before, const json_t *after, GError **error)
{
    g_autoptr(GHashTable) was = index_cases(before, "the first file", error);
    g_autoptr(GHashTable) is = was ? index_cases(after, "the second file", error) : NULL;
    json_t *one;
    gsize i;

    if (is == NULL) {
        return NULL;
    }
    Comparison *comparison = g_new0(Comparison, 1);

    comparison->rows = g_ptr_array_new_with_free_func((GDestroyNotify)row_free);
    comparison->before = heading(before);
    comparison->after = heading(after);
    json_array_foreach(json_object_get(before, "cases"), i, one)
    {
        const char *id = json_string_value(json_object_get(one, "id"));

        compare_case(comparison, id, one, g_hash_table_lookup(is, id));
    }
    json_array_foreach(json_object_get(after, "cases"), i, one)
    {
        const char *id = json_string_value(json_object_get(one, "id"));

        if (!g_hash_table_contains(was, id)) {
            compare_case(comparison, id, NULL, one);
        }
    }
    return comparison;
}

gboolean
comparison_is_clean(const Comparison *comparison)
{
    return comparison->counts[COMPARE_NEW] == 0 && comparison->counts[COMPARE_GONE] == 0;
}

/* ---- the text ---- */

static char *
change_of(const CompareRow *row)
{
    return g_strdup_printf("%s → %s%s%s", row->before ? row->before : "-",
                           row->after ? row->after : "-", row->reason ? ": " : "",
                           row->reason ? row->reason : "");
}

/* counts: char * → number; order: its keys, the first come first.  change is taken. */
static void
count_change(GHashTable *counts, GPtrArray *order, char *change)
{
    guint count = GPOINTER_TO_UINT(g_hash_table_lookup(counts, change));

    if (count == 0) {
        g_ptr_array_add(order, change);
    }
    g_hash_table_insert(counts, change, GUINT_TO_POINTER(count + 1));
}

/* How many of a kind changed in the same way, in the order of the first of each. */
static void
append_groups(GString *out, const Comparison *comparison, CompareKind kind)
{
    g_autoptr(GHashTable) counts = g_hash_table_new_full(g_str_hash, g_str_equal, g_free, NULL);
    g_autoptr(GPtrArray) order = g_ptr_array_new();

    for (guint i = 0; i < comparison->rows->len; i++) {
        const CompareRow *row = g_ptr_array_index(comparison->rows, i);

        if (row->kind == kind) {
            count_change(counts, order, change_of(row));
        }
    }
    for (guint i = 0; i < order->len; i++) {
        const char *change = g_ptr_array_index(order, i);

        g_string_append_printf(out, "  %6u  %s\n",
                               GPOINTER_TO_UINT(g_hash_table_lookup(counts, change)), change);
    }
}

static void
append_rows(GString *out, const Comparison *comparison, CompareKind kind)
{
    for (guint i = 0; i < comparison->rows->len; i++) {
        const CompareRow *row = g_ptr_array_index(comparison->rows, i);

        if (row->kind == kind) {
            g_autofree char *change = change_of(row);

            g_string_append_printf(out, "  %s\n      %s\n", row->id, change);
        }
    }
}

char *
comparison_text(const Comparison *comparison, gboolean all)
{
    GString *out = g_string_new(NULL);

    g_string_append_printf(out, "A: %s\nB: %s\n", comparison->before, comparison->after);
    for (CompareKind kind = COMPARE_NEW; kind < COMPARE_LAST; kind++) {
        if (comparison->counts[kind] == 0) {
            continue;
        }
        g_string_append_printf(out, "\n%s (%u)\n", compare_word(kind), comparison->counts[kind]);
        if (!all && (kind == COMPARE_CHANGED || kind == COMPARE_ADDED)) {
            append_groups(out, comparison, kind);
        } else {
            append_rows(out, comparison, kind);
        }
    }
    g_string_append_c(out, '\n');
    for (CompareKind kind = COMPARE_SAME; kind < COMPARE_LAST; kind++) {
        g_string_append_printf(out, "%s%s %u", kind == COMPARE_SAME ? "" : ", ", compare_word(kind),
                               comparison->counts[kind]);
    }
    g_string_append_c(out, '\n');
    return g_string_free(out, FALSE);
}
