/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include <errno.h>
#include <string.h>
#include "sim/world/test_world.h"

static char *
read_text(SimWorld *world, const char *path)
{
    return vm_store_read_text(sim_world_store(world), path, 1 << 20, NULL);
}

/* Write without any sync. */
static void
scribble(SimWorld *world, const char *path, const char *text)
{
    VmStore *store = sim_world_store(world);
    VmStoreFile *file = store->ops->create(store, path, NULL);
    assert_non_null(file);
    assert_true(store->ops->write(file, text, strlen(text), NULL));
    store->ops->close(file);
}

static void
replace_head(SimWorld *world, const char *path, const char *head)
{
    VmStore *store = sim_world_store(world);
    const VmStoreHead other = {.bytes = head, .length = strlen(head)};
    assert_true(store->ops->replace_head(store, path, &other, NULL));
}

static void
test_replace_survives_a_power_cut(void **state)
{
    VmStore *store = sim_world_store(*state);
    assert_true(vm_store_replace(store, "/a/b/c", "one", NULL));
    assert_true(vm_store_replace(store, "/a/b/c", "two", NULL));
    sim_world_power_cut(*state);
    g_autofree char *text = read_text(*state, "/a/b/c");
    assert_string_equal(text, "two");
    assert_int_equal(vm_store_kind(store, "/a/b/c.new"), VM_FILE_MISSING);
}

static void
test_content_that_was_not_synced_is_lost(void **state)
{
    VmStore *store = sim_world_store(*state);
    assert_true(vm_store_replace(store, "/f", "kept", NULL));
    scribble(*state, "/f", "lost");
    sim_world_power_cut(*state);
    g_autofree char *text = read_text(*state, "/f");
    assert_string_equal(text, "kept");
}

static void
test_a_name_that_was_not_synced_is_lost(void **state)
{
    VmStore *store = sim_world_store(*state);
    assert_true(vm_store_replace(store, "/d/old", "x", NULL));
    assert_true(store->ops->rename(store, "/d/old", "/d/new", NULL));
    scribble(*state, "/d/other", "y");
    sim_world_power_cut(*state);
    assert_int_equal(vm_store_kind(store, "/d/old"), VM_FILE_REGULAR);
    assert_int_equal(vm_store_kind(store, "/d/new"), VM_FILE_MISSING);
    assert_int_equal(vm_store_kind(store, "/d/other"), VM_FILE_MISSING);
}

static void
test_a_synced_name_of_unsynced_content_is_an_empty_file(void **state)
{
    VmStore *store = sim_world_store(*state);
    scribble(*state, "/f", "text");
    assert_true(store->ops->sync_dir(store, "/", NULL));
    sim_world_power_cut(*state);
    g_autofree char *text = read_text(*state, "/f");
    assert_string_equal(text, "");
}

static void
test_a_removed_name_comes_back_unless_synced(void **state)
{
    VmStore *store = sim_world_store(*state);
    assert_true(vm_store_replace(store, "/f", "1", NULL));
    assert_true(vm_store_replace(store, "/g", "2", NULL));
    assert_true(vm_store_remove(store, "/g", NULL));
    assert_true(store->ops->unlink(store, "/f", NULL));
    sim_world_power_cut(*state);
    assert_int_equal(vm_store_kind(store, "/f"), VM_FILE_REGULAR);
    assert_int_equal(vm_store_kind(store, "/g"), VM_FILE_MISSING);
}

static void
test_errors_name_path_and_cause(void **state)
{
    g_autoptr(GError) error = NULL;
    assert_null(sim_world_store(*state)->ops->read(sim_world_store(*state), "/no", 10, &error));
    assert_true(g_error_matches(error, VM_ERROR, VIR_ERR_SYSTEM_ERROR));
    assert_non_null(strstr(error->message, "/no"));
    assert_non_null(strstr(error->message, "No such file or directory"));
}

static void
test_a_fault_hits_its_path_and_count(void **state)
{
    VmStore *store = sim_world_store(*state);
    assert_true(vm_store_replace(store, "/etc/x", "1", NULL));
    sim_fs_set_fault(sim_world_fs(*state), "/etc/*", SIM_FS_CHANGE, EACCES, 1);
    g_autoptr(GError) error = NULL;
    assert_false(vm_store_replace(store, "/etc/x", "2", &error));
    assert_non_null(strstr(error->message, "Permission denied"));
    g_autofree char *text = read_text(*state, "/etc/x");
    assert_string_equal(text, "1");
    assert_true(vm_store_replace(store, "/etc/x", "3", NULL));
}

static void
test_lists_are_sorted_and_missing_is_empty(void **state)
{
    VmStore *store = sim_world_store(*state);
    scribble(*state, "/b", "");
    scribble(*state, "/a", "");
    scribble(*state, "/B", "");
    g_autoptr(GPtrArray) names = store->ops->list(store, "/", NULL);
    assert_int_equal(names->len, 3);
    assert_string_equal(names->pdata[0], "B");
    assert_string_equal(names->pdata[2], "b");
    g_autoptr(GPtrArray) none = store->ops->list(store, "/none", NULL);
    assert_int_equal(none->len, 0);
}

static void
test_a_copy_sees_the_world_and_leaves_it_alone(void **state)
{
    VmStore *store = sim_world_store(*state);
    assert_true(vm_store_replace(store, "/d/f", "1", NULL));
    VmStore *copy = sim_world_store_copy(*state);
    g_autofree char *seen = vm_store_read_text(copy, "/d/f", 10, NULL);
    assert_string_equal(seen, "1");
    assert_true(vm_store_replace(copy, "/d/f", "2", NULL));
    assert_true(vm_store_remove(copy, "/d/f", NULL));
    sim_world_store_free(copy);
    g_autofree char *text = read_text(*state, "/d/f");
    assert_string_equal(text, "1");
}

static void
assert_text(VmStore *store, const char *path, const char *expected)
{
    g_autofree char *text = vm_store_read_text(store, path, 10, NULL);
    assert_string_equal(text, expected);
}

static void
test_a_copy_stays_as_the_world_was(void **state)
{
    VmStore *store = sim_world_store(*state);
    assert_true(vm_store_replace(store, "/d/f", "1", NULL));
    assert_true(vm_store_replace(store, "/d/g", "one", NULL));
    VmStore *first = sim_world_store_copy(*state), *second = sim_world_store_copy(*state);
    assert_text(first, "/d/f", "1");
    replace_head(*state, "/d/g", "O");
    assert_text(first, "/d/g", "one");
    VmStore *third = sim_world_store_copy(*state);
    assert_true(vm_store_remove(store, "/d/f", NULL));
    assert_text(second, "/d/f", "1");
    assert_text(third, "/d/f", "1");
    assert_text(third, "/d/g", "One");
    sim_world_store_free(first);
    sim_world_store_free(second);
    sim_world_store_free(third);
    assert_text(store, "/d/g", "One");
}

static void
test_what_a_copy_makes_durable_is_not_so_in_the_world(void **state)
{
    scribble(*state, "/f", "lost");
    VmStore *copy = sim_world_store_copy(*state);
    assert_true(vm_store_sync(copy, "/f", NULL));
    sim_world_store_free(copy);
    sim_world_power_cut(*state);
    assert_int_equal(vm_store_kind(sim_world_store(*state), "/f"), VM_FILE_MISSING);
}

static void
test_folders_are_renamed_and_removed_by_the_rules(void **state)
{
    VmStore *store = sim_world_store(*state);
    assert_true(vm_store_replace(store, "/d/f", "1", NULL));
    assert_false(store->ops->rmdir(store, "/d", NULL));
    assert_false(store->ops->unlink(store, "/d", NULL));
    assert_true(store->ops->rename(store, "/d", "/e", NULL));
    assert_int_equal(vm_store_kind(store, "/e/f"), VM_FILE_REGULAR);
    assert_false(store->ops->rename(store, "/e", "/e/inside", NULL));
    assert_true(store->ops->mkdir(store, "/x", NULL));
    assert_false(store->ops->rename(store, "/e", "/x", NULL));
}

static void
test_a_head_is_read_with_what_follows(void **state)
{
    VmStore *store = sim_world_store(*state);
    assert_true(vm_store_replace(store, "/f", "old: text", NULL));
    replace_head(*state, "/f", "new");
    g_autoptr(GBytes) same = store->ops->read_head(store, "/f", 3, NULL);
    g_autoptr(GBytes) more = store->ops->read_head(store, "/f", 5, NULL);
    assert_memory_equal(g_bytes_get_data(same, NULL), "new", 3);
    assert_memory_equal(g_bytes_get_data(more, NULL), "new: ", 5);
    replace_head(*state, "/f", "NEW:");
    replace_head(*state, "/f", "n");
    g_autofree char *text = read_text(*state, "/f");
    assert_string_equal(text, "nEW: text");
}

static void
test_a_head_is_durable_once_it_was_synced(void **state)
{
    VmStore *store = sim_world_store(*state);
    assert_true(vm_store_replace(store, "/f", "one: text", NULL));
    replace_head(*state, "/f", "two");
    assert_true(vm_store_sync_content(store, "/f", NULL));
    replace_head(*state, "/f", "six");
    g_autofree char *before = read_text(*state, "/f");
    assert_string_equal(before, "six: text");
    sim_world_power_cut(*state);
    g_autofree char *after = read_text(*state, "/f");
    assert_string_equal(after, "two: text");
    sim_world_power_cut(*state);
    g_autofree char *again = read_text(*state, "/f");
    assert_string_equal(again, "two: text");
}

int
main(void)
{
    const struct CMUnitTest tests[] = {
        WORLD_TEST(test_replace_survives_a_power_cut),
        WORLD_TEST(test_content_that_was_not_synced_is_lost),
        WORLD_TEST(test_a_name_that_was_not_synced_is_lost),
        WORLD_TEST(test_a_synced_name_of_unsynced_content_is_an_empty_file),
        WORLD_TEST(test_a_removed_name_comes_back_unless_synced),
        WORLD_TEST(test_errors_name_path_and_cause),
        WORLD_TEST(test_a_fault_hits_its_path_and_count),
        WORLD_TEST(test_lists_are_sorted_and_missing_is_empty),
        WORLD_TEST(test_a_copy_sees_the_world_and_leaves_it_alone),
        WORLD_TEST(test_a_copy_stays_as_the_world_was),
        WORLD_TEST(test_what_a_copy_makes_durable_is_not_so_in_the_world),
        WORLD_TEST(test_folders_are_renamed_and_removed_by_the_rules),
        WORLD_TEST(test_a_head_is_read_with_what_follows),
        WORLD_TEST(test_a_head_is_durable_once_it_was_synced),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
