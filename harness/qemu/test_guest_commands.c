/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "harness/qemu/test_qemu.h"
#include "harness/qemu/files.h"
#include "images/guest/rom.h"

/* ---- set-up with the guest in it ---- */

static int
set_up_guest(void **state, gboolean tcg)
{
    QemuTest *test = test_new();
    g_autofree char *rom = test_path(test, "guest.rom");
    gboolean ok = g_file_set_contents(rom, (const char *)images_guest_rom,
                                      (gssize)images_guest_rom_size, NULL);
    QemuOptions options = test_options(test);
    options.rom = rom;
    options.tcg = tcg;
    test->hypervisor = qemu_hypervisor_new(&options, NULL);
    *state = test;
    return ok && test->hypervisor != NULL ? 0 : -1;
}

static int
set_up_fast(void **state)
{
    return set_up_guest(state, FALSE);
}

static int
set_up_tcg(void **state)
{
    return set_up_guest(state, TRUE);
}

/* A machine with a disk, its CPUs running. */
static VmInstance *
running(const QemuTest *test)
{
    g_autofree char *disk = make_image(test, "a.qcow2", "qcow2");
    VmInstance *vm = started(test, "vm", disk);
    assert_true(vm_qmp(vm, "cont", NULL, NULL));
    return vm;
}

/* What the guest answers; the caller frees it. */
static char *
ask(const QemuTest *test, const char *command)
{
    char *answer = NULL;
    g_autoptr(GError) error = NULL;
    if (!qemu_hypervisor_guest(test->hypervisor, "vm", command, &answer, &error))
        print_error("%s: %s\n", command, error->message);
    assert_non_null(answer);
    return answer;
}

static void
tell(const QemuTest *test, const char *command)
{
    g_autofree char *answer = ask(test, command);
    assert_string_equal(answer, "");
}

static void
assert_refused(const QemuTest *test, const char *command, int code, const char *text)
{
    g_autoptr(GError) error = NULL;
    assert_false(qemu_hypervisor_guest(test->hypervisor, "vm", command, NULL, &error));
    assert_string_equal(error->message, text);
    assert_true(g_error_matches(error, VM_ERROR, code));
}

/* Whether an event of that name comes at once. */
static gboolean
saw(VmInstance *vm, const char *name)
{
    gboolean found = FALSE;
    json_t *event;
    while ((event = vm->hypervisor->ops->next_event(vm, FALSE)) != NULL) {
        found = found || strcmp(json_string_value(json_object_get(event, "event")), name) == 0;
        json_decref(event);
    }
    return found;
}

/* ---- tests ---- */

static void
test_a_disk_keeps_what_was_written(void **state)
{
    const QemuTest *test = *state;
    VmInstance *vm = running(test);
    g_autofree char *zero = ask(test, "read vda 0 64K");
    tell(test, "write vda 0 64K pattern A");
    tell(test, "flush");
    g_autofree char *by_id = ask(test, "read vda 0 64K");
    g_autofree char *by_serial = ask(test, "read disk,1 0 64K");
    assert_string_equal(by_id, by_serial);
    assert_string_not_equal(by_id, zero);
    tell(test, "write vda 0 64K zero");
    g_autofree char *again = ask(test, "read vda 0 64K");
    assert_string_equal(again, zero);
    test->hypervisor->ops->detach(vm);
}

static void
test_refusals_are_worded_for_the_user(void **state)
{
    const QemuTest *test = *state;
    VmInstance *vm = running(test);
    assert_refused(test, "write vda 1M 1 A", VIR_ERR_OPERATION_FAILED,
                   "guest: beyond the end of disk 'vda'");
    assert_refused(test, "read vdb 0 1", VIR_ERR_INVALID_ARG, "guest: there is no disk 'vdb'");
    assert_refused(test, "write vda 0 1x A", VIR_ERR_INVALID_ARG, "guest: '1x' is not a size");
    assert_refused(test, "acpi maybe", VIR_ERR_INVALID_ARG, "guest: acpi is 'answer' or 'ignore'");
    assert_refused(test, "dance", VIR_ERR_INVALID_ARG, "guest: 'dance' is no guest command");
    assert_refused(test, "ram set a b\nc", VIR_ERR_INVALID_ARG,
                   "guest: 'ram set a b\nc' is no guest command");
    test->hypervisor->ops->detach(vm);
}

static void
test_a_stopped_guest_is_not_asked(void **state)
{
    const QemuTest *test = *state;
    VmInstance *vm = running(test);
    tell(test, "ram set key value");
    assert_true(vm_qmp(vm, "stop", NULL, NULL));
    assert_refused(test, "counter", VIR_ERR_OPERATION_INVALID, "guest: its CPUs are stopped");
    assert_refused(test, "dance", VIR_ERR_INVALID_ARG, "guest: 'dance' is no guest command");
    assert_true(vm_qmp(vm, "cont", NULL, NULL));
    g_autofree char *value = ask(test, "ram get key");
    assert_string_equal(value, "value");
    test->hypervisor->ops->detach(vm);
}

static void
test_power_off_ends_the_process(void **state)
{
    const QemuTest *test = *state;
    VmInstance *vm = running(test);
    tell(test, "poweroff");
    int status = -1;
    assert_true(test->hypervisor->ops->ended(vm, &status));
    assert_int_equal(status, 0);
    assert_true(saw(vm, "SHUTDOWN"));
    assert_refused(test, "counter", VIR_ERR_OPERATION_INVALID, "no instance 'vm' runs");
    g_autoptr(GError) error = NULL;
    assert_false(vm_qmp(vm, "cont", NULL, &error));
    assert_true(g_error_matches(error, VM_QMP_ERROR, VM_QMP_DISCONNECTED));
    assert_string_equal(error->message, "instance 'vm' has ended (status 0)");
    test->hypervisor->ops->detach(vm);
}

static void
test_a_panic_ends_the_process(void **state)
{
    const QemuTest *test = *state;
    VmInstance *vm = running(test);
    tell(test, "panic");
    int status = -1;
    assert_true(test->hypervisor->ops->ended(vm, &status));
    assert_int_equal(status, 0);
    assert_true(saw(vm, "GUEST_PANICKED"));
    test->hypervisor->ops->detach(vm);
}

static void
test_the_power_button_is_answered_or_ignored(void **state)
{
    const QemuTest *test = *state;
    VmInstance *vm = running(test);
    tell(test, "acpi ignore");
    assert_true(vm_qmp(vm, "system_powerdown", NULL, NULL));
    assert_true(saw(vm, "POWERDOWN"));
    assert_false(test->hypervisor->ops->ended(vm, NULL));
    tell(test, "acpi answer");
    assert_true(vm_qmp(vm, "system_powerdown", NULL, NULL));
    assert_true(saw(vm, "SHUTDOWN"));
    assert_null(test->hypervisor->ops->next_event(vm, TRUE));
    assert_true(test->hypervisor->ops->ended(vm, NULL));
    test->hypervisor->ops->detach(vm);
}

static void
test_resets_empty_the_memory(void **state)
{
    const QemuTest *test = *state;
    VmInstance *vm = running(test);
    for (int i = 0; i < 3; i++) {
        tell(test, "ram set key value");
        tell(test, "reset");
        g_autofree char *value = ask(test, "ram get key");
        assert_string_equal(value, "");
        tell(test, "ram set key value");
        assert_true(vm_qmp(vm, "system_reset", NULL, NULL));
        g_autofree char *then = ask(test, "ram get key");
        assert_string_equal(then, "");
    }
    assert_true(saw(vm, "RESET"));
    test->hypervisor->ops->detach(vm);
}

/* Wait for our job's end. */
static void
await_job(VmInstance *vm)
{
    gboolean concluded = FALSE;
    while (!concluded) {
        json_t *event = vm->hypervisor->ops->next_event(vm, TRUE);
        assert_non_null(event);
        const json_t *data = json_object_get(event, "data");
        concluded = g_strcmp0(json_string_value(json_object_get(data, "status")), "concluded") == 0;
        json_decref(event);
    }
    assert_true(vm_qmp(vm, "job-dismiss", json_pack("{s:s}", "id", "j"), NULL));
}

static void
snapshot_job(VmInstance *vm, const char *command)
{
    assert_true(vm_qmp(vm, command,
                       json_pack("{s:s, s:s, s:s, s:[s]}", "job-id", "j", "tag", "t", "vmstate",
                                 "d0", "devices", "d0"),
                       NULL));
    await_job(vm);
}

static void
test_a_snapshot_brings_memory_and_disk_back(void **state)
{
    const QemuTest *test = *state;
    VmInstance *vm = running(test);
    tell(test, "ram set key before");
    tell(test, "ram fill 1M A");
    tell(test, "write vda 0 64K A");
    g_autofree char *sum = ask(test, "ram sum");
    g_autofree char *digest = ask(test, "read vda 0 64K");
    g_autofree char *counter = ask(test, "counter");
    snapshot_job(vm, "snapshot-save");
    tell(test, "ram set key after");
    tell(test, "ram fill 1M B");
    tell(test, "write vda 0 64K B");
    snapshot_job(vm, "snapshot-load");
    assert_true(vm_qmp(vm, "cont", NULL, NULL));
    g_autofree char *value = ask(test, "ram get key");
    g_autofree char *sum_then = ask(test, "ram sum");
    g_autofree char *digest_then = ask(test, "read vda 0 64K");
    g_autofree char *counter_then = ask(test, "counter");
    assert_string_equal(value, "before");
    assert_string_equal(sum_then, sum);
    assert_string_equal(digest_then, digest);
    assert_true(g_ascii_strtoull(counter_then, NULL, 10) > g_ascii_strtoull(counter, NULL, 10));
    test->hypervisor->ops->detach(vm);
}

/* Pass the file and let the stream go through, either way. */
static void
stream(VmInstance *vm, VmStoreFile *file, const char *command)
{
    g_autoptr(GError) error = NULL;
    assert_true(vm->hypervisor->ops->command(vm, "getfd", json_pack("{s:s}", "fdname", "s"), file,
                                             NULL, &error));
    assert_true(vm_qmp(vm, command, json_pack("{s:s}", "uri", "fd:s"), NULL));
    gboolean completed = FALSE;
    while (!completed) {
        json_t *event = vm->hypervisor->ops->next_event(vm, TRUE);
        assert_non_null(event); /* migrations tell their state */
        const char *status =
            json_string_value(json_object_get(json_object_get(event, "data"), "status"));
        completed = g_strcmp0(status, "completed") == 0;
        json_decref(event);
    }
}

static void
test_a_saved_stream_brings_memory_back(void **state)
{
    const QemuTest *test = *state;
    const VmHypervisorOps *ops = test->hypervisor->ops;
    VmStore *store = qemu_store_new();
    g_autofree char *path = test_path(test, "stream");
    VmInstance *vm = running(test);
    tell(test, "ram set key before");
    VmStoreFile *file = store->ops->create(store, path, NULL);
    assert_true(store->ops->write(file, "our header", 10, NULL));
    assert_true(vm_qmp(vm, "stop", NULL, NULL));
    stream(vm, file, "migrate");
    store->ops->close(file);
    ops->kill(vm);
    ops->detach(vm);

    g_autofree char *disk = test_path(test, "a.qcow2");
    json_t *config = machine_config("vm", disk);
    json_object_set_new(config, "incoming", json_true());
    vm = ops->start(test->hypervisor, config, NULL);
    json_decref(config);
    assert_non_null(vm);
    file = store->ops->open(store, path, 10, NULL);
    stream(vm, file, "migrate-incoming");
    store->ops->close(file);
    assert_true(vm_qmp(vm, "cont", NULL, NULL));
    g_autofree char *value = ask(test, "ram get key");
    assert_string_equal(value, "before");
    ops->detach(vm);
    qemu_store_free(store);
}

#define GUEST_TEST(function) cmocka_unit_test_setup_teardown(function, set_up_fast, tear_down_qemu)

int
main(void)
{
    const struct CMUnitTest tests[] = {
        GUEST_TEST(test_a_disk_keeps_what_was_written),
        GUEST_TEST(test_refusals_are_worded_for_the_user),
        GUEST_TEST(test_a_stopped_guest_is_not_asked),
        GUEST_TEST(test_power_off_ends_the_process),
        GUEST_TEST(test_a_panic_ends_the_process),
        GUEST_TEST(test_the_power_button_is_answered_or_ignored),
        GUEST_TEST(test_resets_empty_the_memory),
        GUEST_TEST(test_a_snapshot_brings_memory_and_disk_back),
        GUEST_TEST(test_a_saved_stream_brings_memory_back),
        {"test_a_snapshot_brings_them_back_under_tcg", test_a_snapshot_brings_memory_and_disk_back,
         set_up_tcg, tear_down_qemu, NULL},
    };
    skip_without_qemu();
    return cmocka_run_group_tests(tests, NULL, NULL);
}
