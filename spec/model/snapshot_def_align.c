/* SPDX-License-Identifier: LGPL-2.1-or-later
 *
 * The disks of a snapshot brought into line with those of its domain
 * (section 7 of the snapshot rules).
 */
#include "spec/model/snapshot_def_internal.h"

#include <string.h>

/** The longest name that a file may have in any folder. */
#define FILE_NAME_MAX_BYTES 255

/** Put every entry into the slot of its domain disk; entries that fit none are refused. */
static gboolean
match_entries(VmSnapshotDef *def, VmSnapshotDisk **slots, GError **error)
{
    for (guint i = 0; i < def->disks->len; i++) {
        VmSnapshotDisk *disk = g_ptr_array_index(def->disks, i);
        int index = vm_domain_def_disk_index(def->domain, disk->name);
        if (index < 0)
            return vm_refuse(error, VIR_ERR_CONFIG_UNSUPPORTED,
                             "snapshot '%s': '%s' names no disk, or no single one, of domain '%s' "
                             "(%s)",
                             def->name, disk->name, def->domain->name,
                             *disk->name == '/' ? "SNAP-ALIGN-005" : "SNAP-ALIGN-004");
        if (slots[index] != NULL)
            return vm_refuse(error, VIR_ERR_CONFIG_UNSUPPORTED,
                             "snapshot '%s' names disk '%s' of domain '%s' twice (SNAP-ALIGN-006)",
                             def->name, vm_domain_def_disk(def->domain, (guint)index)->target,
                             def->domain->name);
        slots[index] = disk;
    }
    return TRUE;
}

/* In an internal snapshot a disk is left alone where the domain says so too: what an entry that was
 * not listed takes from the domain must be accepted back (SNAP-ALIGN-014). */
static gboolean
is_left_alone(VmLocation location, VmLocation own)
{
    return location == own && (own == VM_LOCATION_NO || own == VM_LOCATION_MANUAL);
}

static gboolean
place_listed(const VmSnapshotDef *def, VmSnapshotDisk *disk, const VmDiskDef *own,
             const VmAlignOptions *options, GError **error)
{
    const gboolean all_internal = options->uniform && options->fallback == VM_LOCATION_INTERNAL;

    if (disk->location == VM_LOCATION_DEFAULT) {
        if (all_internal)
            disk->location =
                own->snapshot == VM_LOCATION_NO ? VM_LOCATION_NO : VM_LOCATION_INTERNAL;
        else
            disk->location =
                own->snapshot != VM_LOCATION_DEFAULT ? own->snapshot : options->fallback;
    } else if (all_internal && disk->location != VM_LOCATION_INTERNAL &&
               !is_left_alone(disk->location, own->snapshot)) {
        return vm_refuse(
            error, VIR_ERR_CONFIG_UNSUPPORTED,
            "snapshot '%s': disk '%s' cannot be '%s' in an internal snapshot of domain "
            "'%s' (SNAP-ALIGN-010)",
            def->name, own->target, vm_location_word(disk->location), def->domain->name);
    }
    if (disk->source.path != NULL && disk->location != VM_LOCATION_EXTERNAL)
        return vm_refuse(error, VIR_ERR_CONFIG_UNSUPPORTED,
                         "snapshot '%s': disk '%s' has a source file but is '%s' (SNAP-ALIGN-012)",
                         def->name, own->target, vm_location_word(disk->location));
    return TRUE;
}

static gboolean
is_empty_drive(const VmDiskDef *own)
{
    const char *type = own->source.type;

    if (strcmp(type, "file") == 0 || strcmp(type, "block") == 0)
        return own->source.path == NULL;
    return own->source.attributes == NULL && own->source.extra == NULL;
}

static VmSnapshotDisk *
unlisted(const VmDiskDef *own, const VmAlignOptions *options)
{
    VmSnapshotDisk *disk = vm_snapshot_disk_new(own->target);

    disk->source.type = g_strdup("file");
    if (is_empty_drive(own))
        disk->location = VM_LOCATION_NO;
    else if (own->snapshot != VM_LOCATION_DEFAULT)
        disk->location = own->snapshot;
    else
        disk->location = options->fallback;
    return disk;
}

/** The source's path without its suffix, plus "." and the snapshot's name. */
static char *
overlay_path(const char *source, const char *name)
{
    const char *base = strrchr(source, '/');
    const char *dot = strrchr(base != NULL ? base + 1 : source, '.');
    g_autofree char *suffix = g_strdup(name);

    g_strdelimit(suffix, "/", '_');
    return g_strdup_printf("%.*s.%s", (int)(dot != NULL ? (gsize)(dot - source) : strlen(source)),
                           source, suffix);
}

static gboolean
name_overlay(const VmSnapshotDef *def, VmSnapshotDisk *disk, const VmDiskDef *own,
             const VmAlignOptions *options, GError **error)
{
    const char *source = own->source.path;

    if (strcmp(disk->source.type, "file") != 0)
        return vm_refuse(error, VIR_ERR_CONFIG_UNSUPPORTED,
                         "snapshot '%s': disk '%s' of type '%s' needs a source (SNAP-ALIGN-020)",
                         def->name, own->target, disk->source.type);
    if (source == NULL)
        return vm_refuse(
            error, VIR_ERR_CONFIG_UNSUPPORTED,
            "snapshot '%s': no overlay can be named for disk '%s', which has no source "
            "path (SNAP-ALIGN-021)",
            def->name, own->target);
    if (options->is_regular != NULL && !options->is_regular(source, options->data))
        return vm_refuse(error, VIR_ERR_CONFIG_UNSUPPORTED,
                         "snapshot '%s': no overlay can be named for disk '%s': '%s' is no regular "
                         "file (SNAP-ALIGN-022)",
                         def->name, own->target, source);
    disk->source.path = overlay_path(source, def->name);
    const char *base = strrchr(disk->source.path, '/');
    if (strlen(base != NULL ? base + 1 : disk->source.path) > FILE_NAME_MAX_BYTES)
        return vm_refuse(
            error, VIR_ERR_CONFIG_UNSUPPORTED,
            "snapshot '%s': the overlay of disk '%s' would have a name of more than %d "
            "bytes (SNAP-ALIGN-023)",
            def->name, own->target, FILE_NAME_MAX_BYTES);
    return TRUE;
}

/** Two disks must not write to one overlay, whoever named it. */
static gboolean
check_paths(const VmSnapshotDef *def, GError **error)
{
    g_autoptr(GHashTable) seen = NULL;

    for (guint i = 0; i < def->disks->len; i++) {
        const VmSnapshotDisk *disk = g_ptr_array_index(def->disks, i);
        if (disk->source.path == NULL)
            continue;
        if (seen == NULL)
            seen = g_hash_table_new(g_str_hash, g_str_equal);
        if (g_hash_table_add(seen, disk->source.path))
            continue;
        return vm_refuse(error, VIR_ERR_CONFIG_UNSUPPORTED,
                         "snapshot '%s': two disks, '%s' being the second, would have the overlay "
                         "'%s' (SNAP-ALIGN-024, SNAP-ALIGN-025)",
                         def->name, disk->name, disk->source.path);
    }
    return TRUE;
}

static gboolean
name_overlays(VmSnapshotDef *def, const VmAlignOptions *options, GError **error)
{
    for (guint i = 0; i < def->disks->len; i++) {
        VmSnapshotDisk *disk = g_ptr_array_index(def->disks, i);
        if (disk->location != VM_LOCATION_EXTERNAL || disk->source.path != NULL)
            continue;
        /* A network overlay is named by attributes that are kept, not by a path. */
        if (strcmp(disk->source.type, "network") == 0 && disk->source.attributes != NULL)
            continue;
        if (!name_overlay(def, disk, vm_domain_def_disk(def->domain, i), options, error))
            return FALSE;
    }
    return check_paths(def, error);
}

/** One entry per domain disk, in its order, each with a location. */
static gboolean
place_all(VmSnapshotDef *def, VmSnapshotDisk **slots, const VmAlignOptions *options, GError **error)
{
    for (guint i = 0; i < def->domain->disks->len; i++) {
        const VmDiskDef *own = vm_domain_def_disk(def->domain, i);
        if (slots[i] != NULL && !place_listed(def, slots[i], own, options, error))
            return FALSE;
    }
    g_ptr_array_set_free_func(def->disks, NULL);
    g_ptr_array_set_size(def->disks, 0);
    g_ptr_array_set_free_func(def->disks, (GDestroyNotify)vm_snapshot_disk_free);
    for (guint i = 0; i < def->domain->disks->len; i++) {
        const VmDiskDef *own = vm_domain_def_disk(def->domain, i);
        VmSnapshotDisk *disk = slots[i] != NULL ? slots[i] : unlisted(own, options);
        if (strcmp(disk->name, own->target) != 0) {
            g_free(disk->name);
            disk->name = g_strdup(own->target);
        }
        g_ptr_array_add(def->disks, disk);
    }
    return TRUE;
}

gboolean
vm_snapshot_def_align(VmSnapshotDef *def, const VmAlignOptions *options, GError **error)
{
    if (def->domain == NULL)
        return vm_refuse(error, VIR_ERR_XML_ERROR,
                         "snapshot '%s' needs a full <domain> definition (SNAP-REDEF-014)",
                         def->name);
    if (def->disks->len > def->domain->disks->len)
        return vm_refuse(error, VIR_ERR_CONFIG_UNSUPPORTED,
                         "snapshot '%s' lists %u disks, domain '%s' has %u (SNAP-ALIGN-002)",
                         def->name, def->disks->len, def->domain->name, def->domain->disks->len);

    g_autofree VmSnapshotDisk **slots = g_new0(VmSnapshotDisk *, def->domain->disks->len + 1);
    if (!match_entries(def, slots, error) || !place_all(def, slots, options, error))
        return FALSE;
    return name_overlays(def, options, error);
}
