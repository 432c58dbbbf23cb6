/* SPDX-License-Identifier: LGPL-2.1-or-later
 *
 * Questions about one snapshot: look-up, current, parent, XML.
 */
#include "spec/driver/snapshot_steps.h"

gboolean
vm_snapshot_get_xml(VmDriver *driver, const char *domain, const char *snapshot, guint32 flags,
                    char **xml, GError **error)
{
    if (!vm_flags_check(VM_CALL_SNAPSHOT_GET_XML, flags, driver->profile, error))
        return FALSE;
    VmDomain *owner = NULL;
    VmMoment *moment = vm_driver_snapshot(driver, domain, snapshot, &owner, error);
    if (moment == NULL)
        return FALSE;
    if (flags & VIR_DOMAIN_SNAPSHOT_XML_SECURE)
        *xml = g_strdup(vm_snapshot_def_secure_text(vm_moment_snapshot(moment), owner->def->uuid));
    else
        *xml = vm_snapshot_def_format(vm_moment_snapshot(moment), owner->def->uuid, 0);
    return TRUE;
}

gboolean
vm_snapshot_lookup(VmDriver *driver, const char *domain, const char *name, guint32 flags,
                   GError **error)
{
    if (!vm_flags_check(VM_CALL_SNAPSHOT_LOOKUP, flags, driver->profile, error))
        return FALSE;
    if (name == NULL)
        return vm_refuse(error, VIR_ERR_INVALID_ARG,
                         "domain '%s': a snapshot is looked up by a name (SNAP-API-012)", domain);
    return vm_driver_snapshot(driver, domain, name, NULL, error) != NULL;
}

gboolean
vm_snapshot_has_current(VmDriver *driver, const char *domain, guint32 flags, gboolean *yes,
                        GError **error)
{
    if (!vm_flags_check(VM_CALL_SNAPSHOT_HAS_CURRENT, flags, driver->profile, error))
        return FALSE;
    VmDomain *owner = vm_driver_domain(driver, domain, error);
    if (owner == NULL)
        return FALSE;
    *yes = vm_moment_tree_current(owner->snapshots) != NULL;
    return TRUE;
}

gboolean
vm_snapshot_current(VmDriver *driver, const char *domain, guint32 flags, char **name,
                    GError **error)
{
    if (!vm_flags_check(VM_CALL_SNAPSHOT_CURRENT, flags, driver->profile, error))
        return FALSE;
    VmDomain *owner = vm_driver_domain(driver, domain, error);
    if (owner == NULL)
        return FALSE;
    const VmMoment *current = vm_moment_tree_current(owner->snapshots);
    if (current == NULL)
        return vm_refuse(error, VIR_ERR_NO_DOMAIN_SNAPSHOT,
                         "domain '%s' has no current snapshot (SNAP-LIST-002)", domain);
    *name = g_strdup(current->name);
    return TRUE;
}

gboolean
vm_snapshot_parent(VmDriver *driver, const char *domain, const char *snapshot, guint32 flags,
                   char **name, GError **error)
{
    if (!vm_flags_check(VM_CALL_SNAPSHOT_PARENT, flags, driver->profile, error))
        return FALSE;
    const VmMoment *moment = vm_driver_snapshot(driver, domain, snapshot, NULL, error);
    if (moment == NULL)
        return FALSE;
    if (moment->parent == NULL)
        return vm_refuse(error, VIR_ERR_NO_DOMAIN_SNAPSHOT,
                         "domain '%s': snapshot '%s' has no parent (SNAP-LIST-005)", domain,
                         snapshot);
    *name = g_strdup(moment->parent->name);
    return TRUE;
}

gboolean
vm_snapshot_is_current(VmDriver *driver, const char *domain, const char *snapshot, guint32 flags,
                       gboolean *yes, GError **error)
{
    if (!vm_flags_check(VM_CALL_SNAPSHOT_IS_CURRENT, flags, driver->profile, error))
        return FALSE;
    VmDomain *owner = NULL;
    const VmMoment *moment = vm_driver_snapshot(driver, domain, snapshot, &owner, error);
    if (moment == NULL)
        return FALSE;
    *yes = moment == vm_moment_tree_current(owner->snapshots);
    return TRUE;
}

gboolean
vm_snapshot_has_metadata(VmDriver *driver, const char *domain, const char *snapshot, guint32 flags,
                         gboolean *yes, GError **error)
{
    if (!vm_flags_check(VM_CALL_SNAPSHOT_HAS_METADATA, flags, driver->profile, error))
        return FALSE;
    if (vm_driver_snapshot(driver, domain, snapshot, NULL, error) == NULL)
        return FALSE;
    *yes = TRUE; /* what has none is not known here (SNAP-LIST-007) */
    return TRUE;
}
