/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "sim/vm/qmp/command.h"

static gboolean
run(SimCall *call, GError **error)
{
    (void)error;
    call->reply = sim_jobs_query_block(&call->machine->jobs);
    return TRUE;
}

const SimCommand sim_command_query_block_jobs = {"query-block-jobs", NULL, run};
