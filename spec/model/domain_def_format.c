/* SPDX-License-Identifier: LGPL-2.1-or-later
 *
 * <domain>, written: what is modelled in a fixed order, then the rest in the
 * order of the document.  The text is made once for each definition.
 */
#include "spec/model/domain_def_internal.h"

#include "spec/api/text.h"

static void
put_number(GString *out, const char *name, const char *attributes, guint64 value)
{
    vm_text_add(out, "  <");
    vm_text_add(out, name);
    vm_xml_put_kept_attrs(out, attributes);
    vm_text_add_byte(out, '>');
    vm_text_add_number(out, value);
    vm_text_add(out, "</");
    vm_text_add_bytes(out, name, strcspn(name, " "));
    vm_text_add(out, ">\n");
}

static void
put_os(GString *out, const VmDomainDef *def)
{
    vm_text_add(out, "  <os");
    vm_xml_put_kept_attrs(out, def->os_attributes);
    vm_text_add(out, ">\n    <type");
    vm_xml_put_attr(out, "arch", def->arch);
    vm_xml_put_attr(out, "machine", def->machine);
    vm_xml_put_kept_attrs(out, def->os_type_attributes);
    vm_text_add_byte(out, '>');
    vm_text_add(out, def->os_type);
    vm_text_add(out, "</type>\n");
    vm_xml_nest_kept(out, 2, def->os_extra);
    vm_text_add(out, "  </os>\n");
}

static void
put_devices(GString *out, const VmDomainDef *def)
{
    if (def->disks->len == 0 && def->devices_extra->len == 0) {
        vm_text_add(out, "  <devices/>\n");
        return;
    }
    vm_text_add(out, "  <devices>\n");
    for (guint i = 0; i < def->disks->len; i++)
        vm_disk_def_put(out, 2, vm_domain_def_disk(def, i));
    for (guint i = 0; i < def->devices_extra->len; i++)
        vm_xml_nest_kept(out, 2, g_ptr_array_index(def->devices_extra, i));
    vm_text_add(out, "  </devices>\n");
}

/** The definition without the tags around it. */
static void
put_content(GString *out, const VmDomainDef *def)
{
    vm_xml_put_element(out, 1, "name", def->name);
    vm_xml_put_element(out, 1, "uuid", def->uuid);
    vm_xml_put_element(out, 1, "genid", def->genid);
    put_number(out, "memory unit='KiB'", def->memory_attributes, def->memory_kib);
    put_number(out, "currentMemory unit='KiB'", NULL, def->current_memory_kib);
    put_number(out, "vcpu", def->vcpu_attributes, def->vcpus);
    put_os(out, def);
    for (guint i = 0; i < def->extra->len; i++)
        vm_xml_nest_kept(out, 1, g_ptr_array_index(def->extra, i));
    vm_xml_put_element(out, 1, "on_poweroff", def->on_poweroff);
    vm_xml_put_element(out, 1, "on_reboot", def->on_reboot);
    vm_xml_put_element(out, 1, "on_crash", def->on_crash);
    put_devices(out, def);
}

/* A text of a kilobyte is what most definitions need, and what an allocator hands out quickly. */
#define TEXT_SIZE 1000

const char *
vm_domain_def_text(const VmDomainDef *def)
{
    /* Made once; this changes nothing that can be observed. */
    char **text = &((VmDomainDef *)def)->text;

    if (*text != NULL)
        return *text;
    GString *out = g_string_sized_new(TEXT_SIZE);
    vm_xml_put_attr(out, "type", def->virt_type);
    vm_xml_put_kept_attrs(out, def->attributes_extra);
    vm_text_add(out, ">\n");
    put_content(out, def);
    g_string_truncate(out, out->len - 1);
    *text = g_string_free(out, FALSE);
    return *text;
}

/* As a document shows it one level deep, made once like the text: most of what is written of a
 * moment is its definition. */
static const char *
text_in_moment(const VmDomainDef *def)
{
    char **text = &((VmDomainDef *)def)->text_in_moment;

    if (*text != NULL)
        return *text;
    GString *out = g_string_sized_new(TEXT_SIZE);
    vm_xml_continue_kept(out, 1, vm_domain_def_text(def));
    *text = g_string_free(out, FALSE);
    return *text;
}

static const VmDomainDef *
shown(const VmDomainDef *def, gboolean secure)
{
    return secure || def->open == NULL ? def : def->open;
}

void
vm_domain_def_put(GString *out, const char *root, const VmDomainDef *def, gboolean secure)
{
    vm_text_add(out, "  <");
    vm_text_add(out, root);
    vm_text_add(out, text_in_moment(shown(def, secure)));
    vm_text_add(out, "  </");
    vm_text_add(out, root);
    vm_text_add(out, ">\n");
}

char *
vm_domain_def_format(const VmDomainDef *def, guint flags)
{
    GString *out = g_string_sized_new(TEXT_SIZE);

    vm_text_add(out, "<domain");
    vm_xml_continue_kept(out, 0,
                         vm_domain_def_text(shown(def, (flags & VM_DOMAIN_FORMAT_SECURE) != 0)));
    vm_text_add(out, "</domain>\n");
    return g_string_free(out, FALSE);
}
