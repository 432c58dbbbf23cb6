/* SPDX-License-Identifier: LGPL-2.1-or-later
 *
 * Private to sim/world: what a world is made of.
 */
#pragma once

#include "sim/vm/port.h"
#include "sim/world/clock.h"
#include "sim/world/world.h"

struct SimWorld {
    VmEnv env; /* first: the env port is the world */
    SimClock clock;
    SimRandom random;
    GString *log;
    SimFs *fs;
    VmStore *store;
    SimHypervisor *hypervisor;
};
