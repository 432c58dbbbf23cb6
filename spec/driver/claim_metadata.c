/* SPDX-License-Identifier: LGPL-2.1-or-later
 *
 * Whose the moments of a vanished domain are: found again by UUID, and never
 * adopted or deleted by another domain of that name.
 */
#include "spec/driver/domain_obj.h"
#include <string.h>

/* Whose the moments of a folder are: `preferred` where any file is of that UUID, the first that can
 * be read otherwise, NULL where none says.  FALSE where the folder cannot be listed. */
static gboolean
folder_owner(VmDriver *driver, const char *folder, const char *preferred, char **whose,
             GError **error)
{
    g_autoptr(GPtrArray) files = driver->store->ops->list(driver->store, folder, error);
    g_autofree char *owner = NULL;
    if (files == NULL)
        return FALSE;
    for (guint i = 0; i < files->len; i++) {
        const char *file = g_ptr_array_index(files, i);
        if (!g_str_has_suffix(file, ".xml"))
            continue;
        guint64 mark = 0;
        g_autoptr(VmSnapshotDef) def = vm_driver_read_snapshot(driver, folder, file, &mark, NULL);
        const char *uuid = def != NULL ? vm_snapshot_owner_uuid(def) : NULL;
        if (uuid == NULL)
            continue;
        if (strcmp(uuid, preferred) == 0) {
            *whose = g_strdup(uuid);
            return TRUE;
        }
        if (owner == NULL)
            owner = g_strdup(uuid);
    }
    *whose = g_steal_pointer(&owner);
    return TRUE;
}

gboolean
vm_driver_check_foreign(VmDriver *driver, const char *name, const char *uuid, GError **error)
{
    g_autofree char *folder = vm_path_snapshot_dir(driver, name);
    g_autofree char *owner = NULL;
    if (!folder_owner(driver, folder, uuid, &owner, error))
        return FALSE;
    if (owner == NULL || strcmp(owner, uuid) == 0)
        return TRUE;
    return vm_refuse(error, VIR_ERR_OPERATION_INVALID,
                     "domain '%s' (%s): '%s' holds snapshots of another domain (%s), which are "
                     "neither taken over nor deleted (VM-META-002)",
                     name, uuid, folder, owner);
}

/* A folder that belongs to no domain and holds moments of that UUID, or NULL. */
static char *
find_orphan(VmDriver *driver, const char *uuid)
{
    g_autofree char *base = g_strdup_printf("%s/lib/qemu/snapshot", driver->root);
    g_autoptr(GPtrArray) names = driver->store->ops->list(driver->store, base, NULL);
    for (guint i = 0; names != NULL && i < names->len; i++) {
        const char *name = g_ptr_array_index(names, i);
        if (g_hash_table_contains(driver->by_name, name))
            continue;
        g_autofree char *folder = vm_path_snapshot_dir(driver, name);
        g_autofree char *owner = NULL;
        if (folder_owner(driver, folder, uuid, &owner, NULL) && g_strcmp0(owner, uuid) == 0)
            return g_steal_pointer(&folder);
    }
    return NULL;
}

gboolean
vm_driver_claim_metadata(VmDriver *driver, const char *name, const char *uuid, GError **error)
{
    if (!vm_driver_check_foreign(driver, name, uuid, error))
        return FALSE;
    VmStore *store = driver->store;
    g_autofree char *folder = vm_path_snapshot_dir(driver, name);
    g_autofree char *orphan = find_orphan(driver, uuid);
    if (orphan == NULL || strcmp(orphan, folder) == 0)
        return TRUE;
    if (vm_store_kind(store, folder) != VM_FILE_MISSING &&
        !store->ops->rmdir(store, folder, NULL)) {
        vm_env_log(driver->env, "domain '%s': '%s' is not empty; its moments stay in '%s'", name,
                   folder, orphan);
        return TRUE;
    }
    g_autofree char *base = g_path_get_dirname(folder);
    if (!store->ops->rename(store, orphan, folder, error) ||
        !store->ops->sync_dir(store, base, error))
        return FALSE;
    vm_env_log(driver->env, "domain '%s': took its moments over from '%s'", name, orphan);
    return TRUE;
}
