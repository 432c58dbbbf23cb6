/* SPDX-License-Identifier: LGPL-2.1-or-later
 *
 * The domains there are: tables, look-up, and the list with its filters.
 */
#include "spec/driver/domain_obj.h"
#include <string.h>

static void
domain_free(VmDomain *domain)
{
    if (domain->driver->asked == domain)
        domain->driver->asked = NULL;
    if (domain->instance != NULL)
        domain->instance->hypervisor->ops->detach(domain->instance);
    vm_domain_forget_nodes(domain);
    vm_domain_def_unref(domain->def);
    vm_domain_def_unref(domain->next_def);
    vm_domain_def_unref(domain->status_def);
    g_free(domain->intent_ahead);
    vm_moment_tree_free(domain->snapshots);
    vm_domain_forget_paths(domain);
    g_free(domain->paths);
    g_free(domain->doubt);
    g_clear_pointer(&domain->reserved, g_hash_table_unref);
    g_free(domain);
}

static gboolean
is_external(gconstpointer def)
{
    return vm_snapshot_def_is_external(def);
}

VmMomentTree *
vm_driver_new_tree(void)
{
    VmMomentTree *tree = vm_moment_tree_new((GDestroyNotify)vm_snapshot_def_unref);
    vm_moment_tree_count(tree, is_external);
    return tree;
}

static void
new_snapshots(VmDomain *domain)
{
    domain->snapshots = vm_driver_new_tree();
    domain->greatest_mark = 0;
}

void
vm_driver_forget_snapshots(VmDomain *domain)
{
    vm_moment_tree_free(domain->snapshots);
    g_clear_pointer(&domain->reserved, g_hash_table_unref);
    new_snapshots(domain);
}

GHashTable *
vm_driver_new_name_table(void)
{
    return g_hash_table_new_full(g_str_hash, g_str_equal, g_free, (GDestroyNotify)domain_free);
}

/* Many calls after one another ask for the same domain. */
static VmDomain *
find_domain(VmDriver *driver, const char *name)
{
    if (driver->asked == NULL || strcmp(driver->asked->def->name, name) != 0)
        driver->asked = g_hash_table_lookup(driver->by_name, name);
    return driver->asked;
}

VmDomain *
vm_driver_domain(VmDriver *driver, const char *name, GError **error)
{
    vm_intent_retry(driver);
    VmDomain *domain = find_domain(driver, name);
    if (domain != NULL && domain->instance != NULL) {
        vm_domain_pump(domain);
        domain = driver->asked == domain ? domain : find_domain(driver, name);
    }
    if (domain != NULL)
        domain = vm_domain_finish(domain);
    if (domain == NULL)
        vm_refuse(error, VIR_ERR_NO_DOMAIN, "no domain with name '%s' (DOM-LOOK-001)", name);
    return domain;
}

VmDomain *
vm_driver_domain_to_change(VmDriver *driver, const char *name, GError **error)
{
    VmDomain *domain = vm_driver_domain(driver, name, error);
    return domain != NULL && vm_domain_check_settled(domain, error) ? domain : NULL;
}

VmDomain *
vm_driver_domain_by_uuid(VmDriver *driver, const char *uuid)
{
    VmDomain *domain = g_hash_table_lookup(driver->by_uuid, uuid);
    if (domain == NULL || domain->instance == NULL)
        return domain;
    vm_domain_pump(domain);
    return g_hash_table_lookup(driver->by_uuid, uuid);
}

static int
compare_domains(gconstpointer a, gconstpointer b)
{
    const VmDomain *first = *(VmDomain *const *)a;
    const VmDomain *second = *(VmDomain *const *)b;
    return strcmp(first->def->name, second->def->name);
}

static GPtrArray *
sorted_domains(VmDriver *driver, gboolean active_only)
{
    GPtrArray *domains = g_ptr_array_new();
    GHashTableIter iter;
    gpointer domain;
    g_hash_table_iter_init(&iter, driver->by_name);
    while (g_hash_table_iter_next(&iter, NULL, &domain))
        if (!active_only || vm_domain_is_active(domain))
            g_ptr_array_add(domains, domain);
    g_ptr_array_sort(domains, compare_domains);
    return domains;
}

GPtrArray *
vm_driver_domains(VmDriver *driver)
{
    return sorted_domains(driver, FALSE);
}

GPtrArray *
vm_driver_active_domains(VmDriver *driver)
{
    return sorted_domains(driver, TRUE);
}

VmDomain *
vm_driver_add_domain(VmDriver *driver, VmDomainDef *def)
{
    g_assert(!g_hash_table_contains(driver->by_name, def->name));
    g_assert(!g_hash_table_contains(driver->by_uuid, def->uuid));
    VmDomain *domain = g_new0(VmDomain, 1);
    domain->driver = driver;
    domain->def = def;
    domain->paths = g_new0(char *, VM_KEPT_PATHS);
    domain->state = VIR_DOMAIN_SHUTOFF;
    domain->reason = VIR_DOMAIN_SHUTOFF_UNKNOWN;
    new_snapshots(domain);
    g_hash_table_insert(driver->by_name, g_strdup(def->name), domain);
    g_hash_table_insert(driver->by_uuid, g_strdup(def->uuid), domain);
    return domain;
}

void
vm_driver_remove_domain(VmDomain *domain)
{
    VmDriver *driver = domain->driver;
    g_hash_table_remove(driver->by_uuid, domain->def->uuid);
    gboolean removed = g_hash_table_remove(driver->by_name, domain->def->name);
    g_assert(removed);
}

void
vm_driver_rekey_domain(VmDomain *domain, VmDomainDef *def)
{
    VmDriver *driver = domain->driver;
    g_hash_table_remove(driver->by_uuid, domain->def->uuid);
    g_autofree gpointer key = NULL;
    gboolean found = g_hash_table_steal_extended(driver->by_name, domain->def->name, &key, NULL);
    g_assert(found);
    vm_domain_forget_paths(domain);
    vm_domain_def_unref(domain->def);
    domain->def = def;
    g_hash_table_insert(driver->by_name, g_strdup(def->name), domain);
    g_hash_table_insert(driver->by_uuid, g_strdup(def->uuid), domain);
}

gboolean
vm_domain_is_active(const VmDomain *domain)
{
    return domain->instance != NULL;
}

void
vm_domain_set_def(VmDomain *domain, VmDomainDef *def)
{
    g_assert_cmpstr(domain->def->name, ==, def->name);
    g_assert_cmpstr(domain->def->uuid, ==, def->uuid);
    vm_domain_def_unref(domain->def);
    domain->def = def;
}

VmMoment *
vm_driver_snapshot(VmDriver *driver, const char *domain_name, const char *snapshot_name,
                   VmDomain **domain, GError **error)
{
    VmDomain *found = vm_driver_domain(driver, domain_name, error);
    if (found == NULL)
        return NULL;
    VmMoment *moment = vm_moment_tree_find(found->snapshots, snapshot_name);
    if (moment == NULL) {
        vm_refuse(error, VIR_ERR_NO_DOMAIN_SNAPSHOT,
                  "domain '%s' has no snapshot with name '%s' (SNAP-LOOK-001)", domain_name,
                  snapshot_name);
        return NULL;
    }
    if (domain != NULL)
        *domain = found;
    return moment;
}

/* One group of filters: within a group the bits are alternatives, and all or none of a group is no
 * filter; between groups all must hold (DOM-LIST-001). */
typedef struct {
    guint32 mask;
    guint32 (*bit)(VmDomain *domain);
} ListFilter;

static guint32
activity_bit(VmDomain *domain)
{
    return vm_domain_is_active(domain) ? VIR_CONNECT_LIST_DOMAINS_ACTIVE
                                       : VIR_CONNECT_LIST_DOMAINS_INACTIVE;
}

static guint32
persistence_bit(VmDomain *domain)
{
    return domain->persistent ? VIR_CONNECT_LIST_DOMAINS_PERSISTENT
                              : VIR_CONNECT_LIST_DOMAINS_TRANSIENT;
}

static guint32
state_bit(VmDomain *domain)
{
    switch (domain->state) {
    case VIR_DOMAIN_RUNNING:
        return VIR_CONNECT_LIST_DOMAINS_RUNNING;
    case VIR_DOMAIN_PAUSED:
        return VIR_CONNECT_LIST_DOMAINS_PAUSED;
    case VIR_DOMAIN_SHUTOFF:
        return VIR_CONNECT_LIST_DOMAINS_SHUTOFF;
    default:
        return VIR_CONNECT_LIST_DOMAINS_OTHER;
    }
}

static guint32
managed_save_bit(VmDomain *domain)
{
    return vm_domain_managed_save_exists(domain) ? VIR_CONNECT_LIST_DOMAINS_MANAGEDSAVE
                                                 : VIR_CONNECT_LIST_DOMAINS_NO_MANAGEDSAVE;
}

static guint32
autostart_bit(VmDomain *domain)
{
    return domain->autostart ? VIR_CONNECT_LIST_DOMAINS_AUTOSTART
                             : VIR_CONNECT_LIST_DOMAINS_NO_AUTOSTART;
}

static guint32
snapshot_bit(VmDomain *domain)
{
    return vm_moment_tree_size(domain->snapshots) > 0 ? VIR_CONNECT_LIST_DOMAINS_HAS_SNAPSHOT
                                                      : VIR_CONNECT_LIST_DOMAINS_NO_SNAPSHOT;
}

static guint32
checkpoint_bit(G_GNUC_UNUSED VmDomain *domain)
{
    return VIR_CONNECT_LIST_DOMAINS_NO_CHECKPOINT;
}

static const ListFilter list_filters[] = {
    {VIR_CONNECT_LIST_DOMAINS_ACTIVE | VIR_CONNECT_LIST_DOMAINS_INACTIVE, activity_bit},
    {VIR_CONNECT_LIST_DOMAINS_PERSISTENT | VIR_CONNECT_LIST_DOMAINS_TRANSIENT, persistence_bit},
    {VIR_CONNECT_LIST_DOMAINS_RUNNING | VIR_CONNECT_LIST_DOMAINS_PAUSED |
         VIR_CONNECT_LIST_DOMAINS_SHUTOFF | VIR_CONNECT_LIST_DOMAINS_OTHER,
     state_bit},
    {VIR_CONNECT_LIST_DOMAINS_MANAGEDSAVE | VIR_CONNECT_LIST_DOMAINS_NO_MANAGEDSAVE,
     managed_save_bit},
    {VIR_CONNECT_LIST_DOMAINS_AUTOSTART | VIR_CONNECT_LIST_DOMAINS_NO_AUTOSTART, autostart_bit},
    {VIR_CONNECT_LIST_DOMAINS_HAS_SNAPSHOT | VIR_CONNECT_LIST_DOMAINS_NO_SNAPSHOT, snapshot_bit},
    {VIR_CONNECT_LIST_DOMAINS_HAS_CHECKPOINT | VIR_CONNECT_LIST_DOMAINS_NO_CHECKPOINT,
     checkpoint_bit},
};

static gboolean
domain_matches(VmDomain *domain, guint32 flags)
{
    for (guint i = 0; i < G_N_ELEMENTS(list_filters); i++) {
        guint32 wanted = flags & list_filters[i].mask;
        if (wanted != 0 && !(list_filters[i].bit(domain) & wanted))
            return FALSE;
    }
    return TRUE;
}

gboolean
vm_domain_list(VmDriver *driver, guint32 flags, GPtrArray **names, GError **error)
{
    if (!vm_flags_check(VM_CALL_DOMAIN_LIST, flags, driver->profile, error))
        return FALSE;
    vm_driver_pump(driver);
    g_autoptr(GPtrArray) domains = vm_driver_domains(driver);
    *names = g_ptr_array_new_with_free_func(g_free);
    for (guint i = 0; i < domains->len; i++) {
        VmDomain *domain = g_ptr_array_index(domains, i);
        if (domain_matches(domain, flags))
            g_ptr_array_add(*names, g_strdup(domain->def->name));
    }
    return TRUE;
}
