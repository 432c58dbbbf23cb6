/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "sim/vm/qmp/command.h"

static gboolean
run(SimCall *call, GError **error)
{
    (void)error;
    call->reply = json_pack("{s:b, s:b, s:s}", "running", sim_machine_running(call->machine),
                            "singlestep", FALSE, "status", sim_run_state_name(call->machine->run));
    return TRUE;
}

const SimCommand sim_command_query_status = {"query-status", NULL, run};
