/* SPDX-License-Identifier: LGPL-2.1-or-later
 *
 * What a driver stands on that looks at a copy of a simulated world.
 *
 * Nothing that it does there touches the world, or takes its time: what comes
 * after is the same, whether somebody has looked or not.
 */
#pragma once

#include "harness/target/reference.h"
#include "sim/world/world.h"

typedef struct SimCopy SimCopy;

/** A copy of the files, over the world's processes, which must outlive it. */
SimCopy *sim_copy_new(SimWorld *world);
/** Free it; its driver must be gone.  NULL is fine. */
void sim_copy_free(SimCopy *copy);
/** Put its ports in the place of the world's. */
void sim_copy_ports(SimCopy *copy, ReferencePorts *ports);
/** Whether its driver has asked for nothing that sim_inspect_beginning() leaves out. */
gboolean sim_copy_kept_to_key(const SimCopy *copy);
