/* SPDX-License-Identifier: LGPL-2.1-or-later
 *
 * The program as a gate sees it: bad input in, exit code and text out.
 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <cmocka.h>
#include <jansson.h>
#include <signal.h>
#include <unistd.h>
#include "harness/cli/test_program_run.h"
#include "harness/report/exit_code.h"

/* The driver draws the UUID that a new definition lacks; a canonical form cannot. */
static void
test_a_definition_without_a_uuid_is_valid(void **state)
{
    Fixture *fixture = *state;

    put(fixture, "new.xml",
        "<domain type='kvm'><name>vm</name><memory>1024</memory><os><type>hvm</type></os>"
        "</domain>");
    assert_int_equal(run(fixture, "xml validate @/new.xml"), EXIT_CODE_OK);
    assert_says(fixture->out, "valid");
    assert_int_equal(run(fixture, "xml normalize @/new.xml"), EXIT_CODE_UNEXPECTED);
    assert_says(fixture->err, "uuid");
}

static void
test_unknown_words_are_answered_with_the_nearest(void **state)
{
    static const struct {
        const char *line;
        const char *says;
    } rows[] = {
        {"rnu", "did you mean 'run'?"},
        {"run --targt sim", "did you mean --target?"},
        {"run --profile libvrit", "did you mean 'libvirt'?"},
        {"rules SNAP-API-0001", "did you mean 'SNAP-API-001'?"},
        {"help snapshot-creat", "did you mean 'snapshot-create'?"},
        {"xml validat x", "did you mean 'validate'?"},
        {"run -jx", "run: "},
        {"run --seed -1", "--seed -1"},
        {"run --shard 3/2", "--shard 3/2"},
        {"run --timeout 0", "--timeout 0"},
        {"run @/none.scn", "none.scn"},
    };
    Fixture *fixture = *state;

    for (guint i = 0; i < G_N_ELEMENTS(rows); i++) {
        assert_int_equal(run(fixture, rows[i].line), EXIT_CODE_USAGE);
        assert_says(fixture->err, rows[i].says);
        assert_string_equal(fixture->out, "");
    }
}

static void
test_bad_scenario_names_the_place_and_the_nearest(void **state)
{
    static const struct {
        const char *step;
        const char *place;
        const char *says;
    } rows[] = {
        {"snapshot-crate vm s1", "bad.scn:3:1: ", "snapshot-create"},
        {"snapshot-create-as vm s1 --disc-only", "bad.scn:3:26: ", "disk-only"},
        {"undefine vm => error OPERATION_INVALD", "bad.scn:3:", "OPERATION_INVALID"},
    };
    Fixture *fixture = *state;

    for (guint i = 0; i < G_N_ELEMENTS(rows); i++) {
        g_autofree char *text =
            g_strdup_printf("# Bad.\ndomain vm { disk vda qcow2 1M }\n%s\n", rows[i].step);

        put(fixture, "bad.scn", text);
        assert_int_equal(run(fixture, "run @/bad.scn"), EXIT_CODE_USAGE);
        assert_says(fixture->err, rows[i].place);
        assert_says(fixture->err, rows[i].says);
    }
}

static void
test_two_files_of_one_id_are_refused(void **state)
{
    Fixture *fixture = *state;

    put(fixture, "twin.scn", "# One.\nlist\n");
    put(fixture, "twin", "# The other.\nlist => error NO_DOMAIN\n");
    assert_int_equal(run(fixture, "run @/twin.scn @/twin"), EXIT_CODE_USAGE);
    assert_says(fixture->err, "/twin.scn");
    assert_says(fixture->err, "'twin'");
    assert_int_equal(run(fixture, "list @/twin.scn @/./twin.scn"), EXIT_CODE_OK);
    assert_says(fixture->out, "1 cases in 1 files");
}

static void
test_expectations_that_are_not_there(void **state)
{
    Fixture *fixture = *state;

    put(fixture, "good.scn", "# Good.\nlist\n");
    assert_int_equal(run(fixture, "run --expectations=@/none @/good.scn"), EXIT_CODE_USAGE);
    assert_says(fixture->err, "--expectations");
    assert_says(fixture->err, "/none");
}

static void
test_target_that_does_not_open(void **state)
{
    Fixture *fixture = *state;

    assert_int_equal(run(fixture, "run --target @/none.so --json r.json"), EXIT_CODE_USAGE);
    assert_says(fixture->err, "none.so");
    assert_int_equal(run(fixture, "run --target test:///no-such-file.xml"), EXIT_CODE_USAGE);
    assert_says(fixture->err, "target 'test:///no-such-file.xml': ");
    assert_string_equal(fixture->out, "");
}

static void
test_unwritable_report_is_refused_before_anything_runs(void **state)
{
    Fixture *fixture = *state;

    assert_int_equal(run(fixture, "run --json first.json --junit none/r.xml"), EXIT_CODE_USAGE);
    assert_says(fixture->err, "none/r.xml");
    assert_string_equal(fixture->out, "");
}

static void
test_no_case_is_incomplete(void **state)
{
    Fixture *fixture = *state;

    assert_int_equal(run(fixture, "run --filter 'no-such-case*'"), EXIT_CODE_INCOMPLETE);
    assert_says(fixture->out, "planned 0, ran 0, skipped 0");
    assert_int_equal(run(fixture, "list --filter 'no-such-case*'"), EXIT_CODE_INCOMPLETE);
}

static void
test_a_fault_of_the_harness_is_no_verdict(void **state)
{
    Fixture *fixture = *state;
    g_auto(GStrv) environment = g_get_environ();

    environment = g_environ_setenv(environment, "TMPDIR", "/no/such/folder", TRUE);
    assert_int_equal(run_with(fixture, "run", environment), EXIT_CODE_HARNESS);
    assert_says(fixture->err, "/no/such/folder");
    assert_string_equal(fixture->out, "");
}

static void
test_failure_tells_how_to_repeat_it(void **state)
{
    static const char repeat[] = "    repeat: virt-moment ";
    Fixture *fixture = *state;
    g_autofree char *line = NULL;
    const char *at;

    put(fixture, "bug.scn",
        "# Undefine would orphan the snapshot.\ndomain vm { disk vda qcow2 1M }\n"
        "snapshot-create-as vm s1\nundefine vm => ok\n");
    assert_int_equal(run(fixture, "run --seed 5 @/bug.scn"), EXIT_CODE_UNEXPECTED);
    assert_says(fixture->out, "bug.scn:4: undefine vm => ok\n");
    assert_says(fixture->out, "expected: ok\n");
    assert_says(fixture->out, "seen:     error OPERATION_INVALID: domain 'vm'");
    assert_says(fixture->out, "      snapshot s1: shutoff, current\n");
    at = strstr(fixture->out, repeat);
    assert_non_null(at);
    at += strlen(repeat);
    line = g_strndup(at, strcspn(at, "\n"));
    assert_int_equal(run(fixture, line), EXIT_CODE_UNEXPECTED);
    assert_says(fixture->out, "planned 1, ran 1");
    assert_says(fixture->out, "seed 5");
}

/* What stands in the README between two marks. */
static char *
readme_between(const char *from, const char *to)
{
    g_autofree char *text = NULL;
    const char *start;
    const char *end;

    assert_true(g_file_get_contents(VM_SOURCE_DIR "/README.md", &text, NULL, NULL));
    start = strstr(text, from);
    assert_non_null(start);
    start += strlen(from);
    end = strstr(start, to);
    assert_non_null(end);
    return g_strndup(start, end - start);
}

static void
test_readme_shows_what_is_printed(void **state)
{
    Fixture *fixture = *state;
    g_autofree char *scenario = readme_between("$ cat bug.scn\n", "\n$ ");
    g_autofree char *printed = readme_between("$ build/virt-moment run bug.scn\n", "\n```");

    put(fixture, "bug.scn", scenario);
    assert_int_equal(run(fixture, "run bug.scn"), EXIT_CODE_UNEXPECTED);
    assert_true(g_str_has_prefix(fixture->out, printed));
}

/* A target without a simulated guest cannot be asked to write. */
static void
test_what_a_target_lacks_is_skipped_by_name(void **state)
{
    Fixture *fixture = *state;

    put(fixture, "guest.scn",
        "# A guest's write.\ndomain vm { disk vda qcow2 1M }\nstart vm\n"
        "guest vm write vda 0 64K pattern A\n");
    if (run(fixture, "run --target test:///default --json r.json @/guest.scn") == EXIT_CODE_USAGE) {
        skip(); /* libvirt is not installed */
    }
    assert_says(fixture->out, "lacks: guest");
    assert_says(fixture->out, "planned 1, ran 0, skipped 1");
}

static json_t *
read_json(const Fixture *fixture, const char *name)
{
    g_autofree char *path = g_build_filename(fixture->dir, name, NULL);
    json_t *json = json_load_file(path, 0, NULL);

    assert_non_null(json);
    return json;
}

/* Whether the run whose $TMPDIR the private folder is has a worker. */
static gboolean
has_worker(const Fixture *fixture)
{
    g_autoptr(GDir) dir = g_dir_open(fixture->dir, 0, NULL);
    const char *name;

    while ((name = g_dir_read_name(dir)) != NULL) {
        g_autofree char *log = g_build_filename(fixture->dir, name, "worker-0.log", NULL);

        if (g_file_test(log, G_FILE_TEST_EXISTS)) {
            return TRUE;
        }
    }
    return FALSE;
}

static GPid
start_in_own_tmp(const Fixture *fixture, const char *line)
{
    g_auto(GStrv) words = words_of(fixture, line);
    g_auto(GStrv) environment = g_environ_setenv(g_get_environ(), "TMPDIR", fixture->dir, TRUE);
    GSpawnFlags flags =
        G_SPAWN_DO_NOT_REAP_CHILD | G_SPAWN_STDOUT_TO_DEV_NULL | G_SPAWN_STDERR_TO_DEV_NULL;
    GPid pid;

    assert_true(g_spawn_async(fixture->dir, words, environment, flags, NULL, NULL, &pid, NULL));
    return pid;
}

static void
test_interrupt_reports_what_ran(void **state)
{
    Fixture *fixture = *state;
    GPid pid = start_in_own_tmp(fixture, "run -j1 --json r.json");
    json_t *json;
    json_int_t planned;
    int status;

    while (!has_worker(fixture)) {
        g_usleep(1000);
    }
    g_usleep(200000);
    assert_int_equal(kill(pid, SIGINT), 0);
    assert_int_equal(waitpid(pid, &status, 0), pid);
    assert_true(WIFEXITED(status));
    assert_int_equal(WEXITSTATUS(status), EXIT_CODE_INTERRUPTED);
    json = read_json(fixture, "r.json");
    planned = json_integer_value(json_object_get(json, "planned"));
    assert_in_range(json_integer_value(json_object_get(json, "ran")), 0, planned - 1);
    assert_int_equal(json_array_size(json_object_get(json, "cases")), planned);
    json_decref(json);
}

int
main(void)
{
#define TEST(name) cmocka_unit_test_setup_teardown(name, set_up, tear_down)
    const struct CMUnitTest tests[] = {
        TEST(test_a_definition_without_a_uuid_is_valid),
        TEST(test_unknown_words_are_answered_with_the_nearest),
        TEST(test_bad_scenario_names_the_place_and_the_nearest),
        TEST(test_two_files_of_one_id_are_refused),
        TEST(test_expectations_that_are_not_there),
        TEST(test_target_that_does_not_open),
        TEST(test_unwritable_report_is_refused_before_anything_runs),
        TEST(test_no_case_is_incomplete),
        TEST(test_a_fault_of_the_harness_is_no_verdict),
        TEST(test_failure_tells_how_to_repeat_it),
        TEST(test_readme_shows_what_is_printed),
        TEST(test_what_a_target_lacks_is_skipped_by_name),
        TEST(test_interrupt_reports_what_ran),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
