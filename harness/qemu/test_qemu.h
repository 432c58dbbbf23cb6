/* SPDX-License-Identifier: LGPL-2.1-or-later
 *
 * A folder and a hypervisor for tests with real QEMU; where there is none, the
 * test is skipped.
 */
#pragma once

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <cmocka.h>

#include <glib/gstdio.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>
#include "harness/qemu/hypervisor.h"

/** What CTest takes for "skipped". */
#define EXIT_SKIPPED 77

/** One test's world. */
typedef struct {
    char *root;
    char *folder; /* the hypervisor's, below it */
    VmHypervisor *hypervisor;
} QemuTest;

/** Leave the program where QEMU is not installed. */
static inline void
skip_without_qemu(void)
{
    g_autofree char *qemu = g_find_program_in_path("qemu-system-x86_64");
    g_autofree char *img = g_find_program_in_path("qemu-img");
    if (qemu != NULL && img != NULL)
        return;
    printf("skipped: QEMU is not installed\n");
    exit(EXIT_SKIPPED);
}

/** Options for a hypervisor in the test's folder. */
static inline QemuOptions
test_options(const QemuTest *test)
{
    return (QemuOptions){.folder = test->folder};
}

/** A test without a hypervisor yet. */
static inline QemuTest *
test_new(void)
{
    QemuTest *test = g_new0(QemuTest, 1);
    test->root = g_dir_make_tmp("vm-qemu-XXXXXX", NULL);
    test->folder = g_build_filename(test->root, "run", NULL);
    return test;
}

/** cmocka set-up: a hypervisor in a folder of its own. */
static inline int
set_up_qemu(void **state)
{
    QemuTest *test = test_new();
    QemuOptions options = test_options(test);
    test->hypervisor = qemu_hypervisor_new(&options, NULL);
    *state = test;
    return test->hypervisor != NULL ? 0 : -1;
}

/** cmocka tear-down; fails where the hypervisor has left something behind. */
static inline int
tear_down_qemu(void **state)
{
    QemuTest *test = *state;
    qemu_hypervisor_free(test->hypervisor);
    gboolean clean = !g_file_test(test->folder, G_FILE_TEST_EXISTS);
    g_autofree char *remove = g_strdup_printf("rm -rf '%s'", test->root);
    int status = system(remove);
    g_free(test->folder);
    g_free(test->root);
    g_free(test);
    return clean && status == 0 ? 0 : -1;
}

/** A path below the test's root; the caller frees it. */
static inline char *
test_path(const QemuTest *test, const char *name)
{
    return g_build_filename(test->root, name, NULL);
}

/** Make an image of 1 MiB; the caller frees the path. */
static inline char *
make_image(const QemuTest *test, const char *name, const char *format)
{
    char *path = test_path(test, name);
    const VmHypervisorOps *ops = test->hypervisor->ops;
    assert_true(ops->image_create(test->hypervisor, path, format, 1 << 20, NULL, NULL, NULL));
    return path;
}

/** The configuration of a machine with one disk (NULL: none). */
static inline json_t *
machine_config(const char *name, const char *disk)
{
    json_t *config = json_pack("{s:s, s:s, s:i, s:i, s:s, s:[], s:[], s:b}", "name", name, "uuid",
                               "c7a5fdbd-cdaf-9455-926a-d65c16db1809", "memory", 16, "vcpus", 1,
                               "machine", "pc", "blockdev", "device", "incoming", 0);
    if (disk == NULL)
        return config;
    json_array_append_new(json_object_get(config, "blockdev"),
                          json_pack("{s:s, s:s, s:{s:s, s:s, s:s}}", "driver", "qcow2", "node-name",
                                    "d0", "file", "driver", "file", "node-name", "f0", "filename",
                                    disk));
    json_array_append_new(json_object_get(config, "device"),
                          json_pack("{s:s, s:s, s:s, s:s}", "driver", "virtio-blk-pci", "id", "vda",
                                    "drive", "d0", "serial", "disk,1"));
    return config;
}

/** Start a machine; NULL with an error. */
static inline VmInstance *
start_machine(const QemuTest *test, const char *name, const char *disk, GError **error)
{
    json_t *config = machine_config(name, disk);
    VmInstance *instance = test->hypervisor->ops->start(test->hypervisor, config, error);
    json_decref(config);
    return instance;
}

/** Start a machine that must start. */
static inline VmInstance *
started(const QemuTest *test, const char *name, const char *disk)
{
    g_autoptr(GError) error = NULL;
    VmInstance *instance = start_machine(test, name, disk, &error);
    if (error != NULL)
        print_error("%s\n", error->message);
    assert_non_null(instance);
    return instance;
}
