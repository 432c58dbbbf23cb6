/* SPDX-License-Identifier: LGPL-2.1-or-later
 *
 * Disagreements put together by what they have in common, and shrunk.
 */
#include "harness/explore/flag_subsets.h"
#include "harness/explore/matrix_report.h"

/* Groups that are shrunk; the others are shown as they were found. */
#define GROUPS_SHRUNK 40

static gboolean
is_bad(const MatrixRecord *record)
{
    return record->verdict == MATRIX_DIFFERS || record->verdict == MATRIX_CRASHED;
}

static char *
group_key(const MatrixCombination *combination, const MatrixRecord *record)
{
    return g_strdup_printf("%d/%u/%d/%u", combination->line->call, record->row, record->code,
                           record->verdict);
}

static gboolean
is_smaller(guint32 one, guint32 other)
{
    return __builtin_popcount(one) < __builtin_popcount(other);
}

static GPtrArray *
group(const MatrixRun *run)
{
    GPtrArray *groups = g_ptr_array_new_with_free_func(g_free);
    g_autoptr(GHashTable) found = g_hash_table_new_full(g_str_hash, g_str_equal, g_free, NULL);

    for (guint i = 0; i < run->plan->count; i++) {
        MatrixCombination combination;
        MatrixGroup *known;
        char *key;

        if (!is_bad(&run->records[i]))
            continue;
        combination = matrix_plan_at(run->plan, i);
        key = group_key(&combination, &run->records[i]);
        known = g_hash_table_lookup(found, key);
        if (!known) {
            known = g_new0(MatrixGroup, 1);
            known->number = i;
            known->flags = combination.flags;
            known->sight.record = run->records[i];
            g_ptr_array_add(groups, known);
            g_hash_table_insert(found, g_strdup(key), known);
        }
        g_free(key);
        known->count++;
        if (is_smaller(combination.flags, known->flags)) {
            known->number = i;
            known->flags = combination.flags;
        }
    }
    return groups;
}

/* Take away flag after flag as long as it still disagrees. */
static void
shrink_flags(MatrixTry *attempt, const MatrixLine *line, MatrixGroup *group)
{
    gboolean smaller = TRUE;

    while (smaller) {
        g_autoptr(GArray) sets = flag_subsets_smaller(group->flags);

        smaller = FALSE;
        for (guint i = 0; !smaller && i < sets->len; i++) {
            guint32 flags = g_array_index(sets, guint32, i);
            MatrixSight sight;

            matrix_try_apart(attempt, line, flags, &sight);
            smaller = is_bad(&sight.record);
            if (smaller) {
                group->flags = flags;
                group->sight = sight;
            }
        }
    }
}

static void
shrink_group(const MatrixTarget *target, const MatrixRun *run, MatrixGroup *group)
{
    MatrixCombination combination = matrix_plan_at(run->plan, group->number);
    g_autoptr(MatrixTry) attempt = matrix_try_new(target, combination.world->kind, NULL);

    if (!attempt)
        return;
    matrix_try_apart(attempt, combination.line, group->flags, &group->sight);
    if (is_bad(&group->sight.record))
        shrink_flags(attempt, combination.line, group);
}

GPtrArray *
matrix_shrink(const MatrixTarget *target, const MatrixRun *run)
{
    GPtrArray *groups = group(run);

    for (guint i = 0; i < MIN(groups->len, GROUPS_SHRUNK); i++)
        shrink_group(target, run, g_ptr_array_index(groups, i));
    return groups;
}
