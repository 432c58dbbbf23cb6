/* SPDX-License-Identifier: LGPL-2.1-or-later
 *
 * How the guest begins and ends.
 */
#include "images/guest/test_machine.h"

static void
assert_data(json_t *event, const char *member, const char *expected)
{
    json_t *data = json_object_get(event, "data");
    assert_string_equal(json_string_value(json_object_get(data, member)), expected);
    json_decref(event);
}

static void
powers_off(Machine *machine)
{
    guest_says(machine, "poweroff", "ok");
    assert_data(machine_event(machine, "SHUTDOWN"), "reason", "guest-shutdown");
    assert_int_equal(machine_wait(machine), 0);
}

static void
answers_the_power_button(Machine *machine)
{
    guest_says(machine, "acpi ignore", "ok");
    machine_qmp(machine, "{'execute':'system_powerdown'}");
    json_decref(machine_event(machine, "POWERDOWN"));
    g_usleep(100000);
    guest_says(machine, "ram set k v", "ok");
    guest_says(machine, "acpi answer", "ok");
    g_usleep(100000);
    guest_says(machine, "ram get k", "ok v"); /* a press that was ignored is forgotten */
    machine_qmp(machine, "{'execute':'system_powerdown'}");
    assert_data(machine_event(machine, "SHUTDOWN"), "reason", "guest-shutdown");
    assert_int_equal(machine_wait(machine), 0);
}

static void
resets_itself(Machine *machine)
{
    guest_says(machine, "ram set k v", "ok");
    guest_says(machine, "acpi ignore", "ok");
    guest_says(machine, "write #0 0 64K A", "ok");
    g_autofree char *content = machine_guest(machine, "read #0 0 64K");
    guest_says(machine, "reset", "ok");
    assert_data(machine_event(machine, "RESET"), "reason", "guest-reset");
    guest_says(machine, "ram get k", "ok");
    assert_true(guest_counter(machine) < 5000);
    guest_says(machine, "read #0 0 64K", content);
    machine_qmp(machine, "{'execute':'system_powerdown'}");
    assert_data(machine_event(machine, "SHUTDOWN"), "reason", "guest-shutdown");
    assert_int_equal(machine_wait(machine), 0);
}

static void
greets_after_a_reset_from_outside(Machine *machine)
{
    guest_says(machine, "ram set k v", "ok");
    machine_qmp(machine, "{'execute':'system_reset'}");
    json_decref(machine_event(machine, "RESET"));
    g_autofree char *greeting = machine_answer(machine, 0);
    assert_string_equal(greeting, "ok ready");
    guest_says(machine, "ram get k", "ok");
}

static void
tells_of_a_panic(Machine *machine)
{
    guest_says(machine, "panic", "ok");
    assert_data(machine_event(machine, "GUEST_PANICKED"), "action", "poweroff");
    assert_data(machine_event(machine, "SHUTDOWN"), "reason", "guest-panic");
    assert_int_equal(machine_wait(machine), 0);
}

/* Asleep, it must not take a processor for itself. */
static guint64
processor_ticks(const Machine *machine)
{
    g_autofree char *path = g_strdup_printf("/proc/%d/stat", (int)machine->pid);
    g_autofree char *text = NULL;
    assert_true(g_file_get_contents(path, &text, NULL, NULL));
    g_auto(GStrv) words = g_strsplit(strrchr(text, ')'), " ", -1);
    return g_ascii_strtoull(words[12], NULL, 10) + g_ascii_strtoull(words[13], NULL, 10);
}

static void
sleeps(Machine *machine)
{
    guest_says(machine, "ram get k", "ok");
    guint64 before = processor_ticks(machine);
    g_usleep(1000000);
    guint64 used = processor_ticks(machine) - before;
    g_print("%s: %" G_GUINT64_FORMAT " %% of a processor when idle\n", machine->accel, used);
    assert_true(used < 50);
}

/* Printed; the goal is 80 ms on a machine that has nothing else to do. */
static void
replies_soon(Machine *machine)
{
    gint64 best = G_MAXINT64;
    for (guint i = 0; i < 5; i++) {
        machine_kill(machine);
        machine_start(machine, DISKS);
        guest_says(machine, "ram get k", "ok");
        best = MIN(best, g_get_monotonic_time() - machine->started);
    }
    g_print("%s: first reply after %.1f ms (best of 5)\n", machine->accel, (double)best / 1000);
    assert_true(best < 5000000);
}

static void
works_on_q35(Machine *machine)
{
    machine_kill(machine);
    machine_start(machine, DISKS " -machine q35");
    machine_greet(machine);
    guest_says(machine, "disk abc", "ok abc 1048576 rw");
    guest_says(machine, "disk #0", "ok - 67108864 rw");
    guest_says(machine, "write #0 0 4K A", "ok");
    machine_qmp(machine, "{'execute':'system_powerdown'}");
    assert_data(machine_event(machine, "SHUTDOWN"), "reason", "guest-shutdown");
    assert_int_equal(machine_wait(machine), 0);
}

ON_EACH(powers_off)
ON_EACH(answers_the_power_button)
ON_EACH(resets_itself)
ON_EACH(greets_after_a_reset_from_outside)
ON_EACH(tells_of_a_panic)
ON_EACH(sleeps)
ON_EACH(replies_soon)
ON_EACH(works_on_q35)

int
main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_powers_off),
        cmocka_unit_test(test_answers_the_power_button),
        cmocka_unit_test(test_resets_itself),
        cmocka_unit_test(test_greets_after_a_reset_from_outside),
        cmocka_unit_test(test_tells_of_a_panic),
        cmocka_unit_test(test_sleeps),
        cmocka_unit_test(test_replies_soon),
        cmocka_unit_test(test_works_on_q35),
    };
    int lack = machine_lack();
    return lack != 0 ? lack : cmocka_run_group_tests(tests, NULL, NULL);
}
