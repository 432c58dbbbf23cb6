/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "sim/vm/qmp/command.h"

static const SimArgument arguments[] = {
    {"device", SIM_ARG_STRING, TRUE},
    {"force", SIM_ARG_BOOLEAN},
    {0},
};

static gboolean
run(SimCall *call, GError **error)
{
    const char *id = sim_text(call->arguments, "device");
    SimJob *job = sim_jobs_need_block(&call->machine->jobs, id, error);
    gboolean force = json_is_true(json_object_get(call->arguments, "force"));
    if (job == NULL)
        return FALSE;
    if (job->user_paused && !force)
        return sim_qmp_refuse(error, "The block job for device '%s' is currently paused", id);
    return sim_job_cancel(job, force, error);
}

const SimCommand sim_command_block_job_cancel = {"block-job-cancel", arguments, run};
