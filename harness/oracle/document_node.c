/* SPDX-License-Identifier: LGPL-2.1-or-later
 *
 * Small steps in an XML tree, and what is read from whole subtrees.
 */
#include "harness/oracle/document_node.h"

#include <string.h>

gboolean
document_is(const xmlNode *node, const char *name)
{
    return node->type == XML_ELEMENT_NODE && strcmp((const char *)node->name, name) == 0;
}

xmlNode *
document_child(const xmlNode *node, const char *name)
{
    for (xmlNode *child = node->children; child; child = child->next) {
        if (document_is(child, name))
            return child;
    }
    return NULL;
}

char *
document_attribute(const xmlNode *node, const char *name)
{
    xmlChar *value = xmlGetNoNsProp((xmlNode *)node, (const xmlChar *)name);
    char *copy = value ? g_strdup((const char *)value) : NULL;

    xmlFree(value);
    return copy;
}

char *
document_text(const xmlNode *node, const char *name)
{
    xmlNode *child = document_child(node, name);
    xmlChar *value = child ? xmlNodeGetContent(child) : NULL;
    char *copy = value && *value ? g_strdup((const char *)value) : NULL;

    xmlFree(value);
    return copy;
}

/* What of an element counts, by path from <domain>: element, attributes,
 * whether its text counts. */
typedef struct {
    const char *element;
    const char *attributes[6];
    gboolean text;
} AbiPart;

static const AbiPart domain_parts[] = {
    {"uuid", {NULL}, TRUE},
    {"memory", {NULL}, TRUE},
    {"vcpu", {NULL}, TRUE},
};

static const AbiPart genid_part = {"genid", {NULL}, TRUE};

static const AbiPart disk_parts[] = {
    {"target", {"dev", "bus"}, FALSE},
    {"serial", {NULL}, TRUE},
    {"wwn", {NULL}, TRUE},
    {"readonly", {NULL}, FALSE},
};

static const AbiPart device_parts[] = {
    {"mac", {"address"}, FALSE},
    {"model", {"type", "heads"}, FALSE},
    {"target", {"type", "name"}, FALSE},
};

static void
abi_part(GString *abi, const xmlNode *node, const AbiPart *part)
{
    g_autofree char *text = part->text ? document_text(node, part->element) : NULL;
    xmlNode *child = document_child(node, part->element);

    if (!child)
        return;
    g_string_append_printf(abi, " %s=%s", part->element, text ? text : "");
    for (guint i = 0; part->attributes[i]; i++) {
        g_autofree char *value = document_attribute(child, part->attributes[i]);

        g_string_append_printf(abi, ",%s", value ? value : "");
    }
}

static void
abi_device(GString *abi, const xmlNode *device)
{
    gboolean is_disk = document_is(device, "disk");
    const AbiPart *parts = is_disk ? disk_parts : device_parts;
    gsize count = is_disk ? G_N_ELEMENTS(disk_parts) : G_N_ELEMENTS(device_parts);
    g_autofree char *kind = document_attribute(device, "device");
    g_autofree char *model = document_attribute(device, "model");

    g_string_append_printf(abi, "\n%s %s %s", (const char *)device->name, kind ? kind : "",
                           model ? model : "");
    for (gsize i = 0; i < count; i++)
        abi_part(abi, device, &parts[i]);
}

char *
document_abi(const xmlNode *domain, gboolean genid)
{
    static const char *const passed_over[] = {"emulator", "graphics", "audio", NULL};
    GString *abi = g_string_new(NULL);
    g_autofree char *type = document_attribute(domain, "type");
    xmlNode *os = document_child(domain, "os");
    xmlNode *devices = document_child(domain, "devices");

    g_string_append(abi, type ? type : "");
    for (gsize i = 0; i < G_N_ELEMENTS(domain_parts); i++)
        abi_part(abi, domain, &domain_parts[i]);
    if (genid)
        abi_part(abi, domain, &genid_part);
    if (os) {
        static const AbiPart type_part = {"type", {"arch", "machine"}, TRUE};

        abi_part(abi, os, &type_part);
    }
    for (xmlNode *node = devices ? devices->children : NULL; node; node = node->next) {
        if (node->type == XML_ELEMENT_NODE &&
            !g_strv_contains(passed_over, (const char *)node->name))
            abi_device(abi, node);
    }
    return g_string_free(abi, FALSE);
}
