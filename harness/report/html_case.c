/* SPDX-License-Identifier: LGPL-2.1-or-later
 *
 * The page of a case: per report how it ended, and its steps.
 */
#include "harness/report/html_int.h"

#include <string.h>
#include "harness/report/xml_text.h"

/* Outputs longer than this are folded. */
#define OUTPUT_OPEN 300

/* ---- drawings -------------------------------------------------------------- */

static gboolean
is_drawn(const HtmlReport *html, const HtmlCase *entry, guint report)
{
    return html->options->draw_all || html->cases->len <= HTML_DRAWN_ANYWAY ||
           html_is_bad(entry, report);
}

void
html_ask_drawings(HtmlReport *html)
{
    for (guint i = 0; i < html->cases->len; i++) {
        const HtmlCase *entry = g_ptr_array_index(html->cases, i);

        for (guint r = 0; r < html->count; r++) {
            const CaseResult *result = entry->results[r];
            const GPtrArray *trace = result != NULL ? result->trace : NULL;

            for (guint s = 0; trace != NULL && is_drawn(html, entry, r) && s < trace->len; s++) {
                const TraceStep *step = g_ptr_array_index(trace, s);
                g_autofree char *graph = drawing_graph(step->world);

                if (graph != NULL) {
                    drawing_book_add(html->book, graph);
                }
            }
        }
    }
}

static void
append_drawing(const HtmlReport *html, GString *page, const json_t *world)
{
    g_autofree char *graph = drawing_graph(world);
    const char *svg = graph != NULL ? drawing_book_svg(html->book, graph) : NULL;

    if (svg != NULL) {
        g_string_append_printf(page, "<div class=\"drawing\">%s</div>\n", svg);
    }
}

/* ---- steps ------------------------------------------------------------------ */

static void
append_member(GString *page, const char *title, const char *class, const char *text)
{
    if (text == NULL || *text == '\0') {
        return;
    }
    g_string_append_printf(page, "<dt>%s</dt>", title);
    html_element(page, "dd", class, text);
    g_string_append_c(page, '\n');
}

static void
append_output(GString *page, const char *output)
{
    gboolean folded = output != NULL && strlen(output) > OUTPUT_OPEN;

    if (output == NULL || *output == '\0') {
        return;
    }
    g_string_append(page, folded ? "<details><summary>output</summary>" : "");
    html_element(page, "pre", "output", output);
    g_string_append(page, folded ? "</details>\n" : "\n");
}

/* One step; `world` is what is drawn below it, or NULL. */
static void
append_step(const HtmlReport *html, GString *page, const TraceStep *step, guint report,
            const json_t *world)
{
    if (step->failed) {
        g_string_append_printf(page, "<li class=\"step bad\" id=\"run%u-failed\">", report + 1);
    } else {
        g_string_append(page, "<li class=\"step\">");
    }
    g_string_append_printf(page, "<span class=\"line\">line %u</span>", step->line);
    html_element(page, "pre", "command", step->source != NULL ? step->source : "");
    g_string_append(page, "\n<dl>\n");
    if (step->expected != NULL && g_strcmp0(step->expected, step->seen) == 0) {
        append_member(page, "as expected", "seen", step->seen);
    } else {
        append_member(page, "expected", "expected", step->expected);
        append_member(page, "seen", "seen", step->seen);
    }
    append_member(page, "events", "events", step->events);
    g_string_append(page, "</dl>\n");
    append_output(page, step->output);
    if (world != NULL) {
        append_drawing(html, page, world);
    }
    g_string_append(page, "</li>\n");
}

/* The steps, each that changed the world with a drawing of it; one that failed shows it again. */
static void
append_list(const HtmlReport *html, GString *page, const HtmlCase *entry, guint report)
{
    const GPtrArray *trace = entry->results[report]->trace;
    gboolean drawn = is_drawn(html, entry, report) && html->note == NULL;
    const json_t *world = NULL;

    g_string_append(page, "<ol class=\"steps\">\n");
    for (guint i = 0; i < trace->len; i++) {
        const TraceStep *step = g_ptr_array_index(trace, i);

        world = step->world != NULL ? step->world : world;
        append_step(html, page, step, report,
                    drawn && (step->failed || step->world != NULL) ? world : NULL);
    }
    g_string_append(page, "</ol>\n");
}

static void
append_steps(const HtmlReport *html, GString *page, const HtmlCase *entry, guint report)
{
    const GPtrArray *trace = entry->results[report]->trace;

    if (trace == NULL) {
        g_string_append(page, "<p class=\"soft\">The report has no steps: it was made without "
                              "--html and --trace, or the worker did not live to tell.</p>\n");
        return;
    }
    if (html->note != NULL) {
        g_string_append(page, "<p class=\"soft\">Without drawings: ");
        xml_text_append(page, html->note);
        g_string_append(page, "</p>\n");
    } else if (!is_drawn(html, entry, report)) {
        g_string_append(page, "<p class=\"soft\">Without drawings, as it ended as expected; "
                              "--html-all draws such cases too.</p>\n");
    }
    append_list(html, page, entry, report);
}

/* ---- the page ----------------------------------------------------------------- */

static void
append_result(const HtmlReport *html, GString *page, const HtmlCase *entry, guint report)
{
    const CaseResult *result = entry->results[report];
    g_autofree char *repeat = report_repeat_command(html_run(html, report), entry->id);
    gboolean failed_step = html_has_failed_step(entry, report);

    g_string_append_printf(page, "<h2 id=\"run%u\">", report + 1);
    xml_text_append(page, html_title(html, report));
    g_string_append_c(page, ' ');
    html_verdict(page, entry, report, NULL);
    g_string_append(page, "</h2>\n");
    if (result == NULL) {
        return;
    }
    if (result->reason != NULL && !failed_step) {
        html_element(page, "p", "reason", result->reason);
        g_string_append_c(page, '\n');
    }
    if (result->rule != NULL && html_is_bad(entry, report)) {
        g_string_append(page, "<p>It is about ");
        html_rule_link(html, page, result->rule, "../");
        if (failed_step) {
            g_string_append_printf(
                page, ". <a href=\"#run%u-failed\">To the step that failed</a></p>\n", report + 1);
        } else {
            g_string_append(page, ".</p>\n");
        }
    }
    append_steps(html, page, entry, report);
    if (result->detail != NULL && result->trace == NULL) {
        html_element(page, "pre", "detail", result->detail);
    }
    g_string_append(page, "<p class=\"soft\">Repeat it:</p>\n");
    html_element(page, "pre", "repeat", repeat);
    g_string_append_c(page, '\n');
}

/* The rules that the case covers, each with what it says. */
static void
append_rules(const HtmlReport *html, GString *page, const HtmlCase *entry)
{
    const CaseResult *result = NULL;

    for (guint i = 0; i < html->count && result == NULL; i++) {
        result = entry->results[i];
    }
    if (result == NULL || result->rules->len == 0) {
        return;
    }
    g_string_append(page, "<table>\n<tbody>\n");
    for (guint i = 0; i < result->rules->len; i++) {
        const char *id = g_ptr_array_index(result->rules, i);
        const HtmlRule *rule = g_hash_table_lookup(html->by_rule, id);

        g_string_append(page, "<tr><td class=\"id\">");
        html_rule_link(html, page, id, "../");
        g_string_append(page, "</td><td>");
        html_level(page, rule != NULL ? rule->rule : NULL);
        g_string_append(page, "</td>");
        html_element(page, "td", "sentence",
                     rule != NULL && rule->rule != NULL ? rule->rule->sentence : "");
        g_string_append(page, "</tr>\n");
    }
    g_string_append(page, "</tbody>\n</table>\n");
}

static gboolean
write_case(const HtmlReport *html, const HtmlCase *entry, GError **error)
{
    g_autofree char *name = g_strconcat("cases/", entry->page, NULL);
    GString *page = html_page_begin(entry->id, "../");

    append_rules(html, page, entry);
    for (guint i = 0; i < html->count; i++) {
        if (entry->planned[i]) {
            append_result(html, page, entry, i);
        }
    }
    return html_page_end(html, page, name, error);
}

gboolean
html_write_case_pages(const HtmlReport *html, GError **error)
{
    for (guint i = 0; i < html->cases->len; i++) {
        if (!write_case(html, g_ptr_array_index(html->cases, i), error)) {
            return FALSE;
        }
    }
    return TRUE;
}
