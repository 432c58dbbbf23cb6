/* SPDX-License-Identifier: LGPL-2.1-or-later
 *
 * Calls tried in the world of a case.
 */
#include "harness/scenario/trial.h"

#include <string.h>
#include "harness/scenario/run_int.h"

/* Where what was seen begins in the reason of a failed case. */
#define SEEN ", seen "

struct ScnTrial {
    gboolean opened;
    ScnRun run;
    ScnRunOptions options;
};

/* What a driver merely tells in another way does not make the world another. */
static gboolean
tells_as_it_likes(gconstpointer data G_GNUC_UNUSED, const char *case_id G_GNUC_UNUSED,
                  const char *rule G_GNUC_UNUSED, const char *observed G_GNUC_UNUSED)
{
    return TRUE;
}

ScnTrial *
scn_trial_new(ScnCase *scenario, const ScnRunOptions *options, GError **error)
{
    ScnTrial *trial = g_new0(ScnTrial, 1);

    trial->options = *options;
    trial->options.oracle = TRUE;
    trial->options.known = tells_as_it_likes;
    scn_run_begin(&trial->run, scenario, &trial->options);
    trial->opened = scn_run_case(&trial->run);
    trial->options.known = NULL;
    if (trial->opened && !trial->run.failed)
        return trial;
    g_set_error(error, SCN_ERROR, SCN_ERROR_SYNTAX, "%s",
                trial->run.result->reason ? trial->run.result->reason : "the case does not pass");
    scn_trial_free(trial);
    return NULL;
}

void
scn_trial_free(ScnTrial *trial)
{
    if (!trial)
        return;
    if (trial->opened)
        scn_run_clean(&trial->run);
    scn_run_end(&trial->run);
    case_result_free(trial->run.result);
    g_free(trial);
}

ScnCommandLine *
scn_trial_line(const char *text, GError **error)
{
    ScnPlace place = {.file = text, .line = 1};
    g_autoptr(GPtrArray) words = scn_lex(text, &place, error);

    if (!words)
        return NULL;
    return scn_command_parse((ScnWord *const *)words->pdata, words->len, &place, error);
}

void
scn_trial_answer_clear(ScnTrialAnswer *answer)
{
    g_clear_pointer(&answer->text, g_free);
    g_clear_pointer(&answer->found, g_free);
    g_clear_pointer(&answer->found_rule, g_free);
}

/* What the judgement left in the case's result. */
static void
take_finding(ScnRun *run, ScnTrialAnswer *answer)
{
    CaseResult *result = run->result;

    const char *seen = result->reason ? strstr(result->reason, SEEN) : NULL;

    answer->found = g_strdup(seen ? seen + strlen(SEEN) : "the call was not judged");
    answer->found_rule = g_steal_pointer(&result->rule);
    g_clear_pointer(&result->reason, g_free);
    g_clear_pointer(&result->detail, g_free);
    g_clear_pointer(&result->observed, g_free);
    result->verdict = VERDICT_PASS;
    run->failed = FALSE;
}

void
scn_trial_call(ScnTrial *trial, ScnCommandLine *line, guint32 flags, ScnTrialAnswer *answer)
{
    ScnRun *run = &trial->run;
    g_auto(ScnAnswer) seen = {0};
    gboolean clean;

    *answer = (ScnTrialAnswer){0};
    run->step = NULL;
    g_array_set_size(run->events, 0);
    line->flags = flags;
    clean = scn_command_run(run, line, TRUE, &seen);
    answer->code = seen.code;
    answer->text = seen.text ? scn_plain_text(run, seen.text) : NULL;
    answer->predicted = seen.predicted;
    answer->rule = seen.rule;
    if (!clean)
        take_finding(run, answer);
}

char *
scn_trial_describe(ScnTrial *trial)
{
    g_autofree char *world = oracle_describe(trial->run.oracle);

    return scn_plain_text(&trial->run, world);
}
