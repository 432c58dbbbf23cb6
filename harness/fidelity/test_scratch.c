/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "harness/fidelity/scratch.h"

#include <glib/gstdio.h>
#include <setjmp.h>
#include <signal.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>
#include <sys/wait.h>
#include <unistd.h>
#include <cmocka.h>

/* A child makes a folder with a file in it, says where, and waits. */
static pid_t
start_owner(char path[PATH_MAX])
{
    int ends[2];
    pid_t child;

    assert_int_equal(pipe(ends), 0);
    child = fork();
    if (child == 0) {
        g_autofree char *made = scratch_new(NULL);
        g_autofree char *file = g_build_filename(made, "d", NULL);

        g_mkdir(file, 0700);
        if (write(ends[1], made, strlen(made) + 1) > 0) {
            pause();
        }
        _exit(1);
    }
    close(ends[1]);
    assert_true(read(ends[0], path, PATH_MAX) > 0);
    close(ends[0]);
    return child;
}

static void
end_owner(pid_t child, int number)
{
    int status;

    kill(child, number);
    assert_int_equal(waitpid(child, &status, 0), child);
    assert_true(WIFSIGNALED(status));
    assert_int_equal(WTERMSIG(status), number);
}

static void
an_interrupt_takes_the_folder_along(void **state)
{
    char path[PATH_MAX];
    pid_t child = start_owner(path);

    (void)state;
    assert_true(g_file_test(path, G_FILE_TEST_IS_DIR));
    end_owner(child, SIGINT);
    assert_false(g_file_test(path, G_FILE_TEST_EXISTS));
}

static void
what_a_killed_one_left_goes_with_the_next(void **state)
{
    char path[PATH_MAX];
    pid_t child = start_owner(path);

    (void)state;
    end_owner(child, SIGKILL);
    assert_true(g_file_test(path, G_FILE_TEST_IS_DIR));
    scratch_remove_abandoned();
    assert_false(g_file_test(path, G_FILE_TEST_EXISTS));
}

static void
what_a_living_one_has_stays(void **state)
{
    char path[PATH_MAX];
    pid_t child = start_owner(path);

    (void)state;
    scratch_remove_abandoned();
    assert_true(g_file_test(path, G_FILE_TEST_IS_DIR));
    end_owner(child, SIGTERM);
    assert_false(g_file_test(path, G_FILE_TEST_EXISTS));
}

static void
a_folder_that_is_removed_is_no_more(void **state)
{
    g_autofree char *path = scratch_new(NULL);

    (void)state;
    assert_true(g_file_test(path, G_FILE_TEST_IS_DIR));
    scratch_remove(path);
    assert_false(g_file_test(path, G_FILE_TEST_EXISTS));
}

int
main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(an_interrupt_takes_the_folder_along),
        cmocka_unit_test(what_a_killed_one_left_goes_with_the_next),
        cmocka_unit_test(what_a_living_one_has_stays),
        cmocka_unit_test(a_folder_that_is_removed_is_no_more),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
