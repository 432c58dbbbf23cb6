/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "sim/vm/hang.h"
#include <signal.h>
#include "sim/vm/qmp/command.h"

void
sim_hang(SimMachine *machine, const char *command)
{
    g_free(machine->hang_at);
    machine->hang_at = g_strdup(command);
    machine->hung = command == NULL;
}

/* The answer is nobody's any more. */
static void
do_late(SimMachine *machine, SimLate *late)
{
    if (late->monitor != NULL)
        late->monitor->waiting = FALSE;
    if (!machine->ended)
        sim_machine_command(machine, late->command, late->arguments, NULL, NULL, NULL);
    sim_late_free(late);
}

void
sim_hang_end(SimMachine *machine)
{
    machine->hung = FALSE;
    g_clear_pointer(&machine->hang_at, g_free);
    SimLate *late;
    while ((late = g_queue_pop_head(&machine->late)) != NULL)
        do_late(machine, late);
}

gboolean
sim_hang_takes(SimMonitor *monitor, const char *command, json_t *arguments)
{
    SimMachine *machine = monitor->machine;
    if (machine->ended)
        return FALSE;
    if (g_strcmp0(machine->hang_at, command) == 0)
        machine->hung = TRUE;
    if (!machine->hung || monitor->waiting)
        return machine->hung || monitor->waiting;
    SimLate *late = g_new0(SimLate, 1);
    late->monitor = monitor;
    late->command = g_strdup(command);
    late->arguments = json_incref(arguments);
    monitor->waiting = TRUE;
    g_queue_push_tail(&machine->late, late);
    return TRUE;
}

void
sim_hang_end_at(SimMachine *machine, const char *command, gboolean after)
{
    g_free(machine->end_at);
    machine->end_at = g_strdup(command);
    machine->end_after = after;
}

gboolean
sim_hang_ends(SimMachine *machine, const char *command, json_t *arguments, VmStoreFile *pass)
{
    if (machine->ended || g_strcmp0(machine->end_at, command) != 0)
        return FALSE;
    if (machine->end_after)
        sim_machine_command(machine, command, arguments, pass, NULL, NULL);
    sim_machine_end(machine, -SIGKILL, FALSE);
    return TRUE;
}

void
sim_hang_forget(SimMonitor *monitor)
{
    for (GList *link = monitor->machine->late.head; link != NULL; link = link->next) {
        SimLate *late = link->data;
        if (late->monitor == monitor)
            late->monitor = NULL;
    }
}
