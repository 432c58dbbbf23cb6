/* SPDX-License-Identifier: LGPL-2.1-or-later
 *
 * `edit`: a document of the target, changed.
 */

#include "harness/scenario/run_int.h"

#include <libxml/parser.h>
#include <libxml/xpath.h>
#include <string.h>

/* What one verb does to one matched node. */
typedef void (*EditNode)(xmlNode *node, const char *value);

static void
set_text(xmlNode *node, const char *value)
{
    xmlChar *escaped = xmlEncodeSpecialChars(node->doc, (const xmlChar *)value);

    xmlNodeSetContent(node, escaped);
    xmlFree(escaped);
}

/* As many bytes of text as `value` says, for documents beyond what a driver takes. */
static void
fill_text(xmlNode *node, const char *value)
{
    g_autofree char *text = g_strnfill(g_ascii_strtoull(value, NULL, 10), 'x');

    xmlNodeSetContent(node, (const xmlChar *)text);
}

static void
delete_node(xmlNode *node, const char *value)
{
    (void)value;
    if (node->type == XML_ATTRIBUTE_NODE) {
        xmlRemoveProp((xmlAttr *)node);
        return;
    }
    xmlUnlinkNode(node);
    xmlFreeNode(node);
}

static void
add_child(xmlNode *node, const char *value)
{
    xmlNode *list = NULL;

    if (xmlParseInNodeContext(node, value, (int)strlen(value), XML_PARSE_NOERROR, &list) ==
        XML_ERR_OK)
        xmlAddChildList(node, list);
}

static void
rename_node(xmlNode *node, const char *value)
{
    xmlNodeSetName(node, (const xmlChar *)value);
}

static const struct {
    const char *verb;
    EditNode edit;
} verbs[] = {{"set", set_text},
             {"fill", fill_text},
             {"delete", delete_node},
             {"add", add_child},
             {"rename", rename_node}};

/* Apply `edit` to every match; how many there were. */
static int
each_match(xmlDoc *doc, const char *path, EditNode edit, const char *value)
{
    xmlXPathContext *context = xmlXPathNewContext(doc);
    xmlXPathObject *found = xmlXPathEvalExpression((const xmlChar *)path, context);
    int count = found && found->nodesetval ? found->nodesetval->nodeNr : 0;

    for (int i = count; i-- > 0;) {
        xmlNode *node = found->nodesetval->nodeTab[i];

        found->nodesetval->nodeTab[i] = NULL;
        edit(node, value);
    }
    xmlXPathFreeObject(found);
    xmlXPathFreeContext(context);
    return count;
}

/* `…/@name`: the attribute of every match of what is before it. */
static int
set_attribute(xmlDoc *doc, const char *path, const char *value)
{
    const char *name = strrchr(path, '/') + 2;
    g_autofree char *owner = g_strndup(path, name - path - 2);
    xmlXPathContext *context = xmlXPathNewContext(doc);
    xmlXPathObject *found = xmlXPathEvalExpression((const xmlChar *)owner, context);
    int count = found && found->nodesetval ? found->nodesetval->nodeNr : 0;

    for (int i = 0; i < count; i++)
        xmlSetProp(found->nodesetval->nodeTab[i], (const xmlChar *)name, (const xmlChar *)value);
    xmlXPathFreeObject(found);
    xmlXPathFreeContext(context);
    return count;
}

static gboolean
is_attribute(const char *path)
{
    const char *slash = strrchr(path, '/');

    return slash && slash[1] == '@';
}

/* The document's text; the caller frees it. */
static char *
doc_text(xmlDoc *doc)
{
    xmlBuffer *buffer = xmlBufferCreate();
    char *text;

    xmlNodeDump(buffer, doc, xmlDocGetRootElement(doc), 0, 0);
    text = g_strdup((const char *)xmlBufferContent(buffer));
    xmlBufferFree(buffer);
    return text;
}

/* One change to the tree; FALSE with the case failed. */
static gboolean
apply_tree(ScnRun *run, xmlDoc *doc, const char *verb, const char *path, const char *value)
{
    int count = 0;

    if (strcmp(verb, "rename-root") == 0) {
        rename_node(xmlDocGetRootElement(doc), path);
        return TRUE;
    }
    if (strcmp(verb, "set") == 0 && is_attribute(path))
        count = set_attribute(doc, path, value);
    for (guint i = 0; count == 0 && i < G_N_ELEMENTS(verbs); i++) {
        if (strcmp(verbs[i].verb, verb) == 0)
            count = each_match(doc, path, verbs[i].edit, value);
    }
    return count > 0 || scn_fail(run, "a match", "'%s' matches nothing", path);
}

static xmlDoc *
parse_text(const char *text)
{
    return xmlReadMemory(text, (int)strlen(text), "document", NULL,
                         XML_PARSE_NONET | XML_PARSE_NOERROR | XML_PARSE_NOWARNING);
}

/* One item of the block on the text; NULL with the case failed.  The caller frees it. */
static char *
apply_item(ScnRun *run, const char *text, const GPtrArray *item)
{
    g_autoptr(GPtrArray) words = g_ptr_array_new_with_free_func(g_free);
    char *word[3] = {NULL, NULL, NULL};
    xmlDoc *doc;
    char *changed = NULL;

    for (guint i = 0; i < item->len && i < 3; i++) {
        word[i] = scn_expand_text(run, ((ScnWord *)g_ptr_array_index(item, i))->text);
        g_ptr_array_add(words, word[i]);
    }
    if (strcmp(word[0], "replace") == 0) {
        g_autoptr(GString) replaced = g_string_new(text);

        if (g_string_replace(replaced, word[1], word[2], 0))
            changed = g_strdup(replaced->str);
        else
            scn_fail(run, "a match", "'%s' does not occur", word[1]);
    } else {
        doc = parse_text(text);
        if (!doc)
            scn_fail(run, "a well-formed document", "one that does not parse");
        else if (apply_tree(run, doc, word[0], word[1], word[2]))
            changed = doc_text(doc);
        xmlFreeDoc(doc);
    }
    return changed;
}

gboolean
scn_run_edit(ScnRun *run, const ScnStep *step)
{
    g_autofree char *name = scn_word(run, step, 1);
    g_autofree char *source = scn_word(run, step, 3);
    const char *known = g_hash_table_lookup(run->documents, source);
    const guint32 whole = VIR_DOMAIN_XML_SECURE | VIR_DOMAIN_XML_INACTIVE;
    char *text = known ? g_strdup(known) : scn_fetch_xml(run, source, whole);

    for (guint i = 0; text && i < step->items->len; i++) {
        char *changed = apply_item(run, text, g_ptr_array_index(step->items, i));

        g_free(text);
        text = changed;
    }
    if (!text)
        return FALSE;
    g_hash_table_replace(run->documents, g_strdup(name), text);
    return TRUE;
}
