/* SPDX-License-Identifier: LGPL-2.1-or-later
 *
 * The worker's side of a run: a case number in, one line with its result out.
 *
 * Lines to a worker: the number of a case in the plan.  Lines from it:
 * {"index":n,"result":{…},"coverage":{…}}, or {"fault":"…"} when it cannot work
 * at all.
 */
#pragma once

#include <glib.h>
#include "harness/run/run_context.h"

/** What a worker is made for. */
typedef struct {
    const RunContext *context;
    const char *workdir; /* of this worker alone */
} WorkerOptions;

/** A ProcessBody: run cases until the socket ends.  data is a WorkerOptions. */
int worker_main(int fd, gpointer data);
