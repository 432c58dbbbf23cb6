/* SPDX-License-Identifier: LGPL-2.1-or-later
 *
 * <domainsnapshot>, read by tables: one for what a new snapshot may say, one
 * for what a redefined one says besides.
 */
#include "spec/model/snapshot_def_internal.h"

#include <string.h>

#include "spec/model/domain_def_internal.h"
#include "spec/model/uuid.h"
#include "spec/model/xml.h"
#include "spec/model/xml_read.h"

/** What the rows work on. */
typedef struct {
    VmSnapshotDef *def;
    guint flags;
    gboolean has_time;
    gboolean has_active;
} Reader;

/** A metadata file says all that a redefined snapshot says. */
static gboolean
is_redefine(const Reader *reader)
{
    return (reader->flags & (VM_SNAPSHOT_PARSE_REDEFINE | VM_SNAPSHOT_PARSE_INTERNAL)) != 0;
}

static gboolean
take_name(gpointer state, xmlNode *node, GError **error)
{
    Reader *reader = state;

    reader->def->name = vm_xml_text(node);
    return reader->def->name == NULL || (reader->flags & VM_SNAPSHOT_PARSE_ANY_NAME) != 0 ||
           vm_moment_name_check(reader->def->name, error);
}

static gboolean
take_description(gpointer state, xmlNode *node, GError **error)
{
    (void)error;
    ((Reader *)state)->def->description = vm_xml_text(node);
    return TRUE;
}

static gboolean
take_memory(gpointer state, xmlNode *node, GError **error)
{
    VmSnapshotDef *def = ((Reader *)state)->def;
    const char *word = vm_xml_attr(node, "snapshot");
    const char *file = vm_xml_attr_filled(node, "file");
    int location = word != NULL ? vm_location_from_word(word) : VM_LOCATION_DEFAULT;

    if (location < 0 || location == VM_LOCATION_MANUAL)
        return vm_refuse(error, VIR_ERR_XML_ERROR,
                         "<memory> snapshot '%s' is not no, internal or external (SNAP-XML-017)",
                         word);
    if (location == VM_LOCATION_DEFAULT && file != NULL)
        location = VM_LOCATION_EXTERNAL;
    if (file != NULL && location != VM_LOCATION_EXTERNAL)
        return vm_refuse(error, VIR_ERR_XML_ERROR,
                         "<memory> snapshot '%s' takes no file (SNAP-XML-019)", word);
    if (file == NULL && location == VM_LOCATION_EXTERNAL)
        return vm_refuse(error, VIR_ERR_XML_ERROR,
                         "<memory> snapshot 'external' needs a file (SNAP-XML-020)");
    if (file != NULL && *file != '/')
        return vm_refuse(error, VIR_ERR_XML_ERROR,
                         "<memory> file '%s' is not an absolute path (SNAP-XML-021)", file);
    def->memory = (VmLocation)location;
    def->memory_file = g_strdup(file);
    return TRUE;
}

static gboolean
read_disks(GPtrArray *disks, xmlNode *node, gboolean redefine, GError **error)
{
    /* Every child is a disk, whatever it is called (SNAP-XML-028). */
    for (xmlNode *child = vm_xml_first(node); child != NULL; child = vm_xml_next(child)) {
        VmSnapshotDisk *disk = vm_snapshot_disk_read(child, redefine, error);
        if (disk == NULL)
            return FALSE;
        g_ptr_array_add(disks, disk);
    }
    return TRUE;
}

static gboolean
take_disks(gpointer state, xmlNode *node, GError **error)
{
    Reader *reader = state;

    return read_disks(reader->def->disks, node, is_redefine(reader), error);
}

static gboolean
take_revert_disks(gpointer state, xmlNode *node, GError **error)
{
    return read_disks(((Reader *)state)->def->revert_disks, node, TRUE, error);
}

static gboolean
take_state(gpointer state, xmlNode *node, GError **error)
{
    g_autofree char *word = vm_xml_text(node);
    int number = word != NULL ? vm_snapshot_state_from_word(word) : -1;

    if (word == NULL)
        return TRUE;
    if (number < 0)
        return vm_refuse(error, VIR_ERR_CONFIG_UNSUPPORTED,
                         "<state> '%s' is unknown (SNAP-XML-009)", word);
    ((Reader *)state)->def->state = (VmSnapshotState)number;
    return TRUE;
}

static gboolean
take_parent(gpointer state, xmlNode *node, GError **error)
{
    const xmlNode *name = vm_xml_child(node, "name");

    (void)error;
    if (name != NULL)
        ((Reader *)state)->def->parent = vm_xml_text(name);
    return TRUE;
}

static gboolean
take_creation_time(gpointer state, xmlNode *node, GError **error)
{
    Reader *reader = state;
    g_autofree char *text = vm_xml_text(node);
    guint64 seconds;

    if (text == NULL || !vm_xml_number(text, &seconds) || seconds > G_MAXINT64)
        return vm_refuse(error, VIR_ERR_XML_ERROR,
                         "<creationTime> '%s' is no number of seconds (SNAP-XML-006)",
                         text != NULL ? text : "");
    reader->def->creation_time = (gint64)seconds;
    reader->has_time = TRUE;
    return TRUE;
}

static gboolean
take_domain(gpointer state, xmlNode *node, GError **error)
{
    VmSnapshotDef *def = ((Reader *)state)->def;
    const xmlNode *uuid = vm_xml_child(node, "uuid");

    if (vm_xml_attr(node, "type") != NULL) {
        def->domain = vm_domain_def_read(node, NULL, error);
        return def->domain != NULL;
    }
    /* The form of old versions, which says only whose snapshot it is (SNAP-XML-014). */
    g_autofree char *text = uuid != NULL ? vm_xml_text(uuid) : NULL;
    def->domain_uuid = text != NULL ? vm_uuid_normalize(text) : NULL;
    return TRUE;
}

static gboolean
take_inactive_domain(gpointer state, xmlNode *node, GError **error)
{
    VmSnapshotDef *def = ((Reader *)state)->def;

    def->inactive_domain = vm_domain_def_read(node, NULL, error);
    return def->inactive_domain != NULL;
}

static gboolean
take_cookie(gpointer state, xmlNode *node, GError **error)
{
    VmXmlKeep keep = {0};

    (void)error;
    ((Reader *)state)->def->cookie = vm_xml_keep_node(&keep, node);
    return TRUE;
}

static gboolean
take_overlay(gpointer state, xmlNode *node, GError **error)
{
    Reader *reader = state;
    char *path = vm_xml_text(node);

    (void)error;
    if ((reader->flags & VM_SNAPSHOT_PARSE_INTERNAL) != 0 && path != NULL)
        g_ptr_array_add(reader->def->overlays, path);
    else
        g_free(path);
    return TRUE;
}

static gboolean
take_active(gpointer state, xmlNode *node, GError **error)
{
    Reader *reader = state;
    g_autofree char *text = NULL;
    guint64 active;

    if ((reader->flags & VM_SNAPSHOT_PARSE_INTERNAL) == 0)
        return TRUE;
    text = vm_xml_text(node);
    if (text == NULL || !vm_xml_number(text, &active))
        return vm_refuse(error, VIR_ERR_XML_ERROR, "<active> '%s' is no number (SNAP-XML-042)",
                         text != NULL ? text : "");
    reader->def->active = active;
    reader->has_active = TRUE;
    return TRUE;
}

static const VmXmlRow create_rows[] = {
    {"name", take_name},
    {"description", take_description},
    {"memory", take_memory},
    {"disks", take_disks},
    {NULL},
};

static const VmXmlRow redefine_rows[] = {
    {"name", take_name},
    {"description", take_description},
    {"state", take_state},
    {"parent", take_parent},
    {"creationTime", take_creation_time},
    {"memory", take_memory},
    {"disks", take_disks},
    {"revertDisks", take_revert_disks},
    {"domain", take_domain},
    {"inactiveDomain", take_inactive_domain},
    {"cookie", take_cookie},
    {"overlay", take_overlay, TRUE},
    {"active", take_active},
    {NULL},
};

static gboolean
finish_redefine(Reader *reader, GError **error)
{
    const VmSnapshotDef *def = reader->def;

    if (def->name == NULL)
        return vm_refuse(error, VIR_ERR_XML_ERROR,
                         "a redefined snapshot needs a <name> (SNAP-NAME-010)");
    if (!reader->has_time)
        return vm_refuse(error, VIR_ERR_XML_ERROR,
                         "snapshot '%s' has no <creationTime> (SNAP-XML-006)", def->name);
    if (def->state == VM_SNAPSHOT_NOSTATE)
        return vm_refuse(error, VIR_ERR_XML_ERROR, "snapshot '%s' has no <state> (SNAP-XML-008)",
                         def->name);
    if ((reader->flags & VM_SNAPSHOT_PARSE_INTERNAL) != 0 && !reader->has_active)
        return vm_refuse(error, VIR_ERR_XML_ERROR, "snapshot '%s' has no <active> (SNAP-XML-042)",
                         def->name);
    return TRUE;
}

static gboolean
finish_memory(Reader *reader, GError **error)
{
    VmSnapshotDef *def = reader->def;
    const gboolean redefine = is_redefine(reader);
    const gboolean offline =
        (reader->flags & VM_SNAPSHOT_PARSE_OFFLINE) != 0 ||
        (redefine && (def->state == VM_SNAPSHOT_SHUTOFF || def->state == VM_SNAPSHOT_DISK));

    if (offline && (def->memory == VM_LOCATION_INTERNAL || def->memory == VM_LOCATION_EXTERNAL))
        return vm_refuse(error, VIR_ERR_XML_ERROR,
                         "snapshot '%s' has no memory to save: the domain does not run, or only "
                         "disks are asked for (%s)",
                         def->name != NULL ? def->name : "",
                         redefine ? "SNAP-XML-024" : "SNAP-XML-022");
    if (redefine && def->memory == VM_LOCATION_DEFAULT)
        def->memory = offline ? VM_LOCATION_NO : VM_LOCATION_INTERNAL;
    return TRUE;
}

VmSnapshotDef *
vm_snapshot_def_parse(const char *xml, guint flags, GError **error)
{
    g_autoptr(VmXmlDoc) doc = vm_xml_parse(xml, -1, "domainsnapshot", error);

    if (doc == NULL)
        return NULL;
    if ((flags & VM_SNAPSHOT_PARSE_VALIDATE) != 0 && !vm_xml_validate(doc, "domainsnapshot", error))
        return NULL;
    g_autoptr(VmSnapshotDef) def = vm_snapshot_def_new();
    Reader reader = {.def = def, .flags = flags};
    const gboolean redefine = is_redefine(&reader);
    if (!vm_xml_each_child(xmlDocGetRootElement(doc), redefine ? redefine_rows : create_rows, NULL,
                           &reader, error))
        return NULL;
    if (redefine && !finish_redefine(&reader, error))
        return NULL;
    return finish_memory(&reader, error) ? g_steal_pointer(&def) : NULL;
}
