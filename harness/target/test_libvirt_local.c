/* SPDX-License-Identifier: LGPL-2.1-or-later
 *
 * What the libvirt target makes on this machine: settings and images.  Exit
 * code 77 (skipped) where libvirt's headers are not there.
 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>
#include <cmocka.h>

#ifdef VM_HAVE_LIBVIRT_HEADERS

#include "harness/folder/folder.h"
#include "harness/target/libvirt_int.h"

static char *
file_in(const char *folder, const char *name)
{
    return g_build_filename(folder, name, NULL);
}

static void
prepare(const char *folder)
{
    g_autofree char *uri = g_strdup_printf("qemu:///embed?root=%s", folder);

    libvirt_local_prepare(uri);
}

static int
make_folder(void **state)
{
    *state = g_dir_make_tmp("virt-moment-test-XXXXXX", NULL);
    return *state ? 0 : -1;
}

static int
remove_folder(void **state)
{
    folder_remove(*state);
    g_free(*state);
    return 0;
}

static void
an_embedded_driver_gets_settings(void **state)
{
    g_autofree char *file = file_in(*state, "etc/qemu.conf");
    g_autofree char *text = NULL;

    prepare(*state);
    assert_true(g_file_get_contents(file, &text, NULL, NULL));
    assert_non_null(strstr(text, "stdio_handler = \"file\"\n"));
}

static void
settings_that_are_there_stay(void **state)
{
    g_autofree char *folder = file_in(*state, "etc");
    g_autofree char *file = file_in(folder, "qemu.conf");
    g_autofree char *text = NULL;

    assert_int_equal(g_mkdir_with_parents(folder, 0755), 0);
    assert_true(g_file_set_contents(file, "user = \"qemu\"\n", -1, NULL));
    prepare(*state);
    assert_true(g_file_get_contents(file, &text, NULL, NULL));
    assert_string_equal(text, "user = \"qemu\"\n");
}

static void
images_are_made_where_the_driver_opens_them(void **state)
{
    g_autofree char *image = file_in(*state, "disks/vda.qcow2");
    g_autofree char *tool = g_find_program_in_path("qemu-img");
    struct vm_target table = {0};
    struct vm_conn conn = {.local_images = TRUE};
    struct vm_error err = {0};

    if (!tool)
        skip();
    libvirt_fill_local(&table);
    assert_int_equal(table.disk_create(&conn, image, "qcow2", 1 << 20, &err), 0);
    assert_true(g_file_test(image, G_FILE_TEST_IS_REGULAR));
    assert_int_equal(table.disk_create(&conn, image, "odd", 1 << 20, &err), VIR_ERR_SYSTEM_ERROR);
    assert_non_null(strstr(err.text, image));
}

static void
no_image_is_made_for_another_driver(void **state)
{
    g_autofree char *image = file_in(*state, "vda.qcow2");
    struct vm_target table = {0};
    struct vm_conn conn = {0};
    struct vm_error err = {0};

    libvirt_fill_local(&table);
    assert_int_equal(table.disk_create(&conn, image, "qcow2", 1 << 20, &err), 0);
    assert_false(g_file_test(image, G_FILE_TEST_EXISTS));
}

#define IN_FOLDER(test) cmocka_unit_test_setup_teardown(test, make_folder, remove_folder)

int
main(void)
{
    const struct CMUnitTest tests[] = {
        IN_FOLDER(an_embedded_driver_gets_settings),
        IN_FOLDER(settings_that_are_there_stay),
        IN_FOLDER(images_are_made_where_the_driver_opens_them),
        IN_FOLDER(no_image_is_made_for_another_driver),
    };

    return cmocka_run_group_tests_name("libvirt_local", tests, NULL, NULL);
}

#else

int
main(void)
{
    return 77;
}

#endif
