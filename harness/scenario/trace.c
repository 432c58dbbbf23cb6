/* SPDX-License-Identifier: LGPL-2.1-or-later
 *
 * What a step did, noted for a report that shows the case step by step, and
 * for a session that answers after each.
 */

#include "harness/scenario/run_int.h"

#include <string.h>

/* What a report keeps of an output. */
#define OUTPUT_KEPT 4000

/* What must come of a call, as the scenario says it; the caller frees it. */
static char *
result_text(const ScnResult *result)
{
    switch (result->kind) {
    case SCN_RESULT_OK:
        return g_strdup("ok");
    case SCN_RESULT_ERROR:
        return g_strdup_printf(result->mentions ? "error %s that mentions \"%s\"" : "error %s",
                               vm_error_name(result->code), result->mentions);
    case SCN_RESULT_OUTPUT:
        return g_strdup_printf("output '%s'", result->output);
    case SCN_RESULT_CONTAINS:
        return g_strdup_printf("output that contains '%s'", result->output);
    case SCN_RESULT_OUTCOME:
        return g_strdup("as the outcome rules say");
    case SCN_RESULT_ANY:
        return NULL;
    }
    g_assert_not_reached();
}

static gboolean
is_command(const ScnStep *step)
{
    return step->kind == SCN_STEP_CALL || step->kind == SCN_STEP_GUEST;
}

void
scn_trace_begin(ScnRun *run, const ScnStep *step)
{
    TraceStep *traced;

    if (!run->result->trace)
        return;
    traced = trace_step_new();
    traced->line = step->line;
    traced->source = g_strdup(step->source);
    if (is_command(step)) {
        char *wanted = result_text(&step->result[run->options->profile == VM_PROFILE_LIBVIRT]);

        traced->expected = wanted ? scn_plain_text(run, wanted) : NULL;
        g_free(wanted);
    }
    g_ptr_array_add(run->result->trace, traced);
    run->traced = traced;
}

void
scn_trace_answer(ScnRun *run, const ScnStep *step, const ScnAnswer *answer)
{
    TraceStep *traced = run->traced;
    g_autofree char *text = NULL;
    g_autofree char *output = NULL;

    if (!traced)
        return;
    run->code = answer->code;
    g_free(run->name);
    run->name = g_strdup(answer->name);
    text = answer->code ? g_strdup_printf("error %s: %s", vm_error_name(answer->code), answer->text)
                        : g_strdup("ok");
    if (!run->failed) {
        g_free(traced->seen);
        traced->seen = scn_plain_text(run, text);
    }
    if (answer->predicted && !run->failed &&
        step->result[run->options->profile == VM_PROFILE_LIBVIRT].kind == SCN_RESULT_OUTCOME) {
        g_free(traced->expected);
        traced->expected =
            g_strdup_printf("%s%s, by %s", strcmp(answer->predicted, "ok") == 0 ? "" : "error ",
                            answer->predicted, answer->rule ? answer->rule : "the outcome rules");
    }
    if (answer->code || !answer->output)
        return;
    output = scn_plain_text(run, answer->output);
    g_free(traced->output);
    traced->output = strlen(output) > OUTPUT_KEPT && !run->options->session
                         ? g_strdup_printf("%.*s…", OUTPUT_KEPT, output)
                         : g_steal_pointer(&output);
}

void
scn_trace_failure(ScnRun *run, const char *expected, const char *seen)
{
    TraceStep *traced = run->traced;

    if (!traced)
        return;
    g_free(traced->expected);
    g_free(traced->seen);
    traced->expected = scn_plain_text(run, expected);
    traced->seen = g_strdup(seen);
    traced->failed = TRUE;
}

/* The events of the step, or NULL; the caller frees it. */
static char *
events_text(const ScnRun *run)
{
    g_autoptr(GString) text = g_string_new(NULL);

    for (guint i = 0; i < run->events->len; i++) {
        const struct vm_event *event = &g_array_index(run->events, struct vm_event, i);
        const char *word = scn_event_word(event);
        g_autofree char *name = scn_plain_text(run, event->domain);

        g_string_append_printf(text, "%s%s %s", text->len ? ", " : "", name, word);
    }
    return text->len ? g_strdup(text->str) : NULL;
}

json_t *
scn_world(ScnRun *run)
{
    json_t *world = run->oracle ? oracle_world(run->oracle) : NULL;
    char *text = world ? json_dumps(world, JSON_COMPACT) : NULL;
    g_autofree char *plain = text ? scn_plain_text(run, text) : NULL;

    free(text);
    json_decref(world);
    return plain ? json_loads(plain, 0, NULL) : NULL;
}

void
scn_trace_end(ScnRun *run, const ScnStep *step)
{
    TraceStep *traced = run->traced;
    json_t *world;

    if (!traced)
        return;
    run->traced = NULL;
    if (step->kind == SCN_STEP_EXPECT)
        return;
    traced->events = events_text(run);
    world = scn_world(run);
    if (world && !json_equal(world, run->shown)) {
        json_decref(run->shown);
        run->shown = json_incref(world);
        traced->world = json_incref(world);
    }
    json_decref(world);
}
