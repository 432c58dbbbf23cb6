/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "sim/vm/guest.h"
#include "sim/vm/qmp/command.h"

static gboolean
run(SimCall *call, GError **error)
{
    (void)error;
    sim_machine_event(call->machine, "POWERDOWN", NULL);
    if (sim_machine_running(call->machine) && !call->machine->acpi_ignored)
        sim_machine_later(call->machine, sim_guest_power_off, NULL);
    return TRUE;
}

const SimCommand sim_command_system_powerdown = {"system_powerdown", NULL, run};
