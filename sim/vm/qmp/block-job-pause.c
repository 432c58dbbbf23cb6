/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "sim/vm/qmp/command.h"

static const SimArgument arguments[] = {
    {"device", SIM_ARG_STRING, TRUE},
    {0},
};

static gboolean
run(SimCall *call, GError **error)
{
    const char *id = sim_text(call->arguments, "device");
    SimJob *job = sim_jobs_need_block(&call->machine->jobs, id, error);
    return job != NULL && sim_job_pause(job, error);
}

const SimCommand sim_command_block_job_pause = {"block-job-pause", arguments, run};
