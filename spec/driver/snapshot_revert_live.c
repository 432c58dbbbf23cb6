/* SPDX-License-Identifier: LGPL-2.1-or-later
 *
 * Revert of a running guest to a snapshot with memory, in its own process.
 */
#include "spec/driver/guest_end.h"
#include "spec/driver/snapshot_steps.h"

/* Under the snapshot's definition now; a disk that it left out keeps the medium it has. */
static void
take_definition(VmRevertPlan *plan)
{
    VmDomain *domain = plan->domain;
    VmDomainDef *def = vm_domain_def_ref(plan->base);
    for (guint i = 0; i < def->disks->len; i++) {
        int index = vm_domain_def_disk_index(domain->def, vm_domain_def_disk(def, i)->target);
        if (index < 0)
            continue;
        const VmDiskSource *today = &vm_domain_def_disk(domain->def, (guint)index)->source;
        if (g_strcmp0(today->path, vm_domain_def_disk(def, i)->source.path) == 0)
            continue;
        VmDomainDef *changed = vm_domain_def_with_top(def, i, today, FALSE);
        vm_domain_def_unref(def);
        def = changed;
    }
    g_autoptr(GError) failure = NULL;
    if (!vm_guest_end_tell(domain, domain->def, def, &failure))
        vm_snapshot_log(domain, "what is done at the guest's end could not be set", failure);
    vm_domain_set_def(domain, def);
    g_clear_pointer(&domain->next_def, vm_domain_def_unref);
    if (domain->persistent && def != plan->next)
        domain->next_def = vm_domain_def_ref(plan->next);
}

/* The former state comes back, disks and memory, where a way back was kept. */
static gboolean
go_back(VmRevertPlan *plan, gboolean saved)
{
    g_autoptr(GError) failure = NULL;
    if (saved && !vm_revert_load(plan, plan->way_back, &failure)) {
        vm_snapshot_log(plan->domain, "the state before could not be loaded again", failure);
        return FALSE;
    }
    if (saved)
        vm_revert_forget_way_back(plan);
    return saved;
}

/* A load that failed on the only image has left no way back: QEMU may have reverted it already. */
static void
stay_paused(VmRevertPlan *plan, GError **error)
{
    VmDomain *domain = plan->domain;
    if (domain->state == VIR_DOMAIN_RUNNING)
        vm_domain_announce(domain, VIR_DOMAIN_EVENT_SUSPENDED,
                           VIR_DOMAIN_EVENT_SUSPENDED_API_ERROR);
    vm_domain_set_state(domain, VIR_DOMAIN_PAUSED, VIR_DOMAIN_PAUSED_API_ERROR);
    vm_record_status_anyway(domain);
    g_prefix_error(error,
                   "the domain is left paused, all of its snapshots are intact; revert again or "
                   "destroy it: ");
}

static gboolean
load(VmRevertPlan *plan, gboolean running, gboolean saved, GError **error)
{
    if (vm_revert_load(plan, plan->moment->name, error) && vm_revert_drop_managed_save(plan, error))
        return TRUE;
    if (vm_domain_is_unclear(plan->domain)) {
        vm_moment_tree_set_current(plan->domain->snapshots, plan->former);
        return FALSE;
    }
    plan->domain->unfinished |= !vm_revert_unrecord(plan);
    if (!go_back(plan, saved)) {
        /* disks may be half-way: what was recorded stays, for the next call or the end */
        plan->domain->unfinished = TRUE;
        stay_paused(plan, error);
        return FALSE;
    }
    g_autoptr(GError) failure = NULL;
    if (running && !vm_domain_process_cont(plan->domain, &failure))
        stay_paused(plan, error);
    return FALSE;
}

/* Before the load nothing is changed but that the CPUs are stopped. */
static gboolean
abandon(VmRevertPlan *plan, gboolean running, gboolean saved)
{
    if (vm_domain_is_unclear(plan->domain))
        return FALSE;
    if (saved)
        vm_revert_forget_way_back(plan);
    g_autoptr(GError) failure = NULL;
    if (running && !vm_domain_process_cont(plan->domain, &failure))
        vm_snapshot_log(plan->domain, "the guest could not go on", failure);
    vm_intent_end(plan->domain);
    return FALSE;
}

static gboolean
save_way_back(const VmRevertPlan *plan, GError **error)
{
    int vmstate = -1;
    g_autoptr(GArray) disks = vm_revert_disks_today(plan, &vmstate);
    return vm_snapshot_job(plan->domain, "snapshot-save", plan->way_back, disks, vmstate, error);
}

static gboolean
finish(VmRevertPlan *plan, GError **error)
{
    VmDomain *domain = plan->domain;
    gboolean deleted = vm_revert_delete(plan, error);
    if (!domain->unfinished)
        vm_intent_end(domain);
    plan->run = plan->run && (deleted || !domain->unfinished);
    vm_domain_set_state(domain, VIR_DOMAIN_PAUSED, VIR_DOMAIN_PAUSED_FROM_SNAPSHOT);
    gboolean ok = !plan->run || vm_domain_process_cont(domain, deleted ? error : NULL);
    if (plan->run && ok)
        vm_domain_set_state(domain, VIR_DOMAIN_RUNNING, VIR_DOMAIN_RUNNING_FROM_SNAPSHOT);
    vm_record_status_anyway(domain);
    if (plan->run && ok)
        vm_domain_announce(domain, VIR_DOMAIN_EVENT_RESUMED,
                           VIR_DOMAIN_EVENT_RESUMED_FROM_SNAPSHOT);
    else
        vm_domain_announce(domain, VIR_DOMAIN_EVENT_SUSPENDED,
                           VIR_DOMAIN_EVENT_SUSPENDED_FROM_SNAPSHOT);
    if (domain->persistent)
        vm_domain_announce(domain, VIR_DOMAIN_EVENT_DEFINED,
                           VIR_DOMAIN_EVENT_DEFINED_FROM_SNAPSHOT);
    return ok && deleted;
}

/* It has been loaded, so that what is recorded must not take it back when the process ends. */
static void
mark_done(VmRevertPlan *plan)
{
    g_autoptr(GError) failure = NULL;
    plan->done = TRUE;
    if (!vm_revert_begin(plan, &failure))
        vm_snapshot_log(plan->domain, "what is left to do could not be recorded", failure);
}

static void
leave_way_back(VmRevertPlan *plan)
{
    if (vm_domain_is_unclear(plan->domain))
        mark_done(plan);
}

gboolean
vm_revert_in_process(VmRevertPlan *plan, GError **error)
{
    VmDomain *domain = plan->domain;
    gboolean running = domain->state == VIR_DOMAIN_RUNNING;
    if (!vm_revert_begin(plan, error))
        return FALSE;
    if (running && !vm_domain_process_stop_cpus(domain, error)) {
        vm_intent_end(domain);
        return FALSE;
    }
    gboolean saved = plan->way_back != NULL;
    if (saved && !save_way_back(plan, error))
        return abandon(plan, running, FALSE);
    if (!vm_revert_record(plan, error))
        return abandon(plan, running, saved);

    gboolean ok = load(plan, running, saved, error);
    if (!ok) {
        if (!domain->unfinished)
            vm_intent_end(domain);
        return FALSE;
    }
    take_definition(plan);
    if ((plan->flags & VM_REVERT_DELETES) != 0)
        mark_done(plan);
    if (saved && !vm_revert_forget_way_back(plan))
        leave_way_back(plan);
    return finish(plan, error);
}
