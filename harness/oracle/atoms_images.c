/* SPDX-License-Identifier: LGPL-2.1-or-later
 *
 * Atoms about the images of a definition: whether its guest could use them.
 */
#include "harness/oracle/atoms.h"
#include "harness/oracle/layers.h"

#include <string.h>

static gboolean
writes_frozen_disk(Layers *layers, const OracleDisk *disk)
{
    return disk->source && !disk->readonly && !disk->transient &&
           layers_is_frozen(layers, disk->source);
}

/* Whether the guest of that definition would write to what others rest on. */
static gboolean
writes_to_frozen(const StepContext *context, const DomainDoc *doc)
{
    g_autoptr(Layers) layers = NULL;

    if (context->profile != VM_PROFILE_RFC || !context->view->files)
        return FALSE;
    layers = layers_new(context->before, context->history);
    for (guint i = 0; i < doc->disks->len; i++) {
        if (writes_frozen_disk(layers, g_ptr_array_index(doc->disks, i)))
            return TRUE;
    }
    return FALSE;
}

/* The definition that a save image would wake with: the one that is given, or its own. */
static const DomainDoc *
woken(const StepContext *context)
{
    if (context->domain_xml)
        return context->domain_xml;
    return context->image ? context->image->doc : NULL;
}

ATOM(image_frozen, woken(context) && writes_to_frozen(context, woken(context)))

/* The definition that a saved guest goes on with: it may be defined anew by now. */
static const DomainDoc *
saved_as(const StepContext *context, const ObservedDomain *saved)
{
    const HistoryImage *image = history_managed(context->history, saved->name);

    return image && image->doc ? image->doc : saved->config;
}

/* Whether a guest that is off has memory that belongs to what would be written to. */
static gboolean
image_slept_on(const StepContext *context, const OracleDisk *disk)
{
    for (guint i = 0; i < context->before->domains->len && context->profile == VM_PROFILE_RFC;
         i++) {
        const ObservedDomain *other = g_ptr_array_index(context->before->domains, i);

        if (other->managed_save && !observed_active(other) &&
            strcmp(other->name, context->domain_name) != 0 &&
            document_writes(disk, saved_as(context, other)))
            return TRUE;
    }
    return FALSE;
}

/* Whether the image is the top, or lies below it. */
static gboolean
lies_in_chain(const Observation *world, const char *top, const char *path)
{
    for (guint depth = 0; top && depth < 200; depth++) {
        if (strcmp(top, path) == 0)
            return TRUE;
        top = observed_backing(world, top);
    }
    return FALSE;
}

/* Whether one of the two writes to what the other reads; a shared image is not judged.  A process
 * that has sent its memory holds no lock, which is all that keeps others from what lies below. */
static gboolean
disks_clash(const Observation *world, const OracleDisk *one, const OracleDisk *other,
            gboolean let_go)
{
    if (!one->source || !other->source)
        return FALSE;
    if (strcmp(one->source, other->source) == 0)
        return !one->shareable && !other->shareable && !(one->readonly && other->readonly);
    if (let_go)
        return FALSE;
    return (!one->readonly && !one->transient &&
            lies_in_chain(world, other->source, one->source)) ||
           (!other->readonly && lies_in_chain(world, one->source, other->source));
}

/* Whether another domain runs that has the image, or one below it, open in a way that clashes. */
static gboolean
image_taken(const StepContext *context, const OracleDisk *disk)
{
    for (guint i = 0; i < context->before->domains->len; i++) {
        const ObservedDomain *other = g_ptr_array_index(context->before->domains, i);
        gboolean let_go = g_hash_table_contains(context->history->written, other->name);

        if (!observed_active(other) || g_strcmp0(other->name, context->domain_name) == 0)
            continue;
        for (guint j = 0; j < other->live->disks->len; j++) {
            if (disks_clash(context->before, disk, g_ptr_array_index(other->live->disks, j),
                            let_go))
                return TRUE;
        }
    }
    return FALSE;
}

gboolean
image_written_by_others(const StepContext *context, const OracleDisk *disk)
{
    for (guint i = 0; i < context->before->domains->len; i++) {
        const ObservedDomain *other = g_ptr_array_index(context->before->domains, i);

        if (!observed_active(other) || g_strcmp0(other->name, context->domain_name) == 0)
            continue;
        for (guint j = 0; j < other->live->disks->len; j++) {
            const OracleDisk *theirs = g_ptr_array_index(other->live->disks, j);

            if (!theirs->readonly && g_strcmp0(theirs->source, disk->source) == 0)
                return TRUE;
        }
    }
    return FALSE;
}

static gboolean
names_source(const GPtrArray *disks, const char *path)
{
    for (guint i = 0; i < disks->len; i++) {
        if (g_strcmp0(((const OracleDisk *)g_ptr_array_index(disks, i))->source, path) == 0)
            return TRUE;
    }
    return FALSE;
}

static gboolean
moment_names(const ObservedMoment *moment, const char *path)
{
    const MomentDoc *doc = moment->doc;

    return names_source(doc->disks, path) ||
           (doc->domain && names_source(doc->domain->disks, path));
}

/* Whether a definition or a moment names the image. */
static gboolean
is_named(const Observation *world, const char *path)
{
    for (guint i = 0; i < world->domains->len; i++) {
        const ObservedDomain *domain = g_ptr_array_index(world->domains, i);

        if (names_source(domain->live->disks, path) || names_source(domain->config->disks, path))
            return TRUE;
        for (guint j = 0; j < domain->moments->len; j++) {
            if (moment_names(g_ptr_array_index(domain->moments, j), path))
                return TRUE;
        }
    }
    return FALSE;
}

/* Whether a file lies where the overlay of a transient disk goes, and is no overlay of that disk
 * that a crash has left. */
static gboolean
overlay_blocked(const StepContext *context, const OracleDisk *disk)
{
    g_autofree char *path = document_overlay(disk, context->domain_name);

    return disk->transient && context->view->files && observed_file(context->before, path) &&
           (g_strcmp0(observed_backing(context->before, path), disk->source) != 0 ||
            is_named(context->before, path));
}

gboolean
image_unusable(const StepContext *context, const OracleDisk *disk)
{
    return disk->source && g_strcmp0(disk->type, "network") != 0 &&
           (!observed_file(context->before, disk->source) ||
            !observed_chain_sound(context->before, disk->source, disk->format) ||
            image_taken(context, disk));
}

static gboolean
images_usable(const StepContext *context, const DomainDoc *doc)
{
    for (guint i = 0; i < doc->disks->len; i++) {
        const OracleDisk *disk = g_ptr_array_index(doc->disks, i);

        if (image_unusable(context, disk) ||
            (disk->source && (image_slept_on(context, disk) || overlay_blocked(context, disk))))
            return FALSE;
    }
    return !writes_to_frozen(context, doc);
}

ATOM(domain_images_usable, context->domain &&images_usable(context, context->domain->config))
ATOM(xml_images_usable, context->domain_xml &&images_usable(context, context->domain_xml))

ATOM(image_disks_usable, !woken(context) || images_usable(context, woken(context)))

/* A disk that the moment leaves out, or to its user, stays as it is today; over an external one a
 * new image is made. */
static OracleDisk
disk_after_revert(const StepContext *context, const OracleDisk *then)
{
    const OracleDisk *entry = document_disk(context->moment->doc->disks, then->name);
    const OracleDisk *today = document_disk(context->domain->config->disks, then->name);
    OracleDisk disk = *then;

    if (entry && g_strcmp0(entry->snapshot, "external") == 0)
        disk.readonly = TRUE;
    else if (today && !(entry && g_strcmp0(entry->snapshot, "internal") == 0))
        disk = *today;
    return disk;
}

/* Whether a guest that goes back to the moment would clash with one that is there. */
static gboolean
moment_disks_taken(const StepContext *context)
{
    const DomainDoc *doc = NULL;

    if (context->moment)
        doc = context->moment->doc->domain ? context->moment->doc->domain : context->domain->config;
    for (guint i = 0; doc && i < doc->disks->len; i++) {
        OracleDisk disk = disk_after_revert(context, g_ptr_array_index(doc->disks, i));

        if (image_taken(context, &disk))
            return TRUE;
    }
    return FALSE;
}

/* Whether it would write to what others rest on: to a disk that it finds as it is today. */
static gboolean
moment_left_out_frozen(const StepContext *context)
{
    const DomainDoc *doc = context->domain ? context->domain->config : NULL;
    g_autoptr(Layers) layers = NULL;

    if (!context->moment || !context->view->files)
        return FALSE;
    layers = layers_new(context->before, context->history);
    for (guint i = 0; i < doc->disks->len; i++) {
        const OracleDisk *disk = g_ptr_array_index(doc->disks, i);
        const OracleDisk *entry = document_disk(context->moment->doc->disks, disk->name);

        if (entry && g_strcmp0(entry->snapshot, "external") != 0 &&
            g_strcmp0(entry->snapshot, "internal") != 0 && writes_frozen_disk(layers, disk))
            return TRUE;
    }
    return FALSE;
}

const AtomRow atoms_images[] = {
    {"moment:left-out-frozen", moment_left_out_frozen},
    {"moment:disks-taken", moment_disks_taken},
    {"domain:images-usable", domain_images_usable},
    {"xml.domain:images-usable", xml_images_usable},
    {"image:frozen", image_frozen},
    {"image:disks-usable", image_disks_usable},
    {NULL, NULL},
};
