/* SPDX-License-Identifier: LGPL-2.1-or-later
 *
 * The progress line of a terminal.
 */
#include "harness/run/progress.h"

#include <stdio.h>

#define INTERVAL_US 50000

static guint
count_unexpected(const RunReport *report)
{
    guint count = 0;

    for (Verdict verdict = 0; verdict < VERDICT_LAST; verdict++) {
        count += verdict_is_expected(verdict) ? 0 : run_report_count(report, verdict);
    }
    return count;
}

void
progress_show(const RunReport *report, guint done)
{
    static gint64 last;
    gint64 now = g_get_monotonic_time();

    if (now - last < INTERVAL_US && done < report->planned) {
        return;
    }
    last = now;
    fprintf(stderr, "\r\033[K%u of %u cases, %u skipped, %u not as expected", done, report->planned,
            run_report_count(report, VERDICT_SKIP), count_unexpected(report));
    fflush(stderr);
}

void
progress_clear(void)
{
    fputs("\r\033[K", stderr);
    fflush(stderr);
}
