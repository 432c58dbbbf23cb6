/* SPDX-License-Identifier: LGPL-2.1-or-later
 *
 * A trial: a world that a case has made, in which one call after another is
 * tried and judged by the oracle, without a step of its own for each.
 */
#pragma once

#include "harness/scenario/command.h"
#include "harness/scenario/scenario.h"

typedef struct ScnTrial ScnTrial;

/** What came of a call that was tried. */
typedef struct {
    int code;              /* 0 or VIR_ERR_* */
    char *text;            /* the error's, with the scenario's names; or NULL */
    const char *predicted; /* "ok", the name of an error, or NULL: the rules do not say */
    const char *rule;      /* of the row that decides, or NULL */
    char *found;           /* what disagrees, with the scenario's names; or NULL */
    char *found_rule;      /* rule or invariant that it breaks, or NULL */
} ScnTrialAnswer;

/** Run a case on a connection of its own and keep the world that it leaves, also where the
 *  driver told its events or reasons in another way.  The case must outlive it.  NULL with an
 * SCN_ERROR that says why, where the case does not pass ("lacks: …" where the target cannot).  The
 * caller frees it. */
ScnTrial *scn_trial_new(ScnCase *scenario, const ScnRunOptions *options, GError **error);

/** Remove what the world holds, and close the connection; NULL is fine. */
void scn_trial_free(ScnTrial *trial);
G_DEFINE_AUTOPTR_CLEANUP_FUNC(ScnTrial, scn_trial_free)

/** A command line of one call, as a scenario has it ("snapshot-revert vm s1"); NULL with an
 *  SCN_ERROR for one that is not well-formed.  The caller frees it with scn_command_line_free(). */
ScnCommandLine *scn_trial_line(const char *text, GError **error);

/** Make the call with these flags and judge it.  Where it changed the world, the next call finds
 * the world changed.  `answer` is overwritten; see scn_trial_answer_clear(). */
void scn_trial_call(ScnTrial *trial, ScnCommandLine *line, guint32 flags, ScnTrialAnswer *answer);

/** Free what an answer holds. */
void scn_trial_answer_clear(ScnTrialAnswer *answer);

/** The world as the oracle sees it now, with the scenario's names.  The caller frees it. */
char *scn_trial_describe(ScnTrial *trial);
