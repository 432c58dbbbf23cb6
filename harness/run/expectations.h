/* SPDX-License-Identifier: LGPL-2.1-or-later
 *
 * Known deviations of a target: conformance/expectations/ (the format is in
 * its README.md).
 */
#pragma once

#include "harness/report/report.h"

typedef struct Expectations Expectations;

/** Read TARGET.txt, and TARGET-VERSION.txt for each version that is a word of `version` (may be
 *  NULL), where they exist.  `target` is what --target says: "test:///default" is "test",
 *  "./my-driver.so" is "my-driver".  A bad row is an error naming file and line.  The caller frees
 *  it. */
Expectations *expectations_load(const char *dir, const char *target, const char *version,
                                GError **error);

/** Free them; NULL is fine. */
void expectations_free(Expectations *expectations);
G_DEFINE_AUTOPTR_CLEANUP_FUNC(Expectations, expectations_free)

/** Whether a row foresees that, of this case or of this rule; `expectations` may be NULL. */
gboolean expectations_know(const Expectations *expectations, const char *case_id, const char *rule,
                           const char *observed);

/** Turn listed failures into xfail, listed cases that passed into xpass.  Where the run was a
 *  `whole` one, report->unused receives the rows that met no case. */
void expectations_apply(const Expectations *expectations, RunReport *report, gboolean whole);
