/* SPDX-License-Identifier: LGPL-2.1-or-later
 *
 * Atoms about the document handed in, and about what it wants of the disks.
 */
#include "harness/oracle/atoms.h"

#include <string.h>

#define ATOM(name, expression)                                                                     \
    static gboolean name(const StepContext *context)                                               \
    {                                                                                              \
        return (expression);                                                                       \
    }

static guint
faults(const StepContext *context)
{
    if (context->moment_xml)
        return context->moment_xml->faults;
    return context->domain_xml ? context->domain_xml->faults : DOC_NOT_WELL_FORMED;
}

static const char *
document_name(const StepContext *context)
{
    if (context->moment_xml)
        return context->moment_xml->name;
    return context->domain_xml ? context->domain_xml->name : NULL;
}

/* ---- the document as such ---- */

ATOM(xml_given, context->moment_xml || context->domain_xml)
ATOM(xml_well_formed, !(faults(context) & DOC_NOT_WELL_FORMED))
ATOM(xml_root, !(faults(context) & DOC_WRONG_ROOT))
ATOM(xml_schema, !(faults(context) & DOC_NOT_SCHEMA))
ATOM(memory_bad_location, faults(context) & DOC_MEMORY_LOCATION)
ATOM(memory_file_not_external, faults(context) & DOC_MEMORY_FILE_NOT_EXTERNAL)
ATOM(memory_no_file, faults(context) & DOC_MEMORY_NO_FILE)
ATOM(memory_relative, faults(context) & DOC_MEMORY_RELATIVE)
ATOM(disk_no_name, faults(context) & DOC_DISK_NO_NAME)
ATOM(disk_bad_location, faults(context) & DOC_DISK_LOCATION)
ATOM(disk_bad_type, faults(context) & DOC_DISK_TYPE)
ATOM(disk_bad_format, faults(context) & DOC_DISK_FORMAT)
ATOM(disk_relative, faults(context) & DOC_DISK_RELATIVE)

static gboolean
memory_is(const StepContext *context, const char *location)
{
    return context->moment_xml && g_strcmp0(context->moment_xml->memory, location) == 0;
}

ATOM(memory_no, memory_is(context, "no"))
ATOM(memory_internal, memory_is(context, "internal"))
ATOM(memory_external, memory_is(context, "external"))

/* ---- its name ---- */

static gboolean
name_is_unwritable(const StepContext *context)
{
    const char *name = document_name(context);

    if (!name)
        return FALSE;
    for (const char *at = name; *at; at++) {
        if (g_ascii_iscntrl(*at))
            return TRUE;
    }
    return strlen(name) > 240;
}

static gboolean
name_is_digits(const StepContext *context)
{
    const char *name = document_name(context);
    gsize length = name ? strlen(name) : 0;

    return length >= 1 && length <= 9 && strspn(name, "0123456789") == length;
}

static gboolean
name_in_image(const StepContext *context)
{
    const char *name = document_name(context);

    for (guint i = 0; name && context->alignment && i < context->alignment->disks->len; i++) {
        const AlignedDisk *aligned = g_ptr_array_index(context->alignment->disks, i);

        if (strcmp(aligned->location, "internal") == 0 &&
            image_has_tag(context, aligned->disk->source, name, FALSE))
            return TRUE;
    }
    return FALSE;
}

ATOM(name_beyond_tag, document_name(context) && strlen(document_name(context)) > 255)
ATOM(name_given, document_name(context) != NULL)
ATOM(name_slash, document_name(context) && strchr(document_name(context), '/'))
ATOM(name_dot, document_name(context) && *document_name(context) == '.')
ATOM(name_newline, document_name(context) && strchr(document_name(context), '\n'))
ATOM(name_exists, context->named != NULL)

/* ---- a redefinition ---- */

static const char *
document_state(const StepContext *context)
{
    return context->moment_xml ? context->moment_xml->state : NULL;
}

static gboolean
state_known(const StepContext *context)
{
    int value =
        vm_enum_value("snapshot-state", document_state(context) ? document_state(context) : "");

    return value > 0;
}

static gboolean
time_valid(const StepContext *context)
{
    const char *text = context->moment_xml ? context->moment_xml->creation_time : NULL;
    char *end = NULL;

    if (!text)
        return FALSE;
    g_ascii_strtoll(text, &end, 10);
    return end != text && *end == '\0';
}

static const char *
document_parent(const StepContext *context)
{
    return context->moment_xml ? context->moment_xml->parent : NULL;
}

static gboolean
parent_descendant(const StepContext *context)
{
    return context->named && document_parent(context) &&
           observed_is_below(context->domain, document_parent(context), context->named->name);
}

static gboolean
same_abi_as_named(const StepContext *context)
{
    const DomainDoc *now = context->moment_xml->domain;
    const DomainDoc *then = context->named ? context->named->doc->domain : NULL;

    return now && then && g_strcmp0(now->abi, then->abi) == 0 &&
           g_strcmp0(now->name, then->name) == 0;
}

static gboolean
same_abi_as_running(const StepContext *context)
{
    const char *abi = context->domain ? context->domain->live->abi : NULL;

    if (context->image)
        abi = context->image->abi;
    return context->domain_xml && g_strcmp0(context->domain_xml->abi, abi) == 0;
}

static gboolean
domain_bad(const StepContext *context)
{
    if (context->domain_xml)
        return (context->domain_xml->faults & DOC_BAD) != 0;
    return context->moment_xml && context->moment_xml->domain &&
           (context->moment_xml->domain->faults & DOC_BAD);
}

static gboolean
uuid_of_another(const StepContext *context)
{
    const char *uuid = context->domain_xml ? context->domain_xml->uuid : NULL;

    for (guint i = 0; uuid && i < context->before->domains->len; i++) {
        const ObservedDomain *other = g_ptr_array_index(context->before->domains, i);

        if (g_ascii_strcasecmp(other->uuid, uuid) == 0 &&
            strcmp(other->name, context->domain_name) != 0)
            return TRUE;
    }
    return FALSE;
}

static guint
domain_faults(const StepContext *context)
{
    if (context->domain_xml)
        return context->domain_xml->faults;
    return context->moment_xml && context->moment_xml->domain ? context->moment_xml->domain->faults
                                                              : 0;
}

static gboolean
inactive_foreign(const StepContext *context)
{
    const DomainDoc *inactive = context->moment_xml ? context->moment_xml->inactive : NULL;

    return inactive && inactive->uuid && context->domain &&
           g_ascii_strcasecmp(inactive->uuid, context->domain->uuid) != 0;
}

ATOM(domain_backing, domain_faults(context) & DOC_BACKING)
ATOM(domain_no_name,
     context->moment_xml && context->moment_xml->domain && !context->moment_xml->domain->name)
ATOM(domain_no_target, domain_faults(context) & DOC_NO_TARGET)
ATOM(domain_no_source, domain_faults(context) & DOC_NO_SOURCE)
ATOM(state_given, document_state(context) != NULL)
ATOM(state_live, context->moment_xml &&document_is_live(context->moment_xml))
ATOM(state_shutoff, g_strcmp0(document_state(context), "shutoff") == 0)
ATOM(state_disk, g_strcmp0(document_state(context), "disk-snapshot") == 0)
ATOM(state_pmsuspended, g_strcmp0(document_state(context), "pmsuspended") == 0)
ATOM(state_blocked, g_strcmp0(document_state(context), "blocked") == 0)
ATOM(parent_given, document_parent(context) != NULL)
ATOM(parent_itself,
     document_parent(context) && g_strcmp0(document_parent(context), document_name(context)) == 0)
ATOM(parent_exists, context->domain &&observed_moment(context->domain, document_parent(context)))
ATOM(domain_full, context->moment_xml && context->moment_xml->domain)
ATOM(domain_foreign,
     context->domain &&domain_full(context) && context->moment_xml->domain->uuid &&
         g_ascii_strcasecmp(context->moment_xml->domain->uuid, context->domain->uuid) != 0)
ATOM(named_full, context->named && context->named->doc->domain)
ATOM(named_live, context->named &&document_is_live(context->named->doc))
ATOM(named_disk, context->named &&g_strcmp0(context->named->doc->state, "disk-snapshot") == 0)
ATOM(name_of_another,
     context->domain && context->domain_xml &&
         (!context->domain_xml->uuid ||
          g_ascii_strcasecmp(context->domain_xml->uuid, context->domain->uuid) != 0))

/* ---- alignment ---- */

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
ALIGNED(overlay_not_qcow2, aligned->format &&strcmp(aligned->format, "qcow2") != 0 &&
                               strcmp(aligned->format, "qed") != 0)
ALIGNED(is_cache_not_qcow2,
        aligned->cache && aligned->format && strcmp(aligned->format, "qcow2") != 0)
ALIGNED(is_not_local, strcmp(aligned->type, "file") != 0 && strcmp(aligned->type, "block") != 0)
ALIGNED(is_shareable, aligned->disk->shareable && !aligned->disk->readonly)
ALIGNED(is_lun, g_strcmp0(aligned->disk->device, "lun") == 0)
ALIGNED(is_transient, aligned->disk->transient)
ALIGNED(is_left_out, aligned->disk->source && !aligned->disk->readonly)
ALIGNED(is_missing, aligned->overlay && !observed_file(context->before, aligned->overlay))
ALIGNED(is_block_missing, is_missing(context, aligned) && strcmp(aligned->type, "block") == 0)

/* What is reused has the format that is said and rests on the disk's image. */
static gboolean
is_unfit(const StepContext *context, const AlignedDisk *aligned)
{
    json_t *file = observed_image(context->before, aligned->overlay);
    const char *format = json_string_value(json_object_get(file, "format"));
    const char *backing = json_string_value(json_object_get(file, "backing"));
    gboolean unfit = file && (g_strcmp0(format, aligned->format ? aligned->format : "qcow2") != 0 ||
                              g_strcmp0(backing, aligned->disk->source) != 0);

    return unfit;
}

/* A file that holds anything is not overwritten. */
static gboolean
is_in_the_way(const StepContext *context, const AlignedDisk *aligned)
{
    return aligned->overlay && strcmp(aligned->type, "file") == 0 &&
           observed_file_size(context->before, aligned->overlay) > 0;
}

ATOM(any_internal, any_aligned(context, "internal", NULL))
ATOM(any_external, any_aligned(context, "external", NULL))
ATOM(any_manual, any_aligned(context, "manual", NULL))
ATOM(left_out, any_aligned(context, "no", is_left_out) || any_manual(context))
ATOM(internal_not_qcow2, any_aligned(context, "internal", is_not_qcow2))
ATOM(external_not_qcow2, any_aligned(context, "external", overlay_not_qcow2))
ATOM(external_cache, any_aligned(context, "external", is_cache_not_qcow2))
ATOM(external_not_local, any_aligned(context, "external", is_not_local))
ATOM(external_shareable, any_aligned(context, "external", is_shareable))
ATOM(external_lun, any_aligned(context, "external", is_lun))
ATOM(external_transient, any_aligned(context, "external", is_transient))
ATOM(overlay_missing, any_aligned(context, "external", is_missing))
ATOM(overlay_unfit, any_aligned(context, "external", is_unfit))
ATOM(overlay_block_missing, any_aligned(context, "external", is_block_missing))
ATOM(overlay_in_the_way, any_aligned(context, "external", is_in_the_way))

const AtomRow atoms_document[] = {
    {"xml:given", xml_given},
    {"xml:well-formed", xml_well_formed},
    {"xml:root", xml_root},
    {"xml:schema", xml_schema},
    {"xml:same-abi", same_abi_as_running},
    {"xml.memory:bad-location", memory_bad_location},
    {"xml.memory:file-not-external", memory_file_not_external},
    {"xml.memory:external-no-file", memory_no_file},
    {"xml.memory:relative-file", memory_relative},
    {"xml.memory:no", memory_no},
    {"xml.memory:internal", memory_internal},
    {"xml.memory:external", memory_external},
    {"xml.disk:no-name", disk_no_name},
    {"xml.disk:bad-location", disk_bad_location},
    {"xml.disk:bad-type", disk_bad_type},
    {"xml.disk:bad-format", disk_bad_format},
    {"xml.disk:relative-source", disk_relative},
    {"xml.name:given", name_given},
    {"xml.name:slash", name_slash},
    {"xml.name:dot", name_dot},
    {"xml.name:newline", name_newline},
    {"xml.name:unwritable", name_is_unwritable},
    {"xml.name:digits", name_is_digits},
    {"xml.name:beyond-a-tag", name_beyond_tag},
    {"xml.name:of-another", name_of_another},
    {"xml.uuid:of-another", uuid_of_another},
    {"name:exists", name_exists},
    {"name:in-image", name_in_image},
    {"xml.state:given", state_given},
    {"xml.state:known", state_known},
    {"xml.state:live", state_live},
    {"xml.state:shutoff", state_shutoff},
    {"xml.state:disk-snapshot", state_disk},
    {"xml.state:pmsuspended", state_pmsuspended},
    {"xml.state:blocked", state_blocked},
    {"xml.creation-time:valid", time_valid},
    {"xml.parent:given", parent_given},
    {"xml.parent:itself", parent_itself},
    {"xml.parent:exists", parent_exists},
    {"xml.parent:descendant", parent_descendant},
    {"xml.domain:full", domain_full},
    {"xml.domain:bad", domain_bad},
    {"xml.domain:backing-incomplete", domain_backing},
    {"xml.domain:no-name", domain_no_name},
    {"xml.domain:no-target", domain_no_target},
    {"xml.domain:no-source", domain_no_source},
    {"xml.domain:foreign-uuid", domain_foreign},
    {"xml.inactive:foreign-uuid", inactive_foreign},
    {"xml.domain:same-abi", same_abi_as_named},
    {"named.domain:full", named_full},
    {"named.state:live", named_live},
    {"named.state:disk-snapshot", named_disk},
    {"align:too-many", align_too_many},
    {"align:unknown-disk", align_unknown},
    {"align:duplicate", align_duplicate},
    {"align:not-internal", align_not_internal},
    {"align:source-not-external", align_source},
    {"align:no-path-for-type", align_no_path},
    {"align:no-base-path", align_no_base},
    {"align:base-missing", align_base_missing},
    {"align:same-path", align_same_path},
    {"disks:any-internal", any_internal},
    {"disks:any-external", any_external},
    {"disks:any-manual", any_manual},
    {"disks:left-out", left_out},
    {"disks:internal-not-qcow2", internal_not_qcow2},
    {"disks:overlay-not-qcow2", external_not_qcow2},
    {"disks:overlay-cache-not-qcow2", external_cache},
    {"disks:overlay-not-local", external_not_local},
    {"disks:external-shareable", external_shareable},
    {"disks:external-lun", external_lun},
    {"disks:external-transient", external_transient},
    {"disks:overlay-missing", overlay_missing},
    {"disks:overlay-unfit", overlay_unfit},
    {"disks:overlay-block-missing", overlay_block_missing},
    {"disks:overlay-in-the-way", overlay_in_the_way},
    {NULL, NULL},
};
