/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "harness/qemu/machine.h"

#include <glib/gstdio.h>
#include <signal.h>
#include <string.h>
#include <unistd.h>
#include "harness/qemu/command_line.h"
#include "harness/qemu/guest_channel.h"
#include "harness/qemu/unix_socket.h"
#include "spec/driver/hypervisor.h"

/* From the end of its connections to its own: it stores bitmaps and closes its images. */
#define END_MS 20000
/* After SIGKILL only the kernel is between us and the end. */
#define KILL_MS 10000

/* Both ends of what a process is given. */
typedef struct {
    int monitor; /* listening */
    int look[2]; /* ours, its */
    int serial[2];
} Channels;

static void
close_fd(int *fd)
{
    if (*fd >= 0)
        close(*fd);
    *fd = -1;
}

static void
close_channels(Channels *channels)
{
    close_fd(&channels->monitor);
    close_fd(&channels->look[0]);
    close_fd(&channels->look[1]);
    close_fd(&channels->serial[0]);
    close_fd(&channels->serial[1]);
}

static gboolean
open_channels(Channels *channels, const char *socket_path, GError **error)
{
    *channels = (Channels){-1, {-1, -1}, {-1, -1}};
    channels->monitor = qemu_socket_listen(socket_path, error);
    return channels->monitor >= 0 &&
           qemu_socket_pair(&channels->look[0], &channels->look[1], error) &&
           qemu_socket_pair(&channels->serial[0], &channels->serial[1], error);
}

static gboolean
launch(QemuMachine *machine, const QemuMachineOptions *options, const json_t *config,
       const Channels *channels, GError **error)
{
    QemuCommandLine line = {
        .kvm = options->kvm,
        .rom = options->rom,
        .monitor = channels->monitor,
        .look = channels->look[1],
        .serial = channels->serial[1],
    };
    g_auto(GStrv) argv = qemu_command_line(config, &line);
    int keep[] = {channels->monitor, channels->look[1], channels->serial[1], -1};
    QemuSpawn spawn = {
        .argv = (const char *const *)argv,
        .folder = options->folder,
        .stderr_path = machine->log_path,
        .keep = keep,
    };
    machine->process = qemu_process_start(&spawn, error);
    return machine->process != NULL;
}

QemuMachine *
qemu_machine_start(const QemuMachineOptions *options, const json_t *config, GError **error)
{
    g_autoptr(QemuMachine) machine = g_new0(QemuMachine, 1);
    machine->refs = 1;
    machine->name = g_strdup(json_string_value(json_object_get(config, "name")));
    machine->socket_path = g_strdup_printf("%s/%u.qmp", options->folder, options->number);
    machine->log_path = g_strdup_printf("%s/%u.log", options->folder, options->number);
    machine->look_fd = -1;
    Channels channels;
    if (open_channels(&channels, machine->socket_path, error) &&
        launch(machine, options, config, &channels, error)) {
        machine->look_fd = channels.look[0];
        machine->guest = qemu_guest_channel_new(channels.serial[0], config);
        channels.look[0] = channels.serial[0] = -1;
    }
    close_channels(&channels); /* its own ends would keep us from seeing that it has gone */
    return machine->process != NULL ? g_steal_pointer(&machine) : NULL;
}

QemuMachine *
qemu_machine_ref(QemuMachine *machine)
{
    machine->refs++;
    return machine;
}

void
qemu_machine_unref(QemuMachine *machine)
{
    if (machine == NULL || --machine->refs > 0)
        return;
    qemu_process_free(machine->process);
    qemu_guest_channel_free(machine->guest);
    qemu_monitor_free(machine->look);
    close_fd(&machine->look_fd);
    g_unlink(machine->socket_path);
    g_unlink(machine->log_path);
    g_free(machine->socket_path);
    g_free(machine->log_path);
    g_free(machine->hang_at);
    g_free(machine->end_at);
    g_free(machine->name);
    g_free(machine);
}

/* ---- monitors ---- */

QemuMonitor *
qemu_machine_connect(QemuMachine *machine, guint milliseconds, GError **error)
{
    return qemu_monitor_open(machine->socket_path, milliseconds, error);
}

QemuMonitor *
qemu_machine_look(QemuMachine *machine, guint milliseconds, GError **error)
{
    int fd = machine->look_fd;
    machine->look_fd = -1;
    if (machine->look == NULL && fd >= 0)
        machine->look = qemu_monitor_open_fd(fd, milliseconds, error);
    else if (machine->look == NULL)
        g_set_error(error, VM_QMP_ERROR, VM_QMP_BROKEN,
                    "instance '%s': its second monitor never answered", machine->name);
    if (machine->look != NULL)
        qemu_monitor_set_deadline(machine->look, milliseconds);
    return machine->look;
}

/* ---- the end ---- */

void
qemu_machine_kill(QemuMachine *machine)
{
    qemu_process_signal(machine->process, SIGKILL);
    qemu_process_wait(machine->process, KILL_MS, NULL);
}

gboolean
qemu_machine_await_end(QemuMachine *machine)
{
    return qemu_process_wait(machine->process, END_MS, NULL);
}

char *
qemu_machine_said(const QemuMachine *machine)
{
    static const char own_name[] = "qemu-system-x86_64: ";
    g_autofree char *text = qemu_process_said(machine->process);
    g_auto(GStrv) lines = g_strsplit(text, "\n", -1);
    GString *said = g_string_new(NULL);
    for (guint i = 0; lines[i] != NULL; i++) {
        const char *line = lines[i];
        if (g_str_has_prefix(line, own_name))
            line += strlen(own_name);
        if (*line == '\0' || g_str_has_prefix(line, "warning: "))
            continue;
        g_string_append_printf(said, "%s%s", said->len > 0 ? "; " : "", line);
    }
    return g_string_free(said, FALSE);
}

gboolean
qemu_machine_explain(QemuMachine *machine, GError *failure, GError **error)
{
    int status = 0;
    if (g_error_matches(failure, VM_QMP_ERROR, VM_QMP_DISCONNECTED) &&
        qemu_machine_await_end(machine) && qemu_process_ended(machine->process, &status)) {
        g_autofree char *said = qemu_machine_said(machine);
        g_set_error(error, VM_QMP_ERROR, VM_QMP_DISCONNECTED,
                    "instance '%s' has ended (status %d)%s%s", machine->name, status,
                    *said != '\0' ? ": " : "", said);
        g_error_free(failure);
        return FALSE;
    }
    gboolean of_qemu = failure->code < VM_QMP_DISCONNECTED;
    g_propagate_error(error, failure);
    if (!of_qemu)
        g_prefix_error(error, "instance '%s': ", machine->name);
    return FALSE;
}
