/* SPDX-License-Identifier: LGPL-2.1-or-later
 *
 * What is done to a running instance beside the driver: looks, guest commands,
 * signals.
 */
#include "harness/qemu/hypervisor_int.h"

#include <signal.h>
#include <string.h>
#include "harness/qemu/guest_channel.h"

/* For a process to end whose CPUs stand still without a word of it.  It may also be that they were
 * told to: by one who ends the guest for a reset or a panic and then stays. */
#define ENDING_MS 2000
/* A guest command may read a whole disk under TCG. */
#define GUEST_MS 60000
/* After that long without an answer it is asked whether the CPUs run at all. */
#define GUEST_SLICE_MS 500
/* For the power button: an answer of the guest shows that it has seen it. */
#define BUTTON_MS 5000
/* For what waits in the socket of a process that was stopped. */
#define LATE_MS 5000

static QemuMachine *
find_or_refuse(VmHypervisor *hypervisor, const char *name, GError **error)
{
    QemuMachine *machine = qemu_hypervisor_find(qemu_hypervisor_own(hypervisor), name);
    if (machine == NULL)
        vm_refuse(error, VIR_ERR_OPERATION_INVALID, "no instance '%s' runs", name);
    return machine;
}

/* ---- looks ---- */

/* The second monitor, without the events that nobody took. */
static QemuMonitor *
look_monitor(QemuHypervisor *hypervisor, QemuMachine *machine, GError **error)
{
    if (machine->stopped) {
        g_set_error(error, VM_QMP_ERROR, VM_QMP_TIMED_OUT, "the process is stopped");
        return NULL;
    }
    QemuMonitor *monitor = qemu_machine_look(machine, hypervisor->deadline_ms, error);
    if (monitor != NULL)
        qemu_monitor_drop_events(monitor);
    return monitor;
}

gboolean
qemu_hypervisor_look(VmHypervisor *hypervisor, const char *instance, const char *command,
                     json_t *arguments, json_t **reply, GError **error)
{
    QemuHypervisor *own = qemu_hypervisor_own(hypervisor);
    QemuMachine *machine = find_or_refuse(hypervisor, instance, error);
    gint64 began = g_get_monotonic_time();
    GError *failure = NULL;
    QemuMonitor *monitor = machine != NULL ? look_monitor(own, machine, &failure) : NULL;
    if (monitor == NULL)
        json_decref(arguments);
    gboolean ok =
        monitor != NULL && qemu_monitor_command(monitor, command, arguments, -1, reply, &failure);
    if (failure != NULL)
        qemu_machine_explain(machine, failure, error);
    qemu_hypervisor_count_time(own, began);
    return ok;
}

/* Whether its CPUs run: FALSE with an error where that cannot be told. */
static gboolean
look_if_running(QemuHypervisor *hypervisor, QemuMachine *machine, gboolean *running, GError **error)
{
    json_t *reply = NULL;
    GError *failure = NULL;
    QemuMonitor *monitor = look_monitor(hypervisor, machine, &failure);
    if (monitor == NULL ||
        !qemu_monitor_command(monitor, "query-status", NULL, -1, &reply, &failure))
        return qemu_machine_explain(machine, failure, error);
    *running = json_is_true(json_object_get(reply, "running"));
    json_decref(reply);
    return TRUE;
}

/* ---- the guest ---- */

static gboolean
guest_refused_by_look(GError *failure, GError **error)
{
    vm_refuse(error,
              g_error_matches(failure, VM_QMP_ERROR, VM_QMP_TIMED_OUT) ? VIR_ERR_OPERATION_TIMEOUT
                                                                       : VIR_ERR_OPERATION_FAILED,
              "guest: %s", failure->message);
    g_error_free(failure);
    return FALSE;
}

static gboolean
check_running(QemuHypervisor *hypervisor, QemuMachine *machine, const char *text, GError **error)
{
    GError *failure = NULL;
    gboolean running = FALSE;
    if (!look_if_running(hypervisor, machine, &running, &failure))
        return guest_refused_by_look(failure, error);
    return running || vm_refuse(error, VIR_ERR_OPERATION_INVALID, "%s", text);
}

/* Wait for an answer, as long as the CPUs run that are to give it. */
static gboolean
await_answer(QemuHypervisor *hypervisor, QemuMachine *machine, char **answer, GError **error)
{
    for (guint waited = 0; waited < GUEST_MS; waited += GUEST_SLICE_MS) {
        QemuGuestTurn turn =
            qemu_guest_channel_await(machine->guest, GUEST_SLICE_MS, answer, error);
        if (turn != QEMU_GUEST_PENDING)
            return turn == QEMU_GUEST_ANSWERED;
        if (!check_running(hypervisor, machine,
                           "guest: its CPUs were stopped before it could answer", error))
            return FALSE;
    }
    return vm_refuse(error, VIR_ERR_OPERATION_TIMEOUT, "guest: no answer within %d s",
                     GUEST_MS / 1000);
}

/* CPUs that do not run are told of where they stay so; but a panic stops them before it ends the
 * process, and says then that it will. */
static gboolean
has_stopped(QemuMonitor *monitor)
{
    gboolean stopped = FALSE, ends = FALSE;
    for (json_t *event = qemu_monitor_next_event(monitor, 0); event != NULL;
         event = qemu_monitor_next_event(monitor, 0)) {
        const char *name = json_string_value(json_object_get(event, "event"));
        const json_t *data = json_object_get(event, "data");
        if (g_strcmp0(name, "STOP") == 0 || g_strcmp0(name, "RESUME") == 0)
            stopped = strcmp(name, "STOP") == 0;
        if (g_strcmp0(name, "GUEST_PANICKED") == 0)
            ends = g_strcmp0(json_string_value(json_object_get(data, "action")), "poweroff") == 0;
        json_decref(event);
    }
    return stopped && !ends;
}

/* Until the process has ended, or its CPUs stand still because it was told to stay. */
static gboolean
await_ending(QemuHypervisor *hypervisor, QemuMachine *machine, GError **error)
{
    gboolean running = TRUE;
    for (guint waited = 0; waited < GUEST_MS; waited++) {
        gboolean there = look_if_running(hypervisor, machine, &running, NULL);
        if (there && running) {
            g_usleep(1000);
            continue;
        }
        if (!there)
            qemu_machine_await_end(machine);
        else if (!has_stopped(machine->look))
            qemu_process_wait(machine->process, ENDING_MS, NULL);
        return TRUE;
    }
    return vm_refuse(error, VIR_ERR_OPERATION_TIMEOUT, "guest: it runs on after %d s",
                     GUEST_MS / 1000);
}

/* A reset is answered when the guest is up again, or never, where it ends the guest. */
static gboolean
ended_by_reset(QemuHypervisor *hypervisor, QemuMachine *machine, const char *command,
               const GError *failure)
{
    if (strcmp(command, "reset") != 0 || failure->code == VIR_ERR_OPERATION_TIMEOUT)
        return FALSE;
    return await_ending(hypervisor, machine, NULL); /* else the failure is what there is to tell */
}

static gboolean
run_guest_command(QemuHypervisor *hypervisor, QemuMachine *machine, const char *command,
                  char **answer, GError **error)
{
    g_autoptr(GError) failure = NULL;
    if (!qemu_guest_command_check(command, error) ||
        !check_running(hypervisor, machine, "guest: its CPUs are stopped", error) ||
        !qemu_guest_channel_send(machine->guest, command, error))
        return FALSE;
    if (!await_answer(hypervisor, machine, answer, &failure) &&
        !ended_by_reset(hypervisor, machine, command, failure)) {
        g_propagate_error(error, g_steal_pointer(&failure));
        return FALSE;
    }
    return !qemu_guest_command_ends(command) || await_ending(hypervisor, machine, error);
}

gboolean
qemu_hypervisor_guest(VmHypervisor *hypervisor, const char *instance, const char *command,
                      char **answer, GError **error)
{
    QemuHypervisor *own = qemu_hypervisor_own(hypervisor);
    QemuMachine *machine = find_or_refuse(hypervisor, instance, error);
    if (machine == NULL)
        return FALSE;
    if (own->rom == NULL)
        return vm_refuse(error, VIR_ERR_OPERATION_UNSUPPORTED,
                         "instance '%s' has no test guest in it", instance);
    gint64 began = g_get_monotonic_time();
    own->changes++;
    gboolean ok = run_guest_command(own, machine, command, answer, error);
    qemu_hypervisor_count_time(own, began);
    return ok;
}

static void
stop_machine(QemuMachine *machine)
{
    qemu_process_signal(machine->process, SIGSTOP);
    machine->stopped = TRUE;
    g_clear_pointer(&machine->hang_at, g_free);
}

/* ---- what the driver does to the guest ---- */

/* An answer of the guest: FALSE where its CPUs are stopped. */
static gboolean
hear_guest(QemuHypervisor *hypervisor, QemuMachine *machine)
{
    gboolean running = FALSE;
    if (!look_if_running(hypervisor, machine, &running, NULL) || !running ||
        !qemu_guest_channel_send(machine->guest, "counter", NULL))
        return FALSE;
    qemu_guest_channel_await(machine->guest, BUTTON_MS, NULL, NULL);
    return TRUE;
}

static void
before_reset(QemuHypervisor *hypervisor, QemuMachine *machine)
{
    gboolean running = FALSE;
    if (look_if_running(hypervisor, machine, &running, NULL))
        qemu_guest_channel_expect_reset(machine->guest, running);
}

void
qemu_hypervisor_before(QemuHypervisor *hypervisor, QemuMachine *machine, const char *command)
{
    if (g_strcmp0(machine->hang_at, command) == 0)
        stop_machine(machine);
    if (!machine->end_after && g_strcmp0(machine->end_at, command) == 0)
        qemu_machine_kill(machine);
    if (hypervisor->rom == NULL)
        return;
    if (strcmp(command, "system_reset") == 0)
        before_reset(hypervisor, machine);
    else if (strcmp(command, "system_powerdown") == 0)
        hear_guest(hypervisor, machine); /* a button pressed before the guest is up is lost */
}

/* The guest looks at the button before it takes a command, so its answer shows that it has done
 * so; QEMU ends by itself between two commands, so the second query is one that it does not answer
 * any more when it was told to. */
static void
await_button(QemuHypervisor *hypervisor, QemuMachine *machine)
{
    gboolean running = FALSE;
    if (!hear_guest(hypervisor, machine))
        return;
    if (look_if_running(hypervisor, machine, &running, NULL))
        look_if_running(hypervisor, machine, &running, NULL);
}

gboolean
qemu_hypervisor_after(QemuHypervisor *hypervisor, QemuMachine *machine, const char *command)
{
    if (machine->end_after && g_strcmp0(machine->end_at, command) == 0) {
        qemu_machine_kill(machine);
        return FALSE;
    }
    if (hypervisor->rom != NULL && strcmp(command, "system_powerdown") == 0)
        await_button(hypervisor, machine);
    return TRUE;
}

/* ---- signals ---- */

/* Late answers come before anything else is done, as from a miniature; where nobody waits for one,
 * it is seen that it answers at all. */
static void
continue_machine(QemuHypervisor *hypervisor, QemuMachine *machine)
{
    gboolean running = FALSE;
    gint64 deadline = g_get_monotonic_time() + LATE_MS * 1000;
    qemu_process_signal(machine->process, SIGCONT);
    machine->stopped = FALSE;
    g_clear_pointer(&machine->hang_at, g_free);
    look_if_running(hypervisor, machine, &running, NULL);
    while (machine->drivers != NULL && !qemu_monitor_settled(machine->drivers) &&
           !qemu_process_ended(machine->process, NULL) && g_get_monotonic_time() < deadline)
        g_usleep(1000);
}

gboolean
qemu_hypervisor_hang(VmHypervisor *hypervisor, const char *instance, gboolean on, GError **error)
{
    QemuMachine *machine = find_or_refuse(hypervisor, instance, error);
    if (machine == NULL)
        return FALSE;
    if (on)
        stop_machine(machine);
    else
        continue_machine(qemu_hypervisor_own(hypervisor), machine);
    qemu_hypervisor_own(hypervisor)->changes++;
    return TRUE;
}

gboolean
qemu_hypervisor_hang_at(VmHypervisor *hypervisor, const char *instance, const char *command,
                        GError **error)
{
    QemuMachine *machine = find_or_refuse(hypervisor, instance, error);
    if (machine == NULL)
        return FALSE;
    g_free(machine->hang_at);
    machine->hang_at = g_strdup(command);
    return TRUE;
}

gboolean
qemu_hypervisor_kill(VmHypervisor *hypervisor, const char *instance, GError **error)
{
    QemuMachine *machine = find_or_refuse(hypervisor, instance, error);
    if (machine == NULL)
        return FALSE;
    qemu_machine_kill(machine);
    return TRUE;
}

gboolean
qemu_hypervisor_kill_at(VmHypervisor *hypervisor, const char *instance, const char *command,
                        gboolean after, GError **error)
{
    QemuMachine *machine = find_or_refuse(hypervisor, instance, error);
    if (machine == NULL)
        return FALSE;
    g_free(machine->end_at);
    machine->end_at = g_strdup(command);
    machine->end_after = after;
    return TRUE;
}
