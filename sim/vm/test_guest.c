/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "sim/vm/test_machine.h"

static void
guest_fails(Rig *rig, const char *command, int code)
{
    g_autoptr(GError) error = NULL;
    assert_false(sim_world_guest(rig->world, "vm", command, NULL, &error));
    assert_true(g_error_matches(error, VM_ERROR, code));
}

static void
test_commands_need_running_cpus(void **state)
{
    Rig *rig = *state;
    guest_fails(rig, "counter", VIR_ERR_OPERATION_INVALID);
    rig_do(rig, "cont", NULL);
    g_free(rig_guest(rig, "counter"));
    guest_fails(rig, "nosuch", VIR_ERR_INVALID_ARG);
    guest_fails(rig, "write vda 0 1X A", VIR_ERR_INVALID_ARG);
    guest_fails(rig, "write vdz 0 1K A", VIR_ERR_INVALID_ARG);
    guest_fails(rig, "write vda 1M 1K A", VIR_ERR_OPERATION_FAILED);
}

static void
test_reads_tell_patterns_apart(void **state)
{
    Rig *rig = *state;
    rig_do(rig, "cont", NULL);
    g_autofree char *empty = rig_guest(rig, "read vda 0 64K");
    g_free(rig_guest(rig, "write vda 0 64K A"));
    g_autofree char *a = rig_guest(rig, "read vda 0 64K");
    g_free(rig_guest(rig, "write vda 4K 512 B"));
    g_autofree char *b = rig_guest(rig, "read vda 0 64K");
    g_free(rig_guest(rig, "write vda 0 64K zero"));
    g_autofree char *zero = rig_guest(rig, "read vda 0 64K");
    assert_string_not_equal(empty, a);
    assert_string_not_equal(a, b);
    assert_string_equal(empty, zero);
}

static void
test_the_counter_runs_with_the_cpus(void **state)
{
    Rig *rig = *state;
    rig_do(rig, "cont", NULL);
    sim_world_advance(rig->world, 10);
    rig_do(rig, "stop", NULL);
    json_t *before = sim_inspect_ram(rig->world, "vm");
    assert_true(json_integer_value(json_object_get(before, "counter")) >= 10000);
    sim_world_advance(rig->world, 10);
    json_t *after = sim_inspect_ram(rig->world, "vm");
    assert_true(json_equal(before, after));
    json_decref(before);
    json_decref(after);
}

static void
test_power_off_ends_the_instance(void **state)
{
    Rig *rig = *state;
    rig_do(rig, "cont", NULL);
    rig_do(rig, "system_powerdown", NULL);
    rig_expect_events(rig->vm, "RESUME POWERDOWN SHUTDOWN");
    int status = -1;
    assert_true(rig->hv->ops->ended(rig->vm, &status));
    assert_int_equal(status, 0);
    assert_null(rig->hv->ops->attach(rig->hv, "vm", NULL));
}

static void
test_a_guest_may_ignore_the_button(void **state)
{
    Rig *rig = *state;
    rig_do(rig, "cont", NULL);
    g_free(rig_guest(rig, "acpi ignore"));
    rig_do(rig, "system_powerdown", NULL);
    rig_expect_events(rig->vm, "RESUME POWERDOWN");
    rig_expect_status(rig, "running");
}

static void
test_reset_clears_the_memory(void **state)
{
    Rig *rig = *state;
    rig_do(rig, "cont", NULL);
    g_free(rig_guest(rig, "ram set k v"));
    rig_do(rig, "system_reset", NULL);
    g_autofree char *value = rig_guest(rig, "ram get k");
    assert_string_equal(value, "");
    rig_expect_events(rig->vm, "RESUME RESET");
}

static void
test_stop_and_cont_are_quiet_when_there_is_nothing_to_do(void **state)
{
    Rig *rig = *state;
    rig_do(rig, "stop", NULL);
    rig_expect_status(rig, "prelaunch");
    rig_do(rig, "cont", NULL);
    rig_do(rig, "cont", NULL);
    rig_do(rig, "stop", NULL);
    rig_do(rig, "stop", NULL);
    rig_expect_events(rig->vm, "RESUME STOP");
    rig_expect_status(rig, "paused");
}

static void
test_a_panic_ends_the_instance(void **state)
{
    Rig *rig = *state;
    rig_do(rig, "cont", NULL);
    g_free(rig_guest(rig, "panic"));
    rig_expect_events(rig->vm, "RESUME GUEST_PANICKED STOP SHUTDOWN");
}

static void
set_action(Rig *rig, const char *name, const char *word)
{
    g_autofree char *arguments = g_strdup_printf("{\"%s\": \"%s\"}", name, word);
    rig_do(rig, "set-action", arguments);
}

static void
test_a_power_off_may_leave_the_process_there(void **state)
{
    Rig *rig = *state;
    set_action(rig, "shutdown", "pause");
    rig_do(rig, "cont", NULL);
    g_free(rig_guest(rig, "poweroff"));
    rig_expect_events(rig->vm, "RESUME SHUTDOWN STOP");
    rig_expect_status(rig, "shutdown");
    rig_do(rig, "system_reset", NULL);
    rig_expect_status(rig, "prelaunch");
    rig_do(rig, "cont", NULL);
    rig_expect_status(rig, "running");
}

static void
test_a_reset_may_be_a_shutdown(void **state)
{
    Rig *rig = *state;
    set_action(rig, "reboot", "shutdown");
    rig_do(rig, "cont", NULL);
    g_free(rig_guest(rig, "reset"));
    rig_expect_events(rig->vm, "RESUME SHUTDOWN");
    assert_true(rig->hv->ops->ended(rig->vm, NULL));
}

static void
test_a_panic_may_leave_the_process_there(void **state)
{
    Rig *rig = *state;
    set_action(rig, "panic", "pause");
    rig_do(rig, "cont", NULL);
    g_free(rig_guest(rig, "panic"));
    rig_expect_events(rig->vm, "RESUME GUEST_PANICKED STOP");
    rig_expect_status(rig, "guest-panicked");
    rig_do(rig, "cont", NULL);
    rig_expect_status(rig, "running");
}

static void
test_a_panic_leaves_the_process_there_where_a_power_off_does(void **state)
{
    Rig *rig = *state;
    set_action(rig, "shutdown", "pause");
    rig_do(rig, "cont", NULL);
    g_free(rig_guest(rig, "panic"));
    rig_expect_status(rig, "guest-panicked");
}

static void
test_a_panic_may_be_nothing_or_a_failure(void **state)
{
    Rig *rig = *state;
    int status = 0;
    set_action(rig, "panic", "none");
    rig_do(rig, "cont", NULL);
    g_free(rig_guest(rig, "panic"));
    rig_expect_status(rig, "running");
    set_action(rig, "panic", "exit-failure");
    g_free(rig_guest(rig, "panic"));
    assert_true(rig->hv->ops->ended(rig->vm, &status));
    assert_int_equal(status, 1);
}

static void
test_a_kill_keeps_what_was_written_a_power_cut_what_was_flushed(void **state)
{
    Rig *rig = *state;
    VmStore *store = sim_world_store(rig->world);
    assert_true(store->ops->sync_dir(store, "/", NULL));
    rig_do(rig, "cont", NULL);
    g_free(rig_guest(rig, "write vda 0 64K A"));
    g_free(rig_guest(rig, "flush"));
    g_autofree char *flushed = rig_content(rig, "/a.qcow2", "digest");
    g_free(rig_guest(rig, "write vda 0 64K B"));
    g_autofree char *written = rig_content(rig, "/a.qcow2", "digest");
    rig->hv->ops->kill(rig->vm);
    g_autofree char *killed = rig_content(rig, "/a.qcow2", "digest");
    assert_string_equal(killed, written);
    sim_world_power_cut(rig->world);
    g_autofree char *cut = rig_content(rig, "/a.qcow2", "digest");
    assert_string_equal(cut, flushed);
}

int
main(void)
{
    const struct CMUnitTest tests[] = {
        RIG_TEST(test_commands_need_running_cpus),
        RIG_TEST(test_reads_tell_patterns_apart),
        RIG_TEST(test_the_counter_runs_with_the_cpus),
        RIG_TEST(test_power_off_ends_the_instance),
        RIG_TEST(test_a_guest_may_ignore_the_button),
        RIG_TEST(test_reset_clears_the_memory),
        RIG_TEST(test_stop_and_cont_are_quiet_when_there_is_nothing_to_do),
        RIG_TEST(test_a_panic_ends_the_instance),
        RIG_TEST(test_a_power_off_may_leave_the_process_there),
        RIG_TEST(test_a_reset_may_be_a_shutdown),
        RIG_TEST(test_a_panic_may_leave_the_process_there),
        RIG_TEST(test_a_panic_leaves_the_process_there_where_a_power_off_does),
        RIG_TEST(test_a_panic_may_be_nothing_or_a_failure),
        RIG_TEST(test_a_kill_keeps_what_was_written_a_power_cut_what_was_flushed),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
