/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "sim/vm/qmp/command.h"

static gboolean
run(SimCall *call, GError **error)
{
    SimMachine *machine = call->machine;
    (void)error;
    if (machine->kind != SIM_KIND_STORAGE_DAEMON)
        sim_machine_tell_cause(machine, "SHUTDOWN", FALSE, "host-qmp-quit");
    sim_jobs_cancel_all(&machine->jobs);
    sim_machine_end(machine, 0, TRUE);
    return TRUE;
}

const SimCommand sim_command_quit = {"quit", NULL, run};
