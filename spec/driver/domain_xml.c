/* SPDX-License-Identifier: LGPL-2.1-or-later
 *
 * What a domain is: virDomainGetXMLDesc, GetUUIDString, IsPersistent.
 */
#include "spec/driver/domain_obj.h"

/* The definition that the next process would be started with. */
static VmDomainDef *
next_boot(const VmDomain *domain)
{
    if (domain->next_def != NULL)
        return vm_domain_def_ref(domain->next_def);
    return vm_domain_is_active(domain) ? vm_transient_base(domain->def)
                                       : vm_domain_def_ref(domain->def);
}

gboolean
vm_domain_get_xml(VmDriver *driver, const char *name, guint32 flags, char **xml, GError **error)
{
    if (!vm_flags_check(VM_CALL_DOMAIN_GET_XML, flags, driver->profile, error))
        return FALSE;
    VmDomain *domain = vm_driver_domain(driver, name, error);
    if (domain == NULL)
        return FALSE;
    gboolean inactive = (flags & VIR_DOMAIN_XML_INACTIVE) != 0;
    g_autoptr(VmDomainDef) def = inactive ? next_boot(domain) : vm_domain_def_ref(domain->def);
    guint format = 0;
    if ((flags & VIR_DOMAIN_XML_SECURE) != 0)
        format |= VM_DOMAIN_FORMAT_SECURE;
    if (inactive || !vm_domain_is_active(domain))
        format |= VM_DOMAIN_FORMAT_INACTIVE;
    *xml = vm_domain_def_format(def, format);
    return TRUE;
}

gboolean
vm_domain_get_uuid(VmDriver *driver, const char *name, char **uuid, GError **error)
{
    VmDomain *domain = vm_driver_domain(driver, name, error);
    if (domain == NULL)
        return FALSE;
    *uuid = g_strdup(domain->def->uuid);
    return TRUE;
}

gboolean
vm_domain_is_persistent(VmDriver *driver, const char *name, gboolean *yes, GError **error)
{
    VmDomain *domain = vm_driver_domain(driver, name, error);
    if (domain == NULL)
        return FALSE;
    *yes = domain->persistent;
    return TRUE;
}
