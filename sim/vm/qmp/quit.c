/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "sim/vm/qmp/command.h"

static gboolean
run(SimCall *call, GError **error)
{
    SimMachine *machine = call->machine;
    (void)error;
    sim_machine_event(machine, "SHUTDOWN",
                      json_pack("{s:b, s:s}", "guest", FALSE, "reason", "host-qmp-quit"));
    while (machine->jobs.jobs->len > 0) {
        SimJob *job = machine->jobs.jobs->pdata[0];
        if (job->status != SIM_JOB_CONCLUDED)
            sim_job_finish(&machine->jobs, job);
        sim_job_dismiss(&machine->jobs, job);
    }
    sim_machine_end(machine, 0, TRUE);
    return TRUE;
}

const SimCommand sim_command_quit = {"quit", NULL, run};
