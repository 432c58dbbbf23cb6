/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "sim/vm/qmp/command.h"

/* There is no postcopy here to pause. */
static gboolean
run(SimCall *call, GError **error)
{
    (void)call;
    return sim_qmp_refuse(error, "migrate-pause is currently only supported during "
                                 "postcopy-active state");
}

const SimCommand sim_command_migrate_pause = {"migrate-pause", NULL, run};
