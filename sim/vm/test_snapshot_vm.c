/* SPDX-License-Identifier: LGPL-2.1-or-later
 *
 * snapshot-save, -load and -delete.
 */
#include <errno.h>
#include "sim/vm/test_machine.h"

#define BOTH "{'job-id':'j','tag':'t','vmstate':'a','devices':['a','b']}"

static void
expect_failure(Rig *rig, const char *name, const char *arguments, const char *expected)
{
    g_autofree char *error = rig_job(rig, name, arguments);
    assert_non_null(error);
    assert_string_equal(error, expected);
}

static void
expect_success(Rig *rig, const char *name, const char *arguments)
{
    g_autofree char *error = rig_job(rig, name, arguments);
    assert_null(error);
}

static void
test_save_and_load_bring_disks_and_memory_back(void **state)
{
    Rig *rig = *state;
    rig_do(rig, "cont", NULL);
    g_free(rig_guest(rig, "write vda 0 64K A"));
    g_free(rig_guest(rig, "ram set k one"));
    rig_do(rig, "stop", NULL);
    g_autofree char *disk = rig_content(rig, "/a.qcow2", "digest");
    g_autofree char *memory = rig_ram_digest(rig, "vm");
    expect_success(rig, "snapshot-save", BOTH);
    g_autofree char *saved_disk = rig_content(rig, "/a.qcow2@t", "digest");
    g_autofree char *saved_memory = rig_content(rig, "/a.qcow2@t", "memory");
    assert_string_equal(saved_disk, disk);
    assert_string_equal(saved_memory, memory);
    g_autofree char *none = rig_content(rig, "/b.qcow2@t", "memory");
    assert_null(none);

    rig_do(rig, "cont", NULL);
    g_free(rig_guest(rig, "write vda 0 64K B"));
    g_free(rig_guest(rig, "ram set k two"));
    rig_do(rig, "stop", NULL);
    expect_success(rig, "snapshot-load", BOTH);
    rig_expect_status(rig, "paused");
    g_autofree char *disk_after = rig_content(rig, "/a.qcow2", "digest");
    g_autofree char *memory_after = rig_ram_digest(rig, "vm");
    assert_string_equal(disk_after, disk);
    assert_string_equal(memory_after, memory);
}

static void
test_a_running_guest_stops_and_resumes(void **state)
{
    Rig *rig = *state;
    rig_do(rig, "cont", NULL);
    rig_do(rig, "snapshot-save", BOTH);
    rig_expect_events(rig->vm, "RESUME created running STOP setup MIGRATION_PASS MIGRATION_PASS "
                               "completed RESUME waiting pending concluded");
    rig_do(rig, "job-dismiss", "{'id':'j'}");
    rig_do(rig, "snapshot-load", BOTH);
    rig_expect_events(rig->vm, "null created running STOP RESUME waiting pending concluded");
    rig_expect_status(rig, "running");
}

static void
test_a_failed_load_leaves_the_guest_stopped(void **state)
{
    Rig *rig = *state;
    rig_do(rig, "cont", NULL);
    expect_failure(rig, "snapshot-load", BOTH,
                   "Snapshot 't' does not exist in one or more devices");
    rig_expect_status(rig, "restore-vm");
    rig_do(rig, "cont", NULL);
    rig_expect_status(rig, "running");
}

static void
test_save_refusals(void **state)
{
    Rig *rig = *state;
    expect_failure(rig, "snapshot-save", "{'job-id':'j','tag':'t','vmstate':'x','devices':['a']}",
                   "vmstate block device 'x' does not exist");
    expect_failure(rig, "snapshot-save",
                   "{'job-id':'j','tag':'t','vmstate':'a','devices':['a','x']}",
                   "No block device node 'x'");
    expect_failure(rig, "snapshot-save", "{'job-id':'j','tag':'t','vmstate':'a','devices':[]}",
                   "At least one device is required for snapshot");
    expect_failure(rig, "snapshot-save",
                   "{'job-id':'j','tag':'t','vmstate':'fb','devices':['a','fb']}",
                   "Device 'fb' is writable but does not support snapshots");
    expect_success(rig, "snapshot-save", BOTH);
    expect_failure(rig, "snapshot-save", BOTH,
                   "Snapshot 't' already exists in one or more devices");
    rig_refused(rig, "snapshot-save", "{'job-id':'j','tag':'t','vmstate':'a'}",
                "Parameter 'devices' is missing");
    rig_refused(rig, "snapshot-save", "{'job-id':'0','tag':'t','vmstate':'a','devices':['a']}",
                "Invalid job ID '0'");
}

static void
test_a_disk_only_snapshot_is_not_loaded(void **state)
{
    Rig *rig = *state;
    rig_do(rig, "blockdev-snapshot-internal-sync", "{'device':'a','name':'d'}");
    expect_failure(rig, "snapshot-load", "{'job-id':'j','tag':'d','vmstate':'a','devices':['a']}",
                   "This is a disk-only snapshot. Revert to it  offline using qemu-img");
}

static void
test_a_save_that_fails_half_way_leaves_no_snapshot(void **state)
{
    Rig *rig = *state;
    sim_fs_set_fault(sim_world_fs(rig->world), "/b.qcow2", SIM_FS_WRITE, ENOSPC, 1);
    expect_failure(rig, "snapshot-save", BOTH,
                   "Could not create snapshot 't' on 'b': No space left on device");
    assert_null(sim_inspect_content(rig->world, "/a.qcow2@t"));
    assert_null(sim_inspect_content(rig->world, "/b.qcow2@t"));
}

static void
test_delete_takes_what_is_there(void **state)
{
    Rig *rig = *state;
    rig_do(rig, "blockdev-snapshot-internal-sync", "{'device':'b','name':'t'}");
    expect_success(rig, "snapshot-delete", "{'job-id':'j','tag':'t','devices':['a','b']}");
    assert_null(sim_inspect_content(rig->world, "/b.qcow2@t"));
    expect_success(rig, "snapshot-delete", "{'job-id':'j','tag':'t','devices':['a','b']}");
}

static void
test_delete_asks_first_what_can_have_snapshots(void **state)
{
    Rig *rig = *state;
    rig_do(rig, "blockdev-snapshot-internal-sync", "{'device':'b','name':'t'}");
    expect_failure(rig, "snapshot-delete", "{'job-id':'j','tag':'t','devices':['b','fb']}",
                   "Device 'fb' is writable but does not support snapshots");
    json_t *content = sim_inspect_content(rig->world, "/b.qcow2@t");
    assert_non_null(content);
    json_decref(content);
}

static void
test_a_tag_that_is_an_id_loads_the_other_one(void **state)
{
    Rig *rig = *state;
    rig_do(rig, "cont", NULL);
    g_free(rig_guest(rig, "ram set k first"));
    expect_success(rig, "snapshot-save", "{'job-id':'j','tag':'x','vmstate':'a','devices':['a']}");
    g_free(rig_guest(rig, "ram set k second"));
    expect_success(rig, "snapshot-save", "{'job-id':'j','tag':'1','vmstate':'a','devices':['a']}");
    expect_success(rig, "snapshot-load", "{'job-id':'j','tag':'1','vmstate':'a','devices':['a']}");
    g_autofree char *value = rig_guest(rig, "ram get k");
    assert_string_equal(value, "first");
}

int
main(void)
{
    const struct CMUnitTest tests[] = {
        RIG_TEST(test_save_and_load_bring_disks_and_memory_back),
        RIG_TEST(test_a_running_guest_stops_and_resumes),
        RIG_TEST(test_a_failed_load_leaves_the_guest_stopped),
        RIG_TEST(test_save_refusals),
        RIG_TEST(test_a_disk_only_snapshot_is_not_loaded),
        RIG_TEST(test_a_save_that_fails_half_way_leaves_no_snapshot),
        RIG_TEST(test_delete_takes_what_is_there),
        RIG_TEST(test_delete_asks_first_what_can_have_snapshots),
        RIG_TEST(test_a_tag_that_is_an_id_loads_the_other_one),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
