/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "sim/vm/test_chain.h"
#include "sim/world/fs.h"
#include <errno.h>

#define MIRROR "blockdev-mirror"
#define TO_T "'job-id':'j', 'device':'top', 'target':'t', 'sync':"
#define READY "created running ready BLOCK_JOB_READY"
#define COMPLETED "waiting pending BLOCK_JOB_COMPLETED concluded null"
#define CANCELLED "aborting BLOCK_JOB_CANCELLED concluded null"

/* The chain, and a target "t". */
static int
set_up(void **state)
{
    chain_set_up(state);
    Rig *rig = *state;
    rig_image(rig, "/t.qcow2", NULL);
    chain_node(rig, "t", "null");
    return 0;
}

static void
test_refusals(void **state)
{
    Rig *rig = *state;
    static const char *const rows[][2] = {
        {"'device':'none','target':'t','sync':'full'",
         "Cannot find device='none' nor node-name='none'"},
        {"'device':'mid','target':'t','sync':'full'", "Need a root block node"},
        {"'device':'top','target':'none','sync':'full'",
         "Cannot find device='none' nor node-name='none'"},
        {"'device':'top','target':'top','sync':'full'", "Can't mirror node into itself"},
        {"'device':'top','target':'mid','sync':'full'",
         "Node 'mid' is busy: node is used as backing hd of 'top'"},
        {"'device':'top','target':'t','sync':'bitmap'", "Sync mode 'bitmap' not supported"},
        {"'device':'top','target':'t','sync':'incremental'",
         "Sync mode 'incremental' not supported"},
        {"'device':'top','target':'t','sync':'full','granularity':256",
         "Parameter 'granularity' expects a value in range [512B, 64MB]"},
        {"'device':'top','target':'t','sync':'full','granularity':3000",
         "Parameter 'granularity' expects a power of 2"},
        {"'device':'top','target':'t','sync':'full','speed':-1",
         "Parameter 'speed' expects a non-negative value"},
        {"'device':'top','target':'t','sync':'full','replaces':'none'",
         "Failed to find node with node-name='none'"},
        {"'device':'top','target':'t','sync':'full','replaces':'b'",
         "Cannot replace 'b' by a node mirrored from 'top', because it cannot be guaranteed that "
         "doing so would not lead to an abrupt change of visible data"},
        {"'device':'top','target':'t','sync':'full','filter-node-name':'b'",
         "Duplicate nodes with node-name='b'"},
    };
    for (guint i = 0; i < G_N_ELEMENTS(rows); i++) {
        g_autofree char *arguments = g_strdup_printf("{'job-id':'j',%s}", rows[i][0]);
        rig_refused(rig, MIRROR, arguments, rows[i][1]);
    }
    rig_expect_events(rig->vm, "created null");
    rig_do(rig, MIRROR, "{" TO_T "'full'}");
    rig_expect_events(rig->vm, READY);
}

static void
test_complete_switches_over(void **state)
{
    Rig *rig = *state;
    rig_do(rig, MIRROR, "{" TO_T "'full'}");
    rig_expect_events(rig->vm, READY);
    g_free(rig_guest(rig, "write vda 512K 64K late"));
    g_autofree char *before = chain_seen(rig);
    rig_do(rig, "job-complete", "{'id':'j'}");
    rig_expect_events(rig->vm, COMPLETED);
    g_autofree char *after = chain_seen(rig);
    assert_string_equal(before, after);
    assert_true(chain_equal(rig, "/t.qcow2", "/top.qcow2"));
    g_free(rig_guest(rig, "write vda 0 64K later"));
    assert_false(chain_equal(rig, "/t.qcow2", "/top.qcow2"));
    rig_do(rig, "blockdev-del", "{'node-name':'top'}");
    rig_refused(rig, "blockdev-del", "{'node-name':'t'}", "Node t is in use");
}

static void
test_soft_and_hard_cancel(void **state)
{
    Rig *rig = *state;
    static const struct {
        const char *command;
        const char *arguments;
        const char *events;
    } rows[] = {
        {"block-job-cancel", "{'device':'j'}", COMPLETED},
        {"block-job-cancel", "{'device':'j','force':true}", CANCELLED},
        {"job-cancel", "{'id':'j'}", CANCELLED},
    };
    for (guint i = 0; i < G_N_ELEMENTS(rows); i++) {
        rig_do(rig, MIRROR, "{" TO_T "'full'}");
        rig_expect_events(rig->vm, READY);
        rig_do(rig, rows[i].command, rows[i].arguments);
        rig_expect_events(rig->vm, rows[i].events);
        g_autofree char *write = g_strdup_printf("write vda 0 64K other%u", i);
        g_free(rig_guest(rig, write));
        assert_false(chain_equal(rig, "/t.qcow2", "/top.qcow2"));
        rig_refused(rig, "blockdev-del", "{'node-name':'top'}", "Node top is in use");
    }
}

static void
test_sync_modes(void **state)
{
    Rig *rig = *state;
    rig_do(rig, MIRROR, "{" TO_T "'top'}");
    rig_do(rig, "query-jobs", NULL);
    assert_int_equal(chain_job_number(rig, "len"), 64 * 1024);
    rig_do(rig, "block-job-cancel", "{'device':'j'}");
    rig_expect_events(rig->vm, READY " " COMPLETED);

    rig_do(rig, MIRROR, "{" TO_T "'none'}");
    assert_int_equal(chain_job_number(rig, "len"), 0);
    g_free(rig_guest(rig, "write vda 768K 64K late"));
    rig_do(rig, "query-jobs", NULL);
    assert_int_equal(chain_job_number(rig, "offset"), 64 * 1024);
    rig_do(rig, "block-job-cancel", "{'device':'j','force':true}");
    rig_expect_events(rig->vm, READY " " CANCELLED);
}

static void
test_standby_remembers_complete(void **state)
{
    Rig *rig = *state;
    rig_do(rig, MIRROR, "{" TO_T "'full'}");
    rig_expect_events(rig->vm, READY);
    rig_do(rig, "job-pause", "{'id':'j'}");
    g_free(rig_guest(rig, "write vda 512K 64K late"));
    rig_do(rig, "block-job-complete", "{'device':'j'}");
    rig_expect_events(rig->vm, "standby");
    rig_do(rig, "job-resume", "{'id':'j'}");
    rig_expect_events(rig->vm, "ready " COMPLETED);
    assert_true(chain_equal(rig, "/t.qcow2", "/top.qcow2"));
}

static void
test_other_sizes_fail_in_the_job(void **state)
{
    Rig *rig = *state;
    assert_true(
        rig->hv->ops->image_create(rig->hv, "/large.qcow2", "qcow2", 2 << 20, NULL, NULL, NULL));
    chain_node(rig, "large", "null");
    rig_do(rig, MIRROR,
           "{'job-id':'j','device':'top','target':'large','sync':'full','auto-dismiss':false}");
    rig_expect_events(rig->vm, "created running aborting BLOCK_JOB_COMPLETED concluded");
    rig_do(rig, "job-dismiss", "{'id':'j'}");
    rig_do(rig, "blockdev-del", "{'node-name':'large'}");
}

static void
test_held_nodes(void **state)
{
    Rig *rig = *state;
    rig_image(rig, "/o.qcow2", "/top.qcow2");
    chain_node(rig, "o", "null");
    rig_do(rig, MIRROR, "{" TO_T "'full','filter-node-name':'flt'}");
    rig_refused(rig, "blockdev-snapshot", "{'node':'top','overlay':'o'}",
                "Node 'top' is busy: block device is in use by block job: mirror");
    rig_refused(rig, "blockdev-snapshot", "{'node':'flt','overlay':'o'}",
                "Node 'flt' is busy: block device is in use by block job: mirror");
    rig_refused(rig, "blockdev-snapshot-internal-sync", "{'device':'top','name':'s'}",
                "Need a root block node");
    rig_refused(rig, "blockdev-del", "{'node-name':'t'}", "Node t is in use");
}

static void
test_target_errors(void **state)
{
    Rig *rig = *state;
    SimFs *fs = sim_world_fs(rig->world);
    sim_fs_set_fault(fs, "/t.qcow2", SIM_FS_WRITE, ENOSPC, -1);
    rig_do(rig, MIRROR, "{" TO_T "'full','on-target-error':'stop'}");
    rig_expect_events(rig->vm, "created running BLOCK_JOB_ERROR paused");
    sim_fs_clear_faults(fs);
    rig_do(rig, "job-resume", "{'id':'j'}");
    rig_expect_events(rig->vm, "running ready BLOCK_JOB_READY");
    sim_fs_set_fault(fs, "/t.qcow2", SIM_FS_WRITE, EIO, -1);
    g_free(rig_guest(rig, "write vda 0 64K more"));
    rig_expect_events(rig->vm, "BLOCK_JOB_ERROR standby");
    rig_do(rig, "job-cancel", "{'id':'j'}");
    rig_expect_events(rig->vm, "ready " CANCELLED);
    rig_do(rig, MIRROR, "{" TO_T "'full'}");
    rig_expect_events(
        rig->vm, "created running BLOCK_JOB_ERROR aborting BLOCK_JOB_COMPLETED concluded null");
    sim_fs_clear_faults(fs);
    rig_do(rig, "blockdev-del", "{'node-name':'t'}");
}

static void
test_ignored_errors_are_tried_again(void **state)
{
    Rig *rig = *state;
    sim_fs_set_fault(sim_world_fs(rig->world), "/t.qcow2", SIM_FS_WRITE, EIO, 2);
    rig_do(rig, MIRROR, "{" TO_T "'full','on-target-error':'ignore'}");
    rig_expect_events(rig->vm,
                      "created running BLOCK_JOB_ERROR BLOCK_JOB_ERROR ready BLOCK_JOB_READY");
}

static void
test_a_huge_disk_costs_nothing(void **state)
{
    Rig *rig = *state;
    const guint64 size = G_GUINT64_CONSTANT(16) << 40;
    assert_true(rig->hv->ops->image_create(rig->hv, "/x.qcow2", "qcow2", size, NULL, NULL, NULL));
    assert_true(rig->hv->ops->image_create(rig->hv, "/y.qcow2", "qcow2", size, NULL, NULL, NULL));
    chain_node(rig, "x", "null");
    chain_node(rig, "y", "null");
    rig_do(rig, MIRROR, "{'job-id':'j','device':'x','target':'y','sync':'full'}");
    rig_expect_events(rig->vm, READY);
    assert_int_equal(chain_job_number(rig, "offset"), size);
}

static void
test_quit_ends_it(void **state)
{
    Rig *rig = *state;
    rig_do(rig, MIRROR, "{" TO_T "'full'}");
    rig_expect_events(rig->vm, READY);
    rig_do(rig, "quit", NULL);
    rig_expect_events(rig->vm, "SHUTDOWN " CANCELLED);
}

static void
expect_inserted(Rig *rig, const char *driver)
{
    json_t *disks = vm_qmp_ask(rig->vm, "query-block", NULL, NULL);
    const json_t *inserted = json_object_get(json_array_get(disks, 0), "inserted");
    assert_string_equal(json_string_value(json_object_get(inserted, "drv")), driver);
    json_decref(disks);
}

static void
test_a_disk_shows_no_filter_but_one_with_a_name(void **state)
{
    Rig *rig = *state;
    rig_do(rig, MIRROR, "{" TO_T "'full'}");
    expect_inserted(rig, "qcow2");
    rig_do(rig, "job-cancel", "{'id':'j'}");
    rig_do(rig, "query-jobs", NULL);
    rig_do(rig, MIRROR, "{" TO_T "'full','filter-node-name':'f'}");
    expect_inserted(rig, "mirror_top");
}

int
main(void)
{
#define TEST(name) cmocka_unit_test_setup_teardown(name, set_up, rig_tear_down)
    const struct CMUnitTest tests[] = {
        TEST(test_refusals),
        TEST(test_complete_switches_over),
        TEST(test_soft_and_hard_cancel),
        TEST(test_sync_modes),
        TEST(test_standby_remembers_complete),
        TEST(test_other_sizes_fail_in_the_job),
        TEST(test_held_nodes),
        TEST(test_target_errors),
        TEST(test_ignored_errors_are_tried_again),
        TEST(test_a_huge_disk_costs_nothing),
        TEST(test_quit_ends_it),
        TEST(test_a_disk_shows_no_filter_but_one_with_a_name),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
