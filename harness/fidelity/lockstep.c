/* SPDX-License-Identifier: LGPL-2.1-or-later
 *
 * Both hypervisors by the same choices, until they differ.
 */
#include <stdio.h>
#include <string.h>
#include "harness/fidelity/fidelity.h"
#include "harness/fidelity/generate.h"
#include "harness/fidelity/known.h"
#include "harness/fidelity/pair.h"
#include "harness/fidelity/shrink.h"
#include "harness/fidelity/tally.h"

/* A fresh pair of processes after so many commands: what they hold stays small. */
#define SESSION_STEPS 120

/* From so many commands on, each kind is tried and succeeds, or the generator is at fault.  Before
 * that, one that was tried so often without success. */
#define STEPS_ENOUGH 2000
#define TRIES_ENOUGH 60

/* From so many on, a row of the table of differences that excepts nothing is one too many. */
#define STEPS_FOR_ROWS 40000

/* One run of it. */
typedef struct {
    Tally *tally;
    Choices choices;
    guint left; /* steps of this seed */
    guint64 done;
    guint excepted;
    guint sessions;
    char *difference; /* the unknown one that ended a session, or NULL */
} Lockstep;

/* What ended a session. */
typedef enum {
    SESSION_AGREED,
    SESSION_KNOWN, /* a known difference: the two have gone apart */
    SESSION_DIFFERED,
} SessionEnd;

static SessionEnd
judge_step(Lockstep *lockstep, PairStep *step)
{
    const char *reason;

    if (step->text != NULL) {
        tally_add_text(lockstep->tally, step->text);
    }
    if (step->difference == NULL) {
        return SESSION_AGREED;
    }
    reason = known_difference("sim", "lockstep", step->difference);
    lockstep->excepted += reason != NULL ? 1 : 0;
    if (reason == NULL) {
        lockstep->difference = g_strdup(step->difference);
    }
    return reason != NULL ? SESSION_KNOWN : SESSION_DIFFERED;
}

/* Steps of one pair; `script` gets the commands. */
static SessionEnd
run_session(Lockstep *lockstep, Pair *pair, Script *script)
{
    guint steps = MIN(lockstep->left, SESSION_STEPS);
    SessionEnd end = SESSION_AGREED;
    PairStep step;

    for (guint i = 0; i < steps && end == SESSION_AGREED; i++) {
        json_t *command = generate_command(&lockstep->choices, pair_view(pair));

        script_add(script, command);
        pair_step(pair, command, &step);
        tally_add(lockstep->tally, command, step.answer);
        end = judge_step(lockstep, &step);
        pair_step_clear(&step);
        json_decref(command);
        lockstep->left--;
        lockstep->done++;
    }
    if (end == SESSION_AGREED) {
        pair_finish(pair, &step);
        end = judge_step(lockstep, &step);
        pair_step_clear(&step);
    }
    return end;
}

/* All sessions of a seed; *differed when there was an unknown difference. */
static gboolean
run_seed(Lockstep *lockstep, guint64 seed, gboolean *differed, GError **error)
{
    lockstep->choices.state = seed;
    *differed = FALSE;
    while (lockstep->left > 0 && !*differed) {
        g_autoptr(Script) script = script_new(chance(&lockstep->choices, 4));
        g_autoptr(Pair) pair = pair_new(script_pc(script), error);

        if (pair == NULL) {
            return FALSE;
        }
        lockstep->sessions++;
        script_watch(script);
        *differed = run_session(lockstep, pair, script) == SESSION_DIFFERED;
        script_watch(NULL);
        g_clear_pointer(&pair, pair_free);
        if (*differed) {
            printf("seed %" G_GUINT64_FORMAT ": a difference, %u steps before its end\n", seed,
                   lockstep->left);
            printf("  it was: %s\n", lockstep->difference);
            script_shrink(script, lockstep->difference);
            script_print(script);
            g_clear_pointer(&lockstep->difference, g_free);
        }
    }
    return TRUE;
}

gboolean
fidelity_lockstep(const guint64 *seeds, guint count, guint steps, FidelityResult *result,
                  GError **error)
{
    g_autoptr(Tally) tally = tally_new();
    Lockstep lockstep = {.tally = tally};
    guint never;

    memset(result, 0, sizeof(*result));
    result->planned = count;
    for (guint i = 0; i < count; i++) {
        gboolean differed;

        lockstep.left = steps;
        if (!run_seed(&lockstep, seeds[i], &differed, error)) {
            return FALSE;
        }
        printf("seed %" G_GUINT64_FORMAT ": %s\n", seeds[i], differed ? "DIFFERED" : "ok");
        fflush(stdout);
        *(differed ? &result->failed : &result->passed) += 1;
    }
    never = tally_print(tally, generate_names(), lockstep.done < STEPS_ENOUGH ? TRIES_ENOUGH : 0);
    if (never > 0) {
        printf("%u commands never succeeded\n", never);
        result->failed += never;
    }
    if (lockstep.done >= STEPS_FOR_ROWS) {
        result->unused = known_print_unused("sim", "lockstep");
    }
    printf("lockstep: %u seeds of %u steps in %u sessions: %u passed, %u known differences, %u "
           "failed\n",
           count, steps, lockstep.sessions, result->passed, lockstep.excepted, result->failed);
    return TRUE;
}
