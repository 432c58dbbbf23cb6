/* SPDX-License-Identifier: LGPL-2.1-or-later
 *
 * What every store must do: the simulated one and the host's files alike.
 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <cmocka.h>
#include <glib/gstdio.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>
#include "harness/qemu/files.h"
#include "sim/world/world.h"

typedef struct {
    SimWorld *world; /* NULL on the host */
    VmStore *store;
    char *root; /* an empty folder that is there */
} Place;

static int
set_up_sim(void **state)
{
    Place *place = g_new0(Place, 1);
    place->world = sim_world_new(1);
    place->store = sim_world_store(place->world);
    place->root = g_strdup("/root");
    *state = place;
    return place->store->ops->mkdir(place->store, place->root, NULL) ? 0 : -1;
}

static int
set_up_host(void **state)
{
    Place *place = g_new0(Place, 1);
    place->store = qemu_store_new();
    place->root = g_dir_make_tmp("virt-moment-store-XXXXXX", NULL);
    *state = place;
    return place->root != NULL ? 0 : -1;
}

static void
remove_tree(VmStore *store, const char *path)
{
    g_autoptr(GPtrArray) names = store->ops->list(store, path, NULL);
    for (guint i = 0; i < names->len; i++) {
        g_autofree char *child = g_build_filename(path, names->pdata[i], NULL);
        if (vm_store_kind(store, child) == VM_FILE_DIR)
            remove_tree(store, child);
        else
            store->ops->unlink(store, child, NULL);
    }
    store->ops->rmdir(store, path, NULL);
}

static int
tear_down(void **state)
{
    Place *place = *state;
    remove_tree(place->store, place->root);
    if (place->world != NULL)
        sim_world_free(place->world);
    else
        qemu_store_free(place->store);
    g_free(place->root);
    g_free(place);
    return 0;
}

static char *
in(const Place *place, const char *name)
{
    return g_build_filename(place->root, name, NULL);
}

static void
put(const Place *place, const char *name, const char *text)
{
    g_autofree char *path = in(place, name);
    assert_true(vm_store_replace(place->store, path, text, NULL));
}

static void
assert_text(const Place *place, const char *name, const char *text)
{
    g_autofree char *path = in(place, name);
    g_autofree char *found = vm_store_read_text(place->store, path, 1 << 20, NULL);
    assert_non_null(found);
    assert_string_equal(found, text);
}

static void
assert_kind(const Place *place, const char *name, VmFileKind kind)
{
    g_autofree char *path = in(place, name);
    assert_int_equal(vm_store_kind(place->store, path), kind);
}

static void
assert_refused(GError *error, const char *verb, const char *path, const char *cause)
{
    g_autofree char *text = g_strdup_printf("cannot %s '%s': %s", verb, path, cause);
    assert_non_null(error);
    assert_true(g_error_matches(error, VM_ERROR, VIR_ERR_SYSTEM_ERROR));
    assert_string_equal(error->message, text);
    g_error_free(error);
}

static void
test_a_file_is_replaced_and_nothing_lies_beside_it(void **state)
{
    put(*state, "a/b/c", "one");
    put(*state, "a/b/c", "two");
    assert_text(*state, "a/b/c", "two");
    assert_kind(*state, "a/b/c.new", VM_FILE_MISSING);
    assert_kind(*state, "a/b", VM_FILE_DIR);
}

static void
test_stat_tells_kind_and_size(void **state)
{
    const Place *place = *state;
    g_autofree char *path = in(place, "f");
    g_autofree char *below = in(place, "f/no");
    VmFileStat st;
    put(place, "f", "12345");
    assert_true(place->store->ops->stat(place->store, path, &st, NULL));
    assert_int_equal(st.kind, VM_FILE_REGULAR);
    assert_int_equal(st.size, 5);
    assert_true(place->store->ops->stat(place->store, below, &st, NULL));
    assert_int_equal(st.kind, VM_FILE_MISSING);
}

static void
test_what_cannot_be_read_is_named(void **state)
{
    const Place *place = *state;
    VmStore *store = place->store;
    g_autofree char *missing = in(place, "no");
    g_autofree char *big = in(place, "big");
    GError *error = NULL;
    put(place, "big", "12345");
    assert_null(store->ops->read(store, missing, 10, &error));
    assert_refused(g_steal_pointer(&error), "read", missing, "No such file or directory");
    assert_null(store->ops->open(store, missing, 0, &error));
    assert_refused(g_steal_pointer(&error), "read", missing, "No such file or directory");
    assert_null(store->ops->read(store, big, 4, &error));
    assert_refused(g_steal_pointer(&error), "read", big, "File too large");
    assert_null(store->ops->read(store, place->root, 4, &error));
    assert_refused(g_steal_pointer(&error), "read", place->root, "Is a directory");
}

static void
test_a_head_is_as_long_as_the_file_allows(void **state)
{
    const Place *place = *state;
    g_autofree char *path = in(place, "f");
    put(place, "f", "12345");
    g_autoptr(GBytes) some = place->store->ops->read_head(place->store, path, 3, NULL);
    g_autoptr(GBytes) all = place->store->ops->read_head(place->store, path, 30, NULL);
    assert_int_equal(g_bytes_get_size(some), 3);
    assert_int_equal(g_bytes_get_size(all), 5);
}

static void
test_create_needs_its_folder_and_truncates(void **state)
{
    const Place *place = *state;
    VmStore *store = place->store;
    g_autofree char *lost = in(place, "no/f");
    g_autofree char *path = in(place, "f");
    GError *error = NULL;
    assert_null(store->ops->create(store, lost, &error));
    assert_refused(g_steal_pointer(&error), "create", lost, "No such file or directory");
    assert_null(store->ops->create(store, place->root, &error));
    assert_refused(g_steal_pointer(&error), "create", place->root, "Is a directory");
    put(place, "f", "12345");
    VmStoreFile *file = store->ops->create(store, path, NULL);
    assert_true(store->ops->write(file, "a", 1, NULL));
    assert_true(store->ops->write(file, "bc", 2, NULL));
    assert_true(store->ops->sync_file(file, NULL));
    store->ops->close(file);
    assert_text(place, "f", "abc");
}

static void
test_a_file_opened_to_be_read_takes_no_bytes(void **state)
{
    const Place *place = *state;
    VmStore *store = place->store;
    g_autofree char *path = in(place, "f");
    GError *error = NULL;
    put(place, "f", "12345");
    VmStoreFile *file = store->ops->open(store, path, 2, NULL);
    assert_false(store->ops->write(file, "x", 1, &error));
    assert_refused(g_steal_pointer(&error), "write", path, "Bad file descriptor");
    store->ops->close(file);
    assert_text(place, "f", "12345");
}

static void
test_renames_follow_the_rules(void **state)
{
    const Place *place = *state;
    VmStore *store = place->store;
    g_autofree char *d = in(place, "d");
    g_autofree char *e = in(place, "e");
    g_autofree char *f = in(place, "f");
    g_autofree char *inside = in(place, "d/inside");
    g_autofree char *missing = in(place, "no");
    put(place, "d/x", "1");
    put(place, "f", "2");
    put(place, "g", "3");
    assert_true(store->ops->mkdir(store, e, NULL));
    g_autoptr(GError) over = NULL;
    assert_false(store->ops->rename(store, d, e, &over));
    assert_non_null(strstr(over->message, "Directory not empty"));
    g_autoptr(GError) kind = NULL;
    assert_false(store->ops->rename(store, d, f, &kind));
    assert_non_null(strstr(kind->message, "Not a directory"));
    g_autoptr(GError) folder = NULL;
    assert_false(store->ops->rename(store, f, d, &folder));
    assert_non_null(strstr(folder->message, "Is a directory"));
    assert_false(store->ops->rename(store, d, inside, NULL));
    assert_false(store->ops->rename(store, missing, f, NULL));
    assert_true(store->ops->rmdir(store, e, NULL));
    assert_true(store->ops->rename(store, d, e, NULL));
    assert_text(place, "e/x", "1");
    g_autofree char *g = in(place, "g");
    assert_true(store->ops->rename(store, g, f, NULL));
    assert_text(place, "f", "3");
}

static void
test_removals_follow_the_rules(void **state)
{
    const Place *place = *state;
    VmStore *store = place->store;
    g_autofree char *folder = in(place, "d");
    g_autofree char *missing = in(place, "no");
    GError *error = NULL;
    put(place, "d/x", "1");
    assert_false(store->ops->rmdir(store, folder, &error));
    assert_refused(g_steal_pointer(&error), "remove folder", folder, "Directory not empty");
    assert_false(store->ops->unlink(store, folder, &error));
    assert_refused(g_steal_pointer(&error), "remove", folder, "Is a directory");
    assert_false(store->ops->unlink(store, missing, &error));
    assert_refused(g_steal_pointer(&error), "remove", missing, "No such file or directory");
    assert_true(vm_store_remove(store, missing, NULL));
}

static void
test_folders_are_made_once_and_not_over_files(void **state)
{
    const Place *place = *state;
    VmStore *store = place->store;
    g_autofree char *deep = in(place, "a/b/c");
    g_autofree char *over = in(place, "f/g");
    assert_true(store->ops->mkdir(store, deep, NULL));
    assert_true(store->ops->mkdir(store, deep, NULL));
    put(place, "f", "1");
    GError *error = NULL;
    assert_false(store->ops->mkdir(store, over, &error));
    assert_refused(g_steal_pointer(&error), "make folder", over, "Not a directory");
}

static void
test_lists_are_sorted_and_missing_is_empty(void **state)
{
    const Place *place = *state;
    VmStore *store = place->store;
    put(place, "b", "");
    put(place, "a", "");
    put(place, "B", "");
    g_autoptr(GPtrArray) names = store->ops->list(store, place->root, NULL);
    assert_int_equal(names->len, 3);
    assert_string_equal(names->pdata[0], "B");
    assert_string_equal(names->pdata[2], "b");
    g_autofree char *missing = in(place, "none");
    g_autoptr(GPtrArray) none = store->ops->list(store, missing, NULL);
    assert_int_equal(none->len, 0);
    g_autofree char *file = in(place, "a");
    GError *error = NULL;
    assert_null(store->ops->list(store, file, &error));
    assert_refused(g_steal_pointer(&error), "list", file, "Not a directory");
}

static void
test_a_folder_is_synced_and_a_missing_one_is_not(void **state)
{
    const Place *place = *state;
    g_autofree char *missing = in(place, "none");
    GError *error = NULL;
    assert_true(place->store->ops->sync_dir(place->store, place->root, NULL));
    assert_false(place->store->ops->sync_dir(place->store, missing, &error));
    assert_refused(g_steal_pointer(&error), "sync folder", missing, "No such file or directory");
}

static gboolean
replace_head(const Place *place, const char *path, const char *former, const char *bytes,
             GError **error)
{
    const VmStoreHead head = {former, bytes, strlen(bytes), TRUE};
    return place->store->ops->replace_head(place->store, path, &head, error);
}

static void
test_a_head_is_replaced_in_place(void **state)
{
    const Place *place = *state;
    g_autofree char *path = in(place, "f"), *missing = in(place, "none");
    GError *error = NULL;
    put(place, "f", "first\nrest");
    assert_true(replace_head(place, path, NULL, "other\n", NULL));
    assert_text(place, "f", "other\nrest");
    assert_false(replace_head(place, path, NULL, "eleven bytes", &error));
    assert_refused(g_steal_pointer(&error), "write", path, "Invalid argument");
    assert_text(place, "f", "other\nrest");
    assert_false(replace_head(place, missing, NULL, "x", &error));
    assert_refused(g_steal_pointer(&error), "write", missing, "No such file or directory");
    assert_false(replace_head(place, place->root, NULL, "", &error));
    assert_refused(g_steal_pointer(&error), "write", place->root, "Is a directory");
}

static void
test_a_head_is_replaced_where_it_is_as_was_said(void **state)
{
    const Place *place = *state;
    g_autofree char *path = in(place, "f");
    GError *error = NULL;
    put(place, "f", "first\nrest");
    assert_false(replace_head(place, path, "forst\n", "other\n", &error));
    assert_refused(g_steal_pointer(&error), "write", path, "Invalid argument");
    assert_text(place, "f", "first\nrest");
    assert_true(replace_head(place, path, "first\n", "other\n", NULL));
    assert_true(replace_head(place, path, "other\n", "third\n", NULL));
    assert_text(place, "f", "third\nrest");
}

/* What goes with a descriptor to a hypervisor: the host's alone has one. */
static void
test_a_descriptor_goes_on_where_the_file_stands(void **state)
{
    const Place *place = *state;
    VmStore *store = place->store;
    g_autofree char *path = in(place, "f");
    char byte = 0;
    VmStoreFile *file = store->ops->create(store, path, NULL);
    assert_true(store->ops->write(file, "head", 4, NULL));
    assert_int_equal(write(qemu_store_file_descriptor(file), "tail", 4), 4);
    assert_true(store->ops->write(file, ".", 1, NULL));
    store->ops->close(file);
    assert_text(place, "f", "headtail.");
    file = store->ops->open(store, path, 4, NULL);
    assert_int_equal(read(qemu_store_file_descriptor(file), &byte, 1), 1);
    assert_int_equal(byte, 't');
    store->ops->close(file);
}

static void
test_a_secret_is_for_its_owner_alone(void **state)
{
    g_autofree char *path = in(*state, "f");
    GStatBuf info;
    put(*state, "f", "secret");
    assert_int_equal(g_stat(path, &info), 0);
    assert_int_equal(info.st_mode & 0777, 0600);
}

int
main(void)
{
#define HOST(name) cmocka_unit_test_setup_teardown(name, set_up_host, tear_down)
#define BOTH(name) cmocka_unit_test_setup_teardown(name, set_up_sim, tear_down), HOST(name)
    const struct CMUnitTest tests[] = {
        BOTH(test_a_file_is_replaced_and_nothing_lies_beside_it),
        BOTH(test_stat_tells_kind_and_size),
        BOTH(test_what_cannot_be_read_is_named),
        BOTH(test_a_head_is_as_long_as_the_file_allows),
        BOTH(test_create_needs_its_folder_and_truncates),
        BOTH(test_a_file_opened_to_be_read_takes_no_bytes),
        BOTH(test_renames_follow_the_rules),
        BOTH(test_removals_follow_the_rules),
        BOTH(test_folders_are_made_once_and_not_over_files),
        BOTH(test_lists_are_sorted_and_missing_is_empty),
        BOTH(test_a_folder_is_synced_and_a_missing_one_is_not),
        BOTH(test_a_head_is_replaced_in_place),
        BOTH(test_a_head_is_replaced_where_it_is_as_was_said),
        HOST(test_a_descriptor_goes_on_where_the_file_stands),
        HOST(test_a_secret_is_for_its_owner_alone),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
