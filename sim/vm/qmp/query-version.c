/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "sim/vm/qmp/command.h"

/* The version that the machine was held against. */
json_t *
sim_command_version(void)
{
    return json_pack("{s:{s:i, s:i, s:i}, s:s}", "qemu", "micro", 22, "minor", 2, "major", 7,
                     "package", "Debian 1:7.2+dfsg-7+deb12u18+b3");
}

static gboolean
run(SimCall *call, GError **error)
{
    (void)error;
    call->reply = sim_command_version();
    return TRUE;
}

const SimCommand sim_command_query_version = {"query-version", NULL, run};
