/* SPDX-License-Identifier: LGPL-2.1-or-later
 *
 * A run of the flag matrix on the simulator, with outcome data that is right
 * and with data that is not.
 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <cmocka.h>
#include <stdio.h>
#include <string.h>
#include "harness/explore/matrix_alter.h"
#include "harness/explore/matrix_report.h"
#include "harness/report/exit_code.h"
#include "harness/target/target_load.h"
#include "spec/rules/outcome/list_filter.h"
#include "spec/rules/outcome/outcome.h"

static MatrixTarget
sim_target(void)
{
    return (MatrixTarget){
        .target = target_sim(), .profile = VM_PROFILE_RFC, .seed = 1, .forks = TRUE};
}

static MatrixPlan *
plan_of(VmCall call, guint every)
{
    g_autoptr(GHashTable) calls = g_hash_table_new(NULL, NULL);

    g_hash_table_add(calls, GUINT_TO_POINTER((guint)call + 1));
    return matrix_plan_new(VM_PROFILE_RFC, calls, every, NULL);
}

/* Put another result in force for the row of this call that holds always, or for the first of a
 * rule. */
static OutcomeRow *
use_altered(const char *call, const char *rule, const char *result)
{
    gsize count;
    const OutcomeRow *rows = outcome_rows(&count);
    OutcomeRow *altered = g_memdup2(rows, count * sizeof(*rows));
    guint changed = 0;

    for (gsize i = 0; i < count && !changed; i++) {
        if (strcmp(altered[i].call, call) == 0 && strcmp(altered[i].rule, rule) == 0) {
            altered[i].result = result;
            changed++;
        }
    }
    assert_int_equal(changed, 1);
    outcome_use(altered, count);
    return altered;
}

static void
test_all_agree_and_all_are_run(void **state)
{
    MatrixTarget target = sim_target();
    g_autoptr(MatrixPlan) plan = plan_of(VM_CALL_DOMAIN_MANAGED_SAVE, 1);
    g_autoptr(MatrixRun) run = matrix_run(&target, plan, 2);
    g_autoptr(GPtrArray) groups = matrix_shrink(&target, run);
    MatrixTally tally;

    (void)state;
    assert_int_equal(matrix_run_count(run), plan->count);
    assert_int_equal(groups->len, 0);
    matrix_tally(run, VM_CALL_DOMAIN_MANAGED_SAVE, &tally);
    assert_int_equal(tally.ok + tally.refused, tally.planned);
    assert_true(tally.ok > 20 && tally.refused > 20);
    assert_non_null(g_hash_table_lookup(tally.codes, GINT_TO_POINTER(VIR_ERR_INVALID_ARG)));
    matrix_tally_clear(&tally);
}

static void
test_a_wrong_row_is_shown_with_the_smallest_flags(void **state)
{
    MatrixTarget target = sim_target();
    OutcomeRow *rows = use_altered("virDomainManagedSave", "DOM-API-012", "error OPERATION_DENIED");
    g_autoptr(MatrixPlan) plan = plan_of(VM_CALL_DOMAIN_MANAGED_SAVE, 1);
    g_autoptr(MatrixRun) run = matrix_run(&target, plan, 1);
    g_autoptr(GPtrArray) groups = matrix_shrink(&target, run);
    g_autofree char *why = NULL;
    const MatrixGroup *group;

    (void)state;
    outcome_use(NULL, 0);
    g_free(rows);
    assert_int_equal(matrix_exit_code(run, &why), EXIT_CODE_UNEXPECTED);
    assert_int_equal(groups->len, 1);
    group = g_ptr_array_index(groups, 0);
    assert_int_equal(group->flags, VIR_DOMAIN_SAVE_RUNNING | VIR_DOMAIN_SAVE_PAUSED);
    assert_string_equal(group->sight.rule, "DOM-API-012");
    assert_non_null(strstr(group->sight.text, "INVALID_ARG"));
}

/* A new state that is not the one that the row says is seen as well as a wrong code. */
static void
test_a_wrong_state_is_seen(void **state)
{
    MatrixTarget target = sim_target();
    OutcomeRow *rows = use_altered("virDomainSuspend", "DOM-SUSP-004", "event:suspended/paused");
    g_autoptr(MatrixPlan) plan = plan_of(VM_CALL_DOMAIN_SUSPEND, 1);
    g_autoptr(MatrixRun) run = matrix_run(&target, plan, 1);
    MatrixTally tally;

    (void)state;
    outcome_use(NULL, 0);
    g_free(rows);
    matrix_tally(run, VM_CALL_LAST, &tally);
    assert_true(tally.differ > 10);
    matrix_tally_clear(&tally);
}

static void
test_a_call_that_acted_leaves_the_next_a_fresh_world(void **state)
{
    MatrixTarget target = sim_target();
    g_autoptr(MatrixPlan) plan = plan_of(VM_CALL_DOMAIN_DESTROY, 1);
    g_autoptr(MatrixRun) run = matrix_run(&target, plan, 1);

    (void)state;
    for (guint i = 0; i < plan->count; i++) {
        MatrixCombination combination = matrix_plan_at(plan, i);
        gboolean running = g_str_has_prefix(combination.world->kind->id, "running/");

        if (running)
            assert_int_equal(run->records[i].code, 0);
    }
}

/* A filter that keeps something else is seen in the lists. */
static void
test_a_wrong_filter_is_seen(void **state)
{
    MatrixTarget target = sim_target();
    gsize count;
    const ListFilter *filters = list_filters(&count);
    g_autofree ListFilter *changed = g_memdup2(filters, count * sizeof(*filters));
    g_autoptr(MatrixPlan) plan = plan_of(VM_CALL_SNAPSHOT_LIST, 8);
    g_autoptr(MatrixRun) right = matrix_run(&target, plan, 1);
    g_autoptr(MatrixRun) wrong = NULL;
    MatrixTally tally;

    (void)state;
    matrix_tally(right, VM_CALL_LAST, &tally);
    assert_int_equal(tally.differ, 0);
    matrix_tally_clear(&tally);
    changed[0].keeps = "leaf";
    list_filters_use(changed, count);
    wrong = matrix_run(&target, plan, 1);
    list_filters_use(NULL, 0);
    matrix_tally(wrong, VM_CALL_LAST, &tally);
    assert_true(tally.differ > 10);
    matrix_tally_clear(&tally);
}

/* Each row of a call that is altered is noticed. */
static void
test_altered_rows_are_noticed(void **state)
{
    MatrixTarget target = sim_target();
    g_autoptr(MatrixPlan) plan = plan_of(VM_CALL_DOMAIN_DESTROY, 1);
    g_autoptr(MatrixRun) run = matrix_run(&target, plan, 1);
    g_autoptr(GPtrArray) alterations = matrix_alter(&target, run, 1000, 1);

    (void)state;
    assert_true(alterations->len >= 6);
    for (guint i = 0; i < alterations->len; i++)
        assert_true(((MatrixAlteration *)g_ptr_array_index(alterations, i))->noticed);
}

int
main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_all_agree_and_all_are_run),
        cmocka_unit_test(test_a_wrong_row_is_shown_with_the_smallest_flags),
        cmocka_unit_test(test_a_wrong_state_is_seen),
        cmocka_unit_test(test_a_call_that_acted_leaves_the_next_a_fresh_world),
        cmocka_unit_test(test_a_wrong_filter_is_seen),
        cmocka_unit_test(test_altered_rows_are_noticed),
    };

    /* each combination has a process of its own with a deadline, which valgrind does not keep */
    if (g_getenv("VM_TEST_SAMPLE")) {
        puts("a process for each combination: plain and under asan alone");
        return 77;
    }
    return cmocka_run_group_tests_name("matrix_run", tests, NULL, NULL);
}
