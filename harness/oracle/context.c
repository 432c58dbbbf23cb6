/* SPDX-License-Identifier: LGPL-2.1-or-later
 *
 * Putting a step beside the world before it.
 */
#include "harness/oracle/context.h"

#include <string.h>

void
context_init(StepContext *context, const ObserveView *view, const History *history,
             const Observation *before)
{
    memset(context, 0, sizeof(*context));
    context->view = view;
    context->history = history;
    context->before = before;
}

static gboolean
takes_domain_xml(VmCall call)
{
    return call == VM_CALL_DOMAIN_DEFINE_XML || call == VM_CALL_DOMAIN_CREATE_XML ||
           call == VM_CALL_DOMAIN_SAVE || call == VM_CALL_DOMAIN_RESTORE;
}

static const char *
create_fallback(const StepContext *context)
{
    const MomentDoc *doc = context->moment_xml;

    if (context_flag(context, "REDEFINE"))
        return g_strcmp0(doc->state, "disk-snapshot") == 0 || document_is_external(doc)
                   ? "external"
                   : "internal";
    if (context_flag(context, "DISK_ONLY") || g_strcmp0(doc->memory, "external") == 0)
        return "external";
    for (guint i = 0; !observed_active(context->domain) && i < doc->disks->len; i++) {
        const OracleDisk *disk = g_ptr_array_index(doc->disks, i);

        if (g_strcmp0(disk->snapshot, "external") == 0)
            return "external";
    }
    return "internal";
}

static const DomainDoc *
definition_to_align(const StepContext *context)
{
    const ObservedDomain *domain = context->domain;

    if (!context_flag(context, "REDEFINE"))
        return observed_active(domain) ? domain->live : domain->config;
    if (context->moment_xml->domain)
        return context->moment_xml->domain;
    return context->named ? context->named->doc->domain : NULL;
}

static void
context_create(StepContext *context)
{
    const MomentDoc *doc = context->moment_xml;
    const DomainDoc *definition;

    if (!context->domain || doc->faults & (DOC_NOT_WELL_FORMED | DOC_WRONG_ROOT))
        return;
    context->named = observed_moment(context->domain, doc->name);
    definition = definition_to_align(context);
    if (definition)
        context->alignment = alignment_new(context->before, doc, definition,
                                           create_fallback(context), doc->name ? doc->name : "");
}

void
context_step(StepContext *context, const OracleStep *step, VmProfile profile)
{
    context->step = step;
    context->profile = profile;
    context->domain_name = step->domain;
    if (step->xml && step->call == VM_CALL_SNAPSHOT_CREATE_XML)
        context->moment_xml = document_moment(context->view->cache, step->xml);
    if (step->xml && takes_domain_xml(step->call))
        context->domain_xml = document_domain(context->view->cache, step->xml);
    if (step->call == VM_CALL_DOMAIN_RESTORE)
        context->image = history_image(context->history, step->argument);
    if (context->image)
        context->domain_name = context->image->domain;
    if (context->domain_xml && context->domain_xml->name && step->call != VM_CALL_DOMAIN_SAVE &&
        step->call != VM_CALL_DOMAIN_RESTORE)
        context->domain_name = context->domain_xml->name;
    if (!context->domain_name)
        context->domain_name = "";
    context->domain = observed_domain(context->before, context->domain_name);
    if (context->domain)
        context->moment = observed_moment(context->domain, step->moment);
    if (step->call == VM_CALL_DOMAIN_CREATE && context->domain && context->domain->managed_save)
        context->image = history_managed(context->history, context->domain_name);
    if (context->moment_xml)
        context_create(context);
}

void
context_clear(StepContext *context)
{
    g_clear_pointer(&context->alignment, alignment_free);
}

gboolean
context_flag(const StepContext *context, const char *name)
{
    const VmFlagInfo *flag = vm_flag_by_name(context->step->call, name);

    return flag && (context->step->flags & flag->value) != 0;
}
