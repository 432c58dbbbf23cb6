/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "sim/vm/qmp/job_call.h"

static gboolean
run(SimCall *call, GError **error)
{
    return sim_call_on_job(call, sim_job_resume, error);
}

const SimCommand sim_command_job_resume = {"job-resume", sim_job_by_id, run};
