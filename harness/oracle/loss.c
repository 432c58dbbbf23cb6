/* SPDX-License-Identifier: LGPL-2.1-or-later
 *
 * The loss ledger: what had a last holder before a step and has none after
 * it, beside the table of what may be lost.
 */
#include "harness/oracle/invariants.h"

#include <string.h>
#include "harness/oracle/contents.h"
#include "harness/oracle/holdings.h"

struct Losses {
    Holdings *held; /* in the world before the next step */
};

Losses *
losses_new(const ObserveView *view, const Observation *world)
{
    Losses *losses = g_new0(Losses, 1);

    losses->held = holdings_new(view, world, NULL);
    return losses;
}

void
losses_free(Losses *losses)
{
    if (!losses)
        return;
    holdings_free(losses->held);
    g_free(losses);
}

void
losses_follow(Losses *losses, const ObserveView *view, const Observation *after)
{
    g_autoptr(Holdings) former = losses->held;

    losses->held = holdings_new(view, after, former);
}

/* ---- what is still there, in another shape ---- */

static gboolean
had_event(const LossStep *step, const char *domain, int type, int detail)
{
    for (guint i = 0; step->events && i < step->events->len; i++) {
        const struct vm_event *event = &g_array_index(step->events, struct vm_event, i);

        if (event->type == type && (detail < 0 || event->detail == detail) &&
            g_strcmp0(event->domain, domain) == 0)
            return TRUE;
    }
    return FALSE;
}

/* Calls that put other memory in the place of the guest's (NULL: of any), with no word of it. */
static gboolean
replaces_memory(const LossStep *step, const char *domain)
{
    const OracleStep *call = step->context ? step->context->step : NULL;

    return call && call->code == 0 &&
           (!domain || strcmp(step->context->domain_name, domain) == 0) &&
           (call->call == VM_CALL_SNAPSHOT_REVERT || call->call == VM_CALL_DOMAIN_RESET);
}

/* A running guest's memory is never twice the same: it went on, or a new image tells of it. */
static gboolean
guest_goes_on(const LossStep *step, const Holding *holding, const Holdings *now,
              const Holdings *before)
{
    if (holdings_have(now, holding->datum) && !replaces_memory(step, holding->owner.domain) &&
        !had_event(step, holding->owner.domain, VIR_DOMAIN_EVENT_STOPPED, -1))
        return TRUE;
    return holdings_gained_memory(now, before) ||
           (holding->saved && holdings_have(now, holding->saved));
}

/* The file of a transient domain's moment stays for the domain of its UUID (VM-META-001). */
static gboolean
record_stays(const Observation *after, const Holding *holding)
{
    g_autofree char *ending =
        g_strdup_printf("/snapshot/%s/%s.xml", holding->owner.domain, holding->owner.moment);

    return holding->owner.moment && observed_any_path(after, ending);
}

/* Memory that a guest was started from lives in it. */
static gboolean
taken_up(const LossStep *step, const Holding *holding)
{
    const ObservedDomain *now = observed_domain(step->after, holding->owner.domain);

    if (!now || !observed_active(now))
        return FALSE;
    if (step->events)
        return had_event(step, now->name, VIR_DOMAIN_EVENT_STARTED,
                         VIR_DOMAIN_EVENT_STARTED_RESTORED);
    return !observed_active(observed_domain(step->before, now->name));
}

static gboolean
vanished_with_its_guest(const LossStep *step, const Holding *holding)
{
    const ObservedDomain *domain = observed_domain(step->before, holding->owner.domain);

    return domain && !domain->persistent && !observed_domain(step->after, domain->name);
}

static gboolean
is_the_guests_own(const LossStep *step, const Holding *holding)
{
    if (!step->guests_act)
        return FALSE;
    if (holding->owner.kind == LOSS_METADATA || holding->owner.kind == LOSS_DEFINITION)
        return vanished_with_its_guest(step, holding);
    return holding->owner.kind == LOSS_DISK || holding->owner.kind == LOSS_MEMORY;
}

/* Calls that put the guest's memory away. */
static gboolean
puts_memory_away(const LossStep *step, const char *domain)
{
    const OracleStep *call = step->context ? step->context->step : NULL;

    return call && call->code == 0 && strcmp(step->context->domain_name, domain) == 0 &&
           (call->call == VM_CALL_DOMAIN_SAVE || call->call == VM_CALL_DOMAIN_MANAGED_SAVE ||
            call->call == VM_CALL_SNAPSHOT_CREATE_XML);
}

/* A black box shows neither what it has put away nor what it started from: it is believed. */
static gboolean
is_told_by_none(const ObserveView *view, const LossStep *step, const Holding *holding)
{
    const ObservedDomain *now = observed_domain(step->after, holding->owner.domain);

    if (view->content)
        return FALSE;
    if (holding->owner.kind == LOSS_MEMORY)
        return puts_memory_away(step, holding->owner.domain);
    return holding->owner.kind == LOSS_SAVED && now && observed_active(now);
}

static gboolean
is_still_held(const LossStep *step, const Holding *holding, const Holdings *now,
              const Holdings *before)
{
    if (holding->owner.kind == LOSS_MEMORY)
        return guest_goes_on(step, holding, now, before);
    if (holdings_have(now, holding->datum))
        return TRUE;
    if (holding->owner.kind == LOSS_METADATA)
        return record_stays(step->after, holding);
    return holding->owner.kind == LOSS_SAVED && taken_up(step, holding);
}

/* ---- the table ---- */

static const char *
place_of(const ObserveView *view, const Holding *holding)
{
    return names_text(view->contents->names, holding->place);
}

/* Whether the call names the file of a place. */
static gboolean
is_named(const OracleStep *call, const char *place)
{
    g_autofree char *path = g_strndup(place ? place : "", strcspn(place ? place : "", "@"));

    if (!*path)
        return FALSE;
    return g_strcmp0(call->argument, path) == 0 || (call->xml && strstr(call->xml, path));
}

static guint
scopes_of(const StepContext *context, const Holding *holding)
{
    const ObservedMoment *moment = context->moment;
    guint scopes = 0;

    if (is_named(context->step, place_of(context->view, holding)))
        scopes |= LOSS_OF_NAMED;
    if (!holding->owner.domain || strcmp(holding->owner.domain, context->domain_name) != 0)
        return scopes;
    if (!holding->owner.moment)
        return scopes | LOSS_OF_DOMAIN;
    scopes |= LOSS_OF_MOMENTS;
    if (moment && strcmp(holding->owner.moment, moment->name) == 0)
        scopes |= LOSS_OF_MOMENT;
    if (moment && observed_is_below(context->domain, holding->owner.moment, moment->name))
        scopes |= LOSS_OF_DESCENDANTS;
    return scopes;
}

static gboolean
is_permitted(const LossStep *step, const Holding *holding)
{
    const StepContext *context = step->context;
    LossDatum datum = {holding->owner.kind, 0};

    /* A call that failed has no way with anything, unless nobody knows what it came to. */
    if (!context || (context->step->code != 0 && !step->guests_act))
        return FALSE;
    datum.scopes = scopes_of(context, holding);
    return loss_permitted(vm_call_info(context->step->call)->function, context->profile, &datum,
                          context_atom, (gpointer)context) != NULL;
}

static char *
describe_loss(const ObserveView *view, const LossStep *step, const Holding *holding)
{
    const StepContext *context = step->context;
    GString *text = g_string_new(NULL);

    if (!context)
        g_string_append(text, "a step that is no call");
    else
        g_string_append_printf(text, "%s%s", vm_call_info(context->step->call)->function,
                               context->step->code ? ", which failed," : "");
    g_string_append_printf(text, " destroyed what nothing permits it to: %s",
                           loss_kind_word(holding->owner.kind));
    if (holding->owner.moment)
        g_string_append_printf(text, " '%s'", holding->owner.moment);
    if (holding->owner.domain)
        g_string_append_printf(text, " of '%s'", holding->owner.domain);
    if (holding->place)
        g_string_append_printf(text, ", which '%s' held", place_of(view, holding));
    return g_string_free(text, FALSE);
}

char *
losses_check(Losses *losses, const ObserveView *view, const LossStep *step, Seen *seen)
{
    g_autoptr(Holdings) before = NULL;
    Holdings *now;
    const GArray *all;

    *seen = view->content && view->files ? SEEN_WHOLE : SEEN_PARTLY;
    if (!step->changed && !replaces_memory(step, NULL) && !(step->events && step->events->len > 0))
        return NULL;
    before = losses->held;
    now = holdings_new(view, step->after, before);
    all = holdings_all(before);
    losses->held = now;
    for (guint i = 0; i < all->len; i++) {
        const Holding *holding = &g_array_index(all, Holding, i);

        if (is_still_held(step, holding, now, before) || is_the_guests_own(step, holding) ||
            is_permitted(step, holding) || is_told_by_none(view, step, holding))
            continue;
        return describe_loss(view, step, holding);
    }
    return NULL;
}
