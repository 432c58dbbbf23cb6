/* SPDX-License-Identifier: LGPL-2.1-or-later
 *
 * Jobs: QEMU's states, the ways between them, and the verbs each accepts.
 */
#pragma once

#include <glib.h>
#include <jansson.h>

/** States of a job. */
typedef enum {
    SIM_JOB_CREATED,
    SIM_JOB_RUNNING,
    SIM_JOB_PAUSED,
    SIM_JOB_READY,
    SIM_JOB_STANDBY,
    SIM_JOB_WAITING,
    SIM_JOB_PENDING,
    SIM_JOB_ABORTING,
    SIM_JOB_CONCLUDED,
    SIM_JOB_NULL,
    SIM_JOB_STATUS_LAST
} SimJobStatus;

/** What a client may ask of a job. */
typedef enum {
    SIM_VERB_CANCEL,
    SIM_VERB_PAUSE,
    SIM_VERB_RESUME,
    SIM_VERB_SET_SPEED,
    SIM_VERB_COMPLETE,
    SIM_VERB_FINALIZE,
    SIM_VERB_DISMISS,
    SIM_VERB_LAST
} SimJobVerb;

/** A job. */
typedef struct {
    char *id;
    const char *type; /* static */
    SimJobStatus status;
    guint64 progress;
    guint64 total;
    char *error; /* or NULL */
} SimJob;

/** Told of every change of status. */
typedef void (*SimJobNotify)(gpointer machine, const SimJob *job);

/** The jobs of an instance, oldest first. */
typedef struct {
    GPtrArray *jobs; /* of SimJob * */
    SimJobNotify notify;
    gpointer machine;
} SimJobs;

/** "created", …; static string. */
const char *sim_job_status_name(SimJobStatus status);
/** "cancel", …; static string. */
const char *sim_job_verb_name(SimJobVerb verb);
/** Whether a job may go from one status to the other. */
gboolean sim_job_status_allows(SimJobStatus from, SimJobStatus to);
/** Whether a job of that status accepts the verb. */
gboolean sim_job_verb_allowed(SimJobStatus status, SimJobVerb verb);

/** Make the list ready / free it with its jobs. */
void sim_jobs_init(SimJobs *jobs, SimJobNotify notify, gpointer machine);
void sim_jobs_clear(SimJobs *jobs);
/** Check a new job's id: QEMU's refusals. */
gboolean sim_jobs_check_id(SimJobs *jobs, const char *id, GError **error);
/** A new job, created and running; borrowed.  The id was checked. */
SimJob *sim_jobs_start(SimJobs *jobs, const char *id, const char *type);
/** The job of that id that accepts the verb, or QEMU's refusal. */
SimJob *sim_jobs_need(SimJobs *jobs, const char *id, SimJobVerb verb, GError **error);
/** Go to another status; the way must be in the table. */
void sim_job_go(SimJobs *jobs, SimJob *job, SimJobStatus status);
/** The work is done, or failed with job->error set: through to concluded. */
void sim_job_finish(SimJobs *jobs, SimJob *job);
/** A concluded job goes. */
void sim_job_dismiss(SimJobs *jobs, SimJob *job);
/** What query-jobs shows: newest first.  A new reference. */
json_t *sim_jobs_query(const SimJobs *jobs);
