/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "sim/vm/qmp/command.h"

static const SimArgument arguments[] = {
    {"id", SIM_ARG_STRING, TRUE},
    {0},
};

static gboolean
run(SimCall *call, GError **error)
{
    SimJobs *jobs = &call->machine->jobs;
    SimJob *job = sim_jobs_need(jobs, sim_text(call->arguments, "id"), SIM_VERB_CANCEL, error);
    if (job == NULL)
        return FALSE;
    job->error = g_strdup("Operation canceled");
    sim_job_finish(jobs, job);
    return TRUE;
}

const SimCommand sim_command_job_cancel = {"job-cancel", arguments, run};
