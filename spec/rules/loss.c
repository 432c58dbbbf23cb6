/* SPDX-License-Identifier: LGPL-2.1-or-later
 *
 * The table of what may be lost, and the row that permits it.
 */
#include "spec/rules/loss.h"

#include <string.h>

#define LOSS(function, profile, condition, kind, scope, rule)                                      \
    {#function, VM_PROFILE_##profile, condition, LOSS_##kind, LOSS_OF_##scope, rule},

static const LossRow table[] = {
#include "spec/rules/loss.def"
};

static const LossRow *used = table;
static gsize used_count = G_N_ELEMENTS(table);
static GPtrArray *compiled; /* of OutcomeExpr *, one slot per row */
static GHashTable *watched;

const LossRow *
loss_rows(gsize *count)
{
    *count = used_count;
    return used;
}

void
loss_use(const LossRow *rows, gsize count)
{
    g_clear_pointer(&compiled, g_ptr_array_unref);
    used = rows ? rows : table;
    used_count = rows ? count : G_N_ELEMENTS(table);
}

void
loss_watch(GHashTable *numbers)
{
    watched = numbers;
}

static const OutcomeExpr *
condition_of(gsize number)
{
    if (!compiled) {
        compiled = g_ptr_array_new_with_free_func((GDestroyNotify)outcome_expr_free);
        for (gsize i = 0; i < used_count; i++) {
            g_autoptr(GError) error = NULL;
            OutcomeExpr *expr = outcome_expr_new(used[i].condition, &error);

            if (!expr)
                g_error("loss row %zu of %s: %s", i, used[i].call, error->message);
            g_ptr_array_add(compiled, expr);
        }
    }
    return g_ptr_array_index(compiled, number);
}

const LossRow *
loss_permitted(const char *call, VmProfile profile, const LossDatum *datum, OutcomeAtom atom,
               gpointer opaque)
{
    for (gsize i = 0; i < used_count; i++) {
        const LossRow *row = &used[i];

        if (row->kind != datum->kind || !(row->scope & datum->scopes) ||
            !(row->profile & profile) || strcmp(row->call, call) != 0)
            continue;
        if (outcome_expr_eval(condition_of(i), atom, opaque) == OUTCOME_NO)
            continue;
        if (watched)
            g_hash_table_add(watched, GSIZE_TO_POINTER(i + 1));
        return row;
    }
    return NULL;
}

const char *
loss_kind_word(LossKind kind)
{
    static const char *const words[LOSS_KINDS] = {
        [LOSS_DISK] = "disk content",
        [LOSS_MOMENT] = "disk content of a moment",
        [LOSS_MEMORY] = "memory of the guest",
        [LOSS_SAVED] = "saved memory",
        [LOSS_METADATA] = "moment",
        [LOSS_TRACKING] = "change tracking",
        [LOSS_DEFINITION] = "definition",
        [LOSS_FILE] = "file content",
    };

    g_assert(kind < LOSS_KINDS);
    return words[kind];
}
