/* SPDX-License-Identifier: LGPL-2.1-or-later
 *
 * The parent's side of a run.
 */
#include "harness/run/pool.h"

#include <stdio.h>
#include "harness/report/exit_code.h"
#include "harness/run/interrupt.h"
#include "harness/run/line.h"
#include "harness/run/observed.h"
#include "harness/run/process.h"
#include "harness/run/progress.h"
#include "harness/run/workdir.h"
#include "harness/run/worker.h"

#define IDLE G_MAXUINT

typedef struct {
    Process process;
    WorkerOptions options;
    char *workdir;
    char *log;
    GString *buffer;
    guint index;     /* case in hand, or IDLE */
    gint64 deadline; /* monotonic, µs */
} Worker;

typedef struct {
    const RunContext *context;
    RunReport *report;
    Worker *workers;
    guint count;
    guint next; /* first case that was not handed out */
    guint done;
} Pool;

static gboolean
worker_start(Pool *pool, Worker *worker, GError **error)
{
    g_autoptr(GArray) others = g_array_new(FALSE, FALSE, sizeof(int));
    ProcessOptions options = {
        .body = worker_main, .data = &worker->options, .log = worker->log, .others = others};

    for (guint i = 0; i < pool->count; i++) {
        if (pool->workers[i].process.pid != 0) {
            g_array_append_val(others, pool->workers[i].process.fd);
        }
    }
    worker->index = IDLE;
    g_string_truncate(worker->buffer, 0);
    return process_start(&worker->process, &options, error);
}

static void
hand_out(Pool *pool, Worker *worker)
{
    gint64 timeout = (gint64)(pool->context->options->timeout * G_USEC_PER_SEC);

    if (worker->index != IDLE || worker->process.pid == 0 || interrupt_count() > 0 ||
        pool->next == pool->context->plan->len) {
        return;
    }
    worker->index = pool->next++;
    worker->deadline = g_get_monotonic_time() + timeout;
    /* A worker that is gone already is found by the poll, as a crash of this case. */
    line_send(worker->process.fd, json_integer(worker->index));
}

static void
record(Pool *pool, guint index, CaseResult *result)
{
    g_assert(g_ptr_array_index(pool->report->results, index) == NULL);
    pool->report->results->pdata[index] = result;
    pool->done++;
    if (pool->context->options->progress) {
        progress_show(pool->report, pool->done);
    }
}

/* The verdict that a worker could not give itself. */
static CaseResult *
verdict_on(const Pool *pool, const Worker *worker, Verdict verdict, char *reason)
{
    const ScnCaseInfo *info = scn_case_info(g_ptr_array_index(pool->context->plan, worker->index));
    CaseResult *result = case_result_new(info->id);
    g_autofree char *log = process_log_tail(&worker->process);

    result->file = g_strdup(info->file);
    result->verdict = verdict;
    result->reason = reason;
    result->observed = g_strdup(verdict_word(verdict));
    result->detail = log != NULL ? g_strconcat("the worker printed:\n", log, NULL) : NULL;
    for (guint i = 0; info->rules != NULL && i < info->rules->len; i++) {
        g_ptr_array_add(result->rules, g_strdup(g_ptr_array_index(info->rules, i)));
    }
    return result;
}

static void
add_fault(Pool *pool, const Worker *worker, const char *text)
{
    g_autofree char *log = process_log_tail(&worker->process);

    g_ptr_array_add(
        pool->report->faults,
        g_strdup_printf("a worker: %s%s%s", text, log != NULL ? "\n" : "", log != NULL ? log : ""));
}

/* The worker is gone, or answers no more: its case gets the verdict, the rest
 * of the plan a new worker. */
static gboolean
replace(Pool *pool, Worker *worker, gboolean timed_out, GError **error)
{
    g_autofree char *end = process_end(&worker->process, timed_out);

    if (worker->index == IDLE) {
        g_set_error(error, RUNNER_ERROR, EXIT_CODE_HARNESS, "an idle worker ended: %s",
                    end != NULL ? end : "by itself");
        return FALSE;
    }
    if (timed_out) {
        record(pool, worker->index,
               verdict_on(pool, worker, VERDICT_TIMEOUT,
                          g_strdup_printf("passed its deadline of %g s",
                                          pool->context->options->timeout)));
    } else {
        record(pool, worker->index,
               verdict_on(
                   pool, worker, VERDICT_CRASH,
                   g_strdup_printf("the worker ended: %s", end != NULL ? end : "exit status 0")));
    }
    /* Also after the last case: a new worker first removes what the dead one left. */
    return worker_start(pool, worker, error);
}

static gboolean
take_line(Pool *pool, Worker *worker, const json_t *line, GError **error)
{
    const char *fault = json_string_value(json_object_get(line, "fault"));
    json_t *index = json_object_get(line, "index");
    CaseResult *result;

    if (fault != NULL) {
        g_set_error(error, RUNNER_ERROR, EXIT_CODE_HARNESS, "a worker cannot work: %s", fault);
        return FALSE;
    }
    if (!json_is_integer(index) || json_integer_value(index) != worker->index) {
        g_set_error(error, RUNNER_ERROR, EXIT_CODE_HARNESS,
                    "a worker answered for a case that it was not given");
        return FALSE;
    }
    result = case_result_from_json(json_object_get(line, "result"), error);
    if (result == NULL) {
        return FALSE;
    }
    observed_add(pool->report->observed, json_object_get(line, "coverage"));
    record(pool, worker->index, result);
    worker->index = IDLE;
    return TRUE;
}

static gboolean
take_lines(Pool *pool, Worker *worker, GError **error)
{
    gboolean complete = TRUE;

    while (complete) {
        json_t *line = line_take(worker->buffer, &complete);
        gboolean ok = !complete || take_line(pool, worker, line, error);

        json_decref(line);
        if (!ok) {
            return FALSE;
        }
    }
    return TRUE;
}

static gboolean
attend(Pool *pool, Worker *worker, const struct pollfd *poller, GError **error)
{
    if (poller->revents != 0) {
        gboolean alive = line_fill(worker->process.fd, worker->buffer);

        if (!take_lines(pool, worker, error)) {
            return FALSE;
        }
        return alive || replace(pool, worker, FALSE, error);
    }
    if (worker->index != IDLE && g_get_monotonic_time() >= worker->deadline) {
        return replace(pool, worker, TRUE, error);
    }
    return TRUE;
}

static guint
count_busy(const Pool *pool)
{
    guint busy = 0;

    for (guint i = 0; i < pool->count; i++) {
        busy += pool->workers[i].index != IDLE;
    }
    return busy;
}

static gint64
time_to_next_deadline(const Pool *pool)
{
    gint64 now = g_get_monotonic_time();
    gint64 least = 60 * G_USEC_PER_SEC;

    for (guint i = 0; i < pool->count; i++) {
        if (pool->workers[i].index != IDLE) {
            least = MIN(least, MAX(pool->workers[i].deadline - now, 0));
        }
    }
    return least / 1000 + 1;
}

static gboolean
turn(Pool *pool, struct pollfd *pollers, GError **error)
{
    for (guint i = 0; i < pool->count; i++) {
        Worker *worker = &pool->workers[i];

        pollers[i].fd = worker->process.pid != 0 ? worker->process.fd : -1;
        pollers[i].events = POLLIN;
        pollers[i].revents = 0;
    }
    interrupt_poll(pollers, pool->count, time_to_next_deadline(pool));
    for (guint i = 0; i < pool->count; i++) {
        if (pool->workers[i].process.pid != 0 &&
            !attend(pool, &pool->workers[i], &pollers[i], error)) {
            return FALSE;
        }
    }
    return TRUE;
}

/* The first interrupt lets the cases in hand end, the second does not. */
static gboolean
run_plan(Pool *pool, GError **error)
{
    g_autofree struct pollfd *pollers = g_new0(struct pollfd, pool->count);

    for (;;) {
        for (guint i = 0; i < pool->count; i++) {
            hand_out(pool, &pool->workers[i]);
        }
        if (count_busy(pool) == 0 || interrupt_count() > 1) {
            return TRUE;
        }
        if (!turn(pool, pollers, error)) {
            return FALSE;
        }
    }
}

static gboolean
pool_start(Pool *pool, GError **error)
{
    for (guint i = 0; i < pool->count; i++) {
        Worker *worker = &pool->workers[i];
        g_autofree char *name = g_strdup_printf("worker-%u", i);

        worker->workdir = workdir_make(pool->context->dir, name, error);
        if (worker->workdir == NULL) {
            return FALSE;
        }
        worker->log = g_strconcat(worker->workdir, ".log", NULL);
        worker->options = (WorkerOptions){.context = pool->context, .workdir = worker->workdir};
        if (!worker_start(pool, worker, error)) {
            return FALSE;
        }
    }
    return TRUE;
}

/* A worker that is done ends with status 0: a leak check or an exit handler
 * that failed is a fault, though no case's.  In place of one that was killed
 * amid a case, a new one that is given no case removes what that left. */
static void
worker_stop(Pool *pool, Worker *worker)
{
    g_autoptr(GError) error = NULL;
    g_autofree char *end = NULL;

    if (worker->process.pid != 0 && worker->index != IDLE) {
        g_free(process_end(&worker->process, TRUE));
        if (!worker_start(pool, worker, &error)) {
            add_fault(pool, worker, error->message);
        }
    }
    if (worker->process.pid != 0) {
        end = process_end(&worker->process, FALSE);
    }
    if (end != NULL) {
        add_fault(pool, worker, end);
    }
}

static void
pool_stop(Pool *pool)
{
    for (guint i = 0; i < pool->count; i++) {
        Worker *worker = &pool->workers[i];

        worker_stop(pool, worker);
        process_clear(&worker->process);
        g_string_free(worker->buffer, TRUE);
        g_free(worker->workdir);
        g_free(worker->log);
    }
}

gboolean
pool_run(const RunContext *context, RunReport *report, GError **error)
{
    guint jobs = CLAMP(context->options->jobs, 1, MAX(context->plan->len, 1));
    g_autofree Worker *workers = g_new0(Worker, jobs);
    Pool pool = {.context = context, .report = report, .workers = workers, .count = jobs};
    InterruptState before;
    gboolean ok;

    for (guint i = 0; i < jobs; i++) {
        workers[i].index = IDLE;
        workers[i].buffer = g_string_new(NULL);
    }
    interrupt_watch(&before);
    ok = pool_start(&pool, error) && run_plan(&pool, error);
    report->interrupted = interrupt_count() > 0;
    pool_stop(&pool);
    interrupt_unwatch(&before);
    if (context->options->progress) {
        progress_clear();
    }
    observed_sort(&report->observed);
    return ok;
}
