/* SPDX-License-Identifier: LGPL-2.1-or-later
 *
 * <transient/> disks: an overlay is made when the domain starts and goes when
 * it ends, so that what the guest wrote is gone.
 */
#include "spec/driver/image_users.h"
#include <string.h>

/* The overlay of a disk's image, by the name that it has in other drivers too (DISK-TR-004).  The
 * caller frees it. */
static char *
overlay_path(const VmDomainDef *def, const VmDiskDef *disk)
{
    return g_strdup_printf("%s.TRANSIENT-%s", disk->source.path, def->name);
}

static gboolean
wants_overlay(const VmDiskDef *disk)
{
    return disk->transient && disk->source.path != NULL;
}

/* What is below the overlay of a disk as it runs; NULL for one without. */
static const VmDiskSource *
base_of(const VmDomainDef *live, const VmDiskDef *disk)
{
    if (!wants_overlay(disk) || disk->backing->len == 0)
        return NULL;
    const VmDiskSource *base = g_ptr_array_index(disk->backing, 0);
    g_autofree char *ending = g_strdup_printf(".TRANSIENT-%s", live->name);
    gsize length = base->path != NULL ? strlen(base->path) : 0;
    gboolean ours = length > 0 && strncmp(disk->source.path, base->path, length) == 0 &&
                    strcmp(disk->source.path + length, ending) == 0;
    return ours ? base : NULL;
}

gboolean
vm_transient_any(const VmDomainDef *def)
{
    for (guint i = 0; i < def->disks->len; i++)
        if (wants_overlay(vm_domain_def_disk(def, i)))
            return TRUE;
    return FALSE;
}

VmDomainDef *
vm_transient_put(VmDomainDef *def)
{
    VmDomainDef *changed = vm_domain_def_ref(def);
    for (guint i = 0; i < def->disks->len; i++) {
        const VmDiskDef *disk = vm_domain_def_disk(def, i);
        if (!wants_overlay(disk))
            continue;
        g_autofree char *path = overlay_path(def, disk);
        const VmDiskSource top = {.type = (char *)"file", .path = path, .format = (char *)"qcow2"};
        VmDomainDef *next = vm_domain_def_with_top(changed, i, &top, TRUE);
        vm_domain_def_unref(changed);
        changed = next;
    }
    return changed;
}

VmDomainDef *
vm_transient_base(VmDomainDef *live)
{
    VmDomainDef *changed = vm_domain_def_ref(live);
    for (guint i = 0; i < live->disks->len; i++) {
        const VmDiskDef *disk = vm_domain_def_disk(live, i);
        const VmDiskSource *base = base_of(live, disk);
        if (base == NULL)
            continue;
        VmDomainDef *next = vm_domain_def_without_image(changed, disk->source.path, base);
        vm_domain_def_unref(changed);
        changed = next;
    }
    return changed;
}

/* ---- what lies there ---- */

/* An overlay of ours that a crash has left: over that image, and named by nobody (EC-163). */
static gboolean
is_leftover(VmDomain *domain, const char *path, const VmDiskDef *disk)
{
    VmHypervisor *hypervisor = domain->driver->hypervisor;
    g_autoptr(VmImageInfo) info = hypervisor->ops->image_info(hypervisor, path, NULL);
    if (info == NULL || g_strcmp0(info->format, "qcow2") != 0 || info->snapshots->len > 0 ||
        g_strcmp0(info->backing, disk->source.path) != 0)
        return FALSE;
    g_autoptr(VmImageUsers) users = vm_image_users_take(domain->driver, NULL);
    const VmUsedImage *image = users != NULL ? vm_image_users_find(users, path) : NULL;
    return users != NULL && (image == NULL || (image->users->len == 0 && !image->recorded));
}

/* The overlay of the process that runs, which goes with it before another one starts. */
static gboolean
is_running_overlay(const VmDomain *domain, const char *path)
{
    for (guint i = 0; vm_domain_is_active(domain) && i < domain->def->disks->len; i++) {
        const VmDiskDef *disk = vm_domain_def_disk(domain->def, i);
        if (base_of(domain->def, disk) != NULL && strcmp(disk->source.path, path) == 0)
            return TRUE;
    }
    return FALSE;
}

static gboolean
check_disk(VmDomain *domain, const VmDomainDef *def, const VmDiskDef *disk, GError **error)
{
    g_autofree char *path = overlay_path(def, disk);
    if (vm_store_kind(domain->driver->store, path) == VM_FILE_MISSING ||
        is_running_overlay(domain, path) || is_leftover(domain, path, disk))
        return TRUE;
    return vm_refuse(error, VIR_ERR_OPERATION_FAILED,
                     "domain '%s': file '%s' is where the overlay of the <transient/> disk '%s' "
                     "goes, and is none (VM-TRANS-001)",
                     def->name, path, disk->target);
}

gboolean
vm_transient_check(VmDomain *domain, const VmDomainDef *def, GError **error)
{
    for (guint i = 0; i < def->disks->len; i++) {
        const VmDiskDef *disk = vm_domain_def_disk(def, i);
        if (wants_overlay(disk) && !check_disk(domain, def, disk, error))
            return FALSE;
    }
    return TRUE;
}

/* ---- made and removed ---- */

gboolean
vm_transient_make(VmDriver *driver, const VmDomainDef *live, GError **error)
{
    VmHypervisor *hypervisor = driver->hypervisor;
    vm_transient_drop(driver, live);
    for (guint i = 0; i < live->disks->len; i++) {
        const VmDiskDef *disk = vm_domain_def_disk(live, i);
        const VmDiskSource *base = base_of(live, disk);
        if (base == NULL)
            continue;
        g_autoptr(GError) failure = NULL;
        if (!hypervisor->ops->image_create(hypervisor, disk->source.path, "qcow2", 0, base->path,
                                           base->format != NULL ? base->format : "raw", &failure))
            return vm_refuse(error, VIR_ERR_OPERATION_FAILED,
                             "domain '%s': overlay '%s' of the <transient/> disk '%s' cannot be "
                             "made: %s",
                             live->name, disk->source.path, disk->target, failure->message);
    }
    return TRUE;
}

void
vm_transient_drop(VmDriver *driver, const VmDomainDef *live)
{
    VmStore *store = driver->store;
    for (guint i = 0; i < live->disks->len; i++) {
        const VmDiskDef *disk = vm_domain_def_disk(live, i);
        g_autoptr(GError) error = NULL;
        if (base_of(live, disk) != NULL &&
            vm_store_kind(store, disk->source.path) != VM_FILE_MISSING &&
            !vm_store_remove(store, disk->source.path, &error))
            vm_env_log(driver->env, "domain '%s': %s", live->name, error->message);
    }
}

void
vm_transient_sweep(VmDomain *domain)
{
    for (guint i = 0; !vm_domain_is_active(domain) && i < domain->def->disks->len; i++) {
        const VmDiskDef *disk = vm_domain_def_disk(domain->def, i);
        g_autofree char *path = wants_overlay(disk) ? overlay_path(domain->def, disk) : NULL;
        if (path != NULL && vm_store_kind(domain->driver->store, path) != VM_FILE_MISSING &&
            is_leftover(domain, path, disk))
            vm_store_remove(domain->driver->store, path, NULL);
    }
}
