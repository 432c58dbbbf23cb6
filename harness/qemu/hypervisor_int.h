/* SPDX-License-Identifier: LGPL-2.1-or-later
 *
 * Private to harness/qemu/hypervisor*.c: the table of processes.
 */
#pragma once

#include "harness/qemu/hypervisor.h"
#include "harness/qemu/images.h"
#include "harness/qemu/machine.h"

/** What a process that we have stopped is waited for. */
#define QEMU_STOPPED_MS 100

/** Real QEMU. */
typedef struct {
    VmHypervisor base;
    char *folder;
    char *rom;
    guint deadline_ms;
    gboolean kvm;
    char *note;
    const char *version; /* static */
    GPtrArray *machines; /* of QemuMachine *; ended ones are dropped */
    QemuImages *images;
    guint started;
    gint64 spent; /* microseconds */
    guint64 changes;
} QemuHypervisor;

/** What is behind the port. */
static inline QemuHypervisor *
qemu_hypervisor_own(VmHypervisor *hypervisor)
{
    return (QemuHypervisor *)hypervisor;
}

/** The same, to be looked at. */
static inline const QemuHypervisor *
qemu_hypervisor_own_const(const VmHypervisor *hypervisor)
{
    return (const QemuHypervisor *)hypervisor;
}

/** Count what has passed since `began` (of g_get_monotonic_time()) as QEMU's time. */
static inline void
qemu_hypervisor_count_time(QemuHypervisor *hypervisor, gint64 began)
{
    hypervisor->spent += g_get_monotonic_time() - began;
}

/** How long one of its answers is waited for: not long for a process that we have stopped. */
static inline guint
qemu_hypervisor_deadline(const QemuHypervisor *hypervisor, const QemuMachine *machine)
{
    return machine->stopped ? QEMU_STOPPED_MS : hypervisor->deadline_ms;
}

/* ---- hypervisor_table.c ---- */

/** Drop the processes that have ended; each is a change. */
void qemu_hypervisor_drop_ended(QemuHypervisor *hypervisor);
/** The running process of that name, or NULL; borrowed. */
QemuMachine *qemu_hypervisor_find(QemuHypervisor *hypervisor, const char *name);

/* ---- hypervisor_outside.c ---- */

/** Before the driver's command: the guest's channel has to know of some. */
void qemu_hypervisor_before(QemuHypervisor *hypervisor, QemuMachine *machine, const char *command);
/** After it was done: what the guest does on it is waited for, as a miniature would do it at once.
 *  FALSE where the process is to be killed before it answers, and has been. */
gboolean qemu_hypervisor_after(QemuHypervisor *hypervisor, QemuMachine *machine,
                               const char *command);
