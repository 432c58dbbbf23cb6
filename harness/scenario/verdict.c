/* SPDX-License-Identifier: LGPL-2.1-or-later
 *
 * What fails a case: what was expected beside what was seen, what the oracle
 * found; and what is only noted, because it is known of the target.
 */

#include "harness/scenario/run_int.h"

#include <stdarg.h>

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

void
scn_end_with_deviations(ScnRun *run)
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

/* ---- what the oracle found -------------------------------------------------- */

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

gboolean
scn_judge(ScnRun *run, OracleFinding *found, int code)
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
