/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "sim/vm/test_chain.h"
#include "sim/world/fs.h"
#include <errno.h>

#define COMMIT "block-commit"
#define MID_TO_A "'job-id':'j', 'device':'top', 'top-node':'mid', 'base-node':'a'"
#define SUCCESS "created running waiting pending BLOCK_JOB_COMPLETED concluded null"

static void
test_refusals(void **state)
{
    Rig *rig = *state;
    static const char *const rows[][2] = {
        {"{'job-id':'j','device':'none'}", "Device 'none' not found"},
        {"{'job-id':'j','device':'mid'}", "Need a root block node"},
        {"{'job-id':'j','device':'top','top-node':'mid','top':'/mid.qcow2'}",
         "'top-node' and 'top' are mutually exclusive"},
        {"{'job-id':'j','device':'top','base-node':'a','base':'/a.qcow2'}",
         "'base-node' and 'base' are mutually exclusive"},
        {"{'job-id':'j','device':'top','top-node':'none'}",
         "Cannot find device='' nor node-name='none'"},
        {"{'job-id':'j','device':'top','top-node':'b'}", "'b' is not in this backing file chain"},
        {"{'job-id':'j','device':'top','base-node':'b'}", "'b' is not in this backing file chain"},
        {"{'job-id':'j','device':'top','top':'/none'}", "Top image file /none not found"},
        {"{'job-id':'j','device':'top','base':'/none'}", "Can't find '/none' in the backing chain"},
        {"{'job-id':'j','device':'b'}", "cannot commit an image into itself"},
        {"{'job-id':'j','device':'top','top-node':'mid','base-node':'mid'}",
         "cannot commit an image into itself"},
        {"{'job-id':'j','device':'top','backing-file':'x'}",
         "'backing-file' specified, but 'top' is the active layer"},
        {"{" MID_TO_A ",'speed':-1}", "Parameter 'speed' expects a non-negative value"},
        {"{'device':'top','top-node':'mid','base-node':'a'}", "Invalid job ID ''"},
        {"{" MID_TO_A ",'filter-node-name':'b'}", "Duplicate nodes with node-name='b'"},
    };
    for (guint i = 0; i < G_N_ELEMENTS(rows); i++)
        rig_refused(rig, COMMIT, rows[i][0], rows[i][1]);
    rig_expect_events(rig->vm, "created null created null");
    assert_true(chain_is_read_only(rig, "a"));
    chain_expect(rig, "top", "backing", "mid");
}

static void
test_unknown_device_has_its_class(void **state)
{
    Rig *rig = *state;
    g_autoptr(GError) error = NULL;
    json_t *arguments = json_pack("{s:s}", "device", "none");
    assert_false(vm_qmp(rig->vm, COMMIT, arguments, &error));
    assert_true(g_error_matches(error, VM_QMP_ERROR, VM_QMP_DEVICE_NOT_FOUND));
}

static void
test_commit_of_the_middle(void **state)
{
    Rig *rig = *state;
    g_autofree char *before = chain_seen(rig);
    rig_do(rig, COMMIT, "{" MID_TO_A "}");
    rig_expect_events(rig->vm, SUCCESS);
    chain_expect(rig, "top", "backing", "a");
    chain_expect_header(rig, "/top.qcow2", "/a.qcow2");
    assert_true(chain_is_read_only(rig, "a"));
    g_autofree char *after = chain_seen(rig);
    assert_string_equal(before, after);
    assert_true(chain_equal(rig, "/a.qcow2", "/mid.qcow2"));
    /* What was between them is loose. */
    rig_do(rig, "blockdev-del", "{'node-name':'mid'}");
    rig_refused(rig, "blockdev-del", "{'node-name':'a'}",
                "Node 'a' is busy: node is used as backing hd of 'top'");
}

static void
test_files_and_the_name_in_the_header(void **state)
{
    Rig *rig = *state;
    rig_do(rig, COMMIT,
           "{'job-id':'j', 'device':'top', 'top':'/mid.qcow2', 'base':'/a.qcow2',"
           " 'backing-file':'./a.qcow2'}");
    rig_expect_events(rig->vm, SUCCESS);
    chain_expect_header(rig, "/top.qcow2", "./a.qcow2");
}

static void
test_a_concluded_commit_holds_its_nodes(void **state)
{
    Rig *rig = *state;
    rig_do(rig, COMMIT, "{" MID_TO_A ", 'auto-dismiss':false}");
    rig_expect_events(rig->vm, "created running waiting pending BLOCK_JOB_COMPLETED concluded");
    rig_refused(rig, "blockdev-del", "{'node-name':'mid'}",
                "Node 'mid' is busy: block device is in use by block job: commit");
    rig_do(rig, "job-dismiss", "{'id':'j'}");
    rig_do(rig, "blockdev-del", "{'node-name':'mid'}");
}

static void
test_nodes_are_held_while_it_runs(void **state)
{
    Rig *rig = *state;
    rig_do(rig, COMMIT, "{" MID_TO_A ", 'auto-finalize':false}");
    rig_expect_events(rig->vm, "created running waiting pending BLOCK_JOB_PENDING");
    assert_false(chain_is_read_only(rig, "a"));
    rig_refused(rig, "blockdev-del", "{'node-name':'mid'}", "Node mid is in use");
    rig_refused(rig, COMMIT, "{'job-id':'k', 'device':'top'}", "Need a root block node");
    rig_do(rig, "job-finalize", "{'id':'j'}");
    rig_expect_events(rig->vm, "BLOCK_JOB_COMPLETED concluded null");
    chain_expect(rig, "top", "backing", "a");
    assert_true(chain_is_read_only(rig, "a"));
}

static void
test_cancel_leaves_the_chain(void **state)
{
    Rig *rig = *state;
    g_autofree char *before = chain_seen(rig);
    rig_do(rig, COMMIT, "{" MID_TO_A ", 'speed':65536}");
    rig_expect_events(rig->vm,
                      "created running waiting pending BLOCK_JOB_COMPLETED concluded null");
    rig_do(rig, COMMIT, "{'job-id':'j', 'device':'top', 'base-node':'a', 'auto-finalize':false}");
    g_free(rig_events(rig->vm));
    rig_do(rig, "job-cancel", "{'id':'j'}");
    rig_expect_events(rig->vm, "aborting BLOCK_JOB_CANCELLED concluded null");
    chain_expect(rig, "top", "backing", "a");
    g_autofree char *after = chain_seen(rig);
    assert_string_equal(before, after);
}

static void
test_a_write_error_fails_and_can_be_tried_again(void **state)
{
    Rig *rig = *state;
    SimFs *fs = sim_world_fs(rig->world);
    sim_fs_set_fault(fs, "/a.qcow2", SIM_FS_WRITE, EIO, -1);
    rig_do(rig, COMMIT, "{" MID_TO_A ", 'auto-dismiss':false}");
    rig_expect_events(rig->vm,
                      "created running BLOCK_JOB_ERROR aborting BLOCK_JOB_COMPLETED concluded");
    chain_expect(rig, "top", "backing", "mid");
    chain_expect_header(rig, "/top.qcow2", "/mid.qcow2");
    sim_fs_clear_faults(fs);
    rig_do(rig, "job-dismiss", "{'id':'j'}");
    rig_do(rig, COMMIT, "{" MID_TO_A "}");
    rig_expect_events(rig->vm, "null " SUCCESS);
    chain_expect(rig, "top", "backing", "a");
}

static void
test_no_space_stops_and_goes_on(void **state)
{
    Rig *rig = *state;
    SimFs *fs = sim_world_fs(rig->world);
    sim_fs_set_fault(fs, "/a.qcow2", SIM_FS_WRITE, ENOSPC, -1);
    rig_do(rig, COMMIT, "{" MID_TO_A ", 'on-error':'enospc'}");
    rig_expect_events(rig->vm, "created running BLOCK_JOB_ERROR paused");
    sim_fs_clear_faults(fs);
    rig_do(rig, "job-resume", "{'id':'j'}");
    rig_expect_events(rig->vm, "running waiting pending BLOCK_JOB_COMPLETED concluded null");
    assert_true(chain_equal(rig, "/a.qcow2", "/mid.qcow2"));
}

static void
test_a_header_that_cannot_be_written(void **state)
{
    Rig *rig = *state;
    SimFs *fs = sim_world_fs(rig->world);
    sim_fs_set_fault(fs, "/top.qcow2", SIM_FS_WRITE, EIO, -1);
    rig_do(rig, COMMIT, "{" MID_TO_A "}");
    rig_expect_events(
        rig->vm, "created running waiting pending aborting BLOCK_JOB_COMPLETED concluded null");
    chain_expect(rig, "top", "backing", "mid");
    assert_true(chain_is_read_only(rig, "a"));
}

static void
test_active_commit(void **state)
{
    Rig *rig = *state;
    rig_do(rig, COMMIT, "{'job-id':'j', 'device':'top'}");
    rig_expect_events(rig->vm, "created running ready BLOCK_JOB_READY");
    assert_int_equal(chain_job_number(rig, "len"), 128 * 1024);
    g_free(rig_guest(rig, "write vda 512K 64K late"));
    g_autofree char *before = chain_seen(rig);
    assert_int_equal(chain_job_number(rig, "offset"), 192 * 1024);
    rig_do(rig, "block-job-complete", "{'device':'j'}");
    rig_expect_events(rig->vm, "waiting pending BLOCK_JOB_COMPLETED concluded null");
    g_autofree char *after = chain_seen(rig);
    assert_string_equal(before, after);
    assert_true(chain_equal(rig, "/a.qcow2", "/top.qcow2"));
    assert_false(chain_is_read_only(rig, "a"));
    chain_expect_header(rig, "/top.qcow2", "/mid.qcow2");
    rig_do(rig, "blockdev-del", "{'node-name':'top'}");
    rig_do(rig, "blockdev-del", "{'node-name':'mid'}");
    g_free(rig_guest(rig, "write vda 64K 64K new"));
    assert_false(chain_equal(rig, "/a.qcow2", "/top.qcow2"));
}

/* The end of an image in between counts as its zeroes, that of top as nothing. */
static void
test_a_short_image_in_between_has_zeroes_beyond_its_end(void **state)
{
    Rig *rig = *state;
    rig_do(rig, "block_resize", "{'node-name':'top','size':2097152}");
    rig_do(rig, COMMIT, "{'job-id':'j','device':'top'}");
    json_t *jobs = vm_qmp_ask(rig->vm, "query-jobs", NULL, NULL);
    const json_t *job = json_array_get(jobs, 0);
    assert_string_equal(json_string_value(json_object_get(job, "status")), "ready");
    assert_int_equal(json_integer_value(json_object_get(job, "total-progress")),
                     (1 << 20) + 2 * 65536);
    json_decref(jobs);
}

static void
test_active_commit_cancelled(void **state)
{
    Rig *rig = *state;
    g_autofree char *before = chain_seen(rig);
    for (guint hard = 0; hard < 2; hard++) {
        rig_do(rig, COMMIT, "{'job-id':'j', 'device':'top'}");
        g_free(rig_events(rig->vm));
        rig_do(rig, "block-job-cancel", hard ? "{'device':'j', 'force':true}" : "{'device':'j'}");
        rig_expect_events(rig->vm, hard ? "aborting BLOCK_JOB_CANCELLED concluded null"
                                        : "waiting pending BLOCK_JOB_COMPLETED concluded null");
        chain_expect(rig, "top", "backing", "mid");
        g_autofree char *after = chain_seen(rig);
        assert_string_equal(before, after);
    }
    /* The base holds everything now, and stays writable. */
    assert_false(chain_is_read_only(rig, "a"));
    assert_true(chain_equal(rig, "/a.qcow2", "/top.qcow2"));
}

static void
test_a_killed_process_leaves_the_images(void **state)
{
    Rig *rig = *state;
    rig_do(rig, COMMIT, "{" MID_TO_A ", 'auto-finalize':false}");
    rig_do(rig, "query-jobs", NULL);
    rig->hv->ops->kill(rig->vm);
    chain_expect_header(rig, "/top.qcow2", "/mid.qcow2");
}

/* What lies beyond the end of a backing between them is zeroes to be copied, not only nothing. */
static void
test_the_end_of_a_shorter_backing_counts(void **state)
{
    Rig *rig = *state;
    rig_do(rig, "block_resize", "{'node-name':'top','size':2097152}");
    rig_do(rig, "block-commit", "{'job-id':'j','device':'top','base-node':'a'}");
    rig_do(rig, "query-jobs", NULL);
    assert_int_equal(chain_job_number(rig, "len"), 1024 * 1024 + 128 * 1024);
}

int
main(void)
{
    const struct CMUnitTest tests[] = {
        CHAIN_TEST(test_refusals),
        CHAIN_TEST(test_unknown_device_has_its_class),
        CHAIN_TEST(test_commit_of_the_middle),
        CHAIN_TEST(test_files_and_the_name_in_the_header),
        CHAIN_TEST(test_a_concluded_commit_holds_its_nodes),
        CHAIN_TEST(test_nodes_are_held_while_it_runs),
        CHAIN_TEST(test_cancel_leaves_the_chain),
        CHAIN_TEST(test_a_write_error_fails_and_can_be_tried_again),
        CHAIN_TEST(test_no_space_stops_and_goes_on),
        CHAIN_TEST(test_a_header_that_cannot_be_written),
        CHAIN_TEST(test_active_commit),
        CHAIN_TEST(test_a_short_image_in_between_has_zeroes_beyond_its_end),
        CHAIN_TEST(test_active_commit_cancelled),
        CHAIN_TEST(test_a_killed_process_leaves_the_images),
        CHAIN_TEST(test_the_end_of_a_shorter_backing_counts),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
