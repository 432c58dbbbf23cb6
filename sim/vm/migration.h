/* SPDX-License-Identifier: LGPL-2.1-or-later
 *
 * A guest's state going out to a file, or coming in from one.
 */
#pragma once

#include "sim/vm/machine.h"

/** Take the descriptor that a "fd:NAME" address names out of the machine's; NULL with a refusal. */
VmStoreFile *sim_migration_take_fd(SimMachine *machine, const char *uri, GError **error);
/** Note a status, and announce it where events are wanted. */
void sim_migration_status(SimMachine *machine, const char *status);
/** Work: write the state of the machine / read it and become it. */
void sim_migration_send(SimMachine *machine, const char *argument);
void sim_migration_receive(SimMachine *machine, const char *argument);
