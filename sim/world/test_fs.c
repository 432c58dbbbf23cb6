/* SPDX-License-Identifier: LGPL-2.1-or-later
 *
 * Where paths lead to, also when a folder was there before.
 */
#include "sim/world/fs.h"
#include <errno.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <cmocka.h>

static int
set_up(void **state)
{
    SimFs *fs = sim_fs_new();
    assert_int_equal(sim_fs_mkdir(fs, "/a/b"), 0);
    assert_int_equal(sim_fs_create(fs, "/a/b/f", NULL), 0);
    *state = fs;
    return 0;
}

static int
tear_down(void **state)
{
    sim_fs_free(*state);
    return 0;
}

static int
answer_of(SimFs *fs, const char *path)
{
    int number = -1;
    gboolean found = sim_fs_lookup(fs, path, &number) != NULL;
    assert_int_equal(found, number == 0);
    return number;
}

static void
test_slashes_and_dots_do_not_matter(void **state)
{
    SimFs *fs = *state;
    SimInode *file = sim_fs_lookup(fs, "/a/b/f", NULL);
    assert_non_null(file);
    assert_ptr_equal(sim_fs_lookup(fs, "//a/./b//f", NULL), file);
    assert_ptr_equal(sim_fs_lookup(fs, "a/b/f/.", NULL), file);
    assert_ptr_equal(sim_fs_lookup(fs, "/", NULL), sim_fs_lookup(fs, "", NULL));
    assert_int_equal(answer_of(fs, "/a/b/f/g"), ENOTDIR);
    assert_int_equal(answer_of(fs, "/a/x/f"), ENOENT);
    assert_int_equal(sim_fs_create(fs, "/", NULL), EINVAL);
}

static void
test_a_renamed_folder_is_not_where_it_was(void **state)
{
    SimFs *fs = *state;
    assert_int_equal(answer_of(fs, "/a/b/f"), 0);
    assert_int_equal(sim_fs_rename(fs, "/a", "/c"), 0);
    assert_int_equal(answer_of(fs, "/a/b/f"), ENOENT);
    assert_int_equal(answer_of(fs, "/c/b/f"), 0);
    assert_int_equal(sim_fs_mkdir(fs, "/a/b"), 0);
    assert_int_equal(answer_of(fs, "/a/b/f"), ENOENT);
}

static void
test_a_removed_folder_is_gone_and_may_come_back(void **state)
{
    SimFs *fs = *state;
    assert_int_equal(sim_fs_rmdir(fs, "/a/b"), ENOTEMPTY);
    assert_int_equal(sim_fs_unlink(fs, "/a/b/f"), 0);
    assert_int_equal(sim_fs_rmdir(fs, "/a/b"), 0);
    assert_int_equal(sim_fs_create(fs, "/a/b/g", NULL), ENOENT);
    assert_int_equal(sim_fs_mkdir(fs, "/a/b"), 0);
    assert_int_equal(sim_fs_create(fs, "/a/b/g", NULL), 0);
    assert_int_equal(answer_of(fs, "/a/b/g"), 0);
}

static void
test_a_power_cut_puts_each_name_back(void **state)
{
    SimFs *fs = *state;
    assert_int_equal(sim_fs_sync_dir(fs, "/"), 0);
    assert_int_equal(sim_fs_sync_dir(fs, "/a"), 0);
    assert_int_equal(sim_fs_sync_dir(fs, "/a/b"), 0);
    SimInode *file = sim_fs_lookup(fs, "/a/b/f", NULL);
    assert_int_equal(sim_fs_rename(fs, "/a/b/f", "/a/b/g"), 0);
    assert_int_equal(sim_fs_create(fs, "/a/b/f", NULL), 0);
    assert_int_equal(sim_fs_unlink(fs, "/a/b/f"), 0);
    assert_int_equal(sim_fs_mkdir(fs, "/a/d"), 0);
    g_autoptr(GPtrArray) names = sim_fs_list(fs, "/a/b", NULL);
    assert_int_equal(names->len, 1);
    sim_fs_power_cut(fs);
    assert_ptr_equal(sim_fs_lookup(fs, "/a/b/f", NULL), file);
    assert_int_equal(answer_of(fs, "/a/b/g"), ENOENT);
    assert_int_equal(answer_of(fs, "/a/d"), ENOENT);
    assert_int_equal(sim_fs_rmdir(fs, "/a/b"), ENOTEMPTY);
}

#define FS_TEST(test) cmocka_unit_test_setup_teardown(test, set_up, tear_down)

static void
test_names_come_and_go_and_come_back(void **state)
{
    SimFs *fs = *state;
    for (guint round = 0; round < 3; round++) {
        for (guint i = 0; i < 20; i++) {
            g_autofree char *path = g_strdup_printf("/a/b/n%u", i);
            assert_int_equal(sim_fs_create(fs, path, NULL), 0);
            if (i % 3 != 0)
                assert_int_equal(sim_fs_sync_dir(fs, "/a/b"), 0);
            assert_int_equal(sim_fs_unlink(fs, path), 0);
            assert_int_equal(answer_of(fs, path), ENOENT);
            if (i % 2 == 0)
                assert_int_equal(sim_fs_sync_dir(fs, "/a/b"), 0);
        }
        g_autoptr(GPtrArray) names = sim_fs_list(fs, "/a/b", NULL);
        assert_int_equal(names->len, 1);
        sim_fs_power_cut(fs);
        assert_int_equal(sim_fs_mkdir(fs, "/a/b"), 0);
        assert_int_equal(sim_fs_create(fs, "/a/b/f", NULL), 0);
    }
}

int
main(void)
{
    const struct CMUnitTest tests[] = {
        FS_TEST(test_slashes_and_dots_do_not_matter),
        FS_TEST(test_a_renamed_folder_is_not_where_it_was),
        FS_TEST(test_a_removed_folder_is_gone_and_may_come_back),
        FS_TEST(test_a_power_cut_puts_each_name_back),
        FS_TEST(test_names_come_and_go_and_come_back),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
