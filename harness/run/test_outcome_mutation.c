/* SPDX-License-Identifier: LGPL-2.1-or-later
 *
 * The suite is only as good as what it would notice: every outcome row that a
 * case tries is altered in one way, chosen at random from a fixed seed, and a
 * case on the simulator must then fail.  VM_TEST_SAMPLE=n tries every n-th case
 * only, which shows leaks, and not what would be noticed.
 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <cmocka.h>
#include <string.h>
#include "harness/run/test_row_suite.h"
#include "spec/rules/outcome/outcome.h"

/* Cases tried per altered row before it counts as not noticed. */
#define CASES_PER_ROW 40

typedef struct {
    RowSuite base;
    OutcomeRow *rows; /* a copy */
    GRand *rand;
} Suite;

static VmProfile
profile_for(const OutcomeRow *row)
{
    return row->profile & VM_PROFILE_RFC ? VM_PROFILE_RFC : VM_PROFILE_LIBVIRT;
}

static gboolean
is_tried(const Suite *suite, const ScnCaseInfo *info, VmProfile profile)
{
    return !info->matrix && (info->profile & profile) && !(info->slow && suite->base.sample > 1);
}

static void
note_users(Suite *suite, VmProfile profile)
{
    for (guint i = 0; i < suite->base.cases->len; i += suite->base.sample) {
        ScnCase *scenario = g_ptr_array_index(suite->base.cases, i);
        g_autoptr(GHashTable) seen = g_hash_table_new(NULL, NULL);

        if (!is_tried(suite, scn_case_info(scenario), profile))
            continue;
        outcome_watch(seen);
        if (row_suite_passes(&suite->base, scenario, profile)) {
            for (guint r = 0; r < suite->base.count; r++) {
                if (profile_for(&suite->rows[r]) == profile &&
                    g_hash_table_contains(seen, GUINT_TO_POINTER(r + 1)))
                    g_ptr_array_add(suite->base.users[r], scenario);
            }
        }
        outcome_watch(NULL);
    }
}

/* ---- ways to alter a row; NULL where a way does not fit ---- */

static char *
other_code(const OutcomeRow *row)
{
    if (!outcome_refusal(row->result))
        return g_strdup("error OPERATION_DENIED");
    return g_strdup(outcome_refusal(row->result) == VIR_ERR_OPERATION_DENIED
                        ? "error XML_ERROR"
                        : "error OPERATION_DENIED");
}

static char *
success_instead(const OutcomeRow *row)
{
    return outcome_refusal(row->result) ? g_strdup("same") : NULL;
}

/* An effect that leaves a trace, without which the world is another. */
static char *
without_an_effect(const OutcomeRow *row)
{
    static const char *const strong[] = {"state:",         "tree:",       "domain:gone",
                                         "domain:renamed", "persistent:", NULL};
    g_autoptr(GPtrArray) effects =
        outcome_refusal(row->result) ? NULL : outcome_effects(row->result, NULL);

    for (guint i = 0; effects && i < effects->len; i++) {
        const OutcomeEffect *effect = g_ptr_array_index(effects, i);
        const char *at = strstr(row->result, effect->word);

        for (guint j = 0; !effect->when && strong[j]; j++) {
            if (g_str_has_prefix(effect->word, strong[j]))
                return g_strdup_printf("%.*s%s", (int)(at - row->result), row->result,
                                       at + strlen(effect->word));
        }
    }
    return NULL;
}

typedef char *(*Alteration)(const OutcomeRow *row);

static gboolean
is_noticed(Suite *suite, guint number)
{
    VmProfile profile = profile_for(&suite->rows[number]);
    const GPtrArray *users = suite->base.users[number];
    gboolean noticed = FALSE;

    outcome_use(suite->rows, suite->base.count);
    for (guint i = 0; !noticed && i < MIN(users->len, CASES_PER_ROW); i++)
        noticed = !row_suite_passes(&suite->base, g_ptr_array_index(users, i), profile);
    outcome_use(NULL, 0);
    return noticed;
}

static gboolean
altered_result_is_noticed(Suite *suite, guint number)
{
    static const Alteration ways[] = {other_code, success_instead, without_an_effect};
    OutcomeRow *row = &suite->rows[number];
    const char *result = row->result;
    g_autofree char *altered = NULL;
    gboolean noticed;

    while (!altered || strcmp(altered, result) == 0) {
        g_free(altered);
        altered = ways[g_rand_int_range(suite->rand, 0, G_N_ELEMENTS(ways))](row);
    }
    row->result = altered;
    noticed = is_noticed(suite, number);
    if (!noticed)
        print_error("%s, %s: not noticed: '%s' became '%s'\n", row->call, row->rule, result,
                    altered);
    row->result = result;
    return noticed;
}

/* Whether another row of the call says the same, so that this one's absence shows nothing. */
static gboolean
has_twin(const Suite *suite, guint number)
{
    const OutcomeRow *row = &suite->rows[number];

    for (guint i = 0; i < suite->base.count; i++) {
        if (i != number && strcmp(suite->rows[i].call, row->call) == 0 &&
            strcmp(suite->rows[i].result, row->result) == 0)
            return TRUE;
    }
    return FALSE;
}

static gboolean
dropped_row_is_noticed(Suite *suite, guint number)
{
    OutcomeRow *row = &suite->rows[number];
    const char *condition = row->condition;
    gboolean noticed;

    /* A success without a row after it is no prediction at all: nothing to notice. */
    if (!outcome_refusal(row->result) || has_twin(suite, number))
        return TRUE;
    row->condition = "domain:exists & !domain:exists";
    noticed = is_noticed(suite, number);
    if (!noticed)
        print_error("%s, %s: not noticed: the row was dropped\n", row->call, row->rule);
    row->condition = condition;
    return noticed;
}

static void
test_altered_rows_make_a_case_fail(void **state)
{
    Suite *suite = *state;
    guint tried = 0, missed = 0;

    for (guint i = 0; i < suite->base.count; i++) {
        if (suite->base.users[i]->len == 0)
            continue;
        tried++;
        missed += !altered_result_is_noticed(suite, i);
    }
    print_message("%u of %zu rows are tried by a case, %u alterations not noticed\n", tried,
                  suite->base.count, missed);
    if (suite->base.sample > 1)
        return;
    assert_int_equal(missed, 0);
    /* A suite that tries few rows proves little. */
    assert_true(tried * 4 > suite->base.count * 3);
}

static void
test_dropped_rows_make_a_case_fail(void **state)
{
    Suite *suite = *state;
    guint missed = 0;

    for (guint i = 0; i < suite->base.count; i++) {
        if (suite->base.users[i]->len > 0)
            missed += !dropped_row_is_noticed(suite, i);
    }
    if (suite->base.sample == 1)
        assert_int_equal(missed, 0);
}

static int
set_up(void **state)
{
    Suite *suite = g_new0(Suite, 1);
    gsize count;
    const OutcomeRow *rows = outcome_rows(&count);

    row_suite_open(&suite->base, count);
    suite->rand = g_rand_new_with_seed(20110810);
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
    g_rand_free(suite->rand);
    g_free(suite);
    return 0;
}

int
main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_altered_rows_make_a_case_fail),
        cmocka_unit_test(test_dropped_rows_make_a_case_fail),
    };

    return cmocka_run_group_tests_name("outcome_mutation", tests, set_up, tear_down);
}
