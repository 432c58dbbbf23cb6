/* SPDX-License-Identifier: LGPL-2.1-or-later
 *
 * Memory in a file, and what becomes of it when a step fails.
 */
#include "harness/target/test_snapshot.h"

#define CREATE(name) VIR_DOMAIN_SNAPSHOT_CREATE_##name
#define MEMORY "/sim/images/s1.mem"
#define PARTIAL MEMORY ".partial"
#define OVERLAY_A "/sim/images/vda.s1"
#define OVERLAY_B "/sim/images/vdb.s1"

static gboolean
create_at(const char *path, guint32 flags)
{
    g_autofree char *name = NULL;
    g_autofree char *xml = g_strdup_printf(
        "<domainsnapshot><name>s1</name><memory snapshot='external' file='%s'/></domainsnapshot>",
        path);
    return vm_snapshot_create_xml(driver, "vm", xml, flags, &name, &failure);
}

static gboolean
create_mixed(guint32 flags)
{
    g_autofree char *name = NULL;
    return vm_snapshot_create_xml(
        driver, "vm",
        "<domainsnapshot><name>s1</name><disks><disk name='vda' snapshot='internal'/>"
        "<disk name='vdb' snapshot='external'/></disks></domainsnapshot>",
        CREATE(DISK_ONLY) | flags, &name, &failure);
}

static gboolean
is_there(const char *path)
{
    return vm_store_kind(sim_world_store(world), path) != VM_FILE_MISSING;
}

static void
assert_nothing_left(void)
{
    assert_false(is_there(MEMORY));
    assert_false(is_there(PARTIAL));
    assert_false(is_there(OVERLAY_A));
    assert_false(is_there(OVERLAY_B));
    assert_false(is_there("/sim/lib/qemu/intent/vm.json"));
    assert_tree("");
}

/* A running guest whose snapshot fails does not notice, and the next one is made. */
static void
assert_undone(void)
{
    no_faults();
    assert_nothing_left();
    assert_events("");
    assert_domain_state(VIR_DOMAIN_RUNNING, VIR_DOMAIN_RUNNING_BOOTED);
    guest("write vda 0 64K C");
    assert_done(create_at(MEMORY, 0));
    assert_tree_stays("s1<*");
    assert_true(is_there(MEMORY));
}

static void
run(void)
{
    assert_done(start());
    g_free(take_events());
}

static void
file_fault(const char *path, guint32 ops, int number)
{
    sim_fs_set_fault(sim_world_fs(world), path, ops, number, 1);
}

/* ---- the file ---- */

static void
full_disk_leaves_no_file(void **state)
{
    (void)state;
    static const guint32 flags[] = {0, CREATE(LIVE)};
    for (guint i = 0; i < G_N_ELEMENTS(flags); i++) {
        if (i > 0)
            open_world(VM_PROFILE_RFC);
        run();
        sim_fs_set_fault(sim_world_fs(world), PARTIAL, SIM_FS_WRITE, ENOSPC, -1);
        assert_refused(create_at(MEMORY, flags[i]), VIR_ERR_SYSTEM_ERROR);
        assert_undone();
        if (i == 0)
            close_world(NULL);
    }
}

/* The header fits, what follows does not. */
static void
fill_disk(void)
{
    sim_fs_set_fault(sim_world_fs(world), PARTIAL, SIM_FS_WRITE, ENOSPC, -1);
}

static void
disk_that_fills_up_leaves_no_file(void **state)
{
    (void)state;
    run();
    images.meanwhile = fill_disk;
    assert_refused(create_at(MEMORY, 0), VIR_ERR_OPERATION_FAILED);
    images.meanwhile = NULL;
    assert_undone();
}

static void
disk_that_fills_up_below_a_running_guest_leaves_no_file(void **state)
{
    (void)state;
    run();
    images.meanwhile = fill_disk;
    assert_refused(create_at(MEMORY, CREATE(LIVE)), VIR_ERR_OPERATION_FAILED);
    images.meanwhile = NULL;
    assert_undone();
}

static void
file_that_is_not_durable_is_none(void **state)
{
    (void)state;
    run();
    file_fault(PARTIAL, SIM_FS_SYNC, EIO);
    assert_refused(create_at(MEMORY, CREATE(LIVE)), VIR_ERR_SYSTEM_ERROR);
    assert_undone();
}

static void
file_without_its_name_is_none(void **state)
{
    (void)state;
    run();
    file_fault(PARTIAL, SIM_FS_RENAME, EIO);
    assert_refused(create_at(MEMORY, 0), VIR_ERR_SYSTEM_ERROR);
    assert_undone();
}

static void
other_spelling_of_a_disk_is_refused(void **state)
{
    (void)state;
    run();
    assert_refused(create_at("/sim/images/../images/vdb.qcow2", 0), VIR_ERR_CONFIG_UNSUPPORTED);
    assert_refused(create_at("/sim/images//vda.s1", 0), VIR_ERR_CONFIG_UNSUPPORTED);
    assert_undone();
}

/* ---- later steps ---- */

static void
stream_that_does_not_begin_leaves_no_file(void **state)
{
    (void)state;
    run();
    images.command = "migrate";
    assert_refused(create_at(MEMORY, 0), VIR_ERR_OPERATION_FAILED);
    assert_undone();
}

static void
stream_whose_end_is_not_told_leaves_no_file(void **state)
{
    (void)state;
    run();
    images.command = "query-migrate";
    assert_refused(create_at(MEMORY, CREATE(LIVE)), VIR_ERR_OPERATION_FAILED);
    assert_undone();
}

static void
failed_switch_removes_the_file(void **state)
{
    (void)state;
    run();
    images.command = "transaction";
    assert_refused(create_at(MEMORY, 0), VIR_ERR_OPERATION_FAILED);
    assert_undone();
}

static void
failed_metadata_removes_the_file(void **state)
{
    (void)state;
    run();
    fault(METADATA "s1.xml*", SIM_FS_CHANGE, -1);
    assert_refused(create_at(MEMORY, CREATE(LIVE)), VIR_ERR_SYSTEM_ERROR);
    assert_undone();
}

static void
guest_that_cannot_go_on_keeps_its_moment(void **state)
{
    (void)state;
    run();
    images.command = "cont";
    assert_refused(create_at(MEMORY, 0), VIR_ERR_OPERATION_FAILED);
    assert_events("suspended/paused suspended/api-error");
    assert_domain_state(VIR_DOMAIN_PAUSED, VIR_DOMAIN_PAUSED_API_ERROR);
    assert_true(is_there(MEMORY));
    assert_tree_stays("s1<*");
    assert_domain_state(VIR_DOMAIN_PAUSED, VIR_DOMAIN_PAUSED_API_ERROR);
    assert_done(vm_domain_resume(driver, "vm", &failure));
}

static void
power_off(void)
{
    guest("poweroff");
}

static void
guest_that_powers_off_meanwhile_is_no_moment(void **state)
{
    (void)state;
    run();
    images.meanwhile = power_off;
    assert_refused(create_at(MEMORY, CREATE(LIVE)), VIR_ERR_OPERATION_FAILED);
    images.meanwhile = NULL;
    assert_domain_state(VIR_DOMAIN_SHUTOFF, VIR_DOMAIN_SHUTOFF_SHUTDOWN);
    assert_nothing_left();
    assert_done(start());
}

static void
driver_that_takes_over_ends_the_stream(void **state)
{
    (void)state;
    run();
    images.meanwhile = die;
    assert_refused(create_at(MEMORY, CREATE(LIVE)), VIR_ERR_OPERATION_FAILED);
    images.meanwhile = NULL;
    images.command = "migrate_cancel"; /* it is asked for, whatever comes of it */
    take_over();
    assert_null(images.command);
    g_free(take_events());
    assert_nothing_left();
    assert_done(create_at(MEMORY, 0));
}

/* ---- what the guest does meanwhile ---- */

static void
write_d(void)
{
    guest("write vda 0 64K D");
    guest("flush");
}

/* The moment is the end of the stream, of the disks as of the memory. */
static void
guest_of_a_live_moment_works_on(void **state)
{
    (void)state;
    run();
    g_autofree char *before = content(VDA);
    images.meanwhile = write_d;
    assert_done(create_at(MEMORY, CREATE(LIVE)));
    images.meanwhile = NULL;
    g_autofree char *after = content(VDA);
    assert_string_not_equal(before, after);
    assert_content(OVERLAY_A, after);
    assert_domain_state(VIR_DOMAIN_RUNNING, VIR_DOMAIN_RUNNING_UNPAUSED);
}

static gboolean wrote;

static void
try_to_write(void)
{
    g_autoptr(GError) refused = NULL;
    wrote = sim_world_guest(world, "vm", "write vda 0 64K D", NULL, &refused);
}

static void
guest_of_another_stands_still(void **state)
{
    (void)state;
    run();
    wrote = TRUE;
    images.meanwhile = try_to_write;
    assert_done(create_at(MEMORY, 0));
    images.meanwhile = NULL;
    assert_false(wrote);
    guest("write vda 0 64K D");
}

static gboolean too_fast;

static void
write_fast(void)
{
    too_fast = TRUE;
}

static json_t *
tell_of_many_passes(VmInstance *instance, gboolean wait)
{
    if (!too_fast)
        return images.inner->ops->next_event(instance, wait);
    too_fast = FALSE;
    return json_pack("{s:s, s:{s:i}}", "event", "MIGRATION_PASS", "data", "pass", 16);
}

/* Else the stream would have no end. */
static void
guest_that_writes_faster_than_its_memory_is_stopped(void **state)
{
    (void)state;
    run();
    images.ops.next_event = tell_of_many_passes;
    images.meanwhile = write_fast;
    images.command = "stop"; /* nothing else asks for it; it fails, and that does no harm */
    assert_done(create_at(MEMORY, CREATE(LIVE)));
    images.meanwhile = NULL;
    assert_null(images.command);
    assert_events("suspended/paused resumed/unpaused");
    assert_domain_state(VIR_DOMAIN_RUNNING, VIR_DOMAIN_RUNNING_UNPAUSED);
}

/* ---- disks inside and outside ---- */

static void
mixed_switch_that_fails_leaves_nothing(void **state)
{
    (void)state;
    run();
    images.command = "transaction";
    assert_refused(create_mixed(0), VIR_ERR_OPERATION_FAILED);
    assert_tags(VDA, "");
    assert_nothing_left();
    assert_domain_state(VIR_DOMAIN_RUNNING, VIR_DOMAIN_RUNNING_BOOTED);
}

static void
mixed_tag_that_fails_leaves_no_overlay(void **state)
{
    (void)state;
    images.path = VDA;
    images.verb = VM_IMAGE_SNAPSHOT_CREATE;
    assert_refused(create_mixed(0), VIR_ERR_OPERATION_FAILED);
    assert_tags(VDA, "");
    assert_nothing_left();
    assert_done(create_mixed(0));
}

static void
mixed_metadata_that_fails_takes_the_tag_away(void **state)
{
    (void)state;
    fault(METADATA "s1.xml*", SIM_FS_CHANGE, -1);
    assert_refused(create_mixed(0), VIR_ERR_SYSTEM_ERROR);
    no_faults();
    assert_tags(VDA, "");
    assert_nothing_left();
}

static void
mixed_moment_outlives_a_power_cut(void **state)
{
    (void)state;
    assert_done(create("s0", 0));
    run();
    assert_done(create_mixed(0));
    sim_world_power_cut(world);
    restart();
    assert_tags(VDA, "s0 s1");
    assert_tags(VDB, "s0");
    assert_true(is_there(OVERLAY_B));
    assert_tree_stays("s0< s1<s0*");
}

int
main(void)
{
#define RFC(test) cmocka_unit_test_setup_teardown(test, open_rfc, close_world)
    const struct CMUnitTest tests[] = {
        RFC(full_disk_leaves_no_file),
        RFC(disk_that_fills_up_leaves_no_file),
        RFC(disk_that_fills_up_below_a_running_guest_leaves_no_file),
        RFC(file_that_is_not_durable_is_none),
        RFC(file_without_its_name_is_none),
        RFC(other_spelling_of_a_disk_is_refused),
        RFC(stream_that_does_not_begin_leaves_no_file),
        RFC(stream_whose_end_is_not_told_leaves_no_file),
        RFC(failed_switch_removes_the_file),
        RFC(failed_metadata_removes_the_file),
        RFC(guest_that_cannot_go_on_keeps_its_moment),
        RFC(guest_that_powers_off_meanwhile_is_no_moment),
        RFC(driver_that_takes_over_ends_the_stream),
        RFC(guest_of_a_live_moment_works_on),
        RFC(guest_of_another_stands_still),
        RFC(guest_that_writes_faster_than_its_memory_is_stopped),
        RFC(mixed_switch_that_fails_leaves_nothing),
        RFC(mixed_tag_that_fails_leaves_no_overlay),
        RFC(mixed_metadata_that_fails_takes_the_tag_away),
        RFC(mixed_moment_outlives_a_power_cut),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
