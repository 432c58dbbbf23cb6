/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "sim/vm/qmp/command.h"

static const SimArgument arguments[] = {
    {"node-name", SIM_ARG_STRING, TRUE},
    {0},
};

static gboolean
run(SimCall *call, GError **error)
{
    return sim_graph_delete(call->machine->graph, sim_text(call->arguments, "node-name"), error);
}

const SimCommand sim_command_blockdev_del = {"blockdev-del", arguments, run};
