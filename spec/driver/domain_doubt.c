/* SPDX-License-Identifier: LGPL-2.1-or-later
 *
 * Instances that do not answer in time.  A guest is never killed because its
 * monitor is slow: nothing is undone and nothing more is done until the late
 * answer has come; then the domain is loaded as a driver that starts anew would
 * load it, and what was recorded of the call is finished or undone.
 */
#include "spec/driver/domain_obj.h"

void
vm_domain_note_failure(VmDomain *domain, const char *command, const GError *failure)
{
    if (g_error_matches(failure, VM_QMP_ERROR, VM_QMP_BROKEN))
        domain->unusable = TRUE;
    if (g_error_matches(failure, VM_QMP_ERROR, VM_QMP_DISCONNECTED))
        domain->lost = TRUE;
    if (!g_error_matches(failure, VM_QMP_ERROR, VM_QMP_TIMED_OUT) || domain->doubt != NULL)
        return;
    domain->doubt = g_strdup(command);
    vm_env_log(domain->driver->env, "domain '%s': no answer to %s in time", domain->def->name,
               command);
}

gboolean
vm_domain_in_doubt(const VmDomain *domain)
{
    return domain->doubt != NULL;
}

gboolean
vm_domain_is_unclear(const VmDomain *domain)
{
    return domain->doubt != NULL || domain->unusable || domain->lost;
}

gboolean
vm_domain_check_settled(const VmDomain *domain, GError **error)
{
    if (domain->unusable)
        return vm_refuse(error, VIR_ERR_OPERATION_FAILED,
                         "domain '%s': its process does not speak QMP any more, it can only be "
                         "destroyed (VM-HANG-003)",
                         domain->def->name);
    if (domain->doubt != NULL)
        return vm_refuse(error, VIR_ERR_OPERATION_TIMEOUT,
                         "domain '%s': %s has not been answered yet, so that nobody knows what has "
                         "happened; wait, or destroy the domain (VM-HANG-002)",
                         domain->def->name, domain->doubt);
    return TRUE;
}

gboolean
vm_domain_check_finished(const VmDomain *domain, GError **error)
{
    return !domain->unfinished ||
           vm_refuse(error, VIR_ERR_OPERATION_FAILED,
                     "domain '%s': what a call before had begun can neither be finished nor undone "
                     "yet, since files cannot be changed; every call tries again (VM-ATOMIC-003)",
                     domain->def->name);
}

gboolean
vm_domain_check_whole(const VmDomain *domain, GError **error)
{
    return !(domain->torn || domain->held) ||
           vm_refuse(error, VIR_ERR_OPERATION_FAILED,
                     "domain '%s': its disks are half-way between two states, and a guest must not "
                     "run on them before what a call had begun is finished or undone "
                     "(VM-ATOMIC-004)",
                     domain->def->name);
}

/* What a late answer has changed is announced as if it had come in time. */
static void
announce_change(VmDriver *driver, const char *name, int former)
{
    const VmDomain *domain = g_hash_table_lookup(driver->by_name, name);
    int state = domain != NULL ? domain->state : former;
    if (former == VIR_DOMAIN_RUNNING && state == VIR_DOMAIN_PAUSED)
        vm_driver_announce(driver, name, VIR_DOMAIN_EVENT_SUSPENDED,
                           VIR_DOMAIN_EVENT_SUSPENDED_PAUSED);
    if (former == VIR_DOMAIN_PAUSED && state == VIR_DOMAIN_RUNNING)
        vm_driver_announce(driver, name, VIR_DOMAIN_EVENT_RESUMED,
                           VIR_DOMAIN_EVENT_RESUMED_UNPAUSED);
}

void
vm_domain_settle(VmDomain *domain)
{
    VmDriver *driver = domain->driver;
    g_autofree char *name = g_strdup(domain->def->name);
    int former = domain->state;
    vm_env_log(driver->env, "domain '%s': the answer to %s has come", name, domain->doubt);
    vm_driver_reload_domain(driver, name);
    announce_change(driver, name, former);
}

/* A transient domain is recovered while it is there, a persistent one when its end is recorded. */
void
vm_domain_end(VmDomain *domain, int reason)
{
    VmDriver *driver = domain->driver;
    gboolean recover = vm_domain_is_unclear(domain) || domain->unfinished;
    g_autofree char *name = g_strdup(domain->def->name);
    if (recover && !domain->persistent)
        vm_driver_recover_ended(domain);
    vm_domain_process_end(domain, reason);
    if (recover && domain->persistent)
        vm_driver_reload_domain(driver, name);
}

VmDomain *
vm_domain_finish(VmDomain *domain)
{
    VmDriver *driver = domain->driver;
    if (!domain->unfinished || vm_domain_is_unclear(domain))
        return domain;
    g_autofree char *name = g_strdup(domain->def->name);
    vm_driver_reload_domain(driver, name);
    return g_hash_table_lookup(driver->by_name, name);
}
