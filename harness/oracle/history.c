/* SPDX-License-Identifier: LGPL-2.1-or-later
 *
 * Remembering save images and the moments of vanished domains.
 */
#include "harness/oracle/history.h"

#include <string.h>
#include "spec/api/name_order.h"

static void
image_free(HistoryImage *image)
{
    g_free(image->domain);
    g_free(image->abi);
    g_free(image);
}

static void
memory_free(HistoryMemory *memory)
{
    g_free(memory->abi);
    g_free(memory);
}

static void
kept_free(HistoryKept *kept)
{
    g_free(kept->domain);
    g_free(kept->current);
    g_ptr_array_unref(kept->names);
    g_free(kept);
}

History *
history_new(void)
{
    History *history = g_new0(History, 1);

    history->images =
        g_hash_table_new_full(g_str_hash, g_str_equal, g_free, (GDestroyNotify)image_free);
    history->kept =
        g_hash_table_new_full(g_str_hash, g_str_equal, g_free, (GDestroyNotify)kept_free);
    history->stored = g_hash_table_new_full(g_str_hash, g_str_equal, g_free, NULL);
    history->overlays = g_hash_table_new_full(g_str_hash, g_str_equal, g_free, NULL);
    history->memory =
        g_hash_table_new_full(g_str_hash, g_str_equal, g_free, (GDestroyNotify)memory_free);
    history->written = g_hash_table_new_full(g_str_hash, g_str_equal, g_free, NULL);
    history->left = g_hash_table_new_full(g_str_hash, g_str_equal, g_free, NULL);
    history->theirs = g_hash_table_new_full(g_str_hash, g_str_equal, g_free, NULL);
    return history;
}

void
history_free(History *history)
{
    if (!history)
        return;
    g_hash_table_unref(history->images);
    g_hash_table_unref(history->kept);
    g_hash_table_unref(history->stored);
    g_hash_table_unref(history->overlays);
    g_hash_table_unref(history->memory);
    g_hash_table_unref(history->written);
    g_hash_table_unref(history->left);
    g_hash_table_unref(history->theirs);
    g_free(history);
}

const HistoryImage *
history_image(const History *history, const char *path)
{
    return path ? g_hash_table_lookup(history->images, path) : NULL;
}

const HistoryImage *
history_managed(const History *history, const char *domain)
{
    g_autofree char *key = g_strdup_printf("managed:%s", domain);

    return g_hash_table_lookup(history->images, key);
}

void
history_forget_images(History *history)
{
    g_hash_table_remove_all(history->images);
}

static void
learn_image(History *history, const OracleStep *step, const ObservedDomain *domain)
{
    HistoryImage *image = g_new0(HistoryImage, 1);
    gboolean managed = step->call == VM_CALL_DOMAIN_MANAGED_SAVE;

    image->domain = g_strdup(domain->name);
    memcpy(image->uuid, domain->uuid, sizeof(image->uuid));
    image->abi = g_strdup(domain->live->abi);
    image->doc = domain->live;
    image->paused = domain->state != VIR_DOMAIN_RUNNING;
    if (step->flags & VIR_DOMAIN_SAVE_PAUSED)
        image->paused = TRUE;
    if (step->flags & VIR_DOMAIN_SAVE_RUNNING)
        image->paused = FALSE;
    g_hash_table_replace(
        history->images,
        managed ? g_strdup_printf("managed:%s", domain->name) : g_strdup(step->argument), image);
}

static void
learn_vanished(History *history, const ObservedDomain *domain)
{
    HistoryKept *kept = g_new0(HistoryKept, 1);

    kept->domain = g_strdup(domain->name);
    memcpy(kept->uuid, domain->uuid, sizeof(kept->uuid));
    kept->current = g_strdup(domain->current);
    kept->names = g_ptr_array_new_with_free_func(g_free);
    for (guint i = 0; i < domain->moments->len; i++) {
        const ObservedMoment *moment = g_ptr_array_index(domain->moments, i);

        g_ptr_array_add(kept->names, g_strdup(moment->name));
    }
    g_ptr_array_sort(kept->names, vm_compare_names);
    g_hash_table_replace(history->kept, g_strdup(domain->uuid), kept);
}

static gboolean
is_undefine(const OracleStep *step)
{
    return step->call == VM_CALL_DOMAIN_UNDEFINE || step->call == VM_CALL_DOMAIN_UNDEFINE_FLAGS;
}

/* The memory in save images of that domain belongs to disks of before. */
static void
note_disks_changed(History *history, const char *uuid)
{
    GHashTableIter iter;
    HistoryImage *image;

    g_hash_table_iter_init(&iter, history->images);
    while (g_hash_table_iter_next(&iter, NULL, (gpointer *)&image))
        image->stale |= strcmp(image->uuid, uuid) == 0;
}

/* So does that of every image with a disk that the guest writes to. */
static void
note_neighbours(History *history, const ObservedDomain *runs)
{
    GHashTableIter iter;
    HistoryImage *image;

    g_hash_table_iter_init(&iter, history->images);
    while (g_hash_table_iter_next(&iter, NULL, (gpointer *)&image)) {
        for (guint i = 0; image->doc && i < runs->live->disks->len; i++)
            image->stale |= document_writes(g_ptr_array_index(runs->live->disks, i), image->doc);
    }
}

/* Most of what is remembered is nothing. */
static void
forget(GHashTable *table, const char *key)
{
    if (g_hash_table_size(table) > 0)
        g_hash_table_remove(table, key);
}

static void
follow(History *history, gboolean undefined, const Observation *before, const Observation *after)
{
    for (guint i = 0; i < before->domains->len; i++) {
        const ObservedDomain *old = g_ptr_array_index(before->domains, i);

        if (observed_domain(after, old->name))
            continue;
        forget(history->stored, old->name);
        if (old->moments->len > 0 && !undefined && !old->persistent)
            learn_vanished(history, old);
    }
    for (guint i = 0; i < after->domains->len; i++) {
        const ObservedDomain *now = g_ptr_array_index(after->domains, i);

        forget(history->kept, now->uuid);
        if (observed_active(now)) {
            note_disks_changed(history, now->uuid);
            note_neighbours(history, now);
        }
        if (now->persistent)
            forget(history->stored, now->name);
        if (now->state != VIR_DOMAIN_PAUSED)
            forget(history->written, now->name);
    }
}

void
history_learn_left(History *history, const GPtrArray *paths)
{
    for (guint i = 0; i < paths->len; i++)
        g_hash_table_add(history->left, g_strdup(g_ptr_array_index(paths, i)));
}

/* What a moment says of its overlays, and what a revert put under the domain's disks. */
static void
learn_overlays(History *history, gboolean reverts, const Observation *before,
               const ObservedDomain *now)
{
    for (guint i = 0; i < now->moments->len; i++) {
        const ObservedMoment *moment = g_ptr_array_index(now->moments, i);

        for (guint j = 0; j < moment->doc->disks->len; j++) {
            const OracleDisk *disk = g_ptr_array_index(moment->doc->disks, j);

            if (disk->source && g_strcmp0(disk->snapshot, "external") == 0)
                g_hash_table_add(history->overlays, g_strdup(disk->source));
        }
    }
    for (guint i = 0; reverts && before->files && i < now->live->disks->len; i++) {
        const OracleDisk *disk = g_ptr_array_index(now->live->disks, i);

        if (disk->source && !observed_file(before, disk->source))
            g_hash_table_add(history->overlays, g_strdup(disk->source));
    }
}

/* ---- what is the user's when a moment has gone ---- */

static const char *
external_image(const ObservedMoment *moment, const char *disk)
{
    const OracleDisk *entry = document_disk(moment->doc->disks, disk);
    const OracleDisk *held =
        moment->doc->domain ? document_disk(moment->doc->domain->disks, disk) : NULL;

    return entry && held && g_strcmp0(entry->snapshot, "external") == 0 ? held->source : NULL;
}

/* Whether the moment holds the image right above what its nearest ancestor holds. */
static gboolean
holds_layer(const Observation *world, const ObservedDomain *domain, const ObservedMoment *moment,
            const char *path)
{
    const char *below = observed_backing(world, path);

    for (guint i = 0; below && i < moment->doc->disks->len; i++) {
        const OracleDisk *disk = g_ptr_array_index(moment->doc->disks, i);
        const ObservedMoment *at = observed_moment(domain, moment->doc->parent);

        if (g_strcmp0(external_image(moment, disk->name), path) != 0)
            continue;
        while (at && !external_image(at, disk->name))
            at = observed_moment(domain, at->doc->parent);
        if (at && strcmp(external_image(at, disk->name), below) == 0)
            return TRUE;
    }
    return FALSE;
}

/* Whether a moment that stays still tells that the target made the image. */
static gboolean
is_still_told(const Observation *after, const ObservedDomain *domain, const char *path)
{
    for (guint i = 0; domain && i < domain->moments->len; i++) {
        const ObservedMoment *moment = g_ptr_array_index(domain->moments, i);

        if (holds_layer(after, domain, moment, path))
            return TRUE;
        for (guint j = 0; j < moment->doc->disks->len; j++) {
            const OracleDisk *disk = g_ptr_array_index(moment->doc->disks, j);

            if (g_strcmp0(disk->snapshot, "external") == 0 && g_strcmp0(disk->source, path) == 0)
                return TRUE;
        }
    }
    return FALSE;
}

/* A manual disk's image was always the user's; an overlay is when only metadata went. */
static void
learn_theirs(History *history, const ObservedMoment *gone, gboolean metadata_only,
             const Observation *after, const ObservedDomain *now)
{
    for (guint i = 0; i < gone->doc->disks->len; i++) {
        const OracleDisk *disk = g_ptr_array_index(gone->doc->disks, i);
        const OracleDisk *held =
            gone->doc->domain ? document_disk(gone->doc->domain->disks, disk->name) : NULL;

        if (held && held->source && g_strcmp0(disk->snapshot, "manual") == 0)
            g_hash_table_add(history->theirs, g_strdup(held->source));
        if (!metadata_only || !disk->source || g_strcmp0(disk->snapshot, "external") != 0 ||
            is_still_told(after, now, disk->source))
            continue;
        forget(history->overlays, disk->source);
        g_hash_table_add(history->theirs, g_strdup(disk->source));
    }
}

/* Of an overlay that was made without metadata nothing ever told. */
static void
learn_untold(History *history, const OracleStep *step, const Observation *before,
             const Observation *after)
{
    const ObservedDomain *now = observed_domain(after, step->domain);

    if (step->call != VM_CALL_SNAPSHOT_CREATE_XML || !before->files ||
        !(step->flags & VIR_DOMAIN_SNAPSHOT_CREATE_NO_METADATA))
        return;
    for (guint i = 0; now && i < now->live->disks->len; i++) {
        const OracleDisk *disk = g_ptr_array_index(now->live->disks, i);

        if (disk->source && !observed_file(before, disk->source))
            g_hash_table_add(history->theirs, g_strdup(disk->source));
    }
}

static void
learn_deletion(History *history, const OracleStep *step, const ObservedDomain *domain,
               const Observation *after)
{
    const ObservedDomain *now = observed_domain(after, step->domain);
    gboolean metadata_only = step->call == VM_CALL_SNAPSHOT_DELETE &&
                             (step->flags & VIR_DOMAIN_SNAPSHOT_DELETE_METADATA_ONLY) != 0;

    for (guint i = 0; now && i < domain->moments->len; i++) {
        const ObservedMoment *moment = g_ptr_array_index(domain->moments, i);

        if (!observed_moment(now, moment->name))
            learn_theirs(history, moment, metadata_only, after, now);
    }
}

void
history_follow(History *history, const Observation *before, const Observation *after)
{
    follow(history, FALSE, before, after);
}

static void
learn_written(History *history, const OracleStep *step, const ObservedDomain *old,
              const Observation *after)
{
    const ObservedDomain *now = observed_domain(after, step->domain);
    const ObservedMoment *made = now ? observed_moment(now, step->result) : NULL;
    const char *digest = made ? observed_digest(after, made->doc->memory_file) : NULL;
    HistoryMemory *memory;

    if (now && now->state == VIR_DOMAIN_PAUSED)
        g_hash_table_add(history->written, g_strdup(now->name));
    if (!digest)
        return;
    memory = g_new0(HistoryMemory, 1);
    memcpy(memory->uuid, old->uuid, sizeof(memory->uuid));
    memory->abi = g_strdup(old->live->abi);
    g_hash_table_replace(history->memory, g_strdup(digest), memory);
}

void
history_learn(History *history, const OracleStep *step, gboolean writes_memory,
              const Observation *before, const Observation *after)
{
    const ObservedDomain *domain = observed_domain(before, step->domain);
    gboolean saves = step->call == VM_CALL_DOMAIN_SAVE || step->call == VM_CALL_DOMAIN_MANAGED_SAVE;

    if (domain && saves && (step->argument || step->call == VM_CALL_DOMAIN_MANAGED_SAVE))
        learn_image(history, step, domain);
    follow(history, is_undefine(step), before, after);
    for (guint i = 0; i < after->domains->len; i++)
        learn_overlays(history, step->call == VM_CALL_SNAPSHOT_REVERT, before,
                       g_ptr_array_index(after->domains, i));
    if (domain)
        learn_deletion(history, step, domain, after);
    learn_untold(history, step, before, after);
    if (domain && step->call == VM_CALL_SNAPSHOT_REVERT) {
        g_hash_table_remove(history->stored, step->domain);
        g_hash_table_remove(history->written, step->domain);
        note_disks_changed(history, domain->uuid);
    }
    if (domain && writes_memory)
        learn_written(history, step, domain, after);
    if (domain && is_undefine(step) && observed_domain(after, step->domain))
        g_hash_table_add(history->stored, g_strdup(step->domain));
}
