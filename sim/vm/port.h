/* SPDX-License-Identifier: LGPL-2.1-or-later
 *
 * The hypervisor port of the simulated world.
 */
#pragma once

#include "sim/vm/machine.h"

/** A hypervisor over a file system and a clock, both borrowed. */
SimHypervisor *sim_hypervisor_new(SimFs *fs, SimClock *clock);
/** Kill every instance and free it; monitors must be gone. */
void sim_hypervisor_free(SimHypervisor *hypervisor);
/** The port. */
VmHypervisor *sim_hypervisor_port(SimHypervisor *hypervisor);
/** The machine of that name that has not ended, or NULL; borrowed. */
SimMachine *sim_hypervisor_machine(SimHypervisor *hypervisor, const char *name);
/** The names of all machines that have not ended, sorted.  The caller unrefs the array. */
GPtrArray *sim_hypervisor_names(SimHypervisor *hypervisor);
/** The power goes: every machine ends as if killed. */
void sim_hypervisor_power_cut(SimHypervisor *hypervisor);
