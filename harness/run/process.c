/* SPDX-License-Identifier: LGPL-2.1-or-later
 *
 * Child processes: start, end, and how they ended.
 */
#include "harness/run/process.h"

#include <errno.h>
#include <fcntl.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/prctl.h>
#include <sys/socket.h>
#include <sys/wait.h>
#include <unistd.h>
#include "harness/report/exit_code.h"
#include "harness/run/runner.h"

#define LOG_TAIL_BYTES 4096
#define END_PATIENCE_MS 10000
#define ORPHAN_PATIENCE_S 10

static void
on_ignored_signal(int number)
{
    (void)number;
}

/* Ctrl-C reaches the whole process group, and the parent alone decides what it
 * means.  Handlers rather than SIG_IGN, so that what a target executes starts
 * with the defaults. */
static void
leave_signals_to_parent(void)
{
    struct sigaction action = {.sa_handler = on_ignored_signal, .sa_flags = SA_RESTART};
    sigset_t none;

    sigaction(SIGINT, &action, NULL);
    sigaction(SIGTERM, &action, NULL);
    sigemptyset(&none);
    sigprocmask(SIG_SETMASK, &none, NULL);
}

static void
on_parent_death(int number)
{
    (void)number;
    alarm(ORPHAN_PATIENCE_S);
}

/* Without its parent a child has no deadline any more: it may clean up, and that is all. */
static void
end_with_parent(pid_t parent)
{
    struct sigaction action = {.sa_handler = on_parent_death, .sa_flags = SA_RESTART};

    sigaction(SIGHUP, &action, NULL);
    prctl(PR_SET_PDEATHSIG, SIGHUP);
    if (getppid() != parent) {
        alarm(ORPHAN_PATIENCE_S);
    }
}

static void
redirect_output(const char *log)
{
    int in = open("/dev/null", O_RDONLY | O_CLOEXEC);
    int out = open(log, O_WRONLY | O_CREAT | O_TRUNC | O_APPEND | O_CLOEXEC, 0600);

    if (in >= 0) {
        dup2(in, STDIN_FILENO);
        close(in);
    }
    if (out >= 0) {
        dup2(out, STDOUT_FILENO);
        dup2(out, STDERR_FILENO);
        close(out);
    }
}

static void
run_child(const ProcessOptions *options, int fd, pid_t parent)
{
    for (guint i = 0; options->others != NULL && i < options->others->len; i++) {
        close(g_array_index(options->others, int, i));
    }
    leave_signals_to_parent();
    end_with_parent(parent);
    redirect_output(options->log);
    exit(options->body(fd, options->data));
}

gboolean
process_start(Process *process, const ProcessOptions *options, GError **error)
{
    pid_t parent = getpid();
    int fds[2];

    if (socketpair(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0, fds) < 0) {
        g_set_error(error, RUNNER_ERROR, EXIT_CODE_HARNESS, "cannot make a socket: %s",
                    g_strerror(errno));
        return FALSE;
    }
    fflush(NULL); /* or the child would print it again */
    process->pid = fork();
    if (process->pid == 0) {
        close(fds[0]);
        run_child(options, fds[1], parent);
    }
    close(fds[1]);
    if (process->pid < 0) {
        process->pid = 0;
        close(fds[0]);
        g_set_error(error, RUNNER_ERROR, EXIT_CODE_HARNESS, "cannot start a process: %s",
                    g_strerror(errno));
        return FALSE;
    }
    process->fd = fds[0];
    g_free(process->log);
    process->log = g_strdup(options->log);
    return TRUE;
}

static const char *
signal_word(int number)
{
    static const struct {
        int number;
        const char *word;
    } words[] = {
        {SIGSEGV, "SIGSEGV"}, {SIGABRT, "SIGABRT"}, {SIGBUS, "SIGBUS"},   {SIGFPE, "SIGFPE"},
        {SIGILL, "SIGILL"},   {SIGKILL, "SIGKILL"}, {SIGTRAP, "SIGTRAP"}, {SIGSYS, "SIGSYS"},
        {SIGPIPE, "SIGPIPE"}, {SIGTERM, "SIGTERM"},
    };

    for (guint i = 0; i < G_N_ELEMENTS(words); i++) {
        if (words[i].number == number) {
            return words[i].word;
        }
    }
    return strsignal(number);
}

static char *
status_text(int status)
{
    if (WIFSIGNALED(status)) {
        return g_strdup(signal_word(WTERMSIG(status)));
    }
    if (WEXITSTATUS(status) != 0) {
        return g_strdup_printf("exit status %d", WEXITSTATUS(status));
    }
    return NULL;
}

/* waitpid() with patience; FALSE when the child is still there. */
static gboolean
wait_for(pid_t pid, int patience_ms, int *status)
{
    for (int waited = 0; waited < patience_ms; waited += 5) {
        if (waitpid(pid, status, WNOHANG) == pid) {
            return TRUE;
        }
        g_usleep(5000);
    }
    return FALSE;
}

char *
process_end(Process *process, gboolean now)
{
    int status = 0;

    g_assert(process->pid > 0);
    if (now) {
        kill(process->pid, SIGKILL);
    }
    close(process->fd);
    if (now || !wait_for(process->pid, END_PATIENCE_MS, &status)) {
        kill(process->pid, SIGKILL);
        while (waitpid(process->pid, &status, 0) < 0 && errno == EINTR) {
        }
    }
    process->pid = 0;
    process->fd = -1;
    return status_text(status);
}

char *
process_log_tail(const Process *process)
{
    g_autofree char *text = NULL;
    gsize length;

    if (process->log == NULL || !g_file_get_contents(process->log, &text, &length, NULL) ||
        length == 0) {
        return NULL;
    }
    return g_utf8_make_valid(text + (length > LOG_TAIL_BYTES ? length - LOG_TAIL_BYTES : 0), -1);
}

void
process_clear(Process *process)
{
    g_assert(process->pid == 0);
    g_clear_pointer(&process->log, g_free);
}
