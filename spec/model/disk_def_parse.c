/* SPDX-License-Identifier: LGPL-2.1-or-later
 *
 * <disk> of a domain, read by tables.
 */
#include "spec/model/domain_def_internal.h"

#include <string.h>

#include "spec/model/xml_read.h"

static const char *const source_types[] = {"file", "block",     "dir",       "network", "volume",
                                           "nvme", "vhostuser", "vhostvdpa", NULL};

/** What the rows of one <disk> work on. */
typedef struct {
    VmXmlKeep *keep;
    VmDiskDef *disk;
} DiskReader;

static const char *
path_attribute(const char *type)
{
    if (strcmp(type, "file") == 0)
        return "file";
    return strcmp(type, "block") == 0 ? "dev" : NULL;
}

void
vm_disk_source_read(VmDiskSource *source, const xmlNode *node, VmXmlKeep *keep)
{
    static const char *const no_children[] = {NULL};
    const char *attribute = path_attribute(source->type);
    /* An index lives as long as the process that gave it (DISK-IX-001). */
    const char *const except[] = {"index", "startupPolicy", attribute, NULL};

    if (attribute != NULL)
        source->path = g_strdup(vm_xml_attr_filled(node, attribute));
    source->attributes = vm_xml_keep_attrs(keep, node, except);
    source->extra = vm_xml_keep_children(keep, node, no_children);
}

static gboolean
source_is_empty(const VmDiskSource *source)
{
    if (path_attribute(source->type) != NULL)
        return source->path == NULL;
    return source->attributes == NULL && source->extra == NULL;
}

static gboolean
read_format(VmDiskSource *source, const char *format, const char *where, GError **error)
{
    if (format == NULL)
        return TRUE;
    if (!vm_xml_word_in(format, vm_image_formats))
        return vm_refuse(error, VIR_ERR_XML_ERROR, "%s type '%s' is unknown", where, format);
    source->format = g_strdup(format);
    return TRUE;
}

static gboolean
take_driver(gpointer state, xmlNode *node, GError **error)
{
    static const char *const except[] = {"type", NULL};
    static const char *const no_children[] = {NULL};
    DiskReader *reader = state;

    reader->disk->driver_attributes = vm_xml_keep_attrs(reader->keep, node, except);
    reader->disk->driver_extra = vm_xml_keep_children(reader->keep, node, no_children);
    return read_format(&reader->disk->source, vm_xml_attr(node, "type"), "<driver>", error);
}

static gboolean
take_source(gpointer state, xmlNode *node, GError **error)
{
    static const char *const policies[] = {"mandatory", "requisite", "optional", NULL};
    DiskReader *reader = state;
    const char *policy = vm_xml_attr(node, "startupPolicy");

    if (policy != NULL && !vm_xml_word_in(policy, policies))
        return vm_refuse(error, VIR_ERR_XML_ERROR, "startupPolicy '%s' is unknown", policy);
    reader->disk->startup_policy = g_strdup(policy);
    vm_disk_source_read(&reader->disk->source, node, reader->keep);
    return TRUE;
}

static gboolean
read_layer(VmDiskSource *layer, xmlNode *node, VmXmlKeep *keep, GError **error)
{
    static const char *const modelled[] = {"format", "source", "backingStore", NULL};
    static const char *const no_children[] = {NULL};
    xmlNode *format = vm_xml_child(node, "format");
    xmlNode *source = vm_xml_child(node, "source");

    if (!vm_xml_word_in(layer->type, source_types))
        return vm_refuse(error, VIR_ERR_XML_ERROR, "<backingStore> type '%s' is unknown",
                         layer->type);
    if (format == NULL || vm_xml_attr(format, "type") == NULL || source == NULL)
        return vm_refuse(error, VIR_ERR_XML_ERROR,
                         "a <backingStore> with a type needs <format> and <source> (DISK-BS-002)");
    vm_disk_source_read(layer, source, keep);
    if (source_is_empty(layer))
        return vm_refuse(error, VIR_ERR_XML_ERROR,
                         "the <source> of a <backingStore> names no image (DISK-BS-002)");
    layer->format_extra = vm_xml_keep_children(keep, format, no_children);
    layer->layer_extra = vm_xml_keep_children(keep, node, modelled);
    return read_format(layer, vm_xml_attr(format, "type"), "<format>", error);
}

static gboolean
take_backing(gpointer state, xmlNode *node, GError **error)
{
    DiskReader *reader = state;

    for (; node != NULL; node = vm_xml_child(node, "backingStore")) {
        const char *type = vm_xml_attr(node, "type");
        if (type == NULL) {
            reader->disk->backing_end = TRUE;
            return TRUE;
        }
        g_autoptr(VmDiskSource) layer = g_new0(VmDiskSource, 1);
        layer->type = g_strdup(type);
        if (!read_layer(layer, node, reader->keep, error))
            return FALSE;
        g_ptr_array_add(reader->disk->backing, g_steal_pointer(&layer));
    }
    return TRUE;
}

static gboolean
take_target(gpointer state, xmlNode *node, GError **error)
{
    static const char *const except[] = {"dev", "bus", NULL};
    static const char *const buses[] = {"ide", "fdc",  "scsi", "virtio", "xen", "usb",
                                        "uml", "sata", "sd",   "nvme",   NULL};
    DiskReader *reader = state;
    const char *bus = vm_xml_attr_filled(node, "bus");

    if (bus != NULL && !vm_xml_word_in(bus, buses))
        return vm_refuse(error, VIR_ERR_XML_ERROR, "<target> bus '%s' is unknown", bus);
    reader->disk->target = g_strdup(vm_xml_attr_filled(node, "dev"));
    reader->disk->bus = g_strdup(bus);
    reader->disk->target_attributes = vm_xml_keep_attrs(reader->keep, node, except);
    return TRUE;
}

static gboolean
take_readonly(gpointer state, xmlNode *node, GError **error)
{
    (void)node;
    (void)error;
    ((DiskReader *)state)->disk->read_only = TRUE;
    return TRUE;
}

static gboolean
take_shareable(gpointer state, xmlNode *node, GError **error)
{
    (void)node;
    (void)error;
    ((DiskReader *)state)->disk->shareable = TRUE;
    return TRUE;
}

static gboolean
take_transient(gpointer state, xmlNode *node, GError **error)
{
    DiskReader *reader = state;
    const char *share = vm_xml_attr(node, "shareBacking");

    if (share != NULL && strcmp(share, "yes") != 0 && strcmp(share, "no") != 0)
        return vm_refuse(error, VIR_ERR_XML_ERROR, "shareBacking is '%s', not yes or no", share);
    reader->disk->transient = TRUE;
    reader->disk->transient_share = g_strcmp0(share, "yes") == 0;
    return TRUE;
}

static gboolean
take_serial(gpointer state, xmlNode *node, GError **error)
{
    DiskReader *reader = state;

    reader->disk->serial = vm_xml_text(node);
    for (const char *c = reader->disk->serial; c != NULL && *c != '\0'; c++) {
        if (g_ascii_iscntrl(*c))
            return vm_refuse(error, VIR_ERR_XML_ERROR, "<serial> has a control character");
    }
    return TRUE;
}

static gboolean
take_wwn(gpointer state, xmlNode *node, GError **error)
{
    DiskReader *reader = state;
    g_autofree char *wwn = vm_xml_text(node);

    if (wwn == NULL || strlen(wwn) != 16 || strspn(wwn, "0123456789abcdefABCDEF") != 16)
        return vm_refuse(error, VIR_ERR_XML_ERROR, "<wwn> is not 16 hexadecimal digits");
    reader->disk->wwn = g_steal_pointer(&wwn);
    return TRUE;
}

static gboolean
take_nothing(gpointer state, xmlNode *node, GError **error)
{
    (void)state;
    (void)node;
    (void)error;
    return TRUE;
}

static gboolean
take_other(gpointer state, xmlNode *node, GError **error)
{
    DiskReader *reader = state;

    (void)error;
    vm_xml_keep_more(reader->keep, &reader->disk->extra, node);
    return TRUE;
}

static const VmXmlRow disk_rows[] = {
    {"driver", take_driver},
    {"source", take_source},
    {"backingStore", take_backing},
    {"target", take_target},
    {"readonly", take_readonly},
    {"shareable", take_shareable},
    {"transient", take_transient},
    {"serial", take_serial},
    {"wwn", take_wwn},
    {"mirror", take_nothing},
    /* a job of the process that ran */ {NULL},
};

static gboolean
read_attributes(xmlNode *node, VmXmlKeep *keep, VmDiskDef *disk, GError **error)
{
    static const char *const devices[] = {"disk", "cdrom", "floppy", "lun", NULL};
    static const char *const except[] = {"type", "device", "snapshot", NULL};
    const char *type = vm_xml_attr(node, "type");
    const char *device = vm_xml_attr(node, "device");
    const char *snapshot = vm_xml_attr(node, "snapshot");

    disk->source.type = g_strdup(type != NULL ? type : "file");
    disk->device = g_strdup(device != NULL ? device : "disk");
    disk->attributes = vm_xml_keep_attrs(keep, node, except);
    if (!vm_xml_word_in(disk->source.type, source_types))
        return vm_refuse(error, VIR_ERR_XML_ERROR, "<disk> type '%s' is unknown", type);
    if (!vm_xml_word_in(disk->device, devices))
        return vm_refuse(error, VIR_ERR_XML_ERROR, "<disk> device '%s' is unknown", device);
    if (snapshot == NULL)
        return TRUE;
    int location = vm_location_from_word(snapshot);
    if (location < 0)
        return vm_refuse(error, VIR_ERR_XML_ERROR,
                         "<disk> snapshot '%s' is not no, internal, external or manual "
                         "(DISK-SN-001)",
                         snapshot);
    disk->snapshot = (VmLocation)location;
    return TRUE;
}

/** The bus that a target's name tells, where the document does not; NULL when it tells none. */
static const char *
bus_of_target(const char *target)
{
    static const char *const prefixes[][2] = {{"fd", "fdc"},  {"hd", "ide"},  {"vd", "virtio"},
                                              {"sd", "scsi"}, {"xvd", "xen"}, {"ubd", "uml"}};

    for (gsize i = 0; i < G_N_ELEMENTS(prefixes); i++) {
        if (g_str_has_prefix(target, prefixes[i][0]) &&
            g_ascii_islower(target[strlen(prefixes[i][0])]))
            return prefixes[i][1];
    }
    return NULL;
}

static gboolean
finish_target(VmDiskDef *disk, GError **error)
{
    const char *bus;

    if (disk->target == NULL)
        return vm_refuse(error, VIR_ERR_NO_TARGET, "a disk%s%s has no target (DISK-VAL-002)",
                         disk->source.path != NULL ? " of " : "",
                         disk->source.path != NULL ? disk->source.path : "");
    bus = bus_of_target(disk->target);
    if (bus == NULL || disk->target[strcspn(disk->target, "/ \t\r\n")] != '\0')
        return vm_refuse(error, VIR_ERR_XML_ERROR, "'%s' is no name of a disk target",
                         disk->target);
    if (disk->bus == NULL)
        disk->bus = g_strdup(bus);
    return TRUE;
}

static gboolean
finish_snapshot(VmDiskDef *disk, GError **error)
{
    const gboolean vhost_user = strcmp(disk->source.type, "vhostuser") == 0;

    if (strcmp(disk->device, "cdrom") == 0)
        disk->read_only = TRUE;
    if (vhost_user && disk->snapshot != VM_LOCATION_DEFAULT && disk->snapshot != VM_LOCATION_NO)
        return vm_refuse(error, VIR_ERR_CONFIG_UNSUPPORTED,
                         "disk '%s': a vhostuser disk takes no snapshots (SNAP-ALIGN-019)",
                         disk->target);
    if (disk->snapshot == VM_LOCATION_DEFAULT && (disk->read_only || vhost_user))
        disk->snapshot = VM_LOCATION_NO;
    return TRUE;
}

VmDiskDef *
vm_disk_def_read(xmlNode *node, VmXmlKeep *keep, GError **error)
{
    g_autoptr(VmDiskDef) disk = vm_disk_def_new();
    DiskReader reader = {.keep = keep, .disk = disk};

    if (!read_attributes(node, keep, disk, error) ||
        !vm_xml_each_child(node, disk_rows, take_other, &reader, error))
        return NULL;
    const gboolean removable =
        strcmp(disk->device, "cdrom") == 0 || strcmp(disk->device, "floppy") == 0;
    if (source_is_empty(&disk->source) && !removable) {
        vm_refuse(error, VIR_ERR_NO_SOURCE, "disk '%s' has no source (DISK-VAL-001)",
                  disk->target != NULL ? disk->target : "");
        return NULL;
    }
    if (disk->source.format == NULL)
        disk->source.format = g_strdup("raw"); /* DISK-VAL-004 */
    if (!finish_target(disk, error) || !finish_snapshot(disk, error))
        return NULL;
    return g_steal_pointer(&disk);
}
