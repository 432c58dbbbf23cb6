/* SPDX-License-Identifier: LGPL-2.1-or-later
 *
 * The simulated world behind a connection, for tests that break it.
 */
#pragma once

#include "harness/target/reference.h"
#include "sim/world/world.h"

/** The world of a connection to the simulator; borrowed. */
SimWorld *target_sim_world(struct vm_conn *conn);
