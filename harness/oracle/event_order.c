/* SPDX-License-Identifier: LGPL-2.1-or-later
 *
 * Life-cycle events replayed over a small state machine.
 */
#include "harness/oracle/event_order.h"

#include <string.h>
#include "harness/oracle/expectation.h"

typedef enum {
    PHASE_OFF,
    PHASE_WAKING, /* RESUMED came, STARTED not yet (DOM-START-017) */
    PHASE_RUNNING,
    PHASE_PAUSED,
    PHASE_ENDING, /* SHUTDOWN came, STOPPED not yet; RESUMED where it begins anew */
    PHASE_BAD,
} Phase;

/* Where an event leads from each phase. */
static const Phase transitions[PHASE_BAD][VIR_DOMAIN_EVENT_CRASHED + 1] = {
    [PHASE_OFF] = {PHASE_OFF, PHASE_OFF, PHASE_RUNNING, PHASE_BAD, PHASE_WAKING, PHASE_BAD,
                   PHASE_BAD, PHASE_BAD, PHASE_BAD},
    [PHASE_WAKING] = {PHASE_WAKING, PHASE_WAKING, PHASE_RUNNING, PHASE_BAD, PHASE_BAD, PHASE_OFF,
                      PHASE_BAD, PHASE_BAD, PHASE_BAD},
    [PHASE_RUNNING] = {PHASE_RUNNING, PHASE_RUNNING, PHASE_BAD, PHASE_PAUSED, PHASE_RUNNING,
                       PHASE_OFF, PHASE_ENDING, PHASE_PAUSED, PHASE_PAUSED},
    [PHASE_PAUSED] = {PHASE_PAUSED, PHASE_PAUSED, PHASE_BAD, PHASE_PAUSED, PHASE_RUNNING, PHASE_OFF,
                      PHASE_ENDING, PHASE_PAUSED, PHASE_PAUSED},
    [PHASE_ENDING] = {PHASE_ENDING, PHASE_ENDING, PHASE_BAD, PHASE_ENDING, PHASE_RUNNING, PHASE_OFF,
                      PHASE_ENDING, PHASE_BAD, PHASE_BAD},
};

const char *
event_order_word(const struct vm_event *event)
{
    static char buffer[80];
    const char *type = vm_enum_word("event", event->type);
    g_autofree char *group = g_strdup_printf("detail-%s", type ? type : "");
    const char *detail = vm_enum_word(group, event->detail);

    g_snprintf(buffer, sizeof(buffer), "%s/%s", type ? type : "?", detail ? detail : "?");
    return buffer;
}

static Phase
phase_of(const ObservedDomain *domain)
{
    if (!domain || !observed_active(domain))
        return PHASE_OFF;
    if (domain->state == VIR_DOMAIN_RUNNING)
        return PHASE_RUNNING;
    return domain->state == VIR_DOMAIN_SHUTDOWN ? PHASE_ENDING : PHASE_PAUSED;
}

static char *
replay(const char *name, Phase phase, Phase end, const GArray *events)
{
    for (guint i = 0; events && i < events->len; i++) {
        const struct vm_event *event = &g_array_index(events, struct vm_event, i);
        Phase next;

        if (strcmp(event->domain, name) != 0)
            continue;
        if (event->type < 0 || event->type > VIR_DOMAIN_EVENT_CRASHED)
            return g_strdup_printf("domain '%s': event of unknown type %d", name, event->type);
        next = transitions[phase][event->type];
        if (next == PHASE_BAD)
            return g_strdup_printf("domain '%s': event %s cannot come here", name,
                                   event_order_word(event));
        phase = next;
    }
    if (phase != end)
        return g_strdup_printf("domain '%s': the events do not lead to the state that it is in",
                               name);
    return NULL;
}

char *
event_order_check(const Observation *before, const Observation *after, const GArray *events)
{
    for (guint i = 0; i < before->domains->len; i++) {
        const ObservedDomain *old = g_ptr_array_index(before->domains, i);
        char *found =
            replay(old->name, phase_of(old), phase_of(observed_domain(after, old->name)), events);

        if (found)
            return found;
    }
    for (guint i = 0; i < after->domains->len; i++) {
        const ObservedDomain *now = g_ptr_array_index(after->domains, i);
        char *found = observed_domain(before, now->name)
                          ? NULL
                          : replay(now->name, PHASE_OFF, phase_of(now), events);

        if (found)
            return found;
    }
    return NULL;
}

/* ---- the events that a row asks for ---- */

static gboolean
fits(const ExpectEvent *want, const struct vm_event *event)
{
    return want->type == event->type && (want->detail < 0 || want->detail == event->detail);
}

/* A dying process may say so before STOPPED, or not (section 13.1). */
static gboolean
may_be_extra(const struct vm_event *event, const ExpectEvent *want)
{
    return event->type == VIR_DOMAIN_EVENT_SHUTDOWN && want &&
           want->type == VIR_DOMAIN_EVENT_STOPPED;
}

char *
expectation_compare_events(const Expectation *expectation, const StepContext *context,
                           const GArray *events)
{
    const ExpectEvent *wanted = expectation->events;
    guint count = expectation->event_count;
    guint at = 0;

    for (guint i = 0; events && i < events->len; i++) {
        const struct vm_event *event = &g_array_index(events, struct vm_event, i);

        if (strcmp(event->domain, context->domain_name) != 0 &&
            g_strcmp0(event->domain, expectation->name) != 0)
            return g_strdup_printf("event %s of '%s', which the call does not name",
                                   event_order_word(event), event->domain);
        while (at < count && !fits(&wanted[at], event) && wanted[at].optional)
            at++;
        if (at < count && fits(&wanted[at], event)) {
            at++;
            continue;
        }
        if (may_be_extra(event, at < count ? &wanted[at] : NULL))
            continue;
        return g_strdup_printf("event %s came, which is not expected here",
                               event_order_word(event));
    }
    while (at < count && wanted[at].optional)
        at++;
    if (at < count) {
        struct vm_event missing = {.type = wanted[at].type, .detail = wanted[at].detail};

        return g_strdup_printf("event %s did not come", event_order_word(&missing));
    }
    return NULL;
}
