/* SPDX-License-Identifier: LGPL-2.1-or-later
 *
 * <disk> of a domain, written.
 */
#include "spec/model/domain_def_internal.h"

#include "spec/api/text.h"

static void
put_empty(GString *out, guint depth, const char *name)
{
    vm_xml_put_element(out, depth, name, "");
}

/** End an open tag: with its kept children, or at once. */
static void
put_children(GString *out, guint depth, const char *name, const char *children, gboolean final)
{
    if (children == NULL) {
        vm_text_add(out, "/>\n");
        return;
    }
    vm_text_add(out, ">\n");
    if (final)
        vm_xml_put_kept(out, depth + 1, children);
    else
        vm_xml_nest_kept(out, depth + 1, children);
    vm_xml_put_indent(out, depth);
    vm_text_add(out, "</");
    vm_text_add(out, name);
    vm_text_add(out, ">\n");
}

void
vm_disk_source_put(GString *out, guint depth, const VmDiskSource *source,
                   const char *startup_policy, gboolean final)
{
    const gboolean local = strcmp(source->type, "file") == 0 || strcmp(source->type, "block") == 0;

    if (source->path == NULL && source->attributes == NULL && source->extra == NULL &&
        startup_policy == NULL)
        return;
    vm_xml_put_indent(out, depth);
    vm_text_add(out, "<source");
    if (local)
        vm_xml_put_attr(out, strcmp(source->type, "file") == 0 ? "file" : "dev", source->path);
    vm_xml_put_kept_attrs(out, source->attributes);
    vm_xml_put_attr(out, "startupPolicy", startup_policy);
    put_children(out, depth, "source", source->extra, final);
}

static void
put_driver(GString *out, guint depth, const VmDiskDef *disk)
{
    vm_xml_put_indent(out, depth);
    vm_text_add(out, "<driver");
    vm_xml_put_kept_attrs(out, disk->driver_attributes);
    vm_xml_put_attr(out, "type", disk->source.format);
    put_children(out, depth, "driver", disk->driver_extra, FALSE);
}

static void
open_layer(GString *out, guint depth, const VmDiskSource *layer)
{
    vm_xml_put_indent(out, depth);
    vm_text_add(out, "<backingStore");
    vm_xml_put_attr(out, "type", layer->type);
    vm_text_add(out, ">\n");
    vm_xml_put_indent(out, depth + 1);
    vm_text_add(out, "<format");
    vm_xml_put_attr(out, "type", layer->format != NULL ? layer->format : "raw");
    put_children(out, depth + 1, "format", layer->format_extra, FALSE);
    vm_disk_source_put(out, depth + 1, layer, NULL, FALSE);
    vm_xml_nest_kept(out, depth + 1, layer->layer_extra);
}

static void
put_backing(GString *out, guint depth, const VmDiskDef *disk)
{
    for (guint i = 0; i < disk->backing->len; i++)
        open_layer(out, depth + i, g_ptr_array_index(disk->backing, i));
    if (disk->backing_end)
        put_empty(out, depth + disk->backing->len, "backingStore");
    for (guint i = disk->backing->len; i > 0; i--) {
        vm_xml_put_indent(out, depth + i - 1);
        vm_text_add(out, "</backingStore>\n");
    }
}

static void
put_target(GString *out, guint depth, const VmDiskDef *disk)
{
    vm_xml_put_indent(out, depth);
    vm_text_add(out, "<target");
    vm_xml_put_attr(out, "dev", disk->target);
    vm_xml_put_attr(out, "bus", disk->bus);
    vm_xml_put_kept_attrs(out, disk->target_attributes);
    vm_text_add(out, "/>\n");
}

static void
put_marks(GString *out, guint depth, const VmDiskDef *disk)
{
    if (disk->read_only)
        put_empty(out, depth, "readonly");
    if (disk->shareable)
        put_empty(out, depth, "shareable");
    if (!disk->transient)
        return;
    vm_xml_put_indent(out, depth);
    vm_text_add(out, "<transient");
    vm_xml_put_attr(out, "shareBacking", disk->transient_share ? "yes" : NULL);
    vm_text_add(out, "/>\n");
}

void
vm_disk_def_put(GString *out, guint depth, const VmDiskDef *disk)
{
    /* A read-only disk takes no snapshots anyway (DISK-SN-003). */
    const gboolean implied = disk->read_only && disk->snapshot == VM_LOCATION_NO;

    vm_xml_put_indent(out, depth);
    vm_text_add(out, "<disk");
    vm_xml_put_attr(out, "type", disk->source.type);
    vm_xml_put_attr(out, "device", disk->device);
    vm_xml_put_kept_attrs(out, disk->attributes);
    vm_xml_put_attr(out, "snapshot", implied ? NULL : vm_location_word(disk->snapshot));
    vm_text_add(out, ">\n");
    put_driver(out, depth + 1, disk);
    vm_disk_source_put(out, depth + 1, &disk->source, disk->startup_policy, FALSE);
    put_backing(out, depth + 1, disk);
    put_target(out, depth + 1, disk);
    put_marks(out, depth + 1, disk);
    vm_xml_put_element(out, depth + 1, "serial", disk->serial);
    vm_xml_put_element(out, depth + 1, "wwn", disk->wwn);
    vm_xml_nest_kept(out, depth + 1, disk->extra);
    vm_xml_put_indent(out, depth);
    vm_text_add(out, "</disk>\n");
}
