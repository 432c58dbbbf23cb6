/* SPDX-License-Identifier: LGPL-2.1-or-later
 *
 * I4: the content ledger.  When a snapshot appears, what each of its disks
 * (and its RAM) holds is entered; as long as it is listed, it must hold that.
 */
#include "harness/oracle/invariants.h"

#include <string.h>
#include "harness/oracle/contents.h"

/* What one snapshot holds at a place, "PATH@TAG" for an internal disk, the path
 * of the image that was top for an external one. */
typedef struct {
    const char *path;    /* of the file; of a document */
    ImageContent *image; /* the file, as it was when the content was seen last; or NULL */
    PlaceContent held;
} LedgerContent;

typedef struct {
    char uuid[37]; /* of the domain */
    ObservedMoment *moment;
    gboolean entered; /* else its contents are not known yet */
    GArray *contents; /* of LedgerContent */
} LedgerEntry;

struct Ledger {
    GPtrArray *entries; /* of LedgerEntry *, in the order that the moments were listed in last */
};

static void
content_clear(LedgerContent *content)
{
    image_content_unref(content->image);
}

static LedgerEntry *
entry_new(const ObservedDomain *domain, ObservedMoment *moment)
{
    LedgerEntry *entry = g_new0(LedgerEntry, 1);

    memcpy(entry->uuid, domain->uuid, sizeof(entry->uuid));
    entry->moment = observed_moment_ref(moment);
    entry->contents = g_array_new(FALSE, FALSE, sizeof(LedgerContent));
    g_array_set_clear_func(entry->contents, (GDestroyNotify)content_clear);
    return entry;
}

static void
entry_free(LedgerEntry *entry)
{
    if (!entry)
        return;
    observed_moment_unref(entry->moment);
    g_array_unref(entry->contents);
    g_free(entry);
}

Ledger *
ledger_new(void)
{
    Ledger *ledger = g_new0(Ledger, 1);

    ledger->entries = g_ptr_array_new_with_free_func((GDestroyNotify)entry_free);
    return ledger;
}

void
ledger_free(Ledger *ledger)
{
    if (!ledger)
        return;
    g_ptr_array_unref(ledger->entries);
    g_free(ledger);
}

void
ledger_forget(Ledger *ledger)
{
    g_ptr_array_set_size(ledger->entries, 0);
}

/* ---- what a place holds ---- */

/* A place in a file; digests of files tell whether they changed where the target visits them, a
 * black box's may not. */
static LedgerContent
content_of(const ObserveView *view, const char *path, guint place)
{
    LedgerContent content = {path, NULL, {.place = place}};
    ImageContent *image = view->target->visit_files ? contents_image(view->contents, path) : NULL;
    PlaceContent *known = image ? contents_place(image, place) : NULL;

    contents_read(view, known ? known : &content.held);
    if (!known)
        return content;
    content.image = image_content_ref(image);
    content.held = *known;
    return content;
}

/* What a disk has now. */
static PlaceContent
content_of_disk(const ObserveView *view, const OracleDisk *disk)
{
    LedgerContent content =
        content_of(view, disk->source, names_number(view->contents->names, disk->source));

    content_clear(&content);
    return content.held;
}

/* The place of a snapshot's disk, or 0 for one that it does not hold; *path receives its file. */
static guint
place_of(const ObserveView *view, const ObservedDomain *domain, const ObservedMoment *moment,
         const OracleDisk *disk, const char **path)
{
    const DomainDoc *then = moment->doc->domain ? moment->doc->domain : domain->config;
    const OracleDisk *old = document_disk(then->disks, disk->name);
    Names *names = view->contents->names;

    if (!old || !old->source)
        return 0;
    *path = old->source;
    if (g_strcmp0(disk->snapshot, "internal") == 0)
        return names_number_of(names, old->source, "@", moment->name, NULL);
    return g_strcmp0(disk->snapshot, "external") == 0 ? names_number(names, old->source) : 0;
}

/* ---- a new moment ---- */

/* Nothing writes between a call and this look, so today's disk still has the content of the moment
 * just made; after a halt the definition may name another disk than the process had. */
static const OracleDisk *
disk_of_today(const ObservedDomain *domain, const ObservedMoment *moment, const OracleDisk *disk)
{
    if (g_strcmp0(disk->snapshot, "internal") == 0 && moment->doc->domain)
        return document_disk(moment->doc->domain->disks, disk->name);
    if (!observed_active(domain) && g_strcmp0(disk->snapshot, "external") == 0 && disk->source)
        return disk; /* its overlay */
    return document_disk(domain->live->disks, disk->name);
}

static char *
check_new(const ObserveView *view, const ObservedDomain *domain, const ObservedMoment *moment,
          const OracleDisk *disk, const PlaceContent *content)
{
    const OracleDisk *today = disk_of_today(domain, moment, disk);
    PlaceContent now = {0};

    if (today && today->source)
        now = content_of_disk(view, today);
    if (!now.disk)
        return NULL;
    if (!content->disk)
        return g_strdup_printf("snapshot '%s': disk '%s' has no content in any image", moment->name,
                               disk->name);
    if (content->disk != now.disk)
        return g_strdup_printf("snapshot '%s': disk '%s' has not the content of its moment",
                               moment->name, disk->name);
    return NULL;
}

static char *
enter_moment(LedgerEntry *entry, const ObserveView *view, const ObservedDomain *domain,
             gboolean made_now)
{
    const ObservedMoment *moment = entry->moment;

    for (guint i = 0; i < moment->doc->disks->len; i++) {
        const OracleDisk *disk = g_ptr_array_index(moment->doc->disks, i);
        const char *path = NULL;
        guint place = place_of(view, domain, moment, disk, &path);
        LedgerContent content;

        if (!place)
            continue;
        content = content_of(view, path, place);
        g_array_append_val(entry->contents, content);
        if (made_now) {
            char *found = check_new(view, domain, moment, disk, &content.held);

            if (found)
                return found;
        }
    }
    return NULL;
}

/* The memory that one of the moment's images holds, or 0. */
static guint
memory_of(const LedgerEntry *entry)
{
    for (guint i = 0; i < entry->contents->len; i++) {
        const PlaceContent *held = &g_array_index(entry->contents, LedgerContent, i).held;

        if (held->disk && held->memory)
            return held->memory;
    }
    return 0;
}

/* A moment of a living guest holds its memory; a paused guest's has not changed since. */
static char *
check_memory(const LedgerEntry *entry, const ObserveView *view, const ObservedDomain *domain)
{
    const Names *names = view->contents->names;
    const ObservedMoment *moment = entry->moment;
    guint memory = memory_of(entry), now;

    if (!document_is_live(moment->doc) || g_strcmp0(moment->doc->memory, "internal") != 0)
        return NULL;
    if (!memory)
        return g_strdup_printf("snapshot '%s' holds no memory in any image", moment->name);
    if (domain->state != VIR_DOMAIN_PAUSED)
        return NULL;
    now = contents_of_guest(view, domain->name);
    if (now && now != memory)
        return g_strdup_printf("snapshot '%s' has not the memory of its moment: %s, not %s",
                               moment->name, names_text(names, memory), names_text(names, now));
    return NULL;
}

/* ---- a moment that was there before ---- */

static char *
describe_loss(const ObserveView *view, const LedgerEntry *entry, const LedgerContent *was,
              const LedgerContent *is)
{
    g_autofree char *then = contents_describe(view->contents, &was->held);
    g_autofree char *now = contents_describe(view->contents, &is->held);

    return g_strdup_printf("snapshot '%s' lost its content in '%s': was %s, is %s",
                           entry->moment->name, names_text(view->contents->names, was->held.place),
                           then, *now ? now : "gone");
}

static char *
compare_entry(const LedgerEntry *entry, const ObserveView *view)
{
    for (guint i = 0; i < entry->contents->len; i++) {
        LedgerContent *content = &g_array_index(entry->contents, LedgerContent, i);
        LedgerContent now;

        if (content->image && contents_are_current(view->contents, content->image))
            continue;
        now = content_of(view, content->path, content->held.place);
        if (!contents_equal(&now.held, &content->held)) {
            char *found = describe_loss(view, entry, content, &now);

            content_clear(&now);
            return found;
        }
        content_clear(content);
        *content = now;
    }
    return NULL;
}

/* ---- all of them ---- */

/* Made by the call, or only entered by REDEFINE: then its time is not now, or
 * there was one of that name already. */
static gboolean
is_made_now(const Observation *before, const ObservedDomain *domain, const ObservedMoment *moment)
{
    const ObservedDomain *old = before ? observed_domain(before, domain->name) : NULL;

    return old && !observed_moment(old, moment->name) &&
           g_strcmp0(domain->current, moment->name) == 0 &&
           g_strcmp0(moment->doc->parent, old->current) == 0;
}

static gboolean
is_of(const LedgerEntry *entry, const ObservedDomain *domain, const ObservedMoment *moment)
{
    return (entry->moment == moment || strcmp(entry->moment->name, moment->name) == 0) &&
           strcmp(entry->uuid, domain->uuid) == 0;
}

/* The entry of a moment is likely at *next; it is taken out. */
static LedgerEntry *
take_entry(GPtrArray *entries, guint *next, const ObservedDomain *domain,
           const ObservedMoment *moment)
{
    for (guint i = 0; i < entries->len; i++) {
        guint at = (*next + i) % entries->len;
        LedgerEntry *entry = g_ptr_array_index(entries, at);

        if (!entry || !is_of(entry, domain, moment))
            continue;
        *next = at + 1;
        g_ptr_array_index(entries, at) = NULL;
        return entry;
    }
    return NULL;
}

/* Make an entry for what is new, strike out those of what is gone, and put them in order. */
static void
follow(Ledger *ledger, const Observation *world)
{
    g_autoptr(GPtrArray) former = g_steal_pointer(&ledger->entries);
    guint next = 0;

    ledger->entries = g_ptr_array_new_full(former->len + 1, (GDestroyNotify)entry_free);
    for (guint i = 0; i < world->domains->len; i++) {
        const ObservedDomain *domain = g_ptr_array_index(world->domains, i);

        for (guint j = 0; j < domain->moments->len; j++) {
            ObservedMoment *moment = g_ptr_array_index(domain->moments, j);
            LedgerEntry *entry = take_entry(former, &next, domain, moment);

            g_ptr_array_add(ledger->entries, entry ? entry : entry_new(domain, moment));
        }
    }
}

/* The world after a step, and the one before a step that makes moments (or NULL). */
typedef struct {
    const Observation *before, *after;
} Worlds;

static char *
check_moment(LedgerEntry *entry, const ObserveView *view, const Worlds *worlds,
             const ObservedDomain *domain, ObservedMoment *moment)
{
    const MomentDoc *then = entry->moment->doc;
    gboolean same =
        entry->entered && (then == moment->doc || strcmp(then->body, moment->doc->body) == 0);
    gboolean made_now;
    char *found;

    if (entry->moment != moment) {
        observed_moment_unref(entry->moment);
        entry->moment = observed_moment_ref(moment);
    }
    if (same)
        return compare_entry(entry, view);
    made_now = is_made_now(worlds->before, domain, moment);
    g_array_set_size(entry->contents, 0);
    entry->entered = TRUE;
    found = enter_moment(entry, view, domain, made_now);
    return found || !made_now ? found : check_memory(entry, view, domain);
}

char *
ledger_check(Ledger *ledger, const ObserveView *view, const Observation *before, Observation *after,
             Seen *seen)
{
    const Worlds worlds = {before, after};
    guint entry = 0;

    *seen = view->content ? SEEN_WHOLE : SEEN_NOT;
    if (!view->content)
        return NULL;
    follow(ledger, after);
    for (guint i = 0; i < after->domains->len; i++) {
        const ObservedDomain *domain = g_ptr_array_index(after->domains, i);

        for (guint j = 0; j < domain->moments->len; j++) {
            char *found = check_moment(g_ptr_array_index(ledger->entries, entry++), view, &worlds,
                                       domain, g_ptr_array_index(domain->moments, j));

            if (found)
                return found;
        }
    }
    return NULL;
}

/* ---- after a revert ---- */

static const LedgerEntry *
find_entry(const Ledger *ledger, const ObservedDomain *domain, const ObservedMoment *moment)
{
    for (guint i = 0; moment && i < ledger->entries->len; i++) {
        const LedgerEntry *entry = g_ptr_array_index(ledger->entries, i);

        if (entry->entered && is_of(entry, domain, moment))
            return entry;
    }
    return NULL;
}

static const PlaceContent *
held_at(const LedgerEntry *entry, guint place)
{
    for (guint i = 0; place && i < entry->contents->len; i++) {
        const PlaceContent *held = &g_array_index(entry->contents, LedgerContent, i).held;

        if (held->place == place)
            return held;
    }
    return NULL;
}

char *
ledger_check_reverted(const Ledger *ledger, const ObserveView *view, const ObservedDomain *now,
                      const char *moment)
{
    const ObservedMoment *reverted = observed_moment(now, moment);
    const LedgerEntry *entry = find_entry(ledger, now, reverted);

    for (guint i = 0; entry && view->content && i < reverted->doc->disks->len; i++) {
        const OracleDisk *disk = g_ptr_array_index(reverted->doc->disks, i);
        const char *path = NULL;
        const PlaceContent *want = held_at(entry, place_of(view, now, reverted, disk, &path));
        const OracleDisk *today = document_disk(now->live->disks, disk->name);
        guint content = 0;

        if (want && want->disk && today && today->source)
            content = content_of_disk(view, today).disk;
        if (content && content != want->disk)
            return g_strdup_printf("disk '%s' has not the content of snapshot '%s'", disk->name,
                                   moment);
    }
    return entry && view->content ? check_memory(entry, view, now) : NULL;
}
