/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include <string.h>

#include "spec/model/test_documents.h"
#include "spec/model/xml_plain.h"
#include <libxml/parser.h>

#define OPTIONS                                                                                    \
    (XML_PARSE_NONET | XML_PARSE_NOENT | XML_PARSE_NOCDATA | XML_PARSE_NOERROR |                   \
     XML_PARSE_NOWARNING)

static const char document[] =
    "<domain type='kvm' id=\"4\">\n  <name>a&amp;b</name>\n  <e/><e a='' b='\"&apos;'\n "
    "c=\"'&lt;\"/>"
    "\n  <t>x &lt; y\n > \t'\"</t><u> </u><v>&quot;</v>\n  <w><w><w>1</w>2</w>3</w>\n</domain>\n";

static void
same_text(const void *one, const void *other)
{
    assert_int_equal(one == NULL, other == NULL);
    if (one != NULL)
        assert_string_equal(one, other);
}

/** Both trees say the same, all links included. */
static void
same_nodes(const xmlNode *one, const xmlNode *other)
{
    const xmlNode *parent = one != NULL ? one->parent : NULL, *last = NULL;

    for (; one != NULL && other != NULL; one = one->next, other = other->next) {
        const xmlAttr *theirs = other->properties;
        assert_int_equal(one->type, other->type);
        assert_ptr_equal(one->prev, last);
        assert_ptr_equal(one->parent, parent);
        same_text(one->name, other->name);
        last = one;
        if (one->type == XML_TEXT_NODE) {
            same_text(one->content, other->content);
            continue;
        }
        assert_int_equal(one->line, other->line);
        for (const xmlAttr *attr = one->properties; attr != NULL; attr = attr->next) {
            assert_non_null(theirs);
            same_text(attr->name, theirs->name);
            same_text(attr->children->content,
                      theirs->children != NULL ? (const char *)theirs->children->content : "");
            assert_ptr_equal(attr->children->parent, attr);
            assert_ptr_equal(attr->parent, one);
            theirs = theirs->next;
        }
        assert_null(theirs);
        assert_null(other->nsDef);
        same_nodes(one->children, other->children);
    }
    assert_null(one);
    assert_null(other);
    if (parent != NULL)
        assert_ptr_equal(parent->last, last);
}

/** Whether a text is plain; then it is what libxml2 makes of it. */
static gboolean
plain(const char *xml)
{
    xmlDoc *doc = vm_xml_plain_parse(xml);

    if (doc == NULL)
        return FALSE;
    assert_true(vm_xml_is_plain(doc));
    xmlDoc *theirs = xmlReadMemory(xml, (int)strlen(xml), NULL, "UTF-8", OPTIONS);
    if (theirs == NULL)
        print_error("libxml2 refuses this: %s\n", xml);
    assert_non_null(theirs);
    same_nodes(doc->children, theirs->children);
    vm_xml_plain_free(doc);
    xmlFreeDoc(theirs);
    return TRUE;
}

static void
a_plain_document_is_what_libxml_makes_of_it(void **state)
{
    (void)state;
    assert_true(plain(document));
    assert_true(plain("<a/>"));
    assert_true(plain("<a></a>"));
    assert_true(plain("<a b='1' c='2' />\n \n"));
    assert_true(plain("<a\nb='1'\nc='2'\n>\n<b/></a>"));
}

static void
what_is_more_than_plain_is_left_to_libxml(void **state)
{
    static const char *const odd[] = {
        "",
        " <a/>",
        "<a/><b/>",
        "<a/>x",
        "<a",
        "<a>",
        "<a></b>",
        "<a></ab>",
        "</a>",
        "<a b='1' b='2'/>",
        "<a b='1'c='2'/>",
        "<a b/>",
        "<a b=1/>",
        "<a b='<'/>",
        "<a b='1\n2'/>",
        "<a b='1\t2'/>",
        "<a>&#65;</a>",
        "<a>&e;</a>",
        "<a>]]></a>",
        "<a>\r\n</a>",
        "<a>\x01</a>",
        "<a>\xc3\xa9</a>",
        "<a><!-- c --></a>",
        "<a><![CDATA[x]]></a>",
        "<a><?p?></a>",
        "<?xml version='1.0'?><a/>",
        "<!DOCTYPE a><a/>",
        "<q:a/>",
        "<a q:b='1'/>",
        "<a xmlns='urn:a'/>",
        "<xMl/>",
    };

    (void)state;
    for (gsize i = 0; i < G_N_ELEMENTS(odd); i++) {
        if (vm_xml_plain_parse(odd[i]) != NULL)
            fail_msg("taken as plain: %s", odd[i]);
    }
}

static void
too_much_is_left_to_libxml(void **state)
{
    g_autoptr(GString) deep = g_string_new(NULL), wide = g_string_new("<a");
    g_autofree char *blank = g_strnfill(50000, ' ');
    g_autofree char *large = g_strconcat("<a>", blank, "</a>", NULL);

    (void)state;
    for (int i = 0; i < 250; i++)
        g_string_append(deep, "<a>");
    for (int i = 0; i < 250; i++)
        g_string_append(deep, "</a>");
    for (int i = 0; i < 1000; i++)
        g_string_append_printf(wide, " b%d=''", i);
    g_string_append(wide, "/>");
    assert_null(vm_xml_plain_parse(deep->str));
    assert_null(vm_xml_plain_parse(wide->str));
    assert_null(vm_xml_plain_parse(large));
}

static void
a_document_damaged_anywhere_is_what_libxml_makes_of_it(void **state)
{
    static const char bytes[] = "<>/='\"&; \n\tax:-]?!";
    guint taken = 0;

    (void)state;
    for (gsize at = 1; at < sizeof(document) - 1; at++) {
        for (gsize i = 0; i < sizeof(bytes); i++) {
            g_autofree char *other = g_strdup(document);
            g_autoptr(GString) longer = g_string_new(document);
            other[at] = bytes[i];
            g_string_insert_c(longer, (gssize)at, bytes[i] != '\0' ? bytes[i] : '.');
            taken += plain(other) + plain(longer->str);
        }
    }
    assert_true(taken > 500);
}

int
main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(a_plain_document_is_what_libxml_makes_of_it),
        cmocka_unit_test(what_is_more_than_plain_is_left_to_libxml),
        cmocka_unit_test(too_much_is_left_to_libxml),
        cmocka_unit_test(a_document_damaged_anywhere_is_what_libxml_makes_of_it),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
