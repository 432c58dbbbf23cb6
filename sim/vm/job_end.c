/* SPDX-License-Identifier: LGPL-2.1-or-later
 *
 * How jobs end: in success, failure or cancellation, alone or as a group.
 */
#include "sim/vm/job_private.h"
#include <string.h>

void
sim_job_emit_block(SimJob *job, const char *event, const char *error)
{
    /* The end of a job that never ran is nobody's concern. */
    if (!job->driver->block_job || !job->started)
        return;
    json_t *data = json_pack("{s:s, s:s, s:I, s:I, s:I}", "type", job->driver->type, "device",
                             job->id, "len", (json_int_t)job->total, "offset",
                             (json_int_t)job->progress, "speed", (json_int_t)job->speed);
    if (error != NULL)
        json_object_set_new(data, "error", json_string(error));
    sim_job_emit(job, event, data);
}

gboolean
sim_job_accepts(const SimJob *job, SimJobVerb verb, GError **error)
{
    if (sim_job_verb_allowed(job->status, verb))
        return TRUE;
    return sim_qmp_refuse(error, "Job '%s' in state '%s' cannot accept command verb '%s'", job->id,
                          sim_job_status_name(job->status), sim_job_verb_name(verb));
}

/* A job that was cancelled, or failed, is aborting from the moment that this is known. */
static void
settle(SimJob *job)
{
    if (job->cancelled)
        sim_job_fail(job, "Operation canceled");
    if (job->error == NULL)
        return;
    sim_job_wake(job);
    sim_job_go(job, SIM_JOB_ABORTING);
}

static void
run_hook(void (*hook)(SimJob *), SimJob *job)
{
    if (hook != NULL)
        hook(job);
}

static void
conclude(SimJob *job)
{
    job->done = TRUE;
    settle(job);
    run_hook(job->error == NULL ? job->driver->commit : job->driver->abort, job);
    run_hook(job->driver->clean, job);
    if (job->cancelled)
        sim_job_emit_block(job, "BLOCK_JOB_CANCELLED", NULL);
    else
        sim_job_emit_block(job, "BLOCK_JOB_COMPLETED", job->error);
    SimJobGroup *group = g_steal_pointer(&job->group);
    g_ptr_array_remove(group->jobs, job);
    sim_job_group_unref(group);
    sim_job_go(job, SIM_JOB_CONCLUDED);
    if (job->auto_dismiss || !job->started)
        sim_job_drop(job);
}

/* One failed or was cancelled: no result of the others matters. */
static void
abort_group(SimJobGroup *group, const SimJob *culprit)
{
    if (group->aborting)
        return;
    group->aborting = TRUE;
    group->refs++;
    for (guint i = 0; i < group->jobs->len; i++) {
        if (group->jobs->pdata[i] != culprit)
            sim_job_mark_cancelled(group->jobs->pdata[i], TRUE);
    }
    while (group->jobs->len > 0)
        conclude(group->jobs->pdata[0]);
    sim_job_group_unref(group);
}

static gboolean
prepare_all(SimJobGroup *group)
{
    for (guint i = 0; i < group->jobs->len; i++) {
        SimJob *job = group->jobs->pdata[i];
        g_autoptr(GError) error = NULL;
        if (job->driver->prepare == NULL || job->driver->prepare(job, &error))
            continue;
        sim_job_fail(job, "%s", error->message);
        abort_group(group, job);
        return FALSE;
    }
    return TRUE;
}

void
sim_job_group_finalize(SimJobGroup *group)
{
    group->refs++;
    if (prepare_all(group)) {
        while (group->jobs->len > 0)
            conclude(group->jobs->pdata[0]);
    }
    sim_job_group_unref(group);
}

static gboolean
all_done(const SimJobGroup *group)
{
    for (guint i = 0; i < group->jobs->len; i++) {
        const SimJob *job = group->jobs->pdata[i];
        if (!job->done)
            return FALSE;
    }
    return TRUE;
}

static void
succeed_group(SimJobGroup *group)
{
    gboolean manual = FALSE;
    if (!all_done(group))
        return;
    for (guint i = 0; i < group->jobs->len; i++) {
        SimJob *job = group->jobs->pdata[i];
        sim_job_go(job, SIM_JOB_PENDING);
        if (job->auto_finalize)
            continue;
        manual = TRUE;
        if (job->driver->block_job)
            sim_job_emit(job, "BLOCK_JOB_PENDING",
                         json_pack("{s:s, s:s}", "type", job->driver->type, "id", job->id));
    }
    if (!manual)
        sim_job_group_finalize(group);
}

void
sim_job_finish(SimJob *job)
{
    g_assert(!job->done);
    job->done = TRUE;
    settle(job);
    if (job->error != NULL) {
        abort_group(job->group, job);
        return;
    }
    sim_job_wake(job);
    sim_job_go(job, SIM_JOB_WAITING);
    succeed_group(job->group);
}

void
sim_job_end_cancelled(SimJob *job)
{
    job->done = TRUE;
    settle(job);
    abort_group(job->group, job);
}

void
sim_job_mark_unpaused(SimJob *job)
{
    job->user_paused = FALSE;
    sim_job_pause_less(job);
}

void
sim_job_mark_cancelled(SimJob *job, gboolean force)
{
    if (job->user_paused)
        sim_job_mark_unpaused(job);
    /* A soft cancel of what has done its work comes too late. */
    if (!force && job->done)
        return;
    job->cancel_asked = TRUE;
    job->cancelled |= force;
}

gboolean
sim_job_cancel(SimJob *job, gboolean force, GError **error)
{
    if (!sim_job_accepts(job, SIM_VERB_CANCEL, error))
        return FALSE;
    gboolean (*is_hard)(const SimJob *) = job->driver->cancel_is_hard;
    gboolean late = job->driver->ends_late && !job->done;
    sim_job_mark_cancelled(job, force || is_hard == NULL || is_hard(job));
    job->wake_at = 0;
    if (job->cancelled && !late)
        sim_job_end_cancelled(job);
    return TRUE;
}

gboolean
sim_job_complete(SimJob *job, GError **error)
{
    if (!sim_job_accepts(job, SIM_VERB_COMPLETE, error))
        return FALSE;
    if (job->cancel_asked || job->driver->complete == NULL)
        return sim_qmp_refuse(error, "The active block job '%s' cannot be completed", job->id);
    if (!job->driver->complete(job, error))
        return FALSE;
    job->wake_at = 0;
    return TRUE;
}

gboolean
sim_job_finalize(SimJob *job, GError **error)
{
    if (!sim_job_accepts(job, SIM_VERB_FINALIZE, error))
        return FALSE;
    sim_job_group_finalize(job->group);
    return TRUE;
}

gboolean
sim_job_dismiss(SimJob *job, GError **error)
{
    if (!sim_job_accepts(job, SIM_VERB_DISMISS, error))
        return FALSE;
    sim_job_drop(job);
    return TRUE;
}

void
sim_jobs_cancel_all(SimJobs *jobs)
{
    while (jobs->jobs->len > 0) {
        SimJob *job = jobs->jobs->pdata[jobs->jobs->len - 1];
        if (job->status == SIM_JOB_CONCLUDED) {
            sim_job_drop(job);
            continue;
        }
        sim_job_mark_cancelled(job, TRUE);
        sim_job_end_cancelled(job);
    }
}
