/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "sim/vm/blockdev_options.h"
#include "sim/vm/qmp/command.h"

static const SimArgument element = {"", SIM_ARG_CUSTOM, .check = sim_blockdev_options_check};

static const SimArgument arguments[] = {
    {"options", SIM_ARG_LIST, TRUE, .members = &element},
    {0},
};

/* QEMU 7.2 fails an assertion where there is nothing to reopen. */
#define STATUS_ABORT (-6)

static gboolean
run(SimCall *call, GError **error)
{
    const json_t *options = json_object_get(call->arguments, "options");
    if (json_array_size(options) > 0)
        return sim_graph_reopen(call->machine->graph, options, error);
    sim_machine_end(call->machine, STATUS_ABORT, FALSE);
    g_set_error(error, VM_QMP_ERROR, VM_QMP_DISCONNECTED,
                "the instance ended before it answered blockdev-reopen");
    return FALSE;
}

const SimCommand sim_command_blockdev_reopen = {"blockdev-reopen", arguments, run};
