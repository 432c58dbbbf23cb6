/* SPDX-License-Identifier: LGPL-2.1-or-later
 *
 * I4: the content ledger.  When a snapshot appears, what each of its disks
 * (and its RAM) holds is entered; as long as it is listed, it must hold that.
 */
#include "harness/oracle/invariants.h"

#include <string.h>

/* What one snapshot holds at a place, "PATH@TAG" for an internal disk, the path
 * of the image that was top for an external one. */
typedef struct {
    char *path; /* of the file */
    char *text; /* disk and RAM; "" = not there */
} LedgerContent;

typedef struct {
    const MomentDoc *doc;
    GHashTable *contents; /* place -> LedgerContent */
} LedgerEntry;

struct Ledger {
    GHashTable *entries;  /* "uuid/NAME" -> LedgerEntry */
    Observation *checked; /* the last world in which every entry held; or NULL */
};

static void
content_free(LedgerContent *content)
{
    g_free(content->path);
    g_free(content->text);
    g_free(content);
}

static void
entry_free(LedgerEntry *entry)
{
    g_hash_table_unref(entry->contents);
    g_free(entry);
}

Ledger *
ledger_new(void)
{
    Ledger *ledger = g_new0(Ledger, 1);

    ledger->entries =
        g_hash_table_new_full(g_str_hash, g_str_equal, g_free, (GDestroyNotify)entry_free);
    return ledger;
}

void
ledger_free(Ledger *ledger)
{
    if (!ledger)
        return;
    g_hash_table_unref(ledger->entries);
    observation_unref(ledger->checked);
    g_free(ledger);
}

void
ledger_forget(Ledger *ledger)
{
    g_hash_table_remove_all(ledger->entries);
    g_clear_pointer(&ledger->checked, observation_unref);
}

/* Disk and RAM of a place in one text; "" where nothing is there. */
static char *
content_of(const ObserveView *view, const char *place)
{
    json_t *content = observe_inspect(view, "content", place);
    const char *digest = json_string_value(json_object_get(content, "digest"));
    json_t *memory = json_object_get(content, "memory");
    g_autofree char *ram =
        json_is_string(memory) ? json_dumps(memory, JSON_ENCODE_ANY | JSON_SORT_KEYS) : NULL;
    char *text = digest ? g_strdup_printf("%s %s", digest, ram ? ram : "") : g_strdup("");

    json_decref(content);
    return text;
}

static gboolean
same_disk(const char *one, const char *other)
{
    return strcspn(one, " ") == strcspn(other, " ") && strncmp(one, other, strcspn(one, " ")) == 0;
}

/* The place of a snapshot's disk, or NULL for one that it does not hold; *path receives its file.
 */
static char *
place_of(const ObservedDomain *domain, const ObservedMoment *moment, const OracleDisk *disk,
         const char **path)
{
    const DomainDoc *then = moment->doc->domain ? moment->doc->domain : domain->config;
    const OracleDisk *old = document_disk(then->disks, disk->name);

    if (!old || !old->source)
        return NULL;
    *path = old->source;
    if (g_strcmp0(disk->snapshot, "internal") == 0)
        return g_strconcat(old->source, "@", moment->name, NULL);
    return g_strcmp0(disk->snapshot, "external") == 0 ? g_strdup(old->source) : NULL;
}

/* Nothing writes between a call and this look, so today's disk still has the content of the moment
 * just made; after a halt the definition may name another disk than the process had. */
static char *
check_new(const ObserveView *view, const ObservedDomain *domain, const ObservedMoment *moment,
          const OracleDisk *disk, const char *content)
{
    gboolean internal = g_strcmp0(disk->snapshot, "internal") == 0 && moment->doc->domain;
    const DomainDoc *doc = internal ? moment->doc->domain : domain->live;
    const OracleDisk *today = document_disk(doc->disks, disk->name);
    g_autofree char *now = today && today->source ? content_of(view, today->source) : NULL;

    if (!now || !*now)
        return NULL;
    if (!*content)
        return g_strdup_printf("snapshot '%s': disk '%s' has no content in any image", moment->name,
                               disk->name);
    if (!same_disk(content, now))
        return g_strdup_printf("snapshot '%s': disk '%s' has not the content of its moment",
                               moment->name, disk->name);
    return NULL;
}

static char *
enter_moment(LedgerEntry *entry, const ObserveView *view, const ObservedDomain *domain,
             const ObservedMoment *moment, gboolean made_now)
{
    for (guint i = 0; i < moment->doc->disks->len; i++) {
        const OracleDisk *disk = g_ptr_array_index(moment->doc->disks, i);
        const char *path = NULL;
        g_autofree char *place = place_of(domain, moment, disk, &path);
        LedgerContent *content;

        if (!place)
            continue;
        content = g_new0(LedgerContent, 1);
        content->path = g_strdup(path);
        content->text = content_of(view, place);
        g_hash_table_replace(entry->contents, g_strdup(place), content);
        if (made_now) {
            char *found = check_new(view, domain, moment, disk, content->text);

            if (found)
                return found;
        }
    }
    return NULL;
}

/* The memory that one of the moment's images holds, or NULL. */
static const char *
memory_of(const LedgerEntry *entry)
{
    GHashTableIter iter;
    LedgerContent *content;

    g_hash_table_iter_init(&iter, entry->contents);
    while (g_hash_table_iter_next(&iter, NULL, (gpointer *)&content)) {
        const char *memory = strchr(content->text, ' ');

        if (memory && memory[1])
            return memory + 1;
    }
    return NULL;
}

/* A moment of a living guest holds its memory; a paused guest's has not changed since. */
static char *
check_memory(const LedgerEntry *entry, const ObserveView *view, const ObservedDomain *domain,
             const ObservedMoment *moment)
{
    const char *memory = memory_of(entry);
    g_autofree char *now = NULL;
    json_t *ram;

    if (!document_is_live(moment->doc) || g_strcmp0(moment->doc->memory, "internal") != 0)
        return NULL;
    if (!memory)
        return g_strdup_printf("snapshot '%s' holds no memory in any image", moment->name);
    if (domain->state != VIR_DOMAIN_PAUSED)
        return NULL;
    ram = observe_inspect(view, "ram", domain->name);
    now = json_dumps(json_object_get(ram, "digest"), JSON_ENCODE_ANY);
    json_decref(ram);
    if (now && strcmp(now, memory) != 0)
        return g_strdup_printf("snapshot '%s' has not the memory of its moment: %s, not %s",
                               moment->name, memory, now);
    return NULL;
}

/* Whether no file that the place rests on is another than in the world that was checked.  Digests
 * of files tell that where the target visits them; a black box's may not. */
static gboolean
is_untouched(const Ledger *ledger, const ObserveView *view, const Observation *after,
             const LedgerContent *content)
{
    return ledger->checked && view->target->visit_files &&
           observed_chain_same(after, ledger->checked, content->path);
}

static char *
compare_entry(const Ledger *ledger, const LedgerEntry *entry, const ObserveView *view,
              const Observation *after, const char *name)
{
    GHashTableIter iter;
    gpointer place;
    LedgerContent *content;

    g_hash_table_iter_init(&iter, entry->contents);
    while (g_hash_table_iter_next(&iter, &place, (gpointer *)&content)) {
        g_autofree char *now = NULL;

        if (is_untouched(ledger, view, after, content))
            continue;
        now = content_of(view, place);
        if (strcmp(now, content->text) != 0)
            return g_strdup_printf("snapshot '%s' lost its content in '%s': was %s, is %s", name,
                                   (char *)place, content->text, *now ? now : "gone");
    }
    return NULL;
}

static char *
moment_key(const ObservedDomain *domain, const ObservedMoment *moment)
{
    return g_strdup_printf("%s/%s", domain->uuid, moment->name);
}

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

/* The world after a step, and the one before a step that makes moments (or NULL). */
typedef struct {
    const Observation *before, *after;
} Worlds;

static char *
check_moment(Ledger *ledger, const ObserveView *view, const Worlds *worlds,
             const ObservedDomain *domain, const ObservedMoment *moment)
{
    gboolean made_now = is_made_now(worlds->before, domain, moment);
    g_autofree char *key = moment_key(domain, moment);
    LedgerEntry *entry = g_hash_table_lookup(ledger->entries, key);
    char *found;

    if (entry && (entry->doc == moment->doc || strcmp(entry->doc->body, moment->doc->body) == 0)) {
        entry->doc = moment->doc;
        return compare_entry(ledger, entry, view, worlds->after, moment->name);
    }
    entry = g_new0(LedgerEntry, 1);
    entry->doc = moment->doc;
    entry->contents =
        g_hash_table_new_full(g_str_hash, g_str_equal, g_free, (GDestroyNotify)content_free);
    g_hash_table_replace(ledger->entries, g_steal_pointer(&key), entry);
    found = enter_moment(entry, view, domain, moment, made_now);
    return found || !made_now ? found : check_memory(entry, view, domain, moment);
}

static gboolean
is_gone(gpointer key, gpointer value G_GNUC_UNUSED, gpointer opaque)
{
    const Observation *world = opaque;

    for (guint i = 0; i < world->domains->len; i++) {
        const ObservedDomain *domain = g_ptr_array_index(world->domains, i);

        if (g_str_has_prefix(key, domain->uuid) &&
            observed_moment(domain, (const char *)key + strlen(domain->uuid) + 1))
            return FALSE;
    }
    return TRUE;
}

char *
ledger_check(Ledger *ledger, const ObserveView *view, const Observation *before, Observation *after,
             Seen *seen)
{
    const Worlds worlds = {before, after};

    *seen = view->content ? SEEN_WHOLE : SEEN_NOT;
    if (!view->content)
        return NULL;
    g_hash_table_foreach_remove(ledger->entries, is_gone, after);
    for (guint i = 0; i < after->domains->len; i++) {
        const ObservedDomain *domain = g_ptr_array_index(after->domains, i);

        for (guint j = 0; j < domain->moments->len; j++) {
            const ObservedMoment *moment = g_ptr_array_index(domain->moments, j);
            char *found = check_moment(ledger, view, &worlds, domain, moment);

            if (found) {
                g_clear_pointer(&ledger->checked, observation_unref);
                return found;
            }
        }
    }
    observation_unref(ledger->checked);
    ledger->checked = observation_ref(after);
    return NULL;
}

char *
ledger_check_reverted(const Ledger *ledger, const ObserveView *view, const ObservedDomain *now,
                      const char *moment)
{
    const ObservedMoment *reverted = observed_moment(now, moment);
    g_autofree char *key = reverted ? moment_key(now, reverted) : NULL;
    const LedgerEntry *entry = key ? g_hash_table_lookup(ledger->entries, key) : NULL;

    for (guint i = 0; entry && view->content && i < reverted->doc->disks->len; i++) {
        const OracleDisk *disk = g_ptr_array_index(reverted->doc->disks, i);
        const char *path = NULL;
        g_autofree char *place = place_of(now, reverted, disk, &path);
        const LedgerContent *held = place ? g_hash_table_lookup(entry->contents, place) : NULL;
        const char *want = held ? held->text : NULL;
        const OracleDisk *today = document_disk(now->live->disks, disk->name);
        g_autofree char *content =
            want && *want && today && today->source ? content_of(view, today->source) : NULL;

        if (content && *content && !same_disk(content, want))
            return g_strdup_printf("disk '%s' has not the content of snapshot '%s'", disk->name,
                                   moment);
    }
    return entry && view->content ? check_memory(entry, view, now, reverted) : NULL;
}
