/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "sim/vm/qmp/job_step.h"
#include <string.h>

void
sim_job_step_finish(SimMachine *machine, const char *id)
{
    for (guint i = 0; i < machine->jobs.jobs->len; i++) {
        SimJob *job = machine->jobs.jobs->pdata[i];
        if (strcmp(job->id, id) == 0 && job->status == SIM_JOB_RUNNING) {
            sim_job_finish(&machine->jobs, job);
            return;
        }
    }
}
