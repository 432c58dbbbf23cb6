/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "sim/vm/qmp/command.h"

static const SimArgument arguments[] = {
    {"id", SIM_ARG_STRING, TRUE},
    {0},
};

/* A job that finalizes itself never stops at pending: the tables refuse every one. */
static gboolean
run(SimCall *call, GError **error)
{
    const char *id = sim_text(call->arguments, "id");
    SimJob *job = sim_jobs_need(&call->machine->jobs, id, SIM_VERB_FINALIZE, error);
    g_assert(job == NULL);
    return FALSE;
}

const SimCommand sim_command_job_finalize = {"job-finalize", arguments, run};
