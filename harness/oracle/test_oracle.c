/* SPDX-License-Identifier: LGPL-2.1-or-later
 *
 * Each invariant broken once on a target that lies: the oracle must say so,
 * and must be silent where nothing is wrong.
 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <cmocka.h>
#include <string.h>
#include "harness/oracle/context.h"
#include "harness/oracle/expectation.h"
#include "harness/oracle/test_fake_oracle.h"

static const char *const capabilities[] = {"files", "content", "events", "snapshot-validate", NULL};

static const OracleStep create = {
    .call = VM_CALL_SNAPSHOT_CREATE_XML,
    .domain = "t-vm",
    .xml = "<domainsnapshot><name>s2</name></domainsnapshot>",
    .result = "s2",
};

static const OracleStep suspend_refused = {
    .call = VM_CALL_DOMAIN_SUSPEND,
    .domain = "t-vm",
    .code = VIR_ERR_OPERATION_INVALID,
};

static int
set_up(void **state)
{
    struct vm_conn *conn = fake_conn_new();
    fake_add(conn, "s1");

    Fixture *fixture = fixture_new(conn, capabilities);
    oracle_finding_free(oracle_after_other(fixture->oracle, FALSE, NULL));
    *state = fixture;
    return 0;
}

static void
expect_finding(OracleFinding *finding, const char *id, const char *part)
{
    assert_non_null(finding);
    assert_string_equal(finding->id, id);
    assert_speaks_of(finding->text, part);
    oracle_finding_free(finding);
}

static OracleFinding *
create_s2(Fixture *fixture)
{
    fake_add(fixture->conn, "s2");
    return oracle_after_call(fixture->oracle, &create, NULL);
}

static void
test_a_sound_create_passes(void **state)
{
    OracleFinding *finding = create_s2(*state);

    if (finding)
        fail_msg("%s: %s", finding->id, finding->text);
}

static void
test_prediction_names_code_and_rule(void **state)
{
    Fixture *fixture = *state;
    OracleStep step = create;
    const char *rule = NULL;

    assert_string_equal(oracle_predict(fixture->oracle, &step, &rule), "ok");
    step.flags = VIR_DOMAIN_SNAPSHOT_CREATE_CURRENT;
    assert_string_equal(oracle_predict(fixture->oracle, &step, &rule), "INVALID_ARG");
    assert_string_equal(rule, "SNAP-API-006");
    step.flags = 0;
    step.xml = "<domainsnapshot><name>s1</name></domainsnapshot>";
    assert_string_equal(oracle_predict(fixture->oracle, &step, &rule), "OPERATION_FAILED");
    step.domain = "t-none";
    assert_string_equal(oracle_predict(fixture->oracle, &step, &rule), "NO_DOMAIN");
}

static void
test_another_code_is_found(void **state)
{
    Fixture *fixture = *state;
    OracleStep step = suspend_refused;

    step.code = VIR_ERR_INTERNAL_ERROR;
    expect_finding(oracle_after_call(fixture->oracle, &step, NULL), "DOM-SUSP-001",
                   "INTERNAL_ERROR");
}

static void
test_a_missing_effect_is_found(void **state)
{
    Fixture *fixture = *state;

    expect_finding(oracle_after_call(fixture->oracle, &create, NULL), "SNAP-EXEC-001", "s2");
}

static void
test_a_wrong_parent_is_found(void **state)
{
    Fixture *fixture = *state;

    fixture->conn->current[0] = '\0';
    expect_finding(create_s2(fixture), "SNAP-EXEC-001", "parent");
}

static void
test_i1_lists_that_disagree(void **state)
{
    Fixture *fixture = *state;

    fixture->conn->lose_leaf = TRUE;
    expect_finding(create_s2(fixture), "I1", "leaves");
}

static void
test_i1_a_name_that_is_listed_twice(void **state)
{
    Fixture *fixture = *state;

    fixture->conn->twice = TRUE;
    expect_finding(create_s2(fixture), "I1", "roots has 2 names, expected 1");
}

static void
test_i1_a_child_that_is_no_snapshot(void **state)
{
    Fixture *fixture = *state;

    fixture->conn->stray = TRUE;
    expect_finding(create_s2(fixture), "I1", "the children of 's1' has 2 names, expected 1");
}

static void
test_i1_snapshots_below_each_other(void **state)
{
    Fixture *fixture = *state;

    create_s2(fixture);
    g_strlcpy(fixture->conn->snapshots[0].parent, "s2", 16);
    expect_finding(oracle_after_other(fixture->oracle, FALSE, NULL), "I1", "its own ancestor");
}

static void
test_i1_a_name_that_is_not_found(void **state)
{
    Fixture *fixture = *state;

    fixture->conn->hide = TRUE;
    expect_finding(create_s2(fixture), "I1", "not found");
}

static void
test_i1_a_parent_that_does_not_exist(void **state)
{
    Fixture *fixture = *state;

    g_strlcpy(fixture->conn->snapshots[0].parent, "lost", 16);
    expect_finding(oracle_after_other(fixture->oracle, FALSE, NULL), "I1", "lost");
}

static void
test_i2_a_restart_that_forgets(void **state)
{
    Fixture *fixture = *state;

    fixture->conn->forget_at_restart = TRUE;
    expect_finding(create_s2(fixture), "I2", "s2");
}

static void
test_i3_a_document_that_is_refused(void **state)
{
    Fixture *fixture = *state;

    fixture->conn->refuse_redefine = TRUE;
    expect_finding(create_s2(fixture), "I3", "refused");
}

static void
test_i4_content_that_changes(void **state)
{
    Fixture *fixture = *state;

    fixture->conn->snapshots[0].digest = "other";
    expect_finding(oracle_after_other(fixture->oracle, FALSE, NULL), "I4", "lost its content");
}

static void
test_i4_content_that_is_wrong_from_the_start(void **state)
{
    Fixture *fixture = *state;

    fake_add(fixture->conn, "s2");
    fixture->conn->snapshots[1].digest = "other";
    expect_finding(oracle_after_call(fixture->oracle, &create, NULL), "I4", "of its moment");
}

static void
test_i7_a_file_without_owner(void **state)
{
    Fixture *fixture = *state;

    fixture->conn->files = "[{\"path\":\"/d/vda.qcow2\",\"kind\":\"file\",\"size\":1},"
                           "{\"path\":\"/d/stray\",\"kind\":\"file\",\"size\":1}]";
    expect_finding(create_s2(fixture), "I7", "/d/stray");
}

static void
test_i7_a_job_that_is_left(void **state)
{
    static const OracleStep start = {.call = VM_CALL_DOMAIN_CREATE, .domain = "t-vm"};
    Fixture *fixture = *state;
    struct vm_event events[2] = {
        {"t-vm", VIR_DOMAIN_EVENT_RESUMED, VIR_DOMAIN_EVENT_RESUMED_UNPAUSED},
        {"t-vm", VIR_DOMAIN_EVENT_STARTED, VIR_DOMAIN_EVENT_STARTED_BOOTED},
    };
    g_autoptr(GArray) came = g_array_new(FALSE, FALSE, sizeof(struct vm_event));

    g_array_append_vals(came, events, 2);
    fixture->conn->state = VIR_DOMAIN_RUNNING;
    fixture->conn->reason = VIR_DOMAIN_RUNNING_BOOTED;
    fixture->conn->jobs = "[{\"id\":\"j1\"}]";
    expect_finding(oracle_after_call(fixture->oracle, &start, came), "I7", "j1");
}

static void
test_i7_a_snapshot_without_its_record(void **state)
{
    Fixture *fixture = *state;

    fixture->conn->files = "[{\"path\":\"/d/vda.qcow2\",\"kind\":\"file\",\"size\":1},"
                           "{\"path\":\"/m/lib/t-vm/s1.xml\",\"kind\":\"file\",\"size\":1}]";
    fixture->conn->dir = "\"/m/lib\"";
    expect_finding(create_s2(fixture), "I7", "'s2' of 't-vm' has no file");
}

static void
test_i7_an_intent_that_is_left(void **state)
{
    Fixture *fixture = *state;

    fixture->conn->files =
        "[{\"path\":\"/d/vda.qcow2\",\"kind\":\"file\",\"size\":1},"
        "{\"path\":\"/r/lib/qemu/intent/t-vm.json\",\"kind\":\"file\",\"size\":1}]";
    expect_finding(create_s2(fixture), "I7", "intent");
}

static void
test_i8_a_failure_that_leaves_something(void **state)
{
    Fixture *fixture = *state;

    fixture->conn->files = "[]";
    expect_finding(oracle_after_call(fixture->oracle, &suspend_refused, NULL), "I8", "vda");
}

static void
test_i10_an_event_out_of_order(void **state)
{
    Fixture *fixture = *state;
    struct vm_event event = {"t-vm", VIR_DOMAIN_EVENT_STOPPED, 0};
    g_autoptr(GArray) came = g_array_new(FALSE, FALSE, sizeof(struct vm_event));

    g_array_append_val(came, event);
    expect_finding(oracle_after_other(fixture->oracle, FALSE, came), "I10", "stopped");
}

static void
test_coverage_counts_what_was_looked_at(void **state)
{
    Fixture *fixture = *state;
    json_t *coverage;

    oracle_finding_free(create_s2(fixture));
    coverage = oracle_coverage(fixture->oracle);
    assert_true(json_integer_value(json_object_get(json_object_get(coverage, "I4"), "observed")) >
                0);
    assert_int_equal(json_integer_value(json_object_get(json_object_get(coverage, "I2"), "not")),
                     0);
    json_decref(coverage);
}

static void
note_unknown(gpointer atom, gpointer unknown)
{
    if (!context_knows_atom(atom)) {
        print_error("unknown atom %s\n", (const char *)atom);
        (*(guint *)unknown)++;
    }
}

static void
test_every_atom_and_effect_is_known(void **state G_GNUC_UNUSED)
{
    gsize count;
    const OutcomeRow *rows = outcome_rows(&count);
    guint unknown = 0;

    for (gsize i = 0; i < count; i++) {
        g_autoptr(GPtrArray) effects = NULL;

        outcome_expr_atoms(outcome_row_condition(&rows[i]), note_unknown, &unknown);
        if (outcome_refusal(rows[i].result))
            continue;
        effects = outcome_effects(rows[i].result, NULL);
        for (guint j = 0; j < effects->len; j++) {
            const OutcomeEffect *effect = g_ptr_array_index(effects, j);

            assert_true(expectation_knows_effect(effect->word));
            if (effect->when)
                outcome_expr_atoms(effect->when, note_unknown, &unknown);
        }
    }
    assert_int_equal(unknown, 0);
}

#define ORACLE_TEST(name) cmocka_unit_test_setup_teardown(name, set_up, tear_down)

int
main(void)
{
    const struct CMUnitTest tests[] = {
        ORACLE_TEST(test_a_sound_create_passes),
        ORACLE_TEST(test_prediction_names_code_and_rule),
        ORACLE_TEST(test_another_code_is_found),
        ORACLE_TEST(test_a_missing_effect_is_found),
        ORACLE_TEST(test_a_wrong_parent_is_found),
        ORACLE_TEST(test_i1_lists_that_disagree),
        ORACLE_TEST(test_i1_a_name_that_is_listed_twice),
        ORACLE_TEST(test_i1_a_child_that_is_no_snapshot),
        ORACLE_TEST(test_i1_snapshots_below_each_other),
        ORACLE_TEST(test_i1_a_name_that_is_not_found),
        ORACLE_TEST(test_i1_a_parent_that_does_not_exist),
        ORACLE_TEST(test_i2_a_restart_that_forgets),
        ORACLE_TEST(test_i3_a_document_that_is_refused),
        ORACLE_TEST(test_i4_content_that_changes),
        ORACLE_TEST(test_i4_content_that_is_wrong_from_the_start),
        ORACLE_TEST(test_i7_a_file_without_owner),
        ORACLE_TEST(test_i7_a_job_that_is_left),
        ORACLE_TEST(test_i7_a_snapshot_without_its_record),
        ORACLE_TEST(test_i7_an_intent_that_is_left),
        ORACLE_TEST(test_i8_a_failure_that_leaves_something),
        ORACLE_TEST(test_i10_an_event_out_of_order),
        ORACLE_TEST(test_coverage_counts_what_was_looked_at),
        cmocka_unit_test(test_every_atom_and_effect_is_known),
    };

    return cmocka_run_group_tests_name("oracle", tests, NULL, NULL);
}
