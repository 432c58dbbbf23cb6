/* SPDX-License-Identifier: LGPL-2.1-or-later
 *
 * Reports on disk: refused early, written late.
 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <cmocka.h>
#include <glib/gstdio.h>
#include <string.h>
#include "harness/cli/report_file.h"

static void
test_unwritable_file_is_refused_at_once(void **state)
{
    g_autoptr(GError) error = NULL;
    ReportFile file;

    (void)state;
    assert_false(report_file_open(&file, "/no/such/folder/out.json", &error));
    assert_non_null(strstr(error->message, "/no/such/folder/out.json"));
}

static void
test_old_report_stays_until_the_new_one_is_there(void **state)
{
    g_autofree char *dir = g_dir_make_tmp("report-XXXXXX", NULL);
    g_autofree char *path = g_build_filename(dir, "r.json", NULL);
    g_autofree char *before = NULL;
    g_autofree char *after = NULL;
    ReportFile file;

    (void)state;
    assert_true(g_file_set_contents(path, "a long old report", -1, NULL));
    assert_true(report_file_open(&file, path, NULL));
    assert_true(g_file_get_contents(path, &before, NULL, NULL));
    assert_string_equal(before, "a long old report");
    assert_true(report_file_write(&file, "new", NULL));
    report_file_close(&file);
    assert_true(g_file_get_contents(path, &after, NULL, NULL));
    assert_string_equal(after, "new");
    g_unlink(path);
    g_rmdir(dir);
}

static void
test_no_report_wanted(void **state)
{
    ReportFile file;

    (void)state;
    assert_true(report_file_open(&file, NULL, NULL));
    report_file_close(&file);
}

int
main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_unwritable_file_is_refused_at_once),
        cmocka_unit_test(test_old_report_stays_until_the_new_one_is_there),
        cmocka_unit_test(test_no_report_wanted),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
