/* SPDX-License-Identifier: LGPL-2.1-or-later
 *
 * The oracle: one look at the world after each step, every invariant, and
 * what the outcome data says of the call.
 */
#include "harness/oracle/oracle.h"

#include <string.h>
#include "harness/oracle/contents.h"
#include "harness/oracle/describe.h"
#include "harness/oracle/difference.h"
#include "harness/oracle/event_order.h"
#include "harness/oracle/expectation.h"
#include "harness/oracle/folders.h"
#include "harness/oracle/invariants.h"
#include "harness/oracle/listing.h"
#include "harness/oracle/recall.h"
#include "harness/oracle/world_json.h"

/* The invariants that are looked at here. */
typedef enum { I1, I2, I3, I4, I7, I8, I10, I11, INVARIANTS } Invariant;

static const char *const invariant_names[INVARIANTS] = {"I1", "I2", "I3",  "I4",
                                                        "I7", "I8", "I10", "I11"};

struct Oracle {
    ObserveView view;
    VmProfile profile;
    char *prefix;
    gboolean events, validate;
    Recall *recall;
    guint target; /* recall_target()'s number */
    History *history;
    Ledger *ledger;
    Losses *losses;
    GHashTable *verified; /* documents that REDEFINE took back */
    Observation *world;   /* as last observed */
    Observation *marked;  /* see oracle_mark(); or NULL */
    GQueue found;         /* of OracleFinding *: of the last step, not yet taken */
    guint64 counts[INVARIANTS][SEEN_WHOLE + 1];
};

void
oracle_finding_free(OracleFinding *finding)
{
    if (!finding)
        return;
    g_free(finding->id);
    g_free(finding->text);
    g_free(finding);
}

/* Takes the text; NULL for none. */
static OracleFinding *
finding_take(const char *id, char *text)
{
    OracleFinding *finding;

    if (!text)
        return NULL;
    finding = g_new0(OracleFinding, 1);
    finding->id = g_strdup(id);
    finding->text = text;
    return finding;
}

/* Takes the finding; NULL is fine. */
static void
note(Oracle *oracle, OracleFinding *finding, const char *told)
{
    if (!finding)
        return;
    finding->told = told;
    g_queue_push_tail(&oracle->found, finding);
}

/* The world as it is now. */
static Observation *
look(Oracle *oracle)
{
    Observation *world = observe_world(&oracle->view, oracle->world);

    contents_follow(oracle->view.contents, world);
    return world;
}

OracleFinding *
oracle_next_finding(Oracle *oracle)
{
    return g_queue_pop_head(&oracle->found);
}

static void
count(Oracle *oracle, Invariant invariant, Seen seen)
{
    oracle->counts[invariant][seen]++;
}

static gboolean
has_capability(const OracleOptions *options, const char *name)
{
    return options->capabilities && g_strv_contains(options->capabilities, name);
}

Oracle *
oracle_new(const OracleOptions *options, GError **error)
{
    Oracle *oracle;

    if (!options->target->domain_list || !options->target->domain_get_xml ||
        !options->target->domain_get_state) {
        vm_refuse(error, VIR_ERR_NO_SUPPORT,
                  "target '%s' cannot list domains, so nothing can be observed",
                  options->target->name);
        return NULL;
    }
    oracle = g_new0(Oracle, 1);
    oracle->profile = options->profile;
    oracle->prefix = g_strdup(options->name_prefix ? options->name_prefix : "");
    oracle->events = has_capability(options, "events");
    oracle->validate = has_capability(options, "snapshot-validate");
    oracle->recall = recall_enter();
    oracle->target = recall_target(oracle->recall, options->target);
    oracle->history = history_new();
    oracle->ledger = ledger_new();
    oracle->verified = g_hash_table_new(NULL, NULL);
    oracle->view.target = options->target;
    oracle->view.conn = options->conn;
    oracle->view.prefix = oracle->prefix;
    oracle->view.cache = oracle->recall->documents;
    oracle->view.files = has_capability(options, "files") && options->target->inspect;
    oracle->view.content = has_capability(options, "content") && options->target->inspect;
    oracle->view.contents = contents_new();
    oracle->view.folders = folders_new();
    oracle->world = look(oracle);
    oracle->losses = losses_new(&oracle->view, oracle->world);
    return oracle;
}

void
oracle_free(Oracle *oracle)
{
    if (!oracle)
        return;
    observation_unref(oracle->world);
    observation_unref(oracle->marked);
    g_queue_clear_full(&oracle->found, (GDestroyNotify)oracle_finding_free);
    g_hash_table_unref(oracle->verified);
    ledger_free(oracle->ledger);
    losses_free(oracle->losses);
    history_free(oracle->history);
    contents_free(oracle->view.contents);
    folders_free(oracle->view.folders);
    recall_leave();
    g_free(oracle->prefix);
    g_free(oracle);
}

/* A step beside the world before it; the caller clears it. */
static void
context_of(Oracle *oracle, StepContext *context, const OracleStep *step, const GArray *events)
{
    context_init(context, &oracle->view, oracle->history, oracle->world);
    context->events = events;
    context_step(context, step, oracle->profile);
}

static const OutcomeRow *
decide(const Oracle *oracle, StepContext *context)
{
    return outcome_decide(vm_call_info(context->step->call)->function, oracle->profile,
                          context_atom, context, NULL);
}

const char *
oracle_predict(Oracle *oracle, const OracleStep *step, const char **rule)
{
    StepContext context;
    const OutcomeRow *row;
    int refusal;

    context_of(oracle, &context, step, NULL);
    row = decide(oracle, &context);
    refusal = row ? outcome_refusal(row->result) : 0;
    context_clear(&context);
    if (rule)
        *rule = row ? row->rule : NULL;
    if (!row)
        return NULL;
    return refusal ? vm_error_name(refusal) : "ok";
}

/* ---- invariants ---- */

static OracleFinding *
check_restart(Oracle *oracle, const Observation *after, gboolean changed)
{
    const char *invariant = "I2";
    gboolean can = oracle->view.target->probe && !oracle->view.damaged;
    const RestartCheck check = {oracle->recall, oracle->verified, oracle->target, oracle->validate};
    char *found = invariant_documents(after);

    count(oracle, I2, can ? SEEN_WHOLE : SEEN_NOT);
    count(oracle, I3, can ? SEEN_WHOLE : SEEN_PARTLY);
    if (found)
        return finding_take("I3", found);
    if (!can || !changed)
        return NULL;
    found = invariant_restart(&oracle->view, after, &check, &invariant);
    return finding_take(invariant, found);
}

static OracleFinding *
check_events(Oracle *oracle, const Observation *after, const GArray *events)
{
    count(oracle, I10, oracle->events ? SEEN_WHOLE : SEEN_NOT);
    if (!oracle->events)
        return NULL;
    return finding_take("I10", event_order_check(oracle->world, after, events));
}

static gboolean
makes_moment(const OracleStep *step)
{
    return step->call == VM_CALL_SNAPSHOT_CREATE_XML && step->code == 0 &&
           !(step->flags & VIR_DOMAIN_SNAPSHOT_CREATE_REDEFINE);
}

/* Whether a snapshot's memory goes to a file. */
static gboolean
writes_memory(Oracle *oracle, const OracleStep *step)
{
    return makes_moment(step) && step->xml &&
           document_moment(oracle->view.cache, step->xml)->memory_file != NULL;
}

/* Everything that holds after any step. */
static OracleFinding *
check_invariants(Oracle *oracle, const OracleStep *step, Observation *after, gboolean changed)
{
    const char *const asked[] = {step->xml, step->argument, NULL};
    const Observation *made_from = makes_moment(step) ? oracle->world : NULL;
    Seen seen = SEEN_NOT;
    char *found = changed ? invariant_trees(&oracle->view, after, &seen) : NULL;

    count(oracle, I1, oracle->view.target->snapshot_list ? SEEN_WHOLE : SEEN_NOT);
    if (found || step->hangs) /* nobody can look into a process that hangs */
        return finding_take("I1", found);
    found = changed ? ledger_check(oracle->ledger, &oracle->view, made_from, after, &seen) : NULL;
    count(oracle, I4, oracle->view.content ? SEEN_WHOLE : SEEN_NOT);
    if (found || step->faults) /* what a fault has left is looked at when it is over */
        return finding_take("I4", found);
    found = changed ? invariant_owners(&oracle->view, oracle->world, after, asked, &seen) : NULL;
    if (!found && changed)
        found = invariant_records(&oracle->view, oracle->world, after);
    count(oracle, I7, oracle->view.files ? SEEN_WHOLE : SEEN_NOT);
    if (found)
        return finding_take("I7", found);
    return check_restart(oracle, after, changed);
}

/* ---- the outcome of a call ---- */

static OracleFinding *
check_unchanged(Oracle *oracle, const Observation *after, const GArray *events, gboolean changed)
{
    g_autofree char *found = changed ? difference_of_worlds(oracle->world, after) : NULL;

    count(oracle, I8, oracle->view.files ? SEEN_WHOLE : SEEN_PARTLY);
    if (!found && oracle->events && events && events->len > 0)
        found = g_strdup_printf("event %s came",
                                event_order_word(&g_array_index(events, struct vm_event, 0)));
    return finding_take("I8", found ? g_strdup_printf("the call failed, but %s", found) : NULL);
}

/* The whole new state; and, where that is right, how it was told. */
static void
check_success(Oracle *oracle, const StepContext *context, const OutcomeRow *row,
              const Observation *after)
{
    g_autoptr(Expectation) expected = expectation_new(context, row);
    const ObservedDomain *now = observed_domain(after, expected->name);
    char *found = expectation_compare(expected, context, after);
    const char *rule = row->rule;

    if (!found)
        found = listing_check(context, &rule);
    if (expected->layers && layers_left(expected->layers))
        history_learn_left(oracle->history, layers_left(expected->layers));
    if (!found && expected->disks_moment && now && context->moment)
        found = ledger_check_reverted(oracle->ledger, &oracle->view, now, context->moment->name);
    if (found) {
        note(oracle, finding_take(rule, found), NULL);
        return;
    }
    note(oracle, finding_take(row->rule, expectation_compare_reason(expected, context, after)),
         "reason");
    if (oracle->events)
        note(
            oracle,
            finding_take(row->rule, expectation_compare_events(expected, context, context->events)),
            "events");
}

static void
check_outcome(Oracle *oracle, StepContext *context, const Observation *after)
{
    const OracleStep *step = context->step;
    const OutcomeRow *row = decide(oracle, context);
    int refusal = row ? outcome_refusal(row->result) : 0;

    if (row && refusal != step->code)
        note(oracle,
             finding_take(row->rule,
                          g_strdup_printf("%s: expected %s, got %s%s%s", row->call,
                                          refusal ? vm_error_name(refusal) : "success",
                                          step->code ? vm_error_name(step->code) : "success",
                                          step->text ? ": " : "", step->text ? step->text : "")),
             NULL);
    else if (row && !refusal)
        check_success(oracle, context, row, after);
}

/* Nobody can know yet what the call has come to (VM-HANG-001); or a process took it along, or the
 * end of the process is what lets an interrupted call be finished or undone (VM-HANG-003). */
static gboolean
is_in_doubt(const OracleStep *step)
{
    if (step->faults)
        return step->code != 0;
    if (step->dies)
        return step->code == VIR_ERR_OPERATION_FAILED;
    return step->hangs && (step->code == VIR_ERR_OPERATION_TIMEOUT ||
                           (step->code == 0 && step->call == VM_CALL_DOMAIN_DESTROY));
}

/* What was lost by a call.  Nobody can look into a process that hangs. */
static OracleFinding *
check_losses(Oracle *oracle, const StepContext *context, const Observation *after, gboolean changed)
{
    const OracleStep *step = context->step;
    LossStep loss = {context, oracle->world, after, context->events, is_in_doubt(step), changed};
    Seen seen = SEEN_NOT;
    char *found = NULL;

    if (step->hangs)
        losses_follow(oracle->losses, &oracle->view, after);
    else
        found = losses_check(oracle->losses, &oracle->view, &loss, &seen);
    count(oracle, I11, seen);
    return finding_take("I11", found);
}

/* What was lost by a step that is no call: a guest that writes or goes off, a restart. */
static OracleFinding *
check_losses_outside(Oracle *oracle, const Observation *after, const GArray *events)
{
    LossStep loss = {NULL, oracle->world, after, oracle->events ? events : NULL, TRUE, TRUE};
    Seen seen = SEEN_NOT;
    char *found = losses_check(oracle->losses, &oracle->view, &loss, &seen);

    count(oracle, I11, seen);
    return finding_take("I11", found);
}

static void
take_world(Oracle *oracle, Observation *after)
{
    observation_unref(oracle->world);
    oracle->world = after;
}

OracleFinding *
oracle_after_call(Oracle *oracle, const OracleStep *step, const GArray *events)
{
    Observation *after = look(oracle);
    gboolean changed = !worlds_same_at_sight(oracle->world, after);
    StepContext context;

    g_queue_clear_full(&oracle->found, (GDestroyNotify)oracle_finding_free);
    context_of(oracle, &context, step, oracle->events ? events : NULL);
    if (!is_in_doubt(step))
        check_outcome(oracle, &context, after);
    if (step->code != 0 && !is_in_doubt(step))
        note(oracle, check_unchanged(oracle, after, events, changed), NULL);
    note(oracle, check_invariants(oracle, step, after, changed), NULL);
    note(oracle, check_losses(oracle, &context, after, changed), NULL);
    context_clear(&context);
    note(oracle, check_events(oracle, after, events), step->code ? NULL : "events");
    if (step->code == 0)
        history_learn(oracle->history, step, writes_memory(oracle, step), oracle->world, after);
    take_world(oracle, after);
    return oracle_next_finding(oracle);
}

OracleFinding *
oracle_after_recovery(Oracle *oracle)
{
    Observation *after = look(oracle);
    Seen seen = SEEN_NOT;

    g_queue_clear_full(&oracle->found, (GDestroyNotify)oracle_finding_free);
    note(oracle, finding_take("I1", invariant_trees(&oracle->view, after, &seen)), NULL);
    count(oracle, I1, seen);
    note(oracle,
         finding_take("I4", ledger_check(oracle->ledger, &oracle->view, NULL, after, &seen)), NULL);
    note(oracle, check_restart(oracle, after, TRUE), NULL);
    losses_follow(oracle->losses, &oracle->view, after);
    history_follow(oracle->history, oracle->world, after);
    take_world(oracle, after);
    return oracle_next_finding(oracle);
}

OracleFinding *
oracle_after_other(Oracle *oracle, gboolean expect_damage, const GArray *events)
{
    Observation *after = look(oracle);

    g_queue_clear_full(&oracle->found, (GDestroyNotify)oracle_finding_free);
    if (expect_damage) {
        oracle->view.damaged = TRUE;
        history_forget_images(oracle->history);
        ledger_forget(oracle->ledger);
        losses_follow(oracle->losses, &oracle->view, after);
        g_hash_table_remove_all(oracle->verified);
    } else {
        Seen seen = SEEN_NOT;
        char *found = invariant_trees(&oracle->view, after, &seen);

        count(oracle, I1, seen);
        note(oracle, finding_take("I1", found), NULL);
        found = ledger_check(oracle->ledger, &oracle->view, NULL, after, &seen);
        note(oracle, finding_take("I4", found), NULL);
        note(oracle, check_losses_outside(oracle, after, events), NULL);
        note(oracle, check_events(oracle, after, events), "events");
        history_follow(oracle->history, oracle->world, after);
    }
    take_world(oracle, after);
    return oracle_next_finding(oracle);
}

char *
oracle_describe(Oracle *oracle)
{
    return world_describe(oracle->world);
}

void
oracle_mark(Oracle *oracle)
{
    observation_unref(oracle->marked);
    oracle->marked = observation_ref(oracle->world);
}

char *
oracle_describe_marked(Oracle *oracle)
{
    return oracle->marked ? world_describe(oracle->marked) : NULL;
}

json_t *
oracle_world(Oracle *oracle)
{
    return world_json(oracle->world);
}

json_t *
oracle_coverage(Oracle *oracle)
{
    json_t *coverage = json_object();

    for (gsize i = 0; i < INVARIANTS; i++)
        json_object_set_new(coverage, invariant_names[i],
                            json_pack("{s:I,s:I,s:I}", "observed",
                                      (json_int_t)oracle->counts[i][SEEN_WHOLE], "partly",
                                      (json_int_t)oracle->counts[i][SEEN_PARTLY], "not",
                                      (json_int_t)oracle->counts[i][SEEN_NOT]));
    return coverage;
}
