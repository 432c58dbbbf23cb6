/* SPDX-License-Identifier: LGPL-2.1-or-later
 *
 * The pages that list: the index with the runs and the matrix of rules, all
 * cases, and each rule with its cases.
 */
#include "harness/report/html_int.h"

#include <inttypes.h>
#include <string.h>
#include "harness/report/xml_text.h"

/* Up to so many cases that did not end as expected are shown at once. */
#define UNEXPECTED_OPEN 25

/* ---- tables of cases --------------------------------------------------------- */

static void
begin_case_table(const HtmlReport *html, GString *page, const char *up)
{
    g_string_append(page, "<table>\n<thead><tr><th scope=\"col\">Case</th>");
    html_run_heads(html, page, up);
    g_string_append(page, "</tr></thead>\n<tbody>\n");
}

static void
append_case_row(const HtmlReport *html, GString *page, const HtmlCase *entry, const char *up)
{
    const char *told = NULL;

    g_string_append(page, "<tr><td>");
    html_case_link(page, entry, up);
    for (guint i = 0; i < html->count; i++) {
        const CaseResult *result = entry->results[i];

        if (html_is_bad(entry, i) && result != NULL && result->reason != NULL &&
            g_strcmp0(told, result->reason) != 0) {
            told = result->reason;
            html_element(page, "div", "soft", told);
        }
    }
    g_string_append(page, "</td>");
    for (guint i = 0; i < html->count; i++) {
        g_string_append(page, "<td class=\"verdict\">");
        html_verdict(page, entry, i, up);
        g_string_append(page, "</td>");
    }
    g_string_append(page, "</tr>\n");
}

/* A table of the cases that ended badly anywhere (or, bad FALSE, of all others); nothing for none.
 */
static void
append_cases(const HtmlReport *html, GString *page, const GPtrArray *cases, gboolean bad,
             const char *up)
{
    guint shown = 0;

    for (guint i = 0; i < cases->len; i++) {
        const HtmlCase *entry = g_ptr_array_index(cases, i);

        if (html_is_bad_anywhere(html, entry) != bad) {
            continue;
        }
        if (shown++ == 0) {
            begin_case_table(html, page, up);
        }
        append_case_row(html, page, entry, up);
    }
    g_string_append(page, shown > 0 ? "</tbody>\n</table>\n" : "");
}

/* ---- the index ----------------------------------------------------------------- */

static void
append_run(const HtmlReport *html, GString *page, guint i)
{
    const RunReport *run = html_run(html, i);

    g_string_append_printf(page, "<section class=\"run\" id=\"run%u\">", i + 1);
    html_element(page, "h3", "title", html_title(html, i));
    g_string_append(page, "\n<p>target <b>");
    xml_text_append(page, run->target != NULL ? run->target : "?");
    g_string_append(page, "</b>, profile <b>");
    xml_text_append(page, run->profile != NULL ? run->profile : "?");
    g_string_append_printf(page, "</b>, seed %" PRIu64 "</p>\n", run->seed);
    html_element(page, "p", "soft", run->version != NULL ? run->version : "");
    g_string_append_printf(page, "\n<p>planned %u, ran %u, skipped %u</p>\n<div class=\"counts\">",
                           run->planned, run_report_ran(run), run_report_count(run, VERDICT_SKIP));
    for (Verdict verdict = 0; verdict < VERDICT_LAST; verdict++) {
        guint count = run_report_count(run, verdict);

        if (count > 0) {
            g_string_append_printf(page, "<span class=\"badge %s\">%u %s</span>",
                                   verdict_word(verdict), count, verdict_word(verdict));
        }
    }
    g_string_append(page, "</div>\n</section>\n");
}

/* How many rules of a level are in a state, in one report. */
static guint
count_rules(const HtmlReport *html, RuleLevel level, HtmlRuleState state, guint report)
{
    guint count = 0;

    for (guint i = 0; i < html->rules->len; i++) {
        const HtmlRule *rule = g_ptr_array_index(html->rules, i);

        count += rule->rule != NULL && rule->rule->level == level &&
                 rule->rule->status == RULE_ADOPTED && html_rule_state(rule, report) == state;
    }
    return count;
}

/* Levels × what became of their rules. */
static void
append_levels(const HtmlReport *html, GString *page)
{
    g_string_append(page, "<h2>Levels</h2>\n<table>\n<thead><tr><th scope=\"col\">Run</th>"
                          "<th scope=\"col\">Level</th>");
    for (HtmlRuleState state = 0; state < HTML_RULE_LAST; state++) {
        html_element(page, "th", "state", html_rule_state_word(state));
    }
    g_string_append(page, "</tr></thead>\n<tbody>\n");
    for (guint i = 0; i < html->count; i++) {
        for (RuleLevel level = RULE_MUST; level <= RULE_MAY; level++) {
            g_string_append(page, "<tr>");
            html_element(page, "td", "title", level == RULE_MUST ? html_title(html, i) : "");
            g_string_append_printf(page, "<td>%s</td>", rule_level_word(level));
            for (HtmlRuleState state = 0; state < HTML_RULE_LAST; state++) {
                g_string_append_printf(page, "<td class=\"number\">%u</td>",
                                       count_rules(html, level, state, i));
            }
            g_string_append(page, "</tr>\n");
        }
    }
    g_string_append(page, "</tbody>\n</table>\n");
}

/* "SNAP-CREATE" of "SNAP-CREATE-001"; the caller frees it. */
static char *
family_of(const HtmlRule *rule)
{
    const char *dash = strrchr(rule->id, '-');

    return dash != NULL ? g_strndup(rule->id, dash - rule->id) : g_strdup("Invariants");
}

/* The first case that broke a rule in a report, or NULL. */
static const HtmlCase *
breaker(const HtmlRule *rule, guint report)
{
    for (guint i = 0; i < rule->cases->len; i++) {
        if (html_is_bad(g_ptr_array_index(rule->cases, i), report)) {
            return g_ptr_array_index(rule->cases, i);
        }
    }
    return NULL;
}

/* What a rule is in a report: where it is broken a link to the step that showed it, else to the
 * rule's cases. */
static void
append_rule_state(GString *page, const HtmlRule *rule, guint report)
{
    HtmlRuleState state = html_rule_state(rule, report);
    const char *word = html_rule_state_word(state);
    const HtmlCase *entry = breaker(rule, report);
    const char *class = state == HTML_RULE_UNSEEN ? "unseen" : word;

    g_string_append(page, "<td class=\"verdict\">");
    if (entry != NULL) {
        g_string_append_printf(page, "<a class=\"badge %s\" href=\"cases/%s#run%u%s\">%s</a>",
                               class, entry->page, report + 1,
                               html_has_failed_step(entry, report) ? "-failed" : "", word);
    } else if (rule->rule != NULL && rule->cases->len > 0) {
        g_string_append_printf(page, "<a class=\"badge %s\" href=\"rules/%s.html\">%s</a>", class,
                               rule->rule->id, word);
    } else {
        g_string_append_printf(page, "<span class=\"badge %s\">%s</span>", class, word);
    }
    g_string_append(page, "</td>");
}

static void
append_rule_row(const HtmlReport *html, GString *page, const HtmlRule *rule)
{
    g_string_append(page, "<tr><td class=\"id\">");
    html_rule_link(html, page, rule->id, "");
    g_string_append(page, "</td><td>");
    html_level(page, rule->rule);
    g_string_append(page, "</td>");
    html_element(page, "td", "sentence", rule->rule != NULL ? rule->rule->sentence : "");
    for (guint i = 0; i < html->count; i++) {
        append_rule_state(page, rule, i);
    }
    g_string_append(page, "</tr>\n");
}

/* Whether a rule has a row in the matrix: it is in force, or a case speaks of it. */
static gboolean
has_row(const HtmlRule *rule)
{
    return rule->cases->len > 0 || (rule->rule != NULL && rule->rule->status == RULE_ADOPTED);
}

/* The families with a broken rule are open. */
static gboolean
family_is_broken(const HtmlReport *html, guint first, const char *family)
{
    for (guint i = first; i < html->rules->len; i++) {
        const HtmlRule *rule = g_ptr_array_index(html->rules, i);
        g_autofree char *own = family_of(rule);

        if (strcmp(own, family) != 0) {
            return FALSE;
        }
        for (guint r = 0; r < html->count; r++) {
            if (html_rule_state(rule, r) == HTML_RULE_BROKEN) {
                return TRUE;
            }
        }
    }
    return FALSE;
}

static void
append_matrix(const HtmlReport *html, GString *page)
{
    g_autofree char *family = NULL;

    g_string_append(page, "<h2 id=\"rules\">Rules</h2>\n");
    for (guint i = 0; i < html->rules->len; i++) {
        const HtmlRule *rule = g_ptr_array_index(html->rules, i);
        g_autofree char *own = family_of(rule);

        if (!has_row(rule)) {
            continue;
        }
        if (g_strcmp0(own, family) != 0) {
            g_string_append(page, family != NULL ? "</tbody>\n</table>\n</details>\n" : "");
            g_string_append_printf(page,
                                   "<details class=\"family\" open><summary>%s%s</summary>\n"
                                   "<table>\n<thead><tr><th scope=\"col\">Rule</th>"
                                   "<th scope=\"col\">Level</th><th scope=\"col\">What it "
                                   "says</th>",
                                   own,
                                   family_is_broken(html, i, own)
                                       ? " <span class=\"badge broken\">broken</span>"
                                       : "");
            html_run_heads(html, page, "");
            g_string_append(page, "</tr></thead>\n<tbody>\n");
            g_free(family);
            family = g_steal_pointer(&own);
        }
        append_rule_row(html, page, rule);
    }
    g_string_append(page, family != NULL ? "</tbody>\n</table>\n</details>\n" : "");
}

/* A long list is folded, so that the matrix is not far below. */
static void
append_unexpected(const HtmlReport *html, GString *page)
{
    guint bad = 0;

    for (guint i = 0; i < html->cases->len; i++) {
        bad += html_is_bad_anywhere(html, g_ptr_array_index(html->cases, i));
    }
    g_string_append(page, "<h2 id=\"unexpected\">Not as expected</h2>\n");
    if (bad == 0) {
        g_string_append(page, "<p>Every case ended as expected.</p>\n");
        return;
    }
    g_string_append_printf(page, "<details class=\"family\"%s><summary>%u %s</summary>\n",
                           bad <= UNEXPECTED_OPEN ? " open" : "", bad, bad == 1 ? "case" : "cases");
    append_cases(html, page, html->cases, TRUE, "");
    g_string_append(page, "</details>\n");
}

gboolean
html_write_index(const HtmlReport *html, GError **error)
{
    GString *page =
        html_page_begin(html->count > 1 ? "Runs side by side" : "Conformance report", "");

    g_string_append(page, "<div class=\"runs\">\n");
    for (guint i = 0; i < html->count; i++) {
        append_run(html, page, i);
    }
    g_string_append(page, "</div>\n");
    append_unexpected(html, page);
    append_levels(html, page);
    append_matrix(html, page);
    return html_page_end(html, page, "index.html", error);
}

/* ---- cases and rules --------------------------------------------------------------- */

gboolean
html_write_cases(const HtmlReport *html, GError **error)
{
    GString *page = html_page_begin("Cases", "");

    append_cases(html, page, html->cases, TRUE, "");
    g_string_append(page, "<h2>As expected</h2>\n");
    append_cases(html, page, html->cases, FALSE, "");
    return html_page_end(html, page, "cases.html", error);
}

static gboolean
write_rule(const HtmlReport *html, const HtmlRule *rule, GError **error)
{
    g_autofree char *name = g_strdup_printf("rules/%s.html", rule->id);
    GString *page = html_page_begin(rule->id, "../");

    g_string_append(page, "<p>");
    html_level(page, rule->rule);
    g_string_append_c(page, ' ');
    xml_text_append(page, rule->rule->sentence);
    g_string_append(page, "</p>\n<p class=\"soft\">");
    xml_text_append(page, rule_status_word(rule->rule->status));
    g_string_append(page, "; source: ");
    xml_text_append(page, rule->rule->source);
    if (*rule->rule->reason != '\0') {
        g_string_append(page, "; ");
        xml_text_append(page, rule->rule->reason);
    }
    g_string_append(page, "</p>\n");
    append_cases(html, page, rule->cases, TRUE, "../");
    append_cases(html, page, rule->cases, FALSE, "../");
    if (rule->cases->len == 0) {
        g_string_append(page, "<p>No case of these runs is about it.</p>\n");
    }
    return html_page_end(html, page, name, error);
}

gboolean
html_write_rules(const HtmlReport *html, GError **error)
{
    for (guint i = 0; i < html->rules->len; i++) {
        const HtmlRule *rule = g_ptr_array_index(html->rules, i);

        if (rule->rule != NULL && !write_rule(html, rule, error)) {
            return FALSE;
        }
    }
    return TRUE;
}
