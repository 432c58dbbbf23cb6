/* SPDX-License-Identifier: LGPL-2.1-or-later
 *
 * The hypervisor as a driver over a copy of the files has it.
 *
 * Its processes are the world's own.  Whether they are there and whether
 * their CPUs run, and that they have no jobs, is told without letting time
 * pass; all else is what the hypervisor does with it, and noted.
 */
#pragma once

#include "sim/vm/port.h"

typedef struct SimOnlooker SimOnlooker;

/** A port to the processes of a hypervisor, which must outlive it. */
SimOnlooker *sim_onlooker_new(SimHypervisor *hypervisor);
/** Free it; NULL is fine. */
void sim_onlooker_free(SimOnlooker *onlooker);
/** The port. */
VmHypervisor *sim_onlooker_port(SimOnlooker *onlooker);
/** Whether anything was asked, or done, that is not a function of the processes' names and of
 *  sim_machine_still() ones' run states. */
gboolean sim_onlooker_strayed(const SimOnlooker *onlooker);
