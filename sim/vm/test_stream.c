/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "sim/vm/test_chain.h"
#include "sim/world/fs.h"
#include <errno.h>

#define STREAM "block-stream"
#define SUCCESS "created running waiting pending BLOCK_JOB_COMPLETED concluded null"

static void
test_refusals(void **state)
{
    Rig *rig = *state;
    static const char *const rows[][2] = {
        {"'device':'none'", "Cannot find device='none' nor node-name='none'"},
        {"'device':'top','base-node':'none'", "Cannot find device='' nor node-name='none'"},
        {"'device':'top','base-node':'top'", "Node 'top' is not a backing image of 'top'"},
        {"'device':'top','base-node':'b'", "Node 'b' is not a backing image of 'top'"},
        {"'device':'top','base':'none'", "Can't find 'none' in the backing chain"},
        {"'device':'top','base':'/a.qcow2','base-node':'a'",
         "'base' and 'base-node' cannot be specified at the same time"},
        {"'device':'top','bottom':'a','base-node':'a'",
         "'bottom' and 'base-node' cannot be specified at the same time"},
        {"'device':'top','bottom':'a','base':'/a.qcow2'",
         "'base' and 'bottom' cannot be specified at the same time"},
        {"'device':'top','bottom':'b'", "Node 'b' is not in a chain starting from 'top'"},
        {"'device':'top','bottom':'none'", "Cannot find device='' nor node-name='none'"},
        {"'device':'top','backing-file':'x'",
         "backing file specified, but streaming the entire chain"},
        {"'device':'top','speed':-1", "Parameter 'speed' expects a non-negative value"},
        {"'device':'top','filter-node-name':'b'",
         "Could not create node: Duplicate nodes with node-name='b'"},
    };
    for (guint i = 0; i < G_N_ELEMENTS(rows); i++) {
        g_autofree char *arguments = g_strdup_printf("{'job-id':'j',%s}", rows[i][0]);
        rig_refused(rig, STREAM, arguments, rows[i][1]);
    }
    rig_refused(rig, STREAM, "{'device':'top'}", "Invalid job ID ''");
    rig_expect_events(rig->vm, "created null");
    /* Nothing of it is left: neither a filter nor a frozen link. */
    rig_do(rig, STREAM, "{'job-id':'j','device':'top'}");
    rig_expect_events(rig->vm, SUCCESS);
}

static void
test_the_whole_chain(void **state)
{
    Rig *rig = *state;
    g_autofree char *before = chain_seen(rig);
    rig_do(rig, STREAM, "{'job-id':'j','device':'top'}");
    rig_expect_events(rig->vm, SUCCESS);
    chain_expect(rig, "top", "backing", NULL);
    chain_expect_header(rig, "/top.qcow2", NULL);
    g_autofree char *after = chain_seen(rig);
    assert_string_equal(before, after);
    rig_do(rig, "blockdev-del", "{'node-name':'mid'}");
}

static void
test_down_to_a_base(void **state)
{
    Rig *rig = *state;
    static const char *const forms[] = {"'base-node':'a'", "'base':'/a.qcow2'", "'bottom':'mid'"};
    for (guint i = 0; i < G_N_ELEMENTS(forms); i++) {
        if (i > 0) {
            rig_tear_down(state);
            chain_set_up(state);
            rig = *state;
        }
        g_autofree char *before = chain_seen(rig);
        g_autofree char *arguments = g_strdup_printf("{'job-id':'j','device':'top',%s}", forms[i]);
        rig_do(rig, STREAM, arguments);
        rig_expect_events(rig->vm, SUCCESS);
        chain_expect(rig, "top", "backing", "a");
        chain_expect_header(rig, "/top.qcow2", "/a.qcow2");
        g_autofree char *after = chain_seen(rig);
        assert_string_equal(before, after);
    }
}

static void
test_nothing_below_ends_at_once(void **state)
{
    Rig *rig = *state;
    rig_do(rig, STREAM, "{'job-id':'j','device':'b'}");
    json_t *jobs = vm_qmp_ask(rig->vm, "query-jobs", NULL, NULL);
    assert_int_equal(json_array_size(jobs), 0);
    json_decref(jobs);
    rig_expect_events(rig->vm, SUCCESS);
}

static void
test_an_image_in_the_middle(void **state)
{
    Rig *rig = *state;
    g_autofree char *before = chain_seen(rig);
    rig_do(rig, STREAM, "{'job-id':'j','device':'mid'}");
    rig_expect_events(rig->vm, SUCCESS);
    chain_expect(rig, "mid", "backing", NULL);
    chain_expect(rig, "top", "backing", "mid");
    assert_true(chain_is_read_only(rig, "mid"));
    g_autofree char *after = chain_seen(rig);
    assert_string_equal(before, after);
}

static void
test_a_slow_one_holds_the_chain(void **state)
{
    Rig *rig = *state;
    rig_do(rig, STREAM, "{'job-id':'j','device':'top','speed':65536}");
    rig_do(rig, "query-jobs", NULL);
    /* The first piece is done, the second has to wait for its time. */
    assert_int_equal(chain_job_number(rig, "offset"), 64 * 1024);
    const char *busy = "Node 'top' is busy: block device is in use by block job: stream";
    rig_refused(rig, STREAM, "{'job-id':'k','device':'top'}", busy);
    rig_refused(rig, "block-commit", "{'job-id':'k','device':'top','top-node':'mid'}",
                "Need a root block node");
    rig_refused(rig, "blockdev-reopen",
                "{'options':[{'node-name':'top','driver':'qcow2','file':'f-top','backing':null}]}",
                "Cannot change frozen 'backing' link from 'top' to 'mid'");
    rig_do(rig, "job-cancel", "{'id':'j'}");
    rig_expect_events(rig->vm, "created running paused running aborting BLOCK_JOB_CANCELLED "
                               "concluded null");
    chain_expect(rig, "top", "backing", "mid");
    chain_expect_header(rig, "/top.qcow2", "/mid.qcow2");
}

static void
test_manual_end_keeps_nodes_until_dismissed(void **state)
{
    Rig *rig = *state;
    rig_do(rig, STREAM,
           "{'job-id':'j','device':'top','bottom':'mid',"
           " 'auto-finalize':false,'auto-dismiss':false}");
    rig_expect_events(rig->vm, "created running waiting pending BLOCK_JOB_PENDING");
    chain_expect(rig, "top", "backing", "mid");
    rig_do(rig, "job-finalize", "{'id':'j'}");
    rig_expect_events(rig->vm, "BLOCK_JOB_COMPLETED concluded");
    rig_refused(rig, "blockdev-del", "{'node-name':'mid'}",
                "Node 'mid' is busy: block device is in use by block job: stream");
    rig_do(rig, "job-dismiss", "{'id':'j'}");
    rig_do(rig, "blockdev-del", "{'node-name':'mid'}");
}

static void
test_errors(void **state)
{
    Rig *rig = *state;
    SimFs *fs = sim_world_fs(rig->world);
    static const struct {
        const char *policy;
        const char *events;
    } rows[] = {
        {"report", "created running BLOCK_JOB_ERROR aborting BLOCK_JOB_COMPLETED concluded null"},
        {"ignore", "created running BLOCK_JOB_ERROR aborting BLOCK_JOB_COMPLETED concluded null"},
        {"stop", "created running BLOCK_JOB_ERROR paused"},
    };
    for (guint i = 0; i < G_N_ELEMENTS(rows); i++) {
        g_autofree char *arguments =
            g_strdup_printf("{'job-id':'j','device':'top','on-error':'%s'}", rows[i].policy);
        sim_fs_set_fault(fs, "/top.qcow2", SIM_FS_WRITE, EIO, 1);
        rig_do(rig, STREAM, arguments);
        rig_expect_events(rig->vm, rows[i].events);
        chain_expect(rig, "top", "backing", "mid");
    }
    rig_do(rig, "job-resume", "{'id':'j'}");
    rig_expect_events(rig->vm, "running waiting pending BLOCK_JOB_COMPLETED concluded null");
    chain_expect(rig, "top", "backing", NULL);
}

static void
test_copied_data_set_no_bitmaps(void **state)
{
    Rig *rig = *state;
    rig_do(rig, "block-dirty-bitmap-add", "{'node':'top','name':'m'}");
    rig_do(rig, STREAM, "{'job-id':'j','device':'top'}");
    json_t *nodes = vm_qmp_ask(rig->vm, "query-named-block-nodes", NULL, NULL);
    json_t *node;
    size_t i;
    gboolean found = FALSE;
    json_array_foreach(nodes, i, node)
    {
        json_t *bitmap = json_array_get(json_object_get(node, "dirty-bitmaps"), 0);
        if (bitmap == NULL)
            continue;
        found = TRUE;
        assert_int_equal(json_integer_value(json_object_get(bitmap, "count")), 0);
    }
    assert_true(found);
    json_decref(nodes);
}

/* A member of what a node's image shows, which the caller frees. */
static char *
image_text(Rig *rig, const char *name, const char *key)
{
    json_t *nodes = vm_qmp_ask(rig->vm, "query-named-block-nodes", NULL, NULL);
    json_t *node;
    size_t i;
    char *text = NULL;
    json_array_foreach(nodes, i, node)
    {
        if (strcmp(json_string_value(json_object_get(node, "node-name")), name) == 0)
            text =
                g_strdup(json_string_value(json_object_get(json_object_get(node, "image"), key)));
    }
    json_decref(nodes);
    return text;
}

static void
test_a_base_that_its_header_does_not_tell_is_named_by_options(void **state)
{
    Rig *rig = *state;
    rig_do(rig, "blockdev-reopen",
           "{'options':[{'driver':'qcow2','node-name':'a','file':'fa','backing':'b'}]}");
    rig_do(rig, STREAM, "{'job-id':'j','device':'top','base-node':'a'}");
    g_autofree char *header = image_text(rig, "top", "backing-filename");
    assert_true(g_str_has_prefix(header, "json:{"));
    g_autofree char *top = image_text(rig, "top", "filename");
    assert_false(g_str_has_prefix(top, "json:"));
}

/* The file that is defined inside follows the node, unless it was told something. */
static void
test_a_read_only_node_is_opened_with_its_file(void **state)
{
    Rig *rig = *state;
    rig_image(rig, "/c.qcow2", NULL);
    rig_do(rig, "blockdev-add",
           "{'driver':'qcow2','node-name':'c','read-only':true,'backing':'b',"
           " 'file':{'driver':'file','filename':'/c.qcow2','node-name':'fc'}}");
    rig_do(rig, STREAM, "{'job-id':'j','device':'c'}");
    rig_expect_events(rig->vm, SUCCESS);
    assert_true(chain_is_read_only(rig, "c"));
    assert_true(chain_is_read_only(rig, "fc"));
    rig_do(rig, "blockdev-del", "{'node-name':'c'}");
    rig_do(rig, "blockdev-add",
           "{'driver':'qcow2','node-name':'c','read-only':true,'backing':'b',"
           " 'file':{'driver':'file','filename':'/c.qcow2','read-only':true}}");
    rig_refused(rig, STREAM, "{'job-id':'j','device':'c'}", "Block node is read-only");
}

/* Nodes that only the chain had go with the job. */
static void
test_made_up_nodes_go(void **state)
{
    Rig *rig = *state;
    rig_image(rig, "/low.qcow2", NULL);
    rig_image(rig, "/high.qcow2", "/low.qcow2");
    json_t *before = sim_inspect_nodes(rig->world, "vm");
    rig_do(rig, "blockdev-add",
           "{'driver':'qcow2','node-name':'h',"
           " 'file':{'driver':'file','filename':'/high.qcow2'}}");
    rig_do(rig, STREAM, "{'job-id':'j','device':'h'}");
    rig_expect_events(rig->vm, SUCCESS);
    json_t *after = sim_inspect_nodes(rig->world, "vm");
    assert_int_equal(json_array_size(after), json_array_size(before) + 2);
    json_decref(before);
    json_decref(after);
}

int
main(void)
{
    const struct CMUnitTest tests[] = {
        CHAIN_TEST(test_refusals),
        CHAIN_TEST(test_the_whole_chain),
        CHAIN_TEST(test_down_to_a_base),
        CHAIN_TEST(test_nothing_below_ends_at_once),
        CHAIN_TEST(test_an_image_in_the_middle),
        CHAIN_TEST(test_a_slow_one_holds_the_chain),
        CHAIN_TEST(test_manual_end_keeps_nodes_until_dismissed),
        CHAIN_TEST(test_errors),
        CHAIN_TEST(test_copied_data_set_no_bitmaps),
        CHAIN_TEST(test_a_base_that_its_header_does_not_tell_is_named_by_options),
        CHAIN_TEST(test_a_read_only_node_is_opened_with_its_file),
        CHAIN_TEST(test_made_up_nodes_go),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
