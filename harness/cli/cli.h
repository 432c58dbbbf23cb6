/* SPDX-License-Identifier: LGPL-2.1-or-later
 *
 * The command line: a table of subcommands, one file each.
 */
#pragma once

#include <glib.h>
#include "harness/report/exit_code.h"

/** A subcommand. */
typedef struct {
    const char *name;
    const char *arguments;       /* what --help shows after the options */
    const char *summary;         /* one line */
    const GOptionEntry *entries; /* or NULL */
    const char *notes;           /* lines that end the help, or NULL */
    /** Run it; `words` are the arguments that are no options, NULL-terminated.  Gives the exit
     *  code. */
    int (*run)(char **words);
} CliCommand;

/* One per file cmd_<name>.c. */
extern const CliCommand cmd_run;
extern const CliCommand cmd_shell;
extern const CliCommand cmd_list;
extern const CliCommand cmd_compare;
extern const CliCommand cmd_report;
extern const CliCommand cmd_rules;
extern const CliCommand cmd_xml;
extern const CliCommand cmd_matrix;
extern const CliCommand cmd_qmp;
extern const CliCommand cmd_doctor;
extern const CliCommand cmd_help;

/** The program: arguments in, exit code out. */
int cli_main(int argc, char **argv);

/** All subcommands, in the order of the help; the last is NULL. */
const CliCommand *const *cli_commands(void);

/** The subcommand of a name, or NULL. */
const CliCommand *cli_find(const char *name);

/** The whole text of the program's help.  The caller frees it. */
char *cli_help(void);

/** The text of a subcommand's help.  The caller frees it. */
char *cli_command_help(const CliCommand *command);

/** Print "virt-moment: TEXT" to stderr; gives EXIT_CODE_USAGE. */
int cli_refuse(const char *format, ...) G_GNUC_PRINTF(1, 2);

/** EXIT_CODE_OK for "rfc", "libvirt" and NULL; refuses all else with the nearest of them. */
int cli_check_profile(const char *profile);
