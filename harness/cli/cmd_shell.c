/* SPDX-License-Identifier: LGPL-2.1-or-later
 *
 * virt-moment shell: a prompt on a target.
 */
#include "harness/cli/cli.h"

#include "harness/run/runner.h"
#include "harness/shell/shell.h"

static struct {
    char *target;
    char *profile;
    char *seed;
} given;

static const GOptionEntry entries[] = {
    {"target", 0, 0, G_OPTION_ARG_STRING, &given.target,
     "What to work on: sim (default), qemu, qemu+tcg, a libvirt URI, or a plug-in ./driver.so",
     "TARGET"},
    {"profile", 0, 0, G_OPTION_ARG_STRING, &given.profile,
     "The contract: rfc, or libvirt (default for a URI)", "PROFILE"},
    {"seed", 0, 0, G_OPTION_ARG_STRING, &given.seed, "The only source of randomness (default: 1)",
     "N"},
    {NULL},
};

static int
run(char **words)
{
    const RunOptions implied = {.target = given.target != NULL ? given.target : "sim",
                                .profile = given.profile};
    ShellOptions options = {.target = implied.target, .seed = 1};
    g_autoptr(GError) error = NULL;
    Shell *shell;
    int code;

    if (words[0] != NULL) {
        return cli_refuse("shell takes no argument; it reads commands, and 'run' takes files");
    }
    if (cli_check_profile(given.profile) != EXIT_CODE_OK) {
        return EXIT_CODE_USAGE;
    }
    if (given.seed != NULL &&
        !g_ascii_string_to_unsigned(given.seed, 10, 0, G_MAXUINT64, &options.seed, NULL)) {
        return cli_refuse("--seed %s: not a number from 0 to 2^64 - 1", given.seed);
    }
    options.profile = runner_profile_bit(runner_profile(&implied));
    shell = shell_open(&options, &error);
    if (shell == NULL) {
        return cli_refuse("%s", error->message);
    }
    code = shell_read(shell);
    shell_close(shell);
    return code;
}

const CliCommand cmd_shell = {
    .name = "shell",
    .arguments = "[OPTION…]",
    .summary = "Type commands on a target, each with the oracle behind it; keep them as a scenario",
    .entries = entries,
    .notes = "Exit codes:\n"
             "    0  the session ended\n"
             "    1  an expectation was not met, an invariant was violated, or a line that came "
             "from no\n       terminal was not understood\n"
             "    2  usage: option, target that does not open\n",
    .run = run,
};
