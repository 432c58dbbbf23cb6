/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "sim/vm/qmp/command.h"

static const SimArgument arguments[] = {
    {"id", SIM_ARG_STRING, TRUE},
    {0},
};

static gboolean
run(SimCall *call, GError **error)
{
    const char *id = sim_text(call->arguments, "id");
    SimJob *job = sim_jobs_need(&call->machine->jobs, id, error);
    return job != NULL && sim_job_complete(job, error);
}

const SimCommand sim_command_job_complete = {"job-complete", arguments, run};
