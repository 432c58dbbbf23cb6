/* SPDX-License-Identifier: LGPL-2.1-or-later
 *
 * virDomainRevertToSnapshot: what it comes to, and which way it goes.
 */
#include "spec/driver/snapshot_overlay.h"

#define REVERT(name) VIR_DOMAIN_SNAPSHOT_REVERT_##name

void
vm_revert_plan_clear(VmRevertPlan *plan)
{
    vm_domain_def_unref(plan->held);
    vm_domain_def_unref(plan->base);
    vm_domain_def_unref(plan->next);
    vm_domain_def_unref(plan->old);
    g_clear_pointer(&plan->disks, g_array_unref);
    g_clear_pointer(&plan->overlays, g_ptr_array_unref);
    g_clear_pointer(&plan->tops, g_ptr_array_unref);
    vm_save_image_free(plan->memory);
    vm_snapshot_def_unref(plan->def);
    vm_snapshot_def_unref(plan->old_def);
    vm_snapshot_def_unref(plan->former_def);
    vm_snapshot_def_unref(plan->old_former_def);
    g_free(plan->way_back);
    g_free(plan->genid);
}

/* Whether the process has the drives of then: one has none for a drive without a medium, and QEMU
 * loads no memory of a machine with another set. */
static gboolean
has_same_drives(const VmDomainDef *now, const VmDomainDef *then)
{
    for (guint i = 0; i < then->disks->len; i++) {
        const VmDiskDef *disk = vm_domain_def_disk(then, i);
        int index = vm_domain_def_disk_index(now, disk->target);
        if (index >= 0 && (vm_domain_def_disk(now, (guint)index)->source.path == NULL) !=
                              (disk->source.path == NULL))
            return FALSE;
    }
    return TRUE;
}

/* Whether the process can live on: rfc's way wherever ABI and images are the same. */
static gboolean
can_keep_process(const VmRevertPlan *plan)
{
    VmDomain *domain = plan->domain;
    return domain->driver->profile == VM_PROFILE_RFC && plan->live && plan->was_active &&
           domain->state != VIR_DOMAIN_SHUTDOWN && /* QEMU does not go on from there */
           plan->base->genid == NULL &&            /* a process has one for good */
           !vm_snapshot_def_is_external(vm_moment_snapshot(plan->moment)) &&
           vm_snapshot_other_image(domain, vm_moment_snapshot(plan->moment)) == NULL &&
           has_same_drives(domain->def, plan->base) &&
           vm_domain_def_check_abi(domain->def, plan->base, NULL);
}

static void
take_genid(VmDomainDef **def, const char *genid)
{
    VmDomainDef *renewed = vm_domain_def_with_genid(*def, genid);
    vm_domain_def_unref(*def);
    *def = renewed;
}

/* The guest goes back in time, and has to notice (VM-GENID-002); once is enough, however often the
 * revert is tried. */
static void
renew_genid(VmRevertPlan *plan)
{
    gboolean same = plan->base == plan->next;
    if (plan->base->genid == NULL && plan->next->genid == NULL)
        return;
    if (plan->genid == NULL)
        plan->genid = vm_env_uuid(plan->domain->driver->env);
    take_genid(&plan->next, plan->genid);
    if (same) {
        vm_domain_def_unref(plan->base);
        plan->base = vm_domain_def_ref(plan->next);
        return;
    }
    take_genid(&plan->base, plan->genid);
}

/* SNAP-REV-017, -018; without a definition FORCE keeps the present one (VM-REV-004).  Only where
 * the domain runs afterwards as something else than it boots as, base is not next. */
static void
plan_definitions(VmRevertPlan *plan)
{
    VmDomain *domain = plan->domain;
    const VmSnapshotDef *def = vm_moment_snapshot(plan->moment);
    const char *name = domain->def->name;
    plan->old = vm_domain_def_ref(domain->next_def != NULL ? domain->next_def : domain->def);
    VmDomainDef *captured = def->domain != NULL ? def->domain : domain->def;
    VmDomainDef *inactive = def->inactive_domain != NULL ? def->inactive_domain
                            : def->domain != NULL        ? def->domain
                                                         : plan->old;
    /* Neither REDEFINE nor the loader lets another domain's definition in. */
    g_assert_cmpstr(captured->uuid, ==, domain->def->uuid);
    g_assert_cmpstr(inactive->uuid, ==, domain->def->uuid);
    g_autoptr(VmDomainDef) next = vm_domain_def_with_name(inactive, name);
    plan->next = vm_revert_keep_left_out(plan, next, plan->old);
    if (!plan->live || (captured == inactive && !vm_snapshot_def_is_external(def))) {
        plan->base = vm_domain_def_ref(plan->next);
    } else {
        g_autoptr(VmDomainDef) live = vm_domain_def_with_name(captured, name);
        plan->base = vm_revert_keep_left_out(plan, live, domain->def);
    }
    renew_genid(plan);
    plan->held = vm_domain_def_ref(plan->base);
}

void
vm_revert_plan(VmRevertPlan *plan)
{
    VmDomain *domain = plan->domain;
    const VmSnapshotDef *def = vm_moment_snapshot(plan->moment);
    guint32 flags = plan->flags;

    plan->former = vm_moment_tree_current(domain->snapshots);
    plan->was_active = vm_domain_is_active(domain);
    plan->live = def->state == VM_SNAPSHOT_RUNNING || def->state == VM_SNAPSHOT_PAUSED;
    plan->start = plan->live || (flags & (REVERT(RUNNING) | REVERT(PAUSED)));
    plan->run = (flags & REVERT(RUNNING)) ||
                (def->state == VM_SNAPSHOT_RUNNING && !(flags & REVERT(PAUSED)));
    plan_definitions(plan);
    plan->disks = vm_snapshot_internal_disks(def, plan->base);
    plan->vmstate = -1;
    plan->keep_process = can_keep_process(plan);
    /* without FORCE the guards have seen that there is none */
    plan->drop_save = domain->driver->profile == VM_PROFILE_RFC && (flags & REVERT(FORCE)) &&
                      vm_domain_managed_save_exists(domain);
    plan->overlays = vm_overlays_new();
    plan->tops = g_ptr_array_new_with_free_func(g_free);
}

/* What only the images and the process can tell. */
static gboolean
check_all(VmRevertPlan *plan, GError **error)
{
    if (!vm_revert_check_images(plan, error))
        return FALSE;
    if (plan->start && !plan->keep_process &&
        (!vm_domain_check_startable(plan->domain, plan->held, error) ||
         !vm_domain_check_unfrozen(plan->domain, plan->base, error)))
        return FALSE;
    if (plan->keep_process && !vm_domain_check_unsent(plan->domain, error))
        return FALSE;
    return vm_revert_check_tops(plan, error) && vm_revert_check_deletes(plan, error);
}

gboolean
vm_snapshot_revert(VmDriver *driver, const char *domain_name, const char *snapshot, guint32 flags,
                   GError **error)
{
    if (!vm_flags_check(VM_CALL_SNAPSHOT_REVERT, flags, driver->profile, error))
        return FALSE;
    if ((flags & REVERT(RUNNING)) && (flags & REVERT(PAUSED)))
        return vm_refuse(error, VIR_ERR_INVALID_ARG,
                         "domain '%s', snapshot '%s': RUNNING excludes PAUSED (SNAP-API-009)",
                         domain_name, snapshot);
    g_auto(VmRevertPlan) plan = {.flags = flags};
    plan.moment = vm_driver_snapshot(driver, domain_name, snapshot, &plan.domain, error);
    if (plan.moment == NULL || !vm_domain_check_settled(plan.domain, error))
        return FALSE;
    gboolean again = plan.domain->torn && (flags & REVERT(FORCE)) != 0; /* over what is half-way */
    if (!again && !vm_domain_check_finished(plan.domain, error))
        return FALSE;
    const VmGuardContext context = {.domain = plan.domain, .moment = plan.moment, .flags = flags};
    if (!vm_guard(VM_GUARD_REVERT, &context, error))
        return FALSE;

    if (plan.moment->children == 0) /* so that none is deleted that comes later */
        plan.flags &= ~(guint32)REVERT(DELETE_CHILDREN);
    vm_revert_plan(&plan);
    if (!vm_revert_plan_external(&plan, error))
        return FALSE;
    vm_revert_plan_disks(&plan);
    vm_revert_plan_lists(&plan);
    vm_revert_ahead(&plan);
    if (!check_all(&plan, error)) {
        vm_intent_forget_ahead(plan.domain);
        return FALSE;
    }
    return plan.keep_process ? vm_revert_in_process(&plan, error)
                             : vm_revert_with_disks(&plan, error);
}
