/* SPDX-License-Identifier: LGPL-2.1-or-later
 *
 * An answer beside the result that its step expects.
 */

#include "harness/scenario/run_int.h"

#include <string.h>

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
