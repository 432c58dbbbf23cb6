/* SPDX-License-Identifier: LGPL-2.1-or-later
 *
 * Atoms about what the document handed in wants of the domain's disks.
 */
#include "harness/oracle/atoms.h"

#include <string.h>

static guint
align_faults(const StepContext *context)
{
    return context->alignment ? context->alignment->faults : 0;
}

ATOM(align_too_many, align_faults(context) & ALIGN_TOO_MANY)
ATOM(align_unknown, align_faults(context) & ALIGN_UNKNOWN_DISK)
ATOM(align_duplicate, align_faults(context) & ALIGN_DUPLICATE)
ATOM(align_not_internal, align_faults(context) & ALIGN_NOT_INTERNAL)
ATOM(align_source, align_faults(context) & ALIGN_SOURCE_NOT_EXTERNAL)
ATOM(align_no_path, align_faults(context) & ALIGN_NO_PATH_FOR_TYPE)
ATOM(align_no_base, align_faults(context) & ALIGN_NO_BASE_PATH)
ATOM(align_base_missing, align_faults(context) & ALIGN_BASE_MISSING)
ATOM(align_same_path, align_faults(context) & ALIGN_SAME_PATH)

typedef gboolean (*AlignedTest)(const StepContext *context, const AlignedDisk *aligned);

static gboolean
any_aligned(const StepContext *context, const char *location, AlignedTest test)
{
    for (guint i = 0; context->alignment && i < context->alignment->disks->len; i++) {
        const AlignedDisk *aligned = g_ptr_array_index(context->alignment->disks, i);

        if (strcmp(aligned->location, location) == 0 && (!test || test(context, aligned)))
            return TRUE;
    }
    return FALSE;
}

#define ALIGNED(name, expression)                                                                  \
    static gboolean name(const StepContext *context G_GNUC_UNUSED, const AlignedDisk *aligned)     \
    {                                                                                              \
        return (expression);                                                                       \
    }

ALIGNED(is_not_qcow2, g_strcmp0(aligned->disk->format, "qcow2") != 0)
ALIGNED(is_read_only, aligned->disk->readonly)
ALIGNED(is_empty, !aligned->disk->source)
ALIGNED(overlay_not_qcow2, aligned->format &&strcmp(aligned->format, "qcow2") != 0 &&
                               strcmp(aligned->format, "qed") != 0)
ALIGNED(is_cache_not_qcow2,
        aligned->cache && aligned->format && strcmp(aligned->format, "qcow2") != 0)
ALIGNED(is_not_local, strcmp(aligned->type, "file") != 0 && strcmp(aligned->type, "block") != 0)
ALIGNED(is_shareable, aligned->disk->shareable && !aligned->disk->readonly)
ALIGNED(is_lun, g_strcmp0(aligned->disk->device, "lun") == 0)
ALIGNED(is_transient, aligned->disk->transient)
ALIGNED(is_out_of_reach, context->view->files &&image_unusable(context, aligned->disk))
ALIGNED(is_written_by_others,
        aligned->disk->source &&image_written_by_others(context, aligned->disk))
ALIGNED(is_left_out, aligned->disk->source && !aligned->disk->readonly)
/* A path that is made from the time of the call is nobody's yet. */
ALIGNED(is_missing, aligned->overlay ? !observed_file(context->before, aligned->overlay)
                                     : aligned->generated && context->before->files)
ALIGNED(is_block_missing, is_missing(context, aligned) && strcmp(aligned->type, "block") == 0)

/* What is reused has the format that is said and rests on the disk's image. */
static gboolean
is_unfit(const StepContext *context, const AlignedDisk *aligned)
{
    const ObservedImage *image = observed_image(context->before, aligned->overlay);
    const char *format = aligned->format ? aligned->format : "qcow2";

    return image && (g_strcmp0(image->format, format) != 0 ||
                     g_strcmp0(image->backing, aligned->disk->source) != 0 || image->data_outside);
}

static gboolean
has_data_outside(const StepContext *context, const AlignedDisk *aligned)
{
    const ObservedImage *image = observed_image(context->before, aligned->disk->source);

    return image && image->data_outside;
}

/* A file that holds anything is not overwritten. */
static gboolean
is_in_the_way(const StepContext *context, const AlignedDisk *aligned)
{
    return aligned->overlay && strcmp(aligned->type, "file") == 0 &&
           observed_file_size(context->before, aligned->overlay) > 0;
}

/* Whether the chain that begins with `top` (may be NULL) has that image. */
static gboolean
has_in_chain(const Observation *world, const char *top, const char *image)
{
    for (guint i = 0; top && i < 256; i++) {
        if (strcmp(top, image) == 0)
            return TRUE;
        top = observed_backing(world, top);
    }
    return FALSE;
}

static gboolean
has_in_chains(const Observation *world, const DomainDoc *doc, const char *image)
{
    for (guint i = 0; doc && i < doc->disks->len; i++) {
        const OracleDisk *disk = g_ptr_array_index(doc->disks, i);

        if (has_in_chain(world, disk->source, image))
            return TRUE;
    }
    return FALSE;
}

/* Whether a moment has its content, or a part of it, in that image. */
static gboolean
is_held(const Observation *world, const MomentDoc *doc, const char *image)
{
    for (guint i = 0; doc->domain && i < doc->disks->len; i++) {
        const OracleDisk *disk = g_ptr_array_index(doc->disks, i);
        const OracleDisk *holder = document_disk(doc->domain->disks, disk->name);
        gboolean holds = g_strcmp0(disk->snapshot, "external") == 0 ||
                         g_strcmp0(disk->snapshot, "internal") == 0;

        if (holds && holder && has_in_chain(world, holder->source, image))
            return TRUE;
    }
    return FALSE;
}

/* What is there already, and would be written to under a domain or a moment. */
static gboolean
is_used(const StepContext *context, const AlignedDisk *aligned)
{
    const Observation *world = context->before;

    if (!aligned->overlay || is_missing(context, aligned))
        return FALSE;
    for (guint i = 0; i < world->domains->len; i++) {
        const ObservedDomain *domain = g_ptr_array_index(world->domains, i);

        if (has_in_chains(world, domain->live, aligned->overlay) ||
            has_in_chains(world, domain->config, aligned->overlay))
            return TRUE;
        for (guint j = 0; j < domain->moments->len; j++) {
            const ObservedMoment *moment = g_ptr_array_index(domain->moments, j);

            if (is_held(world, moment->doc, aligned->overlay))
                return TRUE;
        }
    }
    return FALSE;
}

/* A folder is not made for an overlay: the hypervisor is the one to find that out. */
ALIGNED(has_no_folder, aligned->overlay &&strcmp(aligned->type, "file") == 0 &&
                           !observed_folder_of(context->before, aligned->overlay))

/* One more layer than a driver may stack (SNAP-PREP-029). */
static gboolean
is_chain_full(const StepContext *context, const AlignedDisk *aligned)
{
    const char *at = aligned->disk->source;
    guint layers = 0;

    while (at && layers < 200) {
        at = observed_backing(context->before, at);
        layers++;
    }
    return layers >= 200;
}

/* Profile rfc mixes disks where only disks are asked for. */
static gboolean
takes_no_internal(const StepContext *context)
{
    return context->profile == VM_PROFILE_LIBVIRT &&
           (context->step->flags & VIR_DOMAIN_SNAPSHOT_CREATE_DISK_ONLY) != 0;
}

/* Disks are prepared one by one, so that the first that cannot be decides what the refusal is. */
static gboolean
is_hopeless(const StepContext *context, const AlignedDisk *aligned)
{
    guint32 flags = context->step->flags;
    gboolean active = context->domain && observed_active(context->domain);
    gboolean reuse = (flags & VIR_DOMAIN_SNAPSHOT_CREATE_REUSE_EXT) != 0;

    if (strcmp(aligned->location, "internal") == 0)
        return is_not_qcow2(context, aligned) ||
               (active && (is_read_only(context, aligned) || is_transient(context, aligned) ||
                           takes_no_internal(context)));
    if (strcmp(aligned->location, "external") != 0)
        return FALSE;
    return overlay_not_qcow2(context, aligned) || is_cache_not_qcow2(context, aligned) ||
           is_empty(context, aligned) || is_not_local(context, aligned) ||
           is_shareable(context, aligned) || is_written_by_others(context, aligned) ||
           (active && (is_lun(context, aligned) || is_transient(context, aligned))) ||
           is_block_missing(context, aligned) ||
           (reuse ? is_missing(context, aligned) || is_unfit(context, aligned)
                  : is_in_the_way(context, aligned)) ||
           is_used(context, aligned) || is_chain_full(context, aligned);
}

/* Whether preparation stops at a disk of this location, and so. */
static gboolean
stops_at(const StepContext *context, const char *location, AlignedTest test)
{
    for (guint i = 0; context->alignment && i < context->alignment->disks->len; i++) {
        const AlignedDisk *aligned = g_ptr_array_index(context->alignment->disks, i);

        if (is_hopeless(context, aligned))
            return strcmp(aligned->location, location) == 0 && test(context, aligned);
    }
    return FALSE;
}

ATOM(chain_full, stops_at(context, "external", is_chain_full))
ATOM(any_internal, any_aligned(context, "internal", NULL))
ATOM(any_external, any_aligned(context, "external", NULL))
ATOM(any_manual, any_aligned(context, "manual", NULL))
ATOM(left_out, any_aligned(context, "no", is_left_out) || any_manual(context))
ATOM(internal_refused, stops_at(context, "internal", is_hopeless))
ATOM(internal_not_qcow2, stops_at(context, "internal", is_not_qcow2))
ATOM(internal_read_only, stops_at(context, "internal", is_read_only))
ATOM(internal_transient, stops_at(context, "internal", is_transient))
ATOM(internal_out_of_reach, any_aligned(context, "internal", is_out_of_reach))
ATOM(external_not_qcow2, stops_at(context, "external", overlay_not_qcow2))
ATOM(external_empty, stops_at(context, "external", is_empty))
ATOM(external_cache, stops_at(context, "external", is_cache_not_qcow2))
ATOM(external_not_local, stops_at(context, "external", is_not_local))
ATOM(external_shareable, stops_at(context, "external", is_shareable))
ATOM(external_written, stops_at(context, "external", is_written_by_others))
ATOM(external_lun, stops_at(context, "external", is_lun))
ATOM(external_transient, stops_at(context, "external", is_transient))
ATOM(internal_data_outside, any_aligned(context, "internal", has_data_outside))
ATOM(overlay_missing, stops_at(context, "external", is_missing))
ATOM(overlay_unfit, stops_at(context, "external", is_unfit))
ATOM(overlay_block_missing, stops_at(context, "external", is_block_missing))
ATOM(overlay_used, stops_at(context, "external", is_used))
ATOM(overlay_in_the_way, stops_at(context, "external", is_in_the_way))
ATOM(overlay_without_folder, any_aligned(context, "external", has_no_folder))

const AtomRow atoms_disks[] = {
    {"align:too-many", align_too_many},
    {"align:unknown-disk", align_unknown},
    {"align:duplicate", align_duplicate},
    {"align:not-internal", align_not_internal},
    {"align:source-not-external", align_source},
    {"align:no-path-for-type", align_no_path},
    {"align:no-base-path", align_no_base},
    {"align:base-missing", align_base_missing},
    {"align:same-path", align_same_path},
    {"disks:chain-full", chain_full},
    {"disks:any-internal", any_internal},
    {"disks:any-external", any_external},
    {"disks:any-manual", any_manual},
    {"disks:left-out", left_out},
    {"disks:internal-refused", internal_refused},
    {"disks:internal-not-qcow2", internal_not_qcow2},
    {"disks:internal-read-only", internal_read_only},
    {"disks:internal-transient", internal_transient},
    {"disks:internal-out-of-reach", internal_out_of_reach},
    {"disks:overlay-not-qcow2", external_not_qcow2},
    {"disks:external-empty", external_empty},
    {"disks:overlay-cache-not-qcow2", external_cache},
    {"disks:overlay-not-local", external_not_local},
    {"disks:external-shareable", external_shareable},
    {"disks:external-written", external_written},
    {"disks:external-lun", external_lun},
    {"disks:external-transient", external_transient},
    {"disks:internal-data-outside", internal_data_outside},
    {"disks:overlay-missing", overlay_missing},
    {"disks:overlay-unfit", overlay_unfit},
    {"disks:overlay-block-missing", overlay_block_missing},
    {"disks:overlay-used", overlay_used},
    {"disks:overlay-in-the-way", overlay_in_the_way},
    {"disks:overlay-without-folder", overlay_without_folder},
    {NULL, NULL},
};
