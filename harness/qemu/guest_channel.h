/* SPDX-License-Identifier: LGPL-2.1-or-later
 *
 * The dialogue with the test guest (images/guest/protocol.h) over its serial
 * port: one command at a time, each with a number of its own, so that what is
 * left of an answer from before a restore is known as such.
 */
#pragma once

#include <glib.h>
#include <jansson.h>

typedef struct QemuGuestChannel QemuGuestChannel;

/** What has become of a command. */
typedef enum {
    QEMU_GUEST_PENDING, /* no answer yet */
    QEMU_GUEST_ANSWERED,
    QEMU_GUEST_FAILED, /* the guest refused it, or is gone */
} QemuGuestTurn;

/** A channel over a connected, non-blocking socket (taken); config (borrowed) tells the devices,
 *  which users name by id and the guest does not know. */
QemuGuestChannel *qemu_guest_channel_new(int fd, const json_t *config);
/** Close it; NULL is fine. */
void qemu_guest_channel_free(QemuGuestChannel *channel);

/** Whether these words are a command of the guest's; INVALID_ARG. */
gboolean qemu_guest_command_check(const char *command, GError **error);
/** Whether the process ends, or its CPUs stop, when this command is done. */
gboolean qemu_guest_command_ends(const char *command);

/** Send a command; one that is still pending is given up.  INVALID_ARG where the guest could not
 *  take such a line, OPERATION_FAILED where it takes nothing. */
gboolean qemu_guest_channel_send(QemuGuestChannel *channel, const char *command, GError **error);
/** Wait for its answer at most that long: *answer (the caller's) is what it says, "" where that is
 *  nothing.  INVALID_ARG or OPERATION_FAILED as the guest has it, OPERATION_FAILED too when the
 *  process is gone. */
QemuGuestTurn qemu_guest_channel_await(QemuGuestChannel *channel, guint milliseconds, char **answer,
                                       GError **error);
/** The machine is about to be reset by its host, which may swallow what is under way: the next
 *  command waits until the guest is up again.  `running`: its CPUs run. */
void qemu_guest_channel_expect_reset(QemuGuestChannel *channel, gboolean running);
