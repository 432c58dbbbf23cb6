/* SPDX-License-Identifier: LGPL-2.1-or-later
 *
 * virDomainManagedSave, its removal, and whether there is one.  The file itself
 * is what counts: nothing is remembered of it (DOM-START-014, EC-189).
 */
#include "spec/driver/save_image.h"

gboolean
vm_domain_managed_save_exists(const VmDomain *domain)
{
    const char *path = vm_domain_path(domain, VM_KEPT_MANAGED_SAVE);
    return vm_store_kind(domain->driver->store, path) != VM_FILE_MISSING;
}

gboolean
vm_domain_managed_save(VmDriver *driver, const char *name, guint32 flags, GError **error)
{
    if (!vm_flags_check(VM_CALL_DOMAIN_MANAGED_SAVE, flags, driver->profile, error) ||
        !vm_save_flags_check(flags, error))
        return FALSE;
    VmDomain *domain = vm_driver_active_domain(driver, name, error);
    if (domain == NULL)
        return FALSE;
    if (!domain->persistent)
        return vm_refuse(error, VIR_ERR_OPERATION_INVALID,
                         "domain '%s' is transient: nobody would find its managed save image "
                         "(DOM-MS-001)",
                         name);
    if (!vm_domain_check_finished(domain, error) || !vm_save_check_guest(domain, error))
        return FALSE;

    g_autofree char *path = vm_path_managed_save(driver, name);
    g_autofree char *folder = g_path_get_dirname(path);
    if (!vm_store_make_folder(driver->store, folder, error))
        return FALSE;
    VmSave save = {.path = path, .def = domain->def, .flags = flags};
    return vm_domain_save_image(domain, &save, error);
}

gboolean
vm_domain_managed_save_remove(VmDriver *driver, const char *name, guint32 flags, GError **error)
{
    if (!vm_flags_check(VM_CALL_DOMAIN_MANAGED_SAVE_REMOVE, flags, driver->profile, error))
        return FALSE;
    VmDomain *domain = vm_driver_domain_to_change(driver, name, error);
    if (domain == NULL)
        return FALSE;
    g_autofree char *path = vm_path_managed_save(driver, name);
    if (!vm_domain_managed_save_exists(domain))
        return vm_refuse(error, VIR_ERR_SYSTEM_ERROR,
                         "domain '%s' has no managed save image '%s' (DOM-MS-003)", name, path);
    return vm_store_remove(driver->store, path, error);
}

gboolean
vm_domain_has_managed_save(VmDriver *driver, const char *name, guint32 flags, gboolean *yes,
                           GError **error)
{
    if (!vm_flags_check(VM_CALL_DOMAIN_HAS_MANAGED_SAVE, flags, driver->profile, error))
        return FALSE;
    VmDomain *domain = vm_driver_domain(driver, name, error);
    if (domain == NULL)
        return FALSE;
    *yes = vm_domain_managed_save_exists(domain);
    return TRUE;
}
