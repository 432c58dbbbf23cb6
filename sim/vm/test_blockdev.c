/* SPDX-License-Identifier: LGPL-2.1-or-later
 *
 * Nodes: added, stacked, reopened, deleted, created.
 */
#include <errno.h>
#include "sim/vm/test_machine.h"

/* A disk-only snapshot of node a, as the driver makes it. */
static void
make_overlay(Rig *rig)
{
    g_autofree char *file =
        rig_job(rig, "blockdev-create",
                "{'job-id':'j','options':{'driver':'file','filename':'/o.qcow2','size':0}}");
    assert_null(file);
    rig_do(rig, "blockdev-add", "{'driver':'file','node-name':'fo','filename':'/o.qcow2'}");
    g_autofree char *format =
        rig_job(rig, "blockdev-create",
                "{'job-id':'j','options':{'driver':'qcow2','file':'fo','size':1048576,"
                "'backing-file':'/a.qcow2','backing-fmt':'qcow2'}}");
    assert_null(format);
    rig_do(rig, "blockdev-add", "{'driver':'qcow2','node-name':'o','file':'fo','backing':null}");
}

static void
test_an_overlay_takes_the_place_of_its_base(void **state)
{
    Rig *rig = *state;
    rig_do(rig, "cont", NULL);
    g_free(rig_guest(rig, "write vda 0 64K A"));
    make_overlay(rig);
    rig_do(rig, "transaction",
           "{'actions':[{'type':'blockdev-snapshot','data':{'node':'a','overlay':'o'}}]}");
    g_autofree char *base = rig_content(rig, "/a.qcow2", "digest");
    g_autofree char *same = rig_content(rig, "/o.qcow2", "digest");
    assert_string_equal(base, same);
    g_free(rig_guest(rig, "write S1 0 64K B"));
    g_autofree char *kept = rig_content(rig, "/a.qcow2", "digest");
    g_autofree char *changed = rig_content(rig, "/o.qcow2", "digest");
    assert_string_equal(base, kept);
    assert_string_not_equal(base, changed);
    rig_refused(rig, "blockdev-del", "{'node-name':'o'}", "Node o is in use");
    rig_refused(rig, "blockdev-del", "{'node-name':'a'}",
                "Node 'a' is busy: node is used as backing hd of 'o'");
    rig_refused(rig, "blockdev-snapshot-internal-sync", "{'device':'a','name':'s'}",
                "Need a root block node");
}

static void
test_a_transaction_undoes_what_it_began(void **state)
{
    Rig *rig = *state;
    make_overlay(rig);
    json_t *before = sim_inspect_nodes(rig->world, "vm");
    rig_refused(rig, "transaction",
                "{'actions':[{'type':'blockdev-snapshot','data':{'node':'a','overlay':'o'}},"
                "{'type':'blockdev-snapshot-internal-sync','data':{'device':'b','name':'s'}},"
                "{'type':'abort','data':{}}]}",
                "Transaction aborted using Abort action");
    json_t *after = sim_inspect_nodes(rig->world, "vm");
    assert_true(json_equal(before, after));
    json_decref(before);
    json_decref(after);
    assert_null(sim_inspect_content(rig->world, "/b.qcow2@s"));
    rig_refused(rig, "transaction", "{'actions':[{'type':'nosuch','data':{}}]}",
                "Parameter 'actions[0].type' does not accept value 'nosuch'");
    rig_refused(rig, "transaction",
                "{'actions':[{'type':'blockdev-snapshot','data':{'node':'a'}}]}",
                "Parameter 'actions[0].data.overlay' is missing");
}

static void
test_an_overlay_that_got_one_itself_is_taken_back(void **state)
{
    Rig *rig = *state;
    make_overlay(rig);
    json_t *before = sim_inspect_nodes(rig->world, "vm");
    rig_refused(rig, "transaction",
                "{'actions':[{'type':'blockdev-snapshot-sync','data':{'node-name':'o',"
                "'snapshot-file':'/s','snapshot-node-name':'s'}},"
                "{'type':'blockdev-snapshot','data':{'node':'b','overlay':'o'}},"
                "{'type':'abort','data':{}}]}",
                "Transaction aborted using Abort action");
    json_t *after = sim_inspect_nodes(rig->world, "vm");
    assert_true(json_equal(before, after));
    json_decref(before);
    json_decref(after);
}

static void
test_an_overlay_that_is_refused_keeps_its_users(void **state)
{
    Rig *rig = *state;
    make_overlay(rig);
    json_t *before = sim_inspect_nodes(rig->world, "vm");
    g_autoptr(GError) error = NULL;
    json_t *arguments = json_loads(
        "{\"actions\":[{\"type\":\"blockdev-backup\",\"data\":{\"device\":\"b\",\"target\":\"o\","
        "\"sync\":\"full\",\"job-id\":\"j\"}},{\"type\":\"blockdev-snapshot\","
        "\"data\":{\"node\":\"b\",\"overlay\":\"o\"}}]}",
        0, NULL);
    assert_false(vm_qmp(rig->vm, "transaction", arguments, &error));
    assert_true(g_str_has_prefix(error->message, "Permission conflict on node 'o'"));
    json_t *after = sim_inspect_nodes(rig->world, "vm");
    assert_true(json_equal(before, after));
    json_decref(before);
    json_decref(after);
}

static void
test_a_raw_node_is_no_larger_than_its_read_only_file(void **state)
{
    Rig *rig = *state;
    rig_do(rig, "blockdev-del", "{'node-name':'b'}");
    rig_do(rig, "blockdev-add", "{'driver':'raw','node-name':'r','file':'fb'}");
    rig_do(rig, "blockdev-reopen",
           "{'options':[{'driver':'file','node-name':'fb','filename':'/b.qcow2',"
           "'read-only':true}]}");
    rig_refused(rig, "block_resize", "{'node-name':'r','size':1048576}", "Image is read-only");
}

static void
test_an_overlay_is_opened_as_its_base_was(void **state)
{
    Rig *rig = *state;
    rig_do(rig, "blockdev-reopen",
           "{'options':[{'driver':'qcow2','node-name':'b','file':'fb','read-only':true}]}");
    rig_do(rig, "device_add", "{'driver':'virtio-blk-pci','id':'vdb','drive':'b'}");
    rig_do(rig, "blockdev-snapshot-sync",
           "{'node-name':'b','snapshot-file':'/s','snapshot-node-name':'s'}");
    json_t *nodes = vm_qmp_ask(rig->vm, "query-named-block-nodes", NULL, NULL);
    json_t *node;
    size_t index;
    gboolean seen = FALSE;
    json_array_foreach(nodes, index, node)
    {
        if (strcmp(json_string_value(json_object_get(node, "node-name")), "s") == 0)
            seen = json_is_true(json_object_get(node, "ro"));
    }
    json_decref(nodes);
    assert_true(seen);
}

static void
test_snapshot_refusals(void **state)
{
    Rig *rig = *state;
    make_overlay(rig);
    rig_refused(rig, "blockdev-snapshot", "{'node':'x','overlay':'o'}",
                "Cannot find device='x' nor node-name='x'");
    rig_refused(rig, "blockdev-snapshot", "{'node':'a','overlay':'x'}",
                "Cannot find device='x' nor node-name='x'");
    rig_refused(rig, "blockdev-snapshot", "{'node':'b','overlay':'a'}",
                "The overlay is already in use");
    sim_fs_set_fault(sim_world_fs(rig->world), "/a.qcow2", SIM_FS_SYNC, EIO, 1);
    rig_refused(rig, "blockdev-snapshot", "{'node':'a','overlay':'o'}", "An IO error has occurred");
    rig_do(rig, "blockdev-snapshot", "{'node':'a','overlay':'o'}");
}

static void
test_the_chain_of_a_header_is_opened(void **state)
{
    Rig *rig = *state;
    rig_image(rig, "/base.qcow2", NULL);
    rig_image(rig, "/top.qcow2", "/base.qcow2");
    rig_do(rig, "blockdev-add",
           "{'driver':'qcow2','node-name':'t','file':{'driver':'file','filename':'/top.qcow2'}}");
    json_t *nodes = sim_inspect_nodes(rig->world, "vm");
    assert_int_equal(json_array_size(nodes), 8);
    json_t *base = json_array_get(nodes, 7);
    assert_string_equal(json_string_value(json_object_get(base, "file")), "/base.qcow2");
    assert_true(json_is_true(json_object_get(base, "read-only")));
    json_decref(nodes);
    rig_do(rig, "blockdev-del", "{'node-name':'t'}");
    nodes = sim_inspect_nodes(rig->world, "vm");
    assert_int_equal(json_array_size(nodes), 4);
    json_decref(nodes);
}

static void
test_two_nodes_cannot_lie_over_each_other(void **state)
{
    Rig *rig = *state;
    make_overlay(rig);
    rig_refused(rig, "transaction",
                "{'actions':[{'type':'blockdev-snapshot','data':{'node':'o','overlay':'b'}},"
                "{'type':'blockdev-snapshot','data':{'node':'b','overlay':'o'}}]}",
                "Making 'b' a backing child of 'o' would create a cycle");
}

static void
test_an_empty_name_is_no_backing(void **state)
{
    Rig *rig = *state;
    rig_image(rig, "/o.qcow2", "/a.qcow2");
    rig_do(rig, "blockdev-add",
           "{'driver':'qcow2','node-name':'o','backing':'',"
           "'file':{'driver':'file','filename':'/o.qcow2'}}");
    /* Nor is it a name when the node is reopened. */
    rig_refused(rig, "blockdev-reopen",
                "{'options':[{'driver':'qcow2','node-name':'o','backing':'',"
                "'file':{'driver':'file','filename':'/o.qcow2'}}]}",
                "Cannot find device='' nor node-name=''");
    rig_refused(rig, "block-commit", "{'job-id':'j','device':'o','base-node':'a'}",
                "'a' is not in this backing file chain");
}

static void
test_a_missing_backing_refuses_the_overlay(void **state)
{
    Rig *rig = *state;
    rig_image(rig, "/base.qcow2", NULL);
    rig_image(rig, "/top.qcow2", "/base.qcow2");
    VmStore *store = sim_world_store(rig->world);
    assert_true(store->ops->unlink(store, "/base.qcow2", NULL));
    rig_refused(rig, "blockdev-add",
                "{'driver':'qcow2','node-name':'t','file':{'driver':'file','filename':"
                "'/top.qcow2'}}",
                "Could not open backing file: Could not open '/base.qcow2': No such file or "
                "directory");
    json_t *nodes = sim_inspect_nodes(rig->world, "vm");
    assert_int_equal(json_array_size(nodes), 4);
    json_decref(nodes);
}

static void
test_an_image_has_one_writer(void **state)
{
    Rig *rig = *state;
    g_autoptr(GError) error = NULL;
    assert_null(rig_start(rig, "other", FALSE, &error));
    assert_non_null(strstr(error->message, "Failed to get \"write\" lock"));
    g_clear_error(&error);
    assert_false(
        rig->hv->ops->image_snapshot(rig->hv, "/a.qcow2", VM_IMAGE_SNAPSHOT_CREATE, "s", &error));
    assert_non_null(strstr(error->message, "/a.qcow2"));
    VmImageInfo *info = rig->hv->ops->image_info(rig->hv, "/a.qcow2", NULL);
    assert_int_equal(info->virtual_size, 1 << 20);
    vm_image_info_free(info);
    rig->hv->ops->kill(rig->vm);
    assert_true(
        rig->hv->ops->image_snapshot(rig->hv, "/a.qcow2", VM_IMAGE_SNAPSHOT_CREATE, "s", NULL));
}

static void
test_internal_snapshots_and_their_refusals(void **state)
{
    Rig *rig = *state;
    rig_do(rig, "blockdev-snapshot-internal-sync", "{'device':'a','name':'s'}");
    rig_refused(rig, "blockdev-snapshot-internal-sync", "{'device':'a','name':'s'}",
                "Snapshot with name 's' already exists on device 'a'");
    rig_refused(rig, "blockdev-snapshot-internal-sync", "{'device':'a','name':''}",
                "Name is empty");
    rig_refused(rig, "blockdev-snapshot-internal-sync", "{'device':'fa','name':'s'}",
                "Need a root block node");
    rig_refused(rig, "blockdev-snapshot-delete-internal-sync", "{'device':'a'}",
                "Name or id must be provided");
    rig_refused(rig, "blockdev-snapshot-delete-internal-sync", "{'device':'a','name':'s','id':'9'}",
                "Snapshot with id '9' and name 's' does not exist on device 'a'");
    rig_do(rig, "blockdev-snapshot-delete-internal-sync", "{'device':'a','name':'s','id':'1'}");
    assert_null(sim_inspect_content(rig->world, "/a.qcow2@s"));
}

static void
test_schema_errors_name_the_path(void **state)
{
    Rig *rig = *state;
    rig_refused(rig, "blockdev-del", "{'node-name':5}",
                "Invalid parameter type for 'node-name', expected: string");
    rig_refused(rig, "blockdev-del", "{'node-name':'a','x':1}", "Parameter 'x' is unexpected");
    rig_refused(rig, "blockdev-add", "{'driver':'file','node-name':'x'}",
                "Parameter 'filename' is missing");
    rig_refused(rig, "blockdev-add",
                "{'driver':'qcow2','node-name':'x','file':{'driver':'file','bad':1,"
                "'filename':'f'}}",
                "Parameter 'file.bad' is unexpected");
    rig_refused(rig, "blockdev-reopen", "{'options':[{'node-name':'a'}]}",
                "Parameter 'options[0].driver' is missing");
    rig_refused(rig, "nosuch", NULL, "The command nosuch has not been found");
}

static void
test_reopen_is_all_or_none(void **state)
{
    Rig *rig = *state;
    json_t *before = sim_inspect_nodes(rig->world, "vm");
    rig_refused(rig, "blockdev-reopen",
                "{'options':[{'driver':'qcow2','node-name':'b','file':'fb','read-only':true},"
                "{'driver':'qcow2','node-name':'a','file':'fa','read-only':true}]}",
                "Read-only block node 'a' cannot support read-write users");
    json_t *after = sim_inspect_nodes(rig->world, "vm");
    assert_true(json_equal(before, after));
    json_decref(before);
    json_decref(after);
    rig_do(rig, "blockdev-reopen",
           "{'options':[{'driver':'qcow2','node-name':'b','file':'fb','read-only':true}]}");
    rig_refused(rig, "blockdev-snapshot-internal-sync", "{'device':'b','name':'s'}",
                "Device 'b' is read only");
}

/* How many nodes are about that file. */
static guint
count_nodes_of(Rig *rig, const char *file)
{
    json_t *nodes = vm_qmp_ask(rig->vm, "query-named-block-nodes", NULL, NULL);
    json_t *node;
    size_t index;
    guint count = 0;
    json_array_foreach(nodes, index, node)
    {
        const json_t *name = json_object_get(node, "file");
        count += g_strcmp0(json_string_value(name), file) == 0 &&
                         strcmp(json_string_value(json_object_get(node, "drv")), "file") == 0
                     ? 1
                     : 0;
    }
    json_decref(nodes);
    return count;
}

/* The header of /s names the chain below it by options, as c's own does not tell of b. */
static void
test_a_chain_that_a_header_tells_by_options_is_opened(void **state)
{
    Rig *rig = *state;
    rig_image(rig, "/c.qcow2", NULL);
    rig_do(rig, "blockdev-add",
           "{'driver':'qcow2','node-name':'c','file':{'driver':'file','filename':'/c.qcow2'},"
           "'backing':null}");
    rig_do(rig, "blockdev-snapshot", "{'node':'b','overlay':'c'}");
    rig_do(rig, "blockdev-snapshot-sync",
           "{'node-name':'c','snapshot-file':'/s','snapshot-node-name':'s'}");
    assert_int_equal(count_nodes_of(rig, "/b.qcow2"), 1);
    rig_do(rig, "blockdev-add",
           "{'driver':'qcow2','node-name':'d','file':{'driver':'file','filename':'/s'}}");
    assert_int_equal(count_nodes_of(rig, "/c.qcow2"), 2);
    assert_int_equal(count_nodes_of(rig, "/b.qcow2"), 2);
}

int
main(void)
{
    const struct CMUnitTest tests[] = {
        RIG_TEST(test_an_overlay_takes_the_place_of_its_base),
        RIG_TEST(test_a_transaction_undoes_what_it_began),
        RIG_TEST(test_an_overlay_that_got_one_itself_is_taken_back),
        RIG_TEST(test_an_overlay_that_is_refused_keeps_its_users),
        RIG_TEST(test_a_raw_node_is_no_larger_than_its_read_only_file),
        RIG_TEST(test_an_overlay_is_opened_as_its_base_was),
        RIG_TEST(test_snapshot_refusals),
        RIG_TEST(test_the_chain_of_a_header_is_opened),
        RIG_TEST(test_a_chain_that_a_header_tells_by_options_is_opened),
        RIG_TEST(test_two_nodes_cannot_lie_over_each_other),
        RIG_TEST(test_an_empty_name_is_no_backing),
        RIG_TEST(test_a_missing_backing_refuses_the_overlay),
        RIG_TEST(test_an_image_has_one_writer),
        RIG_TEST(test_internal_snapshots_and_their_refusals),
        RIG_TEST(test_schema_errors_name_the_path),
        RIG_TEST(test_reopen_is_all_or_none),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
