/* SPDX-License-Identifier: LGPL-2.1-or-later
 *
 * Lists and counts of snapshots and domains.
 */
#include "harness/oracle/listing.h"

#include <string.h>
#include "spec/rules/outcome/list_filter.h"

/* A listing call: its filters, whether it is of a moment's children, what it answers. */
typedef struct {
    VmCall call;
    VmFlagSet set;
    gboolean children, counts, limited;
} Listing;

static const Listing listings[] = {
    {VM_CALL_SNAPSHOT_LIST, VM_FLAGS_SNAPSHOT_LIST, FALSE, FALSE, FALSE},
    {VM_CALL_SNAPSHOT_LIST_CHILDREN, VM_FLAGS_SNAPSHOT_LIST_CHILDREN, TRUE, FALSE, FALSE},
    {VM_CALL_SNAPSHOT_NUM, VM_FLAGS_SNAPSHOT_LIST, FALSE, TRUE, FALSE},
    {VM_CALL_SNAPSHOT_NUM_CHILDREN, VM_FLAGS_SNAPSHOT_LIST_CHILDREN, TRUE, TRUE, FALSE},
    {VM_CALL_SNAPSHOT_LIST_NAMES, VM_FLAGS_SNAPSHOT_LIST, FALSE, FALSE, TRUE},
    {VM_CALL_SNAPSHOT_LIST_CHILDREN_NAMES, VM_FLAGS_SNAPSHOT_LIST_CHILDREN, TRUE, FALSE, TRUE},
    {VM_CALL_DOMAIN_LIST, VM_FLAGS_DOMAIN_LIST, FALSE, FALSE, FALSE},
};

static const Listing *
listing_of(VmCall call)
{
    for (guint i = 0; i < G_N_ELEMENTS(listings); i++) {
        if (listings[i].call == call)
            return &listings[i];
    }
    return NULL;
}

/* ---- snapshots ---- */

typedef struct {
    const ObservedDomain *domain;
    const ObservedMoment *moment;
} Kept;

static gboolean
has_children(const Kept *kept)
{
    for (guint i = 0; i < kept->domain->moments->len; i++) {
        const ObservedMoment *other = g_ptr_array_index(kept->domain->moments, i);

        if (g_strcmp0(other->doc->parent, kept->moment->name) == 0)
            return TRUE;
    }
    return FALSE;
}

static gboolean
keeps_moment(const char *word, gpointer opaque)
{
    const Kept *kept = opaque;
    const char *state = kept->moment->doc->state ? kept->moment->doc->state : "";
    gboolean is_state = strcmp(state, "shutoff") == 0 || strcmp(state, "disk-snapshot") == 0;

    if (strcmp(word, "any") == 0 || strcmp(word, "none") == 0)
        return *word == 'a';
    if (strcmp(word, "root") == 0)
        return !kept->moment->doc->parent;
    if (strcmp(word, "leaf") == 0 || strcmp(word, "parent") == 0)
        return has_children(kept) == (*word == 'p');
    if (strcmp(word, "internal") == 0 || strcmp(word, "external") == 0)
        return document_is_external(kept->moment->doc) == (*word == 'e');
    return strcmp(word, "other-state") == 0 ? !is_state : strcmp(word, state) == 0;
}

/* Whether a moment is among those that the call is about, before any filter. */
static gboolean
is_asked_for(const StepContext *context, const Listing *listing, const ObservedMoment *moment)
{
    if (!listing->children)
        return TRUE;
    if (context->step->flags & VIR_DOMAIN_SNAPSHOT_LIST_DESCENDANTS)
        return observed_is_below(context->domain, moment->name, context->step->moment);
    return g_strcmp0(moment->doc->parent, context->step->moment) == 0;
}

static void
add_moments(const StepContext *context, const Listing *listing, GHashTable *expected)
{
    for (guint i = 0; i < context->domain->moments->len; i++) {
        Kept kept = {context->domain, g_ptr_array_index(context->domain->moments, i)};

        if (is_asked_for(context, listing, kept.moment) &&
            list_filters_keep(listing->set, context->step->flags, keeps_moment, &kept))
            g_hash_table_add(expected, kept.moment->name);
    }
}

/* ---- domains ---- */

static gboolean
keeps_domain(const char *word, gpointer opaque)
{
    const ObservedDomain *domain = opaque;
    const char *state = vm_enum_word("state", domain->state);
    gboolean is_state = domain->state == VIR_DOMAIN_RUNNING || domain->state == VIR_DOMAIN_PAUSED ||
                        domain->state == VIR_DOMAIN_SHUTOFF;
    const struct {
        const char *word;
        gboolean keeps;
    } words[] = {
        {"any", TRUE},
        {"none", FALSE},
        {"active", observed_active(domain)},
        {"inactive", !observed_active(domain)},
        {"persistent", domain->persistent},
        {"transient", !domain->persistent},
        {"saved", domain->managed_save},
        {"not-saved", !domain->managed_save},
        {"autostart", domain->autostart},
        {"no-autostart", !domain->autostart},
        {"with-snapshots", domain->moments->len > 0},
        {"without-snapshots", domain->moments->len == 0},
        {"other-state", !is_state},
    };

    for (guint i = 0; i < G_N_ELEMENTS(words); i++) {
        if (strcmp(words[i].word, word) == 0)
            return words[i].keeps;
    }
    return g_strcmp0(word, state) == 0;
}

static void
add_domains(const StepContext *context, const Listing *listing, GHashTable *expected)
{
    for (guint i = 0; i < context->before->domains->len; i++) {
        ObservedDomain *domain = g_ptr_array_index(context->before->domains, i);

        if (list_filters_keep(listing->set, context->step->flags, keeps_domain, domain))
            g_hash_table_add(expected, domain->name);
    }
}

/* ---- the answer ---- */

/* The rule of the first filter that is set, or the one about filters together. */
static const char *
rule_of(const StepContext *context, const Listing *listing)
{
    gsize count;
    const ListFilter *filters = list_filters(&count);

    for (gsize i = 0; i < count; i++) {
        if (filters[i].set == listing->set && (context->step->flags & filters[i].flag))
            return filters[i].rule;
    }
    return listing->call == VM_CALL_DOMAIN_LIST ? "DOM-LIST-001" : "SNAP-LIST-029";
}

/* Parents stand before their children where the call promises it. */
static char *
check_order(const StepContext *context, char *const *names)
{
    g_autoptr(GHashTable) later = g_hash_table_new(g_str_hash, g_str_equal);

    for (guint i = g_strv_length((char **)names); i-- > 0;) {
        const ObservedMoment *moment = observed_moment(context->domain, names[i]);

        if (moment && moment->doc->parent && g_hash_table_contains(later, moment->doc->parent))
            return g_strdup_printf("'%s' stands before its parent", names[i]);
        g_hash_table_add(later, names[i]);
    }
    return NULL;
}

static char *
check_names(GHashTable *expected, char *const *names)
{
    guint given = g_strv_length((char **)names);

    for (guint i = 0; i < given; i++) {
        if (!g_hash_table_contains(expected, names[i]))
            return g_strdup_printf("the list has '%s', which its filters leave out", names[i]);
    }
    if (given != g_hash_table_size(expected))
        return g_strdup_printf("the list has %u names, expected %u", given,
                               g_hash_table_size(expected));
    return NULL;
}

static char *
check_count(GHashTable *expected, const char *text, guint64 room)
{
    guint wanted = g_hash_table_size(expected);
    guint64 count = 0;

    wanted = (guint)MIN(wanted, room);
    if (g_ascii_string_to_unsigned(text, 10, 0, G_MAXINT, &count, NULL) && count == wanted)
        return NULL;
    return g_strdup_printf("the count is %s, expected %u", text, wanted);
}

/* The lines of an answer, without an empty one at its end; the caller frees them. */
static char **
lines_of(const char *text)
{
    g_autofree char *lines = g_strdup(text);
    gsize length = strlen(lines);

    if (length && lines[length - 1] == '\n')
        lines[length - 1] = '\0';
    return *lines ? g_strsplit(lines, "\n", -1) : g_new0(char *, 1);
}

/* For how many names the caller has room. */
static guint64
room_of(const StepContext *context, const Listing *listing)
{
    guint64 room = G_MAXUINT;

    if (listing->limited && context->step->argument)
        g_ascii_string_to_unsigned(context->step->argument, 10, 0, G_MAXINT, &room, NULL);
    return room;
}

static char *
check_answer(const StepContext *context, const Listing *listing, GHashTable *expected)
{
    g_auto(GStrv) lines = lines_of(context->step->output);
    guint skip = listing->limited ? 1 : 0;
    guint64 room = room_of(context, listing);
    char *found = NULL;

    if (listing->counts || listing->limited)
        found = check_count(expected, lines[0] ? lines[0] : "", room);
    if (found || listing->counts || room < g_hash_table_size(expected))
        return found;
    found = check_names(expected, lines + (lines[0] ? skip : 0));
    if (!found && listing->call != VM_CALL_DOMAIN_LIST &&
        (context->step->flags & VIR_DOMAIN_SNAPSHOT_LIST_TOPOLOGICAL))
        found = check_order(context, lines + (lines[0] ? skip : 0));
    return found;
}

char *
listing_check(const StepContext *context, const char **rule)
{
    const Listing *listing = listing_of(context->step->call);
    g_autoptr(GHashTable) expected = NULL;

    if (!listing || !context->step->output || context->step->code != 0)
        return NULL;
    expected = g_hash_table_new(g_str_hash, g_str_equal);
    if (listing->call == VM_CALL_DOMAIN_LIST)
        add_domains(context, listing, expected);
    else if (context->domain)
        add_moments(context, listing, expected);
    else
        return NULL;
    *rule = rule_of(context, listing);
    return check_answer(context, listing, expected);
}
