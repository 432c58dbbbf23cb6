/* SPDX-License-Identifier: LGPL-2.1-or-later
 *
 * The words of the verdicts, and which of them a run is to end with.
 */
#include "harness/report/report.h"

#include <string.h>

static const struct {
    const char *word;
    gboolean expected;
} verdicts[VERDICT_LAST] = {
    [VERDICT_PASS] = {"pass", TRUE},    [VERDICT_FAIL] = {"fail", FALSE},
    [VERDICT_CRASH] = {"crash", FALSE}, [VERDICT_TIMEOUT] = {"timeout", FALSE},
    [VERDICT_ERROR] = {"error", FALSE}, [VERDICT_SKIP] = {"skip", TRUE},
    [VERDICT_XFAIL] = {"xfail", TRUE},  [VERDICT_XPASS] = {"xpass", FALSE},
};

const char *
verdict_word(Verdict verdict)
{
    g_assert(verdict < VERDICT_LAST);
    return verdicts[verdict].word;
}

Verdict
verdict_from_word(const char *word)
{
    for (Verdict verdict = 0; verdict < VERDICT_LAST; verdict++) {
        if (strcmp(verdicts[verdict].word, word) == 0) {
            return verdict;
        }
    }
    return VERDICT_LAST;
}

gboolean
verdict_is_expected(Verdict verdict)
{
    g_assert(verdict < VERDICT_LAST);
    return verdicts[verdict].expected;
}
