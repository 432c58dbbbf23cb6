/* SPDX-License-Identifier: LGPL-2.1-or-later
 *
 * Real QEMU behind the driver's hypervisor port.
 */
#pragma once

#include "spec/driver/hypervisor.h"

/** The oldest QEMU that has all that the driver sends, and takes its devices as JSON. */
#define QEMU_VERSION_MIN "6.2"

/** How it is set up; strings are borrowed. */
typedef struct {
    const char *folder; /* of this run alone: sockets, logs; made where missing */
    const char *rom;    /* the test guest's ROM, or NULL: no firmware choice of ours */
    gboolean tcg;       /* never KVM, even where it may be opened */
    guint deadline_ms;  /* for one command; 0: 30 s */
} QemuOptions;

/** Real QEMU; VIR_ERR_NO_SUPPORT naming what was found and QEMU_VERSION_MIN where
 *  qemu-system-x86_64 or qemu-img is missing or too old.  The answer of the look is kept for the
 *  life of this process. */
VmHypervisor *qemu_hypervisor_new(const QemuOptions *options, GError **error);
/** Kill what runs, remove what the instances had in the folder, free it.  Handles must be gone. */
void qemu_hypervisor_free(VmHypervisor *hypervisor);

/** "7.2.22"; borrowed. */
const char *qemu_hypervisor_version(const VmHypervisor *hypervisor);
/** Whether instances run under KVM. */
gboolean qemu_hypervisor_uses_kvm(const VmHypervisor *hypervisor);
/** One line for the user where KVM was wanted and cannot be had, with the cause; else NULL.
 *  Borrowed. */
const char *qemu_hypervisor_note(const VmHypervisor *hypervisor);
/** The names of the instances that run, sorted.  The caller unrefs the array. */
GPtrArray *qemu_hypervisor_names(VmHypervisor *hypervisor);
/** Nanoseconds spent in QEMU and qemu-img on our behalf: waiting for answers, events, starts and
 *  ends. */
guint64 qemu_hypervisor_time(const VmHypervisor *hypervisor);

/** A number that is another one after everything that may have changed an instance's disks, nodes
 *  or jobs: starts, ends, the driver's commands that are no queries, guest commands, signals. */
guint64 qemu_hypervisor_changes(VmHypervisor *hypervisor);

/** A command on the second monitor of a running instance, which the driver never sees; for looking
 *  at it from outside.  As VmHypervisorOps.command. */
gboolean qemu_hypervisor_look(VmHypervisor *hypervisor, const char *instance, const char *command,
                              json_t *arguments, json_t **reply, GError **error);
/** One guest command, as sim_world_guest(): sent to the test guest over its serial port.  *answer
 *  (may be NULL) is the caller's, "" where it says nothing.  INVALID_ARG for what is no command,
 *  OPERATION_INVALID while the CPUs are stopped, OPERATION_FAILED for an I/O error that the guest
 *  sees, OPERATION_TIMEOUT when it does not answer.  One that ends the machine returns after its
 *  process has ended. */
gboolean qemu_hypervisor_guest(VmHypervisor *hypervisor, const char *instance, const char *command,
                               char **answer, GError **error);
/** Stop (SIGSTOP) or let go on (SIGCONT) the process of an instance: a monitor that hangs.  Nobody
 *  waits long for one that was stopped so; one that goes on has given its late answers, at best. */
gboolean qemu_hypervisor_hang(VmHypervisor *hypervisor, const char *instance, gboolean on,
                              GError **error);
/** Stop it when the driver sends that command, before it is read. */
gboolean qemu_hypervisor_hang_at(VmHypervisor *hypervisor, const char *instance,
                                 const char *command, GError **error);
/** End the process of an instance by SIGKILL, and see it end. */
gboolean qemu_hypervisor_kill(VmHypervisor *hypervisor, const char *instance, GError **error);
/** The same when the driver's next command of that name comes: before it is done, or (`after`) when
 *  it has been done and before the driver gets the answer. */
gboolean qemu_hypervisor_kill_at(VmHypervisor *hypervisor, const char *instance,
                                 const char *command, gboolean after, GError **error);
