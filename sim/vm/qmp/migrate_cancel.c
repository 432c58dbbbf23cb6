/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "sim/vm/qmp/command.h"

/* A migration here is over before the next command comes: there is nothing to cancel. */
static gboolean
run(SimCall *call, GError **error)
{
    (void)call;
    (void)error;
    return TRUE;
}

const SimCommand sim_command_migrate_cancel = {"migrate_cancel", NULL, run};
