/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "sim/vm/blockdev_options.h"
#include "sim/vm/qmp/command.h"

static gboolean
run(SimCall *call, GError **error)
{
    return sim_blockdev_options_check(call->arguments, "", error) &&
           sim_graph_open(call->machine->graph, call->arguments, error) != NULL;
}

const SimCommand sim_command_blockdev_add = {"blockdev-add", SIM_ARGUMENTS_OWN, run};
