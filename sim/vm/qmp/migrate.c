/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "sim/vm/migration.h"
#include "sim/vm/qmp/command.h"

static const SimArgument arguments[] = {
    {"uri", SIM_ARG_STRING, TRUE}, {"blk", SIM_ARG_BOOLEAN},    {"inc", SIM_ARG_BOOLEAN},
    {"detach", SIM_ARG_BOOLEAN},   {"resume", SIM_ARG_BOOLEAN}, {0},
};

static gboolean
run(SimCall *call, GError **error)
{
    SimMachine *machine = call->machine;
    if (machine->run == SIM_RUN_INMIGRATE)
        return sim_qmp_refuse(error, "Guest is waiting for an incoming migration");
    if (machine->run == SIM_RUN_POSTMIGRATE)
        return sim_qmp_refuse(error,
                              "Can't migrate the vm that was paused due to previous migration");
    if (!sim_migration_connect(machine, sim_text(call->arguments, "uri"), error))
        return FALSE;
    g_clear_pointer(&machine->migration_error, g_free);
    sim_migration_status(machine, "setup");
    sim_machine_later(machine, sim_migration_send, NULL);
    return TRUE;
}

const SimCommand sim_command_migrate = {"migrate", arguments, run};
