/* SPDX-License-Identifier: LGPL-2.1-or-later
 *
 * QMP commands: one file each, one row each in commands.c.
 */
#pragma once

#include "sim/vm/arguments.h"
#include "sim/vm/machine.h"

/** One command as it came; the arguments have passed the schema. */
typedef struct {
    SimMachine *machine;
    const json_t *arguments; /* an object, never NULL */
    VmStoreFile *pass;       /* a descriptor that came along, or NULL */
    json_t *reply;           /* set by the command where it returns something */
} SimCall;

/** Does a command; FALSE with a QMP error and nothing changed. */
typedef gboolean (*SimCommandRun)(SimCall *call, GError **error);

/** A command. */
typedef struct {
    const char *name;
    const SimArgument *arguments; /* NULL: none */
    SimCommandRun run;
} SimCommand;

#define SIM_COMMAND(name) extern const SimCommand sim_command_##name;
#include "sim/vm/qmp/commands.def"
#undef SIM_COMMAND

/** Run a command by name: *reply (may be NULL) is a new reference, {} where it returns nothing. */
gboolean sim_command_run(SimMachine *machine, const char *name, const json_t *arguments,
                         VmStoreFile *pass, json_t **reply, GError **error);
/** The names of all commands, in the order of the table; NULL beyond the last. */
const char *sim_command_name(guint i);

/** A command comes: background work goes on and time passes first.  DISCONNECTED where the process
 *  has ended. */
gboolean sim_machine_receive(SimMachine *machine, GError **error);
/** A command as a client sends it: background work goes on and time passes first.  DISCONNECTED
 *  where the process has ended; otherwise as sim_command_run(). */
gboolean sim_machine_command(SimMachine *machine, const char *name, const json_t *arguments,
                             VmStoreFile *pass, json_t **reply, GError **error);
/** Whether a command may come as "exec-oob". */
gboolean sim_command_is_out_of_band(const char *name);
/** What query-version answers, and the greeting says.  A new reference. */
json_t *sim_command_version(void);
