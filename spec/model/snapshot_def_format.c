/* SPDX-License-Identifier: LGPL-2.1-or-later
 *
 * <domainsnapshot>, written in the order of SNAP-FMT-001.
 */
#include "spec/model/snapshot_def.h"

#include "spec/api/text.h"

#include "spec/model/domain_def_internal.h"

#define ROOT "<domainsnapshot>\n"

static void
put_driver(GString *out, const VmSnapshotDisk *disk)
{
    if (disk->source.format == NULL && disk->extra == NULL && disk->driver_attributes == NULL)
        return;
    vm_text_add(out, "      <driver");
    vm_xml_put_kept_attrs(out, disk->driver_attributes);
    vm_xml_put_attr(out, "type", disk->source.format);
    if (disk->extra == NULL) {
        vm_text_add(out, "/>\n");
        return;
    }
    vm_text_add(out, ">\n");
    vm_xml_put_kept(out, 4, disk->extra);
    vm_text_add(out, "      </driver>\n");
}

static void
put_source(GString *out, const VmSnapshotDisk *disk, gboolean secure)
{
    VmDiskSource source = disk->source;

    if (source.type == NULL)
        return;
    if (disk->secrets && !secure) {
        source.attributes = disk->open_attributes;
        source.extra = disk->open_extra;
    }
    vm_disk_source_put(out, 3, &source, NULL, TRUE);
}

static gboolean
has_children(const VmSnapshotDisk *disk)
{
    return disk->delete_in_progress || disk->source.path != NULL || disk->source.format != NULL ||
           disk->source.attributes != NULL || disk->source.extra != NULL || disk->extra != NULL ||
           disk->driver_attributes != NULL;
}

static void
put_disk(GString *out, const VmSnapshotDisk *disk, gboolean secure)
{
    const gboolean placed = disk->source.path != NULL || disk->source.format != NULL ||
                            disk->source.attributes != NULL || disk->source.extra != NULL;

    vm_text_add(out, "    <disk");
    vm_xml_put_attr(out, "name", disk->name);
    vm_xml_put_attr(out, "snapshot", vm_location_word(disk->location));
    vm_xml_put_attr(out, "type", placed ? disk->source.type : NULL);
    if (!has_children(disk)) {
        vm_text_add(out, "/>\n");
        return;
    }
    vm_text_add(out, ">\n");
    if (disk->delete_in_progress)
        vm_text_add(out, "      <snapshotDeleteInProgress/>\n");
    put_driver(out, disk);
    put_source(out, disk, secure);
    vm_text_add(out, "    </disk>\n");
}

static void
put_tag(GString *out, const char *begin, const char *name)
{
    vm_text_add(out, begin);
    vm_text_add(out, name);
    vm_text_add(out, ">\n");
}

static void
put_disks(GString *out, const char *name, const GPtrArray *disks, gboolean secure)
{
    if (disks->len == 0)
        return;
    put_tag(out, "  <", name);
    for (guint i = 0; i < disks->len; i++)
        put_disk(out, g_ptr_array_index(disks, i), secure);
    put_tag(out, "  </", name);
}

#define DIGITS_MAX 24

/* A number at the end of that room; where it begins. */
static const char *
put_digits(char digits[DIGITS_MAX], guint64 number)
{
    char *at = digits + DIGITS_MAX - 1;

    *at = '\0';
    do {
        *--at = (char)('0' + number % 10);
        number /= 10;
    } while (number > 0);
    return at;
}

static void
put_head(GString *out, const VmSnapshotDef *def)
{
    char digits[DIGITS_MAX];

    vm_xml_put_element(out, 1, "name", def->name);
    vm_xml_put_element(out, 1, "description", def->description);
    vm_xml_put_element(out, 1, "state", vm_snapshot_state_word(def->state));
    if (def->parent != NULL) {
        vm_text_add(out, "  <parent>\n");
        vm_xml_put_element(out, 2, "name", def->parent);
        vm_text_add(out, "  </parent>\n");
    }
    /* A document with a state is one that REDEFINE must take back, which needs the time. */
    if (def->creation_time != 0 || def->state != VM_SNAPSHOT_NOSTATE)
        vm_xml_put_element(out, 1, "creationTime", put_digits(digits, (guint64)def->creation_time));
    if (def->memory == VM_LOCATION_DEFAULT)
        return;
    vm_text_add(out, "  <memory");
    vm_xml_put_attr(out, "snapshot", vm_location_word(def->memory));
    vm_xml_put_attr(out, "file", def->memory_file);
    vm_text_add(out, "/>\n");
}

static void
put_domain(GString *out, const VmSnapshotDef *def, const char *domain_uuid, gboolean secure)
{
    const char *uuid = domain_uuid != NULL ? domain_uuid : def->domain_uuid;

    if (def->domain != NULL) {
        vm_domain_def_put(out, "domain", def->domain, secure);
    } else if (uuid != NULL) {
        vm_text_add(out, "  <domain>\n");
        vm_xml_put_element(out, 2, "uuid", uuid);
        vm_text_add(out, "  </domain>\n");
    }
    if (def->inactive_domain != NULL)
        vm_domain_def_put(out, "inactiveDomain", def->inactive_domain, secure);
}

void
vm_snapshot_def_put_head(char *head, guint64 mark)
{
    char digits[DIGITS_MAX];
    char *end = head + VM_SNAPSHOT_HEAD_SIZE;

    head = stpcpy(head, ROOT "  <active>");
    head = stpcpy(head, put_digits(digits, mark));
    head = stpcpy(head, "</active>");
    memset(head, ' ', (gsize)(end - 1 - head));
    end[-1] = '\n';
}

/* What only a metadata file says comes first: the part that changes most often. */
static void
put_internal(GString *out, const VmSnapshotDef *def)
{
    char head[VM_SNAPSHOT_HEAD_SIZE];

    vm_snapshot_def_put_head(head, def->active);
    vm_text_add_bytes(out, head, sizeof(head));
    for (guint i = 0; i < def->overlays->len; i++)
        vm_xml_put_element(out, 1, "overlay", g_ptr_array_index(def->overlays, i));
}

void
vm_snapshot_def_put(GString *out, const VmSnapshotDef *def, const char *domain_uuid, guint flags)
{
    const gboolean secure = (flags & VM_SNAPSHOT_FORMAT_SECURE) != 0;

    if ((flags & VM_SNAPSHOT_FORMAT_INTERNAL) != 0)
        put_internal(out, def);
    else
        vm_text_add(out, ROOT);
    put_head(out, def);
    put_disks(out, "disks", def->disks, secure);
    put_disks(out, "revertDisks", def->revert_disks, secure);
    put_domain(out, def, domain_uuid, secure);
    vm_xml_put_kept(out, 1, def->cookie);
    vm_text_add(out, "</domainsnapshot>\n");
}

char *
vm_snapshot_def_format(const VmSnapshotDef *def, const char *domain_uuid, guint flags)
{
    GString *out = g_string_sized_new(4096);

    vm_snapshot_def_put(out, def, domain_uuid, flags);
    return g_string_free(out, FALSE);
}

const char *
vm_snapshot_def_secure_text(VmSnapshotDef *def, const char *domain_uuid)
{
    /* Without a definition it shows the UUID of whoever asks. */
    if (def->secure_text == NULL || def->domain == NULL) {
        g_free(def->secure_text);
        def->secure_text = vm_snapshot_def_format(def, domain_uuid, VM_SNAPSHOT_FORMAT_SECURE);
    }
    return def->secure_text;
}
