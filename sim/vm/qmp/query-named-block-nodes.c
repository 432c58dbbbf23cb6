/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "sim/vm/block_info.h"
#include "sim/vm/qmp/command.h"

static const SimArgument arguments[] = {
    {"flat", SIM_ARG_BOOLEAN},
    {0},
};

static gboolean
run(SimCall *call, GError **error)
{
    (void)error;
    gboolean flat = json_is_true(json_object_get(call->arguments, "flat"));
    const GPtrArray *nodes = call->machine->graph->nodes;
    call->reply = json_array();
    for (guint i = nodes->len; i-- > 0;)
        json_array_append_new(call->reply, sim_block_info_node(nodes->pdata[i], flat));
    return TRUE;
}

const SimCommand sim_command_query_named_block_nodes = {"query-named-block-nodes", arguments, run};
