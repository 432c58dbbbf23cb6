/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "sim/vm/qmp/command.h"
#include <string.h>

static const char *const reboots[] = {"reset", "shutdown", NULL};
static const char *const shutdowns[] = {"poweroff", "pause", NULL};
static const char *const panics[] = {"pause", "shutdown", "exit-failure", "none", NULL};
static const char *const watchdogs[] = {"reset", "shutdown", "poweroff",   "pause",
                                        "debug", "none",     "inject-nmi", NULL};

static const SimArgument arguments[] = {
    {"reboot", SIM_ARG_ENUM, .values = reboots},
    {"shutdown", SIM_ARG_ENUM, .values = shutdowns},
    {"panic", SIM_ARG_ENUM, .values = panics},
    {"watchdog", SIM_ARG_ENUM, .values = watchdogs},
    {0},
};

static SimPanicAction
panic_of(const char *word)
{
    for (guint i = 0; panics[i] != NULL; i++)
        if (strcmp(panics[i], word) == 0)
            return (SimPanicAction)i;
    return SIM_PANIC_SHUTDOWN;
}

static gboolean
run(SimCall *call, GError **error)
{
    SimActions *actions = &call->machine->actions;
    const char *reboot = sim_text(call->arguments, "reboot");
    const char *shutdown = sim_text(call->arguments, "shutdown");
    const char *panic = sim_text(call->arguments, "panic");
    (void)error;
    if (reboot != NULL)
        actions->reboot_ends = strcmp(reboot, "shutdown") == 0;
    if (shutdown != NULL)
        actions->shutdown_pauses = strcmp(shutdown, "pause") == 0;
    if (panic != NULL)
        actions->panic = panic_of(panic);
    return TRUE;
}

const SimCommand sim_command_set_action = {"set-action", arguments, run};
