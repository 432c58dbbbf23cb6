/* SPDX-License-Identifier: LGPL-2.1-or-later
 *
 * virDomainDestroy and virDomainShutdown: a domain is told to end.
 */
#include "spec/driver/domain_obj.h"

/* In doubt or not. */
static VmDomain *
any_active_domain(VmDriver *driver, const char *name, GError **error)
{
    VmDomain *domain = vm_driver_domain(driver, name, error);
    if (domain == NULL || vm_domain_is_active(domain))
        return domain;
    vm_refuse(error, VIR_ERR_OPERATION_INVALID, "domain '%s' is not running", name);
    return NULL;
}

VmDomain *
vm_driver_active_domain(VmDriver *driver, const char *name, GError **error)
{
    VmDomain *domain = any_active_domain(driver, name, error);
    return domain != NULL && vm_domain_check_settled(domain, error) ? domain : NULL;
}

static void
destroy_now(VmDomain *domain)
{
    VmDriver *driver = domain->driver;
    g_autofree char *name = g_strdup(domain->def->name);
    vm_domain_end(domain, VIR_DOMAIN_SHUTOFF_DESTROYED);
    vm_driver_announce(driver, name, VIR_DOMAIN_EVENT_SHUTDOWN, VIR_DOMAIN_EVENT_SHUTDOWN_HOST);
    vm_driver_announce(driver, name, VIR_DOMAIN_EVENT_STOPPED, VIR_DOMAIN_EVENT_STOPPED_DESTROYED);
    vm_driver_vanish(driver, name);
}

gboolean
vm_domain_destroy(VmDriver *driver, const char *name, guint32 flags, GError **error)
{
    if (!vm_flags_check(VM_CALL_DOMAIN_DESTROY, flags, driver->profile, error))
        return FALSE;
    VmDomain *domain = any_active_domain(driver, name, error);
    if (domain == NULL)
        return FALSE;
    destroy_now(domain);
    return TRUE;
}

/* By name: a domain may vanish when its instance's news is taken in. */
static GPtrArray *
tied_names(VmDriver *driver)
{
    g_autoptr(GPtrArray) domains = vm_driver_active_domains(driver);
    GPtrArray *names = g_ptr_array_new_with_free_func(g_free);
    for (guint i = 0; i < domains->len; i++) {
        const VmDomain *domain = g_ptr_array_index(domains, i);
        if (domain->autodestroy)
            g_ptr_array_add(names, g_strdup(domain->def->name));
    }
    return names;
}

void
vm_driver_disconnect(VmDriver *driver)
{
    g_autoptr(GPtrArray) tied = tied_names(driver);
    for (guint i = 0; i < tied->len; i++) {
        VmDomain *domain = vm_driver_domain(driver, g_ptr_array_index(tied, i), NULL);
        if (domain != NULL && domain->autodestroy)
            destroy_now(domain);
    }
}

/* No agent speaks to this driver, so the way that needs one alone is refused (DOM-SHUT-003, -004).
 */
static gboolean
check_agent_way(const VmDomain *domain, guint32 flags, GError **error)
{
    if (flags != VIR_DOMAIN_SHUTDOWN_GUEST_AGENT)
        return TRUE;
    if (domain->def->agent)
        return vm_refuse(error, VIR_ERR_AGENT_UNRESPONSIVE,
                         "domain '%s': the guest agent does not answer (DOM-SHUT-004)",
                         domain->def->name);
    return vm_refuse(error, VIR_ERR_ARGUMENT_UNSUPPORTED,
                     "domain '%s' has no guest agent (DOM-SHUT-004)", domain->def->name);
}

gboolean
vm_domain_shutdown(VmDriver *driver, const char *name, guint32 flags, GError **error)
{
    const guint32 ways = VIR_DOMAIN_SHUTDOWN_ACPI_POWER_BTN | VIR_DOMAIN_SHUTDOWN_GUEST_AGENT;
    if (!vm_flags_check(VM_CALL_DOMAIN_SHUTDOWN, flags, driver->profile, error))
        return FALSE;
    if ((flags & ~ways) != 0)
        return vm_refuse(error, VIR_ERR_INVALID_ARG,
                         "domain '%s': only the power button and the guest agent can be used "
                         "(DOM-SHUT-002)",
                         name);
    VmDomain *domain = vm_driver_domain_to_change(driver, name, error);
    if (domain == NULL)
        return FALSE;
    if (domain->state != VIR_DOMAIN_RUNNING)
        return vm_refuse(error, VIR_ERR_OPERATION_INVALID,
                         "domain '%s' is not running (DOM-SHUT-001)", name);
    return check_agent_way(domain, flags, error) &&
           vm_domain_qmp(domain, "system_powerdown", NULL, NULL, error);
}
