/* SPDX-License-Identifier: LGPL-2.1-or-later
 *
 * Rows changed one at a time.
 */
#include "harness/explore/matrix_alter.h"

#include <string.h>
#include <unistd.h>
#include "spec/rules/outcome/outcome.h"

/* Combinations tried for each alteration, spread over all that the row decided: what an effect asks
 * for is here and there the case without it. */
#define TRIED_MAX 300
#define SECONDS_PER_WORKER 3600

static void
alteration_free(gpointer data)
{
    MatrixAlteration *alteration = data;

    g_free(alteration->result);
    g_array_unref(alteration->tried);
    g_free(alteration);
}

/* For each row the combinations that it decided: an array of GArray * of guint, by row. */
static GPtrArray *
combinations_by_row(const MatrixRun *run)
{
    GPtrArray *by_row = g_ptr_array_new_with_free_func((GDestroyNotify)g_array_unref);
    gsize count;

    outcome_rows(&count);
    for (gsize i = 0; i < count; i++)
        g_ptr_array_add(by_row, g_array_new(FALSE, FALSE, sizeof(guint)));
    for (guint i = 0; i < run->plan->count; i++) {
        if (run->records[i].verdict == MATRIX_AGREES)
            g_array_append_val((GArray *)g_ptr_array_index(by_row, run->records[i].row - 1), i);
    }
    return by_row;
}

/* At most TRIED_MAX of them, evenly. */
static GArray *
spread(const GArray *numbers)
{
    GArray *some = g_array_new(FALSE, FALSE, sizeof(guint));
    guint step = numbers->len / TRIED_MAX + 1;

    for (guint first = 0; first < MIN(step, 1); first++) {
        for (guint i = first; i < numbers->len; i += step)
            g_array_append_val(some, g_array_index(numbers, guint, i));
    }
    return some;
}

/* ---- ways to change a row; NULL where a way does not fit ---- */

static char *
another_code(const OutcomeRow *row)
{
    int code = outcome_refusal(row->result);

    return g_strdup(code == VIR_ERR_OPERATION_DENIED ? "error XML_ERROR"
                                                     : "error OPERATION_DENIED");
}

static char *
success_instead(const OutcomeRow *row)
{
    return outcome_refusal(row->result) ? g_strdup("same") : NULL;
}

/* The effect whose word begins so, taken away; NULL where the row has none that always applies. */
static char *
without(const OutcomeRow *row, const char *const *words)
{
    g_autoptr(GPtrArray) effects =
        outcome_refusal(row->result) ? NULL : outcome_effects(row->result, NULL);

    for (guint i = 0; effects && i < effects->len; i++) {
        const OutcomeEffect *effect = g_ptr_array_index(effects, i);
        const char *at = strstr(row->result, effect->word);

        for (guint j = 0; !effect->when && words[j]; j++) {
            if (g_str_has_prefix(effect->word, words[j]))
                return g_strdup_printf("%.*s%s", (int)(at - row->result), row->result,
                                       at + strlen(effect->word));
        }
    }
    return NULL;
}

static char *
a_state_less(const OutcomeRow *row)
{
    static const char *const words[] = {"state:", "domain:gone", "domain:renamed",
                                        "persistent:", NULL};

    return without(row, words);
}

static char *
a_tree_less(const OutcomeRow *row)
{
    static const char *const words[] = {"tree:", "current:", NULL};

    return without(row, words);
}

static char *
an_event_less(const OutcomeRow *row)
{
    static const char *const words[] = {"event:", NULL};
    char *changed = without(row, words);

    /* One that may be missing anyway is no loss. */
    if (changed && strchr(row->result, '?'))
        g_clear_pointer(&changed, g_free);
    return changed;
}

static const struct {
    const char *how;
    char *(*change)(const OutcomeRow *row);
} ways[] = {
    {"another code", another_code},   {"success instead", success_instead},
    {"a state less", a_state_less},   {"a change of the tree less", a_tree_less},
    {"an event less", an_event_less},
};

/* Whether a row after it of the same call says the same, so that its absence shows nothing. */
static gboolean
has_twin(const OutcomeRow *rows, gsize count, gsize number)
{
    for (gsize i = number + 1; i < count; i++) {
        if (strcmp(rows[i].call, rows[number].call) == 0 &&
            strcmp(rows[i].result, rows[number].result) == 0)
            return TRUE;
    }
    return FALSE;
}

static void
add(GPtrArray *all, guint row, const char *how, char *result, const GArray *numbers)
{
    MatrixAlteration *alteration = g_new0(MatrixAlteration, 1);

    alteration->row = row;
    alteration->how = how;
    alteration->result = result;
    alteration->dropped = result == NULL;
    alteration->tried = spread(numbers);
    g_ptr_array_add(all, alteration);
}

/* Every way to change every row that was reached. */
static GPtrArray *
all_alterations(const MatrixRun *run)
{
    GPtrArray *all = g_ptr_array_new_with_free_func(alteration_free);
    g_autoptr(GPtrArray) by_row = combinations_by_row(run);
    gsize count;
    const OutcomeRow *rows = outcome_rows(&count);

    for (guint i = 0; i < count; i++) {
        const GArray *numbers = g_ptr_array_index(by_row, i);

        for (guint j = 0; numbers->len > 0 && j < G_N_ELEMENTS(ways); j++) {
            char *result = ways[j].change(&rows[i]);

            if (result)
                add(all, i, ways[j].how, result, numbers);
        }
        /* Without the row of a success nothing is predicted, which is no disagreement. */
        if (numbers->len > 0 && outcome_refusal(rows[i].result) && !has_twin(rows, count, i))
            add(all, i, "dropped", NULL, numbers);
    }
    return all;
}

/* ---- trying them ---- */

typedef struct {
    const MatrixTarget *target;
    const MatrixRun *run;
    const GPtrArray *alterations;
    gboolean *noticed; /* shared memory, by alteration */
} Altering;

/* Try a combination with the row as changed. */
static gboolean
is_noticed(MatrixTry *attempt, const MatrixAlteration *alteration,
           const MatrixCombination *combination)
{
    gsize count;
    const OutcomeRow *rows = outcome_rows(&count);
    g_autofree OutcomeRow *changed = g_memdup2(rows, count * sizeof(*rows));
    MatrixSight sight;

    if (alteration->dropped)
        changed[alteration->row].condition = "domain:exists & !domain:exists";
    else
        changed[alteration->row].result = alteration->result;
    outcome_use(changed, count);
    matrix_try_apart(attempt, combination->line, combination->flags, &sight);
    outcome_use(NULL, 0);
    return sight.record.verdict == MATRIX_DIFFERS;
}

static void
try_in_world(Altering *altering, const MatrixWorld *world)
{
    g_autoptr(MatrixTry) attempt = NULL;

    for (guint i = 0; i < altering->alterations->len; i++) {
        const MatrixAlteration *alteration = g_ptr_array_index(altering->alterations, i);

        for (guint j = 0; !altering->noticed[i] && j < alteration->tried->len; j++) {
            guint number = g_array_index(alteration->tried, guint, j);
            MatrixCombination combination;

            if (number < world->first || number >= world->first + world->count)
                continue;
            if (!attempt)
                attempt = matrix_try_new(altering->target, world->kind, NULL);
            combination = matrix_plan_at(altering->run->plan, number);
            if (attempt && is_noticed(attempt, alteration, &combination))
                altering->noticed[i] = TRUE; /* never FALSE: another process may have seen it */
        }
    }
}

static void
try_all(Altering *altering, guint jobs)
{
    const GPtrArray *worlds = altering->run->plan->worlds;
    g_autofree int *pids = g_new0(int, jobs);

    for (guint j = 0; j < jobs; j++) {
        pids[j] = matrix_fork(SECONDS_PER_WORKER);
        if (pids[j] == 0) {
            for (guint w = j; w < worlds->len; w += jobs)
                try_in_world(altering, g_ptr_array_index(worlds, w));
            _exit(0);
        }
    }
    for (guint j = 0; j < jobs; j++)
        matrix_wait(pids[j]);
}

GPtrArray *
matrix_alter(const MatrixTarget *target, const MatrixRun *run, guint sample, guint jobs)
{
    GPtrArray *alterations = all_alterations(run);
    GRand *rand = g_rand_new_with_seed((guint32)target->seed);
    Altering altering = {target, run, alterations, NULL};
    gsize size;

    for (guint i = alterations->len; i > sample; i--)
        g_ptr_array_remove_index_fast(alterations, (guint)g_rand_int_range(rand, 0, (gint32)i));
    g_rand_free(rand);
    size = MAX(alterations->len, 1) * sizeof(gboolean);
    altering.noticed = matrix_shared_new(size);
    try_all(&altering, MAX(jobs, 1));
    for (guint i = 0; i < alterations->len; i++)
        ((MatrixAlteration *)g_ptr_array_index(alterations, i))->noticed = altering.noticed[i];
    matrix_shared_free(altering.noticed, size);
    return alterations;
}

guint
matrix_rows(const MatrixRun *run, guint *reached)
{
    g_autoptr(GPtrArray) by_row = combinations_by_row(run);
    gsize count;
    const OutcomeRow *rows = outcome_rows(&count);
    guint of_profile = 0;

    *reached = 0;
    for (gsize i = 0; i < count; i++) {
        of_profile += (rows[i].profile & run->plan->profile) != 0;
        *reached += ((const GArray *)g_ptr_array_index(by_row, i))->len > 0;
    }
    return of_profile;
}

guint
matrix_print_alterations(FILE *out, const MatrixRun *run, const GPtrArray *alterations)
{
    gsize count;
    const OutcomeRow *rows = outcome_rows(&count);
    guint reached, missed = 0;
    guint all = matrix_rows(run, &reached);

    fprintf(out, "\n");
    for (guint i = 0; i < alterations->len; i++) {
        const MatrixAlteration *alteration = g_ptr_array_index(alterations, i);
        const OutcomeRow *row = &rows[alteration->row];

        if (alteration->noticed)
            continue;
        missed++;
        fprintf(out, "not noticed: %s of %s (%s), in %u combinations: '%s' became '%s'\n",
                alteration->how, row->call, row->rule, alteration->tried->len, row->result,
                alteration->result ? alteration->result : "nothing");
    }
    fprintf(out, "%u of %u rows of this profile decide a combination; %u altered, %u noticed\n",
            reached, all, alterations->len, alterations->len - missed);
    return missed;
}
