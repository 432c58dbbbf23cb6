/* SPDX-License-Identifier: LGPL-2.1-or-later
 *
 * <domain>, read by tables.
 */
#include "spec/model/domain_def_internal.h"

#include <string.h>

#include "spec/model/uuid.h"
#include "spec/model/xml.h"
#include "spec/model/xml_read.h"

static gboolean
take_name(gpointer state, xmlNode *node, GError **error)
{
    VmDomainDef *def = ((VmDomainReader *)state)->def;

    def->name = vm_xml_text(node);
    return def->name == NULL || vm_domain_name_check(def->name, error);
}

static gboolean
take_uuid(gpointer state, xmlNode *node, GError **error)
{
    VmDomainDef *def = ((VmDomainReader *)state)->def;
    g_autofree char *text = vm_xml_text(node);

    if (text == NULL)
        return TRUE;
    def->uuid = vm_uuid_normalize(text);
    return def->uuid != NULL ||
           vm_refuse(error, VIR_ERR_XML_ERROR, "<uuid> '%s' is malformed", text);
}

static gboolean
take_genid(gpointer state, xmlNode *node, GError **error)
{
    VmDomainDef *def = ((VmDomainReader *)state)->def;
    g_autofree char *text = vm_xml_text(node);

    def->genid = text != NULL ? vm_uuid_normalize(text) : g_strdup("");
    return def->genid != NULL ||
           vm_refuse(error, VIR_ERR_XML_ERROR, "<genid> '%s' is malformed", text);
}

static gboolean
read_size(xmlNode *node, guint64 *kib, GError **error)
{
    g_autofree char *text = vm_xml_text(node);
    const char *unit = vm_xml_attr(node, "unit");

    if (text != NULL && vm_xml_size_kib(text, unit, kib))
        return TRUE;
    return vm_refuse(error, VIR_ERR_XML_ERROR, "<%s> '%s' with unit '%s' is no size in range",
                     (const char *)node->name, text != NULL ? text : "",
                     unit != NULL ? unit : "KiB");
}

static gboolean
take_memory(gpointer state, xmlNode *node, GError **error)
{
    static const char *const except[] = {"unit", NULL};
    VmDomainReader *reader = state;

    reader->def->memory_attributes = vm_xml_keep_attrs(&reader->keep, node, except);
    return read_size(node, &reader->def->memory_kib, error);
}

static gboolean
take_current_memory(gpointer state, xmlNode *node, GError **error)
{
    return read_size(node, &((VmDomainReader *)state)->def->current_memory_kib, error);
}

static gboolean
take_vcpu(gpointer state, xmlNode *node, GError **error)
{
    VmDomainReader *reader = state;
    g_autofree char *text = vm_xml_text(node);
    guint64 count = 1;

    reader->def->vcpu_attributes = vm_xml_keep_attrs(&reader->keep, node, NULL);
    if (text != NULL && (!vm_xml_number(text, &count) || count == 0 || count > G_MAXUINT16))
        return vm_refuse(error, VIR_ERR_XML_ERROR, "<vcpu> '%s' is no number of processors", text);
    reader->def->vcpus = (guint)count;
    return TRUE;
}

static gboolean
take_os_type(gpointer state, xmlNode *node, GError **error)
{
    static const char *const types[] = {"hvm", "xen", "linux", "exe", "xenpvh", "uml", NULL};
    static const char *const except[] = {"arch", "machine", NULL};
    VmDomainReader *reader = state;
    VmDomainDef *def = reader->def;

    def->os_type = vm_xml_text(node);
    def->arch = g_strdup(vm_xml_attr_filled(node, "arch"));
    def->machine = g_strdup(vm_xml_attr_filled(node, "machine"));
    def->os_type_attributes = vm_xml_keep_attrs(&reader->keep, node, except);
    if (def->os_type != NULL && !vm_xml_word_in(def->os_type, types))
        return vm_refuse(error, VIR_ERR_XML_ERROR, "<os> type '%s' is unknown", def->os_type);
    return TRUE;
}

static gboolean
take_os_other(gpointer state, xmlNode *node, GError **error)
{
    VmDomainReader *reader = state;

    (void)error;
    vm_xml_keep_more(&reader->keep, &reader->def->os_extra, node);
    return TRUE;
}

static gboolean
take_os(gpointer state, xmlNode *node, GError **error)
{
    static const VmXmlRow rows[] = {{"type", take_os_type}, {NULL}};
    VmDomainReader *reader = state;

    reader->def->os_attributes = vm_xml_keep_attrs(&reader->keep, node, NULL);
    return vm_xml_each_child(node, rows, take_os_other, reader, error);
}

static gboolean
read_action(char **action, xmlNode *node, gboolean crash, GError **error)
{
    static const char *const actions[] = {"destroy",  "restart",          "rename-restart",
                                          "preserve", "coredump-destroy", "coredump-restart",
                                          NULL};
    g_autofree char *text = vm_xml_text(node);

    if (text == NULL || !vm_xml_word_in(text, actions) ||
        (!crash && g_str_has_prefix(text, "coredump")))
        return vm_refuse(error, VIR_ERR_XML_ERROR, "<%s> '%s' is unknown", (const char *)node->name,
                         text != NULL ? text : "");
    *action = g_steal_pointer(&text);
    return TRUE;
}

static gboolean
take_on_poweroff(gpointer state, xmlNode *node, GError **error)
{
    return read_action(&((VmDomainReader *)state)->def->on_poweroff, node, FALSE, error);
}

static gboolean
take_on_reboot(gpointer state, xmlNode *node, GError **error)
{
    return read_action(&((VmDomainReader *)state)->def->on_reboot, node, FALSE, error);
}

static gboolean
take_on_crash(gpointer state, xmlNode *node, GError **error)
{
    return read_action(&((VmDomainReader *)state)->def->on_crash, node, TRUE, error);
}

static gboolean
take_disk(gpointer state, xmlNode *node, GError **error)
{
    VmDomainReader *reader = state;
    VmDiskDef *disk = vm_disk_def_read(node, &reader->keep, error);

    if (disk == NULL)
        return FALSE;
    g_ptr_array_add(reader->def->disks, disk);
    return TRUE;
}

static gboolean
take_device(gpointer state, xmlNode *node, GError **error)
{
    VmDomainReader *reader = state;

    (void)error;
    g_ptr_array_add(reader->def->devices_extra, vm_xml_keep_node(&reader->keep, node));
    return TRUE;
}

static gboolean
take_channel(gpointer state, xmlNode *node, GError **error)
{
    const xmlNode *target = vm_xml_child(node, "target");

    if (target != NULL && g_strcmp0(vm_xml_attr(node, "type"), "unix") == 0 &&
        g_strcmp0(vm_xml_attr(target, "type"), "virtio") == 0 &&
        g_strcmp0(vm_xml_attr(target, "name"), "org.qemu.guest_agent.0") == 0)
        ((VmDomainReader *)state)->def->agent = TRUE;
    return take_device(state, node, error);
}

static gboolean
take_devices(gpointer state, xmlNode *node, GError **error)
{
    static const VmXmlRow rows[] = {
        {"disk", take_disk, TRUE}, {"channel", take_channel, TRUE}, {NULL}};

    return vm_xml_each_child(node, rows, take_device, state, error);
}

/** A domain with NUMA cells may leave its memory to them. */
static gboolean
take_cpu(gpointer state, xmlNode *node, GError **error)
{
    VmDomainReader *reader = state;
    xmlNode *numa = vm_xml_child(node, "numa");
    guint64 kib;

    g_ptr_array_add(reader->def->extra, vm_xml_keep_node(&reader->keep, node));
    for (xmlNode *cell = numa != NULL ? vm_xml_first(numa) : NULL; cell != NULL;
         cell = vm_xml_next(cell)) {
        const char *size = vm_xml_attr(cell, "memory");
        if (!vm_xml_is(cell, "cell") || size == NULL)
            continue;
        if (!vm_xml_size_kib(size, vm_xml_attr(cell, "unit"), &kib))
            return vm_refuse(error, VIR_ERR_XML_ERROR, "memory '%s' of a NUMA cell is no size",
                             size);
        reader->cells_kib += MIN(kib, (guint64)G_MAXINT64 - reader->cells_kib);
    }
    return TRUE;
}

static gboolean
take_other(gpointer state, xmlNode *node, GError **error)
{
    VmDomainReader *reader = state;

    (void)error;
    g_ptr_array_add(reader->def->extra, vm_xml_keep_node(&reader->keep, node));
    return TRUE;
}

static const VmXmlRow domain_rows[] = {
    {"name", take_name},
    {"uuid", take_uuid},
    {"genid", take_genid},
    {"memory", take_memory},
    {"currentMemory", take_current_memory},
    {"vcpu", take_vcpu},
    {"os", take_os},
    {"on_poweroff", take_on_poweroff},
    {"on_reboot", take_on_reboot},
    {"on_crash", take_on_crash},
    {"devices", take_devices},
    {"cpu", take_cpu},
    {NULL},
};

static gboolean
read_attributes(VmDomainReader *reader, xmlNode *node, GError **error)
{
    static const char *const types[] = {"none", "qemu",      "kqemu", "kvm",    "xen",    "lxc",
                                        "uml",  "openvz",    "test",  "vmware", "hyperv", "vbox",
                                        "phyp", "parallels", "bhyve", "vz",     "hvf",    NULL};
    static const char *const except[] = {"type", "id", NULL};
    const char *type = vm_xml_attr(node, "type");

    if (type == NULL || !vm_xml_word_in(type, types))
        return vm_refuse(error, VIR_ERR_XML_ERROR, "<%s> type '%s' is unknown",
                         (const char *)node->name, type != NULL ? type : "");
    reader->def->virt_type = g_strdup(type);
    g_autofree char *spaces = vm_xml_keep_namespaces(node);
    g_autofree char *others = vm_xml_keep_attrs(&reader->keep, node, except);
    if (spaces != NULL || others != NULL)
        reader->def->attributes_extra = g_strconcat(spaces != NULL ? spaces : "", others, NULL);
    return TRUE;
}

static gboolean
check_targets(const VmDomainDef *def, GError **error)
{
    g_autoptr(GHashTable) seen = NULL;

    if (def->disks->len < 2)
        return TRUE;
    seen = g_hash_table_new(g_str_hash, g_str_equal);
    for (guint i = 0; i < def->disks->len; i++) {
        if (!g_hash_table_add(seen, vm_domain_def_disk(def, i)->target))
            return vm_refuse(error, VIR_ERR_XML_ERROR,
                             "domain '%s' has two disks with target '%s' (DISK-VAL-003)", def->name,
                             vm_domain_def_disk(def, i)->target);
    }
    return TRUE;
}

static void
fill(char **field, const char *value)
{
    if (*field == NULL)
        *field = g_strdup(value);
}

static gboolean
finish(VmDomainDef *def, guint64 cells_kib, const char *new_uuid, GError **error)
{
    if (def->name == NULL)
        return vm_refuse(error, VIR_ERR_NO_NAME, "the domain has no <name> (DOM-DEF-002)");
    if (def->uuid == NULL && new_uuid == NULL)
        return vm_refuse(error, VIR_ERR_XML_ERROR, "domain '%s' has no <uuid>", def->name);
    if (def->os_type == NULL)
        return vm_refuse(error, VIR_ERR_XML_ERROR, "domain '%s' has no <os> <type>", def->name);
    if (def->memory_kib == 0)
        def->memory_kib = cells_kib;
    if (def->memory_kib == 0)
        return vm_refuse(error, VIR_ERR_XML_ERROR, "domain '%s' has no <memory>", def->name);
    if (def->current_memory_kib == 0 || def->current_memory_kib > def->memory_kib)
        def->current_memory_kib = def->memory_kib;
    fill(&def->uuid, new_uuid);
    fill(&def->on_poweroff, "destroy");
    fill(&def->on_reboot, "restart");
    fill(&def->on_crash, "destroy");
    return check_targets(def, error);
}

static VmDomainDef *
read_domain(xmlNode *node, const char *new_uuid, VmXmlKeep *keep, GError **error)
{
    g_autoptr(VmDomainDef) def = g_new0(VmDomainDef, 1);
    VmDomainReader reader = {.keep = *keep, .def = def};

    reader.keep.scope = node;
    def->refs = 1;
    def->vcpus = 1;
    def->disks = g_ptr_array_new_with_free_func((GDestroyNotify)vm_disk_def_unref);
    def->devices_extra = g_ptr_array_new_with_free_func(g_free);
    def->extra = g_ptr_array_new_with_free_func(g_free);
    if (!read_attributes(&reader, node, error) ||
        !vm_xml_each_child(node, domain_rows, take_other, &reader, error) ||
        !finish(def, reader.cells_kib, new_uuid, error))
        return NULL;
    *keep = reader.keep;
    return g_steal_pointer(&def);
}

VmDomainDef *
vm_domain_def_read(xmlNode *node, const char *new_uuid, GError **error)
{
    VmXmlKeep whole = {0}, open = {.strip = TRUE};
    VmDomainDef *def = read_domain(node, new_uuid, &whole, error);

    if (def != NULL && whole.secrets) {
        def->open = read_domain(node, new_uuid, &open, NULL);
        g_assert(def->open != NULL);
    }
    return def;
}

VmDomainDef *
vm_domain_def_parse(const char *xml, const char *new_uuid, guint flags, GError **error)
{
    g_autoptr(VmXmlDoc) doc = vm_xml_parse(xml, -1, "domain", error);

    if (doc == NULL)
        return NULL;
    if ((flags & VM_DOMAIN_PARSE_VALIDATE) != 0 && !vm_xml_validate(doc, "domain", error))
        return NULL;
    g_autoptr(VmDomainDef) def = vm_domain_def_read(xmlDocGetRootElement(doc), new_uuid, error);
    for (guint i = 0; def != NULL && i < def->disks->len; i++) {
        if (!vm_disk_def_check(vm_domain_def_disk(def, i), error))
            return NULL;
    }
    return g_steal_pointer(&def);
}
