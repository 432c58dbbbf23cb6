/* SPDX-License-Identifier: LGPL-2.1-or-later
 *
 * Unix sockets in a folder, however long its path is: a socket address has room
 * for 108 bytes, so the folder is named by a descriptor.
 */
#pragma once

#include <glib.h>

/** A listening socket of that path (close-on-exec); VIR_ERR_OPERATION_FAILED naming it.  The caller
 *  closes it, and removes the file in the end. */
int qemu_socket_listen(const char *path, GError **error);
/** A connection (close-on-exec, non-blocking); VM_QMP_DISCONNECTED naming the path.  The caller
 *  closes it. */
int qemu_socket_connect(const char *path, GError **error);
/** Two connected sockets: ours is non-blocking, both are close-on-exec; VIR_ERR_OPERATION_FAILED.
 *  The caller closes both. */
gboolean qemu_socket_pair(int *ours, int *theirs, GError **error);
