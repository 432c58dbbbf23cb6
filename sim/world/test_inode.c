/* SPDX-License-Identifier: LGPL-2.1-or-later
 *
 * What a file tells of syncs that failed, and of an image that was cut short.
 */
#include <errno.h>
#include <string.h>
#include "sim/world/test_world.h"

#define PATH "/a"

/* The file holds `length` bytes that begin as a qcow2 image's do. */
static SimInode *
put_head(SimWorld *world, gsize length)
{
    VmStore *store = sim_world_store(world);
    g_autofree char *bytes = g_malloc0(length);
    memcpy(bytes, "QFI\xfb", MIN(length, 4));
    VmStoreFile *file = store->ops->create(store, PATH, NULL);
    assert_true(store->ops->write(file, bytes, length, NULL));
    store->ops->close(file);
    return sim_fs_lookup(sim_world_fs(world), PATH, NULL);
}

static void
a_failed_sync_is_told_once_to_who_has_it_open(void **state)
{
    VmStore *store = sim_world_store(*state);
    put_head(*state, 8);
    VmStoreFile *first = store->ops->open(store, PATH, 0, NULL);
    VmStoreFile *second = store->ops->open(store, PATH, 0, NULL);
    sim_fs_set_fault(sim_world_fs(*state), PATH, SIM_FS_SYNC, EIO, 1);
    assert_false(store->ops->sync_file(first, NULL));
    assert_true(store->ops->sync_file(first, NULL));
    assert_false(store->ops->sync_file(second, NULL));
    assert_true(store->ops->sync_file(second, NULL));
    store->ops->close(first);
    store->ops->close(second);
}

static void
who_opens_it_later_is_told_nothing(void **state)
{
    VmStore *store = sim_world_store(*state);
    put_head(*state, 8);
    sim_fs_set_fault(sim_world_fs(*state), PATH, SIM_FS_SYNC, EIO, 1);
    assert_false(vm_store_sync_content(store, PATH, NULL));
    assert_true(vm_store_sync_content(store, PATH, NULL));
}

static void
bytes_that_begin_as_an_image_are_a_damaged_one(void **state)
{
    assert_int_equal(sim_inode_damage(put_head(*state, 3)), SIM_DAMAGE_NONE);
    assert_string_equal(sim_inode_format(put_head(*state, 3)), "raw");
    assert_int_equal(sim_inode_damage(put_head(*state, 103)), SIM_DAMAGE_SHORT_HEADER);
    assert_int_equal(sim_inode_damage(put_head(*state, 104)), SIM_DAMAGE_TABLES);
    assert_string_equal(sim_inode_format(put_head(*state, 104)), "qcow2");
}

int
main(void)
{
    const struct CMUnitTest tests[] = {
        WORLD_TEST(a_failed_sync_is_told_once_to_who_has_it_open),
        WORLD_TEST(who_opens_it_later_is_told_nothing),
        WORLD_TEST(bytes_that_begin_as_an_image_are_a_damaged_one),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
