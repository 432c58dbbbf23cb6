/* SPDX-License-Identifier: LGPL-2.1-or-later
 *
 * Small steps in a document's tree, and what is read from whole subtrees.
 */
#include "harness/oracle/document_node.h"

#include <string.h>

gboolean
document_is(const DocumentNode *node, const char *name)
{
    return node->name && strcmp(node->name, name) == 0;
}

const DocumentNode *
document_child(const DocumentNode *node, const char *name)
{
    for (const DocumentNode *child = node->first; child; child = child->next) {
        if (document_is(child, name))
            return child;
    }
    return NULL;
}

const char *
document_attribute(const DocumentNode *node, const char *name)
{
    for (const DocumentAttribute *at = node->attributes; at; at = at->next) {
        if (strcmp(at->name, name) == 0)
            return at->value;
    }
    return NULL;
}

/* All texts below an element, one after the other. */
static void
add_texts(GString *texts, const DocumentNode *node)
{
    for (const DocumentNode *child = node->first; child; child = child->next) {
        if (child->name)
            add_texts(texts, child);
        else
            g_string_append(texts, child->text);
    }
}

/* The same where there is but one, or none. */
static const char *
only_text(const DocumentNode *node)
{
    if (!node->first)
        return "";
    return node->first->next ? NULL : node->first->text;
}

char *
document_text(const DocumentNode *node, const char *name)
{
    const DocumentNode *child = document_child(node, name);
    const char *only = child ? only_text(child) : "";
    GString *texts;

    if (only)
        return *only ? g_strdup(only) : NULL;
    texts = g_string_new(NULL);
    add_texts(texts, child);
    return g_string_free(texts, texts->len == 0);
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
abi_part(GString *abi, const DocumentNode *node, const AbiPart *part)
{
    const DocumentNode *child = document_child(node, part->element);
    g_autofree char *text = child && part->text ? document_text(node, part->element) : NULL;

    if (!child)
        return;
    g_string_append_c(abi, ' ');
    g_string_append(abi, part->element);
    g_string_append_c(abi, '=');
    g_string_append(abi, text ? text : "");
    for (guint i = 0; part->attributes[i]; i++) {
        const char *value = document_attribute(child, part->attributes[i]);

        g_string_append_c(abi, ',');
        g_string_append(abi, value ? value : "");
    }
}

static void
abi_device(GString *abi, const DocumentNode *device)
{
    gboolean is_disk = document_is(device, "disk");
    const AbiPart *parts = is_disk ? disk_parts : device_parts;
    gsize count = is_disk ? G_N_ELEMENTS(disk_parts) : G_N_ELEMENTS(device_parts);
    const char *kind = document_attribute(device, "device");
    const char *model = document_attribute(device, "model");

    g_string_append_c(abi, '\n');
    g_string_append(abi, device->name);
    g_string_append_c(abi, ' ');
    g_string_append(abi, kind ? kind : "");
    g_string_append_c(abi, ' ');
    g_string_append(abi, model ? model : "");
    for (gsize i = 0; i < count; i++)
        abi_part(abi, device, &parts[i]);
}

char *
document_abi(const DocumentNode *domain, gboolean genid)
{
    static const char *const passed_over[] = {"emulator", "graphics", "audio", NULL};
    GString *abi = g_string_new(NULL);
    const char *type = document_attribute(domain, "type");
    const DocumentNode *os = document_child(domain, "os");
    const DocumentNode *devices = document_child(domain, "devices");

    g_string_append(abi, type ? type : "");
    for (gsize i = 0; i < G_N_ELEMENTS(domain_parts); i++)
        abi_part(abi, domain, &domain_parts[i]);
    if (genid)
        abi_part(abi, domain, &genid_part);
    if (os) {
        static const AbiPart type_part = {"type", {"arch", "machine"}, TRUE};

        abi_part(abi, os, &type_part);
    }
    for (const DocumentNode *node = devices ? devices->first : NULL; node; node = node->next) {
        if (node->name && !g_strv_contains(passed_over, node->name))
            abi_device(abi, node);
    }
    return g_string_free(abi, FALSE);
}
