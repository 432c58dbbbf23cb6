/* SPDX-License-Identifier: LGPL-2.1-or-later
 *
 * What is durable, and how it is written.  Every write replaces a whole file
 * atomically, and is durable when it returns.
 */
#include "spec/driver/domain_obj.h"
#include <string.h>

gboolean
vm_record_config(VmDomain *domain, const VmDomainDef *def, GError **error)
{
    g_autofree char *path = vm_path_config(domain->driver, def->name);
    g_autofree char *xml =
        vm_domain_def_format(def, VM_DOMAIN_FORMAT_SECURE | VM_DOMAIN_FORMAT_INACTIVE);
    return vm_store_replace(domain->driver->store, path, xml, error);
}

gboolean
vm_record_drop_config(VmDomain *domain, GError **error)
{
    g_autofree char *path = vm_path_config(domain->driver, domain->def->name);
    return vm_store_remove(domain->driver->store, path, error);
}

/* Whether the status file says this of the definition already. */
static gboolean
is_recorded(const VmDomain *domain, const char *xml)
{
    if (domain->status_def == NULL || domain->status_def == domain->def)
        return domain->status_def != NULL;
    g_autofree char *recorded = vm_domain_def_format(domain->status_def, VM_DOMAIN_FORMAT_SECURE);
    return strcmp(recorded, xml) == 0;
}

/* A number at the right end of a field of blanks. */
static void
put_number(char *end, int number)
{
    do {
        *--end = (char)('0' + number % 10);
        number /= 10;
    } while (number > 0);
}

/* UUID, state, reason, marks. */
static void
put_header(char header[VM_STATUS_HEADER_SIZE], const VmDomain *domain)
{
    int marks = (domain->defined_before ? VM_STATUS_DEFINED_BEFORE : 0) |
                (domain->autodestroy ? VM_STATUS_AUTODESTROY : 0);
    const gsize uuid = strlen(VM_STATUS_HEADER_BEGIN), numbers = uuid + VM_STATUS_UUID_SIZE;
    g_assert(strlen(domain->def->uuid) == VM_STATUS_UUID_SIZE);
    memcpy(header, VM_STATUS_HEADER_BEGIN, uuid);
    memcpy(header + uuid, domain->def->uuid, VM_STATUS_UUID_SIZE);
    memcpy(header + numbers, VM_STATUS_HEADER_END, sizeof(VM_STATUS_HEADER_END));
    put_number(header + numbers + 3, domain->state);
    put_number(header + numbers + 7, domain->reason);
    put_number(header + numbers + 9, marks);
}

static gboolean
write_status(VmDomain *domain, const char *path, GError **error)
{
    VmStore *store = domain->driver->store;
    gboolean active = domain->state != VIR_DOMAIN_SHUTOFF;
    char header[VM_STATUS_HEADER_SIZE];
    put_header(header, domain);
    g_autofree char *xml = active && domain->status_def != domain->def
                               ? vm_domain_def_format(domain->def, VM_DOMAIN_FORMAT_SECURE)
                               : NULL;
    const VmStoreHead head = {.bytes = header, .length = sizeof(header) - 1};
    if (active && is_recorded(domain, xml) && store->ops->replace_head(store, path, &head, NULL))
        return TRUE;
    if (active && xml == NULL)
        xml = vm_domain_def_format(domain->def, VM_DOMAIN_FORMAT_SECURE);
    g_autofree char *text = g_strconcat(header, xml, NULL);
    return vm_store_replace_volatile(store, path, text, error);
}

/* The first line is a comment that says what the definition below it cannot, and often all that
 * changes; a stopped domain keeps only that line, for the reason. */
gboolean
vm_record_status(VmDomain *domain, GError **error)
{
    const char *path = vm_domain_path(domain, VM_KEPT_STATUS);
    gboolean ok = write_status(domain, path, error);
    g_clear_pointer(&domain->status_def, vm_domain_def_unref);
    if (ok && domain->state != VIR_DOMAIN_SHUTOFF)
        domain->status_def = vm_domain_def_ref(domain->def);
    return ok;
}

void
vm_record_status_anyway(VmDomain *domain)
{
    g_autoptr(GError) error = NULL;
    if (!vm_record_status(domain, &error))
        vm_env_log(domain->driver->env, "domain '%s': the status could not be recorded: %s",
                   domain->def->name, error->message);
}

void
vm_record_drop_status(VmDomain *domain)
{
    const char *path = vm_domain_path(domain, VM_KEPT_STATUS);
    g_autoptr(GError) error = NULL;
    g_clear_pointer(&domain->status_def, vm_domain_def_unref);
    if (!vm_store_remove(domain->driver->store, path, &error))
        vm_env_log(domain->driver->env, "domain '%s': %s", domain->def->name, error->message);
}

void
vm_record_stopped(VmDomain *domain)
{
    if (!domain->persistent || domain->reason == VIR_DOMAIN_SHUTOFF_UNKNOWN) {
        vm_record_drop_status(domain);
        return;
    }
    vm_record_status_anyway(domain);
}

gboolean
vm_record_autostart(VmDomain *domain, gboolean on, GError **error)
{
    g_autofree char *path = vm_path_autostart(domain->driver, domain->def->name);
    if (!on)
        return vm_store_remove(domain->driver->store, path, error);
    return vm_store_replace(domain->driver->store, path, "", error);
}
