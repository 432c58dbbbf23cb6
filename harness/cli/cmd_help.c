/* SPDX-License-Identifier: LGPL-2.1-or-later
 *
 * virt-moment help: the program, a subcommand, or an API call by its virsh
 * command.
 */
#include "harness/cli/cli.h"

#include <stdio.h>
#include "harness/cli/nearest.h"
#include "harness/shell/shell.h"
#include "spec/api/api.h"

static int
refuse(const char *word)
{
    g_autoptr(GPtrArray) names = g_ptr_array_new();
    const char *nearest;

    for (guint i = 0; cli_commands()[i] != NULL; i++) {
        g_ptr_array_add(names, (gpointer)cli_commands()[i]->name);
    }
    for (VmCall call = 0; call < VM_CALL_LAST; call++) {
        if (vm_call_info(call)->command != NULL) {
            g_ptr_array_add(names, (gpointer)vm_call_info(call)->command);
        }
    }
    g_ptr_array_add(names, NULL);
    nearest = nearest_of(word, (const char *const *)names->pdata);
    return cli_refuse("there is no help for '%s'%s%s%s", word,
                      nearest != NULL ? "; did you mean '" : "", nearest != NULL ? nearest : "",
                      nearest != NULL ? "'?" : "");
}

static int
run(char **words)
{
    const CliCommand *command = words[0] != NULL ? cli_find(words[0]) : NULL;
    g_autofree char *text = NULL;

    if (words[0] != NULL && command == NULL) {
        text = shell_call_help(words[0]);
        if (text == NULL) {
            return refuse(words[0]);
        }
    } else {
        text = command != NULL ? cli_command_help(command) : cli_help();
    }
    fputs(text, stdout);
    return EXIT_CODE_OK;
}

const CliCommand cmd_help = {
    .name = "help",
    .arguments = "[COMMAND]",
    .summary = "Show help for a command, or for an API call by its virsh command",
    .run = run,
};
