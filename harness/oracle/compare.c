/* SPDX-License-Identifier: LGPL-2.1-or-later
 *
 * The world after a step beside what the outcome data asks for.
 */
#include "harness/oracle/expectation.h"

#include <string.h>
#include "harness/oracle/difference.h"

typedef char *(*Comparison)(const Expectation *expected, const StepContext *context,
                            const ObservedDomain *now);

static char *
compare_state(const Expectation *expected, const StepContext *context, const ObservedDomain *now)
{
    int state = expected->state == -2 && context->domain ? context->domain->state : expected->state;

    /* Nothing is said of a domain that is new: then it is off. */
    if (state == -2)
        state = VIR_DOMAIN_SHUTOFF;
    if (state >= 0 && now->state != state)
        return g_strdup_printf("domain '%s' is %s, expected %s", now->name,
                               vm_enum_word("state", now->state), vm_enum_word("state", state));
    return NULL;
}

char *
expectation_compare_reason(const Expectation *expected, const StepContext *context,
                           const Observation *after)
{
    const ObservedDomain *now = observed_domain(after, expected->name);
    int reason =
        expected->reason == -2 && context->domain ? context->domain->reason : expected->reason;

    if (!now || reason < 0 || now->reason == reason)
        return NULL;
    return g_strdup_printf("domain '%s' is %s with reason %d, expected reason %d", now->name,
                           vm_enum_word("state", now->state), now->reason, reason);
}

static char *
compare_value(const char *name, const char *property, ExpectValue want, gboolean before,
              gboolean now)
{
    gboolean wanted = want == EXPECT_SAME ? before : want == EXPECT_YES;

    if (want == EXPECT_ANY || wanted == now)
        return NULL;
    return g_strdup_printf("domain '%s': %s is %s, expected %s", name, property, now ? "yes" : "no",
                           wanted ? "yes" : "no");
}

static char *
compare_properties(const Expectation *expected, const StepContext *context,
                   const ObservedDomain *now)
{
    const ObservedDomain *old = context->domain;
    char *found = compare_value(now->name, "persistent", expected->persistent,
                                old && old->persistent, now->persistent);

    if (!found)
        found = compare_value(now->name, "autostart", expected->autostart, old && old->autostart,
                              now->autostart);
    if (!found)
        found = compare_value(now->name, "managed save", expected->managed_save,
                              old && old->managed_save, now->managed_save);
    return found;
}

/* ---- definitions ---- */

static const char *
expected_overlay(const StepContext *context, const OracleDisk *disk, gboolean *moved)
{
    *moved = FALSE;
    for (guint i = 0; context->alignment && i < context->alignment->disks->len; i++) {
        const AlignedDisk *aligned = g_ptr_array_index(context->alignment->disks, i);

        if (strcmp(aligned->location, "external") == 0 &&
            g_strcmp0(aligned->disk->name, disk->name) == 0 &&
            g_strcmp0(aligned->disk->source, disk->source) == 0) {
            *moved = TRUE;
            return aligned->overlay;
        }
    }
    return disk->source;
}

static char *
compare_overlays(const StepContext *context, const DomainDoc *before, const DomainDoc *now)
{
    for (guint i = 0; i < before->disks->len; i++) {
        const OracleDisk *old = g_ptr_array_index(before->disks, i);
        const OracleDisk *disk = document_disk(now->disks, old->name);
        gboolean moved;
        const char *want = expected_overlay(context, old, &moved);

        if (!disk)
            return g_strdup_printf("disk '%s' is gone from the definition", old->name);
        if (moved && !want ? g_strcmp0(disk->source, old->source) != 0
                           : g_strcmp0(disk->source, want) == 0)
            continue;
        return g_strdup_printf("disk '%s' has source '%s', expected '%s'", old->name,
                               disk->source ? disk->source : "none", want ? want : "a new image");
    }
    return NULL;
}

/* Today's source of a disk that the moment left out, where the process goes on with it. */
static const char *
kept_source(const Expectation *expected, const StepContext *context, const OracleDisk *old)
{
    const OracleDisk *entry =
        context->moment ? document_disk(context->moment->doc->disks, old->name) : NULL;
    const OracleDisk *today =
        context->domain ? document_disk(context->domain->live->disks, old->name) : NULL;
    gboolean kept = expected->live == EXPECT_DEF_KEPT && entry && today;

    return kept && g_strcmp0(entry->snapshot, "no") == 0 ? today->source : old->source;
}

/* The sources that the disks of a running definition must have, by position. */
static GPtrArray *
live_sources(const Expectation *expected, const StepContext *context, const DomainDoc *want)
{
    GPtrArray *sources = g_ptr_array_new_with_free_func(g_free);

    for (guint i = 0; i < want->disks->len; i++) {
        const OracleDisk *old = g_ptr_array_index(want->disks, i);

        g_ptr_array_add(sources, old->transient && want->name
                                     ? document_overlay(old, want->name)
                                     : g_strdup(kept_source(expected, context, old)));
    }
    return sources;
}

/* The sources that a captured definition must have: the overlay of a transient disk is never among
 * them (VM-TRANS-002). */
static GPtrArray *
captured_sources(const DomainDoc *was, const char *domain)
{
    g_autofree char *ending = g_strdup_printf(".TRANSIENT-%s", domain);
    GPtrArray *sources = g_ptr_array_new_with_free_func(g_free);

    for (guint i = 0; i < was->disks->len; i++) {
        const OracleDisk *disk = g_ptr_array_index(was->disks, i);
        char *source = g_strdup(disk->source);

        if (disk->transient && source && g_str_has_suffix(source, ending))
            source[strlen(source) - strlen(ending)] = '\0';
        g_ptr_array_add(sources, source);
    }
    return sources;
}

/* `sources` may be NULL: those of the definition itself. */
static char *
compare_definition(const DomainDoc *want, const GPtrArray *sources, const DomainDoc *now,
                   const char *which)
{
    if (want->disks->len != now->disks->len)
        return g_strdup_printf("the %s definition has %u disks, expected %u", which,
                               now->disks->len, want->disks->len);
    for (guint i = 0; i < want->disks->len; i++) {
        const OracleDisk *old = g_ptr_array_index(want->disks, i);
        const OracleDisk *disk = document_disk(now->disks, old->name);
        const char *source = sources ? g_ptr_array_index(sources, i) : old->source;

        if (!disk || g_strcmp0(disk->source, source) != 0)
            return g_strdup_printf("the %s definition has disk '%s' on '%s', expected '%s'", which,
                                   old->name, disk && disk->source ? disk->source : "nothing",
                                   source ? source : "nothing");
    }
    return NULL;
}

static char *
compare_live(const Expectation *expected, const StepContext *context, const ObservedDomain *now)
{
    const DomainDoc *want = expectation_definition(context, expected->live, FALSE);

    g_autoptr(GPtrArray) sources = want ? live_sources(expected, context, want) : NULL;

    if (expected->layers)
        return NULL;
    if (want)
        return compare_definition(want, sources, now->live, "live");
    if (expected->live != EXPECT_DEF_SAME || !context->domain || !observed_active(now))
        return NULL;
    if (expected->overlays)
        return compare_overlays(context, context->domain->live, now->live);
    if (now->live != context->domain->live)
        return g_strdup_printf("the live definition of '%s' changed: %s", now->name,
                               difference_of_texts(context->domain->live->text, now->live->text));
    return NULL;
}

static char *
compare_config(const Expectation *expected, const StepContext *context, const ObservedDomain *now)
{
    const DomainDoc *want = expectation_definition(context, expected->config, TRUE);

    if (expected->layers)
        return NULL;
    if (want)
        return compare_definition(want, NULL, now->config, "stored");
    if (expected->config != EXPECT_DEF_SAME || !context->domain)
        return NULL;
    /* A transient domain's is but another view of what runs. */
    if (!now->persistent)
        return NULL;
    if (expected->overlays)
        return compare_overlays(context, context->domain->config, now->config);
    if (now->config != context->domain->config)
        return g_strdup_printf(
            "the stored definition of '%s' changed: %s", now->name,
            difference_of_texts(context->domain->config->text, now->config->text));
    return NULL;
}

/* ---- the tree ---- */

static char *
without_revert_disks(const char *body)
{
    const char *start = strstr(body, "<revertDisks>");
    const char *end = start ? strstr(start, "</revertDisks>") : NULL;

    if (!end)
        return g_strdup(body);
    while (start > body && g_ascii_isspace(start[-1]))
        start--;
    return g_strdup_printf("%.*s%s", (int)(start - body), body, end + strlen("</revertDisks>"));
}

static gboolean
loses_a_child(const Expectation *expected, const StepContext *context, const char *name)
{
    for (guint i = 0; i < context->domain->moments->len; i++) {
        const ObservedMoment *old = g_ptr_array_index(context->domain->moments, i);

        if (g_strcmp0(old->doc->parent, name) == 0 && !expectation_parent(expected, old->name))
            return TRUE;
    }
    return FALSE;
}

/* What a revert to the current moment has made is the next moment's, or goes, or is the moment's
 * own as soon as a child goes (SNAP-REVX-018). */
static gboolean
same_body(const Expectation *expected, const StepContext *context, const ObservedMoment *old,
          const ObservedMoment *now)
{
    g_autofree char *less = NULL;
    g_autofree char *promoted = NULL;

    if (now->doc == old->doc || strcmp(now->doc->body, old->doc->body) == 0)
        return TRUE;
    if (g_strcmp0(old->name, context->domain->current) != 0)
        return FALSE;
    less = without_revert_disks(old->doc->body);
    if (strcmp(now->doc->body, less) == 0)
        return TRUE;
    promoted = loses_a_child(expected, context, now->name)
                   ? expectation_promote_disks(old->doc->body)
                   : NULL;
    return g_strcmp0(now->doc->body, promoted) == 0;
}

static char *
compare_moment(const Expectation *expected, const StepContext *context, const ObservedDomain *now,
               const ObservedMoment *moment)
{
    const char *parent = expectation_parent(expected, moment->name);
    const ObservedMoment *old =
        context->domain ? observed_moment(context->domain, moment->name) : NULL;

    if (!parent)
        return g_strdup_printf("snapshot '%s' of '%s' should not be there", moment->name,
                               now->name);
    if (g_strcmp0(moment->doc->parent ? moment->doc->parent : "", parent) != 0)
        return g_strdup_printf("snapshot '%s' has parent '%s', expected '%s'", moment->name,
                               moment->doc->parent ? moment->doc->parent : "", parent);
    if (!old || g_strcmp0(expected->added, moment->name) == 0)
        return NULL;
    if (same_body(expected, context, old, moment))
        return NULL;
    return expectation_compare_kept(expected, old, moment);
}

static char *
compare_tree(const Expectation *expected, const StepContext *context, const ObservedDomain *now)
{
    for (guint i = 0; i < now->moments->len; i++) {
        char *found = compare_moment(expected, context, now, g_ptr_array_index(now->moments, i));

        if (found)
            return found;
    }
    for (guint i = 0; i < expected->tree->len; i++) {
        const char *name = g_array_index(expected->tree, ExpectMoment, i).name;

        if (!observed_moment(now, name))
            return g_strdup_printf("snapshot '%s' of '%s' is missing", name, now->name);
    }
    if (g_strcmp0(expected->current, now->current) != 0)
        return g_strdup_printf("the current snapshot of '%s' is '%s', expected '%s'", now->name,
                               now->current ? now->current : "",
                               expected->current ? expected->current : "");
    return NULL;
}

static char *
compare_added_disks(const StepContext *context, const ObservedMoment *added)
{
    for (guint i = 0; context->alignment && i < context->alignment->disks->len; i++) {
        const AlignedDisk *aligned = g_ptr_array_index(context->alignment->disks, i);
        const OracleDisk *disk = document_disk(added->doc->disks, aligned->disk->name);

        if (!disk || g_strcmp0(disk->snapshot, aligned->location) != 0)
            return g_strdup_printf("snapshot '%s' has disk '%s' as '%s', expected '%s'",
                                   added->name, aligned->disk->name,
                                   disk && disk->snapshot ? disk->snapshot : "nothing",
                                   aligned->location);
    }
    return NULL;
}

/* The new moment holds the domain as it was. */
static char *
compare_added(const Expectation *expected, const StepContext *context, const ObservedDomain *now)
{
    const ObservedMoment *added = observed_moment(now, expected->added);
    g_autoptr(GPtrArray) sources = NULL;
    const DomainDoc *was;
    char *found;

    if (!added || expected->redefined || !context->domain)
        return NULL;
    if (g_strcmp0(added->doc->state, expected->added_state) != 0)
        return g_strdup_printf("snapshot '%s' has state '%s', expected '%s'", added->name,
                               added->doc->state ? added->doc->state : "", expected->added_state);
    was = observed_active(context->domain) ? context->domain->live : context->domain->config;
    if (!added->doc->domain)
        return g_strdup_printf("snapshot '%s' holds no definition of the domain", added->name);
    if (g_strcmp0(added->doc->domain->uuid, was->uuid) != 0)
        return g_strdup_printf("snapshot '%s' holds the definition of another domain", added->name);
    if (strcmp(added->doc->domain->abi, was->abi) != 0)
        return g_strdup_printf("snapshot '%s' holds another definition than the domain had: %s",
                               added->name, difference_of_texts(was->abi, added->doc->domain->abi));
    sources = observed_active(context->domain) ? captured_sources(was, now->name) : NULL;
    found = compare_definition(was, sources, added->doc->domain, "captured");
    return found ? found : compare_added_disks(context, added);
}

/* ---- all of it ---- */

static char *
compare_others(const Expectation *expected, const StepContext *context, const Observation *after)
{
    for (guint i = 0; i < context->before->domains->len; i++) {
        const ObservedDomain *old = g_ptr_array_index(context->before->domains, i);

        if (g_strcmp0(old->name, context->domain_name) != 0) {
            char *found = difference_of_domains(old, observed_domain(after, old->name));

            if (found)
                return found;
        }
    }
    for (guint i = 0; i < after->domains->len; i++) {
        const ObservedDomain *now = g_ptr_array_index(after->domains, i);

        if (g_strcmp0(now->name, expected->name) != 0 &&
            !observed_domain(context->before, now->name))
            return g_strdup_printf("domain '%s' appeared", now->name);
    }
    return NULL;
}

static void
add_kept(const StepContext *context, const ObservedDomain *now, Expectation *expected)
{
    const HistoryKept *kept =
        expected->is_new ? g_hash_table_lookup(context->history->kept, now->uuid) : NULL;

    if (!kept)
        return;
    for (guint i = 0; i < kept->names->len; i++) {
        const char *name = g_ptr_array_index(kept->names, i);
        const ObservedMoment *moment = observed_moment(now, name);

        expectation_put(expected, name, moment ? moment->doc->parent : NULL);
    }
    expected->current = kept->current;
}

char *
expectation_compare(const Expectation *expectation, const StepContext *context,
                    const Observation *after)
{
    static const Comparison comparisons[] = {compare_state,  compare_properties, compare_live,
                                             compare_config, compare_tree,       compare_added};
    Expectation *expected = (Expectation *)expectation;
    const ObservedDomain *now = observed_domain(after, expected->name);
    char *found = compare_others(expected, context, after);

    if (found)
        return found;
    if (expected->name != context->domain_name && observed_domain(after, context->domain_name))
        return g_strdup_printf("domain '%s' is still there", context->domain_name);
    if (expected->gone)
        return now ? g_strdup_printf("domain '%s' is still there", now->name) : NULL;
    if (!now)
        return context->domain || expected->is_new
                   ? g_strdup_printf("domain '%s' is gone", expected->name)
                   : NULL;
    add_kept(context, now, expected);
    for (gsize i = 0; i < G_N_ELEMENTS(comparisons); i++) {
        found = comparisons[i](expected, context, now);
        if (found)
            return found;
    }
    return expectation_compare_layers(expected, context, after);
}
