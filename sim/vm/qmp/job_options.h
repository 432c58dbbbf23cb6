/* SPDX-License-Identifier: LGPL-2.1-or-later
 *
 * Arguments that the commands of block jobs share.
 */
#pragma once

#include "sim/block/graph.h"
#include "sim/vm/arguments.h"
#include "sim/vm/job.h"

/** The job's options: job-id, speed, auto-finalize, auto-dismiss; texts are borrowed. */
SimJobOptions sim_job_options_of(const json_t *arguments);
/** The node of that name, or the refusal of arguments that name a node and nothing else. */
SimNode *sim_job_node(SimGraph *graph, const char *name, GError **error);
