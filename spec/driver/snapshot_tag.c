/* SPDX-License-Identifier: LGPL-2.1-or-later
 *
 * What images hold under the name of a snapshot: told at once where the
 * hypervisor can, else found in what it tells of the whole image.
 */
#include "spec/driver/snapshot_steps.h"
#include <string.h>

static gboolean
tell(const VmImageInfo *info, VmImageTag *held)
{
    if (info == NULL)
        return FALSE;
    for (guint i = 0; i < info->snapshots->len; i++) {
        const VmImageSnapshot *entry = g_ptr_array_index(info->snapshots, i);
        gboolean named = g_strcmp0(entry->name, held->name) == 0;
        held->is_id |= !named && g_strcmp0(entry->id, held->name) == 0;
        if (named && held->count++ == 0)
            held->vm_state_size = entry->vm_state_size;
    }
    held->has_bitmaps = info->bitmaps->len > 0;
    held->data_outside = info->data_outside;
    held->keeps_none = g_strcmp0(info->format, "qcow2") != 0;
    return TRUE;
}

static gboolean
device_tag(VmDomain *domain, guint disk, VmImageTag *held, GError **error)
{
    const char *target = vm_domain_def_disk(domain->def, disk)->target;
    g_autoptr(GError) failure = NULL;
    if (!vm_domain_check_settled(domain, error))
        return FALSE;
    if (domain->instance->hypervisor->ops->device_tag(domain->instance, target, held, &failure))
        return TRUE;
    if (g_error_matches(failure, VM_QMP_ERROR, VM_QMP_DEVICE_NOT_FOUND))
        return vm_refuse(error, VIR_ERR_OPERATION_FAILED, "domain '%s': disk '%s' has no node",
                         domain->def->name, target);
    return vm_domain_refuse_qmp(domain, "query-block", failure, error);
}

gboolean
vm_snapshot_disk_tag(VmDomain *domain, guint disk, json_t **blocks, VmImageTag *held,
                     GError **error)
{
    if (!vm_domain_is_active(domain))
        return vm_snapshot_file_tag(domain, vm_domain_def_disk(domain->def, disk)->source.path,
                                    held, error);
    if (domain->instance->hypervisor->ops->device_tag != NULL)
        return device_tag(domain, disk, held, error);
    g_autoptr(VmImageInfo) info = vm_snapshot_image(domain, disk, blocks, error);
    return tell(info, held);
}

gboolean
vm_snapshot_file_tag(VmDomain *domain, const char *path, VmImageTag *held, GError **error)
{
    VmHypervisor *hypervisor = domain->driver->hypervisor;
    if (hypervisor->ops->image_tag == NULL) {
        g_autoptr(VmImageInfo) info = vm_snapshot_image_file(domain, path, error);
        return tell(info, held);
    }
    g_autoptr(GError) failure = NULL;
    return hypervisor->ops->image_tag(hypervisor, path, held, &failure) ||
           vm_snapshot_image_unreadable(domain, path, failure, error);
}

gboolean
vm_snapshot_tag_to_delete(VmDomain *domain, const VmDiskDef *disk, VmImageTag *held, GError **error)
{
    const VmDiskSource *source = &disk->source;
    if (!vm_snapshot_file_tag(domain, source->path, held, error))
        return FALSE;
    return !held->keeps_none || g_strcmp0(source->format, "qcow2") != 0 ||
           vm_refuse(
               error, VIR_ERR_OPERATION_FAILED,
               "domain '%s', snapshot '%s', disk '%s': image '%s' is no qcow2 image any more, "
               "and what it held is not there (SNAP-DEL-010)",
               domain->def->name, held->name, disk->target, source->path);
}
