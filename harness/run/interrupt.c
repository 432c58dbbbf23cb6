/* SPDX-License-Identifier: LGPL-2.1-or-later
 *
 * Ctrl-C: the signals stay blocked but for the time of a poll, so that none
 * is lost between a look at the count and the wait.
 */
#include "harness/run/interrupt.h"

#include <string.h>

static volatile sig_atomic_t interrupts;
static sigset_t mask_inside;

static void
on_interrupt(int number)
{
    (void)number;
    interrupts = interrupts + 1;
}

void
interrupt_watch(InterruptState *before)
{
    struct sigaction action = {.sa_handler = on_interrupt};
    sigset_t block;

    interrupts = 0;
    sigemptyset(&block);
    sigaddset(&block, SIGINT);
    sigaddset(&block, SIGTERM);
    sigprocmask(SIG_BLOCK, &block, &before->mask);
    mask_inside = before->mask;
    sigdelset(&mask_inside, SIGINT);
    sigdelset(&mask_inside, SIGTERM);
    sigaction(SIGINT, &action, &before->on_int);
    sigaction(SIGTERM, &action, &before->on_term);
}

void
interrupt_unwatch(const InterruptState *before)
{
    sigaction(SIGINT, &before->on_int, NULL);
    sigaction(SIGTERM, &before->on_term, NULL);
    sigprocmask(SIG_SETMASK, &before->mask, NULL);
}

guint
interrupt_count(void)
{
    return interrupts;
}

void
interrupt_poll(struct pollfd *fds, guint count, gint64 timeout_ms)
{
    struct timespec timeout = {
        .tv_sec = timeout_ms / 1000,
        .tv_nsec = timeout_ms % 1000 * 1000000,
    };

    if (ppoll(fds, count, &timeout, &mask_inside) < 0) {
        for (guint i = 0; i < count; i++) {
            fds[i].revents = 0;
        }
    }
}
