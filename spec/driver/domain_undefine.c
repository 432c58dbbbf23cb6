/* SPDX-License-Identifier: LGPL-2.1-or-later
 *
 * virDomainUndefine and virDomainUndefineFlags.  Everything is checked before
 * anything is removed (never the half-way order of DOM-UNDEF-012), and the
 * definition goes first: with it the domain is undefined, and what is left is
 * removed now or by recovery.
 */
#include "spec/driver/domain_obj.h"

static gboolean
check_firmware_flags(const VmDomain *domain, guint32 flags, GError **error)
{
    const guint32 nvram = VIR_DOMAIN_UNDEFINE_NVRAM | VIR_DOMAIN_UNDEFINE_KEEP_NVRAM;
    const guint32 tpm = VIR_DOMAIN_UNDEFINE_TPM | VIR_DOMAIN_UNDEFINE_KEEP_TPM;
    if ((flags & nvram) != nvram && (flags & tpm) != tpm)
        return TRUE;
    return vm_refuse(error, VIR_ERR_OPERATION_INVALID,
                     "domain '%s': cannot both keep and remove %s (DOM-UNDEF-002)",
                     domain->def->name, (flags & nvram) == nvram ? "nvram" : "tpm");
}

/* While it is active its moments go only in the profile that asked for it (DOM-UNDEF-008). */
static gboolean
drops_moments(const VmDomain *domain, guint32 flags)
{
    if (vm_moment_tree_size(domain->snapshots) == 0 ||
        (flags & VIR_DOMAIN_UNDEFINE_SNAPSHOTS_METADATA) == 0)
        return FALSE;
    return !vm_domain_is_active(domain) || domain->driver->profile == VM_PROFILE_RFC;
}

/* The names of the snapshots that go. */
static GPtrArray *
names_to_drop(const VmDomain *domain, gboolean dropped)
{
    g_autoptr(GPtrArray) moments = vm_moment_tree_walk(domain->snapshots, NULL);
    GPtrArray *names = g_ptr_array_new_with_free_func(g_free);
    for (guint i = 0; dropped && i < moments->len; i++)
        g_ptr_array_add(names, g_strdup(((VmMoment *)g_ptr_array_index(moments, i))->name));
    return names;
}

static gboolean
begin(VmDomain *domain, const GPtrArray *names, GError **error)
{
    GString *json = vm_intent_open(domain, "undefine");
    vm_json_texts(json, "snapshots", names);
    g_autofree char *record = vm_intent_close(json);
    return vm_intent_begin(domain, record, error);
}

/* What is left once the definition is gone; each step may find its work done.  FALSE, logged, where
 * something is left still. */
static gboolean
remove_leftovers(VmDriver *driver, const char *name, const GPtrArray *moments)
{
    VmStore *store = driver->store;
    g_autofree char *image = vm_path_managed_save(driver, name);
    g_autofree char *autostart = vm_path_autostart(driver, name);
    g_autofree char *folder = vm_path_snapshot_dir(driver, name);
    g_autoptr(GError) error = NULL;
    gboolean ok =
        vm_store_remove(store, image, &error) && vm_store_remove(store, autostart, &error);

    for (guint i = 0; ok && i < moments->len; i++) {
        g_autofree char *path = vm_path_snapshot(driver, name, g_ptr_array_index(moments, i));
        ok = vm_store_kind(store, path) == VM_FILE_MISSING ||
             store->ops->unlink(store, path, &error);
    }
    if (ok && moments->len > 0 && vm_store_kind(store, folder) == VM_FILE_DIR) {
        g_autofree char *above = g_path_get_dirname(folder);
        ok = store->ops->sync_dir(store, folder, &error);
        if (ok && !store->ops->rmdir(store, folder, NULL))
            vm_env_log(driver->env, "domain '%s': '%s' holds files that are not ours; kept", name,
                       folder);
        ok = ok && store->ops->sync_dir(store, above, &error);
    }
    if (!ok)
        vm_env_log(driver->env, "domain '%s' is undefined, but %s", name, error->message);
    return ok;
}

void
vm_domain_undefine_recover(const VmIntent *intent)
{
    g_autofree char *config = vm_path_config(intent->driver, intent->name);
    g_autoptr(GPtrArray) names = vm_intent_texts(intent->data, "snapshots");
    if (vm_store_kind(intent->driver->store, config) == VM_FILE_MISSING)
        remove_leftovers(intent->driver, intent->name, names);
}

/* In memory: an inactive domain leaves the tables, an active one goes on as a transient one. */
static void
forget_definition(VmDomain *domain, gboolean moments_dropped)
{
    domain->persistent = FALSE;
    domain->autostart = FALSE;
    g_clear_pointer(&domain->next_def, vm_domain_def_unref);
    if (moments_dropped) {
        vm_moment_tree_free(domain->snapshots);
        domain->snapshots = vm_driver_new_tree();
    }
    vm_domain_announce(domain, VIR_DOMAIN_EVENT_UNDEFINED, VIR_DOMAIN_EVENT_UNDEFINED_REMOVED);
    if (vm_domain_vanish(domain))
        return;
    domain->defined_before = TRUE;
    vm_record_status_anyway(domain);
}

static gboolean
undefine(VmDriver *driver, const char *name, guint32 flags, GError **error)
{
    VmDomain *domain = vm_driver_domain_to_change(driver, name, error);
    if (domain == NULL || !check_firmware_flags(domain, flags, error))
        return FALSE;
    if (!domain->persistent)
        return vm_refuse(error, VIR_ERR_OPERATION_INVALID,
                         "domain '%s' is transient and cannot be undefined (DOM-UNDEF-003)", name);
    VmGuardContext context = {.domain = domain, .flags = flags};
    if (!vm_guard(VM_GUARD_UNDEFINE, &context, error))
        return FALSE;

    gboolean dropped = drops_moments(domain, flags);
    g_autoptr(GPtrArray) names = names_to_drop(domain, dropped);
    gboolean leftovers = dropped || domain->autostart || vm_domain_managed_save_exists(domain);
    gboolean ok =
        (!leftovers || begin(domain, names, error)) && vm_record_drop_config(domain, error);
    /* where something is left, the record is, too: the next start of the driver tries again */
    if (leftovers && (!ok || remove_leftovers(driver, name, names)))
        vm_intent_end(domain);
    if (ok)
        forget_definition(domain, dropped);
    return ok;
}

gboolean
vm_domain_undefine(VmDriver *driver, const char *name, GError **error)
{
    return undefine(driver, name, 0, error);
}

gboolean
vm_domain_undefine_flags(VmDriver *driver, const char *name, guint32 flags, GError **error)
{
    return vm_flags_check(VM_CALL_DOMAIN_UNDEFINE_FLAGS, flags, driver->profile, error) &&
           undefine(driver, name, flags, error);
}
