/* SPDX-License-Identifier: LGPL-2.1-or-later
 *
 * Names and texts of the tree are those of a copy of the document, where a NUL
 * takes the place of what ends each.
 */
#include "spec/model/xml_plain.h"

#include <libxml/parserInternals.h>
#include <string.h>

/** Longer documents are not worth a block that has room for all that they may hold. */
#define LENGTH_MAX 49152
/** Deeper ones are left to libxml2, which draws the line. */
#define DEPTH_MAX 200
#define ATTRIBUTES_MAX 100

/** What a byte may be part of. */
enum {
    NAME_START = 1 << 0,
    NAME = 1 << 1,
    TEXT = 1 << 2,
    IN_SINGLE = 1 << 3, /* a value in single quotes */
    IN_DOUBLE = 1 << 4,
    BLANK = 1 << 5,
};

#define ANY (TEXT | IN_SINGLE | IN_DOUBLE)
#define LETTER (NAME_START | NAME | ANY)

/* A bracket may be the begin of what no text may hold; a blank in a value may stand for another. */
static const guint8 classes[256] = {
    ['\t'] = BLANK | TEXT,
    [' '] = BLANK | ANY,
    ['\n'] = BLANK | TEXT,
    ['!'] = ANY,
    ['"'] = TEXT | IN_SINGLE,
    ['#' ... '%'] = ANY,
    ['\''] = TEXT | IN_DOUBLE,
    ['(' ... ','] = ANY,
    ['-' ... '.'] = NAME | ANY,
    ['/'] = ANY,
    ['0' ... '9'] = NAME | ANY,
    [':' ... ';'] = ANY,
    ['='] = ANY,
    ['>'] = ANY,
    ['?' ... '@'] = ANY,
    ['A' ... 'Z'] = LETTER,
    ['['] = ANY,
    ['\\'] = ANY,
    ['^'] = ANY,
    ['_'] = LETTER,
    ['`'] = ANY,
    ['a' ... 'z'] = LETTER,
    ['{' ... '~'] = ANY,
};

/** The block of a document. */
typedef struct {
    xmlDoc doc; /* first */
    char *text;
} Plain;

/** How far it has been read. */
typedef struct {
    xmlDoc *doc;
    char *at;
    xmlNode *next_node;
    xmlAttr *next_attr;
    xmlNode *open; /* the element that we are in, or NULL */
    guint depth;
    unsigned short line;
} Reader;

static gboolean
is(const Reader *reader, guint8 class)
{
    return (classes[(guchar)*reader->at] & class) != 0;
}

/* ---- the tree ---- */

static xmlNode *
node_new(Reader *reader, xmlElementType type, const xmlChar *name)
{
    xmlNode *node = reader->next_node++;

    *node = (xmlNode){.type = type, .name = name, .doc = reader->doc, .line = reader->line};
    return node;
}

static xmlNode *
text_new(Reader *reader, const char *text)
{
    xmlNode *node = node_new(reader, XML_TEXT_NODE, xmlStringText);

    node->content = (xmlChar *)text;
    return node;
}

/** To the end of what the element holds that we are in, or as the root. */
static void
append(Reader *reader, xmlNode *node)
{
    xmlNode *parent = reader->open != NULL ? reader->open : (xmlNode *)reader->doc;

    node->parent = parent;
    node->prev = parent->last;
    if (parent->last != NULL)
        parent->last->next = node;
    else
        parent->children = node;
    parent->last = node;
}

/** FALSE where the element has it already. */
static gboolean
add_attribute(Reader *reader, xmlNode *node, const char *name, const char *value)
{
    xmlAttr *attr = reader->next_attr++, *last = NULL;
    guint count = 0;

    for (xmlAttr *at = node->properties; at != NULL; at = at->next) {
        if (strcmp((const char *)at->name, name) == 0 || ++count > ATTRIBUTES_MAX)
            return FALSE;
        last = at;
    }
    *attr = (xmlAttr){.type = XML_ATTRIBUTE_NODE,
                      .name = (const xmlChar *)name,
                      .parent = node,
                      .prev = last,
                      .doc = reader->doc};
    attr->children = attr->last = text_new(reader, value);
    attr->children->parent = (xmlNode *)attr;
    if (last != NULL)
        last->next = attr;
    else
        node->properties = attr;
    return TRUE;
}

/* ---- what the document says ---- */

/** A name; what it ends with is looked at before a NUL takes its place.  NULL where there is none,
 *  or one that means something to XML. */
static char *
read_name(Reader *reader)
{
    char *name = reader->at;

    if (!is(reader, NAME_START) || g_ascii_strncasecmp(name, "xml", 3) == 0)
        return NULL;
    while (is(reader, NAME))
        reader->at++;
    return name;
}

/** The character that a reference stands for, and the length of that; 0 where it is none that
 *  everybody knows. */
static gsize
read_reference(const char *at, char *character)
{
    static const char *const names[] = {"&lt;", "&gt;", "&amp;", "&quot;", "&apos;"};

    for (guint i = 0; i < G_N_ELEMENTS(names); i++) {
        if (!g_str_has_prefix(at, names[i]))
            continue;
        *character = "<>&\"'"[i];
        return strlen(names[i]);
    }
    return 0;
}

/** To the end of bytes of a class. */
static char *
pass_run(Reader *reader, guint8 class)
{
    const char *begin = reader->at;
    char *at = reader->at;

    while ((classes[(guchar)*at] & class) != 0)
        at++;
    if (*begin == '\n' || memchr(begin, '\n', (gsize)(at - begin)) != NULL) {
        for (; begin < at; begin++)
            reader->line += *begin == '\n';
    }
    reader->at = at;
    return at;
}

/** Bytes of a class, and references; the end of what they say, or NULL. */
static char *
read_run(Reader *reader, guint8 class)
{
    char *to = pass_run(reader, class);

    while (*reader->at == '&') {
        gsize length = read_reference(reader->at, to);
        if (length == 0)
            return NULL;
        char *from = reader->at += length;
        char *end = pass_run(reader, class);
        memmove(++to, from, (gsize)(end - from));
        to += end - from;
    }
    return to;
}

static gboolean
read_attribute(Reader *reader, xmlNode *node)
{
    char *name = read_name(reader);
    char quote;

    if (name == NULL || *reader->at != '=')
        return FALSE;
    *reader->at++ = '\0';
    quote = *reader->at;
    if (quote != '\'' && quote != '"')
        return FALSE;
    const char *value = ++reader->at;
    char *end = read_run(reader, quote == '"' ? IN_DOUBLE : IN_SINGLE);
    if (end == NULL || *reader->at != quote)
        return FALSE;
    reader->at++;
    *end = '\0';
    return add_attribute(reader, node, name, value);
}

static gboolean
read_start(Reader *reader)
{
    char *name = read_name(reader), *end = reader->at;

    if (name == NULL)
        return FALSE;
    xmlNode *node = node_new(reader, XML_ELEMENT_NODE, (const xmlChar *)name);
    while (is(reader, BLANK)) {
        for (; is(reader, BLANK); reader->at++)
            reader->line += *reader->at == '\n';
        if (is(reader, NAME_START) && !read_attribute(reader, node))
            return FALSE;
    }
    gboolean holds_nothing = *reader->at == '/';
    reader->at += holds_nothing;
    if (*reader->at++ != '>')
        return FALSE;
    *end = '\0';
    node->line = reader->line;
    append(reader, node);
    if (holds_nothing)
        return TRUE;
    reader->open = node;
    return ++reader->depth <= DEPTH_MAX;
}

static gboolean
read_end(Reader *reader)
{
    const char *name = (const char *)reader->open->name;
    gsize length = strlen(name);

    if (strncmp(reader->at, name, length) != 0 || reader->at[length] != '>')
        return FALSE;
    reader->at += length + 1;
    reader->open = --reader->depth > 0 ? reader->open->parent : NULL;
    return TRUE;
}

/** What stands before the next tag. */
static gboolean
read_text(Reader *reader)
{
    const char *text = reader->at;
    char *end = read_run(reader, TEXT);

    if (end == NULL || *reader->at != '<')
        return FALSE;
    reader->at++;
    if (end == text)
        return TRUE;
    *end = '\0';
    append(reader, text_new(reader, text));
    return TRUE;
}

/** All of it, from behind the first bracket. */
static gboolean
read_document(Reader *reader)
{
    if (!read_start(reader))
        return FALSE;
    while (reader->open != NULL) {
        if (!read_text(reader))
            return FALSE;
        gboolean ends = *reader->at == '/';
        reader->at += ends;
        if (!(ends ? read_end(reader) : read_start(reader)))
            return FALSE;
    }
    while (is(reader, BLANK))
        reader->at++;
    return *reader->at == '\0';
}

static gsize
count(const char *xml, gsize length, char byte)
{
    const char *end = xml + length;
    gsize found = 0;

    for (const char *at = xml; (at = memchr(at, byte, (gsize)(end - at))) != NULL; at++)
        found++;
    return found;
}

/** The block, with room for as many nodes as tags and equals signs can make. */
static Plain *
plain_new(const char *xml, gsize length, Reader *reader)
{
    gsize tags = count(xml, length, '<'), values = count(xml, length, '=');
    gsize nodes = (2 * tags + values) * sizeof(xmlNode), attrs = values * sizeof(xmlAttr);
    Plain *plain = g_malloc(sizeof(Plain) + nodes + attrs + length + 1);
    char *room = (char *)(plain + 1);
    *plain = (Plain){.doc = {.type = XML_DOCUMENT_NODE, .doc = &plain->doc, ._private = plain},
                     .text = room + nodes + attrs};
    memcpy(plain->text, xml, length + 1);
    *reader = (Reader){.doc = &plain->doc,
                       .at = plain->text + 1,
                       .next_node = (xmlNode *)room,
                       .next_attr = (xmlAttr *)(room + nodes),
                       .line = 1};
    return plain;
}

xmlDoc *
vm_xml_plain_parse(const char *xml)
{
    gsize length = strnlen(xml, LENGTH_MAX + 1);
    Reader reader;

    if (length > LENGTH_MAX || *xml != '<')
        return NULL;
    Plain *plain = plain_new(xml, length, &reader);
    if (read_document(&reader))
        return &plain->doc;
    g_free(plain);
    return NULL;
}

gboolean
vm_xml_is_plain(const xmlDoc *doc)
{
    return doc->_private == doc;
}

void
vm_xml_plain_free(xmlDoc *doc)
{
    g_assert(vm_xml_is_plain(doc));
    g_free(doc->_private);
}
