/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "spec/driver/snapshot_overlay.h"

static void
overlay_free(VmOverlay *overlay)
{
    g_free(overlay->target);
    g_free(overlay->type);
    g_free(overlay->path);
    g_free(overlay->format);
    g_free(overlay->base);
    g_free(overlay->node);
    g_free(overlay);
}

GPtrArray *
vm_overlays_new(void)
{
    return g_ptr_array_new_with_free_func((GDestroyNotify)overlay_free);
}

VmOverlay *
vm_overlay_add(GPtrArray *overlays, const char *target)
{
    VmOverlay *overlay = g_new0(VmOverlay, 1);
    overlay->target = g_strdup(target);
    g_ptr_array_add(overlays, overlay);
    return overlay;
}

GPtrArray *
vm_overlays_of(const VmSnapshotPlan *plan)
{
    VmDomain *domain = plan->domain;
    GPtrArray *overlays = vm_overlays_new();
    for (guint i = 0; i < plan->def->disks->len; i++) {
        const VmSnapshotDisk *disk = g_ptr_array_index(plan->def->disks, i);
        if (disk->location != VM_LOCATION_EXTERNAL)
            continue;
        VmOverlay *overlay = vm_overlay_add(overlays, disk->name);
        overlay->disk = i;
        overlay->type = g_strdup(disk->source.type);
        overlay->path = g_strdup(disk->source.path);
        overlay->format = g_strdup(disk->source.format);
        overlay->base = g_strdup(vm_domain_def_disk(domain->def, i)->source.path);
        overlay->given = (plan->flags & VIR_DOMAIN_SNAPSHOT_CREATE_REUSE_EXT) != 0;
        overlay->fresh = vm_store_kind(domain->driver->store, overlay->path) == VM_FILE_MISSING;
        overlay->node = g_strdup_printf("o%u-%08x", i, vm_env_random(domain->driver->env));
    }
    return overlays;
}

static gboolean
is_block(const VmOverlay *overlay)
{
    return g_strcmp0(overlay->type, "block") == 0;
}

static const char *
base_format(const VmDomain *domain, const VmOverlay *overlay)
{
    const char *format = vm_domain_def_disk(domain->def, overlay->disk)->source.format;
    return format != NULL ? format : "raw";
}

/* ---- off ---- */

static gboolean
make_off(VmDomain *domain, VmOverlay *overlay, GError **error)
{
    if (overlay->given)
        return TRUE;
    VmHypervisor *hypervisor = domain->driver->hypervisor;
    g_autoptr(GError) failure = NULL;
    overlay->touched = TRUE;
    if (!hypervisor->ops->image_create(hypervisor, overlay->path, overlay->format, 0, overlay->base,
                                       base_format(domain, overlay), &failure))
        return vm_refuse(error, VIR_ERR_OPERATION_FAILED,
                         "domain '%s': overlay '%s' cannot be made: %s", domain->def->name,
                         overlay->path, failure->message);
    return vm_store_sync(domain->driver->store, overlay->path, error);
}

/* ---- live ---- */

static char *
file_node(const VmOverlay *overlay)
{
    return g_strconcat("f", overlay->node, NULL);
}

/* Empty, as a job would make it, at a tenth of the job's time. */
static gboolean
make_file(VmDomain *domain, VmOverlay *overlay, GError **error)
{
    if (overlay->given || is_block(overlay))
        return TRUE;
    VmStore *store = domain->driver->store;
    g_autoptr(GError) failure = NULL;
    overlay->touched = TRUE;
    VmStoreFile *file = store->ops->create(store, overlay->path, &failure);
    if (file == NULL)
        return vm_refuse(error, VIR_ERR_OPERATION_FAILED,
                         "domain '%s': overlay '%s' cannot be made: %s", domain->def->name,
                         overlay->path, failure->message);
    store->ops->close(file);
    return TRUE;
}

static gboolean
add_file(VmDomain *domain, VmOverlay *overlay, GError **error)
{
    g_autofree char *name = file_node(overlay);
    overlay->file_added = vm_domain_qmp(domain, "blockdev-add",
                                        json_pack("{s:s, s:s, s:s}", "driver",
                                                  is_block(overlay) ? "host_device" : "file",
                                                  "node-name", name, "filename", overlay->path),
                                        NULL, error);
    return overlay->file_added;
}

static gboolean
format_file(VmDomain *domain, VmOverlay *overlay, json_t **nodes, GError **error)
{
    if (overlay->given)
        return TRUE;
    g_autoptr(VmImageInfo) info = vm_snapshot_image(domain, overlay->disk, nodes, error);
    if (info == NULL)
        return FALSE;
    g_autofree char *name = file_node(overlay);
    json_t *options = json_pack("{s:s, s:s, s:I, s:s, s:s}", "driver", overlay->format, "file",
                                name, "size", (json_int_t)info->virtual_size, "backing-file",
                                overlay->base, "backing-fmt", base_format(domain, overlay));
    return vm_domain_run_job(domain, "blockdev-create", json_pack("{s:o}", "options", options),
                             error) &&
           vm_store_sync(domain->driver->store, overlay->path, error);
}

static gboolean
add_node(VmDomain *domain, VmOverlay *overlay, GError **error)
{
    g_autofree char *name = file_node(overlay);
    overlay->node_added =
        vm_domain_qmp(domain, "blockdev-add",
                      json_pack("{s:s, s:s, s:s, s:n}", "driver", overlay->format, "node-name",
                                overlay->node, "file", name, "backing"),
                      NULL, error);
    return overlay->node_added;
}

static gboolean
make_live(VmDomain *domain, VmOverlay *overlay, json_t **nodes, GError **error)
{
    return make_file(domain, overlay, error) && add_file(domain, overlay, error) &&
           format_file(domain, overlay, nodes, error) && add_node(domain, overlay, error);
}

gboolean
vm_overlays_make(VmSnapshotPlan *plan, GPtrArray *overlays, GError **error)
{
    VmDomain *domain = plan->domain;
    gboolean active = vm_domain_is_active(domain);
    gboolean ok = TRUE;
    for (guint i = 0; ok && i < overlays->len; i++) {
        VmOverlay *overlay = g_ptr_array_index(overlays, i);
        ok = active ? make_live(domain, overlay, &plan->blocks, error)
                    : make_off(domain, overlay, error);
    }
    return ok;
}

/* One more action; FALSE where the disk has no node.  The action (taken) gets the node. */
static gboolean
add_action(VmDomain *domain, json_t *actions, guint disk, json_t *action, GError **error)
{
    g_autofree char *node = vm_domain_node(domain, disk, error);
    json_t *data = json_object_get(action, "data");
    const char *key = json_object_get(data, "overlay") != NULL ? "node" : "device";
    json_array_append_new(actions, action);
    return node != NULL && json_object_set_new(data, key, json_string(node)) == 0;
}

gboolean
vm_overlays_switch(VmDomain *domain, const GPtrArray *overlays, const GArray *tagged,
                   const char *tag, GError **error)
{
    json_t *actions = json_array();
    gboolean ok = TRUE;
    for (guint i = 0; ok && i < overlays->len; i++) {
        const VmOverlay *overlay = g_ptr_array_index(overlays, i);
        ok = add_action(domain, actions, overlay->disk,
                        json_pack("{s:s, s:{s:s}}", "type", "blockdev-snapshot", "data", "overlay",
                                  overlay->node),
                        error);
    }
    for (guint i = 0; ok && i < tagged->len; i++)
        ok = add_action(domain, actions, g_array_index(tagged, guint, i),
                        json_pack("{s:s, s:{s:s}}", "type", "blockdev-snapshot-internal-sync",
                                  "data", "name", tag),
                        error);
    if (!ok || json_array_size(actions) == 0) {
        json_decref(actions);
        return ok; /* memory alone has nothing to switch */
    }
    vm_domain_forget_nodes(domain);
    return vm_domain_qmp(domain, "transaction", json_pack("{s:o}", "actions", actions), NULL,
                         error);
}

/* ---- removal ---- */

static gboolean
detach(VmDomain *domain, VmOverlay *overlay)
{
    if (!vm_domain_is_active(domain))
        return TRUE;
    g_autofree char *file = file_node(overlay);
    g_autoptr(GError) error = NULL;
    if ((overlay->node_added &&
         !vm_domain_qmp(domain, "blockdev-del", json_pack("{s:s}", "node-name", overlay->node),
                        NULL, &error)) ||
        (overlay->file_added &&
         !vm_domain_qmp(domain, "blockdev-del", json_pack("{s:s}", "node-name", file), NULL,
                        &error))) {
        vm_snapshot_log(domain, "an unused overlay is left in the block graph", error);
        return FALSE;
    }
    return TRUE;
}

/* A file that was there was empty, and becomes so again. */
static gboolean
take_file_back(VmDomain *domain, const VmOverlay *overlay)
{
    VmStore *store = domain->driver->store;
    g_autoptr(GError) error = NULL;
    if (!overlay->touched || is_block(overlay))
        return TRUE;
    if (overlay->fresh && vm_store_remove(store, overlay->path, &error))
        return TRUE;
    if (!overlay->fresh) {
        VmStoreFile *file = store->ops->create(store, overlay->path, &error);
        if (file != NULL) {
            store->ops->close(file);
            return TRUE;
        }
    }
    vm_snapshot_log(domain, "an unused overlay's file is left", error);
    return FALSE;
}

gboolean
vm_overlays_remove(VmDomain *domain, GPtrArray *overlays)
{
    gboolean clean = TRUE;
    for (guint i = overlays->len; i > 0; i--) {
        VmOverlay *overlay = g_ptr_array_index(overlays, i - 1);
        if (!detach(domain, overlay) || !take_file_back(domain, overlay))
            clean = FALSE;
    }
    return clean;
}

/* ---- recovery ---- */

void
vm_overlays_write(GString *json, const char *name, const GPtrArray *overlays)
{
    vm_json_open(json, name, '[');
    for (guint i = 0; i < overlays->len; i++) {
        const VmOverlay *o = g_ptr_array_index(overlays, i);
        vm_json_open(json, NULL, '{');
        vm_json_text(json, "disk", o->target);
        vm_json_text(json, "type", o->type);
        vm_json_text(json, "path", o->path);
        vm_json_text(json, "format", o->format);
        vm_json_text(json, "base", o->base);
        vm_json_flag(json, "given", o->given);
        vm_json_flag(json, "fresh", o->fresh);
        vm_json_text(json, "node", o->node);
        vm_json_close(json, '}');
    }
    vm_json_close(json, ']');
}

static char *
member(const json_t *json, const char *name)
{
    return g_strdup(json_string_value(json_object_get(json, name)));
}

GPtrArray *
vm_overlays_from_json(const json_t *json, const VmDomainDef *def)
{
    GPtrArray *overlays = vm_overlays_new();
    gsize i;
    json_t *entry;
    json_array_foreach(json, i, entry)
    {
        const char *target = json_string_value(json_object_get(entry, "disk"));
        int index = target != NULL ? vm_domain_def_disk_index(def, target) : -1;
        if (index < 0)
            continue;
        VmOverlay *overlay = vm_overlay_add(overlays, target);
        overlay->disk = (guint)index;
        overlay->type = member(entry, "type");
        overlay->path = member(entry, "path");
        overlay->format = member(entry, "format");
        overlay->base = member(entry, "base");
        overlay->node = member(entry, "node");
        overlay->given = json_is_true(json_object_get(entry, "given"));
        overlay->fresh = json_is_true(json_object_get(entry, "fresh"));
        overlay->touched = !overlay->given;
    }
    return overlays;
}

/* Find out which nodes of an overlay are in the graph. */
static void
find_nodes(VmOverlay *overlay, const json_t *nodes)
{
    g_autofree char *file = file_node(overlay);
    gsize i;
    json_t *node;
    json_array_foreach(nodes, i, node)
    {
        const char *name = json_string_value(json_object_get(node, "node-name"));
        overlay->node_added |= g_strcmp0(name, overlay->node) == 0;
        overlay->file_added |= g_strcmp0(name, file) == 0;
    }
}

gboolean
vm_overlays_in_use(VmDomain *domain, const GPtrArray *overlays)
{
    g_autoptr(GError) error = NULL;
    json_t *nodes = NULL;
    if (!vm_domain_qmp(domain, "query-named-block-nodes", json_pack("{s:b}", "flat", 1), &nodes,
                       &error)) {
        vm_snapshot_log(domain, "the block graph cannot be looked at", error);
        return TRUE;
    }
    gboolean in_use = FALSE;
    for (guint i = 0; i < overlays->len; i++) {
        VmOverlay *overlay = g_ptr_array_index(overlays, i);
        g_autofree char *top = vm_domain_node(domain, overlay->disk, NULL);
        find_nodes(overlay, nodes);
        in_use |= top == NULL || g_strcmp0(top, overlay->node) == 0;
    }
    json_decref(nodes);
    return in_use;
}

VmDomainDef *
vm_overlays_put(VmDomainDef *def, const GPtrArray *overlays)
{
    VmDomainDef *changed = vm_domain_def_ref(def);
    for (guint i = 0; i < overlays->len; i++) {
        const VmOverlay *overlay = g_ptr_array_index(overlays, i);
        int index = vm_domain_def_disk_index(changed, overlay->target);
        if (index < 0 ||
            g_strcmp0(vm_domain_def_disk(changed, (guint)index)->source.path, overlay->base) != 0)
            continue;
        VmDomainDef *next = vm_domain_def_with_source(changed, (guint)index, overlay->type,
                                                      overlay->path, overlay->format, TRUE);
        vm_domain_def_unref(changed);
        changed = next;
    }
    return changed;
}
