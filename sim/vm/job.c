/* SPDX-License-Identifier: LGPL-2.1-or-later
 *
 * The tables of jobs, and their list.
 */
#include "sim/vm/job.h"
#include "sim/vm/job_block.h"
#include "sim/vm/job_private.h"
#include <string.h>

#define TO(status) (1u << SIM_JOB_##status)
#define CAN(verb) (1u << SIM_VERB_##verb)
#define AT_WORK (CAN(CANCEL) | CAN(PAUSE) | CAN(RESUME) | CAN(SET_SPEED))

/* One row per status: its name, where it may lead, what it accepts. */
static const struct {
    const char *name;
    guint32 next;
    guint32 verbs;
} statuses[] = {
    [SIM_JOB_CREATED] = {"created", TO(RUNNING) | TO(ABORTING) | TO(NULL), AT_WORK},
    [SIM_JOB_RUNNING] = {"running", TO(PAUSED) | TO(READY) | TO(WAITING) | TO(ABORTING), AT_WORK},
    [SIM_JOB_PAUSED] = {"paused", TO(RUNNING), AT_WORK},
    [SIM_JOB_READY] = {"ready", TO(STANDBY) | TO(WAITING) | TO(ABORTING), AT_WORK | CAN(COMPLETE)},
    [SIM_JOB_STANDBY] = {"standby", TO(READY), AT_WORK | CAN(COMPLETE)},
    [SIM_JOB_WAITING] = {"waiting", TO(PENDING) | TO(ABORTING), CAN(CANCEL)},
    [SIM_JOB_PENDING] = {"pending", TO(ABORTING) | TO(CONCLUDED), CAN(CANCEL) | CAN(FINALIZE)},
    [SIM_JOB_ABORTING] = {"aborting", TO(ABORTING) | TO(CONCLUDED), 0},
    [SIM_JOB_CONCLUDED] = {"concluded", TO(NULL), CAN(DISMISS)},
    [SIM_JOB_NULL] = {"null", 0, 0},
};

static const char *const verb_names[] = {
    [SIM_VERB_CANCEL] = "cancel",     [SIM_VERB_PAUSE] = "pause",
    [SIM_VERB_RESUME] = "resume",     [SIM_VERB_SET_SPEED] = "set-speed",
    [SIM_VERB_COMPLETE] = "complete", [SIM_VERB_FINALIZE] = "finalize",
    [SIM_VERB_DISMISS] = "dismiss",
};

const char *
sim_job_status_name(SimJobStatus status)
{
    return statuses[status].name;
}

const char *
sim_job_verb_name(SimJobVerb verb)
{
    return verb_names[verb];
}

gboolean
sim_job_status_allows(SimJobStatus from, SimJobStatus to)
{
    return (statuses[from].next & (1u << to)) != 0;
}

gboolean
sim_job_verb_allowed(SimJobStatus status, SimJobVerb verb)
{
    return (statuses[status].verbs & (1u << verb)) != 0;
}

/* ---- groups ---- */

SimJobGroup *
sim_job_group_new(void)
{
    SimJobGroup *group = g_new(SimJobGroup, 1);
    *group = (SimJobGroup){.refs = 1, .jobs = g_ptr_array_new()};
    return group;
}

void
sim_job_group_unref(SimJobGroup *group)
{
    if (group == NULL || --group->refs > 0)
        return;
    g_assert(group->jobs->len == 0);
    g_ptr_array_unref(group->jobs);
    g_free(group);
}

static void
join_group(SimJob *job, SimJobGroup *group)
{
    job->group = group == NULL ? sim_job_group_new() : group;
    if (group != NULL)
        group->refs++;
    g_ptr_array_insert(job->group->jobs, 0, job);
}

static void
leave_group(SimJob *job)
{
    SimJobGroup *group = g_steal_pointer(&job->group);
    if (group == NULL)
        return;
    g_ptr_array_remove(group->jobs, job);
    sim_job_group_unref(group);
}

/* ---- the list ---- */

static void
free_job(SimJob *job)
{
    leave_group(job);
    if (job->driver->free != NULL)
        job->driver->free(job);
    sim_block_job_release(job);
    g_free(job->id);
    g_free(job->error);
    g_free(job);
}

void
sim_jobs_init(SimJobs *jobs, SimJobEmit emit, gpointer machine, const SimClock *clock)
{
    jobs->jobs = g_ptr_array_new();
    jobs->emit = emit;
    jobs->machine = machine;
    jobs->clock = clock;
    jobs->drains = 0;
}

void
sim_jobs_clear(SimJobs *jobs)
{
    while (jobs->jobs != NULL && jobs->jobs->len > 0)
        free_job(g_ptr_array_remove_index(jobs->jobs, jobs->jobs->len - 1));
    g_clear_pointer(&jobs->jobs, g_ptr_array_unref);
}

static SimJob *
find(SimJobs *jobs, const char *id)
{
    for (guint i = 0; i < jobs->jobs->len; i++) {
        SimJob *job = jobs->jobs->pdata[i];
        if (strcmp(job->id, id) == 0)
            return job;
    }
    return NULL;
}

gboolean
sim_jobs_check_id(SimJobs *jobs, const char *id, GError **error)
{
    gboolean good = g_ascii_isalpha(id[0]);
    for (const char *p = id; good && *p != '\0'; p++)
        good = g_ascii_isalnum(*p) || strchr("-._", *p) != NULL;
    if (!good)
        return sim_qmp_refuse(error, "Invalid job ID '%s'", id);
    if (find(jobs, id) != NULL)
        return sim_qmp_refuse(error, "Job ID '%s' already in use", id);
    return TRUE;
}

SimJob *
sim_jobs_need(SimJobs *jobs, const char *id, GError **error)
{
    SimJob *job = find(jobs, id);
    if (job == NULL)
        sim_qmp_refuse(error, "Job not found");
    return job;
}

SimJob *
sim_jobs_need_block(SimJobs *jobs, const char *id, GError **error)
{
    SimJob *job = find(jobs, id);
    if (job != NULL && job->driver->block_job)
        return job;
    g_set_error(error, VM_QMP_ERROR, VM_QMP_DEVICE_NOT_ACTIVE, "Block job '%s' not found", id);
    return NULL;
}

/* ---- a job comes and goes ---- */

void
sim_job_emit(SimJob *job, const char *event, json_t *data)
{
    job->jobs->emit(job->jobs->machine, json_pack("{s:s, s:o}", "event", event, "data", data));
}

/* What was told of the statuses of the job of that name, in whatever machine: the words are the
 * same, and are put together once. */
static struct {
    char *id; /* or NULL */
    json_t *statuses[SIM_JOB_STATUS_LAST];
} told;

static void __attribute__((destructor)) forget_told(void)
{
    g_clear_pointer(&told.id, g_free);
    for (SimJobStatus status = 0; status < SIM_JOB_STATUS_LAST; status++)
        g_clear_pointer(&told.statuses[status], json_decref);
}

static void
tell_status(SimJobs *jobs, const char *id, SimJobStatus status)
{
    if (g_strcmp0(told.id, id) != 0) {
        forget_told();
        told.id = g_strdup(id);
    }
    if (told.statuses[status] == NULL)
        told.statuses[status] = json_pack("{s:s, s:{s:s, s:s}}", "event", "JOB_STATUS_CHANGE",
                                          "data", "id", id, "status", sim_job_status_name(status));
    jobs->emit(jobs->machine, json_incref(told.statuses[status]));
}

void
sim_job_go(SimJob *job, SimJobStatus status)
{
    g_assert(sim_job_status_allows(job->status, status));
    if (job->status == status)
        return;
    job->status = status;
    tell_status(job->jobs, job->id, status);
}

SimJob *
sim_job_create(SimJobs *jobs, const SimJobDriver *driver, const SimJobOptions *options,
               GError **error)
{
    const char *id = options->id == NULL ? "" : options->id;
    if (!sim_jobs_check_id(jobs, id, error))
        return NULL;
    SimJob *job = g_new(SimJob, 1);
    *job = (SimJob){.jobs = jobs,
                    .id = g_strdup(id),
                    .driver = driver,
                    .speed = options->speed,
                    .auto_finalize = !options->manual_finalize,
                    .auto_dismiss = !options->manual_dismiss,
                    .io_status = "ok",
                    .pauses = jobs->drains};
    join_group(job, options->group);
    g_ptr_array_add(jobs->jobs, job);
    tell_status(jobs, job->id, SIM_JOB_CREATED);
    if (options->speed >= 0)
        return job;
    sim_qmp_refuse(error, "Parameter 'speed' expects a non-negative value");
    sim_job_discard(job);
    return NULL;
}

void
sim_job_drop(SimJob *job)
{
    sim_job_go(job, SIM_JOB_NULL);
    g_ptr_array_remove(job->jobs->jobs, job);
    free_job(job);
}

void
sim_job_discard(SimJob *job)
{
    g_assert(job->status == SIM_JOB_CREATED);
    sim_job_drop(job);
}

gboolean
sim_job_is_ready(const SimJob *job)
{
    return job->status == SIM_JOB_READY || job->status == SIM_JOB_STANDBY;
}

/* ---- what queries show ---- */

json_t *
sim_jobs_query(const SimJobs *jobs)
{
    json_t *list = json_array();
    for (guint i = jobs->jobs->len; i-- > 0;) {
        const SimJob *job = jobs->jobs->pdata[i];
        json_t *shown =
            json_pack("{s:s, s:s, s:s, s:I, s:I}", "id", job->id, "type", job->driver->type,
                      "status", sim_job_status_name(job->status), "current-progress",
                      (json_int_t)job->progress, "total-progress", (json_int_t)job->total);
        if (job->error != NULL)
            json_object_set_new(shown, "error", json_string(job->error));
        json_array_append_new(list, shown);
    }
    return list;
}

static json_t *
show_block(const SimJob *job)
{
    /* Between two commands every job is at rest: none is ever busy. */
    json_t *shown =
        json_pack("{s:s, s:s, s:I, s:I, s:I, s:b, s:b, s:b, s:s, s:s, s:b, s:b}", "type",
                  job->driver->type, "device", job->id, "len", (json_int_t)job->total, "offset",
                  (json_int_t)job->progress, "speed", (json_int_t)job->speed, "busy", FALSE,
                  "paused", job->pauses > 0, "ready", sim_job_is_ready(job), "io-status",
                  job->io_status, "status", sim_job_status_name(job->status), "auto-finalize",
                  job->auto_finalize, "auto-dismiss", job->auto_dismiss);
    if (job->error != NULL)
        json_object_set_new(shown, "error", json_string(job->error));
    return shown;
}

json_t *
sim_jobs_query_block(const SimJobs *jobs)
{
    json_t *list = json_array();
    for (guint i = jobs->jobs->len; i-- > 0;) {
        const SimJob *job = jobs->jobs->pdata[i];
        if (job->driver->block_job)
            json_array_append_new(list, show_block(job));
    }
    return list;
}
