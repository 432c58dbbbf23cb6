/* SPDX-License-Identifier: LGPL-2.1-or-later
 *
 * What we do not model, kept as canonical text; secrets are found here.
 */
#include "spec/model/xml_write.h"

#include <string.h>

#include "spec/model/xml_read.h"

/** What counts as a secret: an attribute, or (attribute NULL) the text of an element. */
static const struct {
    const char *element; /* NULL = any */
    const char *attribute;
} secrets[] = {
    {NULL, "passwd"},          {NULL, "password"}, {"graphics", "passwdValidTo"},
    {"graphics", "connected"}, {"secret", NULL}, /* its attributes are references, which stay */
    {"cookie", NULL},
};

static gboolean
is_secret(const xmlNode *node, const char *attribute)
{
    if (node->ns != NULL)
        return FALSE;
    for (gsize i = 0; i < G_N_ELEMENTS(secrets); i++) {
        if (secrets[i].element != NULL && strcmp(secrets[i].element, (const char *)node->name) != 0)
            continue;
        if (g_strcmp0(secrets[i].attribute, attribute) == 0)
            return TRUE;
    }
    return FALSE;
}

static void
put_name(GString *out, const xmlNs *ns, const xmlChar *name)
{
    if (ns != NULL && ns->prefix != NULL) {
        g_string_append(out, (const char *)ns->prefix);
        g_string_append_c(out, ':');
    }
    g_string_append(out, (const char *)name);
}

static void
put_namespace(GString *out, const xmlNs *ns)
{
    g_autofree char *name =
        ns->prefix != NULL ? g_strdup_printf("xmlns:%s", ns->prefix) : g_strdup("xmlns");

    vm_xml_put_attr(out, name, ns->href != NULL ? (const char *)ns->href : "");
}

static gboolean
declares(const xmlNode *node, const xmlNs *ns)
{
    for (const xmlNs *own = node->nsDef; own != NULL; own = own->next) {
        if (own == ns)
            return TRUE;
    }
    return FALSE;
}

/** Whether a namespace is declared between `from` and `top`, both included (NULL = the root). */
static gboolean
declared_within(const xmlNode *from, const xmlNode *top, const xmlNs *ns)
{
    for (const xmlNode *at = from; at != NULL && at->type == XML_ELEMENT_NODE; at = at->parent) {
        if (declares(at, ns))
            return TRUE;
        if (at == top)
            return FALSE;
    }
    return FALSE;
}

/** A part as it is being written, and the namespaces that it takes from outside. */
typedef struct {
    VmXmlKeep *keep;
    GString *out;
    const xmlNode *root; /* NULL where only attributes are kept */
    GPtrArray *taken;    /* of xmlNs *, or NULL while there are none */
} Part;

/** Declare a namespace that would otherwise stay behind on an element that is not kept. */
static void
take_namespace(Part *part, const xmlNode *user, const xmlNs *ns)
{
    if (ns == NULL || ns->prefix == NULL || strcmp((const char *)ns->prefix, "xml") == 0 ||
        (part->root != NULL && declared_within(user, part->root, ns)) ||
        (part->keep->scope != NULL && declared_within(part->keep->scope, NULL, ns)))
        return;
    if (part->taken == NULL)
        part->taken = g_ptr_array_new();
    if (g_ptr_array_find(part->taken, ns, NULL))
        return;
    g_ptr_array_add(part->taken, (gpointer)ns);
    put_namespace(part->out, ns);
}

static void
take_namespaces(Part *part, const xmlNode *node)
{
    take_namespace(part, node, node->ns);
    for (const xmlAttr *attr = node->properties; attr != NULL; attr = attr->next)
        take_namespace(part, node, attr->ns);
    for (xmlNode *child = vm_xml_first(node); child != NULL; child = vm_xml_next(child))
        take_namespaces(part, child);
}

static void
put_foreign_namespaces(VmXmlKeep *keep, GString *out, const xmlNode *root)
{
    Part part = {.keep = keep, .out = out, .root = root};

    take_namespaces(&part, root);
    if (part.taken != NULL)
        g_ptr_array_unref(part.taken);
}

static void
put_attrs(VmXmlKeep *keep, GString *out, const xmlNode *node, const char *const *except)
{
    for (const xmlAttr *attr = node->properties; attr != NULL; attr = attr->next) {
        const char *name = (const char *)attr->name;
        const xmlNode *value = attr->children;
        if (attr->ns == NULL && except != NULL && vm_xml_word_in(name, except))
            continue;
        if (attr->ns == NULL && is_secret(node, name)) {
            keep->secrets = TRUE;
            if (keep->strip)
                continue;
        }
        g_autofree char *full =
            attr->ns != NULL ? g_strdup_printf("%s:%s", attr->ns->prefix, name) : NULL;
        vm_xml_put_attr(out, full != NULL ? full : name,
                        value != NULL && value->content != NULL ? (const char *)value->content
                                                                : "");
    }
}

static gboolean
is_blank(const xmlNode *node)
{
    return node->type == XML_TEXT_NODE &&
           node->content[strspn((const char *)node->content, " \t\r\n")] == '\0';
}

/** How the content of an element is laid out. */
typedef enum { CONTENT_EMPTY, CONTENT_ELEMENTS, CONTENT_TEXT } Content;

static Content
content_of(const xmlNode *node)
{
    gboolean elements = FALSE, blanks = FALSE;

    for (const xmlNode *child = node->children; child != NULL; child = child->next) {
        if (child->type != XML_TEXT_NODE)
            elements = TRUE;
        else if (is_blank(child))
            blanks = TRUE;
        else
            return CONTENT_TEXT;
    }
    if (elements)
        return CONTENT_ELEMENTS;
    /* Foreign data may mean its blanks. */
    return blanks && node->ns != NULL ? CONTENT_TEXT : CONTENT_EMPTY;
}

/** Content as it stands: its line feeds must survive a new indentation. */
static void
put_content(GString *out, const char *text, gboolean escape)
{
    gsize start = out->len;

    if (escape)
        vm_xml_put_text(out, text);
    else
        g_string_append(out, text);
    for (char *c = out->str + start; (c = strchr(c, '\n')) != NULL; c++)
        *c = VM_XML_CONTENT_NEWLINE;
}

static void put_element(VmXmlKeep *keep, GString *out, const xmlNode *node, guint depth);

static void
put_child(VmXmlKeep *keep, GString *out, const xmlNode *child, guint depth)
{
    switch ((int)child->type) {
    case XML_ELEMENT_NODE:
        put_element(keep, out, child, depth);
        return;
    case XML_TEXT_NODE:
        put_content(out, (const char *)child->content, TRUE);
        return;
    case XML_COMMENT_NODE:
        g_string_append(out, "<!--");
        put_content(out, (const char *)child->content, FALSE);
        g_string_append(out, "-->");
        return;
    case XML_PI_NODE:
        g_string_append_printf(out, "<?%s", child->name);
        if (child->content != NULL) {
            g_string_append_c(out, ' ');
            put_content(out, (const char *)child->content, FALSE);
        }
        g_string_append(out, "?>");
        return;
    default:
        g_assert_not_reached(); /* the parser replaces entities and CDATA */
    }
}

static void
put_tag(VmXmlKeep *keep, GString *out, const xmlNode *node, gboolean is_root)
{
    g_string_append_c(out, '<');
    put_name(out, node->ns, node->name);
    if (is_root)
        put_foreign_namespaces(keep, out, node);
    for (const xmlNs *ns = node->nsDef; ns != NULL; ns = ns->next)
        put_namespace(out, ns);
    put_attrs(keep, out, node, NULL);
}

static void
put_element(VmXmlKeep *keep, GString *out, const xmlNode *node, guint depth)
{
    Content content = content_of(node);

    put_tag(keep, out, node, depth == 0);
    if (content == CONTENT_TEXT && is_secret(node, NULL)) {
        keep->secrets = TRUE;
        if (keep->strip)
            content = CONTENT_EMPTY;
    }
    if (content == CONTENT_EMPTY) {
        g_string_append(out, "/>");
        return;
    }
    g_string_append_c(out, '>');
    for (const xmlNode *child = node->children; child != NULL; child = child->next) {
        if (content == CONTENT_TEXT) {
            put_child(keep, out, child, depth + 1);
            continue;
        }
        if (child->type == XML_TEXT_NODE)
            continue;
        g_string_append_c(out, '\n');
        vm_xml_put_indent(out, depth + 1);
        put_child(keep, out, child, depth + 1);
    }
    if (content == CONTENT_ELEMENTS) {
        g_string_append_c(out, '\n');
        vm_xml_put_indent(out, depth);
    }
    g_string_append(out, "</");
    put_name(out, node->ns, node->name);
    g_string_append_c(out, '>');
}

char *
vm_xml_keep_node(VmXmlKeep *keep, const xmlNode *node)
{
    GString *out = g_string_sized_new(128);

    put_element(keep, out, node, 0);
    return g_string_free(out, FALSE);
}

void
vm_xml_keep_more(VmXmlKeep *keep, char **part, const xmlNode *node)
{
    gsize length = *part != NULL ? strlen(*part) : 0;
    GString *out = g_string_sized_new(length + 128);

    if (*part != NULL) {
        g_string_append_len(out, *part, length);
        g_string_append_c(out, '\n');
        g_free(*part);
    }
    put_element(keep, out, node, 0);
    *part = g_string_free(out, FALSE);
}

/** Whether a list of names has all attributes of an element. */
static gboolean
all_excepted(const xmlNode *node, const char *const *except)
{
    for (const xmlAttr *attr = node->properties; attr != NULL; attr = attr->next) {
        if (attr->ns != NULL || except == NULL || !vm_xml_word_in((const char *)attr->name, except))
            return FALSE;
    }
    return TRUE;
}

char *
vm_xml_keep_attrs(VmXmlKeep *keep, const xmlNode *node, const char *const *except)
{
    if (all_excepted(node, except))
        return NULL;
    GString *out = g_string_new(NULL);
    Part part = {.keep = keep, .out = out};
    for (const xmlAttr *attr = node->properties; attr != NULL; attr = attr->next)
        take_namespace(&part, node, attr->ns);
    if (part.taken != NULL)
        g_ptr_array_unref(part.taken);
    put_attrs(keep, out, node, except);
    return g_string_free(out, out->len == 0);
}

char *
vm_xml_keep_children(VmXmlKeep *keep, const xmlNode *node, const char *const *except)
{
    GString *out = NULL;

    for (xmlNode *child = vm_xml_first(node); child != NULL; child = vm_xml_next(child)) {
        if (child->ns == NULL && vm_xml_word_in((const char *)child->name, except))
            continue;
        if (out == NULL)
            out = g_string_sized_new(128);
        else
            g_string_append_c(out, '\n');
        put_element(keep, out, child, 0);
    }
    return out != NULL ? g_string_free(out, FALSE) : NULL;
}

static gboolean
declared_below(const xmlNode *from, const xmlNode *above, const xmlNs *ns)
{
    for (const xmlNode *node = from; node != above; node = node->parent) {
        for (const xmlNs *own = node->nsDef; own != NULL; own = own->next) {
            if (xmlStrEqual(own->prefix, ns->prefix))
                return TRUE;
        }
    }
    return FALSE;
}

char *
vm_xml_keep_namespaces(const xmlNode *node)
{
    GString *out = NULL;

    for (const xmlNode *at = node; at != NULL && at->type == XML_ELEMENT_NODE; at = at->parent) {
        for (const xmlNs *ns = at->nsDef; ns != NULL; ns = ns->next) {
            if (declared_below(node, at, ns))
                continue;
            if (out == NULL)
                out = g_string_new(NULL);
            put_namespace(out, ns);
        }
    }
    return out != NULL ? g_string_free(out, FALSE) : NULL;
}
