/* SPDX-License-Identifier: LGPL-2.1-or-later
 *
 * The images of a revert: all that can be known is looked at beforehand, and
 * where several steps can fail the state before is kept under a tag.
 */
#include "spec/driver/image_sharing.h"
#include "spec/driver/image_users.h"
#include "spec/driver/snapshot_steps.h"
#include <string.h>

/* ---- look ---- */

static gboolean
refuse(const VmRevertPlan *plan, const VmDiskDef *disk, GError **error, const char *text)
{
    return vm_refuse(error, VIR_ERR_OPERATION_FAILED, "domain '%s', snapshot '%s', disk '%s': %s",
                     plan->domain->def->name, plan->moment->name, disk->target, text);
}

static gboolean
check_entry(VmRevertPlan *plan, guint number, const VmImageTag *held, GError **error)
{
    const VmDiskDef *disk = vm_domain_def_disk(plan->base, number);
    if (held->count == 0)
        return refuse(plan, disk, error, "the image does not hold the snapshot (SNAP-REVI-004)");
    if (held->count > 1)
        return refuse(plan, disk, error,
                      "the image holds several snapshots of that name (VM-REV-005)");
    if (held->is_id)
        return refuse(plan, disk, error,
                      "the name is the id of another snapshot in the image, which would be "
                      "loaded in its place (SNAP-REVI-004)");
    gboolean memory = plan->live && held->vm_state_size > 0;
    if (memory && plan->vmstate >= 0)
        return refuse(plan, disk, error,
                      "a second image holds memory of the snapshot (SNAP-REVI-005)");
    if (memory)
        plan->vmstate = (int)number;
    if (held->has_bitmaps)
        return vm_refuse(error, VIR_ERR_OPERATION_UNSUPPORTED,
                         "domain '%s', snapshot '%s': the image of disk '%s' has bitmaps, which "
                         "cannot go back with it (VM-REV-011)",
                         plan->domain->def->name, plan->moment->name, disk->target);
    return TRUE;
}

/* Into the image, through the process where it has it open. */
static gboolean
look(const VmRevertPlan *plan, guint number, json_t **nodes, VmImageTag *held, GError **error)
{
    VmDomain *domain = plan->domain;
    const VmDiskDef *disk = vm_domain_def_disk(plan->base, number);
    int today = vm_domain_def_disk_index(domain->def, disk->target);
    gboolean open = today >= 0 && vm_domain_is_active(domain) &&
                    g_strcmp0(vm_domain_def_disk(domain->def, (guint)today)->source.path,
                              disk->source.path) == 0;
    return open ? vm_snapshot_disk_tag(domain, (guint)today, nodes, held, error)
                : vm_image_check_idle(domain, disk->source.path, "VM-REV-009", error) &&
                      vm_snapshot_file_tag(domain, disk->source.path, held, error);
}

/* A tag that no name can be: names of recorded snapshots have no slash, and others are looked for.
 */
static void
draw_way_back(VmRevertPlan *plan)
{
    g_free(plan->way_back);
    plan->way_back = g_strdup_printf("/way-back/%08x", vm_env_random(plan->domain->driver->env));
}

static gboolean
check_images(VmRevertPlan *plan, gboolean *clash, GError **error)
{
    json_t *nodes = NULL;
    gboolean ok = TRUE;
    plan->vmstate = -1;
    *clash = FALSE;
    for (guint i = 0; ok && i < plan->disks->len; i++) {
        guint number = g_array_index(plan->disks, guint, i);
        VmImageTag held = {.name = plan->moment->name}, back = {.name = plan->way_back};
        ok = look(plan, number, &nodes, &held, error) && check_entry(plan, number, &held, error) &&
             (back.name == NULL || look(plan, number, &nodes, &back, error));
        *clash |= ok && back.count > 0;
    }
    json_decref(nodes);
    return ok;
}

/* Every internal disk of the snapshot is in the definition that comes back (SNAP-REVI-003). */
static gboolean
check_disks(const VmRevertPlan *plan, GError **error)
{
    const VmSnapshotDef *def = vm_moment_snapshot(plan->moment);
    for (guint i = 0; i < def->disks->len; i++) {
        const VmSnapshotDisk *disk = g_ptr_array_index(def->disks, i);
        if (disk->location == VM_LOCATION_INTERNAL &&
            vm_domain_def_disk_index(plan->base, disk->name) < 0)
            return vm_refuse(error, VIR_ERR_OPERATION_FAILED,
                             "domain '%s', snapshot '%s': its definition has no disk '%s' "
                             "(SNAP-REVI-003)",
                             plan->domain->def->name, plan->moment->name, disk->name);
    }
    return TRUE;
}

gboolean
vm_revert_check_images(VmRevertPlan *plan, GError **error)
{
    /* one image that is reverted as the last step needs no way back */
    gboolean again = plan->way_back != NULL;
    gboolean more = plan->drop_save || plan->overlays->len > 0 || plan->tops->len > 0 ||
                    (plan->start && !plan->keep_process);
    gboolean needed = plan->disks->len > 1 || (plan->disks->len > 0 && more);
    gboolean clash = FALSE;
    if (!check_disks(plan, error))
        return FALSE;
    do {
        if (needed && !again)
            draw_way_back(plan);
        if (!check_images(plan, &clash, error))
            return FALSE;
    } while (clash && !again);
    gboolean in_images = vm_moment_snapshot(plan->moment)->memory != VM_LOCATION_EXTERNAL;
    if (plan->live && in_images && plan->vmstate < 0)
        return vm_refuse(error, VIR_ERR_OPERATION_FAILED,
                         "domain '%s', snapshot '%s': no image holds its memory (SNAP-REVI-006)",
                         plan->domain->def->name, plan->moment->name);
    return TRUE;
}

/* ---- change ---- */

GArray *
vm_revert_disks_today(const VmRevertPlan *plan, int *vmstate)
{
    GArray *disks = g_array_new(FALSE, FALSE, sizeof(guint));
    *vmstate = -1;
    for (guint i = 0; i < plan->disks->len; i++) {
        guint number = g_array_index(plan->disks, guint, i);
        const char *target = vm_domain_def_disk(plan->base, number)->target;
        int index = vm_domain_def_disk_index(plan->domain->def, target);
        g_assert(index >= 0);
        guint today = (guint)index;
        g_array_append_val(disks, today);
        if (plan->vmstate == (int)number)
            *vmstate = index;
    }
    return disks;
}

gboolean
vm_revert_load(const VmRevertPlan *plan, const char *tag, GError **error)
{
    int vmstate = -1;
    g_autoptr(GArray) disks = vm_revert_disks_today(plan, &vmstate);
    return vm_snapshot_job(plan->domain, "snapshot-load", tag, disks, vmstate, error);
}

gboolean
vm_revert_each_image(const VmRevertPlan *plan, VmImageSnapshotVerb verb, const char *tag,
                     GError **error)
{
    for (guint i = 0; i < plan->disks->len; i++) {
        const VmDiskDef *disk =
            vm_domain_def_disk(plan->base, g_array_index(plan->disks, guint, i));
        if (!vm_snapshot_image_do(plan->domain, disk->source.path, verb, tag, error))
            return FALSE;
    }
    return TRUE;
}

/* Off, the images are the plan's, whatever the domain's definition has become. */
static gboolean
forget_off(const VmRevertPlan *plan, GError **error)
{
    for (guint i = 0; i < plan->disks->len; i++) {
        const char *path =
            vm_domain_def_disk(plan->base, g_array_index(plan->disks, guint, i))->source.path;
        VmImageTag held = {.name = plan->way_back};
        if (!vm_snapshot_file_tag(plan->domain, path, &held, error))
            return FALSE;
        if (held.count > 0 && !vm_snapshot_image_do(plan->domain, path, VM_IMAGE_SNAPSHOT_DELETE,
                                                    plan->way_back, error))
            return FALSE;
    }
    return TRUE;
}

VmWayBack
vm_revert_look_for_way_back(const VmRevertPlan *plan, GError **error)
{
    guint count = 0, last = plan->disks->len;
    gboolean in_last = FALSE;
    for (guint i = 0; plan->way_back != NULL && i < last; i++) {
        guint number = g_array_index(plan->disks, guint, i);
        const char *path = vm_domain_def_disk(plan->base, number)->source.path;
        VmImageTag held = {.name = plan->way_back};
        if (!vm_snapshot_file_tag(plan->domain, path, &held, error))
            return VM_WAY_BACK_UNSEEN;
        in_last = held.count > 0;
        count += in_last;
    }
    if (count > 0 && count == last)
        return VM_WAY_BACK_WHOLE;
    return in_last ? VM_WAY_BACK_GOING : VM_WAY_BACK_NONE;
}

gboolean
vm_revert_forget_way_back(const VmRevertPlan *plan)
{
    int vmstate = -1;
    g_autoptr(GError) error = NULL;
    gboolean ok;
    if (vm_domain_is_active(plan->domain)) {
        g_autoptr(GArray) disks = vm_revert_disks_today(plan, &vmstate);
        ok = vm_snapshot_job(plan->domain, "snapshot-delete", plan->way_back, disks, -1, &error);
    } else {
        ok = forget_off(plan, &error);
    }
    if (!ok)
        vm_snapshot_log(plan->domain, "a temporary snapshot is left in the images", error);
    return ok;
}
