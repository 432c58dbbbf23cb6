/* SPDX-License-Identifier: LGPL-2.1-or-later
 *
 * Commands that name a job and do one thing to it.
 */
#include "sim/vm/qmp/job_call.h"

const SimArgument sim_job_by_id[] = {
    {"id", SIM_ARG_STRING, TRUE},
    {0},
};

const SimArgument sim_job_by_device[] = {
    {"device", SIM_ARG_STRING, TRUE},
    {0},
};

gboolean
sim_call_on_job(const SimCall *call, SimJobCall run, GError **error)
{
    SimJob *job = sim_jobs_need(&call->machine->jobs, sim_text(call->arguments, "id"), error);
    return job != NULL && run(job, error);
}

gboolean
sim_call_on_block_job(const SimCall *call, SimJobCall run, GError **error)
{
    const char *id = sim_text(call->arguments, "id");
    const char *device = sim_text(call->arguments, "device");
    SimJob *job = sim_jobs_need_block(&call->machine->jobs, id != NULL ? id : device, error);
    return job != NULL && run(job, error);
}
