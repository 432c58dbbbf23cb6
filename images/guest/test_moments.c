/* SPDX-License-Identifier: LGPL-2.1-or-later
 *
 * What QEMU saves of the guest comes back: disks, values, RAM, the counter.
 */
#include "images/guest/test_machine.h"

/* The sums of all that the guest has, but for the counter. */
typedef struct {
    char *ram;
    char *disk;
} Sums;

static Sums
sums_of(Machine *machine)
{
    return (Sums){machine_guest(machine, "ram sum"), machine_guest(machine, "read #0 0 1M")};
}

static void
assert_same(const Sums *a, const Sums *b)
{
    assert_string_equal(a->ram, b->ram);
    assert_string_equal(a->disk, b->disk);
}

static void
sums_clear(Sums *sums)
{
    g_free(sums->ram);
    g_free(sums->disk);
}
G_DEFINE_AUTO_CLEANUP_CLEAR_FUNC(Sums, sums_clear)

static void
make_content(Machine *machine)
{
    guest_says(machine, "ram set k before", "ok");
    guest_says(machine, "ram fill 256K before", "ok");
    guest_says(machine, "write #0 64K 256K pattern before", "ok");
}

static void
change_content(Machine *machine)
{
    guest_says(machine, "ram set k after", "ok");
    guest_says(machine, "ram set l after", "ok");
    guest_says(machine, "ram fill 128K after", "ok");
    guest_says(machine, "write #0 0 512K pattern after", "ok");
}

/* Long enough for the counter to tell before from after. */
#define A_WHILE_US 300000

static void
snapshot(Machine *machine, const char *verb)
{
    gboolean load = strcmp(verb, "load") == 0;
    if (load)
        machine_qmp(machine, "{'execute':'stop'}");
    g_autofree char *command = g_strdup_printf("{'execute':'snapshot-%s','arguments':{'job-id':'j',"
                                               "'tag':'s','vmstate':'d0','devices':['d0']}}",
                                               verb);
    machine_job(machine, command);
    if (load)
        machine_qmp(machine, "{'execute':'cont'}");
}

static void
a_snapshot_brings_it_back(Machine *machine)
{
    machine_kill(machine);
    machine_start(machine, "-blockdev driver=qcow2,node-name=d0,file.driver=file,file.filename=a"
                           " -device virtio-blk-pci,drive=d0");
    machine_greet(machine);
    make_content(machine);
    g_auto(Sums) before = sums_of(machine);
    snapshot(machine, "save");
    guint64 early = guest_counter(machine);
    change_content(machine);
    g_usleep(A_WHILE_US);
    guint64 late = guest_counter(machine);
    g_auto(Sums) changed = sums_of(machine);
    assert_string_not_equal(before.ram, changed.ram);
    assert_string_not_equal(before.disk, changed.disk);

    /* What is on its way then is not for the guest of that moment. */
    line_send(&machine->serial, "\x01"
                                "12345 ram set k bro");
    g_usleep(50000);
    gint64 start = g_get_monotonic_time();
    snapshot(machine, "load");
    guint64 back = guest_counter(machine);
    assert_true(back < late);
    assert_in_range(back, early / 2, early + 100 + (guint64)milliseconds_since(start));
    g_auto(Sums) after = sums_of(machine);
    assert_same(&before, &after);
    guest_says(machine, "ram get k", "ok before");
    guest_says(machine, "ram get l", "ok");
}

static void
a_stream_brings_it_back(Machine *machine)
{
    make_content(machine);
    g_auto(Sums) before = sums_of(machine);
    guint64 early = guest_counter(machine);
    machine_qmp(machine, "{'execute':'migrate-set-capabilities','arguments':{'capabilities':[{"
                         "'capability':'events','state':true}]}}");
    machine_qmp(machine, "{'execute':'migrate','arguments':{'uri':'exec:cat>stream'}}");
    for (const char *status = ""; strcmp(status, "completed") != 0;) {
        json_t *event = machine_event(machine, "MIGRATION");
        status = g_intern_string(
            json_string_value(json_object_get(json_object_get(event, "data"), "status")));
        assert_string_not_equal(status, "failed");
        json_decref(event);
    }
    machine_qmp(machine, "{'execute':'quit'}");
    assert_int_equal(machine_wait(machine), 0);

    machine_start(machine, DISKS " -incoming exec:cat<stream");
    machine_greet(machine);
    json_decref(machine_event(machine, "RESUME")); /* loading takes the bytes that came before */
    gint64 start = g_get_monotonic_time();
    guint64 back = guest_counter(machine);
    assert_in_range(back, early, early + 1000 + (guint64)milliseconds_since(start));
    g_auto(Sums) after = sums_of(machine);
    assert_same(&before, &after);
}

/* Where protocol.h says, for those who look from outside. */
static void
its_state_is_found_from_outside(Machine *machine)
{
    guest_says(machine, "ram set key value", "ok");
    guest_says(machine, "acpi ignore", "ok");
    guint64 counter = guest_counter(machine);
    machine_qmp(machine, "{'execute':'stop'}");
    machine_qmp(machine, "{'execute':'pmemsave','arguments':{'val':1048576,'size':4096,"
                         "'filename':'page'}}");
    g_autofree char *path = g_build_filename(machine->folder, "page", NULL);
    g_autofree char *page = NULL;
    gsize length = 0;
    assert_true(g_file_get_contents(path, &page, &length, NULL));
    assert_int_equal(length, 4096);
    const GuestState *state = (const GuestState *)page;
    assert_string_equal(state->magic, GUEST_STATE_MAGIC);
    assert_true(state->counter >= counter);
    assert_int_equal(state->acpi_ignored, 1);
    assert_int_equal(state->count, 1);
    assert_string_equal(state->values[0].key, "key");
    assert_string_equal(state->values[0].value, "value");
}

ON_EACH(a_snapshot_brings_it_back)
ON_EACH(a_stream_brings_it_back)
ON_EACH(its_state_is_found_from_outside)

int
main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_a_snapshot_brings_it_back),
        cmocka_unit_test(test_a_stream_brings_it_back),
        cmocka_unit_test(test_its_state_is_found_from_outside),
    };
    int lack = machine_lack();
    return lack != 0 ? lack : cmocka_run_group_tests(tests, NULL, NULL);
}
