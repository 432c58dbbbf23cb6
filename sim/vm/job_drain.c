/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "sim/vm/job_drain.h"
#include "sim/block/chain.h"

static gboolean
works_on(const SimJob *job, SimNode *node)
{
    if (node == NULL)
        return job->driver->block_job;
    for (guint i = 0; job->holds != NULL && i < job->holds->len; i++) {
        const SimEdge *hold = job->holds->pdata[i];
        if (sim_node_reaches(hold->child, node))
            return TRUE;
    }
    return FALSE;
}

static gboolean
works_below(const SimJob *job, SimNode *node)
{
    if (works_on(job, node))
        return TRUE;
    for (guint i = 0; i < SIM_NODE_CHILDREN; i++) {
        const SimEdge *edge = sim_node_child(node, i);
        if (edge != NULL && works_below(job, edge->child))
            return TRUE;
    }
    return FALSE;
}

void
sim_jobs_drain(SimJobs *jobs, SimNode *node)
{
    for (guint i = 0; i < jobs->jobs->len; i++) {
        if (works_on(jobs->jobs->pdata[i], node))
            sim_job_drain(jobs->jobs->pdata[i]);
    }
}

void
sim_jobs_drain_below(SimJobs *jobs, SimNode *node)
{
    for (guint i = 0; i < jobs->jobs->len; i++) {
        if (works_below(jobs->jobs->pdata[i], node))
            sim_job_drain(jobs->jobs->pdata[i]);
    }
}

static GPtrArray *
jobs_on(const SimJobs *jobs, SimNode *node)
{
    GPtrArray *found = g_ptr_array_new();
    for (guint i = 0; i < jobs->jobs->len; i++) {
        if (works_on(jobs->jobs->pdata[i], node))
            g_ptr_array_add(found, jobs->jobs->pdata[i]);
    }
    return found;
}

/* One that ends may take others of its group along. */
static gboolean
is_there(const SimJobs *jobs, const SimJob *job)
{
    return g_ptr_array_find(jobs->jobs, job, NULL);
}

static void
hurry_all(SimJobs *jobs, const GPtrArray *woken)
{
    for (guint i = 0; i < woken->len; i++) {
        if (is_there(jobs, woken->pdata[i]))
            sim_job_hurry(woken->pdata[i]);
    }
}

void
sim_jobs_hurry(SimJobs *jobs, SimNode *node)
{
    g_autoptr(GPtrArray) woken = jobs_on(jobs, node);
    hurry_all(jobs, woken);
}

void
sim_jobs_drain_twice(SimJobs *jobs, SimNode *node)
{
    g_autoptr(GPtrArray) woken = jobs_on(jobs, node);
    hurry_all(jobs, woken);
    for (guint i = 0; i < woken->len; i++) {
        if (is_there(jobs, woken->pdata[i]))
            sim_job_drain(woken->pdata[i]);
    }
}
