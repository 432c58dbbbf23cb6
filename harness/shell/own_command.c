/* SPDX-License-Identifier: LGPL-2.1-or-later
 *
 * The commands of the shell itself.
 */
#include "harness/shell/own_command.h"

#include <string.h>

static const OwnCommand commands[] = {
    {"help",
     {OWN_COMMAND},
     0,
     1,
     "help [COMMAND]",
     "all commands, or one with its options and flags"},
    {"tree", {OWN_DOMAIN}, 1, 1, "tree DOMAIN", "the moment tree, with the current one marked"},
    {"chain",
     {OWN_DOMAIN, OWN_DISK},
     1,
     2,
     "chain DOMAIN [DISK]",
     "the backing chain of each disk, from the working top to the bottom"},
    {"save",
     {OWN_FILE},
     1,
     1,
     "save FILE",
     "keep the session as a scenario file (with two words it is virsh's save DOMAIN PATH)"},
    {"quit", {OWN_NONE}, 0, 0, "quit", "end the session, as the end of the input does"},
    {NULL},
};

const OwnCommand *
own_commands(void)
{
    return commands;
}

const OwnCommand *
own_command(const char *name)
{
    for (const OwnCommand *own = commands; own->name != NULL; own++) {
        if (strcmp(own->name, name) == 0) {
            return own;
        }
    }
    return NULL;
}
