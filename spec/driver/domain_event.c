/* SPDX-License-Identifier: LGPL-2.1-or-later
 *
 * What the driver announces, and what its instances have to say.
 */
#include "spec/driver/guest_end.h"
#include <string.h>

void
vm_driver_event_free(VmDriverEvent *event)
{
    g_free(event); /* with the name behind it */
}

void
vm_driver_announce(VmDriver *driver, const char *name, int type, int detail)
{
    gsize size = strlen(name) + 1;
    VmDriverEvent *event = g_malloc(sizeof(VmDriverEvent) + size);
    event->domain = memcpy(event + 1, name, size);
    event->type = type;
    event->detail = detail;
    g_queue_push_tail(&driver->events, event);
}

void
vm_domain_announce(VmDomain *domain, int type, int detail)
{
    vm_driver_announce(domain->driver, domain->def->name, type, detail);
}

void
vm_domain_set_state(VmDomain *domain, int state, int reason)
{
    domain->state = state;
    domain->reason = reason;
}

/* The guest is off, or has reset itself where that ends it, or the host asked the process to end;
 * `quit`, which is always the driver's own, is announced by the call that sent it (DOM-SHUT-006).
 */
static void
take_shutdown(VmDomain *domain, const json_t *data)
{
    const char *reason = json_string_value(json_object_get(data, "reason"));
    if (domain->guest_end != VM_GUEST_HERE || g_strcmp0(reason, "host-qmp-quit") == 0)
        return;
    gboolean by_guest = json_is_true(json_object_get(data, "guest"));
    domain->guest_end = g_strcmp0(reason, "guest-reset") == 0 ? VM_GUEST_REBOOTED
                        : by_guest                            ? VM_GUEST_OFF
                                                              : VM_GUEST_ENDED_BY_HOST;
    vm_domain_announce(domain, VIR_DOMAIN_EVENT_SHUTDOWN,
                       by_guest ? VIR_DOMAIN_EVENT_SHUTDOWN_GUEST : VIR_DOMAIN_EVENT_SHUTDOWN_HOST);
}

/* What QEMU does of itself then depends on what it was told; what is made of it, on the definition
 * alone (VM-END-003). */
static void
take_panic(VmDomain *domain, const json_t *data)
{
    (void)data;
    if (domain->guest_end != VM_GUEST_HERE)
        return;
    domain->guest_end = VM_GUEST_CRASHED;
    vm_domain_announce(domain, VIR_DOMAIN_EVENT_CRASHED, VIR_DOMAIN_EVENT_CRASHED_PANICKED);
}

/* An I/O error stopped the guest, by the error policy of its disk. */
static void
take_io_error(VmDomain *domain, const json_t *data)
{
    const char *action = json_string_value(json_object_get(data, "action"));
    if (g_strcmp0(action, "stop") != 0 || domain->state != VIR_DOMAIN_RUNNING)
        return;
    vm_domain_set_state(domain, VIR_DOMAIN_PAUSED, VIR_DOMAIN_PAUSED_IOERROR);
    vm_record_status_anyway(domain);
    vm_domain_announce(domain, VIR_DOMAIN_EVENT_SUSPENDED, VIR_DOMAIN_EVENT_SUSPENDED_IOERROR);
}

static const struct {
    const char *event;
    void (*take)(VmDomain *domain, const json_t *data);
} event_rows[] = {
    {"SHUTDOWN", take_shutdown},
    {"GUEST_PANICKED", take_panic},
    {"BLOCK_IO_ERROR", take_io_error},
};

void
vm_domain_take_event(VmDomain *domain, const json_t *event)
{
    const char *name = json_string_value(json_object_get(event, "event"));
    for (guint i = 0; name != NULL && i < G_N_ELEMENTS(event_rows); i++)
        if (*name == *event_rows[i].event && strcmp(name, event_rows[i].event) == 0)
            event_rows[i].take(domain, json_object_get(event, "data"));
}

void
vm_domain_take_events(VmDomain *domain)
{
    const VmHypervisorOps *ops = domain->instance->hypervisor->ops;
    json_t *event;
    while ((event = ops->next_event(domain->instance, FALSE)) != NULL) {
        vm_domain_take_event(domain, event);
        json_decref(event);
    }
}

void
vm_domain_pump(VmDomain *domain)
{
    if (domain->instance == NULL)
        return;
    const VmHypervisorOps *ops = domain->instance->hypervisor->ops;
    vm_domain_take_events(domain);
    int status = 0;
    if (domain->guest_end == VM_GUEST_HERE && !ops->ended(domain->instance, &status)) {
        if (vm_domain_in_doubt(domain) && ops->settled(domain->instance))
            vm_domain_settle(domain);
        return;
    }
    vm_guest_end_act(domain);
}

/* How many domains are active, and one of them. */
static guint
count_active(VmDriver *driver, VmDomain **one)
{
    guint count = 0;
    GHashTableIter iter;
    gpointer domain;
    g_hash_table_iter_init(&iter, driver->by_name);
    while (g_hash_table_iter_next(&iter, NULL, &domain)) {
        if (!vm_domain_is_active(domain))
            continue;
        *one = domain;
        count++;
    }
    return count;
}

/* An order matters among several only. */
void
vm_driver_pump(VmDriver *driver)
{
    VmDomain *one = NULL;
    vm_intent_retry(driver);
    guint active = count_active(driver, &one);
    if (active == 1)
        vm_domain_pump(one);
    if (active <= 1)
        return;
    g_autoptr(GPtrArray) domains = vm_driver_active_domains(driver);
    for (guint i = 0; i < domains->len; i++)
        vm_domain_pump(g_ptr_array_index(domains, i));
}

VmDriverEvent *
vm_driver_next_event(VmDriver *driver)
{
    vm_driver_pump(driver);
    return g_queue_pop_head(&driver->events);
}
