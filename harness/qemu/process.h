/* SPDX-License-Identifier: LGPL-2.1-or-later
 *
 * A child process: it dies with us, and what it says on stderr is kept.
 */
#pragma once

#include <glib.h>

typedef struct QemuProcess QemuProcess;

/** How a process is started; all borrowed. */
typedef struct {
    const char *const *argv; /* argv[0] is looked up in PATH */
    const char *folder;      /* its working directory, or NULL: ours */
    const char *stderr_path; /* where stderr goes, at the end; "/dev/null" drops it */
    const char *stdout_path; /* where stdout goes, or NULL: with stderr */
    const int *keep;         /* descriptors that it inherits under the same number, ends with -1;
                                or NULL */
} QemuSpawn;

/** Start it in a process group of its own, killed (SIGKILL) when this process dies.  Fails with
 *  VIR_ERR_OPERATION_FAILED naming the program and the cause: not found, no more processes. */
QemuProcess *qemu_process_start(const QemuSpawn *spawn, GError **error);
/** Kill it where it lives, reap it, free it; NULL is fine. */
void qemu_process_free(QemuProcess *process);
G_DEFINE_AUTOPTR_CLEANUP_FUNC(QemuProcess, qemu_process_free)

/** Its process id. */
int qemu_process_id(const QemuProcess *process);
/** TRUE when it is gone; *status is its exit code, or -signal.  Never waits. */
gboolean qemu_process_ended(QemuProcess *process, int *status);
/** The same, waiting at most that long. */
gboolean qemu_process_wait(QemuProcess *process, guint milliseconds, int *status);
/** Send a signal; nothing where it is gone. */
void qemu_process_signal(QemuProcess *process, int number);
/** What it wrote to stderr_path, the last 4 KiB, trimmed; "" where nothing.  The caller frees it.
 */
char *qemu_process_said(const QemuProcess *process);

/** Run a program to its end and collect stdout (*out, may be NULL, the caller frees it): TRUE for
 *  exit code 0; else VIR_ERR_OPERATION_FAILED with the program's name, its exit code or -signal,
 *  and its stderr.  One that takes longer than a minute is killed. */
gboolean qemu_process_run(const char *const *argv, const char *folder, char **out, GError **error);
