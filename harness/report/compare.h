/* SPDX-License-Identifier: LGPL-2.1-or-later
 *
 * Two reports side by side: what is new in the second, what it resolves, what
 * goes on, and what changed otherwise.
 */
#pragma once

#include <glib.h>
#include <jansson.h>

/** What became of a case from the first report to the second. */
typedef enum {
    COMPARE_SAME,     /* as it was, and as expected */
    COMPARE_NEW,      /* unexpected now, and not before */
    COMPARE_RESOLVED, /* unexpected before, and not now */
    COMPARE_ONGOING,  /* unexpected in both */
    COMPARE_CHANGED,  /* another verdict, expected in both: a skip or a known deviation explains it
                       */
    COMPARE_GONE,     /* not in the second's plan, or not ended there */
    COMPARE_ADDED,    /* not in the first's plan */
    COMPARE_LAST
} CompareKind;

/** One case that is not the same. */
typedef struct {
    CompareKind kind;
    char *id;
    const char *before; /* verdict's word, static; NULL for an added one */
    const char *after;  /* NULL for one that is gone */
    char *reason;       /* of the second report, or of the first where there is none; or NULL */
} CompareRow;

/** Two reports compared. */
typedef struct {
    GPtrArray *rows; /* of CompareRow *, in the order of the plans */
    guint counts[COMPARE_LAST];
    char *before; /* "sim, profile rfc: 5234 planned" */
    char *after;
} Comparison;

/** "New", "Resolved", …; static string. */
const char *compare_word(CompareKind kind);

/** Compare two parsed reports (borrowed).  NULL with an error naming what is no report in which of
 *  the two.  The caller frees it. */
Comparison *compare_reports(const json_t *before, const json_t *after, GError **error);

/** Free it; NULL is fine. */
void comparison_free(Comparison *comparison);
G_DEFINE_AUTOPTR_CLEANUP_FUNC(Comparison, comparison_free)

/** Whether nothing is left to be explained: no case is new or gone. */
gboolean comparison_is_clean(const Comparison *comparison);

/** The text for people: a heading, each kind with its cases (changed ones grouped by their reason
 *  unless `all`), and the counts.  The caller frees it. */
char *comparison_text(const Comparison *comparison, gboolean all);
