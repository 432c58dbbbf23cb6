/* SPDX-License-Identifier: LGPL-2.1-or-later
 *
 * A session line by line, and the scenario that it leaves.
 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <cmocka.h>
#include <string.h>
#include "harness/shell/test_sim_session.h"
#include "spec/rules/outcome/outcome.h"

#define DOMAIN "domain vm { disk vda qcow2 1M }"

/* Take a line that ends so, and whose answer has this part. */
static void
take(SimSession *sim, const char *line, ScnSessionEnd end, const char *part)
{
    g_autofree char *told = NULL;

    if (scn_session_line(sim->session, line, &told) != end || strstr(told, part) == NULL) {
        fail_msg("'%s': '%s' is not in: %s", line, part, told);
    }
}

static void
assert_kept(const SimSession *sim, const char *part)
{
    g_autofree char *text = scn_session_scenario(sim->session);

    if (strstr(text, part) == NULL) {
        fail_msg("'%s' is not in: %s", part, text);
    }
}

/* What is kept, run as a case of its own on a new world. */
static void
assert_repeats(const SimSession *sim, Verdict verdict)
{
    g_autofree char *text = scn_session_scenario(sim->session);
    g_autoptr(GError) error = NULL;
    g_autoptr(ScnFile) file = scn_file_parse("kept", text, &error);
    g_autoptr(GPtrArray) cases = file != NULL ? scn_file_expand(file, &error) : NULL;
    g_autofree char *uri = NULL;
    ScnRunOptions options = {
        .target = target_load("sim", &uri, NULL),
        .profile = VM_PROFILE_RFC,
        .seed = 1,
        .run_id = "again",
        .oracle = TRUE,
    };
    g_autoptr(CaseResult) result = NULL;

    assert_non_null(cases);
    result = scn_case_run(g_ptr_array_index(cases, 0), &options, NULL);
    if (result->verdict != verdict) {
        fail_msg("%s: %s\n%s", verdict_word(result->verdict), result->reason, text);
    }
    g_clear_pointer(&cases, g_ptr_array_unref);
}

static void
test_an_error_is_told_and_kept_as_the_expectation(void **state)
{
    SimSession *sim = *state;

    take(sim, DOMAIN, SCN_SESSION_DONE, "defined/added");
    take(sim, "snapshot-create-as vm s1", SCN_SESSION_DONE, "ok: s1");
    take(sim, "undefine vm [SNAP-GUARD-001]", SCN_SESSION_REFUSED, "error OPERATION_INVALID: ");
    take(sim, "snapshot-list vm # a look", SCN_SESSION_DONE, "s1\n");
    assert_kept(sim, "\nsnapshot-create-as vm s1 => ok\n");
    assert_kept(sim, "\nundefine vm => error OPERATION_INVALID [SNAP-GUARD-001]\n");
    assert_kept(sim, "\nsnapshot-list vm => output \"s1\"\n");
    assert_repeats(sim, VERDICT_PASS);
}

static void
test_a_wrong_expectation_is_told_and_what_came_is_kept(void **state)
{
    SimSession *sim = *state;

    take(sim, DOMAIN, SCN_SESSION_DONE, "");
    take(sim, "start vm => error NO_DOMAIN", SCN_SESSION_FAILED, "expected: error NO_DOMAIN");
    take(sim, "expect state vm paused", SCN_SESSION_FAILED, "seen:     running");
    take(sim, "expect state vm running", SCN_SESSION_DONE, "holds");
    take(sim, "suspend vm => ok", SCN_SESSION_DONE, "suspended/paused");
    assert_kept(sim, "\nstart vm => ok\n# expect state vm paused\n#   expected ");
    assert_false(scn_session_has_breach(sim->session));
    assert_repeats(sim, VERDICT_PASS);
}

static void
test_a_line_that_is_no_statement_does_nothing(void **state)
{
    SimSession *sim = *state;

    take(sim, DOMAIN, SCN_SESSION_DONE, "");
    take(sim, "snapshot-crate vm s1", SCN_SESSION_BAD, "snapshot-create");
    take(sim, "snapshot-create-as vm s1 --disc-only", SCN_SESSION_BAD, "'--disk-only'");
    take(sim, "matrix a = b c", SCN_SESSION_BAD, "belongs in a file");
    take(sim, "snapshot-create-as vm 's1", SCN_SESSION_BAD, "quote");
    take(sim, "snapshot-list vm", SCN_SESSION_DONE, "");
    assert_kept(sim, "\nsnapshot-list vm => output none\n");
    assert_repeats(sim, VERDICT_PASS);
}

/* The images were made before: that they are there is no breach of a failed call's. */
static void
test_a_domain_that_cannot_be_is_told_by_its_own_error(void **state)
{
    SimSession *sim = *state;

    take(sim, "domain vm { disk vda qcow2 1M; disk vda qcow2 1M file=${dir}/b }",
         SCN_SESSION_FAILED, "seen:     XML_ERROR: domain 'vm' has two disks with target 'vda'");
    assert_false(scn_session_has_breach(sim->session));
}

static void
test_a_statement_of_several_lines(void **state)
{
    SimSession *sim = *state;

    take(sim, "domain vm {", SCN_SESSION_MORE, "");
    assert_true(scn_session_is_open(sim->session));
    take(sim, "  disk vda qcow2 1M", SCN_SESSION_MORE, "");
    take(sim, "}", SCN_SESSION_DONE, "defined/added");
    assert_false(scn_session_is_open(sim->session));
    take(sim, "document d <<END", SCN_SESSION_MORE, "");
    take(sim, "<domainsnapshot><name>s&amp;1</name></domainsnapshot>", SCN_SESSION_MORE, "");
    take(sim, "END", SCN_SESSION_DONE, "ok");
    take(sim, "snapshot-create \\", SCN_SESSION_MORE, "");
    take(sim, "vm d => ok as new", SCN_SESSION_DONE, "ok: s&1");
    take(sim, "snapshot-delete vm $new", SCN_SESSION_DONE, "ok");
    assert_kept(sim, "\nsnapshot-create vm d => ok as new\n");
    assert_repeats(sim, VERDICT_PASS);
}

static void
test_a_statement_that_fails_may_be_typed_again(void **state)
{
    SimSession *sim = *state;

    take(sim, "domain vm { disk vda raw 1M; xml-extra '<os/>' }", SCN_SESSION_FAILED,
         "XML_ERROR: line 9: a second <os>");
    take(sim, DOMAIN, SCN_SESSION_DONE, "defined/added");
    take(sim, "document d <<END", SCN_SESSION_MORE, "");
    scn_session_forget_open(sim->session);
    take(sim, "start vm", SCN_SESSION_DONE, "started/booted");
    assert_repeats(sim, VERDICT_PASS);
}

/* The driver names a snapshot by its clock; the file does not depend on that. */
static void
test_a_generated_name_becomes_a_variable(void **state)
{
    SimSession *sim = *state;
    g_autofree char *told = NULL;
    g_autofree char *line = NULL;
    const char *name;

    take(sim, DOMAIN, SCN_SESSION_DONE, "");
    assert_int_equal(scn_session_line(sim->session, "snapshot-create vm", &told), SCN_SESSION_DONE);
    assert_true(g_str_has_prefix(told, "ok: "));
    name = g_strchomp(told) + strlen("ok: ");
    take(sim, "snapshot-current vm --name", SCN_SESSION_DONE, name);
    take(sim, "expect current vm $made1", SCN_SESSION_DONE, "holds");
    line = g_strconcat("snapshot-delete vm ", name, NULL);
    take(sim, line, SCN_SESSION_DONE, "ok");
    assert_kept(sim, "\nsnapshot-create vm => ok as made1\n"
                     "snapshot-current vm --name => output \"${made1}\"\n"
                     "expect current vm $made1\n"
                     "snapshot-delete vm ${made1} => ok\n");
    assert_repeats(sim, VERDICT_PASS);
}

/* Rules that a driver breaks: deleting a snapshot is to leave the tree as it is. */
static OutcomeRow *
alter_rules(gsize *count)
{
    const OutcomeRow *rows = outcome_rows(count);
    OutcomeRow *altered = g_memdup2(rows, *count * sizeof(OutcomeRow));

    for (gsize i = 0; i < *count; i++) {
        if (strcmp(altered[i].call, "virDomainSnapshotDelete") == 0) {
            altered[i].condition = "";
            altered[i].result = "same";
        }
    }
    return altered;
}

/* Where the test has failed, they would be those of the next one. */
static int
tear_down_rules_too(void **state)
{
    outcome_use(NULL, 0);
    return sim_session_tear_down(state);
}

/* What the rules do not foresee: the kept file repeats it. */
static void
test_the_oracle_looks_after_every_step(void **state)
{
    SimSession *sim = *state;
    gsize count;
    g_autofree OutcomeRow *altered = alter_rules(&count);

    outcome_use(altered, count);
    take(sim, DOMAIN, SCN_SESSION_DONE, "");
    take(sim, "snapshot-create-as vm s1", SCN_SESSION_DONE, "ok: s1");
    assert_false(scn_session_has_breach(sim->session));
    take(sim, "snapshot-delete vm s1", SCN_SESSION_FAILED, "the oracle found a breach of SNAP-");
    assert_true(scn_session_has_breach(sim->session));
    take(sim, "list --all", SCN_SESSION_DONE, "vm\n");
    assert_repeats(sim, VERDICT_FAIL);
    outcome_use(NULL, 0);
}

int
main(void)
{
#define TEST(name) cmocka_unit_test_setup_teardown(name, sim_session_set_up, sim_session_tear_down)
    const struct CMUnitTest tests[] = {
        TEST(test_an_error_is_told_and_kept_as_the_expectation),
        TEST(test_a_wrong_expectation_is_told_and_what_came_is_kept),
        TEST(test_a_line_that_is_no_statement_does_nothing),
        TEST(test_a_domain_that_cannot_be_is_told_by_its_own_error),
        TEST(test_a_statement_of_several_lines),
        TEST(test_a_statement_that_fails_may_be_typed_again),
        TEST(test_a_generated_name_becomes_a_variable),
        cmocka_unit_test_setup_teardown(test_the_oracle_looks_after_every_step, sim_session_set_up,
                                        tear_down_rules_too),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
