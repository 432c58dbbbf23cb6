/* SPDX-License-Identifier: LGPL-2.1-or-later
 *
 * virDomainCreate: a cold boot, or the restore of a managed save image.
 */
#include "spec/driver/domain_obj.h"
#include "spec/driver/save_image.h"

/* Undo a start that has not let the CPUs run: the process goes, nothing else was changed. */
static gboolean
fail_start(VmDomain *domain, int reason)
{
    vm_domain_process_end(domain, reason);
    return FALSE;
}

/* The guest may run already, so that it is not killed (VM-HANG-001). */
static gboolean
leave_starting(VmDomain *domain)
{
    vm_domain_set_state(domain, VIR_DOMAIN_PAUSED, VIR_DOMAIN_PAUSED_UNKNOWN);
    vm_record_status_anyway(domain);
    vm_domain_announce(domain, VIR_DOMAIN_EVENT_STARTED, VIR_DOMAIN_EVENT_STARTED_BOOTED);
    return FALSE;
}

/* FORCE_BOOT gives the image up, but not before the process is there (DOM-START-010). */
static gboolean
discard_managed_save(VmDomain *domain, guint32 flags, GError **error)
{
    if ((flags & VIR_DOMAIN_START_FORCE_BOOT) == 0)
        return TRUE;
    g_autofree char *path = vm_path_managed_save(domain->driver, domain->def->name);
    return vm_store_remove(domain->driver->store, path, error);
}

gboolean
vm_domain_boot(VmDomain *domain, VmDomainDef *def, guint32 flags, GError **error)
{
    gboolean paused = (flags & VIR_DOMAIN_START_PAUSED) != 0;
    int former = domain->reason;
    if (!vm_domain_process_start(domain, def, NULL, error))
        return FALSE;
    domain->autodestroy = (flags & VIR_DOMAIN_START_AUTODESTROY) != 0;
    if (!discard_managed_save(domain, flags, error))
        return fail_start(domain, former);
    if (!paused && !vm_domain_process_cont(domain, error))
        return domain->doubt != NULL || domain->unusable ? leave_starting(domain)
                                                         : fail_start(domain, former);

    vm_domain_set_state(domain, paused ? VIR_DOMAIN_PAUSED : VIR_DOMAIN_RUNNING,
                        paused ? VIR_DOMAIN_PAUSED_USER : VIR_DOMAIN_RUNNING_BOOTED);
    if (!vm_record_status(domain, error))
        return fail_start(domain, VIR_DOMAIN_SHUTOFF_FAILED);

    /* the order of the QEMU driver, both ways (DOM-START-017, -018) */
    if (!paused)
        vm_domain_announce(domain, VIR_DOMAIN_EVENT_RESUMED, VIR_DOMAIN_EVENT_RESUMED_UNPAUSED);
    vm_domain_announce(domain, VIR_DOMAIN_EVENT_STARTED, VIR_DOMAIN_EVENT_STARTED_BOOTED);
    if (paused)
        vm_domain_announce(domain, VIR_DOMAIN_EVENT_SUSPENDED, VIR_DOMAIN_EVENT_SUSPENDED_PAUSED);
    return TRUE;
}

/* The image's guest goes on; the image goes once the guest is there and before its CPUs run, so
 * that it can never be used a second time (DOM-START-009, -011, -013). */
static gboolean
start_from_managed_save(VmDomain *domain, const char *path, guint32 flags, GError **error)
{
    g_autoptr(VmSaveImage) image = vm_save_image_read(domain->driver->store, path, error);
    if (image == NULL || !vm_save_image_check_owner(image, domain->def, error))
        return FALSE;
    VmRestore restore = {
        .image = image,
        .def = image->def,
        .running = image->running && (flags & VIR_DOMAIN_START_PAUSED) == 0,
        .consume = TRUE,
        .autodestroy = (flags & VIR_DOMAIN_START_AUTODESTROY) != 0,
        .paused_detail = image->running ? VIR_DOMAIN_EVENT_SUSPENDED_PAUSED
                                        : VIR_DOMAIN_EVENT_SUSPENDED_RESTORED,
    };
    return vm_domain_restore_image(domain, &restore, error);
}

gboolean
vm_domain_create(VmDriver *driver, const char *name, guint32 flags, GError **error)
{
    if (!vm_flags_check(VM_CALL_DOMAIN_CREATE, flags, driver->profile, error))
        return FALSE;
    VmDomain *domain = vm_driver_domain_to_change(driver, name, error);
    if (domain == NULL)
        return FALSE;
    if (vm_domain_is_active(domain))
        return vm_refuse(error, VIR_ERR_OPERATION_INVALID,
                         "domain '%s' is already running (DOM-START-003)", name);
    if (!vm_domain_check_whole(domain, error))
        return FALSE;

    g_autofree char *image = vm_path_managed_save(driver, name);
    if ((flags & VIR_DOMAIN_START_FORCE_BOOT) == 0 && vm_domain_managed_save_exists(domain))
        return start_from_managed_save(domain, image, flags, error);
    return vm_domain_boot(domain, domain->def, flags, error);
}
