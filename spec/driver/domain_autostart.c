/* SPDX-License-Identifier: LGPL-2.1-or-later
 *
 * virDomainSetAutostart, GetAutostart.
 */
#include "spec/driver/domain_obj.h"

gboolean
vm_domain_set_autostart(VmDriver *driver, const char *name, gboolean on, GError **error)
{
    VmDomain *domain = vm_driver_domain_to_change(driver, name, error);
    if (domain == NULL)
        return FALSE;
    if (!domain->persistent)
        return vm_refuse(error, VIR_ERR_OPERATION_INVALID,
                         "domain '%s' is transient and cannot be started automatically "
                         "(DOM-AUTO-001)",
                         name);
    on = on != 0;
    if (domain->autostart == on)
        return TRUE;
    if (!vm_record_autostart(domain, on, error))
        return FALSE;
    domain->autostart = on;
    return TRUE;
}

gboolean
vm_domain_get_autostart(VmDriver *driver, const char *name, gboolean *on, GError **error)
{
    VmDomain *domain = vm_driver_domain(driver, name, error);
    if (domain == NULL)
        return FALSE;
    *on = domain->autostart;
    return TRUE;
}
