/* SPDX-License-Identifier: LGPL-2.1-or-later
 *
 * A revert that was interrupted: completed where that needs no guest, else
 * taken back.
 */
#include "spec/driver/snapshot_overlay.h"

static const char *
text_of(const VmIntent *intent, const char *member)
{
    return json_string_value(json_object_get(intent->data, member));
}

/* A list that the call has changed, as it was. */
static void
restore_lists(const VmIntent *intent, const char *member, VmSnapshotDef **old)
{
    VmSnapshotDef *def = vm_snapshot_get_former(intent->domain, intent->data, member);
    if (def == NULL)
        return;
    vm_snapshot_def_unref(*old);
    *old = def;
}

static void
restore_old(const VmIntent *intent, VmRevertPlan *plan)
{
    const char *config = text_of(intent, "config");
    g_autoptr(VmDomainDef) old = config != NULL ? vm_domain_def_parse(config, NULL, 0, NULL) : NULL;
    if (old != NULL) {
        vm_domain_def_unref(plan->old);
        plan->old = g_steal_pointer(&old);
    }
    restore_lists(intent, "old", &plan->old_def);
    if (plan->old_former_def != NULL)
        restore_lists(intent, "old-former", &plan->old_former_def);
}

/* The plan of the call that was interrupted, as it stands now. */
static gboolean
plan_again(const VmIntent *intent, VmRevertPlan *plan)
{
    VmMomentTree *tree = intent->domain->snapshots;
    const char *name = text_of(intent, "name");
    const char *former = text_of(intent, "former");
    plan->domain = intent->domain;
    plan->moment = name != NULL ? vm_moment_tree_find(tree, name) : NULL;
    if (plan->moment == NULL)
        return FALSE;
    plan->genid = g_strdup(text_of(intent, "genid"));
    vm_revert_plan(plan);
    if (json_is_true(json_object_get(intent->data, "delete-children")))
        plan->flags |= VIR_DOMAIN_SNAPSHOT_REVERT_DELETE_CHILDREN;
    if (json_is_true(json_object_get(intent->data, "discard")))
        plan->flags |= VIR_DOMAIN_SNAPSHOT_REVERT_DISCARD;
    plan->former = former != NULL ? vm_moment_tree_find(tree, former) : NULL;
    plan->keep_process = json_is_true(json_object_get(intent->data, "kept"));
    plan->done = json_is_true(json_object_get(intent->data, "done"));
    plan->drop_save = json_is_true(json_object_get(intent->data, "drop-save"));
    plan->way_back = g_strdup(text_of(intent, "way-back"));
    g_ptr_array_unref(plan->overlays);
    plan->overlays = vm_overlays_from_json(json_object_get(intent->data, "overlays"), plan->base);
    vm_revert_plan_disks(plan);
    vm_revert_plan_lists(plan);
    restore_old(intent, plan);
    g_ptr_array_unref(plan->tops);
    plan->tops = vm_intent_texts(intent->data, "tops");
    return TRUE;
}

/* What was recorded goes back, and then what was made. */
static void
take_back(VmRevertPlan *plan)
{
    VmDomain *domain = plan->domain;
    domain->unfinished |= !vm_revert_unrecord(plan);
    domain->unfinished |= !vm_overlays_remove(domain, plan->overlays);
    if (!domain->persistent)
        return;
    if (!vm_domain_is_active(domain)) {
        vm_domain_set_def(domain, vm_domain_def_ref(plan->old));
        return;
    }
    g_clear_pointer(&domain->next_def, vm_domain_def_unref);
    if (!vm_domain_def_equal(domain->def, plan->old))
        domain->next_def = vm_domain_def_ref(plan->old);
}

/* A process that was to load the snapshot is not started again, and what it may have left half-way
 * goes back.  There is no way back where the managed save image is gone, which is the last to go.
 * A way back that is not whole was not ready, and nothing was loaded; or it is being removed, and
 * all was.  In the same process the revert is recorded after the one and before the other. */
static gboolean
recover_load(VmRevertPlan *plan, GError **error)
{
    VmWayBack way_back = vm_revert_look_for_way_back(plan, error);
    if (way_back == VM_WAY_BACK_UNSEEN)
        return FALSE;
    gboolean marks = plan->overlays->len > 0 || plan->tops->len > 0; /* done is recorded before */
    gboolean dropped = plan->drop_save && !marks && !vm_domain_managed_save_exists(plan->domain);
    if (dropped || way_back == VM_WAY_BACK_GOING ||
        (plan->keep_process && way_back != VM_WAY_BACK_WHOLE)) {
        plan->done = dropped || way_back == VM_WAY_BACK_GOING; /* else nobody knows, but there is
                                                                  nothing to do */
        return TRUE;
    }
    if (way_back == VM_WAY_BACK_WHOLE &&
        !vm_revert_each_image(plan, VM_IMAGE_SNAPSHOT_APPLY, plan->way_back, error))
        return FALSE;
    take_back(plan);
    return TRUE;
}

/* Off: applying the entries again does no harm, so that it is completed; the overlays are whole
 * where they are recorded. */
static gboolean
recover_off(VmRevertPlan *plan, GError **error)
{
    const char *name = plan->moment->name;
    if (plan->overlays->len > 0 && !vm_revert_is_recorded(plan)) {
        take_back(plan);
        return TRUE;
    }
    if (plan->live)
        return recover_load(plan, error);
    if (!vm_revert_each_image(plan, VM_IMAGE_SNAPSHOT_APPLY, name, error))
        return FALSE;
    if (!vm_revert_drop_managed_save(plan, error) || !vm_revert_record(plan, error))
        return FALSE;
    if (plan->domain->persistent)
        vm_domain_set_def(plan->domain, vm_domain_def_ref(plan->next));
    plan->done = TRUE;
    return TRUE;
}

/* A guest that still runs had not been touched, nor a process that was to be replaced (a new one
 * that was not ready is gone by now).  One that waits has not run since: the load is done again. */
static gboolean
recover_active(VmRevertPlan *plan, GError **error)
{
    VmDomain *domain = plan->domain;
    if (!plan->keep_process || domain->state == VIR_DOMAIN_RUNNING) {
        take_back(plan);
        return TRUE;
    }
    if (!vm_revert_check_images(plan, error) || !vm_revert_load(plan, plan->moment->name, error) ||
        !vm_revert_drop_managed_save(plan, error) || !vm_revert_record(plan, error))
        return FALSE;
    vm_domain_set_state(domain, VIR_DOMAIN_PAUSED, VIR_DOMAIN_PAUSED_FROM_SNAPSHOT);
    plan->done = vm_record_status(domain, error);
    return plan->done;
}

void
vm_snapshot_revert_recover(const VmIntent *intent)
{
    g_auto(VmRevertPlan) plan = {0};
    if (intent->domain == NULL || !plan_again(intent, &plan))
        return;
    g_autoptr(GError) error = NULL;
    gboolean ok = plan.done                          ? vm_revert_drop_managed_save(&plan, &error)
                  : vm_domain_is_active(plan.domain) ? recover_active(&plan, &error)
                                                     : recover_off(&plan, &error);
    if (plan.done)
        vm_revert_remove_tops(&plan);
    if (!ok) {
        vm_snapshot_log(plan.domain, "an interrupted revert could not be settled", error);
        plan.domain->unfinished = TRUE;
        plan.domain->torn = !plan.done;
    }
    vm_snapshot_settle_current(plan.domain, vm_moment_tree_current(plan.domain->snapshots));
    if (ok && plan.way_back != NULL)
        vm_revert_forget_way_back(&plan);
    if (ok && plan.done && !vm_revert_delete(&plan, &error))
        vm_snapshot_log(plan.domain, "an interrupted revert", error);
}
