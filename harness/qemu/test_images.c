/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "harness/qemu/test_qemu.h"

#include "harness/qemu/process.h"

/* Run a program of QEMU's that must succeed; what it prints is the caller's. */
static char *
run(const char *const *argv)
{
    char *out = NULL;
    g_autoptr(GError) error = NULL;
    if (!qemu_process_run(argv, NULL, &out, &error))
        print_error("%s\n", error->message);
    assert_non_null(out);
    return out;
}

#define RUN(...) g_free(run((const char *const[]){__VA_ARGS__, NULL}))

static VmImageInfo *
info_of(const QemuTest *test, const char *path)
{
    g_autoptr(GError) error = NULL;
    VmImageInfo *info = test->hypervisor->ops->image_info(test->hypervisor, path, &error);
    assert_null(error);
    return info;
}

static char *
bytes_of(const char *path)
{
    g_autofree char *content = NULL;
    gsize length = 0;
    assert_true(g_file_get_contents(path, &content, &length, NULL));
    return g_compute_checksum_for_data(G_CHECKSUM_SHA256, (const guchar *)content, length);
}

/* Taking a snapshot is refused, the file is named, and stays as it is. */
static void
assert_snapshot_refused(const QemuTest *test, const char *path, const char *part)
{
    g_autofree char *before = bytes_of(path);
    g_autoptr(GError) error = NULL;
    assert_false(test->hypervisor->ops->image_snapshot(test->hypervisor, path,
                                                       VM_IMAGE_SNAPSHOT_CREATE, "s", &error));
    assert_true(g_error_matches(error, VM_ERROR, VIR_ERR_OPERATION_FAILED));
    assert_non_null(strstr(error->message, path));
    if (strstr(error->message, part) == NULL)
        fail_msg("'%s' is not in '%s'", part, error->message);
    g_autofree char *after = bytes_of(path);
    assert_string_equal(before, after);
}

static void
cut(const char *path, gint64 size)
{
    assert_int_equal(truncate(path, size), 0);
}

/* An image of 8 MiB with 1 MiB in it. */
static char *
make_full_image(const QemuTest *test, const char *name)
{
    char *path = test_path(test, name);
    RUN("qemu-img", "create", "-q", "-f", "qcow2", path, "8M");
    RUN("qemu-io", "-c", "write -P 7 1M 1M", path);
    return path;
}

/* ---- tests ---- */

static void
test_an_image_is_made_and_told_of(void **state)
{
    const QemuTest *test = *state;
    g_autofree char *base = make_image(test, "base", "raw");
    g_autofree char *path = test_path(test, "over.qcow2");
    assert_true(
        test->hypervisor->ops->image_create(test->hypervisor, path, "qcow2", 0, base, "raw", NULL));
    g_autoptr(VmImageInfo) raw = info_of(test, base);
    assert_string_equal(raw->format, "raw");
    assert_int_equal(raw->virtual_size, 1 << 20);
    assert_null(raw->backing);
    g_autoptr(VmImageInfo) info = info_of(test, path);
    assert_string_equal(info->format, "qcow2");
    assert_int_equal(info->virtual_size, 1 << 20);
    assert_string_equal(info->backing, base);
    assert_string_equal(info->backing_format, "raw");
    assert_int_equal(info->snapshots->len, 0);
}

static void
test_snapshots_come_and_go(void **state)
{
    const QemuTest *test = *state;
    VmHypervisor *hv = test->hypervisor;
    g_autofree char *path = make_image(test, "a.qcow2", "qcow2");
    assert_true(hv->ops->image_snapshot(hv, path, VM_IMAGE_SNAPSHOT_CREATE, "one", NULL));
    assert_true(hv->ops->image_snapshot(hv, path, VM_IMAGE_SNAPSHOT_CREATE, "two", NULL));
    assert_true(hv->ops->image_snapshot(hv, path, VM_IMAGE_SNAPSHOT_APPLY, "one", NULL));
    assert_true(hv->ops->image_snapshot(hv, path, VM_IMAGE_SNAPSHOT_DELETE, "one", NULL));
    g_autoptr(VmImageInfo) info = info_of(test, path);
    assert_int_equal(info->snapshots->len, 1);
    const VmImageSnapshot *snapshot = info->snapshots->pdata[0];
    assert_string_equal(snapshot->name, "two");
    assert_string_equal(snapshot->id, "2");
    g_autoptr(GError) error = NULL;
    assert_false(hv->ops->image_snapshot(hv, path, VM_IMAGE_SNAPSHOT_APPLY, "none", &error));
    assert_non_null(strstr(error->message, path));
}

static void
test_a_rebase_changes_the_header_alone(void **state)
{
    const QemuTest *test = *state;
    VmHypervisor *hv = test->hypervisor;
    g_autofree char *base = make_image(test, "base.qcow2", "qcow2");
    g_autofree char *other = make_image(test, "other.raw", "raw");
    g_autofree char *over = test_path(test, "over.qcow2");
    g_autoptr(GError) error = NULL;
    assert_true(hv->ops->image_create(hv, over, "qcow2", 0, base, "qcow2", NULL));
    assert_true(hv->ops->image_rebase(hv, over, other, "raw", NULL));
    g_autoptr(VmImageInfo) info = info_of(test, over);
    assert_string_equal(info->backing, other);
    assert_string_equal(info->backing_format, "raw");
    assert_false(hv->ops->image_rebase(hv, other, base, "qcow2", &error));
    assert_non_null(strstr(error->message, other));
}

/* What is read from the file itself is what qemu-img says. */
static void
test_info_agrees_with_qemu_img(void **state)
{
    const QemuTest *test = *state;
    g_autofree char *path = make_full_image(test, "a.qcow2");
    g_autofree char *over = test_path(test, "over.qcow2");
    g_autofree char *folder = g_path_get_dirname(path);
    RUN("qemu-img", "create", "-q", "-f", "qcow2", "-o", "compat=0.10", "-b", "a.qcow2", "-F",
        "qcow2", over);
    RUN("qemu-img", "snapshot", "-c", "s", over);
    RUN("qemu-img", "bitmap", "--add", path, "b1");
    RUN("qemu-img", "bitmap", "--add", path, "b2");
    const char *const paths[] = {path, over};
    for (guint i = 0; i < G_N_ELEMENTS(paths); i++) {
        const char *argv[] = {"qemu-img", "info", "--output=json", paths[i], NULL};
        g_autofree char *json = run(argv);
        json_t *object = json_loads(json, 0, NULL);
        g_autoptr(VmImageInfo) info = info_of(test, paths[i]);
        const json_t *snapshots = json_object_get(object, "snapshots");
        const json_t *data = json_object_get(json_object_get(object, "format-specific"), "data");
        const json_t *bitmaps = json_object_get(data, "bitmaps");
        assert_int_equal(info->virtual_size,
                         json_integer_value(json_object_get(object, "virtual-size")));
        assert_string_equal(
            info->backing ? info->backing : "-",
            i == 0 ? "-" : json_string_value(json_object_get(object, "full-backing-filename")));
        assert_int_equal(info->snapshots->len, json_array_size(snapshots));
        assert_int_equal(info->bitmaps->len, json_array_size(bitmaps));
        for (guint b = 0; b < info->bitmaps->len; b++)
            assert_string_equal(info->bitmaps->pdata[b], json_string_value(json_object_get(
                                                             json_array_get(bitmaps, b), "name")));
        json_decref(object);
    }
}

static void
test_what_changed_is_looked_at_again(void **state)
{
    const QemuTest *test = *state;
    g_autofree char *path = make_image(test, "a.raw", "raw");
    for (guint64 size = 1; size < 5; size++) {
        cut(path, (gint64)(size << 20));
        g_autoptr(VmImageInfo) info = info_of(test, path);
        g_autoptr(VmImageInfo) again = info_of(test, path);
        assert_int_equal(info->virtual_size, size << 20);
        assert_int_equal(again->virtual_size, size << 20);
    }
}

static void
test_a_missing_image_is_named(void **state)
{
    const QemuTest *test = *state;
    g_autofree char *path = test_path(test, "missing");
    g_autoptr(GError) error = NULL;
    assert_null(test->hypervisor->ops->image_info(test->hypervisor, path, &error));
    assert_true(g_error_matches(error, VM_ERROR, VIR_ERR_OPERATION_FAILED));
    assert_non_null(strstr(error->message, path));
    assert_non_null(strstr(error->message, "No such file or directory"));
}

static void
test_a_locked_image_is_not_written(void **state)
{
    const QemuTest *test = *state;
    VmHypervisor *hv = test->hypervisor;
    g_autofree char *path = make_image(test, "a.qcow2", "qcow2");
    VmInstance *vm = started(test, "vm", path);
    assert_snapshot_refused(test, path, "lock");
    g_autoptr(GError) error = NULL;
    assert_false(hv->ops->image_create(hv, path, "qcow2", 4096, NULL, NULL, &error));
    assert_non_null(strstr(error->message, "lock"));
    g_autoptr(VmImageInfo) info = info_of(test, path);
    assert_int_equal(info->virtual_size, 1 << 20);
    hv->ops->detach(vm);
}

static void
test_a_truncated_image_is_not_written(void **state)
{
    const QemuTest *test = *state;
    static const gint64 sizes[] = {1 << 10, 1 << 16, 3 << 16, 5 << 16, 6 << 16, 20 << 16};
    for (guint i = 0; i < G_N_ELEMENTS(sizes); i++) {
        g_autofree char *path = make_full_image(test, "a.qcow2");
        cut(path, sizes[i]);
        assert_snapshot_refused(test, path, "truncated");
        g_autoptr(GError) error = NULL;
        assert_null(start_machine(test, "vm", path, &error));
        assert_non_null(strstr(error->message, "truncated"));
        g_unlink(path);
    }
}

static void
test_the_last_cluster_may_be_short(void **state)
{
    const QemuTest *test = *state;
    g_autofree char *path = make_full_image(test, "a.qcow2");
    g_autofree char *compressed = test_path(test, "c.qcow2");
    RUN("qemu-img", "convert", "-c", "-O", "qcow2", path, compressed);
    assert_true(test->hypervisor->ops->image_snapshot(test->hypervisor, compressed,
                                                      VM_IMAGE_SNAPSHOT_CREATE, "s", NULL));
    assert_true(test->hypervisor->ops->image_snapshot(test->hypervisor, path,
                                                      VM_IMAGE_SNAPSHOT_CREATE, "s", NULL));
    VmInstance *vm = started(test, "vm", path);
    test->hypervisor->ops->detach(vm);
}

static void
test_a_corrupt_image_is_not_written(void **state)
{
    const QemuTest *test = *state;
    g_autofree char *path = make_full_image(test, "a.qcow2");
    FILE *file = fopen(path, "r+");
    assert_int_equal(fseek(file, 79, SEEK_SET), 0); /* incompatible features: corrupt */
    assert_int_equal(fputc(2, file), 2);
    fclose(file);
    assert_snapshot_refused(test, path, "corrupt");
    g_autoptr(VmImageInfo) info = info_of(test, path); /* it may still be looked at */
    assert_int_equal(info->virtual_size, 8 << 20);
}

static void
test_a_backing_loop_is_named(void **state)
{
    const QemuTest *test = *state;
    VmHypervisor *hv = test->hypervisor;
    g_autofree char *one = make_image(test, "one.qcow2", "qcow2");
    g_autofree char *two = test_path(test, "two.qcow2");
    g_autofree char *three = test_path(test, "three.qcow2");
    assert_true(hv->ops->image_create(hv, two, "qcow2", 0, one, "qcow2", NULL));
    g_autoptr(GError) error = NULL;
    assert_false(hv->ops->image_create(hv, one, "qcow2", 0, two, "qcow2", &error));
    assert_non_null(strstr(error->message, one));
    g_clear_error(&error);

    RUN("qemu-img", "rebase", "-u", "-b", two, "-F", "qcow2", one);
    assert_false(hv->ops->image_create(hv, three, "qcow2", 0, one, "qcow2", &error));
    assert_non_null(strstr(error->message, "comes back to"));
    assert_false(g_file_test(three, G_FILE_TEST_EXISTS));
    g_clear_error(&error);
    assert_null(start_machine(test, "vm", one, &error));
    assert_non_null(strstr(error->message, one));
    assert_snapshot_refused(test, one, "comes back to");
}

#define IMAGE_TEST(function) cmocka_unit_test_setup_teardown(function, set_up_qemu, tear_down_qemu)

int
main(void)
{
    const struct CMUnitTest tests[] = {
        IMAGE_TEST(test_an_image_is_made_and_told_of),
        IMAGE_TEST(test_snapshots_come_and_go),
        IMAGE_TEST(test_a_rebase_changes_the_header_alone),
        IMAGE_TEST(test_info_agrees_with_qemu_img),
        IMAGE_TEST(test_what_changed_is_looked_at_again),
        IMAGE_TEST(test_a_missing_image_is_named),
        IMAGE_TEST(test_a_locked_image_is_not_written),
        IMAGE_TEST(test_a_truncated_image_is_not_written),
        IMAGE_TEST(test_the_last_cluster_may_be_short),
        IMAGE_TEST(test_a_corrupt_image_is_not_written),
        IMAGE_TEST(test_a_backing_loop_is_named),
    };
    skip_without_qemu();
    return cmocka_run_group_tests(tests, NULL, NULL);
}
