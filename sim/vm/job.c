/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "sim/vm/job.h"
#include "sim/block/graph.h"
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

static void
free_job(gpointer data)
{
    SimJob *job = data;
    g_free(job->id);
    g_free(job->error);
    g_free(job);
}

void
sim_jobs_init(SimJobs *jobs, SimJobNotify notify, gpointer machine)
{
    jobs->jobs = g_ptr_array_new_with_free_func(free_job);
    jobs->notify = notify;
    jobs->machine = machine;
}

void
sim_jobs_clear(SimJobs *jobs)
{
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
sim_jobs_start(SimJobs *jobs, const char *id, const char *type)
{
    SimJob *job = g_new0(SimJob, 1);
    job->id = g_strdup(id);
    job->type = type;
    job->total = 1;
    g_ptr_array_add(jobs->jobs, job);
    jobs->notify(jobs->machine, job);
    sim_job_go(jobs, job, SIM_JOB_RUNNING);
    return job;
}

SimJob *
sim_jobs_need(SimJobs *jobs, const char *id, SimJobVerb verb, GError **error)
{
    SimJob *job = find(jobs, id);
    if (job == NULL) {
        sim_qmp_refuse(error, "Job not found");
        return NULL;
    }
    if (sim_job_verb_allowed(job->status, verb))
        return job;
    sim_qmp_refuse(error, "Job '%s' in state '%s' cannot accept command verb '%s'", id,
                   sim_job_status_name(job->status), sim_job_verb_name(verb));
    return NULL;
}

void
sim_job_go(SimJobs *jobs, SimJob *job, SimJobStatus status)
{
    g_assert(sim_job_status_allows(job->status, status));
    job->status = status;
    jobs->notify(jobs->machine, job);
}

void
sim_job_finish(SimJobs *jobs, SimJob *job)
{
    job->progress = job->total;
    if (job->error == NULL) {
        sim_job_go(jobs, job, SIM_JOB_WAITING);
        sim_job_go(jobs, job, SIM_JOB_PENDING);
    } else {
        sim_job_go(jobs, job, SIM_JOB_ABORTING);
    }
    sim_job_go(jobs, job, SIM_JOB_CONCLUDED);
}

void
sim_job_dismiss(SimJobs *jobs, SimJob *job)
{
    sim_job_go(jobs, job, SIM_JOB_NULL);
    g_ptr_array_remove(jobs->jobs, job);
}

json_t *
sim_jobs_query(const SimJobs *jobs)
{
    json_t *list = json_array();
    for (guint i = jobs->jobs->len; i-- > 0;) {
        const SimJob *job = jobs->jobs->pdata[i];
        json_t *shown =
            json_pack("{s:s, s:s, s:s, s:I, s:I}", "id", job->id, "type", job->type, "status",
                      sim_job_status_name(job->status), "current-progress",
                      (json_int_t)job->progress, "total-progress", (json_int_t)job->total);
        if (job->error != NULL)
            json_object_set_new(shown, "error", json_string(job->error));
        json_array_append_new(list, shown);
    }
    return list;
}
