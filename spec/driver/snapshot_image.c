/* SPDX-License-Identifier: LGPL-2.1-or-later
 *
 * What the images of a domain hold, live or off, and the jobs that change it.
 */
#include "spec/driver/snapshot_steps.h"
#include <string.h>

/* ---- look ---- */

static VmImageSnapshot *
snapshot_of_json(const json_t *json)
{
    VmImageSnapshot *entry = g_new0(VmImageSnapshot, 1);
    entry->id = g_strdup(json_string_value(json_object_get(json, "id")));
    entry->name = g_strdup(json_string_value(json_object_get(json, "name")));
    entry->vm_state_size = json_integer_value(json_object_get(json, "vm-state-size"));
    return entry;
}

static gboolean
has_data_file(const json_t *image)
{
    const json_t *specific = json_object_get(image, "format-specific");
    return json_object_get(json_object_get(specific, "data"), "data-file") != NULL;
}

/* A node's description as qemu-img would give the image's. */
static VmImageInfo *
info_of_node(const json_t *node)
{
    const json_t *image = json_object_get(node, "image");
    VmImageInfo *info = g_new0(VmImageInfo, 1);
    info->format = g_strdup(json_string_value(json_object_get(image, "format")));
    info->virtual_size = json_integer_value(json_object_get(image, "virtual-size"));
    info->backing = g_strdup(json_string_value(json_object_get(image, "full-backing-filename")));
    info->data_outside = has_data_file(image);
    info->snapshots = g_ptr_array_new_with_free_func((GDestroyNotify)vm_image_snapshot_free);
    info->bitmaps = g_ptr_array_new_with_free_func(g_free);
    gsize i;
    json_t *entry;
    json_array_foreach(json_object_get(image, "snapshots"), i, entry)
        g_ptr_array_add(info->snapshots, snapshot_of_json(entry));
    json_array_foreach(json_object_get(node, "dirty-bitmaps"), i, entry)
        g_ptr_array_add(info->bitmaps, g_strdup(json_string_value(json_object_get(entry, "name"))));
    return info;
}

static VmImageInfo *
live_image(VmDomain *domain, guint disk, json_t **blocks, GError **error)
{
    const json_t *inserted = vm_domain_inserted(domain, disk, blocks, error);
    return inserted != NULL ? info_of_node(inserted) : NULL;
}

guint
vm_snapshot_live_depth(VmDomain *domain, guint disk, json_t **blocks)
{
    const json_t *inserted = vm_domain_inserted(domain, disk, blocks, NULL);
    guint depth = 0;
    for (const json_t *image = json_object_get(inserted, "image"); image != NULL;
         image = json_object_get(image, "backing-image"))
        depth++;
    return depth;
}

gboolean
vm_snapshot_image_unreadable(const VmDomain *domain, const char *path, const GError *failure,
                             GError **error)
{
    return vm_refuse(error, VIR_ERR_OPERATION_FAILED, "domain '%s': image '%s' cannot be read: %s",
                     domain->def->name, path, failure->message);
}

VmImageInfo *
vm_snapshot_image_file(VmDomain *domain, const char *path, GError **error)
{
    VmHypervisor *hypervisor = domain->driver->hypervisor;
    g_autoptr(GError) failure = NULL;
    VmImageInfo *info = hypervisor->ops->image_info(hypervisor, path, &failure);
    if (info == NULL)
        vm_snapshot_image_unreadable(domain, path, failure, error);
    return info;
}

VmImageInfo *
vm_snapshot_image(VmDomain *domain, guint disk, json_t **blocks, GError **error)
{
    if (vm_domain_is_active(domain))
        return live_image(domain, disk, blocks, error);
    return vm_snapshot_image_file(domain, vm_domain_def_disk(domain->def, disk)->source.path,
                                  error);
}

/* ---- change ---- */

gboolean
vm_snapshot_image_do(VmDomain *domain, const char *path, VmImageSnapshotVerb verb, const char *tag,
                     GError **error)
{
    static const char *const words[] = {
        [VM_IMAGE_SNAPSHOT_CREATE] = "taken in",
        [VM_IMAGE_SNAPSHOT_APPLY] = "applied to",
        [VM_IMAGE_SNAPSHOT_DELETE] = "deleted from",
    };
    VmHypervisor *hypervisor = domain->driver->hypervisor;
    g_autoptr(GError) failure = NULL;
    if (!hypervisor->ops->image_snapshot(hypervisor, path, verb, tag, &failure))
        return vm_refuse(error, VIR_ERR_OPERATION_FAILED,
                         "domain '%s': snapshot '%s' cannot be %s '%s': %s", domain->def->name, tag,
                         words[verb], path, failure->message);
    return vm_store_sync(domain->driver->store, path, error);
}

gboolean
vm_snapshot_job(VmDomain *domain, const char *job, const char *tag, const GArray *disks,
                int vmstate, GError **error)
{
    json_t *arguments = json_object(), *devices = json_array();
    json_object_set_new(arguments, "tag", json_string(tag));
    json_object_set_new(arguments, "devices", devices);
    for (guint i = 0; i < disks->len; i++) {
        guint disk = g_array_index(disks, guint, i);
        g_autofree char *node = vm_domain_node(domain, disk, error);
        if (node == NULL) {
            json_decref(arguments);
            return FALSE;
        }
        json_array_append_new(devices, json_string(node));
        if (vmstate == (int)disk)
            json_object_set_new(arguments, "vmstate", json_string(node));
    }
    return vm_domain_run_job(domain, job, arguments, error);
}

/* Off, each image is asked first: qemu-img fails where the tag is missing, and one that cannot be
 * read is found before another one has lost its tag. */
static GArray *
count_tags_off(VmDomain *domain, const char *tag, const GArray *disks, GError **error)
{
    g_autoptr(GArray) counts = g_array_new(FALSE, FALSE, sizeof(guint));
    for (guint i = 0; i < disks->len; i++) {
        const VmDiskDef *disk = vm_domain_def_disk(domain->def, g_array_index(disks, guint, i));
        VmImageTag held = {.name = tag};
        if (!vm_snapshot_tag_to_delete(domain, disk, &held, error))
            return NULL;
        if (held.count == 0)
            vm_env_log(domain->driver->env, "domain '%s': disk '%s' has no snapshot '%s' any more",
                       domain->def->name, disk->target, tag);
        g_array_append_val(counts, held.count);
    }
    return g_steal_pointer(&counts);
}

gboolean
vm_snapshot_delete_tag(VmDomain *domain, const char *tag, const GArray *disks, GError **error)
{
    if (disks->len == 0)
        return TRUE;
    if (vm_domain_is_active(domain)) /* the job passes over images that lack the tag */
        return vm_snapshot_job(domain, "snapshot-delete", tag, disks, -1, error);
    g_autoptr(GArray) counts = count_tags_off(domain, tag, disks, error);
    if (counts == NULL)
        return FALSE;
    for (guint i = 0; i < disks->len; i++) {
        const VmDiskDef *disk = vm_domain_def_disk(domain->def, g_array_index(disks, guint, i));
        if (g_array_index(counts, guint, i) > 0 &&
            !vm_snapshot_image_do(domain, disk->source.path, VM_IMAGE_SNAPSHOT_DELETE, tag, error))
            return FALSE;
    }
    return TRUE;
}

/* ---- which images ---- */

gboolean
vm_snapshot_is_regular(const char *path, gpointer store)
{
    return vm_store_kind(store, path) == VM_FILE_REGULAR;
}

static GArray *
every_qcow2_disk(const VmDomainDef *def)
{
    GArray *disks = g_array_new(FALSE, FALSE, sizeof(guint));
    for (guint i = 0; i < def->disks->len; i++) {
        const VmDiskDef *disk = vm_domain_def_disk(def, i);
        if (disk->source.path != NULL && !disk->read_only &&
            g_strcmp0(disk->source.format, "qcow2") == 0)
            g_array_append_val(disks, i);
    }
    return disks;
}

GArray *
vm_snapshot_internal_disks(const VmSnapshotDef *def, const VmDomainDef *domain)
{
    if (def->domain == NULL && def->disks->len == 0)
        return every_qcow2_disk(domain);
    GArray *disks = g_array_new(FALSE, FALSE, sizeof(guint));
    for (guint i = 0; i < def->disks->len; i++) {
        const VmSnapshotDisk *disk = g_ptr_array_index(def->disks, i);
        int index = vm_domain_def_disk_index(domain, disk->name);
        if (disk->location != VM_LOCATION_INTERNAL || index < 0)
            continue;
        guint number = (guint)index;
        if (vm_domain_def_disk(domain, number)->source.path != NULL)
            g_array_append_val(disks, number);
    }
    return disks;
}

void
vm_snapshot_put_paths(GString *json, const char *name, const VmDomainDef *def, const GArray *disks)
{
    vm_json_open(json, name, '[');
    for (guint i = 0; i < disks->len; i++) {
        const VmDiskDef *disk = vm_domain_def_disk(def, g_array_index(disks, guint, i));
        vm_json_text(json, NULL, disk->source.path);
    }
    vm_json_close(json, ']');
}

const char *
vm_snapshot_disk_path(const VmSnapshotDef *def, const VmSnapshotDisk *disk)
{
    if (def->domain == NULL)
        return NULL;
    int index = vm_domain_def_disk_index(def->domain, disk->name);
    return index < 0 ? NULL : vm_domain_def_disk(def->domain, (guint)index)->source.path;
}

const char *
vm_snapshot_other_image(const VmDomain *domain, const VmSnapshotDef *def)
{
    for (guint i = 0; i < def->disks->len; i++) {
        const VmSnapshotDisk *disk = g_ptr_array_index(def->disks, i);
        const char *path = vm_snapshot_disk_path(def, disk);
        int index = vm_domain_def_disk_index(domain->def, disk->name);
        if (disk->location != VM_LOCATION_INTERNAL || path == NULL || index < 0)
            continue;
        const VmDiskDef *today = vm_domain_def_disk(domain->def, (guint)index);
        if (g_strcmp0(today->source.path, path) != 0)
            return disk->name;
    }
    return NULL;
}
