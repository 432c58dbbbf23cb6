/* SPDX-License-Identifier: LGPL-2.1-or-later
 *
 * The outcome tables put together, and the row that decides a call.
 */
#include "spec/rules/outcome/outcome.h"

#include <string.h>

#define OUTCOME(function, profile, condition, result, rule)                                        \
    {#function, VM_PROFILE_##profile, condition, result, rule},

static const OutcomeRow tables[] = {
#include "spec/rules/outcome/domain_define.def"
#include "spec/rules/outcome/domain_undefine.def"
#include "spec/rules/outcome/domain_rename.def"
#include "spec/rules/outcome/domain_autostart.def"
#include "spec/rules/outcome/domain_start.def"
#include "spec/rules/outcome/domain_run_state.def"
#include "spec/rules/outcome/domain_save.def"
#include "spec/rules/outcome/snapshot_create.def"
#include "spec/rules/outcome/snapshot_redefine.def"
#include "spec/rules/outcome/snapshot_revert.def"
#include "spec/rules/outcome/snapshot_delete.def"
#include "spec/rules/outcome/snapshot_query.def"
};

static const OutcomeRow *used = tables;
static gsize used_count = G_N_ELEMENTS(tables);
static GPtrArray *compiled; /* of OutcomeExpr *, one slot per row */
static GPtrArray *effects;  /* of GPtrArray * of OutcomeEffect *, one slot per row, or NULL */
static GHashTable *by_call; /* call -> GArray of row numbers */

static GHashTable *watched;

void
outcome_watch(GHashTable *numbers)
{
    watched = numbers;
}

const OutcomeRow *
outcome_rows(gsize *count)
{
    *count = used_count;
    return used;
}

static void
forget_compiled(void)
{
    g_clear_pointer(&compiled, g_ptr_array_unref);
    g_clear_pointer(&effects, g_ptr_array_unref);
    g_clear_pointer(&by_call, g_hash_table_unref);
}

void
outcome_use(const OutcomeRow *rows, gsize count)
{
    forget_compiled();
    used = rows ? rows : tables;
    used_count = rows ? count : G_N_ELEMENTS(tables);
}

static OutcomeExpr *
compile_row(const OutcomeRow *row)
{
    g_autoptr(GError) error = NULL;
    OutcomeExpr *expr = outcome_expr_new(row->condition, &error);

    if (!expr)
        g_error("outcome row %s of %s: %s", row->rule, row->call, error->message);
    return expr;
}

static void
drop_effects(GPtrArray *of_row)
{
    g_clear_pointer(&of_row, g_ptr_array_unref);
}

static void
ensure_compiled(void)
{
    if (compiled)
        return;
    compiled = g_ptr_array_new_with_free_func((GDestroyNotify)outcome_expr_free);
    effects = g_ptr_array_new_with_free_func((GDestroyNotify)drop_effects);
    g_ptr_array_set_size(effects, (gint)used_count);
    by_call = g_hash_table_new_full(g_str_hash, g_str_equal, NULL, (GDestroyNotify)g_array_unref);
    for (guint i = 0; i < used_count; i++) {
        GArray *numbers = g_hash_table_lookup(by_call, used[i].call);

        if (!numbers) {
            numbers = g_array_new(FALSE, FALSE, sizeof(guint));
            g_hash_table_insert(by_call, (gpointer)used[i].call, numbers);
        }
        g_array_append_val(numbers, i);
        g_ptr_array_add(compiled, compile_row(&used[i]));
    }
}

const OutcomeExpr *
outcome_row_condition(const OutcomeRow *row)
{
    ensure_compiled();
    g_assert(row >= used && row < used + used_count);
    return g_ptr_array_index(compiled, row - used);
}

const GPtrArray *
outcome_row_effects(const OutcomeRow *row)
{
    g_autoptr(GError) error = NULL;
    gpointer *slot;

    ensure_compiled();
    g_assert(row >= used && row < used + used_count);
    slot = &g_ptr_array_index(effects, row - used);
    if (!*slot)
        *slot = outcome_effects(row->result, &error);
    if (!*slot)
        g_error("outcome row %s of %s: %s", row->rule, row->call, error->message);
    return *slot;
}

const OutcomeRow *
outcome_decide(const char *call, VmProfile profile, OutcomeAtom atom, gpointer opaque,
               gboolean *known)
{
    GArray *numbers;

    ensure_compiled();
    if (known)
        *known = TRUE;
    numbers = g_hash_table_lookup(by_call, call);
    for (guint i = 0; numbers && i < numbers->len; i++) {
        const OutcomeRow *row = &used[g_array_index(numbers, guint, i)];
        OutcomeTruth truth;

        if (!(row->profile & profile))
            continue;
        truth = outcome_expr_eval(g_ptr_array_index(compiled, row - used), atom, opaque);
        if (truth == OUTCOME_YES && watched)
            g_hash_table_add(watched, GUINT_TO_POINTER((guint)(row - used) + 1));
        if (truth == OUTCOME_YES)
            return row;
        if (truth == OUTCOME_NO)
            continue;
        if (known)
            *known = FALSE;
        return NULL;
    }
    return NULL;
}
