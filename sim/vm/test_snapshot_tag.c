/* SPDX-License-Identifier: LGPL-2.1-or-later
 *
 * What is told of one name is what is told of all.
 */
#include "sim/vm/test_machine.h"

#define SAVE "{'job-id':'j','tag':'t','vmstate':'a','devices':['a','b']}"

static VmImageTag
on_disk(Rig *rig, const char *name)
{
    VmImageTag held = {.name = name};
    assert_true(rig->hv->ops->device_tag(rig->vm, "vda", &held, NULL));
    return held;
}

static VmImageTag
in_file(Rig *rig, const char *path, const char *name)
{
    VmImageTag held = {.name = name};
    assert_true(rig->hv->ops->image_tag(rig->hv, path, &held, NULL));
    return held;
}

static void
test_a_disk_tells_of_a_name_what_query_block_shows(void **state)
{
    Rig *rig = *state;
    rig_do(rig, "snapshot-save", SAVE);
    json_t *blocks = vm_qmp_ask(rig->vm, "query-block", NULL, NULL);
    const json_t *inserted = json_object_get(json_array_get(blocks, 0), "inserted");
    const json_t *shown =
        json_array_get(json_object_get(json_object_get(inserted, "image"), "snapshots"), 0);
    VmImageTag held = on_disk(rig, json_string_value(json_object_get(shown, "name")));
    assert_int_equal(held.count, 1);
    assert_true(held.vm_state_size > 0);
    assert_int_equal(held.vm_state_size,
                     json_integer_value(json_object_get(shown, "vm-state-size")));
    assert_false(held.is_id || held.has_bitmaps);
    json_decref(blocks);
    assert_int_equal(on_disk(rig, "x").count, 0);
}

static void
test_an_id_of_another_name_is_told(void **state)
{
    Rig *rig = *state;
    rig_do(rig, "blockdev-snapshot-internal-sync", "{'device':'a','name':'s'}");
    rig_do(rig, "blockdev-snapshot-internal-sync", "{'device':'a','name':'2'}");
    assert_true(on_disk(rig, "1").is_id);
    assert_int_equal(on_disk(rig, "1").count, 0);
    assert_false(on_disk(rig, "2").is_id); /* its own */
    assert_int_equal(on_disk(rig, "2").vm_state_size, 0);
}

static void
test_bitmaps_are_told(void **state)
{
    Rig *rig = *state;
    assert_false(on_disk(rig, "s").has_bitmaps);
    rig_do(rig, "block-dirty-bitmap-add", "{'node':'a','name':'m','persistent':true}");
    assert_true(on_disk(rig, "s").has_bitmaps);
    rig_do(rig, "quit", NULL);
    assert_true(in_file(rig, "/a.qcow2", "s").has_bitmaps);
    assert_false(in_file(rig, "/b.qcow2", "s").has_bitmaps);
}

static void
test_a_file_tells_of_a_name_what_its_description_shows(void **state)
{
    Rig *rig = *state;
    rig_do(rig, "snapshot-save", SAVE);
    rig->hv->ops->kill(rig->vm);
    for (guint i = 0; i < 2; i++)
        assert_true(
            rig->hv->ops->image_snapshot(rig->hv, "/b.qcow2", VM_IMAGE_SNAPSHOT_CREATE, "d", NULL));
    assert_int_equal(in_file(rig, "/b.qcow2", "d").count, 2);
    assert_true(in_file(rig, "/b.qcow2", "3").is_id);
    assert_int_equal(in_file(rig, "/b.qcow2", "t").vm_state_size, 0);
    g_autoptr(VmImageInfo) info = rig->hv->ops->image_info(rig->hv, "/a.qcow2", NULL);
    const VmImageSnapshot *shown = g_ptr_array_index(info->snapshots, 0);
    assert_int_equal(in_file(rig, "/a.qcow2", "t").vm_state_size, shown->vm_state_size);
}

static void
test_what_is_not_there_tells_nothing(void **state)
{
    Rig *rig = *state;
    VmImageTag held = {.name = "s"};
    g_autoptr(GError) error = NULL;
    assert_false(rig->hv->ops->device_tag(rig->vm, "vdb", &held, &error));
    assert_true(g_error_matches(error, VM_QMP_ERROR, VM_QMP_DEVICE_NOT_FOUND));
    g_clear_error(&error);
    assert_true(sim_world_disturb(rig->world, "vm", "hang query-block", NULL));
    assert_false(rig->hv->ops->device_tag(rig->vm, "vda", &held, &error));
    assert_true(g_error_matches(error, VM_QMP_ERROR, VM_QMP_TIMED_OUT));
    g_clear_error(&error);
    rig->hv->ops->kill(rig->vm);
    assert_false(rig->hv->ops->device_tag(rig->vm, "vda", &held, &error));
    assert_true(g_error_matches(error, VM_QMP_ERROR, VM_QMP_DISCONNECTED));
    g_clear_error(&error);
    assert_false(rig->hv->ops->image_tag(rig->hv, "/missing", &held, &error));
    assert_non_null(strstr(error->message, "No such file or directory"));
}

static void
test_a_device_uses_the_node_that_query_block_shows(void **state)
{
    Rig *rig = *state;
    g_autoptr(GHashTable) nodes = g_hash_table_new_full(g_str_hash, g_str_equal, g_free, g_free);
    g_autoptr(GError) error = NULL;
    json_t *blocks = vm_qmp_ask(rig->vm, "query-block", NULL, NULL);
    const json_t *inserted = json_object_get(json_array_get(blocks, 0), "inserted");
    assert_true(rig->hv->ops->device_nodes(rig->vm, nodes, NULL));
    assert_int_equal(g_hash_table_size(nodes), json_array_size(blocks));
    assert_string_equal(g_hash_table_lookup(nodes, "vda"),
                        json_string_value(json_object_get(inserted, "node-name")));
    json_decref(blocks);
    assert_true(sim_world_disturb(rig->world, "vm", "hang query-block", NULL));
    assert_false(rig->hv->ops->device_nodes(rig->vm, nodes, &error));
    assert_true(g_error_matches(error, VM_QMP_ERROR, VM_QMP_TIMED_OUT));
}

int
main(void)
{
    const struct CMUnitTest tests[] = {
        RIG_TEST(test_a_disk_tells_of_a_name_what_query_block_shows),
        RIG_TEST(test_an_id_of_another_name_is_told),
        RIG_TEST(test_bitmaps_are_told),
        RIG_TEST(test_a_file_tells_of_a_name_what_its_description_shows),
        RIG_TEST(test_what_is_not_there_tells_nothing),
        RIG_TEST(test_a_device_uses_the_node_that_query_block_shows),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
