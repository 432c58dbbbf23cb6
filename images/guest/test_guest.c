/* SPDX-License-Identifier: LGPL-2.1-or-later
 *
 * Every command of the test guest, in real QEMU.
 */
#include "images/guest/test_machine.h"
#include "images/guest/content.h"

/* What the guest's hash must be, made here. */
static char *
ok_hash(const GuestHash *hash)
{
    return g_strdup_printf("ok %016" G_GINT64_MODIFIER "x", guest_hash_end(hash));
}

static void
disk_has(Machine *machine, const char *range, const guint8 *bytes, gsize length)
{
    GuestHash hash = {0};
    guest_hash_add(&hash, bytes, length);
    g_autofree char *command = g_strdup_printf("read %s", range);
    g_autofree char *expected = ok_hash(&hash);
    guest_says(machine, command, expected);
}

static void
writes_and_reads(Machine *machine)
{
    guint8 *bytes = g_malloc0(1 << 20);
    disk_has(machine, "abc 0 1M", bytes, 1 << 20);
    guest_says(machine, "write abc 64K 300K pattern A", "ok");
    guest_pattern_fill(bytes + (64 << 10), 64 << 10, 300 << 10, guest_stamp_of("A"));
    guest_says(machine, "write abc 100K 8K zero", "ok");
    memset(bytes + (100 << 10), 0, 8 << 10);
    disk_has(machine, "abc 0 1M", bytes, 1 << 20);
    disk_has(machine, "#1 0x10000 4096", bytes + 0x10000, 4096);
    guest_says(machine, "flush", "ok");

    /* The same on the host. */
    g_autofree char *path = g_build_filename(machine->folder, "b", NULL);
    g_autofree char *file = NULL;
    gsize length = 0;
    assert_true(g_file_get_contents(path, &file, &length, NULL));
    assert_int_equal(length, 1 << 20);
    assert_memory_equal(file, bytes, length);
    g_free(bytes);
}

static void
writes_between_sectors(Machine *machine)
{
    guint8 bytes[4096] = {0};
    guest_says(machine, "write abc 0 4K A", "ok");
    guest_pattern_fill(bytes, 0, 4096, guest_stamp_of("A"));
    guest_says(machine, "write abc 1021 1030 B", "ok");
    guest_pattern_fill(bytes + 1021, 1021, 1030, guest_stamp_of("B"));
    guest_says(machine, "write abc 4095 1 0", "ok");
    bytes[4095] = 0;
    disk_has(machine, "abc 0 4096", bytes, 4096);
    disk_has(machine, "abc 1001 1999", bytes + 1001, 1999);
    disk_has(machine, "abc 7 0", bytes, 0);
}

static void
refuses_what_it_cannot_do(Machine *machine)
{
    static const char *const dialogue[][2] = {
        {"write vdx 0 64K A", "error invalid guest: there is no disk 'vdx'"},
        {"read #2 0 64K", "error invalid guest: there is no disk '#2'"},
        {"read abc zero 64K", "error invalid guest: 'zero' is not a size"},
        {"read abc 0 64KB", "error invalid guest: '64KB' is not a size"},
        {"read abc 0 99999999999999999999",
         "error invalid guest: '99999999999999999999' is not a size"},
        {"read abc 0 1025K", "error failed guest: beyond the end of disk 'abc'"},
        {"write abc 16777215T 1T A", "error failed guest: beyond the end of disk 'abc'"},
        {"write abc 0 64K", "error invalid guest: 'write' is no guest command"},
        {"write abc 0 64K model A", "error invalid guest: 'write' is no guest command"},
        {"ram", "error invalid guest: 'ram' is no guest command"},
        {"", "error invalid guest: '' is no guest command"},
        {"a b c d e f g h i j", "error invalid guest: 'a' is no guest command"},
        {"acpi maybe", "error invalid guest: acpi is 'answer' or 'ignore'"},
        {"ram fill 64M A", "error invalid guest: beyond the end of RAM: '64M'"},
    };
    for (guint i = 0; i < G_N_ELEMENTS(dialogue); i++)
        guest_says(machine, dialogue[i][0], dialogue[i][1]);
    GuestHash nothing = {0};
    for (guint i = 0; i < 1 << 20; i += GUEST_SECTOR)
        guest_hash_add(&nothing, (guint8[GUEST_SECTOR]){0}, GUEST_SECTOR);
    g_autofree char *unchanged = ok_hash(&nothing);
    guest_says(machine, "read abc 0 1M", unchanged);
}

static void
tells_of_its_disks(Machine *machine)
{
    guest_says(machine, "disk #0", "ok - 67108864 rw");
    guest_says(machine, "disk #1", "ok abc 1048576 rw");
    guest_says(machine, "disk abc", "ok abc 1048576 rw");
}

static void
keeps_values(Machine *machine)
{
    g_autofree char *before = machine_guest(machine, "ram sum");
    guest_says(machine, "ram get k", "ok");
    guest_says(machine, "ram set k v", "ok");
    guest_says(machine, "ram set a 1", "ok");
    g_autofree char *first = machine_guest(machine, "ram sum");
    guest_says(machine, "ram set k w", "ok");
    guest_says(machine, "ram get k", "ok w");
    guest_says(machine, "ram get a", "ok 1");
    g_autofree char *second = machine_guest(machine, "ram sum");
    guest_says(machine, "ram set k v", "ok");
    guest_says(machine, "ram sum", first);
    assert_string_not_equal(before, first);
    assert_string_not_equal(first, second);
    for (guint i = 2; i < GUEST_VALUES; i++) {
        g_autofree char *command = g_strdup_printf("ram set key%u x", i);
        guest_says(machine, command, "ok");
    }
    guest_says(machine, "ram set more x",
               "error invalid guest: there is no room in RAM for 'more'");
    guest_says(machine, "ram get key39", "ok x");
}

static void
sums_up_its_memory(Machine *machine)
{
    guint8 *region = g_malloc(1 << 20);
    GuestHash hash = {0};
    guest_pattern_fill(region, 0, 1 << 20, guest_stamp_of("R"));
    guest_hash_add(&hash, region, 1 << 20);
    g_autofree char *expected = ok_hash(&hash);
    guest_says(machine, "ram fill 1M R", "ok");
    guest_says(machine, "ram sum", expected);
    g_free(region);
}

static void
counts(Machine *machine)
{
    guint64 first = guest_counter(machine);
    g_usleep(200000);
    guint64 second = guest_counter(machine);
    assert_in_range(second - first, 100, 60000);
    machine_qmp(machine, "{'execute':'stop'}");
    g_usleep(300000);
    gint64 start = g_get_monotonic_time();
    machine_qmp(machine, "{'execute':'cont'}");
    guint64 third = guest_counter(machine);
    assert_in_range(third - second, 1, 250 + (guint64)milliseconds_since(start));
}

static void
throws_away_half_lines(Machine *machine)
{
    line_send(&machine->serial, "77 counter\n\x01"
                                "78 ram set k old\x01"
                                "79 ram set a new\n");
    g_autofree char *answer = machine_answer(machine, 79);
    assert_string_equal(answer, "ok");
    guest_says(machine, "ram get k", "ok");
    guest_says(machine, "ram get a", "ok new");
    g_autofree char *endless = g_strnfill(5000, 'x');
    line_send(&machine->serial, "\x01");
    line_send(&machine->serial, endless);
    guest_says(machine, "ram get a", "ok new");
}

/* A read-only disk, and one of which half cannot be read or written. */
static void
sees_the_errors_of_its_disks(Machine *machine)
{
    machine_kill(machine);
    machine_start(machine,
                  "-blockdev driver=raw,node-name=d1,read-only=on,file.driver=file,file.filename=b"
                  " -device virtio-blk-pci,drive=d1,serial=abc"
                  " -blockdev {\"driver\":\"blkdebug\",\"node-name\":\"d0\",\"inject-error\":[{"
                  "\"event\":\"none\",\"iotype\":\"write\",\"errno\":5,\"sector\":2},{"
                  "\"event\":\"none\",\"iotype\":\"read\",\"errno\":5,\"sector\":4},{"
                  "\"event\":\"none\",\"iotype\":\"flush\",\"errno\":5}],"
                  "\"image\":{\"driver\":\"file\",\"filename\":\"a\"}}"
                  " -device virtio-blk-pci,drive=d0,serial=bad,werror=report,rerror=report");
    machine_greet(machine);
    guest_says(machine, "disk abc", "ok abc 1048576 ro");
    guest_says(machine, "write abc 0 512 A",
               "error failed guest: cannot write disk 'abc': Read-only file system");
    guest_says(machine, "flush abc", "ok");
    guest_says(machine, "write bad 0 512 A", "ok");
    guest_says(machine, "write bad 1024 512 A",
               "error failed guest: cannot write disk 'bad': Input/output error");
    guest_says(machine, "read bad 2048 512",
               "error failed guest: cannot read disk 'bad': Input/output error");
    guest_says(machine, "flush", "error failed guest: cannot flush disk '#1': Input/output error");
    guest_says(machine, "flush bad",
               "error failed guest: cannot flush disk 'bad': Input/output error");
}

ON_EACH(writes_and_reads)
ON_EACH(writes_between_sectors)
ON_EACH(refuses_what_it_cannot_do)
ON_EACH(tells_of_its_disks)
ON_EACH(keeps_values)
ON_EACH(sums_up_its_memory)
ON_EACH(counts)
ON_EACH(throws_away_half_lines)
ON_EACH(sees_the_errors_of_its_disks)

int
main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_writes_and_reads),
        cmocka_unit_test(test_writes_between_sectors),
        cmocka_unit_test(test_refuses_what_it_cannot_do),
        cmocka_unit_test(test_tells_of_its_disks),
        cmocka_unit_test(test_keeps_values),
        cmocka_unit_test(test_sums_up_its_memory),
        cmocka_unit_test(test_counts),
        cmocka_unit_test(test_throws_away_half_lines),
        cmocka_unit_test(test_sees_the_errors_of_its_disks),
    };
    int lack = machine_lack();
    return lack != 0 ? lack : cmocka_run_group_tests(tests, NULL, NULL);
}
