/* SPDX-License-Identifier: LGPL-2.1-or-later
 *
 * Jobs: QEMU's states, the ways between them, and the verbs each accepts.
 *
 * A driver says what one kind of job does; the framework does the rest.  A job
 * begins inside the command that made it and works on in pieces, one per call
 * of sim_jobs_work(): all that is due is done before the next command, as if a
 * moment had passed.  A job with a speed works off one piece and then sleeps
 * until the virtual clock says that the piece's time is over.
 */
#pragma once

#include <glib.h>
#include <jansson.h>
#include "sim/world/clock.h"

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

/** What a piece of work came to. */
typedef enum {
    SIM_STEP_MORE,  /* call again, when the job is not idle, paused or asleep */
    SIM_STEP_READY, /* the two sides are equal: to ready, if it is not there yet */
    SIM_STEP_DONE,  /* the work is over; failed if sim_job_fail() was called */
} SimJobStep;

/** What happens at an I/O error, as on-error and its kin name it. */
typedef enum {
    SIM_ON_ERROR_REPORT,
    SIM_ON_ERROR_IGNORE,
    SIM_ON_ERROR_ENOSPC,
    SIM_ON_ERROR_STOP,
    SIM_ON_ERROR_AUTO,
} SimOnError;

/** The names of SimOnError in its order, NULL-terminated, for argument tables. */
extern const char *const sim_on_error_names[];

typedef struct SimJob SimJob;
typedef struct SimJobs SimJobs;
typedef struct SimJobGroup SimJobGroup;

/** A kind of job.  Functions but `step` may be NULL; the job's own state is in job->data. */
typedef struct {
    const char *type;   /* "backup" */
    gboolean block_job; /* shown by query-block-jobs, with BLOCK_JOB_* events */
    gboolean ends_late; /* cancelled, it ends after the answer, not before it */
    gboolean wakes;     /* a pause or drain that ends and a higher speed cut its sleep short */
    /** Do one piece of work, at most sim_job_chunk() bytes of it. */
    SimJobStep (*step)(SimJob *job);
    /** Nothing to do for now: step is not called. */
    gboolean (*idle)(const SimJob *job);
    /** job-complete of a ready job; FALSE with a refusal.  NULL: there is no such thing. */
    gboolean (*complete)(SimJob *job, GError **error);
    /** A soft cancel: whether it counts as a hard one all the same.  NULL: it does. */
    gboolean (*cancel_is_hard)(const SimJob *job);
    /** When all of the group are pending and finalized: the last thing that may fail. */
    gboolean (*prepare)(SimJob *job, GError **error);
    /** The end: one of the two, then clean.  job->error says why it aborts. */
    void (*commit)(SimJob *job);
    void (*abort)(SimJob *job);
    void (*clean)(SimJob *job);
    /** When it is dismissed, never begins, or its process dies: free job->data and let go of
     *  nodes that are still held.  Writes nothing to any image. */
    void (*free)(SimJob *job);
} SimJobDriver;

/** A job. */
struct SimJob {
    SimJobs *jobs;
    char *id;
    const SimJobDriver *driver;
    gpointer data; /* the driver's */
    SimJobStatus status;
    guint64 progress; /* bytes, or steps */
    guint64 total;
    char *error;        /* or NULL; "Operation canceled" for a cancelled one */
    gint64 speed;       /* bytes per second, 0: unlimited */
    gint64 wake_at;     /* asleep until the clock shows that */
    SimJobGroup *group; /* never NULL until it is concluded */
    gboolean auto_finalize;
    gboolean auto_dismiss;
    gboolean started;        /* it has been running */
    gboolean done;           /* its work is over */
    gboolean cancel_asked;   /* softly or hard */
    gboolean cancelled;      /* hard */
    gboolean complete_asked; /* for the driver */
    gboolean user_paused;
    GPtrArray *holds;      /* of SimEdge *: nodes of block jobs, see sim/vm/job_block.h; or NULL */
    guint pauses;          /* the user's and those of drains */
    const char *io_status; /* "ok", "failed", "nospace"; static */
};

/** Send an event object ({"event","data"}), which is taken and never changed. */
typedef void (*SimJobEmit)(gpointer machine, json_t *event);

/** The jobs of an instance, oldest first. */
struct SimJobs {
    GPtrArray *jobs; /* of SimJob * */
    SimJobEmit emit;
    gpointer machine;
    const SimClock *clock;
    guint drains; /* begun and not ended */
};

/** What a new job is to be. */
typedef struct {
    const char *id; /* NULL counts as "" */
    gint64 speed;
    gboolean manual_finalize;
    gboolean manual_dismiss;
    SimJobGroup *group; /* or NULL: alone */
} SimJobOptions;

/* ---- the tables ---- */

/** "created", …; static string. */
const char *sim_job_status_name(SimJobStatus status);
/** "cancel", …; static string. */
const char *sim_job_verb_name(SimJobVerb verb);
/** Whether a job may go from one status to the other. */
gboolean sim_job_status_allows(SimJobStatus from, SimJobStatus to);
/** Whether a job of that status accepts the verb. */
gboolean sim_job_verb_allowed(SimJobStatus status, SimJobVerb verb);

/* ---- the list ---- */

/** Make the list ready / free it with its jobs, without events. */
void sim_jobs_init(SimJobs *jobs, SimJobEmit emit, gpointer machine, const SimClock *clock);
void sim_jobs_clear(SimJobs *jobs);
/** Check a new job's id: QEMU's refusals. */
gboolean sim_jobs_check_id(SimJobs *jobs, const char *id, GError **error);
/** The job of that id, or the refusal of job-*. */
SimJob *sim_jobs_need(SimJobs *jobs, const char *id, GError **error);
/** The block job of that id, or the refusal of block-job-* (class DeviceNotActive). */
SimJob *sim_jobs_need_block(SimJobs *jobs, const char *id, GError **error);
/** What query-jobs / query-block-jobs shows: newest first.  A new reference. */
json_t *sim_jobs_query(const SimJobs *jobs);
json_t *sim_jobs_query_block(const SimJobs *jobs);
/** Do one piece of work that is due, of the oldest job that has some; FALSE when none has. */
gboolean sim_jobs_work(SimJobs *jobs);
/** When the next sleeping job wakes; FALSE when none sleeps. */
gboolean sim_jobs_wake_time(const SimJobs *jobs, gint64 *time);
/** Quit: cancel all and dismiss them, newest first. */
void sim_jobs_cancel_all(SimJobs *jobs);
/** Drain: every job at work pauses, oldest first / all go on.  Calls nest; a job that starts
 *  in between is paused at once. */
void sim_jobs_drain_begin(SimJobs *jobs);
void sim_jobs_drain_end(SimJobs *jobs);
/** Drain one job: it pauses and goes on at once. */
void sim_job_drain(SimJob *job);
/** A drain woke the job, and the next one comes before the answer: it does one piece of work, where
 *  it slept.  The job may be gone afterwards. */
void sim_job_hurry(SimJob *job);

/* ---- a job's life: for the commands that make jobs ---- */

/** A group whose jobs succeed or fail together; the caller unrefs it. */
SimJobGroup *sim_job_group_new(void);
/** One reference less; each job in it has one. */
void sim_job_group_unref(SimJobGroup *group);

/** A new job, created; borrowed, data not set yet.  NULL with a refusal: a bad id, or (after the
 *  events created and null) a negative speed. */
SimJob *sim_job_create(SimJobs *jobs, const SimJobDriver *driver, const SimJobOptions *options,
                       GError **error);
/** A job that was created but cannot be set up goes: null, freed. */
void sim_job_discard(SimJob *job);
/** To running.  The first piece of work is done after the answer, unless the command calls
 *  sim_job_step() or sim_job_finish() itself. */
void sim_job_start(SimJob *job);
/** Do a piece of work now.  The job may be gone afterwards. */
void sim_job_step(SimJob *job);
/** The work is over (failed, with sim_job_fail()): through to concluded, as far as its group and
 *  its options let it.  The job may be gone afterwards. */
void sim_job_finish(SimJob *job);

/* ---- for drivers, within a step ---- */

/** Set the job's error, printf-style; the first one counts. */
void sim_job_fail(SimJob *job, const char *format, ...) G_GNUC_PRINTF(2, 3);
/** How much a step may copy: `chunk` with a speed set, else everything. */
guint64 sim_job_chunk(const SimJob *job, guint64 chunk);
/** `bytes` were copied: with a speed set, sleep as long as they take.  Progress is not touched. */
void sim_job_throttle(SimJob *job, guint64 bytes);
/** An I/O error `number` of the source (`reading`) or the target: BLOCK_JOB_ERROR, and the job
 *  pauses (stop), sleeps a little (ignore) or fails (report).  What the step is to return. */
SimJobStep sim_job_io_error(SimJob *job, SimOnError policy, gboolean reading, int number);
/** The SimOnError of an argument; `otherwise` where it is NULL. */
SimOnError sim_on_error_of(const char *name, SimOnError otherwise);

/* ---- the verbs; each refuses as QEMU does in a status that does not accept it ---- */

/** Pause on behalf of the user. */
gboolean sim_job_pause(SimJob *job, GError **error);
/** Take the user's pause back. */
gboolean sim_job_resume(SimJob *job, GError **error);
/** Cancel; the job may be gone afterwards. */
gboolean sim_job_cancel(SimJob *job, gboolean force, GError **error);
/** Complete a ready job. */
gboolean sim_job_complete(SimJob *job, GError **error);
/** Finalize the group of a pending job; the job may be gone afterwards. */
gboolean sim_job_finalize(SimJob *job, GError **error);
/** Dismiss a concluded job, which is gone afterwards. */
gboolean sim_job_dismiss(SimJob *job, GError **error);
/** Change the speed. */
gboolean sim_job_set_speed(SimJob *job, gint64 speed, GError **error);
