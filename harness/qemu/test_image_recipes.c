/* SPDX-License-Identifier: LGPL-2.1-or-later
 *
 * Each image of images/recipes/: sound ones are told of as qemu-img does,
 * broken ones are refused and stay as they are.
 */
#include "harness/qemu/test_qemu.h"

#include "harness/qemu/image_check.h"
#include "harness/qemu/process.h"

/* The image that a recipe makes; the caller frees the path. */
static char *
make(const QemuTest *test, const char *recipe)
{
    char *path = test_path(test, recipe);
    const char *argv[] = {"sh", VM_SOURCE_DIR "/images/recipes/make.sh", recipe, path, NULL};
    g_autoptr(GError) error = NULL;
    if (!qemu_process_run(argv, NULL, NULL, &error))
        fail_msg("%s", error->message);
    return path;
}

static json_t *
ask_qemu_img(const char *path)
{
    const char *argv[] = {"qemu-img", "info", "-U", "--output=json", path, NULL};
    g_autofree char *text = NULL;
    assert_true(qemu_process_run(argv, NULL, &text, NULL));
    json_t *object = json_loads(text, 0, NULL);
    assert_non_null(object);
    return object;
}

static void
assert_text(const char *found, const json_t *object, const char *member)
{
    const char *expected = json_string_value(json_object_get(object, member));
    if (g_strcmp0(found, expected) != 0)
        fail_msg("%s: '%s' and not '%s'", member, found, expected);
}

static void
assert_info(const VmImageInfo *info, const json_t *object)
{
    const json_t *snapshots = json_object_get(object, "snapshots");
    const json_t *data = json_object_get(json_object_get(object, "format-specific"), "data");
    const json_t *bitmaps = json_object_get(data, "bitmaps");
    assert_text(info->format, object, "format");
    assert_text(info->backing, object, "full-backing-filename");
    assert_text(info->backing_format, object, "backing-filename-format");
    assert_int_equal(info->virtual_size,
                     json_integer_value(json_object_get(object, "virtual-size")));
    assert_int_equal(info->snapshots->len, json_array_size(snapshots));
    for (guint i = 0; i < info->snapshots->len; i++) {
        const VmImageSnapshot *snapshot = info->snapshots->pdata[i];
        const json_t *expected = json_array_get(snapshots, i);
        assert_text(snapshot->id, expected, "id");
        assert_text(snapshot->name, expected, "name");
        assert_int_equal(snapshot->vm_state_size,
                         json_integer_value(json_object_get(expected, "vm-state-size")));
    }
    assert_int_equal(info->bitmaps->len, json_array_size(bitmaps));
    for (guint i = 0; i < info->bitmaps->len; i++)
        assert_text(info->bitmaps->pdata[i], json_array_get(bitmaps, i), "name");
}

static void
test_sound_images_are_told_of_as_qemu_img_does(void **state)
{
    const QemuTest *test = *state;
    static const char *const recipes[] = {
        "qcow2-v2",
        "qcow2-v3",
        "qcow2-small-clusters",
        "qcow2-compressed",
        "qcow2-data-file",
        "qcow2-extended-l2",
        "snapshots",
        "snapshots-same-name",
        "snapshots-name-is-id",
        "bitmaps",
        "bitmaps-and-snapshot",
        "bitmap-in-use",
        "backing-chain",
        "backing-raw",
        "backing-missing",
        "backing-shorter",
        "dirty",
        "empty",
        "raw",
        "corrupt-flag",
        "leaked-cluster",
        "raw-odd",
        "qcow2-narrow-refcounts",
    };
    for (guint i = 0; i < G_N_ELEMENTS(recipes); i++) {
        g_autofree char *path = make(test, recipes[i]);
        g_autoptr(GError) error = NULL;
        if (!qemu_image_check(path, &error))
            fail_msg("%s", error->message);
        g_autoptr(VmImageInfo) info =
            test->hypervisor->ops->image_info(test->hypervisor, path, &error);
        assert_null(error);
        json_t *object = ask_qemu_img(path);
        assert_info(info, object);
        json_decref(object);
    }
}

static void
test_what_has_no_sound_header_is_not_told_of(void **state)
{
    const QemuTest *test = *state;
    static const char *const recipes[] = {"bad-version", "bad-feature", "bad-snapshot-table",
                                          "truncated-header"};
    for (guint i = 0; i < G_N_ELEMENTS(recipes); i++) {
        g_autofree char *path = make(test, recipes[i]);
        g_autoptr(GError) error = NULL;
        assert_null(test->hypervisor->ops->image_info(test->hypervisor, path, &error));
        assert_true(g_error_matches(error, VM_ERROR, VIR_ERR_OPERATION_FAILED));
        assert_non_null(strstr(error->message, path));
    }
}

static void
test_broken_images_are_not_written(void **state)
{
    const QemuTest *test = *state;
    static const char *const recipes[] = {
        "truncated",   "truncated-tables", "truncated-header",   "bad-l1",
        "bad-l2",      "bad-version",      "bad-snapshot-table", "corrupt-flag",
        "bad-feature", "backing-loop",     "backing-self",
    };
    for (guint i = 0; i < G_N_ELEMENTS(recipes); i++) {
        g_autofree char *path = make(test, recipes[i]);
        g_autofree char *before = NULL, *after = NULL;
        gsize size = 0, size_after = 0;
        assert_true(g_file_get_contents(path, &before, &size, NULL));
        g_autoptr(GError) error = NULL;
        if (test->hypervisor->ops->image_snapshot(test->hypervisor, path, VM_IMAGE_SNAPSHOT_CREATE,
                                                  "s", &error))
            fail_msg("a snapshot was taken of %s", recipes[i]);
        assert_true(g_error_matches(error, VM_ERROR, VIR_ERR_OPERATION_FAILED));
        assert_non_null(strstr(error->message, path));
        assert_true(g_file_get_contents(path, &after, &size_after, NULL));
        assert_int_equal(size, size_after);
        assert_memory_equal(before, after, size);
    }
}

#define RECIPE_TEST(function) cmocka_unit_test_setup_teardown(function, set_up_qemu, tear_down_qemu)

int
main(void)
{
    const struct CMUnitTest tests[] = {
        RECIPE_TEST(test_sound_images_are_told_of_as_qemu_img_does),
        RECIPE_TEST(test_what_has_no_sound_header_is_not_told_of),
        RECIPE_TEST(test_broken_images_are_not_written),
    };
    skip_without_qemu();
    return cmocka_run_group_tests(tests, NULL, NULL);
}
