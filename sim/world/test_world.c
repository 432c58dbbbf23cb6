/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "sim/vm/test_machine.h"

/* A small life, told as text: events, answers, random numbers, files. */
static char *
live(guint64 seed)
{
    GString *story = g_string_new(NULL);
    Rig *rig = NULL;
    void *state = NULL;
    rig_set_up(&state);
    rig = state;
    rig_do(rig, "cont", NULL);
    g_autofree char *word = rig_guest(rig, "write vda 0 64K A");
    rig_do(rig, "snapshot-save", "{'job-id':'j','tag':'t','vmstate':'a','devices':['a','b']}");
    json_t *event;
    while ((event = rig->hv->ops->next_event(rig->vm, TRUE)) != NULL) {
        char *text = json_dumps(event, JSON_SORT_KEYS);
        g_string_append(story, text);
        free(text);
        json_decref(event);
    }
    json_t *files = sim_inspect_files(rig->world, "/");
    char *text = json_dumps(files, JSON_SORT_KEYS);
    g_string_append(story, text);
    free(text);
    json_decref(files);
    rig_tear_down(&state);

    g_autoptr(SimWorld) world = sim_world_new(seed);
    g_autofree char *uuid = vm_env_uuid(sim_world_env(world));
    g_string_append(story, uuid);
    return g_string_free(story, FALSE);
}

static void
test_equal_seeds_give_equal_worlds(void **state)
{
    (void)state;
    g_autofree char *first = live(7);
    g_autofree char *second = live(7);
    g_autofree char *other = live(8);
    assert_string_equal(first, second);
    assert_string_not_equal(first, other);
}

static void
test_a_uuid_is_of_version_4(void **state)
{
    Rig *rig = *state;
    g_autofree char *uuid = vm_env_uuid(sim_world_env(rig->world));
    assert_int_equal(strlen(uuid), 36);
    assert_int_equal(uuid[14], '4');
    assert_non_null(strchr("89ab", uuid[19]));
}

static void
test_the_log_is_taken_once(void **state)
{
    Rig *rig = *state;
    vm_env_log(sim_world_env(rig->world), "found %d", 2);
    g_autofree char *text = sim_world_take_log(rig->world);
    assert_string_equal(text, "found 2\n");
    assert_null(sim_world_take_log(rig->world));
}

static void
test_a_file_is_shown_with_all_it_holds(void **state)
{
    Rig *rig = *state;
    rig_image(rig, "/top.qcow2", "/b.qcow2");
    rig_do(rig, "blockdev-snapshot-internal-sync", "{'device':'a','name':'s'}");
    json_t *file = sim_inspect_file(rig->world, "/a.qcow2");
    json_t *snapshot = json_array_get(json_object_get(file, "snapshots"), 0);
    assert_string_equal(json_string_value(json_object_get(file, "format")), "qcow2");
    assert_string_equal(json_string_value(json_object_get(snapshot, "name")), "s");
    assert_int_equal(json_integer_value(json_object_get(snapshot, "vm-state-size")), 0);
    json_decref(file);
    file = sim_inspect_file(rig->world, "/top.qcow2");
    assert_string_equal(json_string_value(json_object_get(file, "backing")), "/b.qcow2");
    json_decref(file);
    assert_null(sim_inspect_file(rig->world, "/none"));
}

static void
test_instances_are_listed_while_they_run(void **state)
{
    Rig *rig = *state;
    json_t *names = sim_inspect_instances(rig->world);
    assert_int_equal(json_array_size(names), 1);
    json_decref(names);
    rig_do(rig, "quit", NULL);
    names = sim_inspect_instances(rig->world);
    assert_int_equal(json_array_size(names), 0);
    json_decref(names);
    assert_null(sim_inspect_nodes(rig->world, "vm"));
    assert_null(sim_inspect_jobs(rig->world, "vm"));
    assert_null(sim_inspect_ram(rig->world, "vm"));
}

static void
test_a_second_client_finds_the_instance(void **state)
{
    Rig *rig = *state;
    VmInstance *second = rig->hv->ops->attach(rig->hv, "vm", NULL);
    assert_non_null(second);
    rig_do(rig, "cont", NULL);
    rig_expect_events(second, "RESUME");
    rig_expect_events(rig->vm, "RESUME");
    rig->hv->ops->detach(second);
    assert_null(rig->hv->ops->attach(rig->hv, "none", NULL));
}

static void
test_a_broken_chain_has_no_content(void **state)
{
    Rig *rig = *state;
    rig_image(rig, "/base.qcow2", NULL);
    rig_image(rig, "/top.qcow2", "/base.qcow2");
    g_free(rig_content(rig, "/top.qcow2", "digest"));
    VmStore *store = sim_world_store(rig->world);
    assert_true(store->ops->unlink(store, "/base.qcow2", NULL));
    assert_null(sim_inspect_content(rig->world, "/top.qcow2"));
    assert_null(sim_inspect_content(rig->world, "/a.qcow2@none"));
}

static void
test_a_copied_image_holds_what_it_held(void **state)
{
    Rig *rig = *state;
    gboolean done = FALSE;
    g_autoptr(GError) error = NULL;
    rig_do(rig, "cont", NULL);
    g_free(rig_guest(rig, "write vda 0 64K A"));
    g_autofree char *then = rig_content(rig, "/a.qcow2", "digest");
    assert_true(sim_world_copy_image(rig->world, "/a.qcow2", "/kept.qcow2", &done, NULL));
    assert_true(done);
    g_free(rig_guest(rig, "write vda 0 64K B"));
    g_autofree char *now = rig_content(rig, "/a.qcow2", "digest");
    g_autofree char *kept = rig_content(rig, "/kept.qcow2", "digest");
    assert_string_equal(kept, then);
    assert_string_not_equal(kept, now);
    assert_false(sim_world_copy_image(rig->world, "/none", "/kept.qcow2", &done, &error));
    assert_non_null(strstr(error->message, "/none"));
}

static void
test_a_rebase_changes_the_header_alone(void **state)
{
    Rig *rig = *state;
    VmHypervisor *hv = rig->hv;
    g_autoptr(GError) error = NULL;
    rig_image(rig, "/x.qcow2", NULL);
    rig_image(rig, "/y.qcow2", NULL);
    assert_true(hv->ops->image_create(hv, "/o.qcow2", "qcow2", 0, "/x.qcow2", "qcow2", NULL));
    assert_true(hv->ops->image_rebase(hv, "/o.qcow2", "/y.qcow2", "qcow2", NULL));
    g_autoptr(VmImageInfo) info = hv->ops->image_info(hv, "/o.qcow2", NULL);
    assert_string_equal(info->backing, "/y.qcow2");
    assert_true(hv->ops->image_create(hv, "/r.raw", "raw", 1 << 20, NULL, NULL, NULL));
    assert_false(hv->ops->image_rebase(hv, "/r.raw", "/y.qcow2", "qcow2", &error));
    assert_non_null(strstr(error->message, "/r.raw"));
    assert_false(hv->ops->image_rebase(hv, "/none.qcow2", "/y.qcow2", "qcow2", NULL));
}

static void
test_offline_snapshots_follow_qemu_img(void **state)
{
    Rig *rig = *state;
    VmHypervisor *hv = rig->hv;
    rig_image(rig, "/c.qcow2", NULL);
    for (guint i = 0; i < 2; i++)
        assert_true(hv->ops->image_snapshot(hv, "/c.qcow2", VM_IMAGE_SNAPSHOT_CREATE, "s", NULL));
    VmImageInfo *info = hv->ops->image_info(hv, "/c.qcow2", NULL);
    assert_int_equal(info->snapshots->len, 2);
    vm_image_info_free(info);
    assert_true(hv->ops->image_snapshot(hv, "/c.qcow2", VM_IMAGE_SNAPSHOT_DELETE, "s", NULL));
    info = hv->ops->image_info(hv, "/c.qcow2", NULL);
    assert_int_equal(info->snapshots->len, 1);
    assert_string_equal(((VmImageSnapshot *)info->snapshots->pdata[0])->id, "2");
    vm_image_info_free(info);

    g_autoptr(GError) error = NULL;
    SimImage *image = sim_inode_image(sim_fs_lookup(sim_world_fs(rig->world), "/c.qcow2", NULL));
    sim_image_add_bitmap(image, "b");
    assert_false(hv->ops->image_snapshot(hv, "/c.qcow2", VM_IMAGE_SNAPSHOT_APPLY, "s", &error));
    assert_non_null(strstr(error->message, "dirty bitmaps"));
    sim_image_remove_bitmap(image, "b");
    assert_true(hv->ops->image_snapshot(hv, "/c.qcow2", VM_IMAGE_SNAPSHOT_APPLY, "s", NULL));
    assert_false(hv->ops->image_snapshot(hv, "/c.qcow2", VM_IMAGE_SNAPSHOT_APPLY, "x", NULL));
    assert_false(hv->ops->image_create(hv, "/d.qcow2", "qcow2", 0, "/none", "qcow2", NULL));
    assert_false(hv->ops->image_create(hv, "/d.qcow2", "qcow2", 0, "/c.qcow2", NULL, NULL));
}

int
main(void)
{
    const struct CMUnitTest tests[] = {
        RIG_TEST(test_equal_seeds_give_equal_worlds),
        RIG_TEST(test_a_uuid_is_of_version_4),
        RIG_TEST(test_the_log_is_taken_once),
        RIG_TEST(test_a_file_is_shown_with_all_it_holds),
        RIG_TEST(test_instances_are_listed_while_they_run),
        RIG_TEST(test_a_second_client_finds_the_instance),
        RIG_TEST(test_a_broken_chain_has_no_content),
        RIG_TEST(test_a_copied_image_holds_what_it_held),
        RIG_TEST(test_a_rebase_changes_the_header_alone),
        RIG_TEST(test_offline_snapshots_follow_qemu_img),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
