/* SPDX-License-Identifier: LGPL-2.1-or-later
 *
 * virDomainRevertToSnapshot: what it comes to, and which way it goes.
 */
#include "spec/driver/snapshot_steps.h"

#define REVERT(name) VIR_DOMAIN_SNAPSHOT_REVERT_##name

static void
plan_clear(VmRevertPlan *plan)
{
    vm_domain_def_unref(plan->base);
    vm_domain_def_unref(plan->next);
    vm_domain_def_unref(plan->old);
    g_clear_pointer(&plan->disks, g_array_unref);
    g_free(plan->way_back);
}
G_DEFINE_AUTO_CLEANUP_CLEAR_FUNC(VmRevertPlan, plan_clear)

/* Whether the process can live on: rfc's way wherever ABI and images are the same. */
static gboolean
can_keep_process(const VmRevertPlan *plan)
{
    VmDomain *domain = plan->domain;
    return domain->driver->profile == VM_PROFILE_RFC && plan->live && plan->was_active &&
           vm_snapshot_other_image(domain, vm_moment_snapshot(plan->moment)) == NULL &&
           vm_domain_def_check_abi(domain->def, plan->base, NULL);
}

/* A snapshot of the oldest form lists no disks: it is in all that could hold it. */
static GArray *
every_qcow2_disk(const VmDomainDef *def)
{
    GArray *disks = g_array_new(FALSE, FALSE, sizeof(guint));
    for (guint i = 0; i < def->disks->len; i++) {
        const VmDiskDef *disk = vm_domain_def_disk(def, i);
        if (disk->source.path != NULL && !disk->read_only &&
            g_strcmp0(disk->source.format, "qcow2") == 0)
            g_array_append_val(disks, i);
    }
    return disks;
}

/* Section 13.1 of the snapshot rules, as far as it is known beforehand. */
static void
make_plan(VmRevertPlan *plan)
{
    VmDomain *domain = plan->domain;
    const VmSnapshotDef *def = vm_moment_snapshot(plan->moment);
    guint32 flags = plan->flags;
    const char *name = domain->def->name;

    plan->former = vm_moment_tree_current(domain->snapshots);
    plan->was_active = vm_domain_is_active(domain);
    plan->live = def->state == VM_SNAPSHOT_RUNNING || def->state == VM_SNAPSHOT_PAUSED;
    plan->start = plan->live || (flags & (REVERT(RUNNING) | REVERT(PAUSED)));
    plan->run = (flags & REVERT(RUNNING)) ||
                (def->state == VM_SNAPSHOT_RUNNING && !(flags & REVERT(PAUSED)));

    /* SNAP-REV-017, -018; without a definition FORCE keeps the present one (VM-REV-004) */
    plan->old = vm_domain_def_ref(domain->next_def != NULL ? domain->next_def : domain->def);
    VmDomainDef *captured = def->domain != NULL ? def->domain : domain->def;
    VmDomainDef *inactive = def->inactive_domain != NULL ? def->inactive_domain
                            : def->domain != NULL        ? def->domain
                                                         : plan->old;
    plan->next = vm_domain_def_with_name(inactive, name);
    plan->base = plan->live && captured != inactive ? vm_domain_def_with_name(captured, name)
                                                    : vm_domain_def_ref(plan->next);
    plan->disks = def->domain == NULL && def->disks->len == 0
                      ? every_qcow2_disk(plan->base)
                      : vm_snapshot_internal_disks(def, plan->base);
    plan->vmstate = -1;
    plan->keep_process = can_keep_process(plan);
    plan->drop_save =
        domain->driver->profile == VM_PROFILE_RFC && vm_domain_managed_save_exists(domain);
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
    const VmGuardContext context = {.domain = plan.domain, .moment = plan.moment, .flags = flags};
    if (!vm_guard(VM_GUARD_REVERT, &context, error))
        return FALSE;

    make_plan(&plan);
    if (!vm_revert_check_images(&plan, error))
        return FALSE;
    if (plan.start && !plan.keep_process &&
        !vm_domain_check_startable(plan.domain, plan.base, error))
        return FALSE;
    return plan.keep_process ? vm_revert_in_process(&plan, error)
                             : vm_revert_with_disks(&plan, error);
}

/* ---- what is recorded ---- */

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
    if (!vm_snapshot_record_current(plan->domain, plan->moment, error))
        return FALSE;
    if (record_config(plan, plan->next, error))
        return TRUE;
    g_autoptr(GError) failure = NULL;
    if (!vm_snapshot_record_current(plan->domain, plan->former, &failure))
        vm_snapshot_log(plan->domain, "metadata could not be put back", failure);
    return FALSE;
}

void
vm_revert_unrecord(VmRevertPlan *plan)
{
    g_autoptr(GError) failure = NULL;
    if (!record_config(plan, plan->old, &failure))
        vm_snapshot_log(plan->domain, "the former definition could not be put back", failure);
    g_clear_error(&failure);
    if (!vm_snapshot_record_current(plan->domain, plan->former, &failure))
        vm_snapshot_log(plan->domain, "metadata could not be put back", failure);
}

gboolean
vm_revert_begin(const VmRevertPlan *plan, GError **error)
{
    g_autofree char *config = vm_domain_def_format(plan->old, VM_DOMAIN_FORMAT_SECURE);
    json_t *data = json_pack("{s:s, s:s?, s:s?, s:b, s:b, s:b, s:s}", "name", plan->moment->name,
                             "former", plan->former != NULL ? plan->former->name : NULL, "way-back",
                             plan->way_back, "kept", plan->keep_process, "done", plan->done,
                             "drop-save", plan->drop_save, "config", config);
    return vm_intent_begin(plan->domain, "snapshot-revert", data, error);
}

/* ---- recovery ---- */

/* The plan of the call that was interrupted, as it stands now. */
static gboolean
plan_again(const VmIntent *intent, VmRevertPlan *plan)
{
    VmMomentTree *tree = intent->domain->snapshots;
    const char *name = json_string_value(json_object_get(intent->data, "name"));
    const char *former = json_string_value(json_object_get(intent->data, "former"));
    const char *config = json_string_value(json_object_get(intent->data, "config"));
    plan->domain = intent->domain;
    plan->moment = name != NULL ? vm_moment_tree_find(tree, name) : NULL;
    if (plan->moment == NULL)
        return FALSE;
    make_plan(plan);
    plan->former = former != NULL ? vm_moment_tree_find(tree, former) : NULL;
    plan->keep_process = json_is_true(json_object_get(intent->data, "kept"));
    plan->done = json_is_true(json_object_get(intent->data, "done"));
    plan->drop_save = json_is_true(json_object_get(intent->data, "drop-save"));
    plan->way_back = g_strdup(json_string_value(json_object_get(intent->data, "way-back")));
    g_autoptr(VmDomainDef) old = config != NULL ? vm_domain_def_parse(config, NULL, 0, NULL) : NULL;
    if (old != NULL) {
        vm_domain_def_unref(plan->old);
        plan->old = g_steal_pointer(&old);
    }
    return TRUE;
}

/* A process that was to load the snapshot is not started again, and what it may have left half-way
 * goes back.  There is no way back where the managed save image is gone, which is the last to go.
 * A way back that is not whole was not ready, and nothing was loaded; or it is being removed, and
 * all was.  In the same process the revert is recorded after the one and before the other. */
static gboolean
recover_load(VmRevertPlan *plan, GError **error)
{
    VmWayBack way_back = vm_revert_look_for_way_back(plan);
    gboolean dropped = plan->drop_save && !vm_domain_managed_save_exists(plan->domain);
    if (dropped || way_back == VM_WAY_BACK_GOING ||
        (plan->keep_process && way_back != VM_WAY_BACK_WHOLE))
        return TRUE;
    if (way_back == VM_WAY_BACK_WHOLE &&
        !vm_revert_each_image(plan, VM_IMAGE_SNAPSHOT_APPLY, plan->way_back, error))
        return FALSE;
    vm_revert_unrecord(plan);
    return TRUE;
}

/* Off: applying the entries again does no harm, so that it is completed. */
static gboolean
recover_off(VmRevertPlan *plan, GError **error)
{
    const char *name = plan->moment->name;
    if (plan->live)
        return recover_load(plan, error);
    if (!vm_revert_each_image(plan, VM_IMAGE_SNAPSHOT_APPLY, name, error))
        return FALSE;
    if (!vm_revert_drop_managed_save(plan, error) || !vm_revert_record(plan, error))
        return FALSE;
    if (plan->domain->persistent)
        vm_domain_set_def(plan->domain, vm_domain_def_ref(plan->next));
    return TRUE;
}

/* A guest that still runs had not been touched, nor a process that was to be replaced (a new one
 * that was not ready is gone by now).  One that waits has not run since: the load is done again. */
static gboolean
recover_active(VmRevertPlan *plan, GError **error)
{
    VmDomain *domain = plan->domain;
    if (!plan->keep_process || domain->state == VIR_DOMAIN_RUNNING) {
        vm_revert_unrecord(plan);
        return TRUE;
    }
    if (!vm_revert_check_images(plan, error) || !vm_revert_load(plan, plan->moment->name, error) ||
        !vm_revert_drop_managed_save(plan, error) || !vm_revert_record(plan, error))
        return FALSE;
    vm_domain_set_state(domain, VIR_DOMAIN_PAUSED, VIR_DOMAIN_PAUSED_FROM_SNAPSHOT);
    return vm_record_status(domain, error);
}

void
vm_snapshot_revert_recover(const VmIntent *intent)
{
    g_auto(VmRevertPlan) plan = {0};
    if (intent->domain == NULL || !plan_again(intent, &plan))
        return;
    g_autoptr(GError) error = NULL;
    gboolean ok = plan.done                          ? TRUE
                  : vm_domain_is_active(plan.domain) ? recover_active(&plan, &error)
                                                     : recover_off(&plan, &error);
    if (!ok)
        vm_snapshot_log(plan.domain, "an interrupted revert could not be settled", error);
    vm_snapshot_settle_current(plan.domain, vm_moment_tree_current(plan.domain->snapshots));
    if (ok && plan.way_back != NULL)
        vm_revert_forget_way_back(&plan);
}
