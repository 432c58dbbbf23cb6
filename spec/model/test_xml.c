/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "spec/model/test_documents.h"
#include "spec/model/xml.h"

static void
refused(const char *xml, gssize length, int code, const char *part)
{
    g_autoptr(GError) error = NULL;

    assert_null(vm_xml_parse(xml, length, "domain", &error));
    assert_refused(&error, code, part);
}

static void
accepted(const char *xml)
{
    g_autoptr(GError) error = NULL;
    g_autoptr(VmXmlDoc) doc = vm_xml_parse(xml, -1, "domain", &error);

    assert_non_null(doc);
    assert_null(error);
}

static void
a_good_document_is_parsed(void **state)
{
    (void)state;
    accepted("<domain/>");
    accepted("\xef\xbb\xbf<?xml version='1.0' encoding='utf-8'?>\n<!-- c --><domain a='1'/>\n");
}

static void
another_root_is_no_document_of_ours(void **state)
{
    (void)state;
    refused("<domainsnapshot/>", -1, VIR_ERR_XML_ERROR, "SNAP-XML-002");
    refused("<domain xmlns='urn:x'/>", -1, VIR_ERR_XML_ERROR, "SNAP-XML-002");
}

static void
a_fault_is_told_with_its_line(void **state)
{
    (void)state;
    refused("<domain>\n<a>\n</b></domain>", -1, VIR_ERR_XML_DETAIL, "line 3: ");
    refused("", -1, VIR_ERR_XML_DETAIL, "empty");
    refused("<domain/><domain/>", -1, VIR_ERR_XML_DETAIL, "Extra content");
    refused("<domain><q:x/></domain>", -1, VIR_ERR_XML_DETAIL, "prefix q");
    refused("<domain a='1' a='2'/>", -1, VIR_ERR_XML_DETAIL, "redefined");
}

static void
no_document_type_is_accepted(void **state)
{
    GString *bomb = g_string_new("<!DOCTYPE domain [<!ENTITY e0 'ha'>");

    (void)state;
    for (int i = 1; i < 30; i++)
        g_string_append_printf(bomb, "<!ENTITY e%d '&e%d;&e%d;'>", i, i - 1, i - 1);
    g_string_append(bomb, "]><domain>&e29;</domain>");
    refused(bomb->str, -1, VIR_ERR_XML_DETAIL, "DOCTYPE");
    g_string_free(bomb, TRUE);
    refused("<!DOCTYPE domain SYSTEM 'file:///etc/passwd'><domain/>", -1, VIR_ERR_XML_DETAIL,
            "DOCTYPE");
    refused("<!DOCTYPE domain [<!ENTITY x SYSTEM 'file:///etc/passwd'>]><domain>&x;</domain>", -1,
            VIR_ERR_XML_DETAIL, "DOCTYPE");
    refused("<!DOCTYPE domain [<!ENTITY % x SYSTEM 'http://127.0.0.1/x'>%x;]><domain/>", -1,
            VIR_ERR_XML_DETAIL, "DOCTYPE");
    refused("<domain>&nothing;</domain>", -1, VIR_ERR_XML_DETAIL, "nothing");
}

static void
a_document_of_100_megabytes_is_refused_by_its_size(void **state)
{
    const gsize size = 100 * 1000 * 1000;
    char *huge = g_malloc(size + 1);

    (void)state;
    memset(huge, 'a', size);
    memcpy(huge, "<domain>", 8);
    memcpy(huge + size - 9, "</domain>", 9);
    huge[size] = '\0';
    refused(huge, -1, VIR_ERR_XML_DETAIL, "more than");
    refused(huge, (gssize)size, VIR_ERR_XML_DETAIL, "more than");
    g_free(huge);
}

static void
too_deep_a_nesting_is_refused(void **state)
{
    GString *deep = g_string_new("<domain>");

    (void)state;
    for (int i = 0; i < 100000; i++)
        g_string_append(deep, "<a>");
    for (int i = 0; i < 100000; i++)
        g_string_append(deep, "</a>");
    g_string_append(deep, "</domain>");
    refused(deep->str, -1, VIR_ERR_XML_DETAIL, "depth");
    g_string_free(deep, TRUE);
}

static void
too_many_attributes_are_refused(void **state)
{
    GString *wide = g_string_new("<domain ");

    (void)state;
    for (int i = 0; i < 200000; i++)
        g_string_append_printf(wide, "a%d='>' ", i);
    g_string_append(wide, "/>");
    refused(wide->str, -1, VIR_ERR_XML_DETAIL, "attributes");
    g_string_free(wide, TRUE);
}

static void
wrong_bytes_are_refused_with_their_line(void **state)
{
    (void)state;
    refused("<domain>\n\xe9t\xe9</domain>", -1, VIR_ERR_XML_DETAIL, "line 2: byte 0xe9");
    refused("<?xml version='1.0' encoding='UTF-8'?><domain>\xc0\xaf</domain>", -1,
            VIR_ERR_XML_DETAIL, "UTF-8");
    refused("<domain>\x01</domain>", -1, VIR_ERR_XML_DETAIL, "line 1");
    refused("<domain>\0</domain>", 18, VIR_ERR_XML_DETAIL, "NUL");
    refused("<?xml version='1.0' encoding='EUC-JP'?><domain/>", -1, VIR_ERR_XML_DETAIL, "EUC-JP");
    refused("\xff\xfe<\0d\0", 6, VIR_ERR_XML_DETAIL, "NUL");
}

static void
latin1_is_converted_where_it_is_declared(void **state)
{
    g_autoptr(GError) error = NULL;
    g_autoptr(VmXmlDoc) doc = vm_xml_parse(
        "<?xml version='1.0' encoding='ISO-8859-1'?><domain>\xe9</domain>", -1, "domain", &error);

    (void)state;
    assert_non_null(doc);
    assert_string_equal((char *)xmlDocGetRootElement(doc)->children->content, "\xc3\xa9");
}

static void
a_document_cut_anywhere_is_one_error(void **state)
{
    static const char whole[] = "<?xml version='1.0'?><domain type='kvm'><name>a&amp;b</name>"
                                "<!-- c --><x y=\"z\"/><![CDATA[<]]>\xc3\xa9</domain>";

    (void)state;
    accepted(whole);
    for (gssize length = 0; length < (gssize)sizeof(whole) - 1; length++) {
        g_autoptr(GError) error = NULL;
        g_autofree char *cut = g_memdup2(whole, (gsize)length + 1);
        assert_null(vm_xml_parse(cut, length, "domain", &error));
        assert_refused(&error, VIR_ERR_XML_DETAIL, "");
    }
}

static void
the_parser_is_good_for_any_number_of_documents(void **state)
{
    (void)state;
    for (int i = 0; i < 10000; i++) {
        g_autofree char *xml = g_strdup_printf("<domain><n%d/>%s", i, i % 2 ? "</domain>" : "");
        g_autoptr(VmXmlDoc) doc = vm_xml_parse(xml, -1, "domain", NULL);
        assert_int_equal(doc != NULL, i % 2);
    }
}

int
main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(a_good_document_is_parsed),
        cmocka_unit_test(another_root_is_no_document_of_ours),
        cmocka_unit_test(a_fault_is_told_with_its_line),
        cmocka_unit_test(no_document_type_is_accepted),
        cmocka_unit_test(a_document_of_100_megabytes_is_refused_by_its_size),
        cmocka_unit_test(too_deep_a_nesting_is_refused),
        cmocka_unit_test(too_many_attributes_are_refused),
        cmocka_unit_test(wrong_bytes_are_refused_with_their_line),
        cmocka_unit_test(latin1_is_converted_where_it_is_declared),
        cmocka_unit_test(a_document_cut_anywhere_is_one_error),
        cmocka_unit_test(the_parser_is_good_for_any_number_of_documents),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
