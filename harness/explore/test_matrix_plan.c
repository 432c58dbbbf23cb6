/* SPDX-License-Identifier: LGPL-2.1-or-later
 *
 * What the flag matrix is planned to try.
 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <cmocka.h>
#include <string.h>
#include "harness/explore/matrix_plan.h"

static MatrixPlan *
plan_of(VmCall call, guint every)
{
    g_autoptr(GHashTable) calls = g_hash_table_new(NULL, NULL);
    g_autoptr(GError) error = NULL;
    MatrixPlan *plan;

    g_hash_table_add(calls, GUINT_TO_POINTER((guint)call + 1));
    plan = matrix_plan_new(VM_PROFILE_RFC, calls, every, &error);
    assert_non_null(plan);
    return plan;
}

static void
test_every_axis_has_its_worlds(void **state)
{
    static const char *const ids[] = {"shutoff/qcow2/none",   "running/raw/external",
                                      "paused/pair/branch",   "transient/qcow2/internal",
                                      "saved/mixed/external", "list/forest"};
    g_autoptr(GPtrArray) worlds = world_kinds();

    (void)state;
    for (guint i = 0; i < G_N_ELEMENTS(ids); i++) {
        guint found = 0;

        for (guint j = 0; j < worlds->len; j++)
            found += strcmp(((WorldKind *)g_ptr_array_index(worlds, j))->id, ids[i]) == 0;
        assert_int_equal(found, 1);
    }
}

static void
test_a_hundred_thousand_combinations_are_planned(void **state)
{
    g_autoptr(MatrixPlan) rfc = matrix_plan_new(VM_PROFILE_RFC, NULL, 1, NULL);
    g_autoptr(MatrixPlan) libvirt = matrix_plan_new(VM_PROFILE_LIBVIRT, NULL, 1, NULL);

    (void)state;
    assert_true(rfc->count >= 100000);
    assert_true(libvirt->count >= 100000);
}

static void
test_numbers_find_their_combination(void **state)
{
    g_autoptr(MatrixPlan) plan = plan_of(VM_CALL_SNAPSHOT_DELETE, 1);
    guint flags = 0;

    (void)state;
    for (guint i = 0; i < plan->count; i++) {
        MatrixCombination found = matrix_plan_at(plan, i);

        assert_int_equal(found.line->call, VM_CALL_SNAPSHOT_DELETE);
        assert_true(i >= found.line->first && i - found.line->first < found.line->sets->len);
        flags |= found.flags;
    }
    assert_int_equal(flags, vm_call_mask(VM_CALL_SNAPSHOT_DELETE, VM_PROFILE_RFC));
}

static void
test_a_thinned_plan_keeps_every_line(void **state)
{
    g_autoptr(MatrixPlan) whole = plan_of(VM_CALL_DOMAIN_UNDEFINE_FLAGS, 1);
    g_autoptr(MatrixPlan) part = plan_of(VM_CALL_DOMAIN_UNDEFINE_FLAGS, 64);

    (void)state;
    assert_int_equal(part->count * 64, whole->count);
}

static void
test_a_combination_is_a_line_of_a_scenario(void **state)
{
    g_autoptr(MatrixPlan) plan = plan_of(VM_CALL_SNAPSHOT_REVERT, 1);
    MatrixCombination combination = matrix_plan_at(plan, 0);
    g_autofree char *plain = matrix_combination_text(&combination);
    g_autofree char *none = matrix_combination_flags(&combination);
    g_autofree char *flagged = NULL;
    g_autofree char *named = NULL;

    (void)state;
    assert_string_equal(plain, "snapshot-revert vm nope");
    assert_string_equal(none, "none");
    combination.flags = VIR_DOMAIN_SNAPSHOT_REVERT_FORCE | VIR_DOMAIN_SNAPSHOT_REVERT_PAUSED;
    flagged = matrix_combination_text(&combination);
    named = matrix_combination_flags(&combination);
    assert_string_equal(flagged, "snapshot-revert vm nope --flags 0x6");
    assert_string_equal(named, "PAUSED|FORCE");
}

int
main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_every_axis_has_its_worlds),
        cmocka_unit_test(test_a_hundred_thousand_combinations_are_planned),
        cmocka_unit_test(test_numbers_find_their_combination),
        cmocka_unit_test(test_a_thinned_plan_keeps_every_line),
        cmocka_unit_test(test_a_combination_is_a_line_of_a_scenario),
    };

    return cmocka_run_group_tests_name("matrix_plan", tests, NULL, NULL);
}
