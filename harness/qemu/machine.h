/* SPDX-License-Identifier: LGPL-2.1-or-later
 *
 * One QEMU process with its channels: two monitors and the guest's serial port.
 */
#pragma once

#include <jansson.h>
#include "harness/qemu/monitor.h"
#include "harness/qemu/process.h"

typedef struct QemuGuestChannel QemuGuestChannel;

/** One process.  It lives until its last reference goes, or longer than it takes to say why it
 *  ended. */
typedef struct {
    guint refs;
    char *name;
    QemuProcess *process;
    char *socket_path; /* of the driver's monitor */
    char *log_path;    /* of its stderr */
    int look_fd;       /* of the other monitor, until it is opened; or -1 */
    QemuMonitor *look; /* the other monitor, or NULL */
    QemuGuestChannel *guest;
    gboolean stopped;     /* by a signal of ours: nothing is answered */
    char *hang_at;        /* the command at which it is to be stopped, or NULL */
    char *end_at;         /* the command at which it is to be killed, or NULL */
    gboolean end_after;   /* … once it has been done */
    QemuMonitor *drivers; /* the driver's monitor, borrowed, or NULL */
} QemuMachine;

/** How it is started; all borrowed. */
typedef struct {
    const char *folder; /* where its socket and log are */
    guint number;       /* what they are called */
    const char *rom;    /* or NULL */
    gboolean kvm;
} QemuMachineOptions;

/** Start it by the configuration of VmHypervisorOps.start(): VIR_ERR_OPERATION_FAILED where that
 *  cannot be tried.  The caller unrefs it. */
QemuMachine *qemu_machine_start(const QemuMachineOptions *options, const json_t *config,
                                GError **error);
/** One more reference. */
QemuMachine *qemu_machine_ref(QemuMachine *machine);
/** One less; the last one kills it and removes its files. */
void qemu_machine_unref(QemuMachine *machine);
G_DEFINE_AUTOPTR_CLEANUP_FUNC(QemuMachine, qemu_machine_unref)

/** Connect to the driver's monitor, which takes one connection at a time; as
 *  qemu_monitor_open(). */
QemuMonitor *qemu_machine_connect(QemuMachine *machine, guint milliseconds, GError **error);
/** The other monitor, opened at its first use: NULL with an error of VM_QMP_ERROR.  Borrowed. */
QemuMonitor *qemu_machine_look(QemuMachine *machine, guint milliseconds, GError **error);
/** End the process at once and see it end. */
void qemu_machine_kill(QemuMachine *machine);
/** Wait for the end of a process whose connection has ended: FALSE where it does not come. */
gboolean qemu_machine_await_end(QemuMachine *machine);
/** What it said on stderr, without warnings, in one line; "" where nothing.  The caller frees it.
 */
char *qemu_machine_said(const QemuMachine *machine);
/** Hand on what a monitor of it has failed with (taken): a failure of the connection names the
 *  instance and why its process ended, QEMU's own errors stay as they are.  Always FALSE. */
gboolean qemu_machine_explain(QemuMachine *machine, GError *failure, GError **error);
