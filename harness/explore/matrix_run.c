/* SPDX-License-Identifier: LGPL-2.1-or-later
 *
 * Workers take world after world; in each, copies of the process try the
 * combinations one by one until one of them has acted.
 */
#include "harness/explore/matrix_run.h"

#include <stdatomic.h>
#include <string.h>
#include <unistd.h>

/* A copy may try thousands; this is for one that hangs. */
#define SECONDS_PER_COPY 120
#define SECONDS_PER_WORKER 3600
#define FAULT_SIZE 400

/* What all processes see. */
typedef struct {
    atomic_uint next; /* place in the order of the next world */
    char faults[][FAULT_SIZE];
} Board;

typedef struct {
    const MatrixTarget *target;
    const MatrixPlan *plan;
    MatrixRecord *records;
    Board *board;
    GArray *order; /* of guint: worlds, those with most combinations first */
} Runner;

/* The line of a combination that is in this world; lines are in order. */
static const MatrixLine *
line_at(const MatrixWorld *world, guint number, guint *hint)
{
    for (;; (*hint)++) {
        const MatrixLine *line = g_ptr_array_index(world->lines, *hint);

        if (number < line->first + line->sets->len)
            return line;
    }
}

/* In a copy of the process: try from `at` on, until one has acted. */
static void
run_span(Runner *runner, MatrixTry *attempt, const MatrixWorld *world, guint at)
{
    guint hint = 0;
    gboolean unchanged = TRUE;

    for (guint i = at; unchanged && i < world->first + world->count; i++) {
        const MatrixLine *line = line_at(world, i, &hint);
        guint32 flags = g_array_index(line->sets, guint32, i - line->first);
        MatrixSight sight;

        unchanged = matrix_try_here(attempt, line, flags, &sight);
        runner->records[i] = sight.record;
    }
}

/* The first that was not run from `at` on. */
static guint
next_of(const Runner *runner, const MatrixWorld *world, guint at)
{
    while (at < world->first + world->count && runner->records[at].verdict != MATRIX_NOT_RUN)
        at++;
    return at;
}

static void
run_world(Runner *runner, guint number)
{
    const MatrixWorld *world = g_ptr_array_index(runner->plan->worlds, number);
    g_autoptr(GError) error = NULL;
    g_autoptr(MatrixTry) attempt = NULL;
    guint end = world->first + world->count;

    if (world->count == 0)
        return;
    attempt = matrix_try_new(runner->target, world->kind, &error);
    if (!attempt) {
        g_strlcpy(runner->board->faults[number], error->message, FAULT_SIZE);
        for (guint i = world->first; i < end; i++)
            runner->records[i].verdict = MATRIX_NO_WORLD;
        return;
    }
    for (guint at = world->first; at < end;) {
        int pid = matrix_fork(SECONDS_PER_COPY);
        gboolean well;

        if (pid == 0) {
            run_span(runner, attempt, world, at);
            _exit(0);
        }
        well = matrix_wait(pid);
        at = next_of(runner, world, at);
        if (!well && at < end)
            runner->records[at++].verdict = MATRIX_CRASHED;
    }
}

static void
work(Runner *runner)
{
    guint place;

    while ((place = atomic_fetch_add(&runner->board->next, 1)) < runner->order->len)
        run_world(runner, g_array_index(runner->order, guint, place));
}

static int
compare_counts(gconstpointer one, gconstpointer other, gpointer data)
{
    const MatrixPlan *plan = data;
    const MatrixWorld *a = g_ptr_array_index(plan->worlds, *(const guint *)one);
    const MatrixWorld *b = g_ptr_array_index(plan->worlds, *(const guint *)other);

    return (a->count < b->count) - (a->count > b->count);
}

static GArray *
largest_first(const MatrixPlan *plan)
{
    GArray *order = g_array_new(FALSE, FALSE, sizeof(guint));

    for (guint i = 0; i < plan->worlds->len; i++)
        g_array_append_val(order, i);
    g_array_sort_with_data(order, compare_counts, (gpointer)plan);
    return order;
}

static void
run_workers(Runner *runner, guint jobs)
{
    g_autofree int *pids = g_new0(int, jobs);

    for (guint i = 0; i < jobs; i++) {
        pids[i] = matrix_fork(SECONDS_PER_WORKER);
        if (pids[i] == 0) {
            work(runner);
            _exit(0);
        }
    }
    for (guint i = 0; i < jobs; i++)
        matrix_wait(pids[i]);
}

MatrixRun *
matrix_run(const MatrixTarget *target, const MatrixPlan *plan, guint jobs)
{
    gint64 began = g_get_monotonic_time();
    gsize size = sizeof(Board) + plan->worlds->len * FAULT_SIZE;
    g_autoptr(GArray) order = largest_first(plan);
    MatrixRun *run = g_new0(MatrixRun, 1);
    Runner runner = {target, plan, NULL, matrix_shared_new(size), order};

    g_assert(target->forks);
    run->plan = plan;
    run->records = matrix_shared_new(plan->count * sizeof(*run->records));
    run->faults = g_new0(char *, plan->worlds->len + 1);
    runner.records = run->records;
    run_workers(&runner, MAX(jobs, 1));
    for (guint i = 0; i < plan->worlds->len; i++) {
        if (*runner.board->faults[i])
            run->faults[i] = g_strdup(runner.board->faults[i]);
    }
    matrix_shared_free(runner.board, size);
    run->seconds = (double)(g_get_monotonic_time() - began) / G_USEC_PER_SEC;
    return run;
}

void
matrix_run_free(MatrixRun *run)
{
    if (!run)
        return;
    for (guint i = 0; i < run->plan->worlds->len; i++)
        g_free(run->faults[i]);
    g_free(run->faults);
    matrix_shared_free(run->records, run->plan->count * sizeof(*run->records));
    g_free(run);
}

guint
matrix_run_count(const MatrixRun *run)
{
    guint count = 0;

    for (guint i = 0; i < run->plan->count; i++)
        count +=
            run->records[i].verdict != MATRIX_NOT_RUN && run->records[i].verdict != MATRIX_NO_WORLD;
    return count;
}
