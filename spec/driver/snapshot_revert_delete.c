/* SPDX-License-Identifier: LGPL-2.1-or-later
 *
 * Reverts that delete: the descendants of the snapshot, or it itself, go when
 * it has been gone back to, as by virDomainSnapshotDelete.
 */
#include "spec/driver/snapshot_delete.h"
#include "spec/driver/snapshot_overlay.h"

#define REVERT(name) VIR_DOMAIN_SNAPSHOT_REVERT_##name

static guint32
delete_flags(guint32 flags)
{
    if ((flags & REVERT(DISCARD)) == 0)
        return VIR_DOMAIN_SNAPSHOT_DELETE_CHILDREN_ONLY;
    return flags & REVERT(DELETE_CHILDREN) ? VIR_DOMAIN_SNAPSHOT_DELETE_CHILDREN : 0;
}

/* ---- beforehand ---- */

/* The overlays that are still to be made. */
static void
add_overlays(VmImageUsers *users, const VmRevertPlan *plan)
{
    for (guint i = 0; i < plan->overlays->len; i++) {
        const VmOverlay *overlay = g_ptr_array_index(plan->overlays, i);
        const VmDiskDef *disk = vm_domain_def_disk(plan->held, overlay->disk);
        VmUsedImage *image = vm_image_users_add(users, overlay->path);
        image->missing = FALSE;
        image->recorded = TRUE;
        image->format = g_strdup(overlay->format);
        vm_image_users_set_backing(users, overlay->path, overlay->base, disk->source.format);
    }
}

/* The tops of before go with the revert, where nothing else uses them. */
static void
drop_former_tops(VmImageUsers *users, const VmDomainDef *former)
{
    for (guint i = 0; former != NULL && i < former->disks->len; i++) {
        const char *path = vm_domain_def_disk(former, i)->source.path;
        const VmUsedImage *image = path != NULL ? vm_image_users_find(users, path) : NULL;
        if (image != NULL && image->users->len == 0 && vm_image_users_is_ours(users, path))
            vm_image_users_drop(users, path);
    }
}

static gboolean
check_then(const VmRevertPlan *plan, const VmDomainDef *former, const VmDomainDef *former_next,
           GError **error)
{
    VmDomain *domain = plan->domain;
    g_autoptr(VmImageUsers) users = vm_image_users_take(domain->driver, error);
    if (users == NULL)
        return FALSE;
    drop_former_tops(users, former);
    drop_former_tops(users, former_next);
    add_overlays(users, plan);
    return vm_snapshot_delete_check(domain, plan->moment, delete_flags(plan->flags), users, error);
}

/* What a delete looks at is the domain as it will be. */
gboolean
vm_revert_check_deletes(const VmRevertPlan *plan, GError **error)
{
    VmDomain *domain = plan->domain;
    VmDomainDef *def = domain->def, *next_def = domain->next_def;
    if ((plan->flags & VM_REVERT_DELETES) == 0)
        return TRUE;
    domain->def = plan->start ? plan->base : plan->next;
    domain->next_def = plan->start && domain->persistent ? plan->next : NULL;
    gboolean ok = check_then(plan, def, next_def, error);
    domain->def = def;
    domain->next_def = next_def;
    return ok;
}

/* ---- afterwards ---- */

/* The new process has its guest: a driver that dies now finds it waiting. */
static void
let_wait(VmDomain *domain)
{
    if (!vm_domain_is_active(domain))
        return;
    vm_domain_set_state(domain, VIR_DOMAIN_PAUSED, VIR_DOMAIN_PAUSED_FROM_SNAPSHOT);
    vm_record_status_anyway(domain);
}

gboolean
vm_revert_delete(VmRevertPlan *plan, GError **error)
{
    VmDomain *domain = plan->domain;
    if ((plan->flags & VM_REVERT_DELETES) == 0)
        return TRUE;
    let_wait(domain);
    plan->done = TRUE;
    gboolean ok = vm_revert_begin(plan, error) &&
                  vm_snapshot_delete_moment(domain, plan->moment, delete_flags(plan->flags), error);
    plan->moment = NULL;
    if (!ok)
        g_prefix_error(error, "the domain has been reverted, but not all is deleted: ");
    return ok;
}
