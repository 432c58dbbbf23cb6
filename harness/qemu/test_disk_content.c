/* SPDX-License-Identifier: LGPL-2.1-or-later
 *
 * What is read of an image file is what qemu-img makes of it.
 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <cmocka.h>
#include <glib/gstdio.h>
#include <stdio.h>
#include <string.h>
#include "harness/qemu/disk_content.h"
#include "harness/qemu/process.h"

static char *folder;

static int
set_up(void **state)
{
    g_autofree char *program = g_find_program_in_path("qemu-img");
    (void)state;
    if (program == NULL) {
        print_message("qemu-img is not installed\n");
        exit(77);
    }
    folder = g_dir_make_tmp("virt-moment-content-XXXXXX", NULL);
    return folder != NULL ? 0 : -1;
}

static int
tear_down(void **state)
{
    g_autoptr(GDir) dir = g_dir_open(folder, 0, NULL);
    const char *name;
    (void)state;
    while ((name = g_dir_read_name(dir)) != NULL) {
        g_autofree char *path = g_build_filename(folder, name, NULL);
        g_unlink(path);
    }
    g_rmdir(folder);
    g_clear_pointer(&folder, g_free);
    return 0;
}

/* Run a program in the folder; its words end with NULL. */
static void
run(const char *const *argv)
{
    g_autoptr(GError) error = NULL;
    if (!qemu_process_run(argv, folder, NULL, &error))
        fail_msg("%s", error->message);
}

#define RUN(...) run((const char *const[]){__VA_ARGS__, NULL})

static char *
digest_of(const char *name, const char *snapshot)
{
    g_autofree char *path = g_build_filename(folder, name, NULL);
    g_autoptr(GPtrArray) layers = disk_chain_open(path);
    assert_non_null(layers);
    const Qcow2Snapshot *found =
        snapshot != NULL ? qcow2_reader_snapshot(layers->pdata[0], snapshot) : NULL;
    assert_true(snapshot == NULL || found != NULL);
    return disk_chain_digest(layers, found);
}

static void
assert_as_converted(const char *name, const char *snapshot)
{
    if (snapshot != NULL)
        RUN("qemu-img", "convert", "-l", snapshot, "-O", "raw", name, "flat.raw");
    else
        RUN("qemu-img", "convert", "-O", "raw", name, "flat.raw");
    g_autofree char *ours = digest_of(name, snapshot);
    g_autofree char *theirs = digest_of("flat.raw", NULL);
    assert_non_null(ours);
    assert_string_equal(ours, theirs);
}

static void
make_image(const char *options)
{
    RUN("qemu-img", "create", "-q", "-f", "qcow2", "-o", options, "a", "40M");
    RUN("qemu-io", "-c", "write -P 1 0 100k", "-c", "write -P 2 1234k 3", "-c", "write -P 3 39M 1M",
        "-c", "write -z 64k 64k", "a");
}

static void
test_an_image_is_read_as_it_is(void **state)
{
    static const char *const options[] = {"compat=1.1", "compat=0.10", "cluster_size=512",
                                          "cluster_size=2M"};
    (void)state;
    for (guint i = 0; i < G_N_ELEMENTS(options); i++) {
        make_image(options[i]);
        assert_as_converted("a", NULL);
    }
}

static void
test_a_snapshot_keeps_what_it_froze(void **state)
{
    (void)state;
    make_image("compat=1.1");
    g_autofree char *before = digest_of("a", NULL);
    RUN("qemu-img", "snapshot", "-c", "s1", "a");
    RUN("qemu-io", "-c", "write -P 9 0 1M", "-c", "write -z 39M 1M", "a");
    g_autofree char *then = digest_of("a", "s1");
    g_autofree char *now = digest_of("a", NULL);
    assert_string_equal(before, then);
    assert_string_not_equal(before, now);
    assert_as_converted("a", NULL);
    assert_as_converted("a", "s1");
}

static void
test_layers_show_through(void **state)
{
    (void)state;
    make_image("compat=1.1");
    RUN("qemu-img", "create", "-q", "-f", "qcow2", "-b", "a", "-F", "qcow2", "b", "60M");
    RUN("qemu-img", "create", "-q", "-f", "qcow2", "-b", "b", "-F", "qcow2", "c");
    g_autofree char *fresh = digest_of("c", NULL);
    g_autofree char *below = digest_of("b", NULL);
    assert_string_equal(fresh, below);
    RUN("qemu-io", "-c", "write -P 7 30k 4k", "-c", "write -z 39M 64k", "b");
    RUN("qemu-io", "-c", "write -P 8 59M 4k", "c");
    assert_as_converted("c", NULL);
}

static void
test_zeroes_are_equal_however_they_are_kept(void **state)
{
    (void)state;
    RUN("qemu-img", "create", "-q", "-f", "qcow2", "a", "8M");
    RUN("qemu-img", "create", "-q", "-f", "raw", "b", "8M");
    g_autofree char *hole = digest_of("a", NULL);
    RUN("qemu-io", "-c", "write -P 0 0 1M", "-c", "write -z 1M 1M", "a");
    RUN("qemu-io", "-f", "raw", "-c", "write -P 0 0 1M", "b");
    g_autofree char *written = digest_of("a", NULL);
    g_autofree char *raw = digest_of("b", NULL);
    assert_string_equal(hole, written);
    assert_string_equal(hole, raw);
    RUN("qemu-img", "resize", "-q", "-f", "raw", "b", "9M");
    g_autofree char *longer = digest_of("b", NULL);
    assert_string_not_equal(raw, longer);
}

static void
test_what_is_not_read_here_is_converted(void **state)
{
    (void)state;
    make_image("compat=1.1");
    g_autofree char *want = digest_of("a", NULL);
    RUN("qemu-img", "convert", "-c", "-O", "qcow2", "a", "small");
    RUN("qemu-img", "snapshot", "-c", "s1", "small");
    assert_null(digest_of("small", NULL));
    g_autofree char *path = g_build_filename(folder, "small", NULL);
    g_autofree char *whole = disk_converted_digest(path, NULL, folder, NULL);
    assert_string_equal(whole, want);
    RUN("qemu-io", "-c", "write -P 9 0 1M", "small");
    g_autoptr(Qcow2Reader) reader = qcow2_reader_open(path, FALSE);
    g_autofree char *then =
        disk_converted_digest(path, qcow2_reader_snapshot(reader, "s1"), folder, NULL);
    assert_string_equal(then, want);
}

static void
test_a_broken_chain_is_none(void **state)
{
    (void)state;
    make_image("compat=1.1");
    RUN("qemu-img", "create", "-q", "-f", "qcow2", "-b", "a", "-F", "qcow2", "b");
    RUN("rm", "a");
    g_autofree char *path = g_build_filename(folder, "b", NULL);
    assert_null(disk_chain_open(path));
}

/* Written over a sound header, big-endian. */
static void
patch(const char *name, long offset, guint64 value)
{
    g_autofree char *path = g_build_filename(folder, name, NULL);
    FILE *file = fopen(path, "r+b");
    value = GUINT64_TO_BE(value);
    assert_non_null(file);
    assert_int_equal(fseek(file, offset, SEEK_SET), 0);
    assert_int_equal(fwrite(&value, sizeof(value), 1, file), 1);
    fclose(file);
}

static void
test_a_damaged_header_does_not_keep_us(void **state)
{
    (void)state;
    make_image("compat=1.1");
    patch("a", 24, G_GUINT64_CONSTANT(1) << 62); /* the size */
    g_autofree char *huge = digest_of("a", NULL);
    assert_non_null(huge);
    patch("a", 32, 0xffffffff); /* no encryption, and as many L1 entries */
    assert_null(digest_of("a", NULL));
    patch("a", 60, (G_GUINT64_CONSTANT(0xffffffff) << 32)); /* that many snapshots */
    g_autofree char *path = g_build_filename(folder, "a", NULL);
    g_autoptr(Qcow2Reader) reader = qcow2_reader_open(path, FALSE);
    assert_non_null(reader);
}

static void
test_bitmaps_and_backing_are_named(void **state)
{
    (void)state;
    make_image("compat=1.1");
    RUN("qemu-img", "create", "-q", "-f", "qcow2", "-b", "a", "-F", "qcow2", "b");
    RUN("qemu-img", "bitmap", "--add", "b", "one");
    RUN("qemu-img", "bitmap", "--add", "b", "another");
    g_autofree char *path = g_build_filename(folder, "b", NULL);
    g_autofree char *below = g_build_filename(folder, "a", NULL);
    g_autoptr(Qcow2Reader) reader = qcow2_reader_open(path, FALSE);
    assert_int_equal(reader->bitmaps->len, 2);
    assert_string_equal(reader->bitmaps->pdata[0], "one");
    assert_string_equal(reader->bitmaps->pdata[1], "another");
    assert_string_equal(reader->backing, below);
    assert_string_equal(reader->backing_format, "qcow2");
}

int
main(void)
{
#define TEST(name) cmocka_unit_test_setup_teardown(name, set_up, tear_down)
    const struct CMUnitTest tests[] = {
        TEST(test_an_image_is_read_as_it_is),
        TEST(test_a_snapshot_keeps_what_it_froze),
        TEST(test_layers_show_through),
        TEST(test_zeroes_are_equal_however_they_are_kept),
        TEST(test_what_is_not_read_here_is_converted),
        TEST(test_a_broken_chain_is_none),
        TEST(test_a_damaged_header_does_not_keep_us),
        TEST(test_bitmaps_and_backing_are_named),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
