/* SPDX-License-Identifier: LGPL-2.1-or-later
 *
 * Atoms about the call, the domain and the moment: a table from name to
 * question.  Those about documents stand in atoms_document.c.
 */
#include "harness/oracle/atoms.h"

#include <string.h>

/* ---- the domain ---- */

ATOM(domain_exists, context->domain != NULL)
ATOM(domain_active, context->domain &&observed_active(context->domain))
ATOM(domain_persistent, context->domain && context->domain->persistent)
ATOM(domain_agent, context->domain && context->domain->live->agent)
ATOM(domain_restarts, context->domain && context->domain->live->restarts)
ATOM(domain_preserved, context->domain && context->domain->live->preserved)
ATOM(managed_save_exists, context->domain && context->domain->managed_save)
ATOM(snapshots_any, context->domain && context->domain->moments->len > 0)
ATOM(current_any, context->domain && context->domain->current)
ATOM(domain_stored,
     context->domain &&g_hash_table_contains(context->history->stored, context->domain_name))
ATOM(image_known, context->image != NULL)
ATOM(argument_no_file,
     context->step->argument && !observed_file(context->before, context->step->argument))

/* Whether something lies where a save image is to go, or its unfinished form. */
static gboolean
argument_file_taken(const StepContext *context)
{
    const char *path = context->step->argument;
    g_autofree char *partial = path ? g_strconcat(path, ".partial", NULL) : NULL;

    return path && context->view->files &&
           (observed_file(context->before, path) || observed_file(context->before, partial));
}

ATOM(argument_no_folder, context->step->argument && context->view->files &&
                             !observed_folder_of(context->before, context->step->argument))
ATOM(image_paused, context->image && context->image->paused)
ATOM(image_other_uuid,
     context->image && context->domain && strcmp(context->image->uuid, context->domain->uuid) != 0)

ATOM(image_stale, context->image && context->image->stale)

static gboolean
image_uuid_of_another(const StepContext *context)
{
    for (guint i = 0; context->image && i < context->before->domains->len; i++) {
        const ObservedDomain *other = g_ptr_array_index(context->before->domains, i);

        if (strcmp(other->uuid, context->image->uuid) == 0 &&
            g_strcmp0(other->name, context->domain_name) != 0)
            return TRUE;
    }
    return FALSE;
}

static gboolean
any_transient(const DomainDoc *doc)
{
    for (guint i = 0; i < doc->disks->len; i++) {
        if (((const OracleDisk *)g_ptr_array_index(doc->disks, i))->transient)
            return TRUE;
    }
    return FALSE;
}

ATOM(live_transient_disk, context->domain &&any_transient(context->domain->live))

/* An overlay wants a disk in a writable file. */
static gboolean
transient_unfit(const DomainDoc *doc)
{
    for (guint i = 0; i < doc->disks->len; i++) {
        const OracleDisk *disk = g_ptr_array_index(doc->disks, i);

        if (disk->transient &&
            (!disk->source || disk->readonly || strcmp(disk->type, "file") != 0 ||
             strcmp(disk->device, "disk") != 0))
            return TRUE;
    }
    return FALSE;
}

ATOM(xml_transient_unfit, context->domain_xml &&transient_unfit(context->domain_xml))

static gboolean
kept_foreign(const StepContext *context)
{
    GHashTableIter iter;
    HistoryKept *kept;

    g_hash_table_iter_init(&iter, context->history->kept);
    while (g_hash_table_iter_next(&iter, NULL, (gpointer *)&kept)) {
        if (g_strcmp0(kept->domain, context->domain_name) == 0 &&
            g_strcmp0(kept->uuid, context->domain_xml ? context->domain_xml->uuid : NULL) != 0)
            return TRUE;
    }
    return FALSE;
}

/* ---- arguments ---- */

static gboolean
name_taken(const StepContext *context)
{
    return observed_domain(context->before, context->step->argument) != NULL;
}

ATOM(flags_unknown,
     (context->step->flags & ~vm_call_mask(context->step->call, context->profile)) != 0)
ATOM(argument_empty, !context->step->argument || !*context->step->argument)
ATOM(argument_own, g_strcmp0(context->step->argument, context->domain_name) == 0)
ATOM(argument_slash, context->step->argument &&strchr(context->step->argument, '/'))
ATOM(argument_newline, context->step->argument &&strchr(context->step->argument, '\n'))
ATOM(argument_negative, context->step->argument && * context->step->argument == '-')

/* ---- the moment ---- */

static gboolean
has_children(const StepContext *context)
{
    for (guint i = 0; context->moment && i < context->domain->moments->len; i++) {
        const ObservedMoment *other = g_ptr_array_index(context->domain->moments, i);

        if (g_strcmp0(other->doc->parent, context->moment->name) == 0)
            return TRUE;
    }
    return FALSE;
}

static gboolean
has_many_children(const StepContext *context)
{
    guint children = 0;

    for (guint i = 0; context->moment && i < context->domain->moments->len; i++) {
        const ObservedMoment *other = g_ptr_array_index(context->domain->moments, i);

        children += g_strcmp0(other->doc->parent, context->moment->name) == 0;
    }
    return children > 1;
}

ATOM(moment_exists, context->moment != NULL)
ATOM(moment_parent, context->moment && context->moment->doc->parent)
ATOM(moment_external, context->moment &&document_is_external(context->moment->doc))
ATOM(moment_live, context->moment &&document_is_live(context->moment->doc))
ATOM(moment_pmsuspended,
     context->moment &&g_strcmp0(context->moment->doc->state, "pmsuspended") == 0)
ATOM(moment_offline, context->moment && !moment_live(context) && !moment_pmsuspended(context))
ATOM(moment_full, context->moment && context->moment->doc->domain)

/* What a revert renews in any case is no difference. */
static const char *
plain_abi(const DomainDoc *doc)
{
    return doc->plain_abi ? doc->plain_abi : doc->abi;
}

ATOM(moment_same_abi, context->moment && (!context->moment->doc->domain ||
                                          g_strcmp0(plain_abi(context->moment->doc->domain),
                                                    plain_abi(context->domain->live)) == 0))

/* Whether no drive has got a medium since, or lost it: a process has none without. */
static gboolean
moment_same_drives(const StepContext *context)
{
    const DomainDoc *then = context->moment ? context->moment->doc->domain : NULL;

    for (guint i = 0; then && i < then->disks->len; i++) {
        const OracleDisk *disk = g_ptr_array_index(then->disks, i);
        const OracleDisk *now = document_disk(context->domain->live->disks, disk->name);

        if (now && !now->source != !disk->source)
            return FALSE;
    }
    return TRUE;
}

ATOM(moment_genid,
     context->moment && context->moment->doc->domain && context->moment->doc->domain->plain_abi)
ATOM(current_moment,
     context->moment &&g_strcmp0(context->domain->current, context->moment->name) == 0)
ATOM(current_below,
     context->moment && context->domain->current &&
         observed_is_below(context->domain, context->domain->current, context->moment->name))

static gboolean
moment_same_tops(const StepContext *context)
{
    return context->moment && !tops_differ(context, context->moment, NULL);
}

static gboolean
moment_below_overlay(const StepContext *context)
{
    gboolean in_chain = FALSE;

    return context->moment && tops_differ(context, context->moment, &in_chain) && in_chain;
}

static gboolean
moment_in_images(const StepContext *context)
{
    return context->moment && tags_present(context, context->moment);
}

/* Whether an image that is to go back has bitmaps, which cannot. */
static gboolean
moment_over_bitmaps(const StepContext *context)
{
    const MomentDoc *doc = context->moment ? context->moment->doc : NULL;
    const DomainDoc *then = doc && doc->domain ? doc->domain : NULL;

    for (guint i = 0; then && i < doc->disks->len; i++) {
        const OracleDisk *disk = g_ptr_array_index(doc->disks, i);
        const OracleDisk *holder = document_disk(then->disks, disk->name);
        const ObservedImage *image =
            holder ? observed_image(context->before, holder->source) : NULL;

        if (g_strcmp0(disk->snapshot, "internal") == 0 && image && image->bitmaps->len > 0)
            return TRUE;
    }
    return FALSE;
}

/* Whether every internal disk of the moment is one of the definition that it holds. */
static gboolean
moment_own_disks(const StepContext *context)
{
    const MomentDoc *doc = context->moment ? context->moment->doc : NULL;

    for (guint i = 0; doc && doc->domain && i < doc->disks->len; i++) {
        const OracleDisk *disk = g_ptr_array_index(doc->disks, i);

        if (g_strcmp0(disk->snapshot, "internal") == 0 &&
            !document_disk(doc->domain->disks, disk->name))
            return FALSE;
    }
    return TRUE;
}

static gboolean
moment_memory(const StepContext *context)
{
    return context->moment && memory_present(context, context->moment);
}

/* ---- what a delete would take with it ---- */

/* Flags that only a delete has. */
static gboolean
is_victim(const StepContext *context, const ObservedMoment *moment)
{
    guint32 flags = context->step->call == VM_CALL_SNAPSHOT_DELETE ? context->step->flags : 0;
    gboolean only_below = (flags & VIR_DOMAIN_SNAPSHOT_DELETE_CHILDREN_ONLY) != 0;

    if (moment == context->moment)
        return !only_below;
    return (only_below || (flags & VIR_DOMAIN_SNAPSHOT_DELETE_CHILDREN)) &&
           observed_is_below(context->domain, moment->name, context->moment->name);
}

static gboolean
victims_external(const StepContext *context)
{
    for (guint i = 0; context->moment && i < context->domain->moments->len; i++) {
        const ObservedMoment *moment = g_ptr_array_index(context->domain->moments, i);

        if (is_victim(context, moment) && document_is_external(moment->doc))
            return TRUE;
    }
    return FALSE;
}

static gboolean
victims_other_tops(const StepContext *context)
{
    for (guint i = 0; context->moment && i < context->domain->moments->len; i++) {
        const ObservedMoment *moment = g_ptr_array_index(context->domain->moments, i);

        if (is_victim(context, moment) && tops_differ(context, moment, NULL))
            return TRUE;
    }
    return FALSE;
}

/* Whether an image that the moment has a tag in cannot be written; that of a disk which the domain
 * no longer has may be gone where `gone_with_disk`. */
static gboolean
tags_out_of_reach(const StepContext *context, const ObservedMoment *moment, gboolean gone_with_disk)
{
    const DomainDoc *then = moment->doc->domain ? moment->doc->domain : context->domain->config;

    for (guint i = 0; context->view->files && i < moment->doc->disks->len; i++) {
        const OracleDisk *disk = g_ptr_array_index(moment->doc->disks, i);
        const OracleDisk *old = document_disk(then->disks, disk->name);

        if (!old || g_strcmp0(disk->snapshot, "internal") != 0 ||
            (gone_with_disk && !document_disk(context->domain->config->disks, disk->name) &&
             !observed_file(context->before, old->source)))
            continue;
        if (image_unusable(context, old))
            return TRUE;
    }
    return FALSE;
}

ATOM(moment_out_of_reach, context->moment &&tags_out_of_reach(context, context->moment, FALSE))

static gboolean
victims_out_of_reach(const StepContext *context)
{
    for (guint i = 0; context->moment && i < context->domain->moments->len; i++) {
        const ObservedMoment *moment = g_ptr_array_index(context->domain->moments, i);

        if (is_victim(context, moment) && tags_out_of_reach(context, moment, TRUE))
            return TRUE;
    }
    return FALSE;
}

static gboolean
misses_disk(const StepContext *context, const ObservedMoment *moment)
{
    for (guint i = 0; i < moment->doc->disks->len; i++) {
        const OracleDisk *disk = g_ptr_array_index(moment->doc->disks, i);

        if (g_strcmp0(disk->snapshot, "internal") == 0 &&
            !document_disk(context->domain->live->disks, disk->name))
            return TRUE;
    }
    return FALSE;
}

static gboolean
lacks_own_disk(const StepContext *context, const ObservedMoment *moment)
{
    const DomainDoc *then = moment->doc->domain;

    (void)context;
    for (guint i = 0; then && i < moment->doc->disks->len; i++) {
        const OracleDisk *disk = g_ptr_array_index(moment->doc->disks, i);

        if (g_strcmp0(disk->snapshot, "external") == 0 && !document_disk(then->disks, disk->name))
            return TRUE;
    }
    return FALSE;
}

/* The domain stands on the moment, but has its disk no more. */
static gboolean
lacks_working_disk(const StepContext *context, const ObservedMoment *moment)
{
    const ObservedDomain *domain = context->domain;
    const char *current = domain->current;

    if (!current ||
        (strcmp(current, moment->name) != 0 && !observed_is_below(domain, current, moment->name)))
        return FALSE;
    for (guint i = 0; i < moment->doc->disks->len; i++) {
        const OracleDisk *disk = g_ptr_array_index(moment->doc->disks, i);

        if (g_strcmp0(disk->snapshot, "external") == 0 &&
            !document_disk(domain->live->disks, disk->name) &&
            !document_disk(domain->config->disks, disk->name))
            return TRUE;
    }
    return FALSE;
}

static gboolean
any_victim(const StepContext *context,
           gboolean (*is)(const StepContext *context, const ObservedMoment *moment))
{
    for (guint i = 0; context->moment && i < context->domain->moments->len; i++) {
        const ObservedMoment *moment = g_ptr_array_index(context->domain->moments, i);

        if (is_victim(context, moment) && is(context, moment))
            return TRUE;
    }
    return FALSE;
}

ATOM(victims_disk_gone, any_victim(context, misses_disk))
ATOM(victims_own_disk_missing, any_victim(context, lacks_own_disk))
ATOM(victims_working_disk_gone, any_victim(context, lacks_working_disk))

static gboolean
kept_for(const StepContext *context, const char *name)
{
    GHashTableIter iter;
    HistoryKept *kept;

    g_hash_table_iter_init(&iter, context->history->kept);
    while (g_hash_table_iter_next(&iter, NULL, (gpointer *)&kept)) {
        if (g_strcmp0(kept->domain, name) == 0)
            return TRUE;
    }
    return FALSE;
}

static gboolean
argument_foreign(const StepContext *context)
{
    return kept_for(context, context->step->argument);
}

/* Only an event tells whether the guest heeded the button. */
static gboolean
guest_answers(const StepContext *context)
{
    return !context->events || context->events->len > 0;
}

const AtomRow atoms_world[] = {
    {"flags:unknown", flags_unknown},
    {"domain:exists", domain_exists},
    {"domain:active", domain_active},
    {"domain:persistent", domain_persistent},
    {"domain:agent", domain_agent},
    {"domain:restarts", domain_restarts},
    {"domain:preserved", domain_preserved},
    {"domain:stored", domain_stored},
    {"domain:live-transient-disk", live_transient_disk},
    {"xml.domain:transient-unfit", xml_transient_unfit},
    {"kept:foreign", kept_foreign},
    {"managed-save:exists", managed_save_exists},
    {"snapshots:any", snapshots_any},
    {"current:any", current_any},
    {"current:moment", current_moment},
    {"current:below-moment", current_below},
    {"image:known", image_known},
    {"image:paused", image_paused},
    {"image:stale", image_stale},
    {"image.uuid:of-another", image_uuid_of_another},
    {"image.domain:other-uuid", image_other_uuid},
    {"argument:empty", argument_empty},
    {"argument:own-name", argument_own},
    {"argument:name-taken", name_taken},
    {"argument:slash", argument_slash},
    {"argument:newline", argument_newline},
    {"argument:negative", argument_negative},
    {"argument:no-file", argument_no_file},
    {"argument:no-folder", argument_no_folder},
    {"argument:file-taken", argument_file_taken},
    {"moment:exists", moment_exists},
    {"moment:parent", moment_parent},
    {"moment:children", has_children},
    {"moment:many-children", has_many_children},
    {"moment:external", moment_external},
    {"moment:live", moment_live},
    {"moment:offline", moment_offline},
    {"moment:pmsuspended", moment_pmsuspended},
    {"moment:same-abi", moment_same_abi},
    {"moment:genid", moment_genid},
    {"moment:same-drives", moment_same_drives},
    {"moment:same-tops", moment_same_tops},
    {"moment:below-overlay", moment_below_overlay},
    {"moment:in-images", moment_in_images},
    {"moment:over-bitmaps", moment_over_bitmaps},
    {"moment:own-disks", moment_own_disks},
    {"moment:out-of-reach", moment_out_of_reach},
    {"moment.domain:full", moment_full},
    {"victims:any-external", victims_external},
    {"victims:any-other-tops", victims_other_tops},
    {"victims:any-disk-gone", victims_disk_gone},
    {"victims:out-of-reach", victims_out_of_reach},
    {"victims:own-disk-missing", victims_own_disk_missing},
    {"victims:working-disk-gone", victims_working_disk_gone},
    {"argument:foreign-metadata", argument_foreign},
    {"guest:answers", guest_answers},
    {"moment:memory-in-images", moment_memory},
    {NULL, NULL},
};

/* Families: the rest of the name is the value. */
static gboolean
state_is(const StepContext *context, const char *word)
{
    return context->domain && g_strcmp0(vm_enum_word("state", context->domain->state), word) == 0;
}

static gboolean
moment_state_is(const StepContext *context, const char *word)
{
    return context->moment && g_strcmp0(context->moment->doc->state, word) == 0;
}

static gboolean
profile_is(const StepContext *context, const char *word)
{
    return context->profile == (strcmp(word, "rfc") == 0 ? VM_PROFILE_RFC : VM_PROFILE_LIBVIRT);
}

/* Asked for its name alone: is_unknown() comes first. */
static gboolean
nobody_knows(const StepContext *context G_GNUC_UNUSED, const char *what G_GNUC_UNUSED)
{
    return FALSE;
}

const AtomFamily atoms_families[] = {
    {"profile:", profile_is},           {"flag:", context_flag},      {"state:", state_is},
    {"moment.state:", moment_state_is}, {"undecided:", nobody_knows}, {NULL, NULL},
};

/* Metadata of a name that no domain has, put there behind the driver's back. */
static gboolean
has_leftovers(const StepContext *context, const char *name)
{
    g_autofree char *folder = g_strdup_printf("/snapshot/%s/", name ? name : "");

    return name && !observed_domain(context->before, name) && !kept_for(context, name) &&
           observed_any_path(context->before, folder);
}

/* ---- what the oracle has not seen happen is not known ---- */

static gboolean
always(const StepContext *context G_GNUC_UNUSED)
{
    return TRUE;
}

static gboolean
image_unheard_of(const StepContext *context)
{
    return !context->image && !argument_no_file(context);
}

static gboolean
no_image(const StepContext *context)
{
    return !context->image;
}

/* Nothing is merged where none is external. */
static gboolean
merged_unseen(const StepContext *context)
{
    return !context->view->files && victims_external(context);
}

/* What is on top has nothing over it. */
static gboolean
not_on_top_unseen(const StepContext *context)
{
    return !context->view->files && !moment_same_tops(context);
}

static gboolean
no_argument(const StepContext *context)
{
    return !context->step->argument;
}

static gboolean
domain_leftovers(const StepContext *context)
{
    return has_leftovers(context, context->domain_name);
}

static gboolean
argument_leftovers(const StepContext *context)
{
    return has_leftovers(context, context->step->argument);
}

const AtomRow atoms_doubts[] = {
    {"undecided:", always},
    {"image:known", image_unheard_of},
    {"image:", no_image},
    {"image.", no_image},
    {"victims:over-tags", merged_unseen},
    {"victims:over-bitmaps", merged_unseen},
    {"victims:over-broken", merged_unseen},
    {"moment:written-under", not_on_top_unseen},
    {"moment:memory-foreign", memory_is_strange},
    {"argument:negative", no_argument},
    {"kept:foreign", domain_leftovers},
    {"argument:foreign-metadata", argument_leftovers},
    {NULL, NULL},
};
