/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "sim/vm/qmp/command.h"

static gboolean
run(SimCall *call, GError **error)
{
    SimMachine *machine = call->machine;
    (void)error;
    sim_machine_power_on(machine);
    sim_machine_event(machine, "RESET",
                      json_pack("{s:b, s:s}", "guest", FALSE, "reason", "host-qmp-system-reset"));
    if (!sim_machine_running(machine) && machine->run != SIM_RUN_INMIGRATE)
        sim_machine_set_run(machine, SIM_RUN_PRELAUNCH);
    return TRUE;
}

const SimCommand sim_command_system_reset = {"system_reset", NULL, run};
