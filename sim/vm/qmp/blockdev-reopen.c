/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "sim/vm/blockdev_options.h"
#include "sim/vm/qmp/command.h"

static const SimArgument element = {"", SIM_ARG_CUSTOM, .check = sim_blockdev_options_check};

static const SimArgument arguments[] = {
    {"options", SIM_ARG_LIST, TRUE, .members = &element},
    {0},
};

static gboolean
run(SimCall *call, GError **error)
{
    return sim_graph_reopen(call->machine->graph, json_object_get(call->arguments, "options"),
                            error);
}

const SimCommand sim_command_blockdev_reopen = {"blockdev-reopen", arguments, run};
