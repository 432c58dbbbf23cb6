/* SPDX-License-Identifier: LGPL-2.1-or-later
 *
 * Which save image belongs to the disks as they are: the mark of the last save
 * to a file, kept until the guest may have run again.
 */
#include "spec/driver/image_users.h"
#include "spec/driver/save_image.h"
#include <string.h>

gboolean
vm_save_mark_set(VmDomain *domain, const char *mark, GError **error)
{
    const char *path = vm_domain_path(domain, VM_KEPT_SAVE_MARK);
    return vm_store_replace(domain->driver->store, path, mark, error);
}

gboolean
vm_save_mark_drop(VmDomain *domain, GError **error)
{
    VmStore *store = domain->driver->store;
    const char *path = vm_domain_path(domain, VM_KEPT_SAVE_MARK);
    return vm_store_kind(store, path) == VM_FILE_MISSING || vm_store_remove(store, path, error);
}

/* Whether a guest of that definition writes to a disk that the image was made with. */
static gboolean
writes_disk_of_image(const VmSaveImage *image, const VmDomainDef *def)
{
    for (guint i = 0; i < def->disks->len; i++) {
        const VmDiskDef *disk = vm_domain_def_disk(def, i);
        for (guint j = 0;
             disk->source.path != NULL && !disk->read_only && j < image->def->disks->len; j++) {
            const VmDiskDef *then = vm_domain_def_disk(image->def, j);
            if (then->source.path != NULL && vm_path_same(then->source.path, disk->source.path))
                return TRUE;
        }
    }
    return FALSE;
}

/* An image without a mark is not of this driver's saves: nothing is known of it. */
static gboolean
is_stale(VmDriver *driver, const VmSaveImage *image, const VmDomainDef *def)
{
    if (image->mark == NULL)
        return FALSE;
    if (strcmp(image->mark, VM_SAVE_MARK_MOMENT) == 0)
        return writes_disk_of_image(image, def);
    g_autofree char *path = vm_path_save_mark(driver, image->def->uuid);
    g_autofree char *mark = vm_store_read_text(driver->store, path, VM_SAVE_MARK_SIZE, NULL);
    return g_strcmp0(mark, image->mark) != 0;
}

static gboolean
check_frozen(VmDriver *driver, const VmSaveImage *image, const VmDomainDef *def, GError **error)
{
    g_autoptr(VmImageUsers) users = vm_image_users_take(driver, NULL);
    for (guint i = 0; users != NULL && i < def->disks->len; i++) {
        const VmDiskDef *disk = vm_domain_def_disk(def, i);
        if (disk->source.path == NULL || disk->read_only ||
            !vm_image_users_freeze(users, disk->source.path, FALSE))
            continue;
        return vm_refuse(error, VIR_ERR_OPERATION_INVALID,
                         "domain '%s': the guest of save image '%s' would write to '%s', which "
                         "lies under an overlay or is a snapshot's (VM-SAVE-005)",
                         def->name, image->path, disk->source.path);
    }
    return TRUE;
}

gboolean
vm_save_check_fresh(VmDomain *domain, const VmSaveImage *image, const VmDomainDef *def,
                    GError **error)
{
    VmDriver *driver = domain->driver;
    if (driver->profile != VM_PROFILE_RFC)
        return TRUE;
    if (!vm_save_check_unmanaged(domain, error))
        return FALSE;
    if (is_stale(driver, image, def))
        return vm_refuse(error, VIR_ERR_OPERATION_INVALID,
                         "domain '%s': its disks may have been written since save image '%s' was "
                         "made (VM-SAVE-004)",
                         def->name, image->path);
    return check_frozen(driver, image, def, error);
}

gboolean
vm_save_check_unmanaged(const VmDomain *domain, GError **error)
{
    if (domain->driver->profile != VM_PROFILE_RFC || !vm_domain_managed_save_exists(domain))
        return TRUE;
    return vm_refuse(error, VIR_ERR_OPERATION_INVALID,
                     "domain '%s' has a managed save image, whose memory belongs to the disks as "
                     "they are; start it from that, or remove it (VM-SAVE-003)",
                     domain->def->name);
}

/* ---- other domains on the same images ---- */

/* Whether that guest writes to what the other domain has as a disk, and not by agreement. */
static gboolean
writes_disk_of(const VmDomainDef *def, const VmDomain *other)
{
    for (guint i = 0; i < def->disks->len; i++) {
        const VmDiskDef *ours = vm_domain_def_disk(def, i);
        if (ours->source.path == NULL || ours->read_only || ours->transient)
            continue;
        for (guint j = 0; j < other->def->disks->len; j++) {
            const VmDiskDef *theirs = vm_domain_def_disk(other->def, j);
            if (!(ours->shareable && theirs->shareable) && theirs->source.path != NULL &&
                vm_path_same(ours->source.path, theirs->source.path))
                return TRUE;
        }
    }
    return FALSE;
}

/* The other inactive domains that have a disk which that guest writes to; the caller frees it. */
static GPtrArray *
neighbours(const VmDomain *domain, const VmDomainDef *def)
{
    GPtrArray *found = g_ptr_array_new();
    g_autoptr(GPtrArray) domains = vm_driver_domains(domain->driver);
    for (guint i = 0; i < domains->len; i++) {
        VmDomain *other = g_ptr_array_index(domains, i);
        if (other != domain && !vm_domain_is_active(other) && writes_disk_of(def, other))
            g_ptr_array_add(found, other);
    }
    return found;
}

gboolean
vm_save_check_neighbours(const VmDomain *domain, const VmDomainDef *def, GError **error)
{
    if (domain->driver->profile != VM_PROFILE_RFC)
        return TRUE;
    g_autoptr(GPtrArray) others = neighbours(domain, def);
    for (guint i = 0; i < others->len; i++) {
        const VmDomain *other = g_ptr_array_index(others, i);
        if (vm_domain_managed_save_exists(other))
            return vm_refuse(error, VIR_ERR_OPERATION_FAILED,
                             "domain '%s' would write to a disk of domain '%s', whose managed save "
                             "image has the memory that belongs to it (VM-SAVE-008)",
                             def->name, other->def->name);
    }
    return TRUE;
}

gboolean
vm_save_mark_drop_neighbours(const VmDomain *domain, const VmDomainDef *def, GError **error)
{
    g_autoptr(GPtrArray) others = neighbours(domain, def);
    for (guint i = 0; i < others->len; i++) {
        if (!vm_save_mark_drop(g_ptr_array_index(others, i), error))
            return FALSE;
    }
    return TRUE;
}
