/* SPDX-License-Identifier: LGPL-2.1-or-later
 *
 * Snapshots with a part outside of the images: an overlay above each of them,
 * a memory file, or both; disks of profile rfc may hold their part inside
 * beside others that do not.  All that can fail is done first, the metadata and
 * the new definitions are recorded, and then the disks are switched: live by
 * one transaction, off by the saved definition.
 */
#include "spec/driver/snapshot_memory.h"
#include "spec/driver/snapshot_overlay.h"

#define CREATE(name) VIR_DOMAIN_SNAPSHOT_CREATE_##name

/* What the call makes, what it changes of the domain, and what that was. */
typedef struct {
    GPtrArray *overlays;
    VmDomainDef *def, *next_def;         /* to be */
    VmDomainDef *old_def, *old_next_def; /* as they were */
    int state, reason;                   /* as they were */
} Change;

static void
change_clear(Change *change)
{
    g_clear_pointer(&change->overlays, g_ptr_array_unref);
    vm_domain_def_unref(change->def);
    vm_domain_def_unref(change->next_def);
    vm_domain_def_unref(change->old_def);
    vm_domain_def_unref(change->old_next_def);
}
G_DEFINE_AUTO_CLEANUP_CLEAR_FUNC(Change, change_clear)

static gboolean
records(const VmSnapshotPlan *plan)
{
    return (plan->flags & CREATE(NO_METADATA)) == 0;
}

static void
plan_change(const VmSnapshotPlan *plan, Change *change)
{
    VmDomain *domain = plan->domain;
    change->overlays = vm_overlays_of(plan);
    change->old_def = vm_domain_def_ref(domain->def);
    change->def = vm_overlays_put(domain->def, change->overlays);
    if (domain->next_def != NULL) {
        change->old_next_def = vm_domain_def_ref(domain->next_def);
        change->next_def = vm_overlays_put(domain->next_def, change->overlays);
    }
    change->state = domain->state;
    change->reason = domain->reason;
}

static gboolean
has_memory(const VmSnapshotPlan *plan)
{
    return plan->def->memory == VM_LOCATION_EXTERNAL;
}

/* A guest that runs stops for its memory, and for a manual disk, which is the caller's to save
 * (SNAP-MEM-006, -016) … */
static gboolean
stops(const VmSnapshotPlan *plan)
{
    return (plan->manual || has_memory(plan)) && plan->domain->state == VIR_DOMAIN_RUNNING;
}

/* … but with LIVE not before its memory has been sent (SNAP-MEM-007, -018). */
static gboolean
stops_first(const VmSnapshotPlan *plan)
{
    return stops(plan) && !(has_memory(plan) && (plan->flags & CREATE(LIVE)) != 0);
}

/* The parent to be, where it loses the overlays of the revert to it. */
static const VmSnapshotDef *
changing_parent(const VmDomain *domain)
{
    const VmMoment *parent = vm_moment_tree_current(domain->snapshots);
    const VmSnapshotDef *def = parent != NULL ? vm_moment_snapshot(parent) : NULL;
    return def != NULL && def->revert_disks->len > 0 ? def : NULL;
}

static gboolean
begin(const VmSnapshotPlan *plan, const Change *change, GError **error)
{
    VmDomain *domain = plan->domain;
    guint format = VM_DOMAIN_FORMAT_SECURE;
    g_autofree char *def = vm_domain_def_format(domain->def, format);
    g_autofree char *next =
        domain->next_def != NULL ? vm_domain_def_format(domain->next_def, format) : NULL;
    GString *json = vm_intent_open(domain, "snapshot-create");
    vm_json_text(json, "kind", "external");
    vm_json_text(json, "name", plan->def->name);
    vm_json_flag(json, "metadata", records(plan));
    vm_json_flag(json, "running", stops(plan));
    vm_json_flag(json, "manual", plan->manual);
    vm_json_flag(json, "halt", (plan->flags & CREATE(HALT)) != 0);
    vm_json_text(json, "def", def);
    vm_json_text(json, "next", next);
    vm_json_text(json, "memory", has_memory(plan) ? plan->def->memory_file : NULL);
    vm_snapshot_put_paths(json, "images", domain->def, plan->tagged);
    vm_overlays_write(json, "overlays", change->overlays);
    vm_snapshot_put_former(json, "parent", changing_parent(domain));
    g_autofree char *record = vm_intent_close(json);
    return vm_intent_begin(domain, record, error);
}

static gboolean
pause_guest(const VmSnapshotPlan *plan, GError **error)
{
    if (!stops_first(plan))
        return TRUE;
    if (!vm_domain_process_stop_cpus(plan->domain, error))
        return FALSE;
    vm_domain_set_state(plan->domain, VIR_DOMAIN_PAUSED, VIR_DOMAIN_PAUSED_SNAPSHOT);
    return TRUE;
}

/* Everything that is new, while the domain does not use it yet; live, what goes inside of the
 * images waits for the switch. */
static gboolean
make(VmSnapshotPlan *plan, const Change *change, GError **error)
{
    if (!vm_overlays_make(plan, change->overlays, error))
        return FALSE;
    if (!vm_domain_is_active(plan->domain))
        return vm_snapshot_tag_off(plan, error);
    return pause_guest(plan, error) && vm_snapshot_memory_write(plan, error);
}

/* Files of the snapshot and of the definitions; what is written before a failure is the caller's to
 * put back. */
static gboolean
record(const VmSnapshotPlan *plan, const Change *change, gboolean *recorded, GError **error)
{
    *recorded = records(plan) && vm_snapshot_record_new(plan->domain, plan->def, error);
    if (records(plan) && !*recorded)
        return FALSE;
    vm_snapshot_set_defs(plan->domain, change->def, change->next_def);
    return vm_snapshot_record_defs(plan->domain, error);
}

static gboolean
switch_disks(const VmSnapshotPlan *plan, const Change *change, GError **error)
{
    if (!vm_domain_is_active(plan->domain))
        return TRUE; /* the saved definition was the switch */
    return vm_overlays_switch(plan->domain, change->overlays, plan->tagged, plan->def->name, error);
}

/* Whether this call has stopped the guest; one that stopped by itself is not woken. */
static gboolean
has_stopped(const VmDomain *domain, const Change *change)
{
    return change->state == VIR_DOMAIN_RUNNING && domain->state == VIR_DOMAIN_PAUSED &&
           domain->reason == VIR_DOMAIN_PAUSED_SNAPSHOT;
}

static gboolean
put_back(const VmSnapshotPlan *plan, const Change *change, gboolean resume)
{
    VmDomain *domain = plan->domain;
    g_autoptr(GError) failure = NULL;
    vm_snapshot_set_defs(domain, change->old_def, change->old_next_def);
    if (resume)
        vm_domain_set_state(domain, change->state, change->reason);
    if (vm_snapshot_record_defs(domain, &failure))
        return TRUE;
    vm_snapshot_log(domain, "the former definition could not be put back", failure);
    return FALSE;
}

/* Off, an undone snapshot leaves the images, too; live it has not come into them. */
static gboolean
take_tags_out(const VmSnapshotPlan *plan, gboolean made)
{
    g_autoptr(GError) failure = NULL;
    if (!made || vm_domain_is_active(plan->domain) ||
        vm_snapshot_delete_tag(plan->domain, plan->def->name, plan->tagged, &failure))
        return TRUE;
    vm_snapshot_log(plan->domain, "an unfinished snapshot is left in an image", failure);
    return FALSE;
}

/* Put everything back; FALSE where a file could not be, which recovery then settles. */
static gboolean
undo(const VmSnapshotPlan *plan, const Change *change, gboolean made, gboolean recorded)
{
    VmDomain *domain = plan->domain;
    g_autoptr(GError) failure = NULL;
    gboolean resume = has_stopped(domain, change);
    gboolean clean = TRUE;
    if (domain->def != change->old_def || resume)
        clean = put_back(plan, change, resume);
    if (recorded && !vm_snapshot_unrecord_new(domain, plan->def))
        clean = FALSE;
    if (resume && !vm_domain_process_cont(domain, &failure)) {
        vm_snapshot_log(domain, "the guest could not go on", failure);
        vm_domain_set_state(domain, VIR_DOMAIN_PAUSED, VIR_DOMAIN_PAUSED_API_ERROR);
    }
    /* what is still recorded keeps its files */
    return clean && vm_snapshot_memory_remove(domain, plan->def->memory_file) &&
           take_tags_out(plan, made) && vm_overlays_remove(domain, change->overlays);
}

/* The snapshot stands; what the domain does next. */
static gboolean
finish(const VmSnapshotPlan *plan, const Change *change, GError **error)
{
    VmDomain *domain = plan->domain;
    gboolean stopped = has_stopped(domain, change);
    gboolean halts = (plan->flags & CREATE(HALT)) && vm_domain_is_active(domain);
    if (stopped && !halts && !plan->manual)
        return vm_snapshot_resume(domain, error);
    if (stopped)
        vm_domain_announce(domain, VIR_DOMAIN_EVENT_SUSPENDED, VIR_DOMAIN_EVENT_SUSPENDED_PAUSED);
    if (halts)
        vm_snapshot_halt(domain);
    return TRUE;
}

gboolean
vm_snapshot_create_external(VmSnapshotPlan *plan, GError **error)
{
    VmDomain *domain = plan->domain;
    g_auto(Change) change = {0};
    plan_change(plan, &change);
    if (!begin(plan, &change, error))
        return FALSE;

    gboolean recorded = FALSE;
    gboolean made = make(plan, &change, error);
    gboolean ok =
        made && record(plan, &change, &recorded, error) && switch_disks(plan, &change, error);
    if (!ok && vm_domain_is_unclear(domain)) {
        /* the disks may be switched: the intent stays, and no file is touched */
        vm_snapshot_set_defs(domain, change.old_def, change.old_next_def);
        vm_domain_set_state(domain, change.state, change.reason);
        return FALSE;
    }
    if (!ok) {
        gboolean clean = undo(plan, &change, made, recorded);
        if (clean)
            vm_intent_end(domain);
        domain->unfinished = !clean;
        return FALSE;
    }
    if (records(plan))
        vm_snapshot_link_new(domain, vm_snapshot_def_ref(plan->def));
    ok = finish(plan, &change, error);
    vm_intent_end(domain);
    return ok;
}
