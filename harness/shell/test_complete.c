/* SPDX-License-Identifier: LGPL-2.1-or-later
 *
 * What can stand next in a line.
 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <cmocka.h>
#include <string.h>
#include "harness/shell/complete.h"
#include "harness/shell/test_sim_session.h"

static void
type(SimSession *sim, const char *line)
{
    g_autofree char *told = NULL;

    assert_int_equal(scn_session_line(sim->session, line, &told), SCN_SESSION_DONE);
}

static int
set_up(void **state)
{
    int failed = sim_session_set_up(state);
    SimSession *sim = *state;

    type(sim, "domain vm { disk vda qcow2 1M; disk vdb qcow2 1M }");
    type(sim, "domain other { disk vda qcow2 1M }");
    type(sim, "snapshot-create-as vm s1");
    type(sim, "snapshot-create-as vm second");
    return failed;
}

/* The words for a line, joined by blanks. */
static char *
words_for(SimSession *sim, const char *line)
{
    gsize begin;
    g_auto(GStrv) words = shell_complete(sim->session, line, &begin);

    assert_true(begin <= strlen(line));
    return g_strjoinv(" ", words);
}

static void
check(SimSession *sim, const char *line, const char *wanted)
{
    g_autofree char *words = words_for(sim, line);

    if (strcmp(words, wanted) != 0) {
        fail_msg("'%s': '%s' is not '%s'", line, words, wanted);
    }
}

static void
test_commands(void **state)
{
    check(*state, "snapshot-de", "snapshot-delete");
    check(*state, "un", "undefine unhang");
    check(*state, "tr", "tree");
    check(*state, "  managedsave", "managedsave managedsave-remove");
    check(*state, "nothing-of-this", "");
    check(*state, "api snapshot-is", "snapshot-is-current");
    check(*state, "help snapshot-re", "snapshot-revert");
}

static void
test_names_of_domains_and_snapshots(void **state)
{
    check(*state, "start ", "other vm");
    check(*state, "snapshot-delete v", "vm");
    check(*state, "snapshot-delete vm s", "s1 second");
    check(*state, "snapshot-delete --children vm se", "second");
    check(*state, "snapshot-delete other s", "");
    check(*state, "snapshot-revert vm s1 s", "");
    check(*state, "tree o", "other");
    check(*state, "chain vm vd", "vda vdb");
    check(*state, "expect current vm s", "s1 second");
    check(*state, "guest vm write vdb", "vdb");
}

static void
test_options_come_from_the_tables(void **state)
{
    check(*state, "snapshot-revert vm s1 --pa", "--paused");
    check(*state, "snapshot-create-as vm --di", "--disk-only --diskspec");
    check(*state, "snapshot-create-as vm --redef", "");
    check(*state, "snapshot-create vm --redef", "--redefine");
    check(*state, "snapshot-create-as vm x --diskspec vd", "vda vdb");
    check(*state, "snapshot-create-as vm x --diskspec=vdb", "--diskspec=vdb");
    check(*state, "snapshot-list vm --from se", "second");
    check(*state, "shutdown vm --mode ac", "acpi");
}

static void
test_what_must_come(void **state)
{
    check(*state, "undefine vm => ", "error ok outcome output");
    check(*state, "undefine vm => error OPERATION_INV", "OPERATION_INVALID");
    check(*state, "expect cur", "current");
    check(*state, "state pa", "paused");
}

static void
test_files_of_this_machine(void **state)
{
    SimSession *sim = *state;
    g_autofree char *path = g_build_filename(sim->dir, "kept.scn", NULL);
    g_autofree char *line = g_strdup_printf("save %s/ke", sim->dir);

    assert_true(g_file_set_contents(path, "x", -1, NULL));
    check(sim, line, path);
}

static void
test_inside_a_quote_there_is_none(void **state)
{
    check(*state, "snapshot-create-as vm 'a name ", "");
}

static void
test_common_prefix(void **state)
{
    char *const words[] = {(char *)"snapshot-list", (char *)"snapshot-parent", NULL};
    char *const none[] = {NULL};
    g_autofree char *common = shell_common_prefix(words);

    (void)state;
    assert_string_equal(common, "snapshot-");
    assert_null(shell_common_prefix(none));
}

int
main(void)
{
#define TEST(name) cmocka_unit_test_setup_teardown(name, set_up, sim_session_tear_down)
    const struct CMUnitTest tests[] = {
        TEST(test_commands),
        TEST(test_names_of_domains_and_snapshots),
        TEST(test_options_come_from_the_tables),
        TEST(test_what_must_come),
        TEST(test_files_of_this_machine),
        TEST(test_inside_a_quote_there_is_none),
        cmocka_unit_test(test_common_prefix),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
