/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "sim/vm/test_machine.h"

/* The virtual size of a node's image. */
static json_int_t
size_of(Rig *rig, const char *name)
{
    json_int_t size = -1;
    json_t *nodes = vm_qmp_ask(rig->vm, "query-named-block-nodes", NULL, NULL);
    for (gsize i = 0; i < json_array_size(nodes); i++) {
        const json_t *node = json_array_get(nodes, i);
        if (strcmp(json_string_value(json_object_get(node, "node-name")), name) == 0)
            size =
                json_integer_value(json_object_get(json_object_get(node, "image"), "virtual-size"));
    }
    json_decref(nodes);
    return size;
}

static void
test_a_disk_in_use_changes_its_size(void **state)
{
    rig_do(*state, "block_resize", "{'node-name':'a','size':2097152}");
    assert_int_equal(size_of(*state, "a"), 2 << 20);
    rig_do(*state, "block_resize", "{'node-name':'a','size':512}");
    assert_int_equal(size_of(*state, "a"), 512);
}

static void
test_what_is_no_size_is_refused(void **state)
{
    rig_refused(*state, "block_resize", "{'node-name':'a','size':1000}",
                "The new size must be a multiple of 512");
    rig_refused(*state, "block_resize", "{'node-name':'a','size':-512}",
                "Parameter 'size' expects a >0 size");
    rig_refused(*state, "block_resize", "{'device':'vda','size':512}",
                "Cannot find device='vda' nor node-name=''");
    assert_int_equal(size_of(*state, "a"), 1 << 20);
}

static void
test_a_backing_keeps_its_size(void **state)
{
    Rig *rig = *state;
    rig_do(rig, "blockdev-snapshot-sync",
           "{'node-name':'a','snapshot-file':'/o.qcow2','snapshot-node-name':'o'}");
    rig_refused(rig, "block_resize", "{'node-name':'a','size':512}", "Device '(null)' is in use");
}

static void
test_bitmaps_follow_the_size_or_forbid_it(void **state)
{
    Rig *rig = *state;
    rig_do(rig, "block-dirty-bitmap-add", "{'node':'a','name':'x','granularity':65536}");
    rig_do(rig, "cont", NULL);
    g_free(rig_guest(rig, "write vda 0 1M A"));
    rig_do(rig, "block_resize", "{'node-name':'a','size':131072}");
    json_t *nodes = vm_qmp_ask(rig->vm, "query-block", NULL, NULL);
    const json_t *disk = json_object_get(json_array_get(nodes, 0), "inserted");
    const json_t *bitmap = json_array_get(json_object_get(disk, "dirty-bitmaps"), 0);
    assert_int_equal(json_integer_value(json_object_get(bitmap, "count")), 131072);
    json_decref(nodes);
}

static void
test_an_overlay_is_made_and_the_disk_moves_to_it(void **state)
{
    Rig *rig = *state;
    rig_do(rig, "blockdev-snapshot-sync",
           "{'node-name':'a','snapshot-file':'/o.qcow2','snapshot-node-name':'o'}");
    json_t *disks = vm_qmp_ask(rig->vm, "query-block", NULL, NULL);
    const json_t *disk = json_object_get(json_array_get(disks, 0), "inserted");
    assert_string_equal(json_string_value(json_object_get(disk, "node-name")), "o");
    assert_string_equal(json_string_value(json_object_get(disk, "backing_file")), "/a.qcow2");
    assert_int_equal(json_integer_value(json_object_get(disk, "backing_file_depth")), 1);
    json_decref(disks);
}

static void
test_an_overlay_that_nobody_uses_goes(void **state)
{
    Rig *rig = *state;
    rig_do(rig, "blockdev-snapshot-sync",
           "{'node-name':'b','snapshot-file':'/o.qcow2','snapshot-node-name':'o'}");
    assert_int_equal(size_of(rig, "o"), -1);
    assert_non_null(sim_fs_lookup(sim_world_fs(rig->world), "/o.qcow2", NULL));
}

static void
test_an_overlay_needs_a_new_name(void **state)
{
    rig_refused(*state, "blockdev-snapshot-sync", "{'node-name':'a','snapshot-file':'/o'}",
                "New overlay node-name missing");
    rig_refused(*state, "blockdev-snapshot-sync",
                "{'node-name':'a','snapshot-file':'/o','snapshot-node-name':'b'}",
                "New overlay node-name already in use");
    rig_refused(*state, "blockdev-snapshot-sync",
                "{'node-name':'no','snapshot-file':'/o','snapshot-node-name':'o'}",
                "Cannot find device='' nor node-name='no'");
}

static void
test_a_transaction_that_fails_leaves_the_file_alone(void **state)
{
    Rig *rig = *state;
    rig_refused(
        rig, "transaction",
        "{'actions':[{'type':'blockdev-snapshot-sync','data':{'node-name':'a',"
        "'snapshot-file':'/o.qcow2','snapshot-node-name':'o'}},{'type':'abort','data':{}}]}",
        "Transaction aborted using Abort action");
    assert_int_equal(size_of(rig, "o"), -1);
    assert_non_null(sim_fs_lookup(sim_world_fs(rig->world), "/o.qcow2", NULL));
    rig_do(rig, "cont", NULL);
    g_free(rig_guest(rig, "write vda 0 4K A"));
}

int
main(void)
{
    const struct CMUnitTest tests[] = {
        RIG_TEST(test_a_disk_in_use_changes_its_size),
        RIG_TEST(test_what_is_no_size_is_refused),
        RIG_TEST(test_a_backing_keeps_its_size),
        RIG_TEST(test_bitmaps_follow_the_size_or_forbid_it),
        RIG_TEST(test_an_overlay_is_made_and_the_disk_moves_to_it),
        RIG_TEST(test_an_overlay_that_nobody_uses_goes),
        RIG_TEST(test_an_overlay_needs_a_new_name),
        RIG_TEST(test_a_transaction_that_fails_leaves_the_file_alone),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
