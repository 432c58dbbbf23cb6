/* SPDX-License-Identifier: LGPL-2.1-or-later
 *
 * Backups: what is copied, when, and what a guest write meets.
 */
#include <errno.h>
#include "sim/vm/test_backup.h"

#define SLOW "'speed':65536,'x-perf':{'max-chunk':65536}"

static void
test_a_full_backup_copies_everything(void **state)
{
    Rig *rig = *state;
    guint nodes = rig_node_count(rig);
    rig_guest_all(rig, "write vda 0 256K A");
    rig_do(rig, "blockdev-backup", "{'job-id':'j','device':'a','target':'b','sync':'full'}");
    rig_expect_events(rig->vm, "created running paused running waiting pending BLOCK_JOB_COMPLETED "
                               "concluded null");
    rig_expect_extents(rig, "b", "0+256=A 256+768=0");
    assert_int_equal(rig_node_count(rig), nodes);
    rig_do(rig, "blockdev-del", "{'node-name':'b'}");
}

static void
test_what_is_overwritten_is_copied_first(void **state)
{
    Rig *rig = *state;
    rig_guest_all(rig, "write vda 0 1M A");
    rig_do(rig, "blockdev-backup",
           "{'job-id':'j','device':'a','target':'b','sync':'full'," SLOW "}");
    assert_int_equal(rig_job_figure(rig, "offset"), 65536);
    rig_do(rig, "job-pause", "{'id':'j'}");
    g_free(rig_guest(rig, "write vda 960K 1K B"));
    rig_expect_extents(rig, "b", "0+64=A 960+64=A");
    assert_int_equal(rig_job_figure(rig, "offset"), 131072);
    assert_int_equal(rig_job_figure(rig, "len"), 1 << 20);
    g_free(rig_guest(rig, "write vda 0 64K B"));
    rig_do(rig, "job-resume", "{'id':'j'}");
    g_free(rig_events(rig->vm));
    rig_expect_extents(rig, "b", "0+1024=A");
    rig_expect_extents(rig, "a", "0+64=B 64+896=A 960+1=B 961+63=A");
}

static void
test_the_filter_shows_what_it_copied(void **state)
{
    Rig *rig = *state;
    rig_do(rig, "cont", NULL);
    rig_do(rig, "blockdev-backup",
           "{'job-id':'j','device':'a','target':'b','sync':'full','filter-node-name':'f'," SLOW
           "}");
    rig_expect_bitmaps(rig, "f", ":1024k :0k");
    rig_expect_bitmaps(rig, "a", ":1024k");
    g_free(rig_guest(rig, "write vda 511K 2K B"));
    rig_expect_bitmaps(rig, "f", ":1024k :128k");
    rig_expect_bitmaps(rig, "a", ":896k");
    rig_refused(rig, "blockdev-del", "{'node-name':'f'}", "Node f is in use");
    rig_refused(rig, "blockdev-del", "{'node-name':'b'}",
                "Node 'b' is busy: block device is in use by block job: backup");
    rig_refused(rig, "blockdev-backup", "{'job-id':'k','device':'a','target':'b','sync':'full'}",
                "Node 'b' is busy: block device is in use by block job: backup");
}

static void
test_none_copies_only_what_is_overwritten(void **state)
{
    Rig *rig = *state;
    rig_guest_all(rig, "write vda 0 1M A");
    rig_do(rig, "blockdev-backup", "{'job-id':'j','device':'a','target':'b','sync':'none'}");
    g_free(rig_events(rig->vm));
    rig_expect_extents(rig, "b", "");
    g_free(rig_guest(rig, "write vda 100K 100K B"));
    g_free(rig_guest(rig, "write vda 100K 100K C"));
    rig_expect_extents(rig, "b", "64+192=A");
    assert_int_equal(rig_job_figure(rig, "offset"), 192 * 1024);
    rig_do(rig, "block-job-cancel", "{'device':'j'}");
    rig_expect_events(rig->vm, "aborting BLOCK_JOB_CANCELLED concluded null");
    g_free(rig_guest(rig, "write vda 0 64K C"));
    rig_expect_extents(rig, "b", "64+192=A");
}

static void
test_an_overlay_of_the_source_shows_the_old_disk(void **state)
{
    Rig *rig = *state;
    rig_guest_all(rig, "write vda 0 512K A");
    rig_image(rig, "/s.qcow2", "/a.qcow2");
    rig_do(rig, "blockdev-add", "{'driver':'file','node-name':'fs','filename':'/s.qcow2'}");
    rig_do(rig, "blockdev-add", "{'driver':'qcow2','node-name':'s','file':'fs','backing':'a'}");
    SimNode *scratch = sim_graph_find(rig_machine(rig)->graph, "s");
    g_autoptr(SimContent) before = sim_node_content(scratch);
    g_autofree char *good = sim_content_digest(before, 1 << 20);
    rig_do(rig, "blockdev-backup", "{'job-id':'j','device':'a','target':'s','sync':'none'}");
    g_free(rig_guest(rig, "write vda 0 600K B"));
    g_autoptr(SimContent) after = sim_node_content(scratch);
    g_autofree char *seen = sim_content_digest(after, 1 << 20);
    assert_string_equal(seen, good);
    rig_do(rig, "job-cancel", "{'id':'j'}");
    rig_do(rig, "blockdev-del", "{'node-name':'s'}");
}

static void
test_top_copies_what_the_source_holds_itself(void **state)
{
    Rig *rig = *state;
    rig_guest_all(rig, "write vda 0 1M A");
    rig_image(rig, "/o.qcow2", NULL);
    rig_do(rig, "blockdev-add", "{'driver':'file','node-name':'fo','filename':'/o.qcow2'}");
    rig_do(rig, "blockdev-add", "{'driver':'qcow2','node-name':'o','file':'fo','backing':null}");
    rig_do(rig, "blockdev-snapshot", "{'node':'a','overlay':'o'}");
    g_free(rig_guest(rig, "write vda 130K 2K B"));
    rig_do(rig, "blockdev-backup",
           "{'job-id':'j','device':'o','target':'b','sync':'top','auto-finalize':false}");
    g_free(rig_events(rig->vm));
    assert_int_equal(rig_job_figure(rig, "len"), 65536);
    rig_expect_extents(rig, "b", "128+2=A 130+2=B 132+60=A");
    rig_do(rig, "job-finalize", "{'id':'j'}");
}

static void
test_an_error_of_the_target_fails_the_job(void **state)
{
    Rig *rig = *state;
    sim_fs_set_fault(sim_world_fs(rig->world), "/b.qcow2", SIM_FS_WRITE, EIO, 1);
    rig_do(rig, "blockdev-backup",
           "{'job-id':'j','device':'a','target':'b','sync':'full','auto-dismiss':false}");
    rig_expect_events(rig->vm, "created running paused running BLOCK_JOB_ERROR aborting "
                               "BLOCK_JOB_COMPLETED concluded");
    json_t *jobs = vm_qmp_ask(rig->vm, "query-jobs", NULL, NULL);
    assert_string_equal(json_string_value(json_object_get(json_array_get(jobs, 0), "error")),
                        "Input/output error");
    json_decref(jobs);
    rig_do(rig, "blockdev-del", "{'node-name':'b'}");
}

static void
test_a_job_that_stops_at_an_error_can_go_on(void **state)
{
    Rig *rig = *state;
    rig_guest_all(rig, "write vda 0 1M A");
    sim_fs_set_fault(sim_world_fs(rig->world), "/b.qcow2", SIM_FS_WRITE, ENOSPC, 1);
    rig_do(rig, "blockdev-backup",
           "{'job-id':'j','device':'a','target':'b','sync':'full','on-target-error':'enospc'}");
    rig_expect_events(rig->vm, "created running paused running BLOCK_JOB_ERROR paused");
    rig_do(rig, "job-resume", "{'id':'j'}");
    rig_expect_events(rig->vm, "running waiting pending BLOCK_JOB_COMPLETED concluded null");
    rig_expect_extents(rig, "b", "0+1024=A");
}

static void
test_a_source_that_cannot_be_read_is_ignored_as_asked(void **state)
{
    Rig *rig = *state;
    sim_fs_set_fault(sim_world_fs(rig->world), "/a.qcow2", SIM_FS_READ, EIO, 2);
    rig_do(rig, "blockdev-backup",
           "{'job-id':'j','device':'a','target':'b','sync':'full','on-source-error':'ignore'}");
    rig_expect_events(rig->vm, "created running paused running BLOCK_JOB_ERROR BLOCK_JOB_ERROR "
                               "waiting pending BLOCK_JOB_COMPLETED concluded null");
}

static void
test_a_guest_write_fails_when_the_old_data_cannot_be_kept(void **state)
{
    Rig *rig = *state;
    rig_guest_all(rig, "write vda 0 1M A");
    rig_do(rig, "blockdev-backup", "{'job-id':'j','device':'a','target':'b','sync':'none'}");
    sim_fs_set_fault(sim_world_fs(rig->world), "/b.qcow2", SIM_FS_WRITE, EIO, 1);
    g_autoptr(GError) error = NULL;
    assert_false(sim_world_guest(rig->world, "vm", "write vda 0 64K B", NULL, &error));
    rig_expect_extents(rig, "a", "0+1024=A");
    g_free(rig_guest(rig, "write vda 0 64K B"));
    rig_expect_extents(rig, "b", "0+64=A");
}

static void
test_a_snapshot_of_the_source_goes_below_the_filter(void **state)
{
    Rig *rig = *state;
    rig_guest_all(rig, "write vda 0 1M A");
    rig_image(rig, "/o.qcow2", NULL);
    rig_do(rig, "blockdev-add", "{'driver':'file','node-name':'fo','filename':'/o.qcow2'}");
    rig_do(rig, "blockdev-add", "{'driver':'qcow2','node-name':'o','file':'fo','backing':null}");
    rig_do(rig, "blockdev-backup",
           "{'job-id':'j','device':'a','target':'b','sync':'none','filter-node-name':'f'}");
    rig_do(rig, "blockdev-snapshot", "{'node':'a','overlay':'o'}");
    g_free(rig_guest(rig, "write vda 0 64K B"));
    rig_expect_extents(rig, "b", "0+64=A");
    rig_expect_extents(rig, "o", "0+64=B");
    rig_refused(rig, "blockdev-snapshot", "{'node':'f','overlay':'o'}",
                "Node 'f' is busy: block device is in use by block job: backup");
    rig_do(rig, "job-cancel", "{'id':'j'}");
    g_free(rig_guest(rig, "write vda 64K 64K B"));
    rig_expect_extents(rig, "o", "0+128=B");
}

static void
test_a_process_may_die_with_a_backup(void **state)
{
    Rig *rig = *state;
    rig_add_bitmap(rig, "m", 0);
    rig_do(rig, "blockdev-backup",
           "{'job-id':'j','device':'a','target':'b','sync':'bitmap','bitmap':'m',"
           "'bitmap-mode':'always','auto-finalize':false}");
    rig->hv->ops->kill(rig->vm);
    assert_true(rig->hv->ops->ended(rig->vm, NULL));
}

int
main(void)
{
    const struct CMUnitTest tests[] = {
        RIG_TEST(test_a_full_backup_copies_everything),
        RIG_TEST(test_what_is_overwritten_is_copied_first),
        RIG_TEST(test_the_filter_shows_what_it_copied),
        RIG_TEST(test_none_copies_only_what_is_overwritten),
        RIG_TEST(test_an_overlay_of_the_source_shows_the_old_disk),
        RIG_TEST(test_top_copies_what_the_source_holds_itself),
        RIG_TEST(test_an_error_of_the_target_fails_the_job),
        RIG_TEST(test_a_job_that_stops_at_an_error_can_go_on),
        RIG_TEST(test_a_source_that_cannot_be_read_is_ignored_as_asked),
        RIG_TEST(test_a_guest_write_fails_when_the_old_data_cannot_be_kept),
        RIG_TEST(test_a_snapshot_of_the_source_goes_below_the_filter),
        RIG_TEST(test_a_process_may_die_with_a_backup),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
