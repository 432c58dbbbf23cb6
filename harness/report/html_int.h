/* SPDX-License-Identifier: LGPL-2.1-or-later
 *
 * Private to harness/report: the HTML report while its pages are written.
 */
#pragma once

#include "harness/report/drawing.h"
#include "harness/report/html.h"
#include "spec/rules/rules.h"

/** One case over all reports. */
typedef struct {
    const char *id;
    char *page;                 /* file name below cases/ */
    const CaseResult **results; /* one per report: NULL where it did not end, or was not planned */
    gboolean *planned;          /* one per report */
} HtmlCase;

/** The cases that cover a rule, or whose failure is about it. */
typedef struct {
    const char *id;
    const Rule *rule; /* of the catalogue, or NULL: an invariant, or a rule of another version */
    GPtrArray *cases; /* of HtmlCase *, in the order of the plans */
} HtmlRule;

/** What a rule is in one report. */
typedef enum {
    HTML_RULE_HELD,
    HTML_RULE_BROKEN,   /* a case ended as nobody expected */
    HTML_RULE_DEVIATES, /* as the known deviations say */
    HTML_RULE_SKIPPED,  /* the target lacks what its cases need */
    HTML_RULE_UNSEEN,   /* no case */
    HTML_RULE_LAST
} HtmlRuleState;

/** The report at work. */
typedef struct {
    const HtmlOptions *options;
    const char *folder;
    guint count;       /* of reports */
    GPtrArray *cases;  /* of HtmlCase * */
    GHashTable *by_id; /* case id → HtmlCase * */
    GPtrArray *rules;  /* of HtmlRule *: the catalogue's order, then others by name */
    GHashTable *by_rule;
    DrawingBook *book;
    char *note; /* why nothing is drawn, or NULL */
} HtmlReport;

/** The i-th report, and what it is called. */
const RunReport *html_run(const HtmlReport *html, guint i);
const char *html_title(const HtmlReport *html, guint i);

/** Whether a result is none that a run is to end with; one that did not end is not either, where it
 *  was planned. */
gboolean html_is_bad(const HtmlCase *entry, guint report);
gboolean html_is_bad_anywhere(const HtmlReport *html, const HtmlCase *entry);

/** Whether the page of the case shows the step that failed in that report: "#run1-failed". */
gboolean html_has_failed_step(const HtmlCase *entry, guint report);

/** What a rule is in the i-th report. */
HtmlRuleState html_rule_state(const HtmlRule *rule, guint report);

/** "held", "broken", …; static. */
const char *html_rule_state_word(HtmlRuleState state);

/** Begin a page: head, heading, navigation.  `up` leads to the folder of the report ("" or "../").
 *  The caller frees it. */
GString *html_page_begin(const char *title, const char *up);

/** End a page and write it as folder/name; frees it. */
gboolean html_page_end(const HtmlReport *html, GString *page, const char *name, GError **error);

/** Append text, escaped, in an element of that name and class ("span", "id"). */
void html_element(GString *page, const char *element, const char *class, const char *text);

/** Append the badge of a case's end in one report; a link where `up` is not NULL. */
void html_verdict(GString *page, const HtmlCase *entry, guint report, const char *up);

/** Append the level of a rule. */
void html_level(GString *page, const Rule *rule);

/** Append a link to the page of a rule; plain text for one without. */
void html_rule_link(const HtmlReport *html, GString *page, const char *id, const char *up);

/** Append a link to the page of a case. */
void html_case_link(GString *page, const HtmlCase *entry, const char *up);

/** Append the heads of the reports' columns, linked to what index.html tells of them. */
void html_run_heads(const HtmlReport *html, GString *page, const char *up);

/** Write the kinds of pages. */
gboolean html_write_index(const HtmlReport *html, GError **error);
gboolean html_write_cases(const HtmlReport *html, GError **error);
gboolean html_write_rules(const HtmlReport *html, GError **error);
gboolean html_write_case_pages(const HtmlReport *html, GError **error);

/** Ask the book for the drawings that the case pages will show. */
void html_ask_drawings(HtmlReport *html);

/** The style sheet of all pages; static. */
const char *html_style(void);
