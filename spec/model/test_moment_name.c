/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "spec/model/test_documents.h"

static void
refused(const char *name, const char *part)
{
    g_autoptr(GError) error = NULL;

    assert_false(vm_moment_name_check(name, &error));
    assert_refused(&error, VIR_ERR_XML_DETAIL, part);
}

static void
names_of_files_are_good_names(void **state)
{
    g_autofree char *longest = g_strnfill(240, 'x');

    (void)state;
    assert_true(vm_moment_name_check("a b:c", NULL));
    assert_true(vm_moment_name_check("\xc3\xa9.xml", NULL));
    assert_true(vm_moment_name_check("1", NULL));
    assert_true(vm_moment_name_check(longest, NULL));
}

static void
names_that_no_file_can_have_are_refused(void **state)
{
    g_autofree char *longer = g_strnfill(241, 'x');

    (void)state;
    refused("", "empty");
    refused("a/b", "SNAP-NAME-004");
    refused("..", "SNAP-NAME-005");
    refused(".a", "SNAP-NAME-005");
    refused("a\nb", "0x0a");
    refused("a\x7f", "0x7f");
    refused("\xff", "UTF-8");
    refused(longer, "241 bytes");
}

static void
an_internal_snapshot_is_not_called_like_an_id(void **state)
{
    g_autofree char *longest = g_strnfill(255, 'x');
    g_autofree char *longer = g_strnfill(256, 'x');
    g_autoptr(GError) error = NULL;

    (void)state;
    assert_true(vm_snapshot_internal_name_check("1700000000", NULL));
    assert_true(vm_snapshot_internal_name_check("1a", NULL));
    assert_true(vm_snapshot_internal_name_check(longest, NULL));
    assert_false(vm_snapshot_internal_name_check("1", &error));
    assert_refused(&error, VIR_ERR_CONFIG_UNSUPPORTED, "'1'");
    assert_false(vm_snapshot_internal_name_check("123456789", &error));
    assert_refused(&error, VIR_ERR_CONFIG_UNSUPPORTED, "digits");
    assert_false(vm_snapshot_internal_name_check(longer, &error));
    assert_refused(&error, VIR_ERR_CONFIG_UNSUPPORTED, "256 bytes");
}

int
main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(names_of_files_are_good_names),
        cmocka_unit_test(names_that_no_file_can_have_are_refused),
        cmocka_unit_test(an_internal_snapshot_is_not_called_like_an_id),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
