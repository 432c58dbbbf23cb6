/* SPDX-License-Identifier: LGPL-2.1-or-later
 *
 * A run that was killed: the next one on its target finds what it left.
 */
#include "harness/run/test_fake_suite.h"

#include <glib/gstdio.h>
#include "harness/folder/folder.h"
#include "harness/run/workdir.h"

typedef struct {
    char *target; /* of this test alone: others run at the same time */
    char *run;    /* folder of the run that never ended */
} Fixture;

static int
set_up(void **state)
{
    static Fixture fixture;
    g_autofree char *worker = NULL;
    g_autofree char *lock = NULL;

    fixture.target = g_strdup_printf("abandoned-%d", getpid());
    fixture.run = g_dir_make_tmp(WORKDIR_PREFIX "XXXXXX", NULL);
    worker = g_build_filename(fixture.run, "worker-0", NULL);
    lock = g_build_filename(fixture.run, WORKDIR_LOCK, NULL);
    assert_int_equal(g_mkdir(worker, 0700), 0);
    fake_leave_two_domains(worker);
    assert_true(g_file_set_contents(lock, fixture.target, -1, NULL));
    undefined_path = g_strconcat(fixture.run, ".names", NULL);
    *state = &fixture;
    return 0;
}

static int
tear_down(void **state)
{
    Fixture *fixture = *state;

    unlink(undefined_path);
    g_clear_pointer(&undefined_path, g_free);
    folder_remove(fixture->run);
    g_clear_pointer(&fixture->run, g_free);
    g_clear_pointer(&fixture->target, g_free);
    return 0;
}

static gboolean
is_there(const Fixture *fixture)
{
    return g_file_test(fixture->run, G_FILE_TEST_EXISTS);
}

static void
run_on(const char *target)
{
    g_autoptr(RunReport) report = run_cases((RunOptions){.target = target}, "a", NULL);

    assert_non_null(report);
    assert_int_equal(run_report_exit_code(report), EXIT_CODE_OK);
}

static void
test_a_killed_runs_domains_are_removed(void **state)
{
    const Fixture *fixture = *state;
    g_autofree char *text = NULL;

    run_on(fixture->target);
    text = undefined_text();
    assert_string_equal(text, "two 3;one 3;");
    assert_false(is_there(fixture));
}

static void
test_a_run_on_another_target_stays(void **state)
{
    g_autofree char *text = NULL;

    run_on("fake");
    text = undefined_text();
    assert_string_equal(text, "nothing");
    assert_true(is_there(*state));
}

static void
test_a_run_that_goes_on_stays(void **state)
{
    const Fixture *fixture = *state;
    g_autofree char *lock = g_build_filename(fixture->run, WORKDIR_LOCK, NULL);
    g_autofree char *text = NULL;
    int fd;

    assert_int_equal(g_unlink(lock), 0);
    fd = workdir_lock(fixture->run, fixture->target, NULL);
    assert_true(fd >= 0);
    run_on(fixture->target);
    text = undefined_text();
    assert_string_equal(text, "nothing");
    assert_true(is_there(fixture));
    close(fd);
}

static void
test_what_was_kept_stays(void **state)
{
    const Fixture *fixture = *state;
    g_autofree char *lock = g_build_filename(fixture->run, WORKDIR_LOCK, NULL);

    assert_int_equal(g_unlink(lock), 0);
    run_on(fixture->target);
    assert_true(is_there(fixture));
}

int
main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test_setup_teardown(test_a_killed_runs_domains_are_removed, set_up, tear_down),
        cmocka_unit_test_setup_teardown(test_a_run_on_another_target_stays, set_up, tear_down),
        cmocka_unit_test_setup_teardown(test_a_run_that_goes_on_stays, set_up, tear_down),
        cmocka_unit_test_setup_teardown(test_what_was_kept_stays, set_up, tear_down),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
