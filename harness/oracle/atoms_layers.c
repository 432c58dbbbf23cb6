/* SPDX-License-Identifier: LGPL-2.1-or-later
 *
 * Atoms about images that lie over one another, and about memory in files.
 */
#include "harness/oracle/atoms.h"
#include "harness/oracle/layers.h"

#include <string.h>

/* A revert deletes when the domain has gone back already. */
static guint
faults_after_revert(Layers *layers, const StepContext *context)
{
    const MomentDoc *doc = context->moment->doc;
    const DomainDoc *config = doc->inactive ? doc->inactive : doc->domain;
    gboolean itself = (context->step->flags & VIR_DOMAIN_SNAPSHOT_REVERT_DISCARD) != 0;

    if (!doc->domain)
        return 0;
    layers_revert(layers, context->domain, context->moment, doc->domain,
                  context->domain->persistent ? config : NULL);
    if (context->step->flags & VIR_DOMAIN_SNAPSHOT_REVERT_DELETE_CHILDREN)
        layers_delete_below(layers, context->domain, context->moment, itself);
    else if (itself)
        layers_delete(layers, context->domain, context->moment);
    return layers_faults(layers);
}

/* What is found when the moments that the flags name go one after the other. */
static guint
weigh_victims(const StepContext *context)
{
    g_autoptr(Layers) layers = NULL;

    if (!context->moment)
        return 0;
    layers = layers_new(context->before, context->history);
    if (context->step->call == VM_CALL_SNAPSHOT_REVERT)
        return faults_after_revert(layers, context);
    if (context_flag(context, "CHILDREN") || context_flag(context, "CHILDREN_ONLY"))
        layers_delete_below(layers, context->domain, context->moment,
                            context_flag(context, "CHILDREN"));
    else
        layers_delete(layers, context->domain, context->moment);
    return layers_faults(layers);
}

/* Several atoms ask; the world before the step stays as it is. */
static guint
faults_of_victims(const StepContext *context)
{
    StepContext *remembered = (StepContext *)context;

    if (!context->victims_weighed) {
        remembered->victim_faults = weigh_victims(context);
        remembered->victims_weighed = TRUE;
    }
    return context->victim_faults;
}

ATOM(victims_over_tags, faults_of_victims(context) & LAYERS_TAGS)
ATOM(victims_over_bitmaps, faults_of_victims(context) & LAYERS_BITMAPS)
ATOM(victims_over_broken, faults_of_victims(context) & LAYERS_BROKEN)
ATOM(victims_write, faults_of_victims(context) & LAYERS_WRITTEN)
ATOM(victims_under_others, faults_of_victims(context) & LAYERS_OTHER_TOP)

static gboolean
moment_written_under(const StepContext *context)
{
    g_autoptr(Layers) layers = NULL;

    if (!context->moment)
        return FALSE;
    layers = layers_new(context->before, context->history);
    return layers_written_under(layers, context->domain, context->moment);
}

/* ---- memory in a file ---- */

static const char *
new_memory(const StepContext *context)
{
    return context->moment_xml ? context->moment_xml->memory_file : NULL;
}

/* A file of that name, or of the name that it has until it is whole. */
static gboolean
memory_in_the_way(const StepContext *context)
{
    g_autofree char *partial = NULL;

    if (!new_memory(context) || !context->before->files)
        return FALSE;
    partial = g_strconcat(new_memory(context), ".partial", NULL);
    return observed_file(context->before, new_memory(context)) ||
           observed_file(context->before, partial);
}

ATOM(memory_written,
     context->domain &&g_hash_table_contains(context->history->written, context->domain_name))
ATOM(memory_without_folder,
     new_memory(context) && !observed_folder_of(context->before, new_memory(context)))

static gboolean
names_file(const GPtrArray *disks, const char *path)
{
    for (guint i = 0; i < disks->len; i++) {
        const OracleDisk *disk = g_ptr_array_index(disks, i);

        if (g_strcmp0(disk->source, path) == 0)
            return TRUE;
    }
    return FALSE;
}

static gboolean
moment_names_file(const MomentDoc *doc, const char *path)
{
    return g_strcmp0(doc->memory_file, path) == 0 || names_file(doc->disks, path) ||
           (doc->domain && names_file(doc->domain->disks, path)) ||
           (doc->inactive && names_file(doc->inactive->disks, path));
}

static gboolean
domain_names_file(const ObservedDomain *domain, const char *path)
{
    if (names_file(domain->live->disks, path) || names_file(domain->config->disks, path))
        return TRUE;
    for (guint i = 0; i < domain->moments->len; i++) {
        const ObservedMoment *moment = g_ptr_array_index(domain->moments, i);

        if (moment_names_file(moment->doc, path))
            return TRUE;
    }
    return FALSE;
}

/* Whether a disk, an overlay to come or a moment has the file already. */
static gboolean
memory_taken(const StepContext *context)
{
    const char *path = new_memory(context);

    for (guint i = 0; path && i < context->before->domains->len; i++) {
        if (domain_names_file(g_ptr_array_index(context->before->domains, i), path))
            return TRUE;
    }
    for (guint i = 0; path && context->alignment && i < context->alignment->disks->len; i++) {
        const AlignedDisk *aligned = g_ptr_array_index(context->alignment->disks, i);

        if (g_strcmp0(aligned->overlay, path) == 0)
            return TRUE;
    }
    return FALSE;
}

static const char *
held_memory(const StepContext *context)
{
    return context->moment ? context->moment->doc->memory_file : NULL;
}

ATOM(moment_memory_file, held_memory(context) != NULL)
ATOM(moment_memory_missing,
     held_memory(context) && !observed_file(context->before, held_memory(context)))

/* A save image has a header at least. */
#define SHORTEST_IMAGE 64

ATOM(moment_memory_unreadable,
     held_memory(context) && observed_file(context->before, held_memory(context)) &&
         context->before->files &&
         observed_file_size(context->before, held_memory(context)) < SHORTEST_IMAGE)

gboolean
memory_is_strange(const StepContext *context)
{
    const char *path = held_memory(context);
    const char *digest = observed_digest(context->before, path);

    return path && !moment_memory_missing(context) && !moment_memory_unreadable(context) &&
           (!digest || !g_hash_table_contains(context->history->memory, digest));
}

static gboolean
moment_memory_foreign(const StepContext *context)
{
    const char *digest = observed_digest(context->before, held_memory(context));
    const HistoryMemory *memory =
        digest ? g_hash_table_lookup(context->history->memory, digest) : NULL;
    const DomainDoc *then = context->moment ? context->moment->doc->domain : NULL;

    return memory && then &&
           (strcmp(memory->uuid, context->domain->uuid) != 0 ||
            strcmp(memory->abi, then->abi) != 0);
}

static gboolean
moment_disk_not_file(const StepContext *context)
{
    const DomainDoc *then = context->moment ? context->moment->doc->domain : NULL;

    for (guint i = 0; then && i < then->disks->len; i++) {
        const OracleDisk *disk = g_ptr_array_index(then->disks, i);

        if (disk->type && *disk->type && strcmp(disk->type, "file") != 0)
            return TRUE;
    }
    return FALSE;
}

/* Whether all that an external disk of the moment rests on is there. */
static gboolean
moment_layers_missing(const StepContext *context)
{
    const MomentDoc *doc = context->moment ? context->moment->doc : NULL;

    for (guint i = 0; doc && doc->domain && i < doc->disks->len; i++) {
        const OracleDisk *disk = g_ptr_array_index(doc->disks, i);
        const OracleDisk *held = document_disk(doc->domain->disks, disk->name);
        const char *at = held ? held->source : NULL;

        if (g_strcmp0(disk->snapshot, "external") != 0)
            continue;
        for (guint depth = 0; at && depth < 256; depth++) {
            if (!observed_file(context->before, at))
                return TRUE;
            at = observed_backing(context->before, at);
        }
    }
    return FALSE;
}

/* Whether the guest of the moment's memory could write to a disk that the moment does not hold. */
static gboolean
moment_leaves_out_disk(const StepContext *context)
{
    const MomentDoc *doc = context->moment ? context->moment->doc : NULL;

    for (guint i = 0; doc && doc->domain && i < doc->disks->len; i++) {
        const OracleDisk *disk = g_ptr_array_index(doc->disks, i);
        const OracleDisk *held = document_disk(doc->domain->disks, disk->name);

        if (g_strcmp0(disk->snapshot, "no") == 0 && held && held->source && !held->readonly)
            return TRUE;
    }
    return FALSE;
}

const AtomRow atoms_layers[] = {
    {"victims:over-tags", victims_over_tags},
    {"victims:over-bitmaps", victims_over_bitmaps},
    {"victims:over-broken", victims_over_broken},
    {"victims:write-images", victims_write},
    {"victims:under-others", victims_under_others},
    {"moment:written-under", moment_written_under},
    {"moment:memory-file", moment_memory_file},
    {"moment:memory-missing", moment_memory_missing},
    {"moment:memory-unreadable", moment_memory_unreadable},
    {"moment:memory-foreign", moment_memory_foreign},
    {"moment:disk-not-a-file", moment_disk_not_file},
    {"moment:layers-missing", moment_layers_missing},
    {"moment:leaves-out-disk", moment_leaves_out_disk},
    {"memory:in-the-way", memory_in_the_way},
    {"memory:taken", memory_taken},
    {"memory:written-before", memory_written},
    {"memory:without-folder", memory_without_folder},
    {NULL, NULL},
};
