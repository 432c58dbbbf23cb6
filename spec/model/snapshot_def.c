/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "spec/model/snapshot_def.h"

#include "spec/model/domain_def_internal.h"
#include "spec/model/snapshot_def_internal.h"

static const char *const state_words[] = {NULL,      "running",     "blocked",
                                          "paused",  "shutdown",    "shutoff",
                                          "crashed", "pmsuspended", "disk-snapshot"};

const char *
vm_snapshot_state_word(VmSnapshotState state)
{
    g_assert((guint)state < G_N_ELEMENTS(state_words));
    return state_words[state];
}

int
vm_snapshot_state_from_word(const char *word)
{
    for (guint i = 1; i < G_N_ELEMENTS(state_words); i++) {
        if (g_strcmp0(word, state_words[i]) == 0)
            return (int)i;
    }
    return -1;
}

VmSnapshotDef *
vm_snapshot_def_new(void)
{
    VmSnapshotDef *def = g_new0(VmSnapshotDef, 1);

    def->refs = 1;
    def->disks = g_ptr_array_new_with_free_func((GDestroyNotify)vm_snapshot_disk_free);
    def->revert_disks = g_ptr_array_new_with_free_func((GDestroyNotify)vm_snapshot_disk_free);
    def->overlays = g_ptr_array_new_with_free_func(g_free);
    return def;
}

VmSnapshotDef *
vm_snapshot_def_ref(VmSnapshotDef *def)
{
    g_assert(def->refs > 0);
    def->refs++;
    return def;
}

void
vm_snapshot_def_unref(VmSnapshotDef *def)
{
    if (def == NULL || --def->refs > 0)
        return;
    g_free(def->name);
    g_free(def->description);
    g_free(def->parent);
    g_free(def->memory_file);
    g_free(def->domain_uuid);
    g_free(def->cookie);
    g_free(def->secure_text);
    g_ptr_array_unref(def->disks);
    g_ptr_array_unref(def->revert_disks);
    g_ptr_array_unref(def->overlays);
    vm_domain_def_unref(def->domain);
    vm_domain_def_unref(def->inactive_domain);
    g_free(def);
}

VmSnapshotDisk *
vm_snapshot_disk_new(const char *name)
{
    VmSnapshotDisk *disk = g_new0(VmSnapshotDisk, 1);

    disk->name = g_strdup(name);
    return disk;
}

void
vm_snapshot_disk_free(VmSnapshotDisk *disk)
{
    if (disk == NULL)
        return;
    g_free(disk->name);
    g_free(disk->extra);
    g_free(disk->driver_attributes);
    g_free(disk->open_attributes);
    g_free(disk->open_extra);
    vm_disk_source_clear(&disk->source);
    g_free(disk);
}

static VmSnapshotDisk *
copy_disk(const VmSnapshotDisk *disk)
{
    VmSnapshotDisk *copy = g_new0(VmSnapshotDisk, 1);

    *copy = *disk;
    copy->name = g_strdup(disk->name);
    copy->extra = g_strdup(disk->extra);
    copy->driver_attributes = g_strdup(disk->driver_attributes);
    copy->open_attributes = g_strdup(disk->open_attributes);
    copy->open_extra = g_strdup(disk->open_extra);
    vm_disk_source_copy(&copy->source, &disk->source);
    return copy;
}

static void
copy_disks(GPtrArray *to, const GPtrArray *from)
{
    for (guint i = 0; i < from->len; i++)
        g_ptr_array_add(to, copy_disk(g_ptr_array_index(from, i)));
}

VmSnapshotDef *
vm_snapshot_def_copy(const VmSnapshotDef *def)
{
    VmSnapshotDef *copy = vm_snapshot_def_new();

    copy->name = g_strdup(def->name);
    copy->description = g_strdup(def->description);
    copy->state = def->state;
    copy->parent = g_strdup(def->parent);
    copy->creation_time = def->creation_time;
    copy->memory = def->memory;
    copy->memory_file = g_strdup(def->memory_file);
    copy->domain_uuid = g_strdup(def->domain_uuid);
    copy->cookie = g_strdup(def->cookie);
    copy->active = def->active;
    copy_disks(copy->disks, def->disks);
    copy_disks(copy->revert_disks, def->revert_disks);
    for (guint i = 0; i < def->overlays->len; i++)
        g_ptr_array_add(copy->overlays, g_strdup(g_ptr_array_index(def->overlays, i)));
    if (def->domain != NULL)
        copy->domain = vm_domain_def_ref(def->domain);
    if (def->inactive_domain != NULL)
        copy->inactive_domain = vm_domain_def_ref(def->inactive_domain);
    return copy;
}

gboolean
vm_snapshot_def_is_external(const VmSnapshotDef *def)
{
    if (def->memory == VM_LOCATION_EXTERNAL)
        return TRUE;
    for (guint i = 0; i < def->disks->len; i++) {
        if (((VmSnapshotDisk *)g_ptr_array_index(def->disks, i))->location == VM_LOCATION_EXTERNAL)
            return TRUE;
    }
    return FALSE;
}
