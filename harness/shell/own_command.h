/* SPDX-License-Identifier: LGPL-2.1-or-later
 *
 * The commands of the shell itself; all others are the scenario language's.
 */
#pragma once

#include <glib.h>

/** What a word behind such a command is. */
typedef enum {
    OWN_NONE,
    OWN_COMMAND,
    OWN_DOMAIN,
    OWN_DISK,
    OWN_FILE, /* of this machine */
} OwnArgument;

/** One of them. */
typedef struct {
    const char *name; /* NULL ends the table */
    OwnArgument arguments[2];
    guint least, most; /* arguments */
    const char *usage;
    const char *sentence;
} OwnCommand;

/** All of them, in the order of the help; one without a name ends it.  Static. */
const OwnCommand *own_commands(void);

/** The one of that name, or NULL. */
const OwnCommand *own_command(const char *name);
