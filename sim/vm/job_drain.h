/* SPDX-License-Identifier: LGPL-2.1-or-later
 *
 * Which jobs a command drains: those at work on a node, or on one that stands
 * on it.
 *
 * A drain wakes a job that sleeps because of its speed, so what seems to have
 * nothing to do with a job lets it get on.
 */
#pragma once

#include "sim/block/graph.h"
#include "sim/vm/job.h"

/** Drain the jobs of a node once; NULL: all block jobs. */
void sim_jobs_drain(SimJobs *jobs, SimNode *node);
/** The same for the jobs of the node and of all below it. */
void sim_jobs_drain_below(SimJobs *jobs, SimNode *node);
/** The first of two drains in one command: sleeping jobs do a piece of work before the second.
 *  The node may be gone afterwards. */
void sim_jobs_hurry(SimJobs *jobs, SimNode *node);
/** Both of them. */
void sim_jobs_drain_twice(SimJobs *jobs, SimNode *node);
