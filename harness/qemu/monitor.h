/* SPDX-License-Identifier: LGPL-2.1-or-later
 *
 * A QMP connection over a unix socket: non-blocking, every command with an id
 * and a deadline, events queued.
 *
 * What cannot be QMP (no JSON, an answer to no command of ours, end-of-file in
 * the middle) breaks the connection for good: one VM_QMP_BROKEN error, and no
 * call waits on it again.
 */
#pragma once

#include <glib.h>
#include <jansson.h>

typedef struct QemuMonitor QemuMonitor;

/** Connect, take the greeting and negotiate, all within `milliseconds`.  VM_QMP_TIMED_OUT,
 *  VM_QMP_DISCONNECTED, VM_QMP_BROKEN. */
QemuMonitor *qemu_monitor_open(const char *socket_path, guint milliseconds, GError **error);
/** The same over a socket (taken) that is connected and non-blocking. */
QemuMonitor *qemu_monitor_open_fd(int fd, guint milliseconds, GError **error);
/** The same without qmp_capabilities: *greeting (the caller's) is what came.  On such a connection
 *  nothing is out of place: what no command of ours awaits is left for
 *  qemu_monitor_next_object(). */
QemuMonitor *qemu_monitor_open_raw(const char *socket_path, guint milliseconds, json_t **greeting,
                                   GError **error);
/** Close the connection; NULL is fine. */
void qemu_monitor_free(QemuMonitor *monitor);
G_DEFINE_AUTOPTR_CLEANUP_FUNC(QemuMonitor, qemu_monitor_free)

/** Send a command and wait for its answer.  arguments (taken) may be NULL; fd (-1: none) goes along
 *  as SCM_RIGHTS; *reply (may be NULL) is a new reference.  QMP errors by class;
 *  VM_QMP_TIMED_OUT leaves the monitor unsettled, see qemu_monitor_settled(). */
gboolean qemu_monitor_command(QemuMonitor *monitor, const char *name, json_t *arguments, int fd,
                              json_t **reply, GError **error);
/** Send a command without arguments whose answer is wanted soon: the next qemu_monitor_command() of
 *  that name takes it and sends nothing; any other first waits for it and drops it.  FALSE: nothing
 *  was sent. */
gboolean qemu_monitor_send_ahead(QemuMonitor *monitor, const char *name);
/** Send bytes as they are and add nothing, for dialogues that try the parser; from then on as
 *  after qemu_monitor_open_raw(). */
gboolean qemu_monitor_send_text(QemuMonitor *monitor, const char *text, GError **error);
/** The next object that comes, answer or event, within `milliseconds` (0: only what is there):
 *  NULL with VM_QMP_TIMED_OUT or whatever ended the connection.  The caller decrefs it.  From then
 *  on as after qemu_monitor_open_raw(). */
json_t *qemu_monitor_next_object(QemuMonitor *monitor, guint milliseconds, GError **error);
/** The next event, waiting at most that long (0: take only what is there); NULL where none.  The
 *  caller decrefs it. */
json_t *qemu_monitor_next_event(QemuMonitor *monitor, guint milliseconds);
/** Forget the events that have come. */
void qemu_monitor_drop_events(QemuMonitor *monitor);
/** Whether the other side has ended the connection; takes in what has come, without waiting. */
gboolean qemu_monitor_disconnected(QemuMonitor *monitor);
/** Whether no command waits for its answer; a late one that has come is taken and dropped.  TRUE
 *  too when the connection has ended or is broken: nothing can come any more. */
gboolean qemu_monitor_settled(QemuMonitor *monitor);
/** How long a command may take from now on; 30000 at first. */
void qemu_monitor_set_deadline(QemuMonitor *monitor, guint milliseconds);
