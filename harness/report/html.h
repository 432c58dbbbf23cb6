/* SPDX-License-Identifier: LGPL-2.1-or-later
 *
 * The HTML report: static pages about one run, or about several side by side.
 * No script, nothing from a network; equal reports give equal pages but for
 * times, which they do not show.
 */
#pragma once

#include "harness/report/report.h"

/** Cases that ended as expected are drawn too where there are at most so many in all. */
#define HTML_DRAWN_ANYWAY 100

/** What is to be written; borrowed. */
typedef struct {
    const GPtrArray *reports; /* of RunReport *, at least one */
    const GPtrArray *titles;  /* of char *: what each is called ("sim.json"), as many */
    gboolean draw_all;        /* draw the cases that ended as expected, too */
} HtmlOptions;

/** Make the folder ready: it may be missing, empty, or hold an earlier report, whose pages go.  The
 *  GError names what is in the way. */
gboolean html_prepare(const char *folder, GError **error);

/** Write the pages into a folder that was made ready: index.html (runs, levels, rules), cases.html,
 *  rules/ID.html, cases/NAME.html, style.css.  *note (may be NULL) receives why nothing is drawn,
 * or NULL; the caller frees it. */
gboolean html_write(const HtmlOptions *options, const char *folder, char **note, GError **error);
