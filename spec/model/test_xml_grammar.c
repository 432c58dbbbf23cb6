/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include <string.h>

#include "spec/model/test_documents.h"
#include "spec/model/xml.h"
#include "spec/model/xml_grammar.h"
#include <libxml/parser.h>

#define BEGIN "<grammar xmlns='http://relaxng.org/ns/structure/1.0'><start><element name='r'>"
#define END "</element></start>"
#define WORD(word) "<value>" word "</value>"
#define ANY_OTHER(name)                                                                            \
    "<zeroOrMore><attribute><anyName><except><name>" name                                          \
    "</name></except></anyName></attribute></zeroOrMore>"

/** A schema, what it says yes to and what it says no to. */
typedef struct {
    const char *schema;
    const char *yes[6];
    const char *no[6];
} Row;

static const Row rows[] = {
    {BEGIN "<text/>" END "</grammar>",
     {"<r/>", "<r>x</r>", NULL},
     {"<r a='1'/>", "<r><a/></r>", "<s/>", "<r xmlns='urn:r'/>", NULL}},
    {BEGIN "<attribute name='a'><choice>" WORD("x") WORD("y") "</choice></attribute>" ANY_OTHER("a")
         END "</grammar>",
     {"<r a='x'/>", "<r b='1' a='y' c='2'/>", "<r a='y'> </r>", NULL},
     {"<r/>", "<r a='z'/>", "<r a='x'>t</r>", "<r b='x'/>", NULL}},
    {BEGIN "<interleave><element name='a'><empty/></element><optional><element name='b'>"
           "<data type='unsignedLong'/></element></optional><zeroOrMore><element name='c'>"
           "<mixed><zeroOrMore><ref name='a'/></zeroOrMore></mixed></element></zeroOrMore>"
           "</interleave>" END "<define name='a'><element name='a'><text/></element></define>"
           "</grammar>",
     {"<r><a/></r>", "<r>\n<c/> <b>12</b><c>x<a>y</a>z</c><a/></r>", "<r><a/><c/><c><a/></c></r>",
      NULL},
     {"<r/>", "<r><a/><a/></r>", "<r><a/><b>x</b></r>", "<r><b/><a/></r>", "<r><a/>x</r>", NULL}},
    {BEGIN "<group><element name='a'><data type='string'><param name='pattern'>[0-9]+</param>"
           "</data></element><oneOrMore><element name='b'><data type='token'>"
           "<param name='minLength'>1</param></data></element></oneOrMore></group>" END
           "</grammar>",
     {"<r><a>1</a><b>x</b></r>", "<r><a>12</a><b>x</b><b>y</b></r>", NULL},
     {"<r><a>1</a></r>", "<r><a>x</a><b>x</b></r>", "<r><b>x</b><a>1</a></r>",
      "<r><a>1</a><b> </b></r>", "<r><a>1<!-- c --> </a><b>x</b></r>", NULL}},
    {BEGIN "<choice><element name='a'><attribute name='x'/></element><element name='a'>"
           "<element name='b'><choice><empty/>" WORD(
               "1") "</choice></element></element></choice>" END "</grammar>",
     {"<r><a x='1'/></r>", "<r><a><b/></a></r>", "<r><a><b>1</b></a></r>", NULL},
     {"<r/>", "<r><a/></r>", "<r><a x='1'><b/></a></r>", "<r><a><b>2</b></a></r>",
      "<r><a x='1'/><a x='1'/></r>", NULL}},
};

static gboolean
accepts(VmXmlGrammar *grammar, const char *xml)
{
    xmlDoc *doc = xmlReadMemory(xml, (int)strlen(xml), NULL, NULL, 0);
    gboolean yes = vm_xml_grammar_accepts(grammar, doc);

    xmlFreeDoc(doc);
    return yes;
}

static void
it_says_yes_to_what_a_schema_describes_and_to_nothing_else(void **state)
{
    (void)state;
    for (guint i = 0; i < G_N_ELEMENTS(rows); i++) {
        const char *text = rows[i].schema;
        g_autoptr(VmXmlGrammar) grammar =
            vm_xml_grammar_new(xmlReadMemory(text, (int)strlen(text), NULL, NULL, 0));
        for (guint again = 0; again < 2; again++) {
            for (const char *const *xml = rows[i].yes; *xml != NULL; xml++)
                if (!accepts(grammar, *xml))
                    fail_msg("schema %u says no to %s", i, *xml);
            for (const char *const *xml = rows[i].no; *xml != NULL; xml++)
                if (accepts(grammar, *xml))
                    fail_msg("schema %u says yes to %s", i, *xml);
        }
    }
}

/* Ever new names, in ever new orders, must not make it grow without end, or wrong. */
static void
it_is_good_for_any_number_of_documents(void **state)
{
    g_autoptr(GString) schema = g_string_new(BEGIN "<interleave>");
    GRand *rand = g_rand_new_with_seed(1);

    (void)state;
    for (int i = 0; i < 14; i++)
        g_string_append_printf(schema, "<optional><element name='a%d'><text/></element></optional>",
                               i);
    g_string_append(schema, "</interleave>" END "</grammar>");
    g_autoptr(VmXmlGrammar) grammar =
        vm_xml_grammar_new(xmlReadMemory(schema->str, (int)schema->len, NULL, NULL, 0));
    for (int n = 0; n < 3000; n++) {
        g_autoptr(GString) xml = g_string_new("<r>");
        guint seen = 0;
        gboolean twice = FALSE;
        for (int j = g_rand_int_range(rand, 0, 9); j > 0; j--) {
            int name = g_rand_int_range(rand, 0, 14);
            twice = twice || (seen & 1U << name) != 0;
            seen |= 1U << name;
            g_string_append_printf(xml, "<a%d/>", name);
        }
        g_string_append(xml, "</r>");
        assert_int_equal(accepts(grammar, xml->str), !twice);
    }
    g_rand_free(rand);
}

int
main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(it_says_yes_to_what_a_schema_describes_and_to_nothing_else),
        cmocka_unit_test(it_is_good_for_any_number_of_documents),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
