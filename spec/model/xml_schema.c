/* SPDX-License-Identifier: LGPL-2.1-or-later
 *
 * Validation against our RELAX NG schemas, each compiled once.
 */
#include "spec/model/xml_schema.h"

#include <libxml/relaxng.h>
#include <string.h>

#include "spec/model/xml.h"
#include "spec/model/xml_read.h"

/** As many compiled schemas as there are texts, at most. */
#define SCHEMAS_MAX 8

static xmlRelaxNG *compiled[SCHEMAS_MAX];

static void __attribute__((destructor)) drop_schemas_at_exit(void)
{
    for (gsize i = 0; i < SCHEMAS_MAX; i++) {
        if (compiled[i] != NULL)
            xmlRelaxNGFree(compiled[i]);
        compiled[i] = NULL;
    }
    xmlRelaxNGCleanupTypes();
}

static int
schema_index(const char *name)
{
    for (int i = 0; vm_schema_texts[i].name != NULL; i++) {
        if (strcmp(vm_schema_texts[i].name, name) == 0)
            return i;
    }
    return -1;
}

static xmlDoc *schema_doc(const char *name);

/** Put the definitions of another schema in the place of <include href='NAME.rng'/>, all but its
 *  <start>. */
static void
replace_include(xmlNode *include)
{
    const char *href = vm_xml_attr(include, "href");
    g_autofree char *name = g_strndup(href, strlen(href) - strlen(".rng"));
    xmlDoc *other = schema_doc(name);
    xmlNode *at = include, *next;

    for (xmlNode *child = vm_xml_first(xmlDocGetRootElement(other)); child != NULL; child = next) {
        next = vm_xml_next(child);
        if (strcmp((const char *)child->name, "start") == 0)
            continue;
        at = xmlAddNextSibling(at, xmlDocCopyNode(child, include->doc, 1));
    }
    xmlUnlinkNode(include);
    xmlFreeNode(include);
    xmlFreeDoc(other);
}

static xmlDoc *
schema_doc(const char *name)
{
    const VmSchemaText *text = &vm_schema_texts[schema_index(name)];
    xmlDoc *doc = xmlReadMemory(text->text, (int)text->length, NULL, "UTF-8", XML_PARSE_NONET);
    xmlNode *next;

    g_assert(doc != NULL);
    for (xmlNode *child = vm_xml_first(xmlDocGetRootElement(doc)); child != NULL; child = next) {
        next = vm_xml_next(child);
        if (strcmp((const char *)child->name, "include") == 0)
            replace_include(child);
    }
    return doc;
}

static void
on_schema_fault(void *data, xmlError *error)
{
    (void)data;
    g_error("a schema of ours is wrong: line %d: %s", error->line, error->message);
}

static xmlRelaxNG *
schema_get(const char *name)
{
    int index = schema_index(name);

    g_assert(index >= 0 && index < SCHEMAS_MAX);
    if (compiled[index] != NULL)
        return compiled[index];
    xmlDoc *doc = schema_doc(name);
    xmlRelaxNGParserCtxt *parser = xmlRelaxNGNewDocParserCtxt(doc);
    xmlRelaxNGSetParserStructuredErrors(parser, on_schema_fault, NULL);
    compiled[index] = xmlRelaxNGParse(parser);
    g_assert(compiled[index] != NULL);
    xmlRelaxNGFreeParserCtxt(parser);
    xmlFreeDoc(doc);
    return compiled[index];
}

/** The first violation; its line may be told only by one of those that follow from it. */
typedef struct {
    int line;
    char *cause;
} Violation;

static void
on_violation(void *data, xmlError *error)
{
    Violation *first = data;

    if (first->cause == NULL && error->message != NULL)
        first->cause = g_strchomp(g_strdup(error->message));
    if (first->line == 0)
        first->line = error->line;
}

gboolean
vm_xml_validate(VmXmlDoc *doc, const char *schema, GError **error)
{
    Violation first = {0};
    xmlRelaxNGValidCtxt *valid = xmlRelaxNGNewValidCtxt(schema_get(schema));

    xmlRelaxNGSetValidStructuredErrors(valid, on_violation, &first);
    int result = xmlRelaxNGValidateDoc(valid, doc);
    xmlRelaxNGFreeValidCtxt(valid);
    g_autofree char *cause = first.cause;
    if (result == 0)
        return TRUE;
    return vm_refuse(error, VIR_ERR_XML_INVALID_SCHEMA,
                     "line %d: the document breaks schema '%s': %s", first.line, schema,
                     cause != NULL ? cause : "no cause given");
}
