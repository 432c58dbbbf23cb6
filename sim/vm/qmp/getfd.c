/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "sim/vm/qmp/command.h"
#include "sim/world/store.h"

static const SimArgument arguments[] = {
    {"fdname", SIM_ARG_STRING, TRUE},
    {0},
};

static gboolean
run(SimCall *call, GError **error)
{
    const char *name = sim_text(call->arguments, "fdname");
    if (call->pass == NULL)
        return sim_qmp_refuse(error, "No file descriptor supplied via SCM_RIGHTS");
    if (g_ascii_isdigit(name[0]))
        return sim_qmp_refuse(error, "Parameter 'fdname' expects a name not starting with a digit");
    g_hash_table_replace(call->machine->fds, g_strdup(name), sim_store_file_dup(call->pass));
    return TRUE;
}

const SimCommand sim_command_getfd = {"getfd", arguments, run};
