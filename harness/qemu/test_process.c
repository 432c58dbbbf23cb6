/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <cmocka.h>

#include <errno.h>
#include <fcntl.h>
#include <glib/gstdio.h>
#include <signal.h>
#include <string.h>
#include <sys/prctl.h>
#include <sys/wait.h>
#include <unistd.h>
#include "harness/qemu/process.h"
#include "spec/api/error.h"

static QemuProcess *
start_shell(const char *script, const char *log, const int *keep)
{
    const char *argv[] = {"sh", "-c", script, NULL};
    QemuSpawn spawn = {.argv = argv, .stderr_path = log, .keep = keep};
    g_autoptr(GError) error = NULL;
    QemuProcess *process = qemu_process_start(&spawn, &error);
    assert_null(error);
    assert_non_null(process);
    return process;
}

static void
test_exit_code_and_words_are_kept(void **state)
{
    (void)state;
    g_autofree char *log = g_strdup_printf("/tmp/vm-test-process-%d", getpid());
    g_autoptr(QemuProcess) process = start_shell("echo out; echo err >&2; exit 3", log, NULL);
    int status = 0;
    assert_true(qemu_process_wait(process, 5000, &status));
    assert_int_equal(status, 3);
    g_autofree char *said = qemu_process_said(process);
    assert_string_equal(said, "out\nerr");
    assert_int_equal(g_unlink(log), 0);
}

static void
test_a_signal_is_a_negative_status(void **state)
{
    (void)state;
    g_autoptr(QemuProcess) process = start_shell("sleep 100", "/dev/null", NULL);
    int status = 0;
    assert_false(qemu_process_ended(process, &status));
    assert_false(qemu_process_wait(process, 5, &status));
    qemu_process_signal(process, SIGKILL);
    assert_true(qemu_process_wait(process, 5000, &status));
    assert_int_equal(status, -SIGKILL);
    qemu_process_signal(process, SIGKILL); /* nothing to reach any more */
    assert_true(qemu_process_ended(process, &status));
}

static void
test_free_kills_and_reaps(void **state)
{
    (void)state;
    QemuProcess *process = start_shell("sleep 100", "/dev/null", NULL);
    int pid = qemu_process_id(process);
    assert_int_equal(getpgid(pid), pid);
    qemu_process_free(process);
    assert_int_equal(kill(pid, 0), -1);
    assert_int_equal(errno, ESRCH);
}

static void
test_only_kept_descriptors_are_inherited(void **state)
{
    (void)state;
    int fds[2];
    assert_int_equal(pipe(fds), 0);
    int keep[] = {fds[1], -1};
    g_autofree char *script =
        g_strdup_printf("test -e /proc/self/fd/%d && ! test -e /proc/self/fd/%d", fds[1], fds[0]);
    g_autoptr(QemuProcess) process = start_shell(script, "/dev/null", keep);
    int status = -1;
    assert_true(qemu_process_wait(process, 5000, &status));
    assert_int_equal(status, 0);
    close(fds[0]);
    close(fds[1]);
}

static void
test_a_missing_program_is_named(void **state)
{
    (void)state;
    const char *argv[] = {"no-such-program-here", NULL};
    QemuSpawn spawn = {.argv = argv, .stderr_path = "/dev/null"};
    g_autoptr(GError) error = NULL;
    assert_null(qemu_process_start(&spawn, &error));
    assert_true(g_error_matches(error, VM_ERROR, VIR_ERR_OPERATION_FAILED));
    assert_string_equal(error->message,
                        "cannot run 'no-such-program-here': No such file or directory");
}

static void
test_a_child_dies_with_its_parent(void **state)
{
    (void)state;
    int fds[2];
    assert_int_equal(pipe(fds), 0);
    assert_int_equal(prctl(PR_SET_CHILD_SUBREAPER, 1), 0);
    pid_t harness = fork();
    if (harness == 0) {
        QemuProcess *process = start_shell("sleep 100", "/dev/null", NULL);
        int pid = qemu_process_id(process);
        if (write(fds[1], &pid, sizeof(pid)) != (ssize_t)sizeof(pid))
            _exit(1);
        kill(getpid(), SIGKILL); /* no exit: see fake_start() */
    }
    int pid = 0;
    assert_int_equal(read(fds[0], &pid, sizeof(pid)), sizeof(pid));
    int status = 0;
    assert_int_equal(waitpid(harness, &status, 0), harness);
    assert_true(WIFSIGNALED(status) && WTERMSIG(status) == SIGKILL);
    assert_int_equal(waitpid(pid, &status, 0), pid); /* it is ours now */
    assert_true(WIFSIGNALED(status) && WTERMSIG(status) == SIGKILL);
    prctl(PR_SET_CHILD_SUBREAPER, 0);
    close(fds[0]);
    close(fds[1]);
}

static void
test_run_collects_what_it_prints(void **state)
{
    (void)state;
    const char *argv[] = {"sh", "-c", "pwd; echo no >&2", NULL};
    g_autofree char *out = NULL;
    g_autoptr(GError) error = NULL;
    assert_true(qemu_process_run(argv, "/usr", &out, &error));
    assert_null(error);
    assert_string_equal(out, "/usr\n");
}

static void
test_run_reports_stderr(void **state)
{
    (void)state;
    const char *argv[] = {"sh", "-c", "echo good; echo 'sh: no luck' >&2; exit 7", NULL};
    g_autofree char *out = NULL;
    g_autoptr(GError) error = NULL;
    assert_false(qemu_process_run(argv, NULL, &out, &error));
    assert_null(out);
    assert_true(g_error_matches(error, VM_ERROR, VIR_ERR_OPERATION_FAILED));
    assert_string_equal(error->message, "sh failed (status 7): no luck");
}

int
main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_exit_code_and_words_are_kept),
        cmocka_unit_test(test_a_signal_is_a_negative_status),
        cmocka_unit_test(test_free_kills_and_reaps),
        cmocka_unit_test(test_only_kept_descriptors_are_inherited),
        cmocka_unit_test(test_a_missing_program_is_named),
        cmocka_unit_test(test_a_child_dies_with_its_parent),
        cmocka_unit_test(test_run_collects_what_it_prints),
        cmocka_unit_test(test_run_reports_stderr),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
