/* SPDX-License-Identifier: LGPL-2.1-or-later
 *
 * Bytes in both directions of a stream socket that never blocks.
 */
#pragma once

#include <glib.h>

typedef struct QemuConnection QemuConnection;

/** A connection over a non-blocking socket (taken). */
QemuConnection *qemu_connection_new(int fd);
/** Close it; NULL is fine. */
void qemu_connection_free(QemuConnection *connection);

/** Put bytes in the queue of what is to be sent; pass (-1: none) goes with the first of them, its
 *  duplicate is kept until then. */
void qemu_connection_send(QemuConnection *connection, const char *data, gsize length, int pass);
/** Whether some of it has not been sent yet. */
gboolean qemu_connection_sending(const QemuConnection *connection);
/** Send what can be sent and append what has come to `into`, without waiting; FALSE when the other
 *  side is gone. */
gboolean qemu_connection_exchange(QemuConnection *connection, GByteArray *into);
/** Wait until there is something to exchange; FALSE when the deadline (of g_get_monotonic_time())
 *  came first. */
gboolean qemu_connection_poll(const QemuConnection *connection, gint64 deadline);
