/* SPDX-License-Identifier: LGPL-2.1-or-later
 *
 * Where everything lies below the root.
 */
#include "spec/driver/domain_obj.h"

char *
vm_path_config(const VmDriver *driver, const char *domain)
{
    return g_strconcat(driver->root, "/etc/qemu/", domain, ".xml", NULL);
}

char *
vm_path_status(const VmDriver *driver, const char *domain)
{
    return g_strconcat(driver->root, "/run/qemu/", domain, ".xml", NULL);
}

char *
vm_path_autostart(const VmDriver *driver, const char *domain)
{
    return g_strconcat(driver->root, "/etc/qemu/autostart/", domain, ".xml", NULL);
}

char *
vm_path_managed_save(const VmDriver *driver, const char *domain)
{
    return g_strconcat(driver->root, "/lib/qemu/save/", domain, ".save", NULL);
}

char *
vm_path_save_mark(const VmDriver *driver, const char *uuid)
{
    return g_strconcat(driver->root, "/lib/qemu/saved/", uuid, ".mark", NULL);
}

char *
vm_path_intent(const VmDriver *driver, const char *domain)
{
    return g_strconcat(driver->root, "/lib/qemu/intent/", domain, ".json", NULL);
}

char *
vm_path_snapshot_dir(const VmDriver *driver, const char *domain)
{
    return g_strconcat(driver->root, "/lib/qemu/snapshot/", domain, NULL);
}

char *
vm_path_snapshot(const VmDriver *driver, const char *domain, const char *snapshot)
{
    return g_strconcat(driver->root, "/lib/qemu/snapshot/", domain, "/", snapshot, ".xml", NULL);
}

/* ---- those that nearly every call asks for ---- */

static const struct {
    char *(*make)(const VmDriver *driver, const char *name);
    gboolean of_uuid;
} kept_rows[VM_KEPT_PATHS] = {
    [VM_KEPT_STATUS] = {vm_path_status, FALSE},
    [VM_KEPT_MANAGED_SAVE] = {vm_path_managed_save, FALSE},
    [VM_KEPT_SAVE_MARK] = {vm_path_save_mark, TRUE},
    [VM_KEPT_INTENT] = {vm_path_intent, FALSE},
    [VM_KEPT_SNAPSHOTS] = {vm_path_snapshot_dir, FALSE},
};

const char *
vm_domain_path(const VmDomain *domain, VmKeptPath which)
{
    char **path = &domain->paths[which];
    if (*path == NULL)
        *path = kept_rows[which].make(domain->driver, kept_rows[which].of_uuid ? domain->def->uuid
                                                                               : domain->def->name);
    return *path;
}

void
vm_domain_forget_paths(VmDomain *domain)
{
    for (guint i = 0; i < VM_KEPT_PATHS; i++)
        g_clear_pointer(&domain->paths[i], g_free);
}
