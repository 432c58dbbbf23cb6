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
    SimJob *job = sim_jobs_need_block(&call->machine->jobs, id, error);
    return job != NULL && sim_job_dismiss(job, error);
}

const SimCommand sim_command_block_job_dismiss = {"block-job-dismiss", arguments, run};
