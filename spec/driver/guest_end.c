/* SPDX-License-Identifier: LGPL-2.1-or-later
 *
 * The end of a guest: it is destroyed, begins anew, or stays to be looked at.
 */
#include "spec/driver/guest_end.h"
#include <string.h>

typedef enum {
    ACTION_DESTROY,
    ACTION_RESTART,
    ACTION_PRESERVE,
} Action;

static gboolean
dumps_core(const char *word)
{
    return g_strcmp0(word, "coredump-destroy") == 0 || g_strcmp0(word, "coredump-restart") == 0;
}

gboolean
vm_guest_end_check(const VmDomainDef *def, GError **error)
{
    if (!dumps_core(def->on_crash))
        return TRUE;
    return vm_refuse(error, VIR_ERR_CONFIG_UNSUPPORTED,
                     "domain '%s': <on_crash> '%s' is not supported: no core is dumped "
                     "(VM-END-006)",
                     def->name, def->on_crash);
}

/* A document of before may still ask for a core; what comes after it is done. */
static Action
action_of(const char *word)
{
    if (g_strcmp0(word, "preserve") == 0)
        return ACTION_PRESERVE;
    if (g_strcmp0(word, "restart") == 0 || g_strcmp0(word, "rename-restart") == 0 ||
        g_strcmp0(word, "coredump-restart") == 0)
        return ACTION_RESTART;
    return ACTION_DESTROY;
}

/* A preserved reboot is an end as well (VM-END-002). */
static gboolean
reboot_ends(const VmDomainDef *def)
{
    return action_of(def->on_reboot) != ACTION_RESTART;
}

/* ---- what the process is told ---- */

static const char *
reboot_word(const VmDomainDef *def)
{
    return def != NULL && reboot_ends(def) ? "shutdown" : "reset";
}

static const char *
shutdown_word(const VmDomainDef *def)
{
    return def != NULL && action_of(def->on_poweroff) != ACTION_DESTROY ? "pause" : "poweroff";
}

static const char *
panic_word(const VmDomainDef *def)
{
    return def != NULL && action_of(def->on_crash) != ACTION_DESTROY ? "pause" : "shutdown";
}

static void
put_change(json_t *arguments, const char *name, const char *former, const char *word)
{
    if (strcmp(former, word) != 0)
        json_object_set_new(arguments, name, json_string(word));
}

gboolean
vm_guest_end_tell(VmDomain *domain, const VmDomainDef *former, const VmDomainDef *def,
                  GError **error)
{
    json_t *arguments = json_object();
    put_change(arguments, "reboot", reboot_word(former), reboot_word(def));
    put_change(arguments, "shutdown", shutdown_word(former), shutdown_word(def));
    put_change(arguments, "panic", panic_word(former), panic_word(def));
    if (json_object_size(arguments) > 0)
        return vm_domain_qmp(domain, "set-action", arguments, NULL, error);
    json_decref(arguments);
    return TRUE;
}

static gboolean
set_reboot(VmDomain *domain, const char *word, GError **error)
{
    return vm_domain_qmp(domain, "set-action", json_pack("{s:s}", "reboot", word), NULL, error);
}

gboolean
vm_guest_end_reset(VmDomain *domain, GError **error)
{
    if (!reboot_ends(domain->def))
        return vm_domain_qmp(domain, "system_reset", NULL, NULL, error);
    return set_reboot(domain, "reset", error) &&
           vm_domain_qmp(domain, "system_reset", NULL, NULL, error) &&
           set_reboot(domain, "shutdown", error);
}

/* ---- what has happened ---- */

void
vm_guest_end_note_status(VmDomain *domain, const char *status)
{
    /* whether a reset was what ended it cannot be seen any more */
    if (g_strcmp0(status, "shutdown") == 0 && domain->state != VIR_DOMAIN_SHUTDOWN) {
        domain->guest_end = VM_GUEST_OFF;
        vm_domain_announce(domain, VIR_DOMAIN_EVENT_SHUTDOWN, VIR_DOMAIN_EVENT_SHUTDOWN_GUEST);
    }
    if (g_strcmp0(status, "guest-panicked") == 0 && domain->state == VIR_DOMAIN_RUNNING) {
        domain->guest_end = VM_GUEST_CRASHED;
        vm_domain_announce(domain, VIR_DOMAIN_EVENT_CRASHED, VIR_DOMAIN_EVENT_CRASHED_PANICKED);
    }
}

/* ---- what is done ---- */

/* How a domain has stopped, by what its guest did. */
static const struct {
    int reason;
    int detail;
} stops[] = {
    [VM_GUEST_HERE] = {VIR_DOMAIN_SHUTOFF_CRASHED, VIR_DOMAIN_EVENT_STOPPED_FAILED},
    [VM_GUEST_OFF] = {VIR_DOMAIN_SHUTOFF_SHUTDOWN, VIR_DOMAIN_EVENT_STOPPED_SHUTDOWN},
    [VM_GUEST_ENDED_BY_HOST] = {VIR_DOMAIN_SHUTOFF_SHUTDOWN, VIR_DOMAIN_EVENT_STOPPED_SHUTDOWN},
    [VM_GUEST_REBOOTED] = {VIR_DOMAIN_SHUTOFF_SHUTDOWN, VIR_DOMAIN_EVENT_STOPPED_SHUTDOWN},
    [VM_GUEST_CRASHED] = {VIR_DOMAIN_SHUTOFF_CRASHED, VIR_DOMAIN_EVENT_STOPPED_CRASHED},
};

static void
stop(VmDomain *domain)
{
    VmDriver *driver = domain->driver;
    VmGuestEnd end = domain->guest_end;
    g_autofree char *name = g_strdup(domain->def->name);
    vm_domain_end(domain, stops[end].reason);
    vm_driver_announce(driver, name, VIR_DOMAIN_EVENT_STOPPED, stops[end].detail);
    vm_driver_vanish(driver, name);
}

static void
restart(VmDomain *domain)
{
    g_autoptr(GError) error = NULL;
    int reason = domain->guest_end == VM_GUEST_CRASHED ? VIR_DOMAIN_RUNNING_CRASHED
                                                       : VIR_DOMAIN_RUNNING_BOOTED;
    if (!vm_guest_end_reset(domain, &error) || !vm_domain_process_cont(domain, &error)) {
        vm_env_log(domain->driver->env, "domain '%s': the guest could not begin anew: %s",
                   domain->def->name, error->message);
        if (!vm_domain_is_unclear(domain))
            stop(domain);
        return;
    }
    domain->guest_end = VM_GUEST_HERE;
    vm_domain_set_state(domain, VIR_DOMAIN_RUNNING, reason);
    vm_record_status_anyway(domain);
    vm_domain_announce(domain, VIR_DOMAIN_EVENT_RESUMED, VIR_DOMAIN_EVENT_RESUMED_UNPAUSED);
}

/* A call that was under way may have let its CPUs go on. */
static void
preserve(VmDomain *domain)
{
    gboolean crashed = domain->guest_end == VM_GUEST_CRASHED;
    vm_domain_process_stop_cpus(domain, NULL);
    domain->guest_end = VM_GUEST_HERE;
    vm_domain_set_state(domain, crashed ? VIR_DOMAIN_CRASHED : VIR_DOMAIN_SHUTDOWN,
                        crashed ? VIR_DOMAIN_CRASHED_PANICKED : VIR_DOMAIN_SHUTDOWN_USER);
    vm_record_status_anyway(domain);
}

static Action
asked_for(const VmDomain *domain)
{
    switch (domain->guest_end) {
    case VM_GUEST_OFF:
        return action_of(domain->def->on_poweroff);
    case VM_GUEST_REBOOTED:
        return reboot_ends(domain->def) ? ACTION_DESTROY : ACTION_RESTART;
    case VM_GUEST_CRASHED:
        return action_of(domain->def->on_crash);
    default:
        return ACTION_DESTROY;
    }
}

void
vm_guest_end_act(VmDomain *domain)
{
    int status = 0;
    gboolean there = !domain->instance->hypervisor->ops->ended(domain->instance, &status);
    Action action = there ? asked_for(domain) : ACTION_DESTROY;
    if (domain->guest_end == VM_GUEST_HERE)
        vm_env_log(domain->driver->env, "domain '%s': the process ended unexpectedly (status %d)",
                   domain->def->name, status);
    if (action == ACTION_RESTART)
        restart(domain);
    else if (action == ACTION_PRESERVE)
        preserve(domain);
    else
        stop(domain);
}
