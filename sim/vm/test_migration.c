/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include <errno.h>
#include "sim/vm/test_machine.h"

/* Save the guest into /save behind a header. */
static void
save(Rig *rig)
{
    VmStore *store = sim_world_store(rig->world);
    VmStoreFile *file = store->ops->create(store, "/save", NULL);
    assert_true(store->ops->write(file, "HEADER", 6, NULL));
    assert_true(rig->hv->ops->command(rig->vm, "getfd", json_pack("{s:s}", "fdname", "out"), file,
                                      NULL, NULL));
    rig_do(rig, "migrate", "{'uri':'fd:out'}");
    store->ops->close(file);
}

static char *
migration_status(VmInstance *vm)
{
    json_t *reply = vm_qmp_ask(vm, "query-migrate", NULL, NULL);
    char *text = g_strdup(json_string_value(json_object_get(reply, "status")));
    json_decref(reply);
    return text;
}

static void
receive(Rig *rig, const char *path, guint64 offset)
{
    VmStore *store = sim_world_store(rig->world);
    VmStoreFile *file = store->ops->open(store, path, offset, NULL);
    assert_non_null(file);
    assert_true(rig->hv->ops->command(rig->vm, "getfd", json_pack("{s:s}", "fdname", "in"), file,
                                      NULL, NULL));
    store->ops->close(file);
    rig_do(rig, "migrate-incoming", "{'uri':'fd:in'}");
}

static void
restart_incoming(Rig *rig)
{
    rig_do(rig, "quit", NULL);
    rig->hv->ops->detach(rig->vm);
    rig->vm = rig_start(rig, "vm", TRUE, NULL);
    assert_non_null(rig->vm);
    rig_expect_status(rig, "inmigrate");
}

static void
test_save_and_restore_bring_the_memory_over(void **state)
{
    Rig *rig = *state;
    rig_do(rig, "cont", NULL);
    g_free(rig_guest(rig, "ram set k v"));
    save(rig);
    g_autofree char *status = migration_status(rig->vm);
    assert_string_equal(status, "completed");
    rig_expect_status(rig, "postmigrate");
    rig_expect_events(rig->vm, "RESUME setup MIGRATION_PASS active STOP MIGRATION_PASS completed");
    g_autofree char *memory = rig_ram_digest(rig, "vm");
    g_autofree char *saved = rig_content(rig, "/save", "memory");
    assert_string_equal(saved, memory);

    restart_incoming(rig);
    receive(rig, "/save", 6);
    rig_expect_events(rig->vm, "setup active completed");
    rig_expect_status(rig, "paused");
    g_autofree char *restored = rig_ram_digest(rig, "vm");
    assert_string_equal(restored, memory);
    rig_do(rig, "cont", NULL);
    g_autofree char *value = rig_guest(rig, "ram get k");
    assert_string_equal(value, "v");
}

static void
test_a_guest_that_was_not_started_stays_so(void **state)
{
    Rig *rig = *state;
    save(rig);
    rig_expect_events(rig->vm, "setup MIGRATION_PASS active MIGRATION_PASS completed");
    restart_incoming(rig);
    receive(rig, "/save", 6);
    rig_expect_status(rig, "prelaunch");
}

static void
test_garbage_ends_the_instance(void **state)
{
    Rig *rig = *state;
    assert_true(vm_store_replace(sim_world_store(rig->world), "/bad", "garbage", NULL));
    restart_incoming(rig);
    receive(rig, "/bad", 0);
    rig_expect_events(rig->vm, "setup");
    int status = 0;
    assert_true(rig->hv->ops->ended(rig->vm, &status));
    assert_int_equal(status, 1);
    rig_refused(rig, "query-status", NULL, "instance 'vm' has ended");
}

static void
test_a_write_error_lets_the_guest_go_on(void **state)
{
    Rig *rig = *state;
    rig_do(rig, "cont", NULL);
    VmStore *store = sim_world_store(rig->world);
    VmStoreFile *file = store->ops->create(store, "/save", NULL);
    assert_true(rig->hv->ops->command(rig->vm, "getfd", json_pack("{s:s}", "fdname", "o"), file,
                                      NULL, NULL));
    store->ops->close(file);
    sim_fs_set_fault(sim_world_fs(rig->world), "/save", SIM_FS_WRITE, ENOSPC, -1);
    rig_do(rig, "migrate", "{'uri':'fd:o'}");
    rig_expect_events(rig->vm,
                      "RESUME setup MIGRATION_PASS active STOP MIGRATION_PASS failed RESUME");
    g_autofree char *status = migration_status(rig->vm);
    assert_string_equal(status, "failed");
    rig_expect_status(rig, "running");
}

/* A bitmap that the read-only node `a` cannot store. */
static void
add_lost_bitmap(Rig *rig)
{
    rig_image(rig, "/o.qcow2", NULL);
    rig_do(rig, "blockdev-add",
           "{'driver':'qcow2','node-name':'o','backing':null,"
           "'file':{'driver':'file','filename':'/o.qcow2'}}");
    rig_do(rig, "blockdev-snapshot", "{'node':'a','overlay':'o'}");
    rig_do(rig, "block-dirty-bitmap-add", "{'node':'a','name':'m','persistent':true}");
}

static void
test_a_bitmap_that_would_be_lost_fails_it(void **state)
{
    Rig *rig = *state;
    add_lost_bitmap(rig);
    rig_do(rig, "cont", NULL);
    save(rig);
    rig_expect_events(rig->vm,
                      "RESUME setup MIGRATION_PASS active STOP MIGRATION_PASS failed RESUME");
    g_autofree char *status = migration_status(rig->vm);
    assert_string_equal(status, "failed");
    rig_expect_status(rig, "running");
    rig_do(rig, "block-dirty-bitmap-remove", "{'node':'a','name':'m'}");
}

static void
test_a_bitmap_of_a_disk_without_size_fails_it_too(void **state)
{
    Rig *rig = *state;
    rig_do(rig, "block_resize", "{'node-name':'b','size':0}");
    rig_do(rig, "block-dirty-bitmap-add", "{'node':'b','name':'m','persistent':true}");
    save(rig);
    g_autofree char *status = migration_status(rig->vm);
    assert_string_equal(status, "failed");
}

static void
test_a_guest_that_stood_looks_migrated_all_the_same(void **state)
{
    Rig *rig = *state;
    add_lost_bitmap(rig);
    save(rig);
    g_autofree char *status = migration_status(rig->vm);
    assert_string_equal(status, "failed");
    rig_expect_status(rig, "postmigrate");
    rig_do(rig, "cont", NULL);
    rig_expect_status(rig, "running");
}

static void
test_refusals(void **state)
{
    Rig *rig = *state;
    rig_refused(rig, "migrate", "{'uri':'nosuch:x'}",
                "Parameter 'uri' expects a valid migration protocol");
    rig_refused(rig, "migrate", "{'uri':'fd:x'}", "File descriptor named 'x' has not been found");
    rig_refused(rig, "migrate-incoming", "{'uri':'fd:x'}",
                "'-incoming' was not specified on the command line");
    rig_refused(rig, "getfd", "{'fdname':'x'}", "No file descriptor supplied via SCM_RIGHTS");
    save(rig);
    rig_refused(rig, "migrate", "{'uri':'fd:out'}",
                "Can't migrate the vm that was paused due to previous migration");
}

static void
test_events_come_where_they_are_wanted(void **state)
{
    Rig *rig = *state;
    rig_do(rig, "migrate-set-capabilities",
           "{'capabilities':[{'capability':'events','state':true}]}");
    save(rig);
    rig_expect_events(rig->vm, "setup MIGRATION_PASS active MIGRATION_PASS completed");
}

static void
test_the_images_are_let_go_and_taken_back(void **state)
{
    Rig *rig = *state;
    save(rig);
    g_free(rig_events(rig->vm));
    assert_true(
        rig->hv->ops->image_snapshot(rig->hv, "/a.qcow2", VM_IMAGE_SNAPSHOT_CREATE, "s", NULL));
    VmInstance *other = rig_start(rig, "other", FALSE, NULL);
    assert_non_null(other);
    rig_refused(rig, "cont", NULL, "Failed to get \"write\" lock");
    rig_expect_status(rig, "postmigrate");
    rig->hv->ops->kill(other);
    rig->hv->ops->detach(other);
    rig_do(rig, "cont", NULL);
    rig_expect_status(rig, "running");
}

/* What the guest had goes with it; what is opened afterwards does not. */
static void
test_an_overlay_of_afterwards_can_be_written(void **state)
{
    Rig *rig = *state;
    rig_image(rig, "/before.qcow2", NULL);
    rig_image(rig, "/after.qcow2", NULL);
    rig_do(rig, "blockdev-add",
           "{'driver':'qcow2','node-name':'before','backing':null,"
           "'file':{'driver':'file','filename':'/before.qcow2'}}");
    save(rig);
    rig_do(rig, "blockdev-snapshot", "{'node':'a','overlay':'before'}");
    rig_refused(rig, "block_resize", "{'node-name':'before','size':134217728}",
                "Block node is read-only");
    rig_do(rig, "blockdev-add",
           "{'driver':'qcow2','node-name':'after','backing':null,"
           "'file':{'driver':'file','filename':'/after.qcow2'}}");
    rig_do(rig, "blockdev-snapshot", "{'node':'before','overlay':'after'}");
    rig_do(rig, "block_resize", "{'node-name':'after','size':134217728}");
    rig_do(rig, "cont", NULL);
    rig_do(rig, "stop", NULL);
    rig_do(rig, "block_resize", "{'node-name':'after','size':268435456}");
}

int
main(void)
{
    const struct CMUnitTest tests[] = {
        RIG_TEST(test_save_and_restore_bring_the_memory_over),
        RIG_TEST(test_a_guest_that_was_not_started_stays_so),
        RIG_TEST(test_garbage_ends_the_instance),
        RIG_TEST(test_a_write_error_lets_the_guest_go_on),
        RIG_TEST(test_a_bitmap_that_would_be_lost_fails_it),
        RIG_TEST(test_a_bitmap_of_a_disk_without_size_fails_it_too),
        RIG_TEST(test_a_guest_that_stood_looks_migrated_all_the_same),
        RIG_TEST(test_refusals),
        RIG_TEST(test_events_come_where_they_are_wanted),
        RIG_TEST(test_the_images_are_let_go_and_taken_back),
        RIG_TEST(test_an_overlay_of_afterwards_can_be_written),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
