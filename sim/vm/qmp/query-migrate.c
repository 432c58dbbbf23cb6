/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "sim/vm/qmp/command.h"

static gboolean
run(SimCall *call, GError **error)
{
    const SimMachine *machine = call->machine;
    (void)error;
    call->reply = json_object();
    if (machine->migration != NULL)
        json_object_set_new(call->reply, "status", json_string(machine->migration));
    if (machine->migration_error != NULL)
        json_object_set_new(call->reply, "error-desc", json_string(machine->migration_error));
    return TRUE;
}

const SimCommand sim_command_query_migrate = {"query-migrate", NULL, run};
