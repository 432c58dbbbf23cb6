/* SPDX-License-Identifier: LGPL-2.1-or-later
 *
 * The sample's XML.
 */
#include <libxml/parser.h>
#include <libxml/xmlsave.h>
#include <libxml/xpath.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "sample.h"

#define DOCUMENT_MAX (8 * 1024 * 1024)

static void
stay_silent(void *data, xmlError *error)
{
    (void)data;
    (void)error;
}

/* A document type declaration is how entity bombs and external files come in. */
static int
is_plain(xmlDoc *doc)
{
    return doc && !doc->intSubset && !doc->extSubset && xmlDocGetRootElement(doc);
}

xmlDoc *
document_parse(const char *xml, const char *root, struct vm_error *err)
{
    size_t length = strlen(xml);
    xmlDoc *doc = NULL;

    xmlSetStructuredErrorFunc(NULL, (xmlStructuredErrorFunc)stay_silent);
    if (length < DOCUMENT_MAX)
        doc = xmlReadMemory(xml, (int)length, NULL, NULL,
                            XML_PARSE_NONET | XML_PARSE_NOERROR | XML_PARSE_NOWARNING);
    if (!is_plain(doc)) {
        refuse(err, ERR_XML_DETAIL, "the document is not well-formed XML");
        xmlFreeDoc(doc);
        return NULL;
    }
    if (strcmp((const char *)xmlDocGetRootElement(doc)->name, root) != 0) {
        refuse(err, ERR_XML_ERROR, "expected <%s>, found <%s>", root,
               (const char *)xmlDocGetRootElement(doc)->name);
        xmlFreeDoc(doc);
        return NULL;
    }
    return doc;
}

static xmlXPathObject *
evaluate(xmlDoc *doc, const char *xpath)
{
    xmlXPathContext *context = xmlXPathNewContext(doc);
    xmlXPathObject *object = xmlXPathEval((const xmlChar *)xpath, context);

    xmlXPathFreeContext(context);
    return object;
}

char *
document_text(xmlDoc *doc, const char *xpath)
{
    xmlXPathObject *object = evaluate(doc, xpath);
    char *text = NULL;

    if (object && object->nodesetval && object->nodesetval->nodeNr > 0)
        text = (char *)xmlNodeGetContent(object->nodesetval->nodeTab[0]);
    xmlXPathFreeObject(object);
    return text;
}

int
document_count(xmlDoc *doc, const char *xpath)
{
    xmlXPathObject *object = evaluate(doc, xpath);
    int count = object && object->nodesetval ? object->nodesetval->nodeNr : 0;

    xmlXPathFreeObject(object);
    return count;
}

int
document_equal(xmlDoc *a, xmlDoc *b, const char *xpath)
{
    int count = document_count(a, xpath);
    int equal = document_count(b, xpath) == count;

    for (int i = 1; equal && i <= count; i++) {
        char indexed[128], *left, *right;

        snprintf(indexed, sizeof(indexed), "(%s)[%d]", xpath, i);
        left = document_text(a, indexed);
        right = document_text(b, indexed);
        equal = strcmp(left, right) == 0;
        free(left);
        free(right);
    }
    return equal;
}

char *
document_format(xmlDoc *doc)
{
    xmlBuffer *buffer = xmlBufferCreate();
    xmlSaveCtxt *save = xmlSaveToBuffer(buffer, "UTF-8", XML_SAVE_NO_DECL);
    char *text;

    xmlSaveDoc(save, doc);
    xmlSaveClose(save);
    text = strdup((const char *)xmlBufferContent(buffer));
    xmlBufferFree(buffer);
    return text;
}

char *
document_without_secrets(const char *xml)
{
    struct vm_error ignored;
    xmlDoc *doc = document_parse(xml, "domain", &ignored);
    xmlXPathObject *object = evaluate(doc, "//graphics/@passwd");
    char *text;

    for (int i = 0; object->nodesetval && i < object->nodesetval->nodeNr; i++) {
        xmlRemoveProp((xmlAttr *)object->nodesetval->nodeTab[i]);
        object->nodesetval->nodeTab[i] = NULL;
    }
    xmlXPathFreeObject(object);
    text = document_format(doc);
    xmlFreeDoc(doc);
    return text;
}

char *
document_escape(const char *text)
{
    return (char *)xmlEncodeSpecialChars(NULL, (const xmlChar *)text);
}
