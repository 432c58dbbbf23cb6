/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "harness/qemu/test_qemu.h"

static void
test_start_command_quit(void **state)
{
    const QemuTest *test = *state;
    g_autofree char *disk = make_image(test, "a.qcow2", "qcow2");
    VmInstance *vm = started(test, "vm", disk);
    const VmHypervisorOps *ops = test->hypervisor->ops;
    json_t *reply = vm_qmp_ask(vm, "query-status", NULL, NULL);
    assert_string_equal(json_string_value(json_object_get(reply, "status")), "prelaunch");
    json_decref(reply);
    assert_true(ops->settled(vm));
    assert_null(ops->next_event(vm, FALSE));
    int status = -1;
    assert_false(ops->ended(vm, &status));

    assert_true(vm_qmp(vm, "quit", NULL, NULL));
    json_t *event = ops->next_event(vm, TRUE);
    assert_string_equal(json_string_value(json_object_get(event, "event")), "SHUTDOWN");
    json_decref(event);
    assert_null(ops->next_event(vm, TRUE));
    assert_true(ops->ended(vm, &status));
    assert_int_equal(status, 0);
    ops->detach(vm);
}

static void
test_an_error_has_its_class_and_text(void **state)
{
    const QemuTest *test = *state;
    VmInstance *vm = started(test, "vm", NULL);
    g_autoptr(GError) error = NULL;
    assert_false(vm_qmp(vm, "no-such-command", NULL, &error));
    assert_true(g_error_matches(error, VM_QMP_ERROR, VM_QMP_COMMAND_NOT_FOUND));
    assert_string_equal(error->message, "The command no-such-command has not been found");
    g_clear_error(&error);
    assert_false(vm_qmp(vm, "block-job-cancel", json_pack("{s:s}", "device", "j"), &error));
    assert_true(g_error_matches(error, VM_QMP_ERROR, VM_QMP_DEVICE_NOT_ACTIVE));
    test->hypervisor->ops->detach(vm);
}

static void
test_a_name_runs_once(void **state)
{
    const QemuTest *test = *state;
    VmInstance *vm = started(test, "vm", NULL);
    g_autoptr(GError) error = NULL;
    assert_null(start_machine(test, "vm", NULL, &error));
    assert_true(g_error_matches(error, VM_ERROR, VIR_ERR_OPERATION_FAILED));
    assert_string_equal(error->message, "cannot start 'vm': an instance of that name runs");
    test->hypervisor->ops->kill(vm);
    VmInstance *next = started(test, "vm", NULL);
    int status = 0;
    assert_true(test->hypervisor->ops->ended(vm, &status)); /* the old handle is the old process */
    assert_int_equal(status, -9);
    assert_false(test->hypervisor->ops->ended(next, &status));
    test->hypervisor->ops->detach(vm);
    test->hypervisor->ops->detach(next);
}

static void
test_an_instance_outlives_its_handle(void **state)
{
    const QemuTest *test = *state;
    const VmHypervisorOps *ops = test->hypervisor->ops;
    VmInstance *vm = started(test, "vm", NULL);
    assert_true(vm_qmp(vm, "cont", NULL, NULL));
    ops->detach(vm);
    g_autoptr(GError) error = NULL;
    assert_null(ops->attach(test->hypervisor, "other", &error));
    assert_null(error);
    vm = ops->attach(test->hypervisor, "vm", &error);
    assert_non_null(vm);
    assert_null(ops->next_event(vm, FALSE)); /* what was said to the former handle is gone */
    json_t *reply = vm_qmp_ask(vm, "query-status", NULL, NULL);
    assert_true(json_is_true(json_object_get(reply, "running")));
    json_decref(reply);
    g_autoptr(GPtrArray) names = qemu_hypervisor_names(test->hypervisor);
    assert_int_equal(names->len, 1);
    assert_string_equal(names->pdata[0], "vm");
    ops->kill(vm);
    ops->detach(vm);
    assert_null(ops->attach(test->hypervisor, "vm", &error));
    assert_null(error);
}

static void
test_it_tells_what_it_runs_on_and_how_long(void **state)
{
    const QemuTest *test = *state;
    assert_true(g_ascii_isdigit(qemu_hypervisor_version(test->hypervisor)[0]));
    gboolean kvm = qemu_hypervisor_uses_kvm(test->hypervisor);
    const char *note = qemu_hypervisor_note(test->hypervisor);
    assert_true(kvm == (note == NULL));
    assert_true(kvm || g_str_has_prefix(note, "/dev/kvm cannot be used ("));
    guint64 before = qemu_hypervisor_time(test->hypervisor);
    gint64 began = g_get_monotonic_time();
    VmInstance *vm = started(test, "vm", NULL);
    guint64 passed = (guint64)(g_get_monotonic_time() - began) * 1000;
    guint64 spent = qemu_hypervisor_time(test->hypervisor) - before;
    assert_true(spent > passed / 2 && spent <= passed);
    test->hypervisor->ops->detach(vm);
}

int
main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test_setup_teardown(test_start_command_quit, set_up_qemu, tear_down_qemu),
        cmocka_unit_test_setup_teardown(test_an_error_has_its_class_and_text, set_up_qemu,
                                        tear_down_qemu),
        cmocka_unit_test_setup_teardown(test_a_name_runs_once, set_up_qemu, tear_down_qemu),
        cmocka_unit_test_setup_teardown(test_an_instance_outlives_its_handle, set_up_qemu,
                                        tear_down_qemu),
        cmocka_unit_test_setup_teardown(test_it_tells_what_it_runs_on_and_how_long, set_up_qemu,
                                        tear_down_qemu),
    };
    skip_without_qemu();
    return cmocka_run_group_tests(tests, NULL, NULL);
}
