/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "sim/vm/qmp/command.h"

static gboolean
run(SimCall *call, GError **error)
{
    (void)error;
    call->reply = json_array();
    for (guint i = 0; sim_command_name(i) != NULL; i++)
        json_array_append_new(call->reply, json_pack("{s:s}", "name", sim_command_name(i)));
    return TRUE;
}

const SimCommand sim_command_query_commands = {"query-commands", NULL, run};
