/* SPDX-License-Identifier: LGPL-2.1-or-later
 *
 * Which cases a run tries.
 */
#include "harness/run/test_fake_suite.h"

static void
test_filters_take_brackets_literally(void **state)
{
    const char *filters[] = {"x[a=1]", "y*", NULL};
    g_autoptr(RunReport) report =
        run_cases((RunOptions){.filters = filters}, "x[a=1] x[a=2] xa y1 y2 z", NULL);

    (void)state;
    assert_int_equal(report->planned, 3);
    assert_string_equal(result_of(report, 0)->id, "x[a=1]");
}

static void
test_shards_share_out_all_cases(void **state)
{
    const char *ids = "a b c d e f g h i j k l m n";
    guint sum = 0;

    (void)state;
    for (guint shard = 1; shard <= 3; shard++) {
        g_autoptr(RunReport) report =
            run_cases((RunOptions){.shard = shard, .shards = 3}, ids, NULL);

        assert_in_range(report->planned, 1, 13);
        sum += report->planned;
    }
    assert_int_equal(sum, 14);
}

static void
test_cases_of_another_profile_are_not_planned(void **state)
{
    g_autoptr(RunReport) rfc = run_cases((RunOptions){0}, "a b-rfc", NULL);
    g_autoptr(RunReport) implied = run_cases((RunOptions){.target = "x:///"}, "a b-rfc", NULL);

    (void)state;
    assert_int_equal(rfc->planned, 2);
    assert_int_equal(implied->planned, 1);
    assert_string_equal(implied->profile, "libvirt");
}

static void
test_slow_cases_are_planned_where_they_are_quick_or_wanted(void **state)
{
    const char *filters[] = {"b-slow", NULL};
    g_autoptr(RunReport) quick = run_cases((RunOptions){.target = "x.so"}, "a b-slow", NULL);
    g_autoptr(RunReport) slow = run_cases((RunOptions){.target = "qemu:///x"}, "a b-slow", NULL);
    g_autoptr(RunReport) wanted =
        run_cases((RunOptions){.target = "qemu:///x", .length = RUN_ALL}, "a b-slow", NULL);
    g_autoptr(RunReport) named =
        run_cases((RunOptions){.target = "qemu:///x", .filters = filters}, "a b-slow", NULL);

    (void)state;
    g_autoptr(RunReport) part = run_cases((RunOptions){.length = RUN_QUICK}, "a b-slow", NULL);

    assert_int_equal(part->planned, 1);
    assert_int_equal(quick->planned, 2);
    assert_int_equal(slow->planned, 1);
    assert_int_equal(wanted->planned, 2);
    assert_int_equal(named->planned, 1);
}

static void
test_failed_selects_what_failed(void **state)
{
    g_autofree char *dir = g_dir_make_tmp("failed-XXXXXX", NULL);
    g_autofree char *path = g_build_filename(dir, "r.json", NULL);
    g_autoptr(RunReport) first =
        run_cases((RunOptions){0}, "a fail1 skip1 crash interrupt z", NULL);
    g_autofree char *text = report_json(first);
    g_autoptr(RunReport) again = NULL;

    (void)state;
    assert_true(g_file_set_contents(path, text, -1, NULL));
    again = run_cases((RunOptions){.failed = path}, "a fail1 skip1 crash interrupt z", NULL);
    remove_dir(dir, "r.json");
    assert_int_equal(again->planned, 3);
    assert_string_equal(result_of(again, 0)->id, "fail1");
    assert_string_equal(result_of(again, 1)->id, "crash");
    assert_string_equal(result_of(again, 2)->id, "z");
}

int
main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_filters_take_brackets_literally),
        cmocka_unit_test(test_shards_share_out_all_cases),
        cmocka_unit_test(test_cases_of_another_profile_are_not_planned),
        cmocka_unit_test(test_slow_cases_are_planned_where_they_are_quick_or_wanted),
        cmocka_unit_test(test_failed_selects_what_failed),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
