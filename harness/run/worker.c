/* SPDX-License-Identifier: LGPL-2.1-or-later
 *
 * The worker's side of a run.
 */
#include "harness/run/worker.h"

#include <stdlib.h>
#include <unistd.h>
#include "harness/report/exit_code.h"
#include "harness/run/leftovers.h"
#include "harness/run/line.h"
#include "harness/run/volatile_text.h"
#include "harness/target/target_load.h"

static gboolean
is_known(gconstpointer data, const char *case_id, const char *rule, const char *observed)
{
    return expectations_know(data, case_id, rule, observed);
}

/* What a step told, and its world, as far as it differs from run to run. */
static void
hide_in_trace(const GPtrArray *trace, const char *workdir)
{
    for (guint i = 0; trace != NULL && i < trace->len; i++) {
        TraceStep *step = g_ptr_array_index(trace, i);
        char *dump = step->world != NULL ? json_dumps(step->world, JSON_COMPACT) : NULL;
        g_autofree char *world = g_strdup(dump);

        free(dump);
        volatile_text_hide(&step->seen, workdir);
        volatile_text_hide(&step->expected, workdir);
        volatile_text_hide(&step->output, workdir);
        volatile_text_hide(&world, workdir);
        json_decref(step->world);
        step->world = world != NULL ? json_loads(world, 0, NULL) : NULL;
    }
}

static json_t *
run_case(ScnCase *scenario, const ScnRunOptions *options)
{
    json_t *coverage = json_object();
    gint64 start = g_get_monotonic_time();
    g_autoptr(CaseResult) result = scn_case_run(scenario, options, coverage);

    if (result->ms == 0) {
        result->ms = (g_get_monotonic_time() - start) / 1000.0;
    }
    volatile_text_hide(&result->reason, options->workdir);
    volatile_text_hide(&result->detail, options->workdir);
    hide_in_trace(result->trace, options->workdir);
    return json_pack("{s:o,s:o}", "result", case_result_to_json(result), "coverage", coverage);
}

static gboolean
serve_line(int fd, json_t *line, const WorkerOptions *worker, const ScnRunOptions *options)
{
    gsize index = json_integer_value(line);
    json_t *answer;

    g_assert(json_is_integer(line) && index < worker->context->plan->len);
    /* What the cases before printed says nothing about this one. */
    if (ftruncate(STDERR_FILENO, 0) < 0) {
        g_printerr("cannot empty the log\n");
    }
    answer = run_case(g_ptr_array_index(worker->context->plan, index), options);
    json_object_set_new(answer, "index", json_integer(index));
    return line_send(fd, answer);
}

static void
serve(int fd, const WorkerOptions *worker, const ScnRunOptions *options)
{
    g_autoptr(GString) buffer = g_string_new(NULL);

    while (line_fill(fd, buffer)) {
        gboolean complete;
        json_t *line;

        while ((line = line_take(buffer, &complete)) != NULL) {
            gboolean ok = serve_line(fd, line, worker, options);

            json_decref(line);
            if (!ok) {
                return;
            }
        }
        g_assert(!complete);
    }
}

int
worker_main(int fd, gpointer data)
{
    const WorkerOptions *worker = data;
    const RunOptions *run = worker->context->options;
    g_autoptr(GError) error = NULL;
    g_autofree char *uri = NULL;
    const struct vm_target *target = target_load(run->target, &uri, &error);
    ScnRunOptions options = {
        .target = target,
        .uri = uri,
        .profile = worker->context->profile,
        .seed = run->seed,
        .workdir = worker->workdir,
        .run_id = worker->context->run_id,
        .oracle = TRUE,
        .keep = run->keep,
        .trace = run->trace,
        .known = is_known,
        .known_data = worker->context->expectations,
    };

    if (target == NULL) {
        line_send(fd, json_pack("{s:s}", "fault", error->message));
        return EXIT_CODE_OK;
    }
    if (!run->keep) {
        leftovers_remove(&options);
    }
    serve(fd, worker, &options);
    return EXIT_CODE_OK;
}
