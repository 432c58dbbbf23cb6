/* SPDX-License-Identifier: LGPL-2.1-or-later
 *
 * One <disk> of a <domainsnapshot>, read.
 */
#include "spec/model/snapshot_def_internal.h"

#include <string.h>

#include "spec/model/domain_def_internal.h"
#include "spec/model/xml_read.h"

static gboolean
read_location(VmSnapshotDisk *disk, const xmlNode *node, GError **error)
{
    const char *word = vm_xml_attr(node, "snapshot");

    if (word == NULL)
        return TRUE;
    int location = vm_location_from_word(word);
    if (location < 0)
        return vm_refuse(error, VIR_ERR_XML_ERROR,
                         "disk '%s': snapshot '%s' is not no, internal, external or manual "
                         "(SNAP-XML-030)",
                         disk->name, word);
    disk->location = (VmLocation)location;
    return TRUE;
}

static gboolean
read_type(VmSnapshotDisk *disk, const xmlNode *node, GError **error)
{
    static const char *const types[] = {"file",      "block",     "network", "nvme",
                                        "vhostuser", "vhostvdpa", NULL};
    const char *type = vm_xml_attr(node, "type");

    if (type != NULL && !vm_xml_word_in(type, types))
        return vm_refuse(error, VIR_ERR_XML_ERROR,
                         "disk '%s': type '%s' cannot take a snapshot (SNAP-XML-032)", disk->name,
                         type);
    disk->source.type = g_strdup(type != NULL ? type : "file");
    return TRUE;
}

static gboolean
read_driver(VmSnapshotDisk *disk, const xmlNode *node, GError **error)
{
    static const char *const except[] = {"type", NULL};
    static const char *const no_children[] = {NULL};
    VmXmlKeep keep = {0};
    const char *type = vm_xml_attr(node, "type");

    disk->driver_attributes = vm_xml_keep_attrs(&keep, node, except);
    disk->extra = vm_xml_keep_children(&keep, node, no_children);
    if (type != NULL && !vm_xml_word_in(type, vm_image_formats))
        return vm_refuse(error, VIR_ERR_CONFIG_UNSUPPORTED,
                         "disk '%s': driver type '%s' is unknown (SNAP-XML-034)", disk->name, type);
    disk->source.format = g_strdup(type);
    return TRUE;
}

static gboolean
read_source(VmSnapshotDisk *disk, const xmlNode *node, GError **error)
{
    VmXmlKeep whole = {0}, open = {.strip = TRUE};
    VmDiskSource stripped = {.type = disk->source.type};

    vm_disk_source_read(&disk->source, node, &whole);
    if (whole.secrets) {
        vm_disk_source_read(&stripped, node, &open);
        g_free(stripped.path);
        disk->secrets = TRUE;
        disk->open_attributes = stripped.attributes;
        disk->open_extra = stripped.extra;
    }
    if (disk->source.path != NULL && *disk->source.path != '/')
        return vm_refuse(error, VIR_ERR_XML_ERROR,
                         "disk '%s': source '%s' is not an absolute path (SNAP-XML-035)",
                         disk->name, disk->source.path);
    return TRUE;
}

VmSnapshotDisk *
vm_snapshot_disk_read(xmlNode *node, gboolean redefine, GError **error)
{
    const char *name = vm_xml_attr_filled(node, "name");
    const xmlNode *driver = vm_xml_child(node, "driver");
    const xmlNode *source = vm_xml_child(node, "source");

    if (name == NULL) {
        vm_refuse(error, VIR_ERR_XML_ERROR,
                  "line %ld: a <disk> of the snapshot has no name (SNAP-XML-029)",
                  xmlGetLineNo(node));
        return NULL;
    }
    g_autoptr(VmSnapshotDisk) disk = vm_snapshot_disk_new(name);
    if (!read_location(disk, node, error) || !read_type(disk, node, error) ||
        (driver != NULL && !read_driver(disk, driver, error)) ||
        (source != NULL && !read_source(disk, source, error)))
        return NULL;
    if (disk->location == VM_LOCATION_DEFAULT &&
        (disk->source.path != NULL || disk->source.format != NULL))
        disk->location = VM_LOCATION_EXTERNAL; /* SNAP-XML-036 */
    disk->delete_in_progress = redefine && vm_xml_child(node, "snapshotDeleteInProgress") != NULL;
    return g_steal_pointer(&disk);
}
