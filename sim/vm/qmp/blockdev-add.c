/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "sim/vm/blockdev_options.h"
#include "sim/vm/job_drain.h"
#include "sim/vm/qmp/command.h"

static gboolean
run(SimCall *call, GError **error)
{
    if (!sim_blockdev_options_check(call->arguments, "", error))
        return FALSE;
    SimNode *node = sim_graph_open(call->machine->graph, call->arguments, error);
    /* A file node that is there already is drained, whatever comes of it. */
    const char *name = sim_text(call->arguments, "file");
    SimNode *file = name == NULL ? NULL : sim_graph_find(call->machine->graph, name);
    if (file != NULL)
        sim_jobs_drain_twice(&call->machine->jobs, file);
    return node != NULL;
}

const SimCommand sim_command_blockdev_add = {"blockdev-add", SIM_ARGUMENTS_OWN, run};
