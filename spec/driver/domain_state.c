/* SPDX-License-Identifier: LGPL-2.1-or-later
 *
 * virDomainSuspend, Resume, Reset, GetState.
 */
#include "spec/driver/guest_end.h"

gboolean
vm_domain_suspend(VmDriver *driver, const char *name, GError **error)
{
    VmDomain *domain = vm_driver_active_domain(driver, name, error);
    if (domain == NULL)
        return FALSE;
    if (domain->state == VIR_DOMAIN_PMSUSPENDED)
        return vm_refuse(error, VIR_ERR_OPERATION_INVALID,
                         "domain '%s' is pmsuspended (DOM-SUSP-003)", name);
    if (domain->state == VIR_DOMAIN_PAUSED)
        return TRUE;
    if (domain->state != VIR_DOMAIN_RUNNING)
        return vm_refuse(error, VIR_ERR_OPERATION_INVALID,
                         "domain '%s': its guest has ended and is kept as it is (VM-END-004)",
                         name);
    if (!vm_domain_process_stop_cpus(domain, error))
        return FALSE;

    int former = domain->reason;
    vm_domain_set_state(domain, VIR_DOMAIN_PAUSED, VIR_DOMAIN_PAUSED_USER);
    if (!vm_record_status(domain, error)) {
        vm_domain_set_state(domain, VIR_DOMAIN_RUNNING, former);
        vm_domain_process_cont(domain, NULL);
        return FALSE;
    }
    vm_domain_announce(domain, VIR_DOMAIN_EVENT_SUSPENDED, VIR_DOMAIN_EVENT_SUSPENDED_PAUSED);
    return TRUE;
}

static gboolean
check_not_off(const VmDomain *domain, GError **error)
{
    return domain->state != VIR_DOMAIN_SHUTDOWN ||
           vm_refuse(error, VIR_ERR_OPERATION_INVALID,
                     "domain '%s': its guest is off and is kept as it is (VM-END-004)",
                     domain->def->name);
}

static gboolean
check_paused(const VmDomain *domain, GError **error)
{
    if (!check_not_off(domain, error))
        return FALSE;
    if (domain->state == VIR_DOMAIN_PAUSED || domain->state == VIR_DOMAIN_CRASHED)
        return TRUE;
    return vm_refuse(error, VIR_ERR_OPERATION_INVALID, "domain '%s' is not paused (%s)",
                     domain->def->name,
                     domain->state == VIR_DOMAIN_RUNNING ? "DOM-RES-001" : "DOM-SUSP-003");
}

gboolean
vm_domain_resume(VmDriver *driver, const char *name, GError **error)
{
    VmDomain *domain = vm_driver_active_domain(driver, name, error);
    if (domain == NULL || !check_paused(domain, error) || !vm_domain_check_whole(domain, error))
        return FALSE;

    int state = domain->state, former = domain->reason;
    vm_domain_set_state(domain, VIR_DOMAIN_RUNNING, VIR_DOMAIN_RUNNING_UNPAUSED);
    if (!vm_record_status(domain, error)) {
        vm_domain_set_state(domain, state, former);
        return FALSE;
    }
    if (!vm_domain_process_cont(domain, error)) {
        vm_domain_set_state(domain, state, former);
        vm_record_status_anyway(domain);
        return FALSE;
    }
    vm_domain_announce(domain, VIR_DOMAIN_EVENT_RESUMED, VIR_DOMAIN_EVENT_RESUMED_UNPAUSED);
    return TRUE;
}

gboolean
vm_domain_reset(VmDriver *driver, const char *name, guint32 flags, GError **error)
{
    if (!vm_flags_check(VM_CALL_DOMAIN_RESET, flags, driver->profile, error))
        return FALSE;
    VmDomain *domain = vm_driver_active_domain(driver, name, error);
    if (domain == NULL || !check_not_off(domain, error) || !vm_guest_end_reset(domain, error))
        return FALSE;
    if (domain->state == VIR_DOMAIN_CRASHED) {
        vm_domain_set_state(domain, VIR_DOMAIN_PAUSED, VIR_DOMAIN_PAUSED_CRASHED);
        vm_record_status_anyway(domain);
    }
    return TRUE;
}

gboolean
vm_domain_get_state(VmDriver *driver, const char *name, int *state, int *reason, GError **error)
{
    VmDomain *domain = vm_driver_domain(driver, name, error);
    if (domain == NULL)
        return FALSE;
    *state = domain->state;
    *reason = domain->reason;
    return TRUE;
}
