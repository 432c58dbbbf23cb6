/* SPDX-License-Identifier: LGPL-2.1-or-later
 *
 * One disk of a domain: its life, and what a hypervisor driver refuses in it.
 */
#include "spec/model/domain_def_internal.h"

#include <string.h>

#include "spec/model/xml_read.h"

const char *const vm_image_formats[] = {
    "raw", "dir",   "bochs", "cloop", "dmg",   "iso", "vpc",  "vdi", "fat",
    "vhd", "ploop", "cow",   "qcow",  "qcow2", "qed", "vmdk", NULL,
};

void
vm_disk_source_copy(VmDiskSource *to, const VmDiskSource *from)
{
    to->type = g_strdup(from->type);
    to->path = g_strdup(from->path);
    to->format = g_strdup(from->format);
    to->attributes = g_strdup(from->attributes);
    to->extra = g_strdup(from->extra);
    to->format_extra = g_strdup(from->format_extra);
    to->layer_extra = g_strdup(from->layer_extra);
}

void
vm_disk_source_clear(VmDiskSource *source)
{
    g_free(source->type);
    g_free(source->path);
    g_free(source->format);
    g_free(source->attributes);
    g_free(source->extra);
    g_free(source->format_extra);
    g_free(source->layer_extra);
    memset(source, 0, sizeof(*source));
}

void
vm_disk_source_free(VmDiskSource *source)
{
    if (source == NULL)
        return;
    vm_disk_source_clear(source);
    g_free(source);
}

VmDiskDef *
vm_disk_def_new(void)
{
    VmDiskDef *disk = g_new0(VmDiskDef, 1);

    disk->refs = 1;
    disk->backing = g_ptr_array_new_with_free_func((GDestroyNotify)vm_disk_source_free);
    return disk;
}

VmDiskDef *
vm_disk_def_ref(VmDiskDef *disk)
{
    g_assert(disk->refs > 0);
    disk->refs++;
    return disk;
}

VmDiskDef *
vm_disk_def_copy(const VmDiskDef *disk)
{
    VmDiskDef *copy = vm_disk_def_new();
    GPtrArray *backing = copy->backing;

    *copy = *disk;
    copy->refs = 1;
    copy->backing = backing;
    char **strings[] = {
        &copy->device,
        &copy->target,
        &copy->bus,
        &copy->serial,
        &copy->wwn,
        &copy->startup_policy,
        &copy->attributes,
        &copy->extra,
        &copy->driver_extra,
        &copy->driver_attributes,
        &copy->target_attributes,
    };
    for (gsize i = 0; i < G_N_ELEMENTS(strings); i++)
        *strings[i] = g_strdup(*strings[i]);
    vm_disk_source_copy(&copy->source, &disk->source);
    for (guint i = 0; i < disk->backing->len; i++) {
        VmDiskSource *layer = g_new0(VmDiskSource, 1);
        vm_disk_source_copy(layer, g_ptr_array_index(disk->backing, i));
        g_ptr_array_add(copy->backing, layer);
    }
    return copy;
}

void
vm_disk_def_unref(VmDiskDef *disk)
{
    if (disk == NULL || --disk->refs > 0)
        return;
    char *strings[] = {
        disk->device,
        disk->target,
        disk->bus,
        disk->serial,
        disk->wwn,
        disk->startup_policy,
        disk->attributes,
        disk->extra,
        disk->driver_extra,
        disk->driver_attributes,
        disk->target_attributes,
    };
    for (gsize i = 0; i < G_N_ELEMENTS(strings); i++)
        g_free(strings[i]);
    vm_disk_source_clear(&disk->source);
    g_ptr_array_unref(disk->backing);
    g_free(disk);
}

static gboolean
check_transient(const VmDiskDef *disk, GError **error)
{
    static const char *const shared_buses[] = {"usb", "virtio", "scsi", NULL};
    const char *lack = NULL;

    if (!disk->transient)
        return TRUE;
    if (strcmp(disk->device, "disk") != 0)
        lack = "is no disk";
    else if (disk->source.path == NULL || strcmp(disk->source.type, "file") != 0)
        lack = "has no file as its source";
    else if (disk->read_only)
        lack = "is read-only";
    if (lack != NULL)
        return vm_refuse(error, VIR_ERR_CONFIG_UNSUPPORTED,
                         "disk '%s' %s and cannot be <transient/> (DISK-TR-001)", disk->target,
                         lack);
    if (disk->transient_share && !vm_xml_word_in(disk->bus != NULL ? disk->bus : "", shared_buses))
        return vm_refuse(error, VIR_ERR_CONFIG_UNSUPPORTED,
                         "disk '%s': shareBacking needs bus usb, virtio or scsi (DISK-TR-002)",
                         disk->target);
    return TRUE;
}

static gboolean
check_startup_policy(const VmDiskDef *disk, GError **error)
{
    static const char *const local[] = {"file", "block", "dir", "volume", NULL};

    if (disk->startup_policy == NULL)
        return TRUE;
    if (!vm_xml_word_in(disk->source.type, local))
        return vm_refuse(error, VIR_ERR_XML_ERROR,
                         "disk '%s': startupPolicy needs a local source (DISK-SP-001)",
                         disk->target);
    if (strcmp(disk->startup_policy, "requisite") == 0 && strcmp(disk->device, "cdrom") != 0 &&
        strcmp(disk->device, "floppy") != 0)
        return vm_refuse(error, VIR_ERR_XML_ERROR,
                         "disk '%s': startupPolicy 'requisite' is for cdrom and floppy "
                         "(DISK-SP-002)",
                         disk->target);
    return TRUE;
}

gboolean
vm_disk_def_check(const VmDiskDef *disk, GError **error)
{
    const gboolean is_disk = strcmp(disk->device, "disk") == 0;

    if (!check_transient(disk, error) || !check_startup_policy(disk, error))
        return FALSE;
    if (is_disk && disk->read_only &&
        (g_strcmp0(disk->bus, "ide") == 0 || g_strcmp0(disk->bus, "sata") == 0))
        return vm_refuse(error, VIR_ERR_CONFIG_UNSUPPORTED,
                         "disk '%s': a disk on bus %s cannot be read-only (DISK-RO-001)",
                         disk->target, disk->bus);
    if (disk->shareable && !disk->read_only && g_strcmp0(disk->source.format, "raw") != 0)
        return vm_refuse(error, VIR_ERR_CONFIG_UNSUPPORTED,
                         "disk '%s': a writable shareable disk needs format raw (DISK-SH-001)",
                         disk->target);
    return TRUE;
}
