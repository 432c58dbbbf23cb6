/* SPDX-License-Identifier: LGPL-2.1-or-later
 *
 * A guest's state going out to a file, or coming in from one.
 */
#pragma once

#include "sim/vm/machine.h"

/** Note where the stream goes to, or comes from: "fd:NAME" (the descriptor is taken out of the
 *  machine's), "exec:cat > FILE", "exec:cat FILE" and some commands that only fail, "unix:PATH"
 *  where nobody listens.  FALSE with a refusal of what is no address. */
gboolean sim_migration_connect(SimMachine *machine, const char *uri, GError **error);
/** Note a status, and announce it where events are wanted. */
void sim_migration_status(SimMachine *machine, const char *status);
/** Announce what QEMU announces when the memory goes into an internal snapshot: it counts as a
 *  migration that is over at once. */
void sim_migration_into_snapshot(SimMachine *machine);
/** Work: write the state of the machine / read it and become it. */
void sim_migration_send(SimMachine *machine, const char *argument);
void sim_migration_receive(SimMachine *machine, const char *argument);
