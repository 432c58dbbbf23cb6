/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "sim/vm/blockdev_options.h"
#include "sim/vm/job_drain.h"
#include "sim/vm/qmp/command.h"

static const SimArgument element = {"", SIM_ARG_CUSTOM, .check = sim_blockdev_options_check};

static const SimArgument arguments[] = {
    {"options", SIM_ARG_LIST, TRUE, .members = &element},
    {0},
};

/* QEMU 7.2 fails an assertion where there is nothing to reopen. */
#define STATUS_ABORT (-6)

static void
drain_nodes(SimMachine *machine, const json_t *options)
{
    for (gsize i = 0; i < json_array_size(options); i++) {
        const char *name = sim_text(json_array_get(options, i), "node-name");
        SimNode *node = name == NULL ? NULL : sim_graph_find(machine->graph, name);
        if (node != NULL)
            sim_jobs_drain_below(&machine->jobs, node);
    }
}

static gboolean
run(SimCall *call, GError **error)
{
    const json_t *options = json_object_get(call->arguments, "options");
    if (json_array_size(options) > 0) {
        gboolean ok = sim_graph_reopen(call->machine->graph, options, error);
        drain_nodes(call->machine, options);
        return ok;
    }
    sim_machine_end(call->machine, STATUS_ABORT, FALSE);
    g_set_error(error, VM_QMP_ERROR, VM_QMP_DISCONNECTED,
                "the instance ended before it answered blockdev-reopen");
    return FALSE;
}

const SimCommand sim_command_blockdev_reopen = {"blockdev-reopen", arguments, run};
