/* SPDX-License-Identifier: LGPL-2.1-or-later
 *
 * A run on real QEMU that is ended from outside: it ends at once, and no
 * process and no file of its is left, by the next run at the latest.
 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <cmocka.h>
#include <glib/gstdio.h>
#include <signal.h>
#include <string.h>
#include <sys/wait.h>
#include <unistd.h>
#include "harness/folder/folder.h"
#include "harness/report/exit_code.h"
#include "harness/run/workdir.h"
#include "harness/target/target_load.h"

#define AWAIT_MS 30000
#define POLL_US 10000

/* What cmake knows as "skipped". */
#define SKIPPED 77

typedef struct {
    char *dir;  /* of the test */
    char *temp; /* in it: $TMPDIR of the runs */
    char *scenario;
    char *program;
} Fixture;

static const char scenario_text[] = "# Some that start a guest and end it.\n"
                                    "matrix n = 1 2 3 4 5 6 7 8 9 10 11 12\n"
                                    "domain vm { disk vda qcow2 1M }\n"
                                    "start vm\n"
                                    "snapshot-create-as vm s$n\n"
                                    "snapshot-revert vm s$n\n"
                                    "destroy vm\n";

static int
set_up(void **state)
{
    Fixture *fixture = g_new0(Fixture, 1);
    g_autofree char *self = g_file_read_link("/proc/self/exe", NULL);
    g_autofree char *tests = g_path_get_dirname(self);
    g_autofree char *build = g_path_get_dirname(tests);
    g_autofree char *temporary = g_dir_make_tmp("interrupt-XXXXXX", NULL);
    assert_non_null(temporary);
    fixture->dir = g_canonicalize_filename(temporary, NULL);
    fixture->temp = g_build_filename(fixture->dir, "tmp", NULL);
    fixture->scenario = g_build_filename(fixture->dir, "some.scn", NULL);
    fixture->program = g_build_filename(build, "virt-moment", NULL);
    assert_int_equal(g_mkdir(fixture->temp, 0700), 0);
    assert_true(g_file_set_contents(fixture->scenario, scenario_text, -1, NULL));
    *state = fixture;
    return 0;
}

static int
tear_down(void **state)
{
    Fixture *fixture = *state;
    folder_remove(fixture->dir);
    g_free(fixture->dir);
    g_free(fixture->temp);
    g_free(fixture->scenario);
    g_free(fixture->program);
    g_free(fixture);
    return 0;
}

/* ---- processes ---- */

static GPid
start_run(const Fixture *fixture, const char *filter)
{
    const char *argv[] = {fixture->program, "run",  "--target=qemu",   "-j2",
                          "--filter",       filter, fixture->scenario, NULL};
    g_auto(GStrv) environment = g_environ_setenv(g_get_environ(), "TMPDIR", fixture->temp, TRUE);
    GPid pid = 0;
    assert_true(g_spawn_async(NULL, (char **)argv, environment,
                              G_SPAWN_DO_NOT_REAP_CHILD | G_SPAWN_STDOUT_TO_DEV_NULL |
                                  G_SPAWN_STDERR_TO_DEV_NULL,
                              NULL, NULL, &pid, NULL));
    return pid;
}

/* Its exit code, or -signal. */
static int
end_of(GPid pid)
{
    int status = 0;
    assert_int_equal(waitpid(pid, &status, 0), pid);
    return WIFSIGNALED(status) ? -WTERMSIG(status) : WEXITSTATUS(status);
}

/* A process that works in the runs' folder, as every QEMU of theirs does; 0 where there is none. */
static GPid
find_process(const Fixture *fixture)
{
    g_autoptr(GDir) all = g_dir_open("/proc", 0, NULL);
    const char *name;
    while ((name = g_dir_read_name(all)) != NULL) {
        g_autofree char *link = g_build_filename("/proc", name, "cwd", NULL);
        g_autofree char *folder = g_file_read_link(link, NULL);
        if (folder != NULL && g_str_has_prefix(folder, fixture->temp))
            return (GPid)g_ascii_strtoll(name, NULL, 10);
    }
    return 0;
}

static GPid
await_process(const Fixture *fixture)
{
    GPid found = 0;
    for (int waited = 0; found == 0 && waited < AWAIT_MS * 1000; waited += POLL_US) {
        g_usleep(POLL_US);
        found = find_process(fixture);
    }
    assert_int_not_equal(found, 0);
    return found;
}

/* Workers look like the run that they are of: one as long as it lives keeps the run's folder. */
static gboolean
has_workers(const Fixture *fixture)
{
    g_autoptr(GDir) all = g_dir_open("/proc", 0, NULL);
    const char *name;
    while ((name = g_dir_read_name(all)) != NULL) {
        g_autofree char *path = g_build_filename("/proc", name, "cmdline", NULL);
        g_autofree char *words = NULL;
        gsize length = 0;
        if (g_ascii_isdigit(*name) && g_file_get_contents(path, &words, &length, NULL) &&
            memmem(words, length, fixture->scenario, strlen(fixture->scenario)) != NULL)
            return TRUE;
    }
    return FALSE;
}

static gboolean
is_over(const Fixture *fixture)
{
    return find_process(fixture) == 0 && !has_workers(fixture);
}

static void
await_no_process(const Fixture *fixture)
{
    for (int waited = 0; !is_over(fixture) && waited < AWAIT_MS * 1000; waited += POLL_US)
        g_usleep(POLL_US);
    assert_true(is_over(fixture));
}

static gboolean
is_empty(const char *folder)
{
    g_autoptr(GDir) dir = g_dir_open(folder, 0, NULL);
    return g_dir_read_name(dir) == NULL;
}

/* ---- the tests ---- */

static void
end_by(const Fixture *fixture, int number)
{
    GPid pid = start_run(fixture, "*");
    await_process(fixture);
    kill(pid, number);
    assert_int_equal(end_of(pid), EXIT_CODE_INTERRUPTED);
    await_no_process(fixture);
    assert_true(is_empty(fixture->temp));
}

static void
test_an_interrupted_run_leaves_nothing(void **state)
{
    end_by(*state, SIGINT);
    end_by(*state, SIGTERM);
}

static void
test_what_a_killed_run_has_left_goes_with_the_next(void **state)
{
    const Fixture *fixture = *state;
    GPid pid = start_run(fixture, "*");
    await_process(fixture);
    kill(pid, SIGKILL);
    assert_int_equal(end_of(pid), -SIGKILL);
    await_no_process(fixture);
    assert_false(is_empty(fixture->temp));
    assert_int_equal(end_of(start_run(fixture, "*n=1?")), EXIT_CODE_OK);
    assert_true(is_empty(fixture->temp));
}

/* Not its own end, but that of a guest in the middle of a case. */
static void
test_a_killed_guest_ends_its_case_alone(void **state)
{
    const Fixture *fixture = *state;
    GPid pid = start_run(fixture, "*n=1?");
    kill(await_process(fixture), SIGKILL);
    int code = end_of(pid);
    assert_true(code == EXIT_CODE_UNEXPECTED || code == EXIT_CODE_OK);
    await_no_process(fixture);
    assert_true(is_empty(fixture->temp));
}

static gboolean
has_qemu(void)
{
    struct vm_target_options options = {.profile = "rfc", .seed = 1};
    struct vm_conn *conn = NULL;
    struct vm_error err = {0};
    if (target_qemu()->open(&options, &conn, &err) != 0) {
        print_message("%s\n", err.text);
        return FALSE;
    }
    target_qemu()->close(conn);
    return TRUE;
}

int
main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test_setup_teardown(test_an_interrupted_run_leaves_nothing, set_up, tear_down),
        cmocka_unit_test_setup_teardown(test_what_a_killed_run_has_left_goes_with_the_next, set_up,
                                        tear_down),
        cmocka_unit_test_setup_teardown(test_a_killed_guest_ends_its_case_alone, set_up, tear_down),
    };
    if (!has_qemu())
        return SKIPPED;
    return cmocka_run_group_tests(tests, NULL, NULL);
}
