/* SPDX-License-Identifier: LGPL-2.1-or-later
 *
 * Backups as actions of a transaction, alone and grouped.
 */
#include <errno.h>
#include "sim/vm/test_backup.h"

#define BACKUP(job, device, target, more)                                                          \
    "{'type':'blockdev-backup','data':{'job-id':'" job "','device':'" device "','target':'" target \
    "'," more "}}"
#define GROUPED ",'properties':{'completion-mode':'grouped'}"

/* Two more disks: c to be backed up to d. */
static void
add_pair(Rig *rig)
{
    rig_image(rig, "/c.qcow2", NULL);
    rig_image(rig, "/d.qcow2", NULL);
    rig_do(rig, "blockdev-add",
           "{'driver':'qcow2','node-name':'c','file':{'driver':'file','filename':'/c.qcow2'}}");
    rig_do(rig, "blockdev-add",
           "{'driver':'qcow2','node-name':'d','file':{'driver':'file','filename':'/d.qcow2'}}");
}

static void
test_a_bitmap_begins_where_the_backup_is_taken(void **state)
{
    Rig *rig = *state;
    rig_guest_all(rig, "write vda 0 256K A");
    rig_do(rig, "transaction",
           "{'actions':[{'type':'block-dirty-bitmap-add','data':{'node':'a','name':'m'}}," BACKUP(
               "j", "a", "b", "'sync':'full','speed':65536") "]}");
    rig_expect_bitmaps(rig, "a", ":1024k m:0k*");
    g_free(rig_guest(rig, "write vda 0 64K B"));
    g_free(rig_events(rig->vm));
    rig_expect_bitmaps(rig, "a", "m:64k*");
    rig_expect_extents(rig, "b", "0+256=A 256+768=0");
}

static void
test_an_aborted_backup_leaves_nothing(void **state)
{
    Rig *rig = *state;
    rig_add_bitmap(rig, "m", 65536);
    rig_guest_all(rig, "write vda 0 64K A");
    json_t *before = sim_inspect_nodes(rig->world, "vm");
    rig_refused(
        rig, "transaction",
        "{'actions':[" BACKUP("j", "a", "b",
                              "'sync':'incremental','bitmap':'m'") ",{'type':'abort','data':{}}]}",
        "Transaction aborted using Abort action");
    json_t *after = sim_inspect_nodes(rig->world, "vm");
    assert_true(json_equal(before, after));
    json_decref(before);
    json_decref(after);
    rig_expect_bitmaps(rig, "a", "m:64k*");
    rig_expect_events(rig->vm, "created aborting concluded null");
}

static void
test_an_aborted_group_leaves_nothing(void **state)
{
    Rig *rig = *state;
    add_pair(rig);
    guint nodes = rig_node_count(rig);
    rig_refused(rig, "transaction",
                "{'actions':[" BACKUP("ja", "a", "b", "'sync':'full'") "," BACKUP(
                    "jc", "c", "d", "'sync':'full'") ",{'type':'abort','data':{}}]" GROUPED "}",
                "Transaction aborted using Abort action");
    assert_int_equal(rig_node_count(rig), nodes);
    rig_expect_events(rig->vm, "created created aborting concluded null aborting concluded null");
}

static void
test_backup_then_snapshot(void **state)
{
    Rig *rig = *state;
    rig_guest_all(rig, "write vda 0 1M A");
    rig_image(rig, "/o.qcow2", NULL);
    rig_do(rig, "blockdev-add",
           "{'driver':'qcow2','node-name':'o','backing':null,"
           "'file':{'driver':'file','filename':'/o.qcow2'}}");
    rig_do(rig, "transaction",
           "{'actions':[" BACKUP(
               "j", "a", "b", "'sync':'full','speed':65536") ",{'type':'blockdev-snapshot','data':{"
                                                             "'node':'a','overlay':'o'}}]}");
    g_free(rig_guest(rig, "write vda 512K 64K B"));
    g_free(rig_events(rig->vm));
    rig_expect_extents(rig, "b", "0+1024=A");
    rig_expect_extents(rig, "a", "0+1024=A");
    rig_expect_extents(rig, "o", "512+64=B");
}

static void
test_grouped_jobs_are_finalized_together(void **state)
{
    Rig *rig = *state;
    add_pair(rig);
    rig_do(rig, "transaction",
           "{'actions':[" BACKUP("ja", "a", "b", "'sync':'full','auto-finalize':false") "," BACKUP(
               "jc", "c", "d", "'sync':'full','auto-finalize':false,'speed':1048576") "]" GROUPED
                                                                                      "}");
    g_autofree char *started = rig_events_now(rig);
    assert_string_equal(started, "created created running paused running paused running running "
                                 "waiting");
    rig_refused(rig, "job-finalize", "{'id':'ja'}",
                "Job 'ja' in state 'waiting' cannot accept command verb 'finalize'");
    rig_expect_events(rig->vm, "waiting pending BLOCK_JOB_PENDING pending BLOCK_JOB_PENDING");
    rig_do(rig, "job-finalize", "{'id':'jc'}");
    rig_expect_events(rig->vm, "BLOCK_JOB_COMPLETED concluded null BLOCK_JOB_COMPLETED concluded "
                               "null");
}

static void
test_one_failure_ends_the_group(void **state)
{
    Rig *rig = *state;
    add_pair(rig);
    rig_add_bitmap(rig, "m", 65536);
    rig_guest_all(rig, "write vda 0 128K A");
    rig_do(rig, "transaction",
           "{'actions':[" BACKUP("ja", "a", "b", "'sync':'incremental','bitmap':'m'") "," BACKUP(
               "jc", "c", "d", "'sync':'full','speed':65536") "]" GROUPED "}");
    g_free(rig_events_now(rig));
    rig_expect_extents(rig, "b", "0+128=A");
    sim_fs_set_fault(sim_world_fs(rig->world), "/d.qcow2", SIM_FS_WRITE, EIO, 1);
    rig_expect_events(rig->vm, "BLOCK_JOB_ERROR aborting BLOCK_JOB_COMPLETED concluded null "
                               "aborting BLOCK_JOB_CANCELLED concluded null");
    rig_expect_bitmaps(rig, "a", "m:128k*");
}

static void
test_one_cancelled_ends_the_group(void **state)
{
    Rig *rig = *state;
    add_pair(rig);
    rig_do(rig, "transaction",
           "{'actions':[" BACKUP("ja", "a", "b", "'sync':'full','auto-dismiss':false") "," BACKUP(
               "jc", "c", "d", "'sync':'none','auto-dismiss':false") "]" GROUPED "}");
    g_free(rig_events_now(rig));
    rig_do(rig, "job-cancel", "{'id':'jc'}");
    rig_expect_events(rig->vm, "aborting BLOCK_JOB_CANCELLED concluded aborting "
                               "BLOCK_JOB_CANCELLED concluded");
    rig_do(rig, "job-dismiss", "{'id':'ja'}");
    rig_do(rig, "job-dismiss", "{'id':'jc'}");
}

/* A backup that never ran has copied nothing, and leaves all of it in the bitmap. */
static void
test_a_switched_bitmap_keeps_what_an_aborted_backup_leaves(void **state)
{
    Rig *rig = *state;
    rig_add_bitmap(rig, "m", 65536);
    rig_refused(
        rig, "transaction",
        "{'actions':[{'type':'block-dirty-bitmap-enable','data':{'node':'a','name':'m'}}," BACKUP(
            "j", "a", "b",
            "'sync':'bitmap','bitmap':'m','bitmap-mode':'always'") ",{'type':'abort','data':{}}]}",
        "Transaction aborted using Abort action");
    rig_expect_bitmaps(rig, "a", "m:1024k*");
}

static void
test_only_jobs_can_be_grouped(void **state)
{
    Rig *rig = *state;
    rig_refused(rig, "transaction",
                "{'actions':[{'type':'blockdev-snapshot-internal-sync','data':"
                "{'device':'b','name':'s'}}]" GROUPED "}",
                "Action 'blockdev-snapshot-internal-sync' does not support Transaction property "
                "completion-mode = grouped");
    rig_do(rig, "transaction", "{'actions':[]" GROUPED "}");
    rig_expect_events(rig->vm, "");
    /* It is asked when its turn comes. */
    rig_refused(rig, "transaction",
                "{'actions':[" BACKUP("j", "a", "b",
                                      "'sync':'full'") ","
                                                       "{'type':'block-dirty-bitmap-add','data':{'"
                                                       "node':'b','name':'m'}}]" GROUPED "}",
                "Action 'block-dirty-bitmap-add' does not support Transaction property "
                "completion-mode = grouped");
    rig_expect_events(rig->vm, "created aborting concluded null");
}

int
main(void)
{
    const struct CMUnitTest tests[] = {
        RIG_TEST(test_a_bitmap_begins_where_the_backup_is_taken),
        RIG_TEST(test_an_aborted_backup_leaves_nothing),
        RIG_TEST(test_an_aborted_group_leaves_nothing),
        RIG_TEST(test_backup_then_snapshot),
        RIG_TEST(test_grouped_jobs_are_finalized_together),
        RIG_TEST(test_one_failure_ends_the_group),
        RIG_TEST(test_one_cancelled_ends_the_group),
        RIG_TEST(test_only_jobs_can_be_grouped),
        RIG_TEST(test_a_switched_bitmap_keeps_what_an_aborted_backup_leaves),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
