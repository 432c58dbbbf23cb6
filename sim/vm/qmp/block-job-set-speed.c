/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "sim/vm/qmp/command.h"

static const SimArgument arguments[] = {
    {"device", SIM_ARG_STRING, TRUE},
    {"speed", SIM_ARG_INTEGER, TRUE},
    {0},
};

static gboolean
run(SimCall *call, GError **error)
{
    const char *id = sim_text(call->arguments, "device");
    gint64 speed = json_integer_value(json_object_get(call->arguments, "speed"));
    SimJob *job = sim_jobs_need_block(&call->machine->jobs, id, error);
    return job != NULL && sim_job_set_speed(job, speed, error);
}

const SimCommand sim_command_block_job_set_speed = {"block-job-set-speed", arguments, run};
