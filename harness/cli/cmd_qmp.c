/* SPDX-License-Identifier: LGPL-2.1-or-later
 *
 * virt-moment qmp: hold the simulator against QEMU, command by command.
 */
#include "harness/cli/cli.h"

#include <string.h>
#include "harness/cli/nearest.h"
#include "harness/fidelity/fidelity.h"
#include "spec/api/error.h"

static struct {
    char *hypervisor;
    char *seeds;
    int steps;
} given = {.steps = 200};

static const GOptionEntry entries[] = {
    {"hypervisor", 0, 0, G_OPTION_ARG_STRING, &given.hypervisor,
     "replay: on sim (the default) or qemu", "NAME"},
    {"seed", 0, 0, G_OPTION_ARG_STRING, &given.seeds, "lockstep: where the choices begin (1)",
     "N[,N…]"},
    {"steps", 0, 0, G_OPTION_ARG_INT, &given.steps,
     "lockstep: commands for each seed (200); from 2000 in all on each kind of command has to "
     "succeed, below that one that was tried 60 times",
     "M"},
    {NULL},
};

/* Files that are wrong and hypervisors that are missing are the caller's business. */
static int
refuse(const GError *error)
{
    gboolean harness = error->domain == VM_ERROR && error->code != VIR_ERR_INVALID_ARG &&
                       error->code != VIR_ERR_NO_SUPPORT;

    cli_refuse("qmp: %s", error->message);
    return harness ? EXIT_CODE_HARNESS : EXIT_CODE_USAGE;
}

static int
exit_code(const FidelityResult *result)
{
    if (result->failed > 0 || result->unused > 0) {
        return EXIT_CODE_UNEXPECTED;
    }
    return result->passed + result->excepted + result->out_of_scope < result->planned ||
                   result->planned == 0
               ? EXIT_CODE_INCOMPLETE
               : EXIT_CODE_OK;
}

static int
replay(char **words)
{
    g_autoptr(GError) error = NULL;
    FidelityResult result;

    if (words[0] == NULL) {
        return cli_refuse("qmp: replay what? expected FILE…");
    }
    if (!fidelity_replay((const char *const *)words,
                         given.hypervisor != NULL ? given.hypervisor : "sim", &result, &error)) {
        return refuse(error);
    }
    return exit_code(&result);
}

static GArray *
read_seeds(void)
{
    g_auto(GStrv) words = g_strsplit(given.seeds != NULL ? given.seeds : "1", ",", -1);
    GArray *seeds = g_array_new(FALSE, FALSE, sizeof(guint64));

    for (guint i = 0; words[i] != NULL; i++) {
        guint64 seed;

        if (!g_ascii_string_to_unsigned(words[i], 10, 0, G_MAXUINT64, &seed, NULL)) {
            g_array_unref(seeds);
            return NULL;
        }
        g_array_append_val(seeds, seed);
    }
    return seeds;
}

static int
lockstep(char **words)
{
    g_autoptr(GArray) seeds = read_seeds();
    g_autoptr(GError) error = NULL;
    FidelityResult result;

    if (words[0] != NULL) {
        return cli_refuse("qmp: lockstep takes no '%s'", words[0]);
    }
    if (seeds == NULL || given.steps < 1) {
        return cli_refuse("qmp: --seed takes numbers, as 1,2,3, and --steps one from 1 on");
    }
    if (!fidelity_lockstep((const guint64 *)seeds->data, seeds->len, given.steps, &result,
                           &error)) {
        return refuse(error);
    }
    return exit_code(&result);
}

static int
record(char **words)
{
    g_autoptr(GError) error = NULL;

    if (g_strv_length(words) != 2) {
        return cli_refuse("qmp: expected record DIALOGUE OUT");
    }
    return fidelity_record(words[0], words[1], &error) ? EXIT_CODE_OK : refuse(error);
}

static const struct {
    const char *name;
    int (*run)(char **words);
} actions[] = {{"replay", replay}, {"lockstep", lockstep}, {"record", record}};

static int
run(char **words)
{
    static const char *const names[] = {"replay", "lockstep", "record", NULL};
    const char *nearest;

    if (words[0] == NULL) {
        return cli_refuse("qmp: expected replay FILE…, lockstep or record DIALOGUE OUT");
    }
    for (guint i = 0; i < G_N_ELEMENTS(actions); i++) {
        if (strcmp(words[0], actions[i].name) == 0) {
            return actions[i].run(words + 1);
        }
    }
    nearest = nearest_of(words[0], names);
    return cli_refuse("qmp: there is no action '%s'; did you mean '%s'?", words[0],
                      nearest != NULL ? nearest : "replay', 'lockstep' or 'record");
}

const CliCommand cmd_qmp = {
    .name = "qmp",
    .arguments = "replay|lockstep|record [OPTION…] [FILE…]",
    .summary = "Hold the simulated hypervisor against QEMU by recorded dialogues and in lock step",
    .entries = entries,
    .run = run,
};
