/* SPDX-License-Identifier: LGPL-2.1-or-later
 *
 * Known deviations of a target: read, and held against the results.
 *
 * A row is five words, quoted as in a shell:
 *
 *     case|rule  ID  OBSERVED  REASON  REFERENCE
 */
#include "harness/run/expectations.h"

#include <string.h>
#include "harness/report/exit_code.h"
#include "harness/run/runner.h"

typedef struct {
    gboolean is_rule;
    char *id;
    char *observed; /* "-" = a failure with no code of its own */
    char *reason;
    char *reference;
    char *place; /* "test.txt:12" */
} Row;

struct Expectations {
    GPtrArray *rows; /* of Row *, in the order of the files */
};

static void
row_free(Row *row)
{
    g_free(row->id);
    g_free(row->observed);
    g_free(row->reason);
    g_free(row->reference);
    g_free(row->place);
    g_free(row);
}

void
expectations_free(Expectations *expectations)
{
    if (expectations == NULL) {
        return;
    }
    g_ptr_array_unref(expectations->rows);
    g_free(expectations);
}

static gboolean
refuse_row(const char *place, const char *text, GError **error)
{
    g_set_error(error, RUNNER_ERROR, EXIT_CODE_USAGE,
                "%s: %s; a row is: case|rule ID OBSERVED REASON REFERENCE", place, text);
    return FALSE;
}

static gboolean
check_words(char **words, const char *place, GError **error)
{
    if (g_strv_length(words) != 5) {
        return refuse_row(place, "not five words", error);
    }
    if (strcmp(words[0], "case") != 0 && strcmp(words[0], "rule") != 0) {
        return refuse_row(place, "neither 'case' nor 'rule'", error);
    }
    if (strpbrk(words[1], "*?") != NULL) {
        return refuse_row(place, "wildcards are not allowed", error);
    }
    for (guint i = 1; i < 5; i++) {
        if (words[i][0] == '\0') {
            return refuse_row(place, "an empty word", error);
        }
    }
    return TRUE;
}

static gboolean
add_row(Expectations *expectations, const char *line, const char *place, GError **error)
{
    g_auto(GStrv) words = NULL;
    g_autoptr(GError) cause = NULL;
    Row *row;

    if (!g_shell_parse_argv(line, NULL, &words, &cause)) {
        return refuse_row(place, cause->message, error);
    }
    if (!check_words(words, place, error)) {
        return FALSE;
    }
    row = g_new0(Row, 1);
    row->is_rule = strcmp(words[0], "rule") == 0;
    row->id = g_strdup(words[1]);
    row->observed = g_strdup(words[2]);
    row->reason = g_strdup(words[3]);
    row->reference = g_strdup(words[4]);
    row->place = g_strdup(place);
    g_ptr_array_add(expectations->rows, row);
    return TRUE;
}

static gboolean
read_file(Expectations *expectations, const char *dir, const char *name, GError **error)
{
    g_autofree char *path = g_build_filename(dir, name, NULL);
    g_autofree char *text = NULL;
    g_auto(GStrv) lines = NULL;
    gsize length;

    if (!g_file_test(path, G_FILE_TEST_EXISTS)) {
        return TRUE;
    }
    if (!g_file_get_contents(path, &text, &length, error)) {
        return FALSE;
    }
    if (!g_utf8_validate(text, (gssize)length, NULL)) {
        g_autofree char *place = g_strdup_printf("%s:1", name);

        return refuse_row(place, "the file is not UTF-8 text", error);
    }
    lines = g_strsplit(text, "\n", -1);
    for (guint i = 0; lines[i] != NULL; i++) {
        g_autofree char *place = g_strdup_printf("%s:%u", name, i + 1);
        const char *line = g_strstrip(lines[i]);

        if (line[0] != '\0' && line[0] != '#' && !add_row(expectations, line, place, error)) {
            return FALSE;
        }
    }
    return TRUE;
}

/* "test:///default" → "test", "./a/my-driver.so" → "my-driver", "sim" → "sim", "qemu+tcg" → "qemu".
 */
static char *
short_name(const char *target)
{
    g_autofree char *base = NULL;

    if (strstr(target, ":/") != NULL) {
        return g_strndup(target, strcspn(target, ":+"));
    }
    base = g_path_get_basename(target);
    return g_str_has_suffix(base, ".so") ? g_strndup(base, strlen(base) - 3)
                                         : g_strndup(base, strcspn(base, "+"));
}

Expectations *
expectations_load(const char *dir, const char *target, const char *version, GError **error)
{
    g_autoptr(Expectations) expectations = g_new0(Expectations, 1);
    g_autofree char *name = short_name(target);
    g_autofree char *plain = g_strconcat(name, ".txt", NULL);
    g_auto(GStrv) words = g_strsplit_set(version != NULL ? version : "", " ,;()/", -1);

    expectations->rows = g_ptr_array_new_with_free_func((GDestroyNotify)row_free);
    if (!read_file(expectations, dir, plain, error)) {
        return NULL;
    }
    for (guint i = 0; words[i] != NULL; i++) {
        g_autofree char *versioned = g_strconcat(name, "-", words[i], ".txt", NULL);

        if (words[i][0] == '\0' || g_strv_contains((const char *const *)words + i + 1, words[i])) {
            continue;
        }
        if (!read_file(expectations, dir, versioned, error)) {
            return NULL;
        }
    }
    return g_steal_pointer(&expectations);
}

/* A verdict that a row may foresee: the target's doing, not the harness's. */
static gboolean
is_failure(const CaseResult *result)
{
    return result->verdict == VERDICT_FAIL || result->verdict == VERDICT_CRASH ||
           result->verdict == VERDICT_TIMEOUT;
}

static gboolean
foresees(const Row *row, const char *case_id, const char *rule, const char *observed)
{
    const char *seen = observed != NULL ? observed : "-";

    return g_strcmp0(row->id, row->is_rule ? rule : case_id) == 0 &&
           strcmp(row->observed, seen) == 0;
}

gboolean
expectations_know(const Expectations *expectations, const char *case_id, const char *rule,
                  const char *observed)
{
    for (guint i = 0; expectations != NULL && i < expectations->rows->len; i++) {
        if (foresees(g_ptr_array_index(expectations->rows, i), case_id, rule, observed)) {
            return TRUE;
        }
    }
    return FALSE;
}

/* One case while its rows are looked for. */
typedef struct {
    const Expectations *expectations;
    CaseResult *result;
    gboolean *met;   /* per row: whether it met a case, as foreseen or not */
    GString *reason; /* of the rows that foresaw what happened */
} Application;

static void
add_reason(Application *apply, const Row *row)
{
    g_autofree char *text = g_strdup_printf("%s (%s; %s)", row->reason, row->reference, row->place);

    if (strstr(apply->reason->str, text) == NULL) {
        g_string_append_printf(apply->reason, "%s%s", apply->reason->len > 0 ? "; " : "", text);
    }
}

/* One thing that happened in a case; whether a row foresaw it. */
static gboolean
apply_deviation(Application *apply, const char *rule, const char *observed)
{
    const GPtrArray *rows = apply->expectations->rows;
    gboolean foreseen = FALSE;

    for (guint i = 0; i < rows->len; i++) {
        const Row *row = g_ptr_array_index(rows, i);

        if (foresees(row, apply->result->id, rule, observed)) {
            apply->met[i] = TRUE;
            foreseen = TRUE;
            add_reason(apply, row);
        }
    }
    return foreseen;
}

static gboolean
apply_deviations(Application *apply)
{
    const CaseResult *result = apply->result;
    gboolean all = TRUE;

    for (guint i = 0; i < result->deviations->len; i++) {
        g_auto(GStrv) words = g_strsplit(g_ptr_array_index(result->deviations, i), " ", 2);

        all &= apply_deviation(apply, words[0], words[1]);
    }
    return apply_deviation(apply, result->rule, result->observed) && all;
}

/* A row of this very case that foresaw something else than what happened: it is to be removed where
 * nothing else is wrong. */
static const Row *
disappointed_row(Application *apply)
{
    const GPtrArray *rows = apply->expectations->rows;
    const Row *found = NULL;

    for (guint i = 0; i < rows->len; i++) {
        const Row *row = g_ptr_array_index(rows, i);

        if (row->is_rule || strcmp(row->id, apply->result->id) != 0) {
            continue;
        }
        found = !apply->met[i] && found == NULL ? row : found;
        apply->met[i] = TRUE;
    }
    return found;
}

static void
set_verdict(CaseResult *result, Verdict verdict, const char *reason)
{
    g_free(result->reason);
    result->verdict = verdict;
    result->reason = g_strdup(reason);
}

static void
apply_to_case(const Expectations *expectations, CaseResult *result, gboolean *met)
{
    g_autoptr(GString) reason = g_string_new(NULL);
    Application apply = {
        .expectations = expectations, .result = result, .met = met, .reason = reason};
    gboolean expected = is_failure(result) && apply_deviations(&apply);
    const Row *disappointed = disappointed_row(&apply);

    if (disappointed != NULL && (expected || result->verdict == VERDICT_PASS)) {
        g_string_truncate(reason, 0);
        add_reason(&apply, disappointed);
        set_verdict(result, VERDICT_XPASS, reason->str);
    } else if (expected) {
        set_verdict(result, VERDICT_XFAIL, reason->str);
    }
}

void
expectations_apply(const Expectations *expectations, RunReport *report, gboolean whole)
{
    const GPtrArray *rows = expectations->rows;
    g_autofree gboolean *met = g_new0(gboolean, rows->len + 1);

    for (guint i = 0; i < report->results->len; i++) {
        CaseResult *result = g_ptr_array_index(report->results, i);

        if (result != NULL) {
            apply_to_case(expectations, result, met);
        }
    }
    for (guint i = 0; whole && i < rows->len; i++) {
        const Row *row = g_ptr_array_index(rows, i);

        if (!met[i]) {
            g_ptr_array_add(report->unused, g_strdup_printf("%s: %s %s %s", row->place,
                                                            row->is_rule ? "rule" : "case", row->id,
                                                            row->observed));
        }
    }
}
