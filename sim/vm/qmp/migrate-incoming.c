/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "sim/vm/migration.h"
#include "sim/vm/qmp/command.h"

static const SimArgument arguments[] = {
    {"uri", SIM_ARG_STRING, TRUE},
    {0},
};

/* Nobody calls here: an address to listen at is none. */
static gboolean
is_source(const char *uri)
{
    return g_str_has_prefix(uri, "fd:") || g_str_has_prefix(uri, "exec:");
}

static gboolean
run(SimCall *call, GError **error)
{
    SimMachine *machine = call->machine;
    if (machine->incoming_begun)
        return sim_qmp_refuse(error, "The incoming migration has already been started");
    if (!machine->incoming)
        return sim_qmp_refuse(error, "'-incoming' was not specified on the command line");
    /* Announced even where migration events are off, and before the address is looked at. */
    sim_machine_event(machine, "MIGRATION", json_pack("{s:s}", "status", "setup"));
    const char *uri = sim_text(call->arguments, "uri");
    if (!is_source(uri))
        return sim_qmp_refuse(error, "unknown migration protocol: %s", uri);
    if (!sim_migration_connect(machine, uri, error))
        return FALSE;
    machine->incoming_begun = TRUE;
    machine->migration = "setup";
    sim_machine_later(machine, sim_migration_receive, NULL);
    return TRUE;
}

const SimCommand sim_command_migrate_incoming = {"migrate-incoming", arguments, run};
