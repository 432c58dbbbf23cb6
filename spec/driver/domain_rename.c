/* SPDX-License-Identifier: LGPL-2.1-or-later
 *
 * virDomainRename.  The new files are written first; the old definition's
 * removal is the point of no return.
 */
#include "spec/driver/domain_obj.h"
#include <string.h>

static gboolean
check_name(const char *name, GError **error)
{
    if (*name == '\0')
        return vm_refuse(error, VIR_ERR_INVALID_ARG,
                         "a domain's name must not be empty "
                         "(DOM-API-016)");
    if (strpbrk(name, "/\n") != NULL)
        return vm_refuse(error, VIR_ERR_XML_ERROR,
                         "name '%s' must not contain a slash or a line end (DOM-REN-005, -006)",
                         name);
    return TRUE;
}

/* A transient domain is always active: with this it is refused, too (DOM-REN-002). */
static gboolean
check_renamable(VmDomain *domain, GError **error)
{
    if (vm_domain_is_active(domain))
        return vm_refuse(error, VIR_ERR_OPERATION_INVALID,
                         "domain '%s' is active and cannot be renamed (DOM-REN-001)",
                         domain->def->name);
    g_assert(domain->persistent);
    return TRUE;
}

/* Move a file or folder durably, where it is there. */
static gboolean
move(VmDriver *driver, const char *from, const char *to, GError **error)
{
    VmStore *store = driver->store;
    if (vm_store_kind(store, from) == VM_FILE_MISSING)
        return TRUE;
    if (vm_store_kind(store, to) == VM_FILE_DIR && !store->ops->rmdir(store, to, error))
        return FALSE;
    g_autofree char *folder = g_path_get_dirname(to);
    return store->ops->rename(store, from, to, error) && store->ops->sync_dir(store, folder, error);
}

typedef char *(*PathOf)(const VmDriver *driver, const char *domain);

/* What goes with the definition: moments, autostart, the reason of the last stop. */
static const PathOf followers[] = {vm_path_snapshot_dir, vm_path_autostart};

static gboolean
move_followers(VmDriver *driver, const char *from, const char *to, GError **error)
{
    for (guint i = 0; i < G_N_ELEMENTS(followers); i++) {
        g_autofree char *old = followers[i](driver, from);
        g_autofree char *new = followers[i](driver, to);
        if (!move(driver, old, new, error))
            return FALSE;
    }
    return TRUE;
}

/* Back to the old name: whatever had moved returns, the new definition goes. */
static void
undo_rename(VmDriver *driver, const char *from, const char *to)
{
    g_autofree char *config = vm_path_config(driver, to);
    g_autoptr(GError) error = NULL;
    if (!move_followers(driver, to, from, &error) ||
        !vm_store_remove(driver->store, config, &error))
        vm_env_log(driver->env, "domain '%s': the way back from name '%s': %s", from, to,
                   error->message);
}

void
vm_domain_rename_recover(const VmIntent *intent)
{
    VmDriver *driver = intent->driver;
    const char *to = json_string_value(json_object_get(intent->data, "to"));
    g_autofree char *old = vm_path_config(driver, intent->name);
    if (to == NULL)
        return;
    if (vm_store_kind(driver->store, old) != VM_FILE_MISSING)
        undo_rename(driver, intent->name, to);
}

static gboolean
rename_files(VmDomain *domain, VmDomainDef *def, GError **error)
{
    VmDriver *driver = domain->driver;
    const char *from = domain->def->name;
    if (vm_record_config(domain, def, error) && move_followers(driver, from, def->name, error) &&
        vm_record_drop_config(domain, error))
        return TRUE;
    undo_rename(driver, from, def->name);
    return FALSE;
}

gboolean
vm_domain_rename(VmDriver *driver, const char *name, const char *new_name, guint32 flags,
                 GError **error)
{
    if (*new_name == '\0' && !check_name(new_name, error))
        return FALSE;
    if (!vm_flags_check(VM_CALL_DOMAIN_RENAME, flags, driver->profile, error))
        return FALSE;
    VmDomain *domain = vm_driver_domain_to_change(driver, name, error);
    if (domain == NULL || !check_renamable(domain, error) ||
        !vm_domain_check_finished(domain, error))
        return FALSE;
    VmGuardContext context = {.domain = domain, .flags = flags};
    if (!vm_guard(VM_GUARD_RENAME, &context, error))
        return FALSE;
    if (vm_driver_domain(driver, new_name, NULL) != NULL)
        return vm_refuse(error, VIR_ERR_OPERATION_INVALID,
                         "domain '%s' cannot be renamed: there is a domain '%s' (DOM-REN-004)",
                         name, new_name);
    if (!check_name(new_name, error) ||
        !vm_driver_check_foreign(driver, new_name, domain->def->uuid, error))
        return FALSE;

    g_autoptr(VmDomainDef) def = vm_domain_def_with_name(domain->def, new_name);
    GString *json = vm_intent_open(domain, "rename");
    vm_json_text(json, "to", new_name);
    g_autofree char *record = vm_intent_close(json);
    if (!vm_intent_begin(domain, record, error))
        return FALSE;
    gboolean ok = rename_files(domain, def, error);
    vm_intent_end(domain);
    if (!ok)
        return FALSE;
    vm_record_drop_status(domain);
    vm_domain_announce(domain, VIR_DOMAIN_EVENT_UNDEFINED, VIR_DOMAIN_EVENT_UNDEFINED_RENAMED);
    vm_driver_rekey_domain(domain, g_steal_pointer(&def));
    vm_record_stopped(domain);
    vm_domain_announce(domain, VIR_DOMAIN_EVENT_DEFINED, VIR_DOMAIN_EVENT_DEFINED_RENAMED);
    return TRUE;
}
