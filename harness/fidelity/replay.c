/* SPDX-License-Identifier: LGPL-2.1-or-later
 *
 * Playing recorded dialogues, and saying what became of each.
 */
#include <stdio.h>
#include <string.h>
#include "harness/fidelity/compare.h"
#include "harness/fidelity/fidelity.h"
#include "harness/fidelity/known.h"
#include "spec/api/error.h"

/* What became of a dialogue. */
typedef enum {
    REPLAY_PASSED,
    REPLAY_EXCEPTED,
    REPLAY_OUT_OF_SCOPE,
    REPLAY_FAILED,
} ReplayVerdict;

static Stage *
open_stage(const char *hypervisor, GError **error)
{
    if (strcmp(hypervisor, "sim") == 0) {
        return stage_sim_new();
    }
    if (strcmp(hypervisor, "qemu") == 0) {
        return stage_qemu_new(error);
    }
    vm_refuse(error, VIR_ERR_INVALID_ARG, "there is no hypervisor '%s'; there are sim and qemu",
              hypervisor);
    return NULL;
}

/* Print what differs and is not known; what is known counts in *excepted. */
static guint
print_differences(const Play *play, const Stage *stage, const GPtrArray *differences,
                  guint *excepted)
{
    guint count = 0;

    for (guint i = 0; i < differences->len; i++) {
        const PlayDifference *difference = differences->pdata[i];
        const char *reason = known_difference(stage->name, play->dialogue->name, difference->text);

        if (difference->text_only) {
            printf("  note: element %u: %s\n", difference->element, difference->text);
        } else if (reason != NULL) {
            printf("  known: element %u: %s (%s)\n", difference->element, difference->text, reason);
            (*excepted)++;
        } else {
            printf("  element %u: %s\n", difference->element, difference->text);
            count++;
        }
    }
    return count;
}

static ReplayVerdict
judge(const Play *play, const Stage *stage)
{
    g_autoptr(GPtrArray) differences = NULL;
    guint excepted = 0;

    if (play->unsupported != NULL) {
        printf("  out of scope: %s (element %u)\n", play->unsupported, play->unsupported_at);
        return REPLAY_OUT_OF_SCOPE;
    }
    differences = compare_play(play, stage->exact);
    if (print_differences(play, stage, differences, &excepted) > 0 ||
        known_print_unused(stage->name, play->dialogue->name) > 0) {
        return REPLAY_FAILED;
    }
    return excepted > 0 ? REPLAY_EXCEPTED : REPLAY_PASSED;
}

static ReplayVerdict
replay_one(Dialogue *dialogue, Stage *stage)
{
    g_autoptr(GError) error = NULL;
    g_autoptr(Play) play = play_run(dialogue, stage, 0, &error);

    if (play == NULL) {
        printf("  %s\n", error->message);
        return REPLAY_FAILED;
    }
    return judge(play, stage);
}

static void
count_verdict(FidelityResult *result, const char *name, ReplayVerdict verdict)
{
    static const char *const words[] = {"ok", "ok, with known differences", "out of scope",
                                        "FAILED"};
    guint *const counts[] = {&result->passed, &result->excepted, &result->out_of_scope,
                             &result->failed};

    printf("%s: %s\n", name, words[verdict]);
    (*counts[verdict])++;
}

gboolean
fidelity_replay(const char *const *files, const char *hypervisor, FidelityResult *result,
                GError **error)
{
    memset(result, 0, sizeof(*result));
    for (guint i = 0; files[i] != NULL; i++) {
        g_autoptr(Dialogue) dialogue = dialogue_load(files[i], error);
        g_autoptr(Stage) stage = dialogue != NULL ? open_stage(hypervisor, error) : NULL;

        if (stage == NULL) {
            return FALSE;
        }
        result->planned++;
        count_verdict(result, dialogue->name, replay_one(dialogue, stage));
        fflush(stdout);
    }
    printf("%s: %u planned, %u passed, %u out of scope, %u excepted, %u failed\n", hypervisor,
           result->planned, result->passed, result->out_of_scope, result->excepted, result->failed);
    return TRUE;
}
