/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "sim/vm/qmp/job_step.h"

SimJobStep
sim_job_last_step(SimJob *job)
{
    job->progress = job->total;
    return SIM_STEP_DONE;
}
