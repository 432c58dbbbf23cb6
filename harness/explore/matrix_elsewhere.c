/* SPDX-License-Identifier: LGPL-2.1-or-later
 *
 * Rows tried on a driver that is not ours.
 */
#include "harness/explore/matrix_elsewhere.h"

#include <string.h>
#include <unistd.h>
#include "harness/folder/folder.h"
#include "spec/rules/outcome/outcome.h"

/* A world that needs a guest process takes a while to begin and to end. */
#define SECONDS_PER_COMBINATION 90

/* The first combinations of each row that are of different worlds where they can be: by row an
 * array of guint. */
static GPtrArray *
choose(const MatrixRun *run, guint each)
{
    GPtrArray *chosen = g_ptr_array_new_with_free_func((GDestroyNotify)g_array_unref);
    const MatrixWorld *last = NULL;
    gsize count;
    g_autofree const MatrixWorld **worlds = NULL;

    outcome_rows(&count);
    worlds = g_new0(const MatrixWorld *, count);
    for (gsize i = 0; i < count; i++)
        g_ptr_array_add(chosen, g_array_new(FALSE, FALSE, sizeof(guint)));
    for (guint i = 0; i < run->plan->count; i++) {
        guint row = run->records[i].row;
        GArray *numbers;

        if (run->records[i].verdict != MATRIX_AGREES)
            continue;
        numbers = g_ptr_array_index(chosen, row - 1);
        if (numbers->len >= each)
            continue;
        last = matrix_plan_at(run->plan, i).world;
        if (worlds[row - 1] == last)
            continue;
        worlds[row - 1] = last;
        g_array_append_val(numbers, i);
    }
    return chosen;
}

/* Where what a target lacks, or cannot make, is told. */
static void
not_reached(MatrixSight *sight, const char *why)
{
    *sight = (MatrixSight){.record = {.verdict = MATRIX_NO_WORLD}};
    g_strlcpy(sight->text, why, sizeof(sight->text));
}

/* The combinations that are tried, row after row, and what came of each. */
typedef struct {
    guint row;
    MatrixCombination combination;
} Chosen;

typedef struct {
    const MatrixTarget *target;
    const GArray *chosen; /* of Chosen */
    MatrixSight *sights;  /* shared memory */
} Elsewhere;

/* In a folder of its own: what a driver leaves behind is in nobody's way. */
static void
try_one(const MatrixTarget *target, const MatrixCombination *combination, MatrixSight *sight)
{
    g_autofree char *folder = g_build_filename(target->workdir, "XXXXXX", NULL);
    MatrixTarget there = *target;
    g_autoptr(GError) error = NULL;
    MatrixTry *attempt;

    there.workdir = g_mkdtemp(folder);
    attempt = matrix_try_new(&there, combination->world->kind, &error);
    if (attempt)
        matrix_try_here(attempt, combination->line, combination->flags, sight);
    else
        not_reached(sight, error ? error->message : "the world was not made");
    matrix_try_free(attempt);
}

/* Each in a process of its own: a driver may end it, and one that is part of the process is there
 * once. */
static void
try_all(const Elsewhere *elsewhere)
{
    for (guint i = 0; i < elsewhere->chosen->len; i++) {
        int pid = matrix_fork(SECONDS_PER_COMBINATION);

        if (pid == 0) {
            MatrixSight sight = {0};

            try_one(elsewhere->target, &g_array_index(elsewhere->chosen, Chosen, i).combination,
                    &sight);
            elsewhere->sights[i] = sight;
            _exit(0);
        }
        matrix_wait(pid);
        if (elsewhere->sights[i].record.verdict == MATRIX_NOT_RUN)
            not_reached(&elsewhere->sights[i], "the process ended before the call was judged");
    }
}

static MatrixElsewhere *
of_rule(GPtrArray *rules, const char *rule)
{
    MatrixElsewhere *found;

    for (guint i = 0; i < rules->len; i++) {
        found = g_ptr_array_index(rules, i);
        if (strcmp(found->rule, rule) == 0)
            return found;
    }
    found = g_new0(MatrixElsewhere, 1);
    found->rule = rule;
    g_ptr_array_add(rules, found);
    return found;
}

/* Why a row says nothing there, where its world was made. */
static char *
why_not_reached(const MatrixSight *sight)
{
    gsize count;
    const OutcomeRow *rows = outcome_rows(&count);

    if (*sight->text)
        return g_strdup(sight->text);
    if (sight->record.row == 0)
        return g_strdup("what it asks for cannot be seen there");
    return g_strdup_printf("%s decides there", rows[sight->record.row - 1].rule);
}

/* A row is reached where it decides there too: what the world lacks makes another row decide. */
static void
count(MatrixElsewhere *rule, const MatrixCombination *combination, guint row,
      const MatrixSight *sight)
{
    gboolean reached = sight->record.row == row + 1 && (sight->record.verdict == MATRIX_AGREES ||
                                                        sight->record.verdict == MATRIX_DIFFERS);
    gboolean first = !reached ? rule->not_reached == 0 && rule->differ == 0
                              : sight->record.verdict == MATRIX_DIFFERS && rule->differ == 0;

    rule->not_reached += !reached;
    rule->agree += reached && sight->record.verdict == MATRIX_AGREES;
    rule->differ += reached && sight->record.verdict == MATRIX_DIFFERS;
    if (first) {
        g_autofree char *line = matrix_combination_text(combination);
        g_autofree char *why = reached ? g_strdup(sight->text) : why_not_reached(sight);

        g_snprintf(rule->text, sizeof(rule->text), "%s: %s: %s", combination->world->kind->id, line,
                   why);
    }
}

static GArray *
chosen_of(const MatrixRun *run, guint each)
{
    GArray *list = g_array_new(FALSE, FALSE, sizeof(Chosen));
    g_autoptr(GPtrArray) by_row = choose(run, each);

    for (guint i = 0; i < by_row->len; i++) {
        const GArray *numbers = g_ptr_array_index(by_row, i);

        for (guint j = 0; j < numbers->len; j++) {
            Chosen one = {i, matrix_plan_at(run->plan, g_array_index(numbers, guint, j))};

            g_array_append_val(list, one);
        }
    }
    return list;
}

/* With a folder for the images. */
static void
try_in_folder(const MatrixTarget *target, Elsewhere *elsewhere)
{
    g_autofree char *folder = g_dir_make_tmp("virt-moment-XXXXXX", NULL);
    MatrixTarget there = *target;

    there.workdir = folder;
    elsewhere->target = &there;
    if (folder)
        try_all(elsewhere);
    if (folder)
        folder_remove(folder);
}

GPtrArray *
matrix_elsewhere(const MatrixTarget *target, const MatrixRun *run, guint each)
{
    GPtrArray *rules = g_ptr_array_new_with_free_func(g_free);
    g_autoptr(GArray) chosen = chosen_of(run, each);
    gsize size = chosen->len * sizeof(MatrixSight);
    Elsewhere elsewhere = {NULL, chosen, matrix_shared_new(size)};
    gsize row_count;
    const OutcomeRow *rows = outcome_rows(&row_count);

    try_in_folder(target, &elsewhere);
    for (guint i = 0; i < chosen->len; i++) {
        const Chosen *one = &g_array_index(chosen, Chosen, i);

        count(of_rule(rules, rows[one->row].rule), &one->combination, one->row,
              &elsewhere.sights[i]);
    }
    matrix_shared_free(elsewhere.sights, size);
    return rules;
}

/* "agree" where every combination that was reached does. */
static const char *
verdict_of(const MatrixElsewhere *rule)
{
    if (rule->differ)
        return "differ";
    return rule->agree ? "agree" : "not reached";
}

void
matrix_print_elsewhere(FILE *out, const char *target, const GPtrArray *rules)
{
    guint agree = 0, differ = 0;

    fprintf(out, "\non %s, by rule:\n", target);
    for (guint i = 0; i < rules->len; i++) {
        const MatrixElsewhere *rule = g_ptr_array_index(rules, i);
        const char *verdict = verdict_of(rule);

        agree += strcmp(verdict, "agree") == 0;
        differ += strcmp(verdict, "differ") == 0;
        fprintf(out, "%-18s %-11s %2u agree, %2u differ, %2u not reached%s%s\n", rule->rule,
                verdict, rule->agree, rule->differ, rule->not_reached, *rule->text ? ": " : "",
                rule->text);
    }
    fprintf(out, "%u rules: %u agree, %u differ, %u not reached\n", rules->len, agree, differ,
            rules->len - agree - differ);
}

json_t *
matrix_elsewhere_json(const GPtrArray *rules)
{
    json_t *all = json_array();

    for (guint i = 0; i < rules->len; i++) {
        const MatrixElsewhere *rule = g_ptr_array_index(rules, i);

        json_array_append_new(all,
                              json_pack("{s:s,s:s,s:I,s:I,s:I,s:s}", "rule", rule->rule, "verdict",
                                        verdict_of(rule), "agree", (json_int_t)rule->agree,
                                        "differ", (json_int_t)rule->differ, "not-reached",
                                        (json_int_t)rule->not_reached, "text", rule->text));
    }
    return all;
}
