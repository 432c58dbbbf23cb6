/* SPDX-License-Identifier: LGPL-2.1-or-later
 *
 * Which node of the block graph each of a running domain's disks uses.
 */
#include "spec/driver/domain_obj.h"

/* query-block names a device by its path: /machine/peripheral/ID/virtio-backend. */
static gboolean
is_device_of(const json_t *entry, const char *target)
{
    const char *qdev = json_string_value(json_object_get(entry, "qdev"));
    if (qdev == NULL)
        return FALSE;
    g_auto(GStrv) parts = g_strsplit(qdev, "/", -1);
    return g_strv_contains((const char *const *)parts, target);
}

static GHashTable *
nodes_new(void)
{
    return g_hash_table_new_full(g_str_hash, g_str_equal, g_free, g_free);
}

/* Each disk's node, from one answer for all of them. */
static GHashTable *
nodes_of(const VmDomainDef *def, const json_t *blocks)
{
    GHashTable *nodes = nodes_new();
    gsize i;
    json_t *entry;
    json_array_foreach(blocks, i, entry)
    {
        const json_t *inserted = json_object_get(entry, "inserted");
        const char *node = json_string_value(json_object_get(inserted, "node-name"));
        for (guint disk = 0; node != NULL && disk < def->disks->len; disk++) {
            const char *target = vm_domain_def_disk(def, disk)->target;
            if (is_device_of(entry, target))
                g_hash_table_insert(nodes, g_strdup(target), g_strdup(node));
        }
    }
    return nodes;
}

static gboolean
ask(VmDomain *domain, json_t **blocks, GError **error)
{
    if (!vm_domain_qmp(domain, "query-block", NULL, blocks, error))
        return FALSE;
    vm_domain_forget_nodes(domain);
    domain->nodes = nodes_of(domain->def, *blocks);
    return TRUE;
}

const json_t *
vm_domain_inserted(VmDomain *domain, guint disk, json_t **blocks, GError **error)
{
    const char *target = vm_domain_def_disk(domain->def, disk)->target;
    if (*blocks == NULL && !ask(domain, blocks, error))
        return NULL;
    gsize i;
    json_t *entry;
    json_array_foreach(*blocks, i, entry)
    {
        const json_t *inserted = json_object_get(entry, "inserted");
        if (inserted != NULL && is_device_of(entry, target))
            return inserted;
    }
    vm_refuse(error, VIR_ERR_OPERATION_FAILED, "domain '%s': disk '%s' has no node",
              domain->def->name, target);
    return NULL;
}

/* Only the names, where the hypervisor can tell these alone. */
static gboolean
ask_names(VmDomain *domain, GError **error)
{
    const VmHypervisorOps *ops = domain->instance->hypervisor->ops;
    if (ops->device_nodes == NULL) {
        json_t *blocks = NULL;
        gboolean told = ask(domain, &blocks, error);
        json_decref(blocks);
        return told;
    }
    g_autoptr(GHashTable) nodes = nodes_new();
    g_autoptr(GError) failure = NULL;
    if (!vm_domain_check_settled(domain, error))
        return FALSE;
    if (!ops->device_nodes(domain->instance, nodes, &failure))
        return vm_domain_refuse_qmp(domain, "query-block", failure, error);
    domain->nodes = g_steal_pointer(&nodes);
    return TRUE;
}

char *
vm_domain_node(VmDomain *domain, guint disk, GError **error)
{
    const char *target = vm_domain_def_disk(domain->def, disk)->target;
    if (domain->nodes == NULL && !ask_names(domain, error))
        return NULL;
    const char *node = g_hash_table_lookup(domain->nodes, target);
    if (node == NULL)
        vm_refuse(error, VIR_ERR_OPERATION_FAILED, "domain '%s': disk '%s' has no node",
                  domain->def->name, target);
    return g_strdup(node);
}

void
vm_domain_forget_nodes(VmDomain *domain)
{
    g_clear_pointer(&domain->nodes, g_hash_table_unref);
}
