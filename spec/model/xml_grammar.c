/* SPDX-License-Identifier: LGPL-2.1-or-later
 *
 * Reading a schema into patterns, and going through a document with them.
 */
#include "spec/model/xml_grammar.h"

#include <string.h>

#include "spec/api/text_hash.h"
#include "spec/model/xml_pattern.h"
#include "spec/model/xml_read.h"

/** Documents that nobody means well may lead to ever more patterns: so many are kept, … */
#define PATTERNS_KEPT 4000
/** … and with so many a document is left to libxml2. */
#define PATTERNS_MAX 10000

struct VmXmlGrammar {
    xmlDoc *schema;
    GHashTable *names;   /* char * → VmXmlName */
    GHashTable *defines; /* char * (the schema's) → xmlNode * */
    GHashTable *parts;   /* xmlNode * → Part * */
    GHashTable *texts;   /* xmlNode * → VmXmlTextClass * */
    VmXmlPatterns *patterns;
    const VmXmlPattern *start;
};

/** An element or attribute of the schema. */
typedef struct {
    VmXmlPart part;
    VmXmlGrammar *grammar;
    xmlNode *content; /* the first node that says what it holds, or NULL */
} Part;

static void
part_free(gpointer data)
{
    Part *part = data;

    g_array_unref(part->part.names.listed);
    g_free(part);
}

static void
text_class_free(gpointer data)
{
    VmXmlTextClass *class = data;

    g_free(class->value);
    g_free(class->known);
    g_clear_pointer(&class->pattern, xmlRegFreeRegexp);
    g_free(class);
}

/* ---- names ---- */

/** Whether that is what an element of the schema is called; its name space is RELAX NG's. */
static gboolean
says(const xmlNode *node, const char *name)
{
    return strcmp((const char *)node->name, name) == 0;
}

static VmXmlName
name_of(const VmXmlGrammar *grammar, const xmlChar *name, const xmlNs *space)
{
    if (space != NULL)
        return 0;
    return GPOINTER_TO_UINT(g_hash_table_lookup(grammar->names, name));
}

static void
add_name(VmXmlGrammar *grammar, const char *name)
{
    guint next = g_hash_table_size(grammar->names) + 1;

    if (name != NULL && !g_hash_table_contains(grammar->names, name))
        g_hash_table_insert(grammar->names, g_strdup(name), GUINT_TO_POINTER(next));
}

/** Every name that the schema says anywhere, and where its definitions are. */
static void
collect(VmXmlGrammar *grammar, xmlNode *node)
{
    if (says(node, "name")) {
        g_autofree char *text = vm_xml_text(node);
        add_name(grammar, text);
    }
    if (says(node, "element") || says(node, "attribute"))
        add_name(grammar, vm_xml_attr(node, "name"));
    if (says(node, "define"))
        g_hash_table_insert(grammar->defines, (char *)vm_xml_attr(node, "name"), node);
    for (xmlNode *child = vm_xml_first(node); child != NULL; child = vm_xml_next(child))
        collect(grammar, child);
}

static void
list_name(const VmXmlGrammar *grammar, VmXmlNameClass *class, const char *name)
{
    VmXmlName number = name_of(grammar, (const xmlChar *)name, NULL);

    g_assert(number != 0);
    g_array_append_val(class->listed, number);
}

/** Reads what an element or attribute is called; where what it holds begins. */
static xmlNode *
read_name_class(const VmXmlGrammar *grammar, xmlNode *node, VmXmlNameClass *class)
{
    const char *name = vm_xml_attr(node, "name");
    xmlNode *first = vm_xml_first(node);

    class->listed = g_array_new(FALSE, FALSE, sizeof(VmXmlName));
    if (name != NULL) {
        list_name(grammar, class, name);
        return first;
    }
    if (first == NULL || !says(first, "anyName"))
        g_error("a schema of ours is wrong: line %ld: no name that we read", xmlGetLineNo(node));
    class->any = TRUE;
    xmlNode *except = vm_xml_first(first);
    for (xmlNode *at = except != NULL ? vm_xml_first(except) : NULL; at != NULL;
         at = vm_xml_next(at)) {
        g_autofree char *text = vm_xml_text(at);
        list_name(grammar, class, text);
    }
    return vm_xml_next(first);
}

/* ---- patterns ---- */

typedef const VmXmlPattern *Combine(VmXmlPatterns *patterns, const VmXmlPattern *a,
                                    const VmXmlPattern *b);

static const VmXmlPattern *read_pattern(VmXmlGrammar *grammar, xmlNode *node);

/** A node and those after it, put together; nothing is the empty pattern. */
static const VmXmlPattern *
read_all(VmXmlGrammar *grammar, xmlNode *node, Combine *combine)
{
    if (node == NULL)
        return vm_xml_pattern_empty(grammar->patterns);
    const VmXmlPattern *first = read_pattern(grammar, node);
    xmlNode *next = vm_xml_next(node);
    if (next == NULL)
        return first;
    return combine(grammar->patterns, first, read_all(grammar, next, combine));
}

static const VmXmlPattern *
read_part(VmXmlGrammar *grammar, xmlNode *node)
{
    Part *part = g_hash_table_lookup(grammar->parts, node);

    if (part == NULL) {
        part = g_new0(Part, 1);
        part->part.attribute = says(node, "attribute");
        part->grammar = grammar;
        part->content = read_name_class(grammar, node, &part->part.names);
        g_hash_table_insert(grammar->parts, node, part);
    }
    return vm_xml_pattern_part(grammar->patterns, &part->part);
}

/** Elements hold one another: what one holds is read when it is met first. */
static void
read_content(VmXmlPatterns *patterns, VmXmlPart *part)
{
    Part *of = (Part *)part;

    part->content = part->attribute && of->content == NULL
                        ? vm_xml_pattern_text(patterns)
                        : read_all(of->grammar, of->content, vm_xml_pattern_group);
}

static void
read_parameter(VmXmlTextClass *class, const xmlNode *node)
{
    const char *name = vm_xml_attr(node, "name");
    g_autofree char *text = vm_xml_text(node);

    if (strcmp(name, "pattern") == 0)
        class->pattern = xmlRegexpCompile((const xmlChar *)text);
    else if (strcmp(name, "minLength") == 0 && strcmp(text, "1") == 0)
        class->filled = TRUE;
    if (class->pattern == NULL && !class->filled)
        g_error("a schema of ours is wrong: line %ld: no parameter that we read",
                xmlGetLineNo(node));
}

static VmXmlTextClass *
text_class_new(const xmlNode *node)
{
    VmXmlTextClass *class = g_new0(VmXmlTextClass, 1);
    const char *type = vm_xml_attr(node, "type");

    if (says(node, "value")) {
        class->value = vm_xml_text(node);
        return class;
    }
    class->positive = strcmp(type, "positiveInteger") == 0;
    class->number = class->positive || strcmp(type, "unsignedLong") == 0;
    if (!class->number && strcmp(type, "string") != 0 && strcmp(type, "token") != 0)
        g_error("a schema of ours is wrong: line %ld: no type that we read", xmlGetLineNo(node));
    for (xmlNode *param = vm_xml_first(node); param != NULL; param = vm_xml_next(param))
        read_parameter(class, param);
    return class;
}

static const VmXmlPattern *
read_text_class(VmXmlGrammar *grammar, xmlNode *node)
{
    VmXmlTextClass *class = g_hash_table_lookup(grammar->texts, node);

    if (class == NULL) {
        class = text_class_new(node);
        g_hash_table_insert(grammar->texts, node, class);
    }
    return vm_xml_pattern_data(grammar->patterns, class);
}

static const VmXmlPattern *
read_reference(VmXmlGrammar *grammar, xmlNode *node)
{
    const xmlNode *define = g_hash_table_lookup(grammar->defines, vm_xml_attr(node, "name"));

    g_assert(define != NULL);
    return read_all(grammar, vm_xml_first(define), vm_xml_pattern_group);
}

/** How a node of the schema is read. */
static const struct {
    const char *name;
    const VmXmlPattern *(*alone)(VmXmlGrammar *grammar, xmlNode *node); /* by itself, or … */
    Combine *combine;       /* … from what it holds, put together so, … */
    gboolean many;          /* … more than once, … */
    gboolean may_be_absent; /* … or not at all, … */
    gboolean with_text;     /* … or with text between */
} readers[] = {
    {"element", read_part, NULL, FALSE, FALSE, FALSE},
    {"attribute", read_part, NULL, FALSE, FALSE, FALSE},
    {"ref", read_reference, NULL, FALSE, FALSE, FALSE},
    {"value", read_text_class, NULL, FALSE, FALSE, FALSE},
    {"data", read_text_class, NULL, FALSE, FALSE, FALSE},
    {"empty", NULL, vm_xml_pattern_group, FALSE, FALSE, FALSE},
    {"text", NULL, vm_xml_pattern_group, FALSE, FALSE, TRUE},
    {"group", NULL, vm_xml_pattern_group, FALSE, FALSE, FALSE},
    {"interleave", NULL, vm_xml_pattern_interleave, FALSE, FALSE, FALSE},
    {"choice", NULL, vm_xml_pattern_choice, FALSE, FALSE, FALSE},
    {"optional", NULL, vm_xml_pattern_group, FALSE, TRUE, FALSE},
    {"oneOrMore", NULL, vm_xml_pattern_group, TRUE, FALSE, FALSE},
    {"zeroOrMore", NULL, vm_xml_pattern_group, TRUE, TRUE, FALSE},
    {"mixed", NULL, vm_xml_pattern_group, FALSE, FALSE, TRUE},
};

static const VmXmlPattern *
read_pattern(VmXmlGrammar *grammar, xmlNode *node)
{
    VmXmlPatterns *patterns = grammar->patterns;
    gsize i = 0;

    while (i < G_N_ELEMENTS(readers) && !says(node, readers[i].name))
        i++;
    if (i == G_N_ELEMENTS(readers))
        g_error("a schema of ours is wrong: line %ld: '%s' is not read", xmlGetLineNo(node),
                (const char *)node->name);
    if (readers[i].alone != NULL)
        return readers[i].alone(grammar, node);
    const VmXmlPattern *pattern = read_all(grammar, vm_xml_first(node), readers[i].combine);
    if (readers[i].many)
        pattern = vm_xml_pattern_many(patterns, pattern);
    if (readers[i].may_be_absent)
        pattern = vm_xml_pattern_choice(patterns, pattern, vm_xml_pattern_empty(patterns));
    if (readers[i].with_text)
        pattern = vm_xml_pattern_interleave(patterns, vm_xml_pattern_text(patterns), pattern);
    return pattern;
}

/* ---- a grammar ---- */

static void
begin_grammar(VmXmlGrammar *grammar)
{
    xmlNode *node = vm_xml_first(xmlDocGetRootElement(grammar->schema));

    while (!says(node, "start"))
        node = vm_xml_next(node);
    grammar->parts = g_hash_table_new_full(NULL, NULL, NULL, part_free);
    grammar->texts = g_hash_table_new_full(NULL, NULL, NULL, text_class_free);
    grammar->patterns = vm_xml_patterns_new(g_hash_table_size(grammar->names), read_content);
    grammar->start = read_all(grammar, vm_xml_first(node), vm_xml_pattern_group);
}

static void
end_grammar(VmXmlGrammar *grammar)
{
    g_clear_pointer(&grammar->patterns, vm_xml_patterns_free);
    g_clear_pointer(&grammar->parts, g_hash_table_unref);
    g_clear_pointer(&grammar->texts, g_hash_table_unref);
}

VmXmlGrammar *
vm_xml_grammar_new(xmlDoc *schema)
{
    VmXmlGrammar *grammar = g_new0(VmXmlGrammar, 1);

    grammar->schema = schema;
    grammar->names = g_hash_table_new_full(vm_text_hash, g_str_equal, g_free, NULL);
    grammar->defines = g_hash_table_new(g_str_hash, g_str_equal);
    collect(grammar, xmlDocGetRootElement(schema));
    begin_grammar(grammar);
    return grammar;
}

void
vm_xml_grammar_free(VmXmlGrammar *grammar)
{
    if (grammar == NULL)
        return;
    end_grammar(grammar);
    g_hash_table_unref(grammar->names);
    g_hash_table_unref(grammar->defines);
    xmlFreeDoc(grammar->schema);
    g_free(grammar);
}

/* ---- a document ---- */

/** The only text among nodes ("" for none), or NULL where there is anything else. */
static const char *
only_text(const xmlNode *node)
{
    if (node == NULL)
        return "";
    if (node->type != XML_TEXT_NODE || node->next != NULL)
        return NULL;
    return (const char *)node->content;
}

static const VmXmlPattern *
take_attribute(VmXmlGrammar *grammar, const VmXmlPattern *pattern, const xmlAttr *attr)
{
    VmXmlPatterns *patterns = grammar->patterns;
    const char *value = only_text(attr->children);

    if (value == NULL)
        return NULL;
    pattern = vm_xml_pattern_begin(patterns, pattern, TRUE, name_of(grammar, attr->name, attr->ns));
    return vm_xml_pattern_end(patterns, vm_xml_pattern_read(patterns, pattern, value, TRUE));
}

static const VmXmlPattern *take_element(VmXmlGrammar *grammar, const VmXmlPattern *pattern,
                                        const xmlNode *node);

static const VmXmlPattern *
take_child(VmXmlGrammar *grammar, const VmXmlPattern *pattern, const xmlNode *node)
{
    const char *text = (const char *)node->content;

    if (node->type == XML_ELEMENT_NODE)
        return take_element(grammar, pattern, node);
    if (node->type == XML_COMMENT_NODE)
        return pattern;
    if (node->type != XML_TEXT_NODE)
        return NULL;
    if (text[strspn(text, " \t\r\n")] == '\0')
        return pattern; /* between elements it is nothing */
    return vm_xml_pattern_read(grammar->patterns, pattern, text, FALSE);
}

/** What is left after what an element holds; NULL where we do not care. */
static const VmXmlPattern *
take_content(VmXmlGrammar *grammar, const VmXmlPattern *pattern, const xmlNode *node)
{
    const char *text = only_text(node->children);

    if (text == NULL && vm_xml_first(node) == NULL)
        return NULL; /* a text in pieces */
    for (const xmlAttr *attr = node->properties; attr != NULL && pattern != NULL; attr = attr->next)
        pattern = take_attribute(grammar, pattern, attr);
    if (pattern == NULL)
        return NULL;
    pattern = vm_xml_pattern_close_tag(grammar->patterns, pattern);
    if (text != NULL)
        return vm_xml_pattern_read(grammar->patterns, pattern, text, TRUE);
    for (const xmlNode *child = node->children; child != NULL && pattern != NULL;
         child = child->next)
        pattern = take_child(grammar, pattern, child);
    return pattern;
}

/** What is left after an element.  Where there is but one way to go on, what follows need not be
 *  carried through what it holds. */
static const VmXmlPattern *
take_element(VmXmlGrammar *grammar, const VmXmlPattern *pattern, const xmlNode *node)
{
    VmXmlPatterns *patterns = grammar->patterns;
    const VmXmlPattern *rest = NULL;

    pattern =
        vm_xml_pattern_begin(patterns, pattern, FALSE, name_of(grammar, node->name, node->ns));
    if (vm_xml_pattern_fails(pattern) || vm_xml_patterns_count(patterns) > PATTERNS_MAX)
        return NULL;
    const VmXmlPattern *content = vm_xml_pattern_content(pattern, &rest);
    content = take_content(grammar, content != NULL ? content : pattern, node);
    if (content == NULL)
        return NULL;
    if (rest == NULL)
        return vm_xml_pattern_end(patterns, content);
    return vm_xml_pattern_is_done(content) ? rest : NULL;
}

gboolean
vm_xml_grammar_accepts(VmXmlGrammar *grammar, const xmlDoc *doc)
{
    const VmXmlPattern *left =
        take_element(grammar, grammar->start, xmlDocGetRootElement((xmlDoc *)doc));
    gboolean accepts = left != NULL && vm_xml_pattern_is_done(left);

    if (vm_xml_patterns_count(grammar->patterns) > PATTERNS_KEPT) {
        end_grammar(grammar);
        begin_grammar(grammar);
    }
    return accepts;
}
