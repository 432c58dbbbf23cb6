/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "spec/model/xml.h"

#include <libxml/parser.h>
#include <libxml/parserInternals.h>
#include <string.h>

/** One parser serves all documents: making one costs more than a small document.  Its dictionary
 *  grows with the names it meets, so it is replaced after that many. */
#define PARSER_DOCUMENTS 4096

/** What went wrong first. */
typedef struct {
    int line;
    char *cause;
} Fault;

static xmlParserCtxt *parser;
static guint parser_documents;

static void
drop_parser(void)
{
    if (parser != NULL)
        xmlFreeParserCtxt(parser);
    parser = NULL;
    parser_documents = 0;
}

static void __attribute__((destructor)) drop_parser_at_exit(void)
{
    drop_parser();
}

static void
take_fault(Fault *fault, int line, const char *cause)
{
    if (fault->cause != NULL)
        return;
    fault->line = line;
    fault->cause = g_strchomp(g_strdup(cause));
}

static void
on_error(void *data, xmlError *error)
{
    xmlParserCtxt *ctxt = data;

    /* A name space that was never declared is an error to us, though the parser goes on. */
    if (error->level < XML_ERR_ERROR)
        return;
    take_fault(ctxt->_private, error->line, error->message != NULL ? error->message : "malformed");
}

/** A document type is where entity bombs and external entities begin: none is accepted. */
static void
on_doctype(void *data, const xmlChar *name, const xmlChar *public_id, const xmlChar *system_id)
{
    xmlParserCtxt *ctxt = data;

    (void)name;
    (void)public_id;
    (void)system_id;
    take_fault(ctxt->_private, ctxt->input != NULL ? ctxt->input->line : 0,
               "a document type (DOCTYPE) is not accepted");
    xmlStopParser(ctxt);
}

static xmlParserCtxt *
parser_get(void)
{
    if (parser_documents >= PARSER_DOCUMENTS)
        drop_parser();
    parser_documents++;
    if (parser != NULL)
        return parser;
    parser = xmlNewParserCtxt();
    g_assert(parser != NULL);
    parser->sax->serror = on_error;
    parser->sax->internalSubset = on_doctype;
    return parser;
}

void
vm_xml_doc_free(VmXmlDoc *doc)
{
    if (doc != NULL)
        xmlFreeDoc(doc);
}

static gboolean
is_latin1(const char *encoding)
{
    return g_ascii_strcasecmp(encoding, "ISO-8859-1") == 0;
}

/** The encoding that the document declares, or NULL. */
static char *
declared_encoding(const char *xml, gsize length)
{
    if (length < 6 || memcmp(xml, "<?xml", 5) != 0 || !g_ascii_isspace(xml[5]))
        return NULL;
    const char *end = memchr(xml, '>', length);
    if (end == NULL)
        return NULL;
    const char *at = g_strstr_len(xml, end - xml, "encoding");
    if (at == NULL)
        return NULL;
    const char *quote = at + strlen("encoding");
    while (quote < end && *quote != '\'' && *quote != '"')
        quote++;
    const char *close = quote < end ? memchr(quote + 1, *quote, end - quote - 1) : NULL;
    return close != NULL ? g_strndup(quote + 1, close - quote - 1) : NULL;
}

/** Other encodings would need converters, which are files of the system. */
static gboolean
check_encoding(const char *xml, gsize length, const char **override, GError **error)
{
    g_autofree char *encoding = declared_encoding(xml, length);

    *override = "UTF-8";
    if (encoding != NULL && is_latin1(encoding)) {
        *override = "ISO-8859-1";
        return TRUE;
    }
    if (encoding != NULL && g_ascii_strcasecmp(encoding, "UTF-8") != 0 &&
        g_ascii_strcasecmp(encoding, "US-ASCII") != 0) {
        g_autofree char *shown = g_utf8_make_valid(encoding, MIN(strlen(encoding), 40));
        return vm_refuse(error, VIR_ERR_XML_DETAIL,
                         "line 1: encoding '%s' is not accepted; write the document in UTF-8",
                         shown);
    }
    const char *end;
    if (g_utf8_validate(xml, (gssize)length, &end))
        return TRUE;
    guint line = 1;
    for (const char *c = xml; c < end; c++)
        line += *c == '\n';
    return vm_refuse(error, VIR_ERR_XML_DETAIL, "line %u: byte 0x%02x is not UTF-8", line,
                     (guchar)*end);
}

/* More attributes than any document of ours has: the parser compares each with all. */
#define ATTRIBUTES_MAX 1000

/* The end of the start tag that begins at `at`; *count is its equals signs outside quotes. */
static const char *
scan_tag(const char *at, const char *end, guint *count)
{
    char quote = 0;

    for (*count = 0; at < end && (quote != 0 || *at != '>'); at++) {
        if (quote != 0)
            quote = *at == quote ? 0 : quote;
        else if (*at == '"' || *at == '\'')
            quote = *at;
        else
            *count += *at == '=';
    }
    return at;
}

static gboolean
check_attributes(const char *xml, gsize length, GError **error)
{
    const char *end = xml + length;
    guint count = 0;

    if (length <= ATTRIBUTES_MAX)
        return TRUE; /* each has a byte at least */
    for (const char *at = memchr(xml, '<', length); at != NULL && at + 1 < end;
         at = memchr(at, '<', (gsize)(end - at))) {
        const char *tag = ++at;

        if (!g_ascii_isalpha(*tag) && *tag != '_')
            continue;
        at = scan_tag(tag, end, &count);
        if (count > ATTRIBUTES_MAX)
            return vm_refuse(error, VIR_ERR_XML_DETAIL,
                             "an element has more than the %d attributes that are accepted",
                             ATTRIBUTES_MAX);
    }
    return TRUE;
}

static gboolean
check_bytes(const char *xml, gsize length, const char **encoding, GError **error)
{
    if (length > VM_XML_SIZE_MAX)
        return vm_refuse(error, VIR_ERR_XML_DETAIL,
                         "the document has more than the %d bytes that are accepted",
                         VM_XML_SIZE_MAX);
    if (length == 0)
        return vm_refuse(error, VIR_ERR_XML_DETAIL, "line 1: the document is empty");
    if (memchr(xml, '\0', length) != NULL)
        return vm_refuse(error, VIR_ERR_XML_DETAIL, "the document contains a NUL byte");
    return check_attributes(xml, length, error) && check_encoding(xml, length, encoding, error);
}

#define OPTIONS                                                                                    \
    (XML_PARSE_NONET | XML_PARSE_NOENT | XML_PARSE_NOCDATA | XML_PARSE_COMPACT |                   \
     XML_PARSE_NOWARNING)

static xmlDoc *
parse_copied(xmlParserCtxt *ctxt, const char *xml, gsize length, const char *encoding)
{
    return xmlCtxtReadMemory(ctxt, xml, (int)length, NULL, encoding,
                             OPTIONS | (strcmp(encoding, "UTF-8") == 0 ? XML_PARSE_IGNORE_ENC : 0));
}

#if LIBXML_VERSION < 21400
/** Text that ends with a NUL, read where it stands: the library's own reader copies it, and asks
 *  for more of it, in vain and at length, whenever little is left. */
static xmlDoc *
parse_in_place(xmlParserCtxt *ctxt, const char *xml)
{
    xmlCtxtReset(ctxt);
    xmlParserInput *input = xmlNewStringInputStream(ctxt, (const xmlChar *)xml);
    g_assert(input != NULL && inputPush(ctxt, input) >= 0);
    xmlCtxtUseOptions(ctxt, OPTIONS | XML_PARSE_IGNORE_ENC);
    xmlParseDocument(ctxt);
    if (ctxt->wellFormed)
        return ctxt->myDoc;
    xmlFreeDoc(ctxt->myDoc);
    return NULL;
}
#endif

/** The text ends with a NUL. */
static xmlDoc *
parse_bytes(const char *xml, gsize length, const char *encoding, Fault *fault)
{
    xmlParserCtxt *ctxt = parser_get();
    xmlDoc *doc = NULL;

    ctxt->_private = fault;
#if LIBXML_VERSION < 21400
    if (strcmp(encoding, "UTF-8") == 0)
        doc = parse_in_place(ctxt, xml);
    else
#endif
        doc = parse_copied(ctxt, xml, length, encoding);
    if (doc == NULL)
        take_fault(fault, 0, "malformed");
    ctxt->_private = NULL;
    ctxt->myDoc = NULL;
    return doc;
}

VmXmlDoc *
vm_xml_parse(const char *xml, gssize length, const char *root, GError **error)
{
    const char *encoding = NULL;
    Fault fault = {0};
    gsize bytes = length < 0 ? strnlen(xml, VM_XML_SIZE_MAX + 1) : (gsize)length;

    if (!check_bytes(xml, bytes, &encoding, error))
        return NULL;
    g_autofree char *ended = length >= 0 ? g_strndup(xml, bytes) : NULL;
    g_autoptr(VmXmlDoc) doc = parse_bytes(ended != NULL ? ended : xml, bytes, encoding, &fault);
    g_autofree char *cause = fault.cause;
    if (cause != NULL) {
        vm_refuse(error, VIR_ERR_XML_DETAIL, "line %d: %s", MAX(fault.line, 1), cause);
        return NULL;
    }
    const xmlNode *top = xmlDocGetRootElement(doc);
    g_assert(top != NULL);
    if (top->ns != NULL || strcmp((const char *)top->name, root) != 0) {
        vm_refuse(error, VIR_ERR_XML_ERROR, "the root element is <%s>, not <%s> (SNAP-XML-002)",
                  (const char *)top->name, root);
        return NULL;
    }
    return g_steal_pointer(&doc);
}
