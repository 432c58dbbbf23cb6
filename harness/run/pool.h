/* SPDX-License-Identifier: LGPL-2.1-or-later
 *
 * The parent's side of a run: cases handed out, results collected in the order
 * of the plan, dead workers replaced.
 */
#pragma once

#include "harness/run/run_context.h"

/** Run the whole plan and fill report->results, ->observed, ->faults and ->interrupted.
 * RUNNER_ERROR 3 when no worker can be started. */
gboolean pool_run(const RunContext *context, RunReport *report, GError **error);
