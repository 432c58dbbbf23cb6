/* SPDX-License-Identifier: LGPL-2.1-or-later
 *
 * Instances that do not start, hang, or end unasked.
 */
#include "harness/qemu/test_qemu.h"

#include <fcntl.h>
#include <signal.h>
#include <sys/prctl.h>
#include <sys/socket.h>
#include <sys/wait.h>
#include "harness/qemu/unix_socket.h"

static gboolean
contains(const char *text, const char *part)
{
    if (strstr(text, part) != NULL)
        return TRUE;
    print_error("'%s' is not in '%s'\n", part, text);
    return FALSE;
}

static void
test_a_start_that_fails_says_why(void **state)
{
    const QemuTest *test = *state;
    g_autofree char *disk = test_path(test, "missing.qcow2");
    g_autoptr(GError) error = NULL;
    assert_null(start_machine(test, "vm", disk, &error));
    assert_true(g_error_matches(error, VM_ERROR, VIR_ERR_OPERATION_FAILED));
    assert_true(contains(error->message, disk));
    assert_true(contains(error->message, "No such file or directory"));
    g_autoptr(GPtrArray) names = qemu_hypervisor_names(test->hypervisor);
    assert_int_equal(names->len, 0);
}

static void
test_a_locked_image_is_named(void **state)
{
    const QemuTest *test = *state;
    g_autofree char *disk = make_image(test, "a.qcow2", "qcow2");
    VmInstance *vm = started(test, "vm", disk);
    g_autoptr(GError) error = NULL;
    assert_null(start_machine(test, "other", disk, &error));
    assert_true(contains(error->message, disk));
    assert_true(contains(error->message, "lock"));
    test->hypervisor->ops->detach(vm);
}

static void
test_a_machine_that_does_not_exist_is_refused(void **state)
{
    const QemuTest *test = *state;
    json_t *config = machine_config("vm", NULL);
    json_object_set_new(config, "machine", json_string("toaster,accel=x"));
    g_autoptr(GError) error = NULL;
    assert_null(test->hypervisor->ops->start(test->hypervisor, config, &error));
    assert_true(contains(error->message, "unsupported machine type"));
    json_decref(config);
}

static void
test_odd_names_are_passed_as_they_are(void **state)
{
    const QemuTest *test = *state;
    VmInstance *vm = started(test, "a,b=c \"d\" é", NULL);
    json_t *reply = vm_qmp_ask(vm, "query-name", NULL, NULL);
    assert_string_equal(json_string_value(json_object_get(reply, "name")), "a,b=c \"d\" é");
    json_decref(reply);
    test->hypervisor->ops->detach(vm);
}

static void
test_a_long_folder_is_no_obstacle(void **state)
{
    QemuTest *test = *state;
    qemu_hypervisor_free(test->hypervisor);
    g_autofree char *name = g_strnfill(200, 'n');
    g_free(test->folder);
    test->folder = test_path(test, name);
    QemuOptions options = test_options(test);
    test->hypervisor = qemu_hypervisor_new(&options, NULL);
    VmInstance *vm = started(test, "vm", NULL);
    test->hypervisor->ops->detach(vm);
    vm = test->hypervisor->ops->attach(test->hypervisor, "vm", NULL);
    assert_non_null(vm);
    test->hypervisor->ops->detach(vm);
}

static void
test_an_end_unasked_is_seen(void **state)
{
    const QemuTest *test = *state;
    const VmHypervisorOps *ops = test->hypervisor->ops;
    VmInstance *vm = started(test, "vm", NULL);
    assert_true(qemu_hypervisor_kill(test->hypervisor, "vm", NULL));
    int status = 0;
    assert_true(ops->ended(vm, &status));
    assert_int_equal(status, -SIGKILL);
    assert_null(ops->next_event(vm, FALSE));
    assert_null(ops->next_event(vm, TRUE));
    assert_true(ops->settled(vm));
    g_autoptr(GError) error = NULL;
    assert_false(vm_qmp(vm, "cont", NULL, &error));
    assert_string_equal(error->message, "instance 'vm' has ended (status -9)");
    assert_true(g_error_matches(error, VM_QMP_ERROR, VM_QMP_DISCONNECTED));
    g_clear_error(&error);
    assert_false(qemu_hypervisor_kill(test->hypervisor, "vm", &error));
    assert_true(g_error_matches(error, VM_ERROR, VIR_ERR_OPERATION_INVALID));
    ops->detach(vm);
}

static void
test_a_hang_times_out_and_recovers(void **state)
{
    const QemuTest *test = *state;
    const VmHypervisorOps *ops = test->hypervisor->ops;
    VmInstance *vm = started(test, "vm", NULL);
    assert_true(qemu_hypervisor_hang(test->hypervisor, "vm", TRUE, NULL));
    g_autoptr(GError) error = NULL;
    assert_false(vm_qmp(vm, "cont", NULL, &error));
    assert_true(g_error_matches(error, VM_QMP_ERROR, VM_QMP_TIMED_OUT));
    assert_string_equal(error->message, "instance 'vm': cont: no answer within 100 ms");
    assert_false(ops->settled(vm));
    assert_false(ops->ended(vm, NULL));
    assert_false(vm_qmp(vm, "stop", NULL, NULL));
    assert_false(qemu_hypervisor_look(test->hypervisor, "vm", "query-status", NULL, NULL, NULL));

    assert_true(qemu_hypervisor_hang(test->hypervisor, "vm", FALSE, NULL));
    for (int i = 0; i < 30000 && !ops->settled(vm); i++)
        g_usleep(1000);
    assert_true(ops->settled(vm));
    json_t *reply = vm_qmp_ask(vm, "query-status", NULL, NULL);
    assert_true(json_is_true(json_object_get(reply, "running"))); /* it was done, only late */
    json_decref(reply);
    ops->detach(vm);
}

/* Somebody else answers in a process's place. */
static pid_t
talk_nonsense_at(const char *socket_path)
{
    assert_int_equal(g_unlink(socket_path), 0);
    int listening = qemu_socket_listen(socket_path, NULL);
    assert_true(listening >= 0);
    pid_t pid = fork();
    if (pid == 0) {
        int fd = accept(listening, NULL, NULL);
        ssize_t written = write(fd, "nonsense\n", 9);
        (void)written;
        g_usleep(100000);
        kill(getpid(), SIGKILL); /* no exit: a memory checker would look at what the parent has */
    }
    close(listening);
    return pid;
}

/* A driver that took it for gone would start another one on its disks. */
static void
test_what_speaks_no_qmp_is_there_all_the_same(void **state)
{
    const QemuTest *test = *state;
    const VmHypervisorOps *ops = test->hypervisor->ops;
    g_autofree char *socket_path = g_build_filename(test->folder, "1.qmp", NULL);
    ops->detach(started(test, "vm", NULL));
    pid_t other = talk_nonsense_at(socket_path);
    VmInstance *vm = ops->attach(test->hypervisor, "vm", NULL);
    assert_non_null(vm);
    assert_true(ops->settled(vm));
    assert_false(ops->ended(vm, NULL));
    g_autoptr(GError) error = NULL;
    assert_false(vm_qmp(vm, "query-status", NULL, &error));
    assert_true(g_error_matches(error, VM_QMP_ERROR, VM_QMP_BROKEN));
    ops->kill(vm);
    assert_true(ops->ended(vm, NULL));
    ops->detach(vm);
    assert_int_equal(waitpid(other, NULL, 0), other);
}

static void
test_what_hangs_can_be_attached_to_and_killed(void **state)
{
    const QemuTest *test = *state;
    const VmHypervisorOps *ops = test->hypervisor->ops;
    VmInstance *vm = started(test, "vm", NULL);
    assert_true(qemu_hypervisor_hang(test->hypervisor, "vm", TRUE, NULL));
    ops->detach(vm);
    vm = ops->attach(test->hypervisor, "vm", NULL);
    assert_non_null(vm);
    assert_false(ops->settled(vm));
    g_autoptr(GError) error = NULL;
    assert_false(vm_qmp(vm, "query-status", NULL, &error));
    assert_true(g_error_matches(error, VM_QMP_ERROR, VM_QMP_TIMED_OUT));
    assert_true(qemu_hypervisor_kill(test->hypervisor, "vm", NULL));
    assert_true(ops->settled(vm));
    assert_true(ops->ended(vm, NULL));
    ops->detach(vm);
    vm = started(test, "vm", NULL);
    assert_true(qemu_hypervisor_hang(test->hypervisor, "vm", TRUE, NULL));
    ops->kill(vm);
    assert_true(ops->ended(vm, NULL));
    ops->detach(vm);
}

static void
test_a_stream_that_is_none_ends_the_process(void **state)
{
    const QemuTest *test = *state;
    json_t *config = machine_config("vm", NULL);
    json_object_set_new(config, "incoming", json_true());
    VmInstance *vm = test->hypervisor->ops->start(test->hypervisor, config, NULL);
    json_decref(config);
    assert_non_null(vm);
    vm_qmp(vm, "migrate-incoming", json_pack("{s:s}", "uri", "exec:echo garbage"), NULL);
    json_t *event;
    while ((event = test->hypervisor->ops->next_event(vm, TRUE)) != NULL)
        json_decref(event);
    int status = 0;
    assert_true(test->hypervisor->ops->ended(vm, &status));
    assert_int_equal(status, 1);
    g_autoptr(GError) error = NULL;
    assert_false(vm_qmp(vm, "query-status", NULL, &error));
    assert_true(contains(error->message, "instance 'vm' has ended (status 1): "));
    assert_true(contains(error->message, "Not a migration stream"));
    test->hypervisor->ops->detach(vm);
}

/* A harness that starts a machine, tells its process id and dies. */
static _Noreturn void
crash(const QemuTest *test, int fd)
{
    VmInstance *vm = start_machine(test, "vm", NULL, NULL);
    json_t *reply = NULL;
    qemu_hypervisor_look(test->hypervisor, "vm", "query-status", NULL, &reply, NULL);
    gboolean ok = vm != NULL && reply != NULL;
    if (write(fd, &ok, sizeof(ok)) < 0)
        _exit(1);
    kill(getpid(), SIGKILL);
    _exit(1);
}

static void
test_it_dies_with_the_harness(void **state)
{
    const QemuTest *test = *state;
    int fds[2];
    assert_int_equal(pipe(fds), 0);
    prctl(PR_SET_CHILD_SUBREAPER, 1);
    pid_t harness = fork();
    if (harness == 0)
        crash(test, fds[1]);
    gboolean ok = FALSE;
    assert_int_equal(read(fds[0], &ok, sizeof(ok)), sizeof(ok));
    assert_true(ok);
    int status = 0;
    assert_int_equal(waitpid(harness, NULL, 0), harness);
    assert_true(waitpid(-1, &status, 0) > 0); /* QEMU, which is ours now */
    assert_true(WIFSIGNALED(status) && WTERMSIG(status) == SIGKILL);
    prctl(PR_SET_CHILD_SUBREAPER, 0);
    close(fds[0]);
    close(fds[1]);
    g_autofree char *remove = g_strdup_printf("rm -r '%s'", test->folder);
    assert_int_equal(system(remove), 0); /* as who begins the next run does */
}

#define ENDING(function) cmocka_unit_test_setup_teardown(function, set_up_qemu, tear_down_qemu)

int
main(void)
{
    const struct CMUnitTest tests[] = {
        ENDING(test_a_start_that_fails_says_why),
        ENDING(test_a_locked_image_is_named),
        ENDING(test_a_machine_that_does_not_exist_is_refused),
        ENDING(test_odd_names_are_passed_as_they_are),
        ENDING(test_a_long_folder_is_no_obstacle),
        ENDING(test_an_end_unasked_is_seen),
        ENDING(test_a_hang_times_out_and_recovers),
        ENDING(test_what_hangs_can_be_attached_to_and_killed),
        ENDING(test_what_speaks_no_qmp_is_there_all_the_same),
        ENDING(test_a_stream_that_is_none_ends_the_process),
        ENDING(test_it_dies_with_the_harness),
    };
    skip_without_qemu();
    return cmocka_run_group_tests(tests, NULL, NULL);
}
