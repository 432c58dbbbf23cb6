/* SPDX-License-Identifier: LGPL-2.1-or-later
 *
 * Cutting a document apart in a copy of its text; or what libxml2 makes of it.
 */
#include "harness/oracle/document_tree.h"

#include <string.h>
#include <libxml/parser.h>

/* Others are left to libxml2. */
#define CUT_LENGTH_MAX 65536
#define CUT_DEPTH_MAX 100

struct DocumentTree {
    DocumentNode *root;
    DocumentNode *nodes; /* the next one that is free */
    DocumentAttribute *attributes;
    char *at;          /* in the copy of the text */
    xmlDoc *xml;       /* or NULL: it was cut */
    GPtrArray *values; /* of xmlChar *, or NULL */
};

static DocumentTree *
tree_new(gsize nodes, gsize attributes, gsize text)
{
    gsize size = nodes * sizeof(DocumentNode) + attributes * sizeof(DocumentAttribute);
    DocumentTree *tree = g_malloc(sizeof(*tree) + size + text);

    memset(tree, 0, sizeof(*tree));
    tree->nodes = (DocumentNode *)(tree + 1);
    tree->attributes = (DocumentAttribute *)(tree->nodes + nodes);
    tree->at = (char *)(tree->attributes + attributes);
    return tree;
}

void
document_tree_free(DocumentTree *tree)
{
    if (!tree)
        return;
    g_clear_pointer(&tree->values, g_ptr_array_unref);
    g_clear_pointer(&tree->xml, xmlFreeDoc);
    g_free(tree);
}

const DocumentNode *
document_tree_root(const DocumentTree *tree)
{
    return tree->root;
}

gboolean
document_tree_is_cut(const DocumentTree *tree)
{
    return tree->xml == NULL;
}

static DocumentNode *
add_node(DocumentTree *tree, const char *name, const char *text)
{
    DocumentNode *node = tree->nodes++;

    *node = (DocumentNode){name, text, NULL, NULL, NULL};
    return node;
}

static DocumentAttribute *
add_attribute(DocumentTree *tree, const char *name, const char *value)
{
    DocumentAttribute *attribute = tree->attributes++;

    *attribute = (DocumentAttribute){name, value, NULL};
    return attribute;
}

/* ---- cutting ---- */

/* Characters that stand for themselves: no reference, no declaration, comment or section, and no
 * bracket that could end one. */
static const guint8 simple[256] = {
    ['\n'] = 1,         [' '] = 1,          ['"' ... '%'] = 1,
    ['\'' ... '>'] = 1, ['@' ... '\\'] = 1, ['^' ... '~'] = 1,
};

static gboolean
can_be_cut(const char *text, gsize length)
{
    const char *at = text;

    if (length > CUT_LENGTH_MAX || *text != '<')
        return FALSE;
    while (simple[(guchar)*at])
        at++;
    return *at == '\0';
}

static gsize
count(const char *text, char character)
{
    gsize found = 0;

    for (const char *at = text; (at = strchr(at, character)) != NULL; at++)
        found++;
    return found;
}

static gboolean
is_name_character(char c)
{
    return g_ascii_isalnum(c) || c == '_' || c == '-' || c == '.';
}

/* A name; what follows it is left as it is.  NULL where there is none, or one with a meaning. */
static char *
cut_name(DocumentTree *tree, char **end)
{
    char *name = tree->at;

    if ((!g_ascii_isalpha(*name) && *name != '_') || g_ascii_strncasecmp(name, "xml", 3) == 0)
        return NULL;
    while (is_name_character(*tree->at))
        tree->at++;
    *end = tree->at;
    return name;
}

static gboolean
has_attribute(const DocumentNode *node, const char *name)
{
    for (const DocumentAttribute *at = node->attributes; at; at = at->next) {
        if (strcmp(at->name, name) == 0)
            return TRUE;
    }
    return FALSE;
}

static gboolean
cut_attribute(DocumentTree *tree, DocumentNode *node, DocumentAttribute **last)
{
    char *end_of_name = NULL;
    const char *name = cut_name(tree, &end_of_name);
    DocumentAttribute *attribute;
    char *value, *end;

    if (!name || end_of_name[0] != '=' || (end_of_name[1] != '\'' && end_of_name[1] != '"'))
        return FALSE;
    value = end_of_name + 2;
    end = strchr(value, end_of_name[1]);
    *end_of_name = '\0';
    if (!end || has_attribute(node, name))
        return FALSE;
    *end = '\0';
    if (value[strcspn(value, "<\n")] != '\0')
        return FALSE;
    attribute = add_attribute(tree, name, value);
    *(*last ? &(*last)->next : &node->attributes) = attribute;
    *last = attribute;
    tree->at = end + 1;
    return TRUE;
}

/* A tag from behind its bracket; whether it is all of the element is told. */
static DocumentNode *
cut_tag(DocumentTree *tree, gboolean *is_all)
{
    char *end_of_name = NULL;
    const char *name = cut_name(tree, &end_of_name);
    DocumentNode *node = name ? add_node(tree, name, NULL) : NULL;
    DocumentAttribute *last = NULL;

    while (node && (*tree->at == ' ' || *tree->at == '\n')) {
        tree->at += strspn(tree->at, " \n");
        if (*tree->at != '/' && *tree->at != '>' && !cut_attribute(tree, node, &last))
            return NULL;
    }
    if (!node)
        return NULL;
    *is_all = *tree->at == '/';
    tree->at += *is_all ? 1 : 0;
    if (*tree->at++ != '>')
        return NULL;
    *end_of_name = '\0';
    return node;
}

/* The end of an element from behind its slash. */
static gboolean
cut_end(DocumentTree *tree, const DocumentNode *node)
{
    gsize length = strlen(node->name);

    if (strncmp(tree->at, node->name, length) != 0 || tree->at[length] != '>')
        return FALSE;
    tree->at += length + 1;
    return TRUE;
}

/* An element from behind its first bracket. */
static DocumentNode *
cut_element(DocumentTree *tree, guint depth)
{
    gboolean is_all = FALSE;
    DocumentNode *node = depth < CUT_DEPTH_MAX ? cut_tag(tree, &is_all) : NULL;
    DocumentNode **end = node ? &node->first : NULL;

    while (node && !is_all) {
        const char *text = tree->at;
        char *bracket = strchr(text, '<');

        if (!bracket)
            return NULL;
        if (bracket > text) {
            *bracket = '\0';
            *end = add_node(tree, NULL, text);
            end = &(*end)->next;
        }
        tree->at = bracket + 1;
        if (*tree->at == '/') {
            tree->at++;
            return cut_end(tree, node) ? node : NULL;
        }
        *end = cut_element(tree, depth + 1);
        if (!*end)
            return NULL;
        end = &(*end)->next;
    }
    return node;
}

static DocumentTree *
cut(const char *text)
{
    gsize length = strlen(text);
    DocumentTree *tree;

    if (!can_be_cut(text, length))
        return NULL;
    tree = tree_new(2 * count(text, '<'), count(text, '='), length + 1);
    memcpy(tree->at, text, length + 1);
    tree->at++;
    tree->root = cut_element(tree, 0);
    if (tree->root && tree->at[strspn(tree->at, " \n")] == '\0')
        return tree;
    document_tree_free(tree);
    return NULL;
}

/* ---- libxml2 ---- */

static void
count_nodes(const xmlNode *node, gsize *nodes, gsize *attributes)
{
    for (; node; node = node->next) {
        ++*nodes;
        for (const xmlAttr *attr = node->type == XML_ELEMENT_NODE ? node->properties : NULL; attr;
             attr = attr->next)
            ++*attributes;
        if (node->type == XML_ELEMENT_NODE)
            count_nodes(node->children, nodes, attributes);
    }
}

static void
take_attributes(DocumentTree *tree, DocumentNode *node, const xmlNode *xml)
{
    DocumentAttribute **end = &node->attributes;

    for (const xmlAttr *attr = xml->properties; attr; attr = attr->next) {
        xmlChar *value = xmlNodeListGetString(tree->xml, attr->children, 1);

        if (value)
            g_ptr_array_add(tree->values, value);
        if (attr->ns)
            continue;
        *end = add_attribute(tree, (const char *)attr->name, value ? (const char *)value : "");
        end = &(*end)->next;
    }
}

/* An element, or a text; NULL for what is neither. */
static DocumentNode *
take_node(DocumentTree *tree, const xmlNode *xml)
{
    DocumentNode *node;
    DocumentNode **end;

    if (xml->type == XML_TEXT_NODE || xml->type == XML_CDATA_SECTION_NODE)
        return add_node(tree, NULL, (const char *)xml->content);
    if (xml->type != XML_ELEMENT_NODE)
        return NULL;
    node = add_node(tree, (const char *)xml->name, NULL);
    take_attributes(tree, node, xml);
    end = &node->first;
    for (const xmlNode *child = xml->children; child; child = child->next) {
        *end = take_node(tree, child);
        if (*end)
            end = &(*end)->next;
    }
    return node;
}

static void
free_value(gpointer value)
{
    xmlFree(value);
}

DocumentTree *
document_tree_new_by_libxml(const char *text)
{
    xmlDoc *xml = xmlReadMemory(text, (int)strlen(text), NULL, NULL,
                                XML_PARSE_NONET | XML_PARSE_NOERROR | XML_PARSE_NOWARNING);
    gsize nodes = 0, attributes = 0;
    DocumentTree *tree;

    if (!xml || xml->intSubset || xml->extSubset || !xmlDocGetRootElement(xml)) {
        xmlFreeDoc(xml);
        return NULL;
    }
    count_nodes(xml->children, &nodes, &attributes);
    tree = tree_new(nodes, attributes, 0);
    tree->xml = xml;
    tree->values = g_ptr_array_new_with_free_func(free_value);
    tree->root = take_node(tree, xmlDocGetRootElement(xml));
    return tree;
}

DocumentTree *
document_tree_new(const char *text)
{
    DocumentTree *tree = cut(text);

    return tree ? tree : document_tree_new_by_libxml(text);
}
