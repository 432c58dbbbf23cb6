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
#include <glib/gstdio.h>
#include "harness/scenario/scenario.h"
#include "harness/target/target_load.h"
#include "spec/rules/loss.h"
#include "spec/rules/rules.h"

/* Cases tried per dropped row before it counts as not noticed. */
#define CASES_PER_ROW 20

typedef struct {
    GPtrArray *cases;
    GPtrArray **users; /* per row: cases that passed by its leave */
    LossRow *rows;     /* a copy */
    gsize count;
    char *workdir;
    guint sample; /* every which case; 1 = all */
} Suite;

static gboolean
case_passes(const Suite *suite, ScnCase *scenario, VmProfile profile)
{
    ScnRunOptions options = {
        .target = target_sim(),
        .uri = "sim",
        .profile = profile,
        .seed = 1,
        .workdir = suite->workdir,
        .run_id = "loss",
        .oracle = TRUE,
    };
    g_autoptr(CaseResult) result = scn_case_run(scenario, &options, NULL);

    return result->verdict == VERDICT_PASS;
}

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
    passes = case_passes(suite, scenario, profile);
    loss_watch(NULL);
    for (gsize row = 0; passes && row < suite->count; row++) {
        if (profile_for(&suite->rows[row]) == profile && suite->users[row]->len < CASES_PER_ROW &&
            g_hash_table_contains(seen, GSIZE_TO_POINTER(row + 1)))
            g_ptr_array_add(suite->users[row], scenario);
    }
}

static void
note_users(Suite *suite, VmProfile profile)
{
    for (guint i = 0; i < suite->cases->len; i += suite->sample) {
        ScnCase *scenario = g_ptr_array_index(suite->cases, i);
        const ScnCaseInfo *info = scn_case_info(scenario);

        if (!info->matrix && !info->slow && (info->profile & profile))
            note_case(suite, scenario, profile);
    }
}

static gboolean
dropped_row_is_noticed(Suite *suite, gsize number)
{
    LossRow *row = &suite->rows[number];
    const GPtrArray *users = suite->users[number];
    const char *call = row->call;
    gboolean noticed = FALSE;

    row->call = "none";
    loss_use(suite->rows, suite->count);
    for (guint i = 0; !noticed && i < users->len; i++)
        noticed = !case_passes(suite, g_ptr_array_index(users, i), profile_for(row));
    loss_use(NULL, 0);
    row->call = call;
    return noticed;
}

static void
test_every_row_is_needed(void **state)
{
    Suite *suite = *state;
    guint missed = 0;

    for (gsize i = 0; i < suite->count; i++) {
        const LossRow *row = &suite->rows[i];

        if (dropped_row_is_noticed(suite, i))
            continue;
        print_error("%s, %s (%s), '%s': no case needs it\n", row->call, loss_kind_word(row->kind),
                    row->rule, row->condition);
        missed++;
    }
    if (suite->sample == 1)
        assert_int_equal(missed, 0);
}

static void
test_every_row_names_a_call_and_a_rule(void **state)
{
    const Suite *suite = *state;

    for (gsize i = 0; i < suite->count; i++) {
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
    static const char *const paths[] = {VM_SOURCE_DIR "/conformance", NULL};
    Suite *suite = g_new0(Suite, 1);
    g_autoptr(GError) error = NULL;
    const LossRow *rows = loss_rows(&suite->count);
    const char *sample = g_getenv("VM_TEST_SAMPLE");
    guint64 every;

    suite->sample = 1;
    if (sample && g_ascii_string_to_unsigned(sample, 10, 1, 1000, &every, NULL))
        suite->sample = (guint)every;
    suite->cases = scn_load(paths, &error);
    if (!suite->cases)
        fail_msg("%s", error->message);
    suite->workdir = g_dir_make_tmp("loss-XXXXXX", NULL);
    suite->rows = g_memdup2(rows, suite->count * sizeof(*rows));
    suite->users = g_new0(GPtrArray *, suite->count);
    for (gsize i = 0; i < suite->count; i++)
        suite->users[i] = g_ptr_array_new();
    note_users(suite, VM_PROFILE_RFC);
    note_users(suite, VM_PROFILE_LIBVIRT);
    *state = suite;
    return 0;
}

static int
tear_down(void **state)
{
    Suite *suite = *state;

    for (gsize i = 0; i < suite->count; i++)
        g_ptr_array_unref(suite->users[i]);
    g_free(suite->users);
    g_free(suite->rows);
    g_ptr_array_unref(suite->cases);
    g_rmdir(suite->workdir);
    g_free(suite->workdir);
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
