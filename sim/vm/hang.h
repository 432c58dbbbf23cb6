/* SPDX-License-Identifier: LGPL-2.1-or-later
 *
 * A process that is stopped: commands reach it and are done when it goes on,
 * long after their senders have given up.
 */
#pragma once

#include "sim/vm/machine.h"

/** Stop the process now, or when `command` comes (NULL: now). */
void sim_hang(SimMachine *machine, const char *command);
/** Let it go on: what came meanwhile is done, in order. */
void sim_hang_end(SimMachine *machine);
/** Kill the process when `command` comes: before it is done, or before it is answered. */
void sim_hang_end_at(SimMachine *machine, const char *command, gboolean after);
/** TRUE when the process has been killed at this command; arguments and pass are borrowed. */
gboolean sim_hang_ends(SimMachine *machine, const char *command, json_t *arguments,
                       VmStoreFile *pass);
/** TRUE when the process hangs at this command, or the monitor waits for an answer already, in
 *  which case nothing is sent; arguments are borrowed. */
gboolean sim_hang_takes(SimMonitor *monitor, const char *command, json_t *arguments);
/** The monitor goes; what it has sent will be done nevertheless. */
void sim_hang_forget(SimMonitor *monitor);
