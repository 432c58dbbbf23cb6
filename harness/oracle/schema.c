/* SPDX-License-Identifier: LGPL-2.1-or-later
 *
 * The schemas, put together as text and compiled once each.
 */
#include "harness/oracle/schema.h"

#include <libxml/relaxng.h>
#include <string.h>
#include "spec/model/xml_schema.h"

#define INCLUDE "<include href=\"domain.rng\"/>"

static const char *
schema_text(const char *name)
{
    for (guint i = 0; vm_schema_texts[i].name; i++) {
        if (strcmp(vm_schema_texts[i].name, name) == 0)
            return vm_schema_texts[i].text;
    }
    g_error("there is no schema '%s'", name);
}

/* The definitions of a schema without its <grammar> and <start>. */
static char *
definitions(const char *text)
{
    const char *end_of_start = strstr(text, "</start>");
    const char *end = g_strrstr(text, "</grammar>");

    g_assert(end_of_start && end > end_of_start);
    end_of_start += strlen("</start>");
    return g_strndup(end_of_start, (gsize)(end - end_of_start));
}

static xmlRelaxNG *
compile(const char *name)
{
    g_autoptr(GString) text = g_string_new(schema_text(name));
    g_autofree char *included = definitions(schema_text("domain"));
    xmlRelaxNGParserCtxt *parser;
    xmlRelaxNG *schema;

    g_string_replace(text, INCLUDE, included, 1);
    parser = xmlRelaxNGNewMemParserCtxt(text->str, (int)text->len);
    schema = xmlRelaxNGParse(parser);
    xmlRelaxNGFreeParserCtxt(parser);
    g_assert(schema);
    return schema;
}

static void
ignore(void *data G_GNUC_UNUSED, xmlError *error G_GNUC_UNUSED)
{
}

static GHashTable *compiled; /* name -> xmlRelaxNG */

static void __attribute__((destructor)) forget_at_exit(void)
{
    g_clear_pointer(&compiled, g_hash_table_unref);
}

static xmlRelaxNG *
schema_of(const char *name)
{
    xmlRelaxNG *schema;

    if (!compiled)
        compiled =
            g_hash_table_new_full(g_str_hash, g_str_equal, g_free, (GDestroyNotify)xmlRelaxNGFree);
    schema = g_hash_table_lookup(compiled, name);
    if (!schema) {
        schema = compile(name);
        g_hash_table_insert(compiled, g_strdup(name), schema);
    }
    return schema;
}

gboolean
schema_fits(const char *schema, const char *text)
{
    xmlDoc *xml = xmlReadMemory(text, (int)strlen(text), NULL, NULL,
                                XML_PARSE_NONET | XML_PARSE_NOERROR | XML_PARSE_NOWARNING);
    xmlRelaxNGValidCtxt *valid;
    int result;

    if (!xml)
        return FALSE;
    valid = xmlRelaxNGNewValidCtxt(schema_of(schema));
    xmlRelaxNGSetValidStructuredErrors(valid, ignore, NULL);
    result = xmlRelaxNGValidateDoc(valid, xml);
    xmlRelaxNGFreeValidCtxt(valid);
    xmlFreeDoc(xml);
    return result == 0;
}
