/* SPDX-License-Identifier: LGPL-2.1-or-later
 *
 * virDomainDefineXML and virDomainCreateXML: a domain comes to be.
 */
#include "spec/driver/guest_end.h"
#include "spec/driver/save_image.h"
#include <string.h>

static VmDomainDef *
parse_new(VmDriver *driver, const char *xml, gboolean validate, GError **error)
{
    g_autofree char *uuid = vm_env_uuid(driver->env);
    guint flags = VM_DOMAIN_PARSE_NEW | (validate ? VM_DOMAIN_PARSE_VALIDATE : 0);
    g_autoptr(VmDomainDef) def = vm_domain_def_parse(xml, uuid, flags, error);
    if (def == NULL || !vm_guest_end_check(def, error))
        return NULL;
    if (def->genid == NULL || *def->genid != '\0')
        return g_steal_pointer(&def);
    g_autofree char *genid =
        vm_env_uuid(driver->env); /* asked for, and left to us (VM-GENID-001) */
    return vm_domain_def_with_genid(def, genid);
}

gboolean
vm_driver_match_domain(VmDriver *driver, const VmDomainDef *def, VmDomain **domain, GError **error)
{
    VmDomain *same_name = vm_driver_domain(driver, def->name, NULL); /* may load it anew */
    VmDomain *same_uuid = vm_driver_domain_by_uuid(driver, def->uuid);
    if (same_uuid != NULL && strcmp(same_uuid->def->name, def->name) != 0)
        return vm_refuse(error, VIR_ERR_OPERATION_FAILED,
                         "domain '%s' already has uuid %s of the new domain '%s' (DOM-DEF-005)",
                         same_uuid->def->name, def->uuid, def->name);
    if (same_name != NULL && same_name != same_uuid)
        return vm_refuse(error, VIR_ERR_OPERATION_FAILED,
                         "domain '%s' already exists with uuid %s (DOM-DEF-006)", def->name,
                         same_name->def->uuid);
    *domain = same_uuid;
    return TRUE;
}

/* A domain that is new takes over the moments of its UUID, and only those. */
static gboolean
define_new(VmDriver *driver, VmDomainDef *def, GError **error)
{
    if (!vm_driver_claim_metadata(driver, def->name, def->uuid, error))
        return FALSE;
    VmDomain *domain = vm_driver_add_domain(driver, vm_domain_def_ref(def));
    if (!vm_record_config(domain, def, error)) {
        vm_driver_remove_domain(domain);
        return FALSE;
    }
    domain->persistent = TRUE;
    vm_driver_load_snapshots(domain);
    vm_domain_announce(domain, VIR_DOMAIN_EVENT_DEFINED, VIR_DOMAIN_EVENT_DEFINED_ADDED);
    return TRUE;
}

gboolean
vm_domain_define(VmDriver *driver, const char *xml, guint32 flags, GError **error)
{
    if (!vm_flags_check(VM_CALL_DOMAIN_DEFINE_XML, flags, driver->profile, error))
        return FALSE;
    g_autoptr(VmDomainDef) def =
        parse_new(driver, xml, (flags & VIR_DOMAIN_DEFINE_VALIDATE) != 0, error);
    VmDomain *domain = NULL;
    if (def == NULL || !vm_driver_match_domain(driver, def, &domain, error))
        return FALSE;
    if (domain != NULL &&
        !(vm_domain_check_settled(domain, error) && vm_domain_check_finished(domain, error)))
        return FALSE;
    if (domain == NULL)
        return define_new(driver, def, error);

    if (!vm_record_config(domain, def, error))
        return FALSE;
    gboolean known = domain->persistent || domain->defined_before;
    domain->persistent = TRUE;
    if (vm_domain_is_active(domain)) {
        vm_domain_def_unref(domain->next_def);
        domain->next_def = g_steal_pointer(&def);
    } else {
        vm_domain_set_def(domain, g_steal_pointer(&def));
    }
    vm_domain_announce(domain, VIR_DOMAIN_EVENT_DEFINED,
                       known ? VIR_DOMAIN_EVENT_DEFINED_UPDATED : VIR_DOMAIN_EVENT_DEFINED_ADDED);
    return TRUE;
}

gboolean
vm_driver_admit_domain(VmDriver *driver, VmDomainDef *def, VmDomain **domain, GError **error)
{
    if (!vm_driver_match_domain(driver, def, domain, error))
        return FALSE;
    if (*domain != NULL) {
        if (!vm_domain_is_active(*domain))
            return vm_domain_check_whole(*domain, error);
        return vm_refuse(error, VIR_ERR_OPERATION_INVALID,
                         "domain '%s' is already active (DOM-START-005)", def->name);
    }
    if (!vm_driver_claim_metadata(driver, def->name, def->uuid, error))
        return FALSE;
    *domain = vm_driver_add_domain(driver, vm_domain_def_ref(def));
    vm_driver_load_snapshots(*domain);
    return TRUE;
}

gboolean
vm_domain_create_xml(VmDriver *driver, const char *xml, guint32 flags, GError **error)
{
    if (!vm_flags_check(VM_CALL_DOMAIN_CREATE_XML, flags, driver->profile, error))
        return FALSE;
    g_autoptr(VmDomainDef) def =
        parse_new(driver, xml, (flags & VIR_DOMAIN_START_VALIDATE) != 0, error);
    VmDomain *domain = NULL;
    if (def == NULL || !vm_driver_admit_domain(driver, def, &domain, error))
        return FALSE;
    if (vm_save_check_unmanaged(domain, error) && vm_domain_boot(domain, def, flags, error))
        return TRUE;
    vm_domain_vanish(domain);
    return FALSE;
}
