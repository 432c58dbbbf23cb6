/* SPDX-License-Identifier: LGPL-2.1-or-later
 *
 * Atoms about the document handed in.
 */
#include "harness/oracle/atoms.h"

#include <errno.h>
#include <string.h>
#include "harness/oracle/schema.h"

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
ATOM(xml_schema, schema_fits(context->moment_xml ? "domainsnapshot" : "domain", context->step->xml))
ATOM(memory_bad_location, faults(context) & DOC_MEMORY_LOCATION)
ATOM(memory_file_not_external, faults(context) & DOC_MEMORY_FILE_NOT_EXTERNAL)
ATOM(memory_no_file, faults(context) & DOC_MEMORY_NO_FILE)
ATOM(memory_relative, faults(context) & DOC_MEMORY_RELATIVE)
ATOM(disk_no_name, faults(context) & DOC_DISK_NO_NAME)
ATOM(disk_bad_location, faults(context) & DOC_DISK_LOCATION)
ATOM(disk_bad_type, faults(context) & DOC_DISK_TYPE)
ATOM(disk_bad_format, faults(context) & DOC_DISK_FORMAT)
ATOM(disk_relative, faults(context) & DOC_DISK_RELATIVE)

/* What a metadata file may hold at most (SNAP-META-015); a document that is larger by itself gives
 * one that is larger too. */
#define FILE_MAX (1024 * 1024)

ATOM(xml_too_large, context->step->xml &&strlen(context->step->xml) > FILE_MAX)

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
    gint64 seconds;

    if (!text)
        return FALSE;
    /* the schema has no time before 1970, and what is kept must validate */
    errno = 0;
    seconds = g_ascii_strtoll(text, &end, 10);
    return end != text && *end == '\0' && errno == 0 && seconds >= 0;
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
    const DomainDoc *now = context->domain_xml;
    const DomainDoc *then = context->domain ? context->domain->live : NULL;
    const char *abi = then ? then->abi : NULL;

    if (context->image) {
        then = context->image->doc;
        abi = context->image->abi;
    }
    return now && g_strcmp0(now->abi, abi) == 0 && (!then || g_strcmp0(now->name, then->name) == 0);
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
ATOM(domain_shared_format, domain_faults(context) & DOC_SHARED_FORMAT)
ATOM(domain_dumps_core, domain_faults(context) & DOC_CORE_DUMP)
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

const AtomRow atoms_document[] = {
    {"xml:given", xml_given},
    {"xml:well-formed", xml_well_formed},
    {"xml:root", xml_root},
    {"xml:schema", xml_schema},
    {"xml:too-large", xml_too_large},
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
    {"xml.domain:shared-not-raw", domain_shared_format},
    {"xml.domain:dumps-core", domain_dumps_core},
    {"xml.domain:no-name", domain_no_name},
    {"xml.domain:no-target", domain_no_target},
    {"xml.domain:no-source", domain_no_source},
    {"xml.domain:foreign-uuid", domain_foreign},
    {"xml.inactive:foreign-uuid", inactive_foreign},
    {"xml.domain:same-abi", same_abi_as_named},
    {"named.domain:full", named_full},
    {"named.state:live", named_live},
    {"named.state:disk-snapshot", named_disk},
    {NULL, NULL},
};
