/* SPDX-License-Identifier: LGPL-2.1-or-later
 *
 * What a revert records: the snapshots' lists of overlays, which of them is
 * current, the persistent definition, and what is about to happen.
 */
#include "spec/driver/save_image.h"
#include "spec/driver/snapshot_overlay.h"

#define REVERT(name) VIR_DOMAIN_SNAPSHOT_REVERT_##name

/* ---- lists ---- */

static VmSnapshotDisk *
listed_overlay(const VmOverlay *overlay)
{
    VmSnapshotDisk *disk = vm_snapshot_disk_new(overlay->target);
    disk->location = VM_LOCATION_EXTERNAL;
    disk->source.type = g_strdup(overlay->type);
    disk->source.path = g_strdup(overlay->path);
    disk->source.format = g_strdup(overlay->format);
    return disk;
}

static void
replace_entry(GPtrArray *disks, const VmOverlay *overlay)
{
    for (guint i = 0; i < disks->len; i++) {
        VmSnapshotDisk *disk = g_ptr_array_index(disks, i);
        if (g_strcmp0(disk->name, overlay->target) != 0)
            continue;
        disks->pdata[i] = listed_overlay(overlay);
        vm_snapshot_disk_free(disk);
    }
}

/* What is listed no more may still lie below others. */
static VmSnapshotDef *
with_overlays(const VmDomain *domain, const VmMoment *moment, const GPtrArray *overlays)
{
    VmSnapshotDef *def = vm_snapshot_def_copy(vm_moment_snapshot(moment));
    vm_snapshot_keep_overlays(domain, def, def->revert_disks);
    if (moment->children == 0)
        vm_snapshot_keep_overlays(domain, def, def->disks);
    g_ptr_array_set_size(def->revert_disks, 0);
    for (guint i = 0; i < overlays->len; i++) {
        const VmOverlay *overlay = g_ptr_array_index(overlays, i);
        if (moment->children == 0)
            replace_entry(def->disks, overlay);
        else
            g_ptr_array_add(def->revert_disks, listed_overlay(overlay));
    }
    return def;
}

void
vm_revert_plan_lists(VmRevertPlan *plan)
{
    VmMoment *former = plan->former != plan->moment ? plan->former : NULL;
    plan->old_def = vm_snapshot_def_ref(vm_moment_snapshot(plan->moment));
    plan->def = plan->overlays->len > 0 ? with_overlays(plan->domain, plan->moment, plan->overlays)
                                        : vm_snapshot_def_ref(plan->old_def);
    if (former == NULL)
        return;
    plan->old_former_def = vm_snapshot_def_ref(vm_moment_snapshot(former));
    plan->former_def = vm_snapshot_without_revert_disks(plan->domain, plan->old_former_def);
}

static gboolean
lists_change(const VmRevertPlan *plan)
{
    return plan->def != plan->old_def || plan->former_def != plan->old_former_def;
}

static gboolean
lists_path(const GPtrArray *disks, const char *path)
{
    for (guint i = 0; i < disks->len; i++) {
        const VmSnapshotDisk *disk = g_ptr_array_index(disks, i);
        if (g_strcmp0(disk->source.path, path) == 0)
            return TRUE;
    }
    return FALSE;
}

gboolean
vm_revert_is_recorded(const VmRevertPlan *plan)
{
    const VmSnapshotDef *def = vm_moment_snapshot(plan->moment);
    if (plan->overlays->len == 0)
        return vm_moment_tree_current(plan->domain->snapshots) == plan->moment;
    const VmOverlay *overlay = g_ptr_array_index(plan->overlays, 0);
    return lists_path(def->disks, overlay->path) || lists_path(def->revert_disks, overlay->path);
}

/* ---- files ---- */

static void
take_lists(const VmRevertPlan *plan, VmSnapshotDef *def, VmSnapshotDef *former_def)
{
    VmMomentTree *tree = plan->domain->snapshots;
    vm_moment_tree_replace(tree, plan->moment, vm_snapshot_def_ref(def));
    if (former_def != NULL)
        vm_moment_tree_replace(tree, plan->former, vm_snapshot_def_ref(former_def));
}

static gboolean
log_not_put_back(const VmRevertPlan *plan, const GError *failure)
{
    vm_snapshot_log(plan->domain, "metadata could not be put back", failure);
    return FALSE;
}

/* The former one's file first: the snapshot's own, which follows, makes both names durable. */
static gboolean
record_lists(const VmRevertPlan *plan, GError **error)
{
    VmDomain *domain = plan->domain;
    g_autoptr(GError) failure = NULL;
    if (plan->former_def != NULL &&
        !vm_record_snapshot_before(domain, plan->former_def, FALSE, error))
        return FALSE;
    if (vm_record_snapshot(domain, plan->def, TRUE, error)) {
        take_lists(plan, plan->def, plan->former_def);
        vm_moment_tree_set_current(domain->snapshots, plan->moment);
        return TRUE;
    }
    if (plan->old_former_def != NULL &&
        !vm_record_snapshot(domain, plan->old_former_def, TRUE, &failure))
        log_not_put_back(plan, failure);
    return FALSE;
}

static gboolean
unrecord_lists(const VmRevertPlan *plan)
{
    VmDomain *domain = plan->domain;
    gboolean again = plan->former == plan->moment;
    g_autoptr(GError) failure = NULL;
    take_lists(plan, plan->old_def, plan->old_former_def);
    gboolean ok = (plan->old_former_def == NULL ||
                   vm_record_snapshot(domain, plan->old_former_def, TRUE, &failure)) &&
                  vm_record_snapshot(domain, plan->old_def, again, &failure);
    vm_snapshot_settle_current(domain, plan->former);
    return ok || log_not_put_back(plan, failure);
}

static gboolean
record_moments(const VmRevertPlan *plan, GError **error)
{
    return lists_change(plan) ? record_lists(plan, error)
                              : vm_snapshot_record_current(plan->domain, plan->moment, error);
}

static gboolean
unrecord_moments(const VmRevertPlan *plan)
{
    g_autoptr(GError) failure = NULL;
    if (lists_change(plan))
        return unrecord_lists(plan);
    return vm_snapshot_record_current(plan->domain, plan->former, &failure) ||
           log_not_put_back(plan, failure);
}

static gboolean
record_config(VmRevertPlan *plan, const VmDomainDef *def, GError **error)
{
    if (!plan->domain->persistent || vm_domain_def_equal(plan->old, plan->next))
        return TRUE;
    return vm_record_config(plan->domain, def, error);
}

gboolean
vm_revert_record(VmRevertPlan *plan, GError **error)
{
    if (!record_moments(plan, error))
        return FALSE;
    if (record_config(plan, plan->next, error))
        return TRUE;
    unrecord_moments(plan);
    return FALSE;
}

gboolean
vm_revert_unrecord(VmRevertPlan *plan)
{
    g_autoptr(GError) failure = NULL;
    gboolean ok = record_config(plan, plan->old, &failure);
    if (!ok)
        vm_snapshot_log(plan->domain, "the former definition could not be put back", failure);
    return unrecord_moments(plan) && ok;
}

/* ---- intent ---- */

static void
put_old_lists(GString *json, const char *name, const VmSnapshotDef *old,
              const VmSnapshotDef *changed)
{
    vm_snapshot_put_former(json, name, old == changed ? NULL : old);
}

static char *
intent_of(const VmRevertPlan *plan)
{
    /* one that stays needs no way back */
    g_autofree char *config = vm_domain_def_equal(plan->old, plan->next)
                                  ? NULL
                                  : vm_domain_def_format(plan->old, VM_DOMAIN_FORMAT_SECURE);
    GString *json = vm_intent_open(plan->domain, "snapshot-revert");
    vm_json_text(json, "name", plan->moment->name);
    vm_json_text(json, "former", plan->former != NULL ? plan->former->name : NULL);
    vm_json_text(json, "way-back", plan->way_back);
    vm_json_flag(json, "kept", plan->keep_process);
    vm_json_flag(json, "done", plan->done);
    vm_json_flag(json, "drop-save", plan->drop_save);
    vm_json_text(json, "config", config);
    vm_json_text(json, "genid", plan->genid);
    vm_json_flag(json, "delete-children", (plan->flags & REVERT(DELETE_CHILDREN)) != 0);
    vm_json_flag(json, "discard", (plan->flags & REVERT(DISCARD)) != 0);
    vm_overlays_write(json, "overlays", plan->overlays);
    vm_json_texts(json, "tops", plan->tops);
    put_old_lists(json, "old", plan->old_def, plan->def);
    put_old_lists(json, "old-former", plan->old_former_def, plan->former_def);
    return vm_intent_close(json);
}

void
vm_revert_ahead(const VmRevertPlan *plan)
{
    if (!plan->keep_process || !vm_domain_look_ahead(plan->domain))
        return;
    g_autofree char *record = intent_of(plan);
    vm_intent_ahead(plan->domain, record);
}

gboolean
vm_revert_begin(const VmRevertPlan *plan, GError **error)
{
    g_autofree char *record = intent_of(plan);
    if (!vm_save_mark_drop(plan->domain, error) || !vm_intent_begin(plan->domain, record, error))
        return FALSE;
    plan->domain->unfinished = plan->domain->torn = FALSE; /* what was before is not recorded now */
    return TRUE;
}
