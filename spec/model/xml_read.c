/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "spec/model/xml_read.h"

#include <string.h>

/* Most names differ in their first letter. */
static inline gboolean
is_called(const xmlNode *element, const char *name)
{
    return *element->name == (xmlChar)*name && element->ns == NULL &&
           strcmp((const char *)element->name, name) == 0;
}

gboolean
vm_xml_is(const xmlNode *node, const char *name)
{
    return node->type == XML_ELEMENT_NODE && is_called(node, name);
}

static xmlNode *
element_from(xmlNode *node)
{
    while (node != NULL && node->type != XML_ELEMENT_NODE)
        node = node->next;
    return node;
}

xmlNode *
vm_xml_first(const xmlNode *node)
{
    return element_from(node->children);
}

xmlNode *
vm_xml_next(const xmlNode *node)
{
    return element_from(node->next);
}

xmlNode *
vm_xml_child(const xmlNode *node, const char *name)
{
    for (xmlNode *child = vm_xml_first(node); child != NULL; child = vm_xml_next(child)) {
        if (vm_xml_is(child, name))
            return child;
    }
    return NULL;
}

const char *
vm_xml_attr(const xmlNode *node, const char *name)
{
    for (const xmlAttr *attr = node->properties; attr != NULL; attr = attr->next) {
        if (*attr->name != (xmlChar)*name || attr->ns != NULL ||
            strcmp((const char *)attr->name, name) != 0)
            continue;
        /* Entities are replaced while parsing, so a value is one text node or none. */
        if (attr->children == NULL || attr->children->content == NULL)
            return "";
        return (const char *)attr->children->content;
    }
    return NULL;
}

const char *
vm_xml_attr_filled(const xmlNode *node, const char *name)
{
    const char *value = vm_xml_attr(node, name);

    return value != NULL && *value != '\0' ? value : NULL;
}

char *
vm_xml_text(const xmlNode *node)
{
    GString *text = NULL;

    for (const xmlNode *child = node->children; child != NULL; child = child->next) {
        if (child->type != XML_TEXT_NODE && child->type != XML_CDATA_SECTION_NODE)
            continue;
        if (child->next == NULL && text == NULL && *child->content != '\0')
            return g_strdup((const char *)child->content);
        if (text == NULL)
            text = g_string_new(NULL);
        g_string_append(text, (const char *)child->content);
    }
    if (text == NULL)
        return NULL;
    return g_string_free(text, text->len == 0);
}

gboolean
vm_xml_number(const char *text, guint64 *value)
{
    guint64 sum = 0;

    while (g_ascii_isspace(*text))
        text++;
    if (!g_ascii_isdigit(*text))
        return FALSE;
    for (; g_ascii_isdigit(*text); text++) {
        if (!g_uint64_checked_mul(&sum, sum, 10) ||
            !g_uint64_checked_add(&sum, sum, (guint64)(*text - '0')))
            return FALSE;
    }
    while (g_ascii_isspace(*text))
        text++;
    *value = sum;
    return *text == '\0';
}

guint64
vm_xml_unit_bytes(const char *unit)
{
    static const char prefixes[] = "kmgtpe";

    if (g_ascii_strcasecmp(unit, "b") == 0 || g_ascii_strcasecmp(unit, "bytes") == 0)
        return 1;
    const char *prefix = *unit != '\0' ? strchr(prefixes, g_ascii_tolower(*unit)) : NULL;
    if (prefix == NULL)
        return 0;

    guint64 base = 0;
    if (unit[1] == '\0' || g_ascii_strcasecmp(unit + 1, "ib") == 0)
        base = 1024;
    else if (g_ascii_strcasecmp(unit + 1, "b") == 0)
        base = 1000;
    guint64 bytes = base;
    for (const char *step = prefixes; step < prefix; step++)
        bytes *= base;
    return bytes;
}

gboolean
vm_xml_size_kib(const char *text, const char *unit, guint64 *kib)
{
    guint64 scale = vm_xml_unit_bytes(unit != NULL ? unit : "KiB");
    guint64 value, bytes;

    if (scale == 0 || !vm_xml_number(text, &value) || !g_uint64_checked_mul(&bytes, value, scale) ||
        bytes > G_MAXINT64)
        return FALSE;
    *kib = bytes / 1024 + (bytes % 1024 != 0);
    return TRUE;
}

static gboolean
refuse_second(const xmlNode *child, GError **error)
{
    return vm_refuse(error, VIR_ERR_XML_ERROR, "line %ld: a second <%s> in <%s>",
                     xmlGetLineNo(child), (const char *)child->name,
                     (const char *)child->parent->name);
}

gboolean
vm_xml_each_child(xmlNode *node, const VmXmlRow *rows, VmXmlTake *other, gpointer state,
                  GError **error)
{
    guint64 seen = 0;

    for (xmlNode *child = vm_xml_first(node); child != NULL; child = vm_xml_next(child)) {
        guint i = 0;
        while (rows[i].name != NULL && !is_called(child, rows[i].name))
            i++;
        const guint64 bit = G_GUINT64_CONSTANT(1) << i;
        if (rows[i].name != NULL && !rows[i].many && (seen & bit) != 0)
            return refuse_second(child, error);
        seen |= bit;
        VmXmlTake *take = rows[i].name != NULL ? rows[i].take : other;
        if (take != NULL && !take(state, child, error))
            return FALSE;
    }
    return TRUE;
}

gboolean
vm_xml_word_in(const char *word, const char *const *list)
{
    for (; *list != NULL; list++) {
        if (*word == **list && strcmp(word, *list) == 0)
            return TRUE;
    }
    return FALSE;
}
