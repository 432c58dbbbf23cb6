/* SPDX-License-Identifier: LGPL-2.1-or-later
 *
 * The table of what may be lost says nothing that no case needs: each row is
 * dropped, and a case on the simulator must then fail.  VM_TEST_SAMPLE=n tries
 * every n-th case only, which shows leaks, and not what would be noticed.
 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <cmocka.h>
#include <string.h>
#include "harness/run/test_row_suite.h"
#include "spec/rules/loss.h"
#include "spec/rules/rules.h"

/* Cases tried per dropped row before it counts as not noticed. */
#define CASES_PER_ROW 20

typedef struct {
    RowSuite base;
    LossRow *rows; /* a copy */
} Suite;

static VmProfile
profile_for(const LossRow *row)
{
    return row->profile & VM_PROFILE_RFC ? VM_PROFILE_RFC : VM_PROFILE_LIBVIRT;
}

static void
note_case(Suite *suite, ScnCase *scenario, VmProfile profile)
{
    g_autoptr(GHashTable) seen = g_hash_table_new(NULL, NULL);
    gboolean passes;

    loss_watch(seen);
    passes = row_suite_passes(&suite->base, scenario, profile);
    loss_watch(NULL);
    for (gsize row = 0; passes && row < suite->base.count; row++) {
        if (profile_for(&suite->rows[row]) == profile &&
            suite->base.users[row]->len < CASES_PER_ROW &&
            g_hash_table_contains(seen, GSIZE_TO_POINTER(row + 1)))
            g_ptr_array_add(suite->base.users[row], scenario);
    }
}

static void
note_users(Suite *suite, VmProfile profile)
{
    for (guint i = 0; i < suite->base.cases->len; i += suite->base.sample) {
        ScnCase *scenario = g_ptr_array_index(suite->base.cases, i);
        const ScnCaseInfo *info = scn_case_info(scenario);

        if (!info->matrix && !info->slow && (info->profile & profile))
            note_case(suite, scenario, profile);
    }
}

static gboolean
dropped_row_is_noticed(Suite *suite, gsize number)
{
    LossRow *row = &suite->rows[number];
    const GPtrArray *users = suite->base.users[number];
    const char *call = row->call;
    gboolean noticed = FALSE;

    row->call = "none";
    loss_use(suite->rows, suite->base.count);
    for (guint i = 0; !noticed && i < users->len; i++)
        noticed = !row_suite_passes(&suite->base, g_ptr_array_index(users, i), profile_for(row));
    loss_use(NULL, 0);
    row->call = call;
    return noticed;
}

static void
test_every_row_is_needed(void **state)
{
    Suite *suite = *state;
    guint missed = 0;

    for (gsize i = 0; i < suite->base.count; i++) {
        const LossRow *row = &suite->rows[i];

        if (dropped_row_is_noticed(suite, i))
            continue;
        print_error("%s, %s (%s), '%s': no case needs it\n", row->call, loss_kind_word(row->kind),
                    row->rule, row->condition);
        missed++;
    }
    if (suite->base.sample == 1)
        assert_int_equal(missed, 0);
}

static void
test_every_row_names_a_call_and_a_rule(void **state)
{
    const Suite *suite = *state;

    for (gsize i = 0; i < suite->base.count; i++) {
        gboolean found = FALSE;

        for (VmCall call = 0; call < VM_CALL_LAST; call++)
            found |= strcmp(vm_call_info(call)->function, suite->rows[i].call) == 0;
        if (!found || !rule_find(suite->rows[i].rule))
            fail_msg("no call %s, or no rule %s", suite->rows[i].call, suite->rows[i].rule);
    }
}

static int
set_up(void **state)
{
    Suite *suite = g_new0(Suite, 1);
    gsize count;
    const LossRow *rows = loss_rows(&count);

    row_suite_open(&suite->base, count);
    suite->rows = g_memdup2(rows, count * sizeof(*rows));
    note_users(suite, VM_PROFILE_RFC);
    note_users(suite, VM_PROFILE_LIBVIRT);
    *state = suite;
    return 0;
}

static int
tear_down(void **state)
{
    Suite *suite = *state;

    row_suite_close(&suite->base);
    g_free(suite->rows);
    g_free(suite);
    return 0;
}

int
main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_every_row_is_needed),
        cmocka_unit_test(test_every_row_names_a_call_and_a_rule),
    };

    return cmocka_run_group_tests_name("loss_mutation", tests, set_up, tear_down);
}
