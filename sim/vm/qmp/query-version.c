/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "sim/vm/qmp/command.h"

static gboolean
run(SimCall *call, GError **error)
{
    (void)error;
    call->reply = json_pack("{s:s, s:{s:i, s:i, s:i}}", "package", "simulated", "qemu", "major", 7,
                            "minor", 2, "micro", 22);
    return TRUE;
}

const SimCommand sim_command_query_version = {"query-version", NULL, run};
