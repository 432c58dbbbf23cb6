/* SPDX-License-Identifier: LGPL-2.1-or-later
 *
 * Internal snapshots: an entry in each image, with the memory in the first one
 * where the domain is active.
 */
#include "spec/driver/image_sharing.h"
#include "spec/driver/snapshot_steps.h"

#define CREATE(name) VIR_DOMAIN_SNAPSHOT_CREATE_##name

static gboolean
records(const VmSnapshotPlan *plan)
{
    return (plan->flags & CREATE(NO_METADATA)) == 0;
}

/* What recovery needs to take an unrecorded snapshot out of the images again. */
static char *
intent_of(const VmSnapshotPlan *plan)
{
    GString *json = vm_intent_open(plan->domain, "snapshot-create");
    vm_json_text(json, "kind", "internal");
    vm_json_text(json, "name", plan->def->name);
    vm_json_flag(json, "running", plan->domain->state == VIR_DOMAIN_RUNNING);
    vm_json_flag(json, "halt", (plan->flags & CREATE(HALT)) != 0);
    vm_snapshot_put_paths(json, "images", plan->domain->def, plan->tagged);
    return vm_intent_close(json);
}

void
vm_snapshot_internal_ahead(const VmSnapshotPlan *plan)
{
    if (plan->external || !vm_domain_look_ahead(plan->domain))
        return;
    g_autofree char *record = intent_of(plan);
    vm_intent_ahead(plan->domain, record);
}

/* Off: qemu-img on one image after the other; those done are undone when one fails. */
gboolean
vm_snapshot_tag_off(const VmSnapshotPlan *plan, GError **error)
{
    VmDomain *domain = plan->domain;
    const GArray *disks = plan->tagged;
    const char *tag = plan->def->name;
    guint done = 0;
    gboolean ok = TRUE;
    for (; ok && done < disks->len; done += ok) {
        const VmDiskDef *disk = vm_domain_def_disk(domain->def, g_array_index(disks, guint, done));
        ok = vm_image_check_idle(domain, disk->source.path, "VM-PREP-006", error) &&
             vm_snapshot_image_do(domain, disk->source.path, VM_IMAGE_SNAPSHOT_CREATE, tag, error);
    }
    /* the failing one too: its entry may be there, but not durable */
    for (guint i = 0; !ok && i <= done && i < disks->len; i++) {
        guint disk = g_array_index(disks, guint, i);
        g_autoptr(GArray) one = g_array_new(FALSE, FALSE, sizeof(guint));
        g_array_append_val(one, disk);
        g_autoptr(GError) failure = NULL;
        if (!vm_snapshot_delete_tag(domain, tag, one, &failure))
            vm_snapshot_log(domain, "an unfinished snapshot is left in an image", failure);
    }
    return ok;
}

/* Active: one job over all images, the CPUs stopped; they stay so where `halt` follows. */
static gboolean
act_live(const VmSnapshotPlan *plan, GError **error)
{
    VmDomain *domain = plan->domain;
    gboolean running = domain->state == VIR_DOMAIN_RUNNING;
    if (running && !vm_domain_process_stop_cpus(domain, error))
        return FALSE;
    int first = (int)g_array_index(plan->tagged, guint, 0);
    gboolean ok =
        vm_snapshot_job(domain, "snapshot-save", plan->def->name, plan->tagged, first, error);
    if (ok || !running || vm_domain_is_unclear(domain))
        return ok;
    g_autoptr(GError) failure = NULL;
    if (!vm_snapshot_go_on(domain, &failure))
        vm_snapshot_log(domain, "the guest could not go on", failure);
    return FALSE;
}

static void
undo(const VmSnapshotPlan *plan)
{
    g_autoptr(GError) failure = NULL;
    if (!vm_snapshot_delete_tag(plan->domain, plan->def->name, plan->tagged, &failure))
        vm_snapshot_log(plan->domain, "an unrecorded snapshot is left in the images", failure);
}

/* The snapshot stands; what the domain does next. */
static gboolean
finish(const VmSnapshotPlan *plan, gboolean running, GError **error)
{
    VmDomain *domain = plan->domain;
    if (!vm_domain_is_active(domain))
        return TRUE;
    if (plan->flags & CREATE(HALT)) {
        if (running)
            vm_domain_announce(domain, VIR_DOMAIN_EVENT_SUSPENDED,
                               VIR_DOMAIN_EVENT_SUSPENDED_PAUSED);
        vm_snapshot_halt(domain);
        return TRUE;
    }
    return !running || vm_snapshot_resume(domain, error);
}

gboolean
vm_snapshot_create_internal(VmSnapshotPlan *plan, GError **error)
{
    VmDomain *domain = plan->domain;
    gboolean running = domain->state == VIR_DOMAIN_RUNNING;
    g_autofree char *record = intent_of(plan);
    if (!vm_intent_begin(domain, record, error))
        return FALSE;

    gboolean ok =
        vm_domain_is_active(domain) ? act_live(plan, error) : vm_snapshot_tag_off(plan, error);
    if (ok && records(plan) && !vm_snapshot_record_new(domain, plan->def, error)) {
        undo(plan);
        g_autoptr(GError) failure = NULL;
        if (running && !vm_snapshot_go_on(domain, &failure))
            vm_snapshot_log(domain, "the guest could not go on", failure);
        ok = FALSE;
    }
    if (ok && records(plan))
        vm_snapshot_link_new(domain, vm_snapshot_def_ref(plan->def));
    ok = ok && finish(plan, running, error);
    vm_intent_end(domain);
    return ok;
}
