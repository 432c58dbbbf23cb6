/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "sim/vm/qmp/command.h"

static gboolean
run(SimCall *call, GError **error)
{
    SimMachine *machine = call->machine;
    if (machine->run == SIM_RUN_INMIGRATE) {
        machine->autostart = TRUE;
        return TRUE;
    }
    if (sim_machine_running(machine))
        return TRUE;
    if (machine->run == SIM_RUN_SHUTDOWN)
        return sim_qmp_refuse(error, "Resetting the Virtual Machine is required");
    /* After a migration the images are taken back, with their locks. */
    if (!sim_graph_activate(machine->graph, error))
        return FALSE;
    sim_machine_resume(machine);
    return TRUE;
}

const SimCommand sim_command_cont = {"cont", NULL, run};
