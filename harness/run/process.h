/* SPDX-License-Identifier: LGPL-2.1-or-later
 *
 * A child process that talks over one socket: what a target does in it, a
 * crash included, cannot reach the run.
 */
#pragma once

#include <glib.h>
#include <sys/types.h>

/** What a child runs; its result is the exit status.  It ends when `fd` is at its end. */
typedef int ProcessBody(int fd, gpointer data);

/** With what a child is started. */
typedef struct {
    ProcessBody *body;
    gpointer data;
    const char *log;      /* file that receives its stdout and stderr */
    const GArray *others; /* of int: sockets of its siblings, which it must not hold open */
} ProcessOptions;

/** A child. */
typedef struct {
    pid_t pid; /* 0 = none */
    int fd;    /* our end of the socket */
    char *log;
} Process;

/** Fork a child.  Fails with RUNNER_ERROR (3). */
gboolean process_start(Process *process, const ProcessOptions *options, GError **error);

/** Close our end, wait for the child, with SIGKILL at once where `now` is set and after ten seconds
 *  otherwise.  NULL when it ended with status 0, else how it ended ("SIGSEGV", "exit status 1");
 *  the caller frees that.  The log stays on disk. */
char *process_end(Process *process, gboolean now);

/** The last lines of what the child printed, or NULL.  The caller frees them. */
char *process_log_tail(const Process *process);

/** Release what process_start() allocated, after process_end(). */
void process_clear(Process *process);
