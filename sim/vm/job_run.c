/* SPDX-License-Identifier: LGPL-2.1-or-later
 *
 * Jobs at work: pieces of work, sleep, pauses, errors on the way.
 */
#include "sim/vm/job_private.h"
#include <errno.h>
#include <string.h>

/* How long a job that ignores errors waits before it tries again. */
#define RETRY_DELAY G_GINT64_CONSTANT(1000000)

const char *const sim_on_error_names[] = {"report", "ignore", "enospc", "stop", "auto", NULL};

void
sim_job_start(SimJob *job)
{
    job->started = TRUE;
    sim_job_go(job, SIM_JOB_RUNNING);
    if (job->pauses > 0)
        sim_job_go(job, SIM_JOB_PAUSED);
}

static gboolean
at_work(const SimJob *job)
{
    return (job->status == SIM_JOB_RUNNING || job->status == SIM_JOB_READY) && !job->done;
}

static gboolean
is_idle(const SimJob *job)
{
    return job->driver->idle != NULL && job->driver->idle(job);
}

static gboolean
is_due(const SimJob *job)
{
    if (!at_work(job))
        return FALSE;
    if (job->cancelled)
        return TRUE;
    return job->wake_at <= job->jobs->clock->now && (job->cancel_asked || !is_idle(job));
}

void
sim_job_step(SimJob *job)
{
    g_assert(at_work(job));
    if (job->cancelled) {
        sim_job_end_cancelled(job);
        return;
    }
    SimJobStep step = job->driver->step(job);
    if (step == SIM_STEP_DONE) {
        sim_job_finish(job);
        return;
    }
    if (step == SIM_STEP_READY && job->status == SIM_JOB_RUNNING) {
        sim_job_go(job, SIM_JOB_READY);
        sim_job_emit_block(job, "BLOCK_JOB_READY", NULL);
    }
}

gboolean
sim_jobs_work(SimJobs *jobs)
{
    for (guint i = 0; i < jobs->jobs->len; i++) {
        SimJob *job = jobs->jobs->pdata[i];
        if (!is_due(job))
            continue;
        sim_job_step(job);
        return TRUE;
    }
    return FALSE;
}

gboolean
sim_jobs_wake_time(const SimJobs *jobs, gint64 *time)
{
    gboolean found = FALSE;
    for (guint i = 0; i < jobs->jobs->len; i++) {
        const SimJob *job = jobs->jobs->pdata[i];
        if (!at_work(job) || is_idle(job) || job->wake_at <= jobs->clock->now)
            continue;
        if (!found || job->wake_at < *time)
            *time = job->wake_at;
        found = TRUE;
    }
    return found;
}

/* ---- speed ---- */

guint64
sim_job_chunk(const SimJob *job, guint64 chunk)
{
    return job->speed > 0 ? chunk : G_MAXUINT64;
}

static gint64
time_of(guint64 bytes, gint64 speed)
{
    unsigned __int128 time = (unsigned __int128)bytes * 1000000000u / (guint64)speed;
    return time > G_MAXINT64 / 4 ? G_MAXINT64 / 4 : (gint64)time;
}

void
sim_job_throttle(SimJob *job, guint64 bytes)
{
    if (job->speed > 0)
        job->wake_at = MAX(job->wake_at, job->jobs->clock->now) + time_of(bytes, job->speed);
}

gboolean
sim_job_set_speed(SimJob *job, gint64 speed, GError **error)
{
    gint64 now = job->jobs->clock->now;
    if (!sim_job_accepts(job, SIM_VERB_SET_SPEED, error))
        return FALSE;
    if (speed < 0)
        return sim_qmp_refuse(error, "Parameter 'speed' expects a non-negative value");
    /* What is still to be slept for takes as long as the new speed says. */
    if (job->driver->wakes && (speed == 0 || speed > job->speed)) {
        job->wake_at = 0;
    } else if (!job->driver->wakes && job->wake_at > now && job->speed > 0) {
        guint64 owed = (guint64)(((__int128)(job->wake_at - now) * job->speed) / 1000000000);
        job->wake_at = speed == 0 ? now : now + time_of(owed, speed);
    }
    job->speed = speed;
    return TRUE;
}

/* ---- pauses ---- */

void
sim_job_pause_more(SimJob *job)
{
    if (job->pauses++ > 0)
        return;
    if (job->status == SIM_JOB_RUNNING)
        sim_job_go(job, SIM_JOB_PAUSED);
    else if (job->status == SIM_JOB_READY)
        sim_job_go(job, SIM_JOB_STANDBY);
}

void
sim_job_pause_less(SimJob *job)
{
    g_assert(job->pauses > 0);
    if (--job->pauses > 0)
        return;
    if (job->driver->wakes)
        job->wake_at = 0;
    sim_job_wake(job);
}

gboolean
sim_job_pause(SimJob *job, GError **error)
{
    if (!sim_job_accepts(job, SIM_VERB_PAUSE, error))
        return FALSE;
    if (job->user_paused)
        return sim_qmp_refuse(error, "Job is already paused");
    job->user_paused = TRUE;
    sim_job_pause_more(job);
    return TRUE;
}

gboolean
sim_job_resume(SimJob *job, GError **error)
{
    if (!job->user_paused)
        return sim_qmp_refuse(error, "Can't resume a job that was not paused");
    if (!sim_job_accepts(job, SIM_VERB_RESUME, error))
        return FALSE;
    job->user_paused = FALSE;
    job->io_status = "ok";
    sim_job_pause_less(job);
    return TRUE;
}

void
sim_job_wake(SimJob *job)
{
    if (job->status == SIM_JOB_PAUSED)
        sim_job_go(job, SIM_JOB_RUNNING);
    else if (job->status == SIM_JOB_STANDBY)
        sim_job_go(job, SIM_JOB_READY);
}

void
sim_jobs_drain_begin(SimJobs *jobs)
{
    jobs->drains++;
    for (guint i = 0; i < jobs->jobs->len; i++)
        sim_job_pause_more(jobs->jobs->pdata[i]);
}

void
sim_jobs_drain_end(SimJobs *jobs)
{
    g_assert(jobs->drains > 0);
    jobs->drains--;
    for (guint i = 0; i < jobs->jobs->len; i++)
        sim_job_pause_less(jobs->jobs->pdata[i]);
}

void
sim_job_drain(SimJob *job)
{
    sim_job_pause_more(job);
    sim_job_pause_less(job);
}

void
sim_job_hurry(SimJob *job)
{
    if (!job->driver->wakes || !at_work(job) || job->wake_at <= job->jobs->clock->now)
        return;
    job->wake_at = 0;
    sim_job_step(job);
}

/* ---- errors ---- */

void
sim_job_fail(SimJob *job, const char *format, ...)
{
    va_list args;
    if (job->error != NULL)
        return;
    va_start(args, format);
    job->error = g_strdup_vprintf(format, args);
    va_end(args);
}

SimOnError
sim_on_error_of(const char *name, SimOnError otherwise)
{
    for (guint i = 0; name != NULL && sim_on_error_names[i] != NULL; i++) {
        if (strcmp(sim_on_error_names[i], name) == 0)
            return (SimOnError)i;
    }
    return otherwise;
}

static SimOnError
resolve(SimOnError policy, int number)
{
    if (policy == SIM_ON_ERROR_ENOSPC || policy == SIM_ON_ERROR_AUTO)
        return number == ENOSPC ? SIM_ON_ERROR_STOP : SIM_ON_ERROR_REPORT;
    return policy;
}

SimJobStep
sim_job_io_error(SimJob *job, SimOnError policy, gboolean reading, int number)
{
    SimOnError action = resolve(policy, number);
    sim_job_emit(job, "BLOCK_JOB_ERROR",
                 json_pack("{s:s, s:s, s:s}", "device", job->id, "operation",
                           reading ? "read" : "write", "action", sim_on_error_names[action]));
    if (action == SIM_ON_ERROR_REPORT) {
        sim_job_fail(job, "%s", g_strerror(number));
        return SIM_STEP_DONE;
    }
    if (action == SIM_ON_ERROR_IGNORE) {
        job->wake_at = job->jobs->clock->now + RETRY_DELAY;
        return SIM_STEP_MORE;
    }
    if (!job->user_paused) {
        job->user_paused = TRUE;
        sim_job_pause_more(job);
    }
    if (strcmp(job->io_status, "ok") == 0)
        job->io_status = number == ENOSPC ? "nospace" : "failed";
    return SIM_STEP_MORE;
}
