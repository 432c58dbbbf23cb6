/* SPDX-License-Identifier: LGPL-2.1-or-later
 *
 * The shell as a script sees it: lines in, text and exit code out, and a
 * scenario that passes.
 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <cmocka.h>
#include "harness/cli/test_program_run.h"
#include "harness/report/exit_code.h"

static int
shell(Fixture *fixture, const char *input)
{
    return run_input(fixture, "shell", input);
}

static void
test_a_session_is_kept_as_a_scenario_that_passes(void **state)
{
    Fixture *fixture = *state;

    assert_int_equal(shell(fixture, "domain vm { disk vda qcow2 1M }\n"
                                    "state running\n"
                                    "snapshot-create-as vm s1\n"
                                    "snapshot-create-as vm s2 --disk-only\n"
                                    "undefine vm\n"
                                    "snapshot-list vm --tree\n"
                                    "tree vm\n"
                                    "chain vm vda\n"
                                    "save kept.scn\n"
                                    "quit\n"
                                    "bogus\n"),
                     EXIT_CODE_OK);
    assert_says(fixture->out, "\nerror OPERATION_INVALID: domain 'vm'");
    assert_says(fixture->out, "s1  (running, internal)\n└─ s2  (disk-snapshot, external)  <- ");
    assert_says(fixture->out, "  └─ ${dir}/vm-vda.qcow2  [holds s1]  [is vda of s2]\n");
    assert_says(fixture->out, "virt-moment run kept.scn passes\n");
    assert_int_equal(run(fixture, "run kept.scn"), EXIT_CODE_OK);
    assert_says(fixture->out, "planned 1, ran 1, skipped 0");
}

static void
test_the_end_of_input_ends_it(void **state)
{
    Fixture *fixture = *state;

    assert_int_equal(shell(fixture, ""), EXIT_CODE_OK);
    assert_string_equal(fixture->out, "");
    assert_int_equal(shell(fixture, "list"), EXIT_CODE_OK);
    assert_int_equal(shell(fixture, "document d <<END\nx\n"), EXIT_CODE_UNEXPECTED);
    assert_says(fixture->err, "ends before its last statement");
}

static void
test_what_was_not_as_it_must_be_is_the_exit_code(void **state)
{
    static const char *const lines[] = {"lst\n",   "list => error NO_DOMAIN\n", "tree ghost\n",
                                        "chain\n", "save /no/such/folder/x\n",  "help nothing\n"};
    Fixture *fixture = *state;

    for (guint i = 0; i < G_N_ELEMENTS(lines); i++) {
        assert_int_equal(shell(fixture, lines[i]), EXIT_CODE_UNEXPECTED);
        assert_string_not_equal(fixture->out, "");
    }
    /* An error of a call is what one may look for. */
    assert_int_equal(shell(fixture, "start ghost\n"), EXIT_CODE_OK);
    assert_says(fixture->out, "error NO_DOMAIN: ");
}

/* A session may be saved again and again; what somebody wrote is not written over. */
static void
test_a_file_of_another_kind_is_not_written_over(void **state)
{
    static const char mine[] = "# Mine.\ndomain vm { disk vda qcow2 1M }\nstart vm\n";
    Fixture *fixture = *state;
    g_autofree char *path = g_build_filename(fixture->dir, "mine.scn", NULL);
    g_autofree char *kept = NULL;

    put(fixture, "mine.scn", mine);
    assert_int_equal(shell(fixture, "save mine.scn\n"), EXIT_CODE_UNEXPECTED);
    assert_says(fixture->out, "mine.scn");
    assert_true(g_file_get_contents(path, &kept, NULL, NULL));
    assert_string_equal(kept, mine);
    assert_int_equal(shell(fixture, "save new.scn\ndomain vm { disk vda qcow2 1M }\n"
                                    "save new.scn\n"),
                     EXIT_CODE_OK);
    assert_int_equal(run(fixture, "run @/new.scn"), EXIT_CODE_OK);
}

static void
test_help_speaks_of_commands_and_statements(void **state)
{
    Fixture *fixture = *state;

    assert_int_equal(shell(fixture, "help\nhelp snapshot-delete\nhelp save\nhelp mark\n"),
                     EXIT_CODE_OK);
    assert_says(fixture->out, "  tree DOMAIN ");
    assert_says(fixture->out, "snapshot-delete DOMAIN SNAPSHOT [OPTION…]\n");
    assert_says(fixture->out, "  --children-only ");
    assert_says(fixture->out, "save FILE\n");
    assert_says(fixture->out, "save DOMAIN PATH [OPTION…]\n");
    assert_says(fixture->out, "mark NAME DOMAIN [DISK…] [ram]\n");
}

static void
test_usage(void **state)
{
    static const char *const bad[] = {"shell file.scn", "shell --profile none", "shell --seed x",
                                      "shell --target ./none.so"};
    Fixture *fixture = *state;

    for (guint i = 0; i < G_N_ELEMENTS(bad); i++) {
        assert_int_equal(run_input(fixture, bad[i], ""), EXIT_CODE_USAGE);
        assert_string_not_equal(fixture->err, "");
    }
}

static void
test_the_other_profile(void **state)
{
    Fixture *fixture = *state;

    assert_int_equal(run_input(fixture, "shell --profile libvirt",
                               "domain vm { disk vda qcow2 1M }\nlist --all\nsave l.scn\n"),
                     EXIT_CODE_OK);
    assert_int_equal(run(fixture, "run --profile libvirt l.scn"), EXIT_CODE_OK);
}

int
main(void)
{
#define TEST(name) cmocka_unit_test_setup_teardown(name, set_up, tear_down)
    const struct CMUnitTest tests[] = {
        TEST(test_a_session_is_kept_as_a_scenario_that_passes),
        TEST(test_the_end_of_input_ends_it),
        TEST(test_what_was_not_as_it_must_be_is_the_exit_code),
        TEST(test_a_file_of_another_kind_is_not_written_over),
        TEST(test_help_speaks_of_commands_and_statements),
        TEST(test_usage),
        TEST(test_the_other_profile),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
