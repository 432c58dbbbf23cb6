/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "sim/vm/run_state.h"
#include <string.h>

#define TO(state) (1u << SIM_RUN_##state)

/* One row per state: its name, and where it may lead. */
static const struct {
    const char *name;
    guint32 next;
} states[] = {
    [SIM_RUN_PRELAUNCH] = {"prelaunch", TO(RUNNING) | TO(FINISH_MIGRATE) | TO(INMIGRATE)},
    [SIM_RUN_RUNNING] = {"running", TO(PAUSED) | TO(FINISH_MIGRATE) | TO(SAVE_VM) | TO(RESTORE_VM) |
                                        TO(GUEST_PANICKED) | TO(SHUTDOWN)},
    [SIM_RUN_PAUSED] = {"paused",
                        TO(RUNNING) | TO(FINISH_MIGRATE) | TO(POSTMIGRATE) | TO(PRELAUNCH)},
    [SIM_RUN_INMIGRATE] = {"inmigrate", TO(RUNNING) | TO(PAUSED) | TO(PRELAUNCH) | TO(POSTMIGRATE) |
                                            TO(SHUTDOWN) | TO(GUEST_PANICKED) | TO(RESTORE_VM)},
    [SIM_RUN_FINISH_MIGRATE] = {"finish-migrate", TO(RUNNING) | TO(PAUSED) | TO(POSTMIGRATE) |
                                                      TO(PRELAUNCH) | TO(RESTORE_VM) |
                                                      TO(GUEST_PANICKED)},
    [SIM_RUN_POSTMIGRATE] = {"postmigrate", TO(PRELAUNCH) | TO(RUNNING) | TO(FINISH_MIGRATE)},
    [SIM_RUN_SAVE_VM] = {"save-vm", TO(RUNNING)},
    [SIM_RUN_RESTORE_VM] = {"restore-vm", TO(RUNNING) | TO(PRELAUNCH) | TO(FINISH_MIGRATE)},
    [SIM_RUN_GUEST_PANICKED] = {"guest-panicked", TO(PRELAUNCH) | TO(RUNNING) | TO(FINISH_MIGRATE)},
    [SIM_RUN_SHUTDOWN] = {"shutdown", TO(PRELAUNCH) | TO(PAUSED) | TO(FINISH_MIGRATE)},
};

const char *
sim_run_state_name(SimRunState state)
{
    return states[state].name;
}

SimRunState
sim_run_state_of(const char *name)
{
    guint i = 0;
    while (i < SIM_RUN_LAST && strcmp(states[i].name, name) != 0)
        i++;
    return (SimRunState)i;
}

gboolean
sim_run_state_allows(SimRunState from, SimRunState to)
{
    return (states[from].next & (1u << to)) != 0;
}
