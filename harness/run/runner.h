/* SPDX-License-Identifier: LGPL-2.1-or-later
 *
 * The runner: a plan of cases onto worker processes, results in plan order.
 * A crash or a deadline ends the worker and is the verdict of that case alone.
 */
#pragma once

#include "harness/report/report.h"
#include "harness/scenario/scenario.h"

/** Whether cases that take long are tried. */
typedef enum {
    RUN_AS_TARGET, /* where they are quick: see target_is_slow() */
    RUN_ALL,
    RUN_QUICK,
} RunLength;

/** How a run is made. */
typedef struct {
    const char *target;         /* --target */
    const char *profile;        /* NULL = what the target implies */
    const char *const *filters; /* --filter globs, NULL-terminated, or NULL: any of them */
    guint jobs;                 /* -j */
    guint64 seed;
    guint shard, shards; /* --shard i/n; 0/0 = all */
    RunLength length;    /* which of the cases that take long */
    const char *failed;  /* --failed FROM.json, or NULL */
    double timeout;      /* seconds per case */
    gboolean keep;
    gboolean trace;           /* results tell their steps (CaseResult.trace) */
    gboolean progress;        /* a line on a terminal */
    const char *expectations; /* folder of conformance/expectations, or NULL */
    const char *const *paths;
    gboolean suite; /* the paths are the whole suite: rows of the expectations that meet no
                     * case are then reported */
} RunOptions;

/** The GError domain of the runner; the code is the exit code that follows (ExitCode). */
#define RUNNER_ERROR (runner_error_quark())

/** The quark behind RUNNER_ERROR. */
GQuark runner_error_quark(void);

/** A profile for plans that are only listed: cases of every profile. */
#define RUNNER_PROFILE_ALL "all"

/** The profile of a run: what --profile says, else what the target implies. */
const char *runner_profile(const RunOptions *options);

/** The bit of a profile's word. */
VmProfile runner_profile_bit(const char *profile);

/** Load, select, plan.  Gives the cases in plan order (the array frees them); `selection` (may be
 *  NULL) receives what was selected and how, for the report. */
GPtrArray *runner_plan(const RunOptions *options, json_t **selection, GError **error);

/** Run a plan.  A GError's code says the exit code: 2 for the caller's fault (URI does not open,
 *  foreign object), 3 for the harness's.  The caller frees the report. */
RunReport *runner_run(const RunOptions *options, GPtrArray *plan, GError **error);
