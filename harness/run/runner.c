/* SPDX-License-Identifier: LGPL-2.1-or-later
 *
 * One run: look at the target, run the plan, hold the results against what is
 * known of the target.
 */
#include "harness/run/runner.h"

#include <stdio.h>
#include <unistd.h>
#include "harness/folder/folder.h"
#include "harness/run/abandoned.h"
#include "harness/run/expectations.h"
#include "harness/run/pool.h"
#include "harness/run/probe.h"
#include "harness/run/run_context.h"
#include "harness/run/workdir.h"

static RunReport *
report_for(const RunContext *context)
{
    RunReport *report = run_report_new();

    report->target = g_strdup(context->options->target);
    report->profile = g_strdup(context->profile_word);
    report->seed = context->options->seed;
    report->planned = context->plan->len;
    report->observed = json_object();
    for (guint i = 0; i < context->plan->len; i++) {
        const ScnCaseInfo *info = scn_case_info(g_ptr_array_index(context->plan, i));

        g_ptr_array_add(report->plan, g_strdup(info->id));
        g_ptr_array_add(report->results, NULL);
    }
    return report;
}

/* Object names must differ between runs that may meet on one host, but not between two runs that
 * are to be equal: the seed tells them apart. */
static char *
run_id_of(guint64 seed)
{
    guint64 mixed = (seed + 1) * 0x9e3779b97f4a7c15u;

    return g_strdup_printf("%08x", (guint)(mixed >> 32));
}

static gboolean
run_in_dir(RunContext *context, RunReport *report, GError **error)
{
    const RunOptions *options = context->options;
    g_autoptr(Expectations) expectations = NULL;
    gboolean whole = options->suite && options->filters == NULL && options->failed == NULL &&
                     options->shards == 0;

    if (!probe_target(context, report, error)) {
        return FALSE;
    }
    if (options->expectations != NULL) {
        expectations =
            expectations_load(options->expectations, options->target, report->version, error);
        if (expectations == NULL) {
            return FALSE;
        }
        context->expectations = expectations;
    }
    abandoned_remove(context);
    if (context->plan->len > 0 && !pool_run(context, report, error)) {
        return FALSE;
    }
    if (expectations != NULL) {
        expectations_apply(expectations, report, whole && !report->interrupted);
    }
    return TRUE;
}

RunReport *
runner_run(const RunOptions *options, GPtrArray *plan, GError **error)
{
    g_autofree char *dir = workdir_new(error);
    g_autofree char *run_id = run_id_of(options->seed);
    RunContext context = {
        .options = options,
        .profile_word = runner_profile(options),
        .profile = runner_profile_bit(runner_profile(options)),
        .plan = plan,
        .dir = dir,
        .run_id = run_id,
    };
    g_autoptr(RunReport) report = NULL;
    int lock = -1;
    gboolean ok;

    if (dir == NULL) {
        return NULL;
    }
    report = report_for(&context);
    /* What is to be kept is nobody's to remove. */
    if (!options->keep) {
        lock = workdir_lock(dir, options->target, error);
    }
    ok = (options->keep || lock >= 0) && run_in_dir(&context, report, error);
    if (options->keep) {
        fprintf(stderr, "kept: %s\n", dir);
    } else {
        folder_remove(dir);
        if (lock >= 0) {
            close(lock);
        }
    }
    return ok ? g_steal_pointer(&report) : NULL;
}
