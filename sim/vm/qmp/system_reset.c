/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "sim/vm/qmp/command.h"

static gboolean
run(SimCall *call, GError **error)
{
    (void)error;
    sim_machine_reset(call->machine, FALSE, "host-qmp-system-reset");
    return TRUE;
}

const SimCommand sim_command_system_reset = {"system_reset", NULL, run};
