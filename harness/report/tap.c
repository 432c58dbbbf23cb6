/* SPDX-License-Identifier: LGPL-2.1-or-later
 *
 * TAP version 13: one line per planned case, details as diagnostics.
 */
#include "harness/report/report.h"

#include <string.h>

/* Line breaks would end the line, '#' would begin a directive. */
static void
append_line_text(GString *out, const char *text)
{
    for (const char *at = text; *at != '\0'; at++) {
        if (*at == '#' || *at == '\\') {
            g_string_append_c(out, '\\');
        }
        g_string_append_c(out, (guchar)*at < 0x20 ? ' ' : *at);
    }
}

static void
append_diagnostics(GString *out, const char *text)
{
    g_auto(GStrv) lines = g_strsplit(text, "\n", -1);

    for (guint i = 0; lines[i] != NULL; i++) {
        if (lines[i][0] != '\0' || lines[i + 1] != NULL) {
            g_string_append_printf(out, "# %s\n", lines[i]);
        }
    }
}

/* What TAP calls SKIP and TODO; a passing TODO counts as a bonus there, so an
 * unexpected pass must be "not ok" without a directive. */
static const char *
directive(Verdict verdict)
{
    switch (verdict) {
    case VERDICT_SKIP:
        return "SKIP";
    case VERDICT_XFAIL:
        return "TODO";
    default:
        return NULL;
    }
}

static void
append_result(GString *out, guint number, const CaseResult *result)
{
    gboolean ok = result->verdict == VERDICT_PASS || result->verdict == VERDICT_SKIP;
    const char *word = directive(result->verdict);

    g_string_append_printf(out, "%s %u - ", ok ? "ok" : "not ok", number);
    append_line_text(out, result->id);
    if (word != NULL) {
        g_string_append_printf(out, " # %s ", word);
        append_line_text(out, result->reason != NULL ? result->reason : "");
    }
    g_string_append_c(out, '\n');
    if (verdict_is_expected(result->verdict)) {
        return;
    }
    g_string_append_printf(out, "# %s: ", verdict_word(result->verdict));
    append_line_text(out, result->reason != NULL ? result->reason : "no reason given");
    g_string_append_c(out, '\n');
    if (result->detail != NULL) {
        append_diagnostics(out, result->detail);
    }
}

char *
report_tap(const RunReport *report)
{
    GString *out = g_string_new("TAP version 13\n");

    g_string_append_printf(out, "1..%u\n", report->planned);
    for (guint i = 0; i < report->results->len; i++) {
        const CaseResult *result = g_ptr_array_index(report->results, i);

        if (result != NULL) {
            append_result(out, i + 1, result);
        }
    }
    if (report->interrupted) {
        g_string_append(out, "Bail out! interrupted\n");
    }
    return g_string_free(out, FALSE);
}
