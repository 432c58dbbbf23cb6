/* SPDX-License-Identifier: LGPL-2.1-or-later
 *
 * Damaged images: who is refused, and that no copy loses the damage.
 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <cmocka.h>
#include <string.h>
#include "sim/block/image_check.h"
#include "sim/block/image_ops.h"
#include "sim/block/lock.h"
#include "spec/api/error.h"

static int
set_up(void **state)
{
    *state = sim_fs_new();
    return 0;
}

static int
tear_down(void **state)
{
    sim_fs_free(*state);
    return 0;
}

/* An image at a path with that backing and damage; borrowed. */
static SimImage *
put(SimFs *fs, const char *path, const char *backing, SimDamage damage)
{
    g_autoptr(SimImage) image =
        sim_image_new(SIM_FORMAT_QCOW2, 1 << 20, backing, backing == NULL ? NULL : "qcow2");
    sim_image_set_damage(image, damage);
    assert_int_equal(sim_fs_put_image(fs, path, image), 0);
    return image;
}

static SimDamage
damage_at(SimFs *fs, const char *path)
{
    return sim_image_state(sim_inode_image(sim_fs_lookup(fs, path, NULL)))->damage;
}

static void
refused(gboolean ok, GError **error, const char *text)
{
    assert_false(ok);
    assert_true(g_error_matches(*error, VM_ERROR, VIR_ERR_OPERATION_FAILED));
    assert_string_equal((*error)->message, text);
    g_clear_error(error);
}

static void
test_a_chain_that_comes_back_is_refused(void **state)
{
    GError *error = NULL;
    put(*state, "/base", "/top", SIM_DAMAGE_NONE);
    put(*state, "/top", "base", SIM_DAMAGE_NONE);
    put(*state, "/sound", "/nothing", SIM_DAMAGE_NONE);
    refused(sim_image_check(*state, "/top", &error), &error,
            "image '/top' has a backing chain that comes back to '/top'");
    assert_true(sim_image_check(*state, "/sound", NULL));
    refused(sim_image_check_backing(*state, "/sound", "/sound", &error), &error,
            "image '/sound' has a backing chain that comes back to '/sound'");
    refused(sim_image_op_create(*state, "/new", "qcow2", 0, "/base", "qcow2", &error), &error,
            "image '/base' has a backing chain that comes back to '/base'");
    assert_null(sim_fs_lookup(*state, "/new", NULL));
}

static void
test_tables_are_looked_at_below_too(void **state)
{
    GError *error = NULL;
    put(*state, "/base", NULL, SIM_DAMAGE_TABLES);
    put(*state, "/top", "/base", SIM_DAMAGE_NONE);
    json_t *config = json_pack("{s:[{s:s, s:{s:s}}]}", "blockdev", "driver", "qcow2", "file",
                               "filename", "/top");
    refused(sim_image_check_config(*state, config, &error), &error,
            "image '/base' is truncated or corrupt: its tables refer to what is not there");
    json_object_set_new(json_array_get(json_object_get(config, "blockdev"), 0), "driver",
                        json_string("raw"));
    assert_true(sim_image_check_config(*state, config, NULL));
    json_decref(config);
}

static void
test_offline_tools_refuse_what_is_damaged(void **state)
{
    const SimClock clock = {0};
    GError *error = NULL;
    put(*state, "/version", NULL, SIM_DAMAGE_VERSION);
    put(*state, "/corrupt", NULL, SIM_DAMAGE_CORRUPT_FLAG);
    assert_null(sim_image_op_info(*state, "/version", &error));
    refused(FALSE, &error, "Could not open '/version': Unsupported qcow2 version 9");
    refused(sim_image_op_create(*state, "/new", "qcow2", 0, "/version", "qcow2", &error), &error,
            "/new: Could not open '/version': Unsupported qcow2 version 9\n"
            "Could not open backing image.");
    g_autoptr(VmImageInfo) info = sim_image_op_info(*state, "/corrupt", NULL);
    assert_non_null(info);
    refused(
        sim_image_op_snapshot(*state, "/corrupt", VM_IMAGE_SNAPSHOT_CREATE, "s", &clock, &error),
        &error, "Could not open '/corrupt': qcow2: Image is corrupt; cannot be opened read/write");
}

/* qemu-img opens the chain of the image that it puts a tag in. */
static void
test_offline_tools_open_what_lies_below(void **state)
{
    const SimClock clock = {0};
    const VmImageSnapshotVerb verbs[] = {VM_IMAGE_SNAPSHOT_CREATE, VM_IMAGE_SNAPSHOT_DELETE};
    GError *error = NULL;
    put(*state, "/base", NULL, SIM_DAMAGE_NONE);
    put(*state, "/middle", "/base", SIM_DAMAGE_NONE);
    put(*state, "/top", "/middle", SIM_DAMAGE_NONE);
    SimInode *base = sim_fs_lookup(*state, "/base", NULL);
    SimLock writer = {SIM_PERM_READ | SIM_PERM_WRITE, SIM_PERM_READ};
    g_ptr_array_add(sim_inode_locks(base), &writer);
    for (guint i = 0; i < G_N_ELEMENTS(verbs); i++)
        refused(sim_image_op_snapshot(*state, "/top", verbs[i], "s", &clock, &error), &error,
                "Could not open '/top': Could not open backing file: Could not open backing file: "
                "Failed to get shared \"write\" lock");
    g_ptr_array_remove(sim_inode_locks(base), &writer);
    assert_true(sim_image_op_snapshot(*state, "/top", verbs[0], "s", &clock, NULL));
    sim_fs_unlink(*state, "/base");
    refused(sim_image_op_snapshot(*state, "/top", verbs[1], "s", &clock, &error), &error,
            "Could not open '/top': Could not open backing file: Could not open backing file: "
            "Could not open '/base': No such file or directory");
}

static void
test_no_copy_loses_the_damage(void **state)
{
    SimImage *image = put(*state, "/x", NULL, SIM_DAMAGE_CORRUPT_FLAG);
    g_autoptr(SimImage) copy = sim_image_copy(image);
    assert_int_equal(sim_image_state(copy)->damage, SIM_DAMAGE_CORRUPT_FLAG);
    g_autoptr(SimFs) whole = sim_fs_copy(*state);
    assert_int_equal(damage_at(whole, "/x"), SIM_DAMAGE_CORRUPT_FLAG);
    sim_image_flush(image);
    sim_image_write(image, 0, 512, 1);
    sim_fs_sync_dir(*state, "/");
    sim_fs_power_cut(*state);
    assert_int_equal(damage_at(*state, "/x"), SIM_DAMAGE_CORRUPT_FLAG);
}

static void
test_damage_shows_in_a_digest_but_not_how_clusters_lie(void **state)
{
    SimImage *image = put(*state, "/x", NULL, SIM_DAMAGE_NONE);
    g_autofree char *sound = sim_image_digest(image);
    sim_image_set_damage(image, SIM_DAMAGE_DIRTY);
    g_autofree char *dirty = sim_image_digest(image);
    sim_image_set_damage(image, SIM_DAMAGE_TABLES);
    g_autofree char *damaged = sim_image_digest(image);
    assert_string_equal(sound, dirty);
    assert_string_not_equal(sound, damaged);
}

#define CHECK_TEST(function) cmocka_unit_test_setup_teardown(function, set_up, tear_down)

int
main(void)
{
    const struct CMUnitTest tests[] = {
        CHECK_TEST(test_a_chain_that_comes_back_is_refused),
        CHECK_TEST(test_tables_are_looked_at_below_too),
        CHECK_TEST(test_offline_tools_refuse_what_is_damaged),
        CHECK_TEST(test_offline_tools_open_what_lies_below),
        CHECK_TEST(test_no_copy_loses_the_damage),
        CHECK_TEST(test_damage_shows_in_a_digest_but_not_how_clusters_lie),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
