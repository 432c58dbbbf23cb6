/* SPDX-License-Identifier: LGPL-2.1-or-later
 *
 * The run of one case: its steps in order, up to the first that fails.
 */

#include "harness/scenario/run_int.h"

#include <string.h>

/* ---- steps ------------------------------------------------------------------ */

static gboolean
run_command(ScnRun *run, const ScnStep *step)
{
    gboolean predict =
        step->result[run->options->profile == VM_PROFILE_LIBVIRT].kind == SCN_RESULT_OUTCOME;
    g_auto(ScnAnswer) answer = {0};

    if (!scn_command_run(run, step->call, predict, &answer)) {
        /* The oracle speaks first; a line that names its rule is judged by it. */
        scn_trace_answer(run, step, &answer);
        return FALSE;
    }
    return scn_result_check(run, step, &answer);
}

static gboolean
run_document(ScnRun *run, const ScnStep *step)
{
    g_hash_table_replace(run->documents, scn_word(run, step, 1), scn_expand_text(run, step->text));
    return TRUE;
}

static gboolean
is_power_cut(const ScnStep *step)
{
    const ScnWord *verb = g_ptr_array_index(step->words, 0);

    return step->kind == SCN_STEP_RESTART && strcmp(verb->text, "power-cut") == 0;
}

static gboolean
is_heal(const ScnStep *step)
{
    return step->kind == SCN_STEP_FILE && step->words->len == 2;
}

static gboolean
run_restart(ScnRun *run, const ScnStep *step)
{
    struct vm_error err = {0};

    if (is_power_cut(step) && !scn_fault_files(run, "power-cut"))
        return FALSE;
    if (run->target.restart(run->conn, &err) == 0)
        return TRUE;
    return scn_fail(run, "the driver starts again", "%s: %s", vm_error_name(err.code), err.text);
}

static gboolean
run_reconnect(ScnRun *run, const ScnStep *step)
{
    struct vm_error err = {0};

    (void)step;
    if (run->target.reconnect(run->conn, &err) == 0)
        return TRUE;
    return scn_fail(run, "the connection is made again", "%s: %s", vm_error_name(err.code),
                    err.text);
}

guint64
scn_duration(const char *text)
{
    static const struct {
        const char *name;
        guint64 milliseconds;
    } units[] = {{"ms", 1}, {"s", 1000}, {"m", 60000}};
    const guint64 day = 24 * 60 * 60 * 1000;
    char *unit;
    guint64 count = g_ascii_isdigit(*text) ? g_ascii_strtoull(text, &unit, 10) : 0;

    for (guint i = 0; count > 0 && i < G_N_ELEMENTS(units); i++) {
        if (strcmp(unit, units[i].name) == 0)
            return count <= day / units[i].milliseconds ? count * units[i].milliseconds : 0;
    }
    return 0;
}

static gboolean
run_clock(ScnRun *run, const ScnStep *step)
{
    g_autofree char *text = scn_word(run, step, 1);
    struct vm_error err = {0};

    if (run->target.advance_clock(run->conn, scn_duration(text), &err) == 0)
        return TRUE;
    return scn_fail(run, "the clock goes on", "%s: %s", vm_error_name(err.code), err.text);
}

static gboolean (*const runners[])(ScnRun *run, const ScnStep *step) = {
    [SCN_STEP_CALL] = run_command,        [SCN_STEP_DOMAIN] = scn_run_domain,
    [SCN_STEP_DOCUMENT] = run_document,   [SCN_STEP_EDIT] = scn_run_edit,
    [SCN_STEP_GUEST] = scn_run_guest,     [SCN_STEP_MARK] = scn_run_mark,
    [SCN_STEP_RECONNECT] = run_reconnect, [SCN_STEP_RESTART] = run_restart,
    [SCN_STEP_CLOCK] = run_clock,         [SCN_STEP_FILE] = scn_run_file,
    [SCN_STEP_EXPECT] = scn_run_expect,   [SCN_STEP_DISTURB] = scn_run_disturb,
};

/* Whether the world may have changed without a call, so that the oracle must look again. */
static gboolean
acts_outside(ScnStepKind kind)
{
    return kind == SCN_STEP_GUEST || kind == SCN_STEP_RESTART || kind == SCN_STEP_RECONNECT ||
           kind == SCN_STEP_CLOCK || kind == SCN_STEP_FILE || kind == SCN_STEP_DOMAIN ||
           kind == SCN_STEP_DISTURB;
}

/* What the target has logged since it was asked last, or NULL; to be given back. */
static char *
take_log(ScnRun *run)
{
    struct vm_error ignored;
    char *log = NULL;

    ignored.code = 0;
    if (!run->target.take_log || run->target.take_log(run->conn, &log, &ignored) != 0)
        return NULL;
    return log;
}

/* What was logged and announced before this step is of no interest any more. */
static void
begin_step(ScnRun *run, const ScnStep *step)
{
    char *log;

    run->step = step;
    run->result->steps++;
    if (step->kind == SCN_STEP_EXPECT)
        return;
    g_array_set_size(run->events, 0);
    if (run->oracle)
        oracle_mark(run->oracle); /* a failure is shown beside the world before its step */
    log = take_log(run);
    if (log)
        run->target.free_string(log);
    g_clear_pointer(&run->log, g_free);
}

static void
end_step(ScnRun *run, const ScnStep *step)
{
    char *log = step->kind == SCN_STEP_EXPECT ? NULL : take_log(run);

    if (!log)
        return;
    run->log = g_strdup(log);
    run->target.free_string(log);
}

static gboolean
do_step(ScnRun *run, const ScnStep *step)
{
    guint before;
    gboolean good;

    begin_step(run, step);
    good = runners[step->kind](run, step);
    before = run->events->len;
    end_step(run, step);
    if (!good)
        return FALSE;
    if (!acts_outside(step->kind))
        return TRUE;
    scn_hash(run, step->source);
    scn_take_events(run);
    scn_hash_events(run, before);
    if (!run->oracle || (step->kind == SCN_STEP_DOMAIN && run->events->len))
        return TRUE;
    if (is_power_cut(step) || is_heal(step))
        return scn_judge(run, oracle_after_recovery(run->oracle), 0);
    return scn_judge(run, oracle_after_other(run->oracle, run->damaged, run->events), 0);
}

gboolean
scn_run_step(ScnRun *run, const ScnStep *step)
{
    gboolean good;

    if (step->profile && !(step->profile & run->options->profile))
        return TRUE;
    scn_trace_begin(run, step);
    good = do_step(run, step);
    scn_trace_end(run, step);
    return good;
}

static void
run_steps(ScnRun *run)
{
    const GPtrArray *steps = run->scenario->steps;

    for (guint i = 0; i < steps->len; i++) {
        if (!scn_run_step(run, g_ptr_array_index(steps, i)))
            return;
    }
}

/* ---- the case ---------------------------------------------------------------- */

const char *
scn_run_lacks(const ScnRun *run)
{
    for (guint i = 0; i < run->scenario->needs->len; i++) {
        const char *need = g_ptr_array_index(run->scenario->needs, i);

        if (!g_strv_contains((const char *const *)run->capabilities, need))
            return need;
    }
    return NULL;
}

static void
add_coverage(json_t *total, json_t *part)
{
    const char *id, *kind;
    json_t *counts, *count;

    json_object_foreach(part, id, counts)
    {
        json_t *sums = json_object_get(total, id);

        if (!sums) {
            sums = json_object();
            json_object_set_new(total, id, sums);
        }
        json_object_foreach(counts, kind, count)
        {
            json_int_t sum = json_integer_value(json_object_get(sums, kind));

            json_object_set_new(sums, kind, json_integer(sum + json_integer_value(count)));
        }
    }
}

void
scn_run_clean(ScnRun *run)
{
    CaseResult *result = run->result;
    g_autofree char *left = NULL;
    g_autofree char *reason = NULL;

    g_clear_pointer(&run->oracle, oracle_free);
    if (run->failed && run->options->keep)
        return;
    left = scn_world_clean(run);
    if (!left)
        return;
    reason = result->reason;
    result->reason = reason ? g_strdup_printf("%s; %s", reason, left) : g_strdup(left);
    if (result->verdict == VERDICT_PASS)
        result->verdict = VERDICT_FAIL;
}

gboolean
scn_run_case(ScnRun *run)
{
    const char *lack;

    if (!scn_world_open(run))
        return FALSE;
    lack = scn_run_lacks(run);
    if (lack) {
        run->result->verdict = VERDICT_SKIP;
        run->result->reason = g_strdup_printf("lacks: %s", lack);
        return FALSE;
    }
    if (!scn_world_watch(run))
        return FALSE;
    run->result->verdict = VERDICT_PASS;
    scn_take_events(run);
    run_steps(run);
    scn_end_with_deviations(run);
    return TRUE;
}

static double
hypervisor_ms(ScnRun *run)
{
    uint64_t nanoseconds = 0;
    struct vm_error err = {0};

    if (run->conn && run->target.hypervisor_time)
        run->target.hypervisor_time(run->conn, &nanoseconds, &err);
    return nanoseconds / 1e6;
}

void
scn_run_begin(ScnRun *run, ScnCase *scenario, const ScnRunOptions *options)
{
    *run = (ScnRun){.scenario = scenario, .options = options};
    run->result = case_result_new(scenario->id);
    run->result->file = g_strdup(scenario->file);
    run->result->hash = 14695981039346656037ull;
    run->result->trace = options->trace ? trace_new() : NULL;
    for (guint i = 0; i < scenario->rules->len; i++)
        g_ptr_array_add(run->result->rules, g_strdup(g_ptr_array_index(scenario->rules, i)));
    run->templates =
        g_hash_table_new_full(g_str_hash, g_str_equal, NULL, (GDestroyNotify)scn_template_free);
    run->documents = g_hash_table_new_full(g_str_hash, g_str_equal, g_free, g_free);
    run->variables = g_hash_table_new_full(g_str_hash, g_str_equal, g_free, g_free);
    run->marks = g_hash_table_new_full(g_str_hash, g_str_equal, g_free, g_free);
    run->folders = g_hash_table_new_full(g_str_hash, g_str_equal, g_free, g_free);
    run->images = g_ptr_array_new_with_free_func(g_free);
    run->events = g_array_new(FALSE, TRUE, sizeof(struct vm_event));
}

void
scn_run_end(ScnRun *run)
{
    scn_world_close(run);
    json_decref(run->shown);
    g_free(run->name);
}

CaseResult *
scn_case_run(ScnCase *scenario, const ScnRunOptions *options, json_t *coverage)
{
    gint64 began = g_get_monotonic_time();
    ScnRun run;

    scn_run_begin(&run, scenario, options);
    if (scn_run_case(&run)) {
        if (coverage && run.oracle) {
            json_t *counts = oracle_coverage(run.oracle);

            add_coverage(coverage, counts);
            json_decref(counts);
        }
        scn_run_clean(&run);
    }
    run.result->hypervisor_ms = hypervisor_ms(&run);
    scn_run_end(&run);
    run.result->ms = (g_get_monotonic_time() - began) / 1000.0;
    return run.result;
}
