/* SPDX-License-Identifier: LGPL-2.1-or-later
 *
 * Revert without the guest's process: the images are reverted while nothing
 * has them open, or loaded by a new process.
 */
#include "spec/driver/snapshot_overlay.h"

gboolean
vm_revert_drop_managed_save(const VmRevertPlan *plan, GError **error)
{
    if (!plan->drop_save)
        return TRUE;
    VmDriver *driver = plan->domain->driver;
    g_autofree char *path = vm_path_managed_save(driver, plan->domain->def->name);
    return vm_store_remove(driver->store, path, error);
}

/* A persistent domain takes the definition over; a transient one has only the live one. */
static void
take_definition(VmRevertPlan *plan)
{
    VmDomain *domain = plan->domain;
    vm_domain_set_def(domain, vm_domain_def_ref(domain->persistent ? plan->next : plan->base));
}

static gboolean
start(VmRevertPlan *plan, GError **error)
{
    VmDomain *domain = plan->domain;
    VmProcessStart memory = {0};
    if (plan->memory != NULL) {
        memory.restore_from = plan->memory->path;
        memory.restore_offset = plan->memory->stream_offset;
    }
    if (!vm_domain_process_start(domain, plan->base, &memory, error))
        return FALSE;
    if (!plan->live || plan->memory != NULL || vm_revert_load(plan, plan->moment->name, error))
        return TRUE;
    vm_domain_process_end(domain, VIR_DOMAIN_SHUTOFF_FAILED);
    return FALSE;
}

/* From here on it is done, whatever becomes of this driver; before, everything can be undone. */
static gboolean
mark_done(VmRevertPlan *plan, GError **error)
{
    if (plan->overlays->len == 0 && plan->tops->len == 0 && (plan->flags & VM_REVERT_DELETES) == 0)
        return TRUE;
    plan->done = TRUE;
    return vm_revert_begin(plan, error);
}

static void
unmark_done(VmRevertPlan *plan)
{
    g_autoptr(GError) failure = NULL;
    if (!plan->done)
        return;
    plan->done = FALSE;
    if (!vm_revert_begin(plan, &failure))
        vm_snapshot_log(plan->domain, "what is to be undone could not be recorded", failure);
}

/* All that changes images, definition and process; what was done before a failure is undone by the
 * caller through the way back. */
static gboolean
act(VmRevertPlan *plan, GError **error)
{
    if ((!plan->live || plan->memory != NULL) &&
        !vm_revert_each_image(plan, VM_IMAGE_SNAPSHOT_APPLY, plan->moment->name, error))
        return FALSE;
    take_definition(plan);
    return (!plan->start || start(plan, error)) && mark_done(plan, error) &&
           vm_revert_drop_managed_save(plan, error);
}

/* The images become what they were; the domain is off. */
static void
undo(VmRevertPlan *plan, gboolean saved, int state, int reason)
{
    VmDomain *domain = plan->domain;
    g_autoptr(GError) failure = NULL;
    unmark_done(plan);
    if (vm_domain_is_active(domain))
        vm_domain_process_end(domain, VIR_DOMAIN_SHUTOFF_FAILED);
    vm_domain_set_def(domain, vm_domain_def_ref(plan->old));
    domain->torn =
        saved && !vm_revert_each_image(plan, VM_IMAGE_SNAPSHOT_APPLY, plan->way_back, &failure);
    if (domain->torn)
        vm_snapshot_log(domain, "the state before could not be put back", failure);
    else if (saved)
        vm_revert_forget_way_back(plan);
    domain->unfinished = !vm_revert_unrecord(plan) || domain->torn;
    if (plan->was_active || (domain->state == state && domain->reason == reason))
        return;
    vm_domain_set_state(domain, state, reason);
    vm_record_status_anyway(domain);
}

/* Section 13.1: state and reason of the result. */
static gboolean
settle_state(VmRevertPlan *plan, GError **error)
{
    VmDomain *domain = plan->domain;
    if (!plan->start)
        return TRUE;
    vm_domain_set_state(domain, VIR_DOMAIN_PAUSED,
                        plan->live ? VIR_DOMAIN_PAUSED_FROM_SNAPSHOT : VIR_DOMAIN_PAUSED_USER);
    gboolean ok = !plan->run || vm_domain_process_cont(domain, error);
    if (ok && plan->run)
        vm_domain_set_state(domain, VIR_DOMAIN_RUNNING,
                            plan->live ? VIR_DOMAIN_RUNNING_FROM_SNAPSHOT
                                       : VIR_DOMAIN_RUNNING_BOOTED);
    vm_record_status_anyway(domain);
    return ok;
}

/* SNAP-REVM-01 to -08; a boot's RESUMED comes before STARTED, as in every start. */
static void
announce(const VmRevertPlan *plan)
{
    VmDomain *domain = plan->domain;
    gboolean runs = domain->state == VIR_DOMAIN_RUNNING;
    if (plan->start && !plan->live && runs)
        vm_domain_announce(domain, VIR_DOMAIN_EVENT_RESUMED, VIR_DOMAIN_EVENT_RESUMED_UNPAUSED);
    if (plan->start)
        vm_domain_announce(domain, VIR_DOMAIN_EVENT_STARTED,
                           VIR_DOMAIN_EVENT_STARTED_FROM_SNAPSHOT);
    if (plan->live && runs)
        vm_domain_announce(domain, VIR_DOMAIN_EVENT_RESUMED,
                           VIR_DOMAIN_EVENT_RESUMED_FROM_SNAPSHOT);
    if (plan->start && !runs)
        vm_domain_announce(domain, VIR_DOMAIN_EVENT_SUSPENDED,
                           VIR_DOMAIN_EVENT_SUSPENDED_FROM_SNAPSHOT);
    if (domain->persistent)
        vm_domain_announce(domain, VIR_DOMAIN_EVENT_DEFINED,
                           VIR_DOMAIN_EVENT_DEFINED_FROM_SNAPSHOT);
}

static void
end_process(VmRevertPlan *plan)
{
    VmDomain *domain = plan->domain;
    if (!plan->was_active)
        return;
    vm_domain_process_end(domain, VIR_DOMAIN_SHUTOFF_FROM_SNAPSHOT);
    vm_domain_announce(domain, VIR_DOMAIN_EVENT_STOPPED, VIR_DOMAIN_EVENT_STOPPED_FROM_SNAPSHOT);
}

/* The call has failed and all is as it was, but for what cannot be put back or removed: that is
 * left to recovery. */
static gboolean
give_up(VmRevertPlan *plan)
{
    VmDomain *domain = plan->domain;
    domain->unfinished |= !vm_overlays_remove(domain, plan->overlays);
    if (!domain->unfinished)
        vm_intent_end(domain);
    return FALSE;
}

static gboolean
begin(VmRevertPlan *plan, GError **error)
{
    if (!vm_revert_begin(plan, error))
        return FALSE;
    return (vm_revert_make_overlays(plan, error) && vm_revert_record(plan, error)) || give_up(plan);
}

/* What is deleted goes before the guest's CPUs run. */
static gboolean
finish(VmRevertPlan *plan, gboolean clean, GError **error)
{
    VmDomain *domain = plan->domain;
    gboolean deletes = (plan->flags & VM_REVERT_DELETES) != 0;
    gboolean deleted = vm_revert_delete(plan, error);
    gboolean over = deletes ? !domain->unfinished : clean;
    if (over)
        vm_intent_end(domain);
    plan->run = plan->run && (deleted || !domain->unfinished);
    gboolean ok = settle_state(plan, deleted ? error : NULL);
    domain->unfinished = !over;
    announce(plan);
    return ok && deleted;
}

gboolean
vm_revert_with_disks(VmRevertPlan *plan, GError **error)
{
    VmDomain *domain = plan->domain;
    if (!begin(plan, error))
        return FALSE;
    end_process(plan);
    int state = domain->state, reason = domain->reason;
    gboolean saved = plan->way_back != NULL &&
                     vm_revert_each_image(plan, VM_IMAGE_SNAPSHOT_CREATE, plan->way_back, error);
    if ((plan->way_back != NULL && !saved) || !act(plan, error)) {
        if (plan->way_back != NULL && !saved)
            vm_revert_forget_way_back(plan);
        undo(plan, saved, state, reason);
        give_up(plan);
        vm_domain_vanish(domain);
        return FALSE;
    }
    gboolean clean = !saved || vm_revert_forget_way_back(plan);
    clean = vm_revert_remove_tops(plan) && clean;
    return finish(plan, clean || !plan->done, error);
}
