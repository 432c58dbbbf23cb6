/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <cmocka.h>

#include <glib/gstdio.h>
#include "harness/qemu/hypervisor.h"
#include "harness/qemu/version.h"

static void
test_versions_are_compared_by_number(void **state)
{
    (void)state;
    assert_true(qemu_version_suffices("7.2.22", "6.2"));
    assert_true(qemu_version_suffices("6.2", "6.2"));
    assert_true(qemu_version_suffices("6.2.0", "6.2"));
    assert_true(qemu_version_suffices("10.0.2", "6.2"));
    assert_false(qemu_version_suffices("6.1.99", "6.2"));
    assert_false(qemu_version_suffices("6", "6.2"));
    assert_false(qemu_version_suffices("", "6.2"));
}

static void
test_the_version_is_found_in_the_text(void **state)
{
    (void)state;
    g_autofree char *debian = qemu_version_in("QEMU emulator version 7.2.22 (Debian 1:7.2+dfsg-7)");
    g_autofree char *plain = qemu_version_in("qemu-img version 8.0\nCopyright");
    assert_string_equal(debian, "7.2.22");
    assert_string_equal(plain, "8.0");
    assert_null(qemu_version_in("QEMU emulator"));
    assert_null(qemu_version_in("version unknown"));
}

/* A program in `folder` that prints a version. */
static void
make_program(const char *folder, const char *name, const char *prints)
{
    g_autofree char *path = g_build_filename(folder, name, NULL);
    g_autofree char *script = g_strdup_printf("#!/bin/sh\necho '%s'\n", prints);
    assert_true(g_file_set_contents(path, script, -1, NULL));
    assert_int_equal(g_chmod(path, 0700), 0);
}

static void
assert_unsupported(const char *text)
{
    QemuOptions options = {.folder = "/nonexistent"};
    g_autoptr(GError) error = NULL;
    assert_null(qemu_hypervisor_new(&options, &error));
    assert_string_equal(error->message, text);
    assert_true(g_error_matches(error, VM_ERROR, VIR_ERR_NO_SUPPORT));
}

static void
test_what_is_missing_or_too_old_is_named(void **state)
{
    (void)state;
    g_autofree char *folder = g_dir_make_tmp("vm-version-XXXXXX", NULL);
    g_autofree char *former = g_strdup(g_getenv("PATH"));
    g_setenv("PATH", folder, TRUE);
    assert_unsupported("QEMU 6.2 or later is needed: cannot run 'qemu-img': "
                       "No such file or directory");
    make_program(folder, "qemu-img", "qemu-img version 7.0.0");
    assert_unsupported("QEMU 6.2 or later is needed: cannot run 'qemu-system-x86_64': "
                       "No such file or directory");
    make_program(folder, "qemu-system-x86_64", "something else");
    assert_unsupported("QEMU 6.2 or later is needed: qemu-system-x86_64 does not tell its own");
    make_program(folder, "qemu-system-x86_64", "QEMU emulator version 5.2.0 (Debian)");
    assert_unsupported("QEMU 6.2 or later is needed: qemu-system-x86_64 is of version 5.2.0");
    g_setenv("PATH", former, TRUE);
    g_autofree char *remove = g_strdup_printf("rm -r '%s'", folder);
    assert_true(g_spawn_command_line_sync(remove, NULL, NULL, NULL, NULL));
}

int
main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_versions_are_compared_by_number),
        cmocka_unit_test(test_the_version_is_found_in_the_text),
        cmocka_unit_test(test_what_is_missing_or_too_old_is_named),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
