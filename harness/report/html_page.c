/* SPDX-License-Identifier: LGPL-2.1-or-later
 *
 * What all pages of the HTML report share.
 */
#include "harness/report/html_int.h"

#include <string.h>
#include "harness/report/xml_text.h"

const RunReport *
html_run(const HtmlReport *html, guint i)
{
    return g_ptr_array_index(html->options->reports, i);
}

const char *
html_title(const HtmlReport *html, guint i)
{
    return g_ptr_array_index(html->options->titles, i);
}

gboolean
html_is_bad(const HtmlCase *entry, guint report)
{
    const CaseResult *result = entry->results[report];

    return result != NULL ? !verdict_is_expected(result->verdict) : entry->planned[report];
}

gboolean
html_is_bad_anywhere(const HtmlReport *html, const HtmlCase *entry)
{
    for (guint i = 0; i < html->count; i++) {
        if (html_is_bad(entry, i)) {
            return TRUE;
        }
    }
    return FALSE;
}

gboolean
html_has_failed_step(const HtmlCase *entry, guint report)
{
    const CaseResult *result = entry->results[report];

    for (guint i = 0; result != NULL && result->trace != NULL && i < result->trace->len; i++) {
        if (((const TraceStep *)g_ptr_array_index(result->trace, i))->failed) {
            return TRUE;
        }
    }
    return FALSE;
}

HtmlRuleState
html_rule_state(const HtmlRule *rule, guint report)
{
    gboolean held = FALSE, deviates = FALSE, skipped = FALSE;

    for (guint i = 0; i < rule->cases->len; i++) {
        const HtmlCase *entry = g_ptr_array_index(rule->cases, i);
        const CaseResult *result = entry->results[report];

        if (html_is_bad(entry, report)) {
            return HTML_RULE_BROKEN;
        }
        held |= result != NULL && result->verdict == VERDICT_PASS;
        deviates |= result != NULL && result->verdict == VERDICT_XFAIL;
        skipped |= result != NULL && result->verdict == VERDICT_SKIP;
    }
    return deviates  ? HTML_RULE_DEVIATES
           : held    ? HTML_RULE_HELD
           : skipped ? HTML_RULE_SKIPPED
                     : HTML_RULE_UNSEEN;
}

const char *
html_rule_state_word(HtmlRuleState state)
{
    static const char *const words[HTML_RULE_LAST] = {
        [HTML_RULE_HELD] = "held",         [HTML_RULE_BROKEN] = "broken",
        [HTML_RULE_DEVIATES] = "deviates", [HTML_RULE_SKIPPED] = "skipped",
        [HTML_RULE_UNSEEN] = "no case",
    };

    return words[state];
}

GString *
html_page_begin(const char *title, const char *up)
{
    GString *page = g_string_new("<!DOCTYPE html>\n<html lang=\"en\">\n<head>\n"
                                 "<meta charset=\"utf-8\">\n"
                                 "<meta name=\"generator\" content=\"virt-moment\">\n"
                                 "<meta name=\"viewport\" content=\"width=device-width, "
                                 "initial-scale=1\">\n<title>");

    xml_text_append(page, title);
    g_string_append_printf(page,
                           " · virt-moment</title>\n"
                           "<link rel=\"stylesheet\" href=\"%sstyle.css\">\n</head>\n<body>\n"
                           "<nav><a class=\"home\" href=\"%sindex.html\">virt-moment</a> "
                           "<a href=\"%sindex.html#rules\">Rules</a> "
                           "<a href=\"%scases.html\">Cases</a></nav>\n<main>\n<h1>",
                           up, up, up, up);
    xml_text_append(page, title);
    g_string_append(page, "</h1>\n");
    return page;
}

gboolean
html_page_end(const HtmlReport *html, GString *page, const char *name, GError **error)
{
    g_autofree char *path = g_build_filename(html->folder, name, NULL);
    gboolean done;

    g_string_append(page, "</main>\n</body>\n</html>\n");
    done = g_file_set_contents_full(path, page->str, (gssize)page->len, G_FILE_SET_CONTENTS_NONE,
                                    0666, error);
    g_string_free(page, TRUE);
    return done;
}

void
html_element(GString *page, const char *element, const char *class, const char *text)
{
    g_string_append_printf(page, "<%s class=\"%s\">", element, class);
    xml_text_append(page, text);
    g_string_append_printf(page, "</%s>", element);
}

/* The word of a case's end. */
static const char *
end_word(const HtmlCase *entry, guint report)
{
    if (entry->results[report] != NULL) {
        return verdict_word(entry->results[report]->verdict);
    }
    return entry->planned[report] ? "did not end" : "not planned";
}

void
html_verdict(GString *page, const HtmlCase *entry, guint report, const char *up)
{
    const CaseResult *result = entry->results[report];
    const char *class = result != NULL           ? verdict_word(result->verdict)
                        : entry->planned[report] ? "crash"
                                                 : "none";
    gboolean link = up != NULL && entry->planned[report];

    if (link) {
        g_string_append_printf(page, "<a class=\"badge %s\" href=\"%scases/%s#run%u\">", class, up,
                               entry->page, report + 1);
    } else {
        g_string_append_printf(page, "<span class=\"badge %s\">", class);
    }
    g_string_append(page, end_word(entry, report));
    g_string_append(page, link ? "</a>" : "</span>");
}

void
html_level(GString *page, const Rule *rule)
{
    g_autofree char *class = NULL;

    if (rule == NULL) {
        return;
    }
    class = g_ascii_strdown(rule_level_word(rule->level), -1);
    g_string_append_printf(page, "<span class=\"level %s\">%s</span>", class,
                           rule_level_word(rule->level));
}

void
html_rule_link(const HtmlReport *html, GString *page, const char *id, const char *up)
{
    const HtmlRule *rule = g_hash_table_lookup(html->by_rule, id);

    if (rule == NULL || rule->rule == NULL) {
        html_element(page, "span", "id", id);
        return;
    }
    g_string_append_printf(page, "<a class=\"id\" href=\"%srules/%s.html\">%s</a>", up,
                           rule->rule->id, rule->rule->id);
}

void
html_case_link(GString *page, const HtmlCase *entry, const char *up)
{
    g_string_append_printf(page, "<a class=\"id\" href=\"%scases/%s\">", up, entry->page);
    xml_text_append(page, entry->id);
    g_string_append(page, "</a>");
}

void
html_run_heads(const HtmlReport *html, GString *page, const char *up)
{
    for (guint i = 0; i < html->count; i++) {
        g_string_append_printf(page, "<th scope=\"col\"><a href=\"%sindex.html#run%u\">", up,
                               i + 1);
        xml_text_append(page, html_title(html, i));
        g_string_append(page, "</a></th>");
    }
}
