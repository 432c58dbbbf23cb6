/* SPDX-License-Identifier: LGPL-2.1-or-later
 *
 * What an instance's CPUs are doing, as QEMU names it.
 */
#pragma once

#include <glib.h>

/** Run states. */
typedef enum {
    SIM_RUN_PRELAUNCH,
    SIM_RUN_RUNNING,
    SIM_RUN_PAUSED,
    SIM_RUN_INMIGRATE,
    SIM_RUN_FINISH_MIGRATE,
    SIM_RUN_POSTMIGRATE,
    SIM_RUN_SAVE_VM,
    SIM_RUN_RESTORE_VM,
    SIM_RUN_GUEST_PANICKED,
    SIM_RUN_SHUTDOWN,
    SIM_RUN_LAST
} SimRunState;

/** "prelaunch", …; static string. */
const char *sim_run_state_name(SimRunState state);
/** The state of a name, or SIM_RUN_LAST. */
SimRunState sim_run_state_of(const char *name);
/** Whether a machine may go from one state to the other. */
gboolean sim_run_state_allows(SimRunState from, SimRunState to);
