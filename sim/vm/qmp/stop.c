/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "sim/vm/job_drain.h"
#include "sim/vm/qmp/command.h"

static gboolean
run(SimCall *call, GError **error)
{
    (void)error;
    if (call->machine->run == SIM_RUN_INMIGRATE)
        call->machine->autostart = FALSE;
    sim_machine_stop(call->machine, SIM_RUN_PAUSED);
    sim_jobs_drain(&call->machine->jobs, NULL);
    return TRUE;
}

const SimCommand sim_command_stop = {"stop", NULL, run};
