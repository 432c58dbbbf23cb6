/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "sim/vm/qmp/job_call.h"

static gboolean
run(SimCall *call, GError **error)
{
    return sim_call_on_job(call, sim_job_complete, error);
}

const SimCommand sim_command_job_complete = {"job-complete", sim_job_by_id, run};
