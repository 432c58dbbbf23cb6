/* SPDX-License-Identifier: LGPL-2.1-or-later
 *
 * Ctrl-C: the first asks the run to end, the second to end now.
 */
#pragma once

#include <glib.h>
#include <poll.h>
#include <signal.h>

/** The state before interrupt_watch(), for interrupt_unwatch(). */
typedef struct {
    sigset_t mask;
    struct sigaction on_int;
    struct sigaction on_term;
} InterruptState;

/** Count SIGINT and SIGTERM from now on; they arrive only inside interrupt_poll(). */
void interrupt_watch(InterruptState *before);

/** As it was before. */
void interrupt_unwatch(const InterruptState *before);

/** How many came since interrupt_watch(). */
guint interrupt_count(void);

/** poll() for at most timeout_ms; an interrupt ends it early. */
void interrupt_poll(struct pollfd *fds, guint count, gint64 timeout_ms);
