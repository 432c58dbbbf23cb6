/* SPDX-License-Identifier: LGPL-2.1-or-later
 *
 * Private to the job framework.
 */
#pragma once

#include "sim/block/graph.h"
#include "sim/vm/job.h"

/** Jobs that end together; the newest first. */
struct SimJobGroup {
    guint refs;
    GPtrArray *jobs; /* of SimJob *, borrowed */
    gboolean aborting;
};

/** Tell of a job: an event; data is taken. */
void sim_job_emit(SimJob *job, const char *event, json_t *data);
/** Go to another status, with the event; the way must be in the table. */
void sim_job_go(SimJob *job, SimJobStatus status);
/** To null; freed. */
void sim_job_drop(SimJob *job);
/** Whether its status accepts the verb; else QEMU's refusal. */
gboolean sim_job_accepts(const SimJob *job, SimJobVerb verb, GError **error);
/** Whether it is ready or in standby. */
gboolean sim_job_is_ready(const SimJob *job);
/** One pause more / less, with the change of status that follows. */
void sim_job_pause_more(SimJob *job);
void sim_job_pause_less(SimJob *job);
/** From paused to running, from standby to ready, whatever its pauses. */
void sim_job_wake(SimJob *job);
/** End a job hard, and its group with it. */
void sim_job_end_cancelled(SimJob *job);
/** A user's pause ends. */
void sim_job_mark_unpaused(SimJob *job);
/** Mark as cancelled; a user's pause ends. */
void sim_job_mark_cancelled(SimJob *job, gboolean force);
/** Finalize all of a group that is pending. */
void sim_job_group_finalize(SimJobGroup *group);
/** BLOCK_JOB_`what` with the job's figures; `error` (or NULL) goes with it. */
void sim_job_emit_block(SimJob *job, const char *event, const char *error);
