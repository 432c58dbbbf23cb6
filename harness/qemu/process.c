/* SPDX-License-Identifier: LGPL-2.1-or-later
 *
 * A child process: between fork() and exec() only what is safe there.
 */
#include "harness/qemu/process.h"

#include <errno.h>
#include <fcntl.h>
#include <poll.h>
#include <signal.h>
#include <string.h>
#include <sys/prctl.h>
#include <sys/syscall.h>
#include <sys/wait.h>
#include <unistd.h>
#include "spec/api/error.h"

#define SAID_BYTES 4096
#define CANNOT_EXECUTE 127

struct QemuProcess {
    pid_t pid;
    int pidfd; /* readable at its end; -1 where the kernel has none */
    gboolean ended;
    int status; /* exit code, or -signal */
    char *stderr_path;
};

/* ---- in the child ---- */

/* Say why, through a pipe that a successful exec closes. */
static _Noreturn void
child_failed(int report)
{
    int number = errno;
    ssize_t written = write(report, &number, sizeof(number));
    (void)written;
    _exit(CANNOT_EXECUTE);
}

static void
child_redirect(const QemuSpawn *spawn, int report)
{
    const int flags = O_WRONLY | O_CREAT | O_APPEND | O_CLOEXEC;
    int input = open("/dev/null", O_RDONLY | O_CLOEXEC);
    int words = open(spawn->stderr_path, flags, 0600);
    int output = spawn->stdout_path != NULL ? open(spawn->stdout_path, flags, 0600) : words;
    if (input < 0 || words < 0 || output < 0 || dup2(input, STDIN_FILENO) < 0 ||
        dup2(output, STDOUT_FILENO) < 0 || dup2(words, STDERR_FILENO) < 0)
        child_failed(report);
}

static void
child_keep(const int *keep, int report)
{
    if (close_range(STDERR_FILENO + 1, ~0U, CLOSE_RANGE_CLOEXEC) < 0)
        child_failed(report);
    for (; keep != NULL && *keep >= 0; keep++) {
        if (fcntl(*keep, F_SETFD, 0) < 0)
            child_failed(report);
    }
}

static _Noreturn void
child_run(const QemuSpawn *spawn, pid_t parent, int report)
{
    sigset_t none;
    sigemptyset(&none);
    setpgid(0, 0); /* Ctrl-C is for the harness, which knows what to end first */
    prctl(PR_SET_PDEATHSIG, SIGKILL);
    if (getppid() != parent) /* it died before we asked to be told */
        _exit(CANNOT_EXECUTE);
    sigprocmask(SIG_SETMASK, &none, NULL);
    signal(SIGPIPE, SIG_DFL);
    child_redirect(spawn, report);
    child_keep(spawn->keep, report);
    if (spawn->folder != NULL && chdir(spawn->folder) < 0)
        child_failed(report);
    execvp(spawn->argv[0], (char *const *)spawn->argv);
    child_failed(report);
}

/* ---- in the parent ---- */

static gboolean
refuse_start(const QemuSpawn *spawn, int number, GError **error)
{
    return vm_refuse(error, VIR_ERR_OPERATION_FAILED, "cannot run '%s': %s", spawn->argv[0],
                     g_strerror(number));
}

/* Wait until the child has become the program: its errno, or 0. */
static int
await_exec(int report)
{
    int number = 0;
    ssize_t got;
    do
        got = read(report, &number, sizeof(number));
    while (got < 0 && errno == EINTR);
    return got == (ssize_t)sizeof(number) ? number : 0;
}

static void
reap(pid_t pid)
{
    while (waitpid(pid, NULL, 0) < 0 && errno == EINTR)
        continue;
}

static pid_t
launch(const QemuSpawn *spawn, GError **error)
{
    int report[2];
    if (pipe2(report, O_CLOEXEC) < 0) {
        refuse_start(spawn, errno, error);
        return -1;
    }
    pid_t parent = getpid();
    pid_t pid = fork();
    if (pid == 0)
        child_run(spawn, parent, report[1]);
    int number = pid < 0 ? errno : 0;
    close(report[1]);
    if (pid > 0) {
        setpgid(pid, pid); /* in both, so that neither has to wait for the other */
        number = await_exec(report[0]);
    }
    close(report[0]);
    if (number == 0)
        return pid;
    if (pid > 0)
        reap(pid);
    refuse_start(spawn, number, error);
    return -1;
}

QemuProcess *
qemu_process_start(const QemuSpawn *spawn, GError **error)
{
    pid_t pid = launch(spawn, error);
    if (pid < 0)
        return NULL;
    QemuProcess *process = g_new0(QemuProcess, 1);
    process->pid = pid;
    process->pidfd = (int)syscall(SYS_pidfd_open, pid, 0);
    process->stderr_path = g_strdup(spawn->stderr_path);
    return process;
}

int
qemu_process_id(const QemuProcess *process)
{
    return process->pid;
}

gboolean
qemu_process_ended(QemuProcess *process, int *status)
{
    int raw = 0;
    if (!process->ended && waitpid(process->pid, &raw, WNOHANG) == process->pid) {
        process->ended = TRUE;
        process->status = WIFSIGNALED(raw) ? -WTERMSIG(raw) : WEXITSTATUS(raw);
    }
    if (process->ended && status != NULL)
        *status = process->status;
    return process->ended;
}

gboolean
qemu_process_wait(QemuProcess *process, guint milliseconds, int *status)
{
    gint64 deadline = g_get_monotonic_time() + (gint64)milliseconds * 1000;
    while (!qemu_process_ended(process, status)) {
        gint64 left = (deadline - g_get_monotonic_time() + 999) / 1000;
        if (left <= 0)
            return FALSE;
        struct pollfd end = {process->pidfd, POLLIN, 0};
        poll(&end, 1, process->pidfd >= 0 ? (int)MIN(left, G_MAXINT) : 1);
    }
    return TRUE;
}

void
qemu_process_signal(QemuProcess *process, int number)
{
    if (!qemu_process_ended(process, NULL))
        kill(process->pid, number);
}

void
qemu_process_free(QemuProcess *process)
{
    if (process == NULL)
        return;
    if (!qemu_process_ended(process, NULL)) {
        kill(process->pid, SIGKILL);
        reap(process->pid);
    }
    if (process->pidfd >= 0)
        close(process->pidfd);
    g_free(process->stderr_path);
    g_free(process);
}

/* ---- what they say ---- */

char *
qemu_process_said(const QemuProcess *process)
{
    g_autofree char *text = NULL;
    gsize length = 0;
    if (strcmp(process->stderr_path, "/dev/null") == 0 ||
        !g_file_get_contents(process->stderr_path, &text, &length, NULL))
        return g_strdup("");
    const char *tail = text + (length > SAID_BYTES ? length - SAID_BYTES : 0);
    return g_strstrip(g_utf8_make_valid(tail, -1));
}
