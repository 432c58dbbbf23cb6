/* SPDX-License-Identifier: LGPL-2.1-or-later
 *
 * A call as part of a step: the oracle says before what must come of it, and
 * looks after it at what has.
 */

#include "harness/scenario/run_int.h"

/* Fold a call and what came of it into the hash. */
static void
hash_call(ScnRun *run, const ScnCallArgs *args, const ScnAnswer *answer)
{
    char flags[16] = " 0x0 ", code[16] = "0 ";

    if (args->flags)
        g_snprintf(flags, sizeof(flags), " 0x%x ", args->flags);
    if (answer->code)
        g_snprintf(code, sizeof(code), "%d ", answer->code);
    scn_hash_words(run, vm_call_info(args->call)->name);
    scn_hash_words(run, flags);
    scn_hash_part(run, args->domain ? args->domain : "");
    scn_hash_words(run, " ");
    scn_hash_part(run, args->moment ? args->moment : "");
    scn_hash_words(run, " → ");
    scn_hash_words(run, code);
    scn_hash(run, answer->name ? answer->name : "");
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
    scn_hash_events(run, before);
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
    return scn_judge(run, oracle_after_call(run->oracle, &step, sent), answer->code);
}
