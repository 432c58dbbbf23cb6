/* SPDX-License-Identifier: LGPL-2.1-or-later
 *
 * Laying out the combinations.
 */
#include "harness/explore/matrix_plan.h"

#include "harness/explore/flag_subsets.h"

static void
matrix_line_free(gpointer data)
{
    MatrixLine *line = data;

    g_free(line->text);
    scn_command_line_free(line->command);
    g_array_unref(line->sets);
    g_free(line);
}

static void
matrix_world_free(gpointer data)
{
    MatrixWorld *world = data;

    g_ptr_array_unref(world->lines);
    g_free(world);
}

void
matrix_plan_free(MatrixPlan *plan)
{
    if (!plan)
        return;
    g_ptr_array_unref(plan->worlds);
    g_ptr_array_unref(plan->kinds);
    g_free(plan);
}

/* The call's sets within the limit, every so-manieth of them; the empty one is always there. */
static GArray *
sets_of(const CallLine *line, VmProfile profile, guint every)
{
    g_autoptr(GArray) all = flag_subsets(line->call, profile, NULL);
    GArray *sets = g_array_new(FALSE, FALSE, sizeof(guint32));
    guint at = 0;

    for (guint i = 0; i < all->len; i++) {
        guint32 set = g_array_index(all, guint32, i);

        if (!(set & ~line->limit) && at++ % every == 0)
            g_array_append_val(sets, set);
    }
    return sets;
}

static gboolean
add_line(MatrixPlan *plan, MatrixWorld *world, const CallLine *given, guint every, GError **error)
{
    ScnCommandLine *command = scn_trial_line(given->text, error);
    MatrixLine *line;

    if (!command)
        return FALSE;
    g_assert(command->call == given->call);
    line = g_new0(MatrixLine, 1);
    line->call = given->call;
    line->text = g_strdup(given->text);
    line->command = command;
    line->sets = sets_of(given, plan->profile, every);
    line->first = plan->count;
    plan->count += line->sets->len;
    g_ptr_array_add(world->lines, line);
    return TRUE;
}

static gboolean
add_world(MatrixPlan *plan, const WorldKind *kind, GHashTable *calls, guint every, GError **error)
{
    g_autoptr(GPtrArray) lines = call_lines(kind);
    MatrixWorld *world = g_new0(MatrixWorld, 1);

    world->kind = kind;
    world->lines = g_ptr_array_new_with_free_func(matrix_line_free);
    world->first = plan->count;
    g_ptr_array_add(plan->worlds, world);
    for (guint i = 0; i < lines->len; i++) {
        const CallLine *line = g_ptr_array_index(lines, i);

        if (calls && !g_hash_table_contains(calls, GUINT_TO_POINTER((guint)line->call + 1)))
            continue;
        if (!add_line(plan, world, line, every, error))
            return FALSE;
    }
    world->count = plan->count - world->first;
    return TRUE;
}

MatrixPlan *
matrix_plan_new(VmProfile profile, GHashTable *calls, guint every, GError **error)
{
    g_autoptr(MatrixPlan) plan = g_new0(MatrixPlan, 1);

    plan->profile = profile;
    plan->kinds = world_kinds();
    plan->worlds = g_ptr_array_new_with_free_func(matrix_world_free);
    for (guint i = 0; i < plan->kinds->len; i++) {
        if (!add_world(plan, g_ptr_array_index(plan->kinds, i), calls, every, error))
            return NULL;
    }
    return g_steal_pointer(&plan);
}

MatrixCombination
matrix_plan_at(const MatrixPlan *plan, guint number)
{
    MatrixCombination combination = {0};

    g_assert(number < plan->count);
    for (guint i = 0; i < plan->worlds->len; i++) {
        const MatrixWorld *world = g_ptr_array_index(plan->worlds, i);

        if (number >= world->first && number < world->first + world->count)
            combination.world = world;
    }
    g_assert(combination.world);
    for (guint i = 0; i < combination.world->lines->len; i++) {
        const MatrixLine *line = g_ptr_array_index(combination.world->lines, i);

        if (number >= line->first && number < line->first + line->sets->len)
            combination.line = line;
    }
    g_assert(combination.line);
    combination.flags =
        g_array_index(combination.line->sets, guint32, number - combination.line->first);
    return combination;
}

char *
matrix_combination_text(const MatrixCombination *combination)
{
    if (combination->flags == 0)
        return g_strdup(combination->line->text);
    return g_strdup_printf("%s --flags %#x", combination->line->text, combination->flags);
}

char *
matrix_combination_flags(const MatrixCombination *combination)
{
    if (combination->flags == 0)
        return g_strdup("none");
    return vm_flags_format(combination->line->call, combination->flags);
}
