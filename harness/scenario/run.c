/* SPDX-License-Identifier: LGPL-2.1-or-later
 *
 * The run of one case: its steps in order, what each is compared with, and
 * the report of the first that fails.
 */

#include "harness/scenario/run_int.h"

#include <stdarg.h>
#include <string.h>

char *
scn_word(ScnRun *run, const ScnStep *step, guint at)
{
    if (at >= step->words->len)
        return NULL;
    return scn_expand_text(run, ((ScnWord *)g_ptr_array_index(step->words, at))->text);
}

/* "started/booted"; the caller frees it. */
static char *
make_event_word(int type, int detail)
{
    const char *type_word = vm_enum_word("event", type);
    g_autofree char *group = g_strconcat("detail-", type_word, NULL);
    const char *detail_word = type_word ? vm_enum_word(group, detail) : NULL;

    if (type_word && detail_word)
        return g_strdup_printf("%s/%s", type_word, detail_word);
    return g_strdup_printf("%d/%d", type, detail);
}

const char *
scn_event_word(const struct vm_event *event)
{
    static const char *words[16][16]; /* by type and detail: made once, for all runs */
    const guint type = (guint)event->type, detail = (guint)event->detail;
    g_autofree char *made = NULL;

    if (type < G_N_ELEMENTS(words) && detail < G_N_ELEMENTS(words[0]) && words[type][detail])
        return words[type][detail];
    made = make_event_word(event->type, event->detail);
    if (type >= G_N_ELEMENTS(words) || detail >= G_N_ELEMENTS(words[0]))
        return g_intern_string(made);
    return words[type][detail] = g_intern_string(made);
}

void
scn_take_events(ScnRun *run)
{
    struct vm_event event;

    while (run->target.next_event && run->target.next_event(run->conn, &event) == 1) {
        if (g_str_has_prefix(event.domain, run->prefix))
            g_array_append_val(run->events, event);
        memset(&event, 0, sizeof(event));
    }
}

/* Fold the events from `from` on into the hash. */
static void
hash_events(ScnRun *run, guint from)
{
    for (guint i = from; i < run->events->len; i++) {
        const struct vm_event *event = &g_array_index(run->events, struct vm_event, i);

        scn_hash_part(run, "event ");
        scn_hash_part(run, event->domain);
        scn_hash_part(run, " ");
        scn_hash(run, scn_event_word(event));
    }
}

/* Fold a call and what came of it into the hash. */
static void
hash_call(ScnRun *run, const ScnCallArgs *args, const ScnAnswer *answer)
{
    char flags[16] = " 0x0 ", code[16] = "0 ";

    if (args->flags)
        g_snprintf(flags, sizeof(flags), " 0x%x ", args->flags);
    if (answer->code)
        g_snprintf(code, sizeof(code), "%d ", answer->code);
    scn_hash_part(run, vm_call_info(args->call)->name);
    scn_hash_part(run, flags);
    scn_hash_part(run, args->domain ? args->domain : "");
    scn_hash_part(run, " ");
    scn_hash_part(run, args->moment ? args->moment : "");
    scn_hash_part(run, " → ");
    scn_hash_part(run, code);
    scn_hash(run, answer->name ? answer->name : "");
}

static void
append_world(ScnRun *run, GString *detail, const char *when, const char *world)
{
    g_autofree char *plain = world ? scn_plain_text(run, world) : NULL;

    if (plain)
        g_string_append_printf(detail, "%s:\n%s%s", when, plain,
                               g_str_has_suffix(plain, "\n") ? "" : "\n");
}

/* The step, expected against seen, and the world before and after. */
static char *
failure_detail(ScnRun *run, const char *expected, const char *seen)
{
    g_autofree char *before = run->oracle ? oracle_describe_marked(run->oracle) : NULL;
    g_autofree char *after = run->oracle ? oracle_describe(run->oracle) : NULL;
    g_autoptr(GString) detail = g_string_new(NULL);

    g_string_append_printf(detail, "%s:%u: %s\n  expected: %s\n  seen:     %s\n",
                           run->scenario->path, run->step ? run->step->line : 0,
                           run->step ? run->step->source : "(no step)", expected, seen);
    if (g_strcmp0(before, after) == 0) {
        append_world(run, detail, "before the last step that acts, and after it", after);
    } else {
        append_world(run, detail, "before the last step that acts", before);
        append_world(run, detail, "after it", after);
    }
    return g_strdup(detail->str);
}

/* The rule that a failure of the step is about, or NULL. */
static const char *
step_rule(const ScnRun *run)
{
    if (run->step && run->step->rule)
        return run->step->rule;
    return run->scenario->rules->len ? g_ptr_array_index(run->scenario->rules, 0) : NULL;
}

gboolean
scn_fail(ScnRun *run, const char *expected, const char *format, ...)
{
    g_autofree char *text = NULL;
    g_autofree char *seen = NULL;
    CaseResult *result = run->result;
    va_list args;

    if (run->failed)
        return FALSE;
    va_start(args, format);
    text = g_strdup_vprintf(format, args);
    va_end(args);
    seen = scn_plain_text(run, text);
    run->failed = TRUE;
    result->verdict = VERDICT_FAIL;
    result->reason =
        g_strdup_printf("line %u: %s: expected %s, seen %s", run->step ? run->step->line : 0,
                        run->step ? run->step->source : "", expected, seen);
    g_strdelimit(result->reason, "\n", ' ');
    result->detail = failure_detail(run, expected, seen);
    scn_trace_failure(run, expected, seen);
    if (!result->rule)
        result->rule = g_strdup(step_rule(run));
    return FALSE;
}

/* ---- known deviations ------------------------------------------------------- */

static gboolean
is_known(const ScnRun *run, const char *rule, const char *observed)
{
    const ScnRunOptions *options = run->options;

    return rule && options->known &&
           options->known(options->known_data, run->scenario->id, rule, observed);
}

static void
note_deviation(ScnRun *run, const char *rule, const char *told)
{
    GPtrArray *deviations = run->result->deviations;
    g_autofree char *deviation = g_strdup_printf("%s %s", rule, told);

    if (!g_ptr_array_find_with_equal_func(deviations, deviation, g_str_equal, NULL))
        g_ptr_array_add(deviations, g_steal_pointer(&deviation));
}

gboolean
scn_told(ScnRun *run, const char *rule, const char *told, const char *expected, const char *seen)
{
    rule = rule ? rule : step_rule(run);
    if (is_known(run, rule, told)) {
        note_deviation(run, rule, told);
        return TRUE;
    }
    if (!run->failed) {
        run->result->rule = g_strdup(rule);
        run->result->observed = g_strdup(told);
    }
    return scn_fail(run, expected, "%s", seen);
}

/* A case that met known deviations, and nothing else, did not pass: the run says whether each was
 * expected of it. */
static void
end_with_deviations(ScnRun *run)
{
    CaseResult *result = run->result;
    g_autofree char *all = NULL;
    g_auto(GStrv) first = NULL;

    if (result->verdict != VERDICT_PASS || !result->deviations->len)
        return;
    first = g_strsplit(g_ptr_array_index(result->deviations, 0), " ", 2);
    g_ptr_array_add(result->deviations, NULL);
    all = g_strjoinv(", ", (char **)result->deviations->pdata);
    g_ptr_array_set_size(result->deviations, result->deviations->len - 1);
    result->verdict = VERDICT_FAIL;
    result->rule = g_strdup(first[0]);
    result->observed = g_strdup(first[1]);
    result->reason = g_strdup_printf("known deviations: %s", all);
}

/* A breach that the oracle found fails the case under the finding's id. */
static gboolean
judge_one(ScnRun *run, const OracleFinding *finding, int code)
{
    run->breach = TRUE;
    if (finding->told)
        return scn_told(run, finding->id, finding->told, finding->id, finding->text);
    run->result->rule = g_strdup(finding->id);
    run->result->observed = g_strdup(code ? vm_error_name(code) : "ok");
    return scn_fail(run, finding->id, "%s", finding->text);
}

/* All that the oracle found after a step, up to the first that ends the case. */
static gboolean
judge(ScnRun *run, OracleFinding *found, int code)
{
    gboolean good = TRUE;

    while (found && good) {
        /* Where the run wants no oracle, it only keeps up for the cases that ask what is
         * predicted. */
        good = !run->options->oracle || judge_one(run, found, code);
        oracle_finding_free(found);
        found = good ? oracle_next_finding(run->oracle) : NULL;
    }
    return good;
}

/* The number that a call takes, as the oracle reads arguments: a text; NULL where it takes none. */
static char *
number_argument(const ScnCallArgs *args)
{
    static const VmCall calls[] = {VM_CALL_SNAPSHOT_LIST_NAMES,
                                   VM_CALL_SNAPSHOT_LIST_CHILDREN_NAMES,
                                   VM_CALL_DOMAIN_SET_AUTOSTART};

    for (gsize i = 0; i < G_N_ELEMENTS(calls); i++) {
        if (args->call == calls[i])
            return g_strdup_printf("%d", args->max);
    }
    return NULL;
}

/* The oracle takes the world as it is. */
static void
look_only(ScnRun *run)
{
    OracleFinding *found = oracle_after_other(run->oracle, TRUE, run->events);

    while (found) {
        oracle_finding_free(found);
        found = oracle_next_finding(run->oracle);
    }
}

gboolean
scn_call(ScnRun *run, const ScnCallArgs *args, gboolean predict, ScnAnswer *answer)
{
    guint before = run->events->len;
    g_autofree char *number = number_argument(args);
    OracleStep step = {.call = args->call,
                       .flags = args->flags,
                       .domain = args->domain,
                       .moment = args->moment,
                       .xml = args->xml,
                       .argument = number ? number : args->argument,
                       .hangs = run->hangs,
                       .dies = run->dies,
                       .faults = run->faults};
    const char *predicted = NULL, *rule = NULL;
    g_autoptr(GArray) sent = NULL;

    if (predict && run->oracle)
        predicted = oracle_predict(run->oracle, &step, &rule);
    scn_dispatch(run, args, answer);
    answer->predicted = predicted;
    answer->rule = rule;
    scn_take_events(run);
    hash_call(run, args, answer);
    hash_events(run, before);
    if (!run->oracle)
        return TRUE;
    if (args->sets_up && answer->code != 0) {
        look_only(run);
        return TRUE;
    }
    step.code = answer->code;
    step.text = answer->text;
    step.result = answer->name;
    step.output = answer->output;
    sent = g_array_new(FALSE, FALSE, sizeof(struct vm_event));
    if (run->events->len > before)
        g_array_append_vals(sent, &g_array_index(run->events, struct vm_event, before),
                            run->events->len - before);
    return judge(run, oracle_after_call(run->oracle, &step, sent), answer->code);
}

/* ---- results ---------------------------------------------------------------- */

static char *
describe_answer(const ScnAnswer *answer)
{
    if (answer->code)
        return g_strdup_printf("error %s: %s", vm_error_name(answer->code), answer->text);
    return g_strdup("ok");
}

/* Output with names as the scenario writes them, words joined by single blanks. */
static char *
plain_output(ScnRun *run, const char *output)
{
    g_autofree char *plain = scn_plain_text(run, output ? output : "");
    g_auto(GStrv) words = g_strsplit_set(plain, " \t\n", -1);
    GString *text = g_string_new(NULL);

    for (guint i = 0; words[i]; i++) {
        if (*words[i])
            g_string_append_printf(text, "%s%s", text->len ? " " : "", words[i]);
    }
    return g_string_free(text, FALSE);
}

static gboolean
check_output(ScnRun *run, const ScnResult *result, const ScnAnswer *answer)
{
    g_autofree char *seen = plain_output(run, answer->output);
    g_autofree char *expanded = scn_expand_text(run, result->output);
    g_autofree char *wanted = scn_plain_text(run, expanded);
    g_autofree char *expected = g_strdup_printf(
        "output %s'%s'", result->kind == SCN_RESULT_CONTAINS ? "that contains " : "", wanted);
    gboolean good = result->kind == SCN_RESULT_CONTAINS ? strstr(seen, wanted) != NULL
                                                        : strcmp(seen, wanted) == 0;

    return good || scn_fail(run, expected, "'%s'", seen);
}

static gboolean
check_outcome(ScnRun *run, const ScnAnswer *answer)
{
    const char *seen = answer->code ? vm_error_name(answer->code) : "ok";
    g_autofree char *expected = NULL;

    if (!answer->predicted)
        return scn_fail(run, "a predicted outcome", "no outcome rule for this call");
    if (strcmp(answer->predicted, seen) == 0)
        return TRUE;
    if (answer->rule && !run->step->rule) {
        g_free(run->result->rule);
        run->result->rule = g_strdup(answer->rule);
    }
    expected = g_strdup_printf(
        "%s%s by %s", answer->code && strcmp(answer->predicted, "ok") == 0 ? "" : "error ",
        answer->predicted, answer->rule ? answer->rule : "the outcome rules");
    return scn_fail(run, expected, "%s%s%s", seen, answer->text ? ": " : "",
                    answer->text ? answer->text : "");
}

/* Other drivers word their errors as they like. */
static gboolean
has_texts(const ScnRun *run)
{
    return g_strv_contains((const char *const *)run->capabilities, "texts");
}

static gboolean
check_error(ScnRun *run, const ScnResult *result, const ScnAnswer *answer)
{
    g_autofree char *seen = describe_answer(answer);
    g_autofree char *expected = g_strdup_printf("error %s", vm_error_name(result->code));
    g_autofree char *expanded = NULL;
    g_autofree char *mentions = NULL;
    g_autofree char *text = NULL;

    if (answer->code != result->code)
        return scn_fail(run, expected, "%s", seen);
    expanded = result->mentions ? scn_expand_text(run, result->mentions) : NULL;
    mentions = expanded ? scn_plain_text(run, expanded) : NULL;
    text = scn_plain_text(run, answer->text ? answer->text : "");
    if (mentions && has_texts(run) && !strstr(text, mentions)) {
        g_autofree char *wanted = g_strdup_printf("%s that mentions \"%s\"", expected, mentions);

        return scn_fail(run, wanted, "%s", seen);
    }
    return TRUE;
}

static gboolean
compare_answer(ScnRun *run, const ScnResult *result, const ScnAnswer *answer)
{
    g_autofree char *seen = describe_answer(answer);

    if (result->kind == SCN_RESULT_ANY)
        return TRUE;
    if (result->kind == SCN_RESULT_ERROR)
        return check_error(run, result, answer);
    if (result->kind == SCN_RESULT_OUTCOME)
        return check_outcome(run, answer);
    if (answer->code)
        return scn_fail(run, "ok", "%s", seen);
    if (result->kind != SCN_RESULT_OK)
        return check_output(run, result, answer);
    if (result->as)
        g_hash_table_replace(run->variables, g_strdup(result->as),
                             g_strdup(answer->name ? answer->name : ""));
    return TRUE;
}

gboolean
scn_result_check(ScnRun *run, const ScnStep *step, const ScnAnswer *answer)
{
    const ScnResult *result = &step->result[run->options->profile == VM_PROFILE_LIBVIRT];

    scn_trace_answer(run, step, answer);
    if (compare_answer(run, result, answer))
        return TRUE;
    if (!run->result->observed)
        run->result->observed = g_strdup(answer->code ? vm_error_name(answer->code) : "ok");
    return FALSE;
}

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

/* What was logged and announced before this step is of no interest any more. */
static void
begin_step(ScnRun *run, const ScnStep *step)
{
    char *log = NULL;
    struct vm_error err = {0};

    run->step = step;
    run->result->steps++;
    if (step->kind == SCN_STEP_EXPECT)
        return;
    g_array_set_size(run->events, 0);
    if (run->oracle)
        oracle_mark(run->oracle); /* a failure is shown beside the world before its step */
    if (run->target.take_log && run->target.take_log(run->conn, &log, &err) == 0 && log)
        run->target.free_string(log);
    g_clear_pointer(&run->log, g_free);
}

static void
end_step(ScnRun *run, const ScnStep *step)
{
    char *log = NULL;
    struct vm_error err = {0};

    if (step->kind == SCN_STEP_EXPECT || !run->target.take_log)
        return;
    if (run->target.take_log(run->conn, &log, &err) == 0 && log) {
        run->log = g_strdup(log);
        run->target.free_string(log);
    }
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
    hash_events(run, before);
    if (!run->oracle || (step->kind == SCN_STEP_DOMAIN && run->events->len))
        return TRUE;
    if (is_power_cut(step) || is_heal(step))
        return judge(run, oracle_after_recovery(run->oracle), 0);
    return judge(run, oracle_after_other(run->oracle, run->damaged, run->events), 0);
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
    end_with_deviations(run);
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
