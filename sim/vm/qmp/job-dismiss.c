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
    SimJob *job = sim_jobs_need(jobs, sim_text(call->arguments, "id"), SIM_VERB_DISMISS, error);
    if (job == NULL)
        return FALSE;
    sim_job_dismiss(jobs, job);
    return TRUE;
}

const SimCommand sim_command_job_dismiss = {"job-dismiss", arguments, run};
