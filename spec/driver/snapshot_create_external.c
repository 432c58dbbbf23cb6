/* SPDX-License-Identifier: LGPL-2.1-or-later
 *
 * Disk-only snapshots: an overlay above each image.  All that can fail is done
 * first, the metadata and the new definitions are recorded, and then the
 * disks are switched: live by one transaction, off by the saved definition.
 */
#include "spec/driver/snapshot_overlay.h"

#define CREATE(name) VIR_DOMAIN_SNAPSHOT_CREATE_##name

/* What the call changes of the domain, and what it was. */
typedef struct {
    VmDomainDef *def, *next_def;         /* to be */
    VmDomainDef *old_def, *old_next_def; /* as they were */
    int state, reason;                   /* as they were */
} Change;

static void
change_clear(Change *change)
{
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
plan_change(const VmSnapshotPlan *plan, const GPtrArray *overlays, Change *change)
{
    VmDomain *domain = plan->domain;
    change->old_def = vm_domain_def_ref(domain->def);
    change->def = vm_overlays_put(domain->def, overlays);
    if (domain->next_def != NULL) {
        change->old_next_def = vm_domain_def_ref(domain->next_def);
        change->next_def = vm_overlays_put(domain->next_def, overlays);
    }
    change->state = domain->state;
    change->reason = domain->reason;
}

static void
set_defs(VmDomain *domain, VmDomainDef *def, VmDomainDef *next_def)
{
    vm_domain_set_def(domain, vm_domain_def_ref(def));
    g_clear_pointer(&domain->next_def, vm_domain_def_unref);
    if (next_def != NULL)
        domain->next_def = vm_domain_def_ref(next_def);
}

static gboolean
record_defs(VmDomain *domain, GError **error)
{
    if (vm_domain_is_active(domain) && !vm_record_status(domain, error))
        return FALSE;
    if (!domain->persistent)
        return TRUE;
    return vm_record_config(domain, domain->next_def != NULL ? domain->next_def : domain->def,
                            error);
}

/* A manual disk is the caller's to save: a guest that runs waits for it (SNAP-MEM-016). */
static gboolean
pauses(const VmSnapshotPlan *plan)
{
    return plan->manual && plan->domain->state == VIR_DOMAIN_RUNNING;
}

static gboolean
begin(const VmSnapshotPlan *plan, const GPtrArray *overlays, GError **error)
{
    VmDomain *domain = plan->domain;
    guint format = VM_DOMAIN_FORMAT_SECURE;
    g_autofree char *def = vm_domain_def_format(domain->def, format);
    g_autofree char *next =
        domain->next_def != NULL ? vm_domain_def_format(domain->next_def, format) : NULL;
    json_t *data = json_pack("{s:s, s:s, s:b, s:b, s:b, s:s, s:s?, s:o}", "kind", "external",
                             "name", plan->def->name, "metadata", records(plan), "running",
                             pauses(plan), "halt", (plan->flags & CREATE(HALT)) != 0, "def", def,
                             "next", next, "overlays", vm_overlays_to_json(overlays));
    return vm_intent_begin(domain, "snapshot-create", data, error);
}

static gboolean
pause_guest(const VmSnapshotPlan *plan, GError **error)
{
    if (!pauses(plan))
        return TRUE;
    if (!vm_domain_process_stop_cpus(plan->domain, error))
        return FALSE;
    vm_domain_set_state(plan->domain, VIR_DOMAIN_PAUSED, VIR_DOMAIN_PAUSED_SNAPSHOT);
    return TRUE;
}

/* Files of the snapshot and of the definitions; what is written before a failure is the caller's to
 * put back. */
static gboolean
record(const VmSnapshotPlan *plan, const Change *change, gboolean *recorded, GError **error)
{
    *recorded = records(plan) && vm_snapshot_record_new(plan->domain, plan->def, error);
    if (records(plan) && !*recorded)
        return FALSE;
    set_defs(plan->domain, change->def, change->next_def);
    return record_defs(plan->domain, error);
}

static gboolean
switch_disks(const VmSnapshotPlan *plan, const GPtrArray *overlays, GError **error)
{
    if (!vm_domain_is_active(plan->domain))
        return TRUE; /* the saved definition was the switch */
    return vm_overlays_switch(plan->domain, overlays, error);
}

/* Put everything back; FALSE where a file could not be, which recovery then settles. */
static gboolean
undo(const VmSnapshotPlan *plan, const Change *change, gboolean recorded)
{
    VmDomain *domain = plan->domain;
    g_autoptr(GError) failure = NULL;
    gboolean resume = change->state == VIR_DOMAIN_RUNNING && domain->state != change->state;
    gboolean clean = TRUE;
    if (domain->def != change->old_def || resume) {
        set_defs(domain, change->old_def, change->old_next_def);
        vm_domain_set_state(domain, change->state, change->reason);
        if (!record_defs(domain, &failure)) {
            vm_snapshot_log(domain, "the former definition could not be put back", failure);
            clean = FALSE;
        }
    }
    if (recorded && !vm_snapshot_unrecord_new(domain, plan->def))
        clean = FALSE;
    g_clear_error(&failure);
    if (resume && !vm_domain_process_cont(domain, &failure)) {
        vm_snapshot_log(domain, "the guest could not go on", failure);
        vm_domain_set_state(domain, VIR_DOMAIN_PAUSED, VIR_DOMAIN_PAUSED_API_ERROR);
    }
    return clean;
}

static void
announce(const VmSnapshotPlan *plan, const Change *change)
{
    VmDomain *domain = plan->domain;
    if (domain->state != change->state)
        vm_domain_announce(domain, VIR_DOMAIN_EVENT_SUSPENDED, VIR_DOMAIN_EVENT_SUSPENDED_PAUSED);
    if ((plan->flags & CREATE(HALT)) && vm_domain_is_active(domain))
        vm_snapshot_halt(domain);
}

gboolean
vm_snapshot_create_external(VmSnapshotPlan *plan, GError **error)
{
    VmDomain *domain = plan->domain;
    g_autoptr(GPtrArray) overlays = vm_overlays_of(plan);
    g_auto(Change) change = {0};
    plan_change(plan, overlays, &change);
    if (!begin(plan, overlays, error))
        return FALSE;

    gboolean recorded = FALSE;
    gboolean ok = vm_overlays_make(plan, overlays, error) && pause_guest(plan, error) &&
                  record(plan, &change, &recorded, error) && switch_disks(plan, overlays, error);
    if (!ok && vm_domain_is_unclear(domain)) {
        /* the disks may be switched: the intent stays, and no file is touched */
        set_defs(domain, change.old_def, change.old_next_def);
        vm_domain_set_state(domain, change.state, change.reason);
        return FALSE;
    }
    if (!ok) {
        gboolean clean = undo(plan, &change, recorded);
        if (clean)
            clean = vm_overlays_remove(domain, overlays);
        if (clean)
            vm_intent_end(domain);
        domain->unfinished = !clean;
        return FALSE;
    }
    if (records(plan))
        vm_snapshot_link_new(domain, vm_snapshot_def_ref(plan->def));
    announce(plan, &change);
    vm_intent_end(domain);
    return TRUE;
}

/* ---- recovery ---- */

/* Whether the disks were switched: a live graph tells; else what is recorded decides, and an
 * overlay that a guest may have written to is never dropped. */
static gboolean
stands(const VmIntent *intent, const GPtrArray *overlays)
{
    VmDomain *domain = intent->domain;
    if (vm_domain_is_active(domain))
        return vm_overlays_in_use(domain, overlays);
    const char *name = json_string_value(json_object_get(intent->data, "name"));
    if (vm_moment_tree_find(domain->snapshots, name) != NULL)
        return TRUE;
    for (guint i = 0; i < overlays->len; i++) {
        const VmOverlay *overlay = g_ptr_array_index(overlays, i);
        if (vm_domain_def_disk_index(domain->def, overlay->path) >= 0)
            return TRUE;
    }
    return FALSE;
}

static void
put_back_defs(const VmIntent *intent)
{
    VmDomain *domain = intent->domain;
    const char *def_xml = json_string_value(json_object_get(intent->data, "def"));
    const char *next_xml = json_string_value(json_object_get(intent->data, "next"));
    g_autoptr(GError) error = NULL;
    g_autoptr(VmDomainDef) def = vm_domain_def_parse(def_xml, NULL, 0, &error);
    g_autoptr(VmDomainDef) next =
        def != NULL && next_xml != NULL ? vm_domain_def_parse(next_xml, NULL, 0, &error) : NULL;
    if (error != NULL) {
        vm_snapshot_log(domain, "the former definition cannot be read", error);
        return;
    }
    gboolean active = vm_domain_is_active(domain);
    set_defs(domain, active || next == NULL ? def : next, active ? next : NULL);
    if (!record_defs(domain, &error))
        vm_snapshot_log(domain, "the former definition could not be put back", error);
}

static void
drop_moment(const VmIntent *intent)
{
    VmDomain *domain = intent->domain;
    const char *name = json_string_value(json_object_get(intent->data, "name"));
    VmMoment *moment = vm_moment_tree_find(domain->snapshots, name);
    if (moment == NULL)
        return;
    VmMoment *parent = moment->parent;
    vm_moment_tree_remove(domain->snapshots, moment);
    vm_moment_tree_set_current(domain->snapshots, parent);
    g_autoptr(GError) error = NULL;
    if (!vm_record_drop_snapshot(domain, name, &error) ||
        (parent != NULL && !vm_record_snapshot(domain, vm_moment_snapshot(parent), TRUE, &error)))
        vm_snapshot_log(domain, "metadata could not be put back", error);
}

gboolean
vm_snapshot_external_settle(const VmIntent *intent)
{
    VmDomain *domain = intent->domain;
    g_autoptr(GPtrArray) overlays =
        vm_overlays_from_json(json_object_get(intent->data, "overlays"), domain->def);
    if (!stands(intent, overlays)) {
        put_back_defs(intent);
        drop_moment(intent);
        vm_overlays_remove(domain, overlays);
        return FALSE;
    }
    /* where the definition lags behind, it follows; overlays that it has already stay */
    g_autoptr(VmDomainDef) changed = vm_overlays_put(domain->def, overlays);
    if (changed != domain->def) {
        set_defs(domain, changed, domain->next_def);
        g_autoptr(GError) error = NULL;
        if (!record_defs(domain, &error))
            vm_snapshot_log(domain, "the definition could not be recorded", error);
    }
    return TRUE;
}
