/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>
#include <string.h>
#include "harness/oracle/document_tree.h"

static const char document[] =
    "<domain type='kvm' id=\"4\">\n  <name>a > b</name>\n  <e/><e a='' b='\"'\n c=\"'>\"/>\n"
    "  <t>x\n y'\"</t><u> </u>\n  <w><w><w>1</w>2</w>3</w>\n</domain>\n";

static void
same_nodes(const DocumentNode *one, const DocumentNode *other)
{
    for (; one && other; one = one->next, other = other->next) {
        const DocumentAttribute *theirs = other->attributes;

        assert_int_equal(one->name == NULL, other->name == NULL);
        assert_string_equal(one->name ? one->name : one->text,
                            other->name ? other->name : other->text);
        for (const DocumentAttribute *at = one->attributes; at; at = at->next) {
            assert_non_null(theirs);
            assert_string_equal(at->name, theirs->name);
            assert_string_equal(at->value, theirs->value);
            theirs = theirs->next;
        }
        assert_null(theirs);
        same_nodes(one->first, other->first);
    }
    assert_true(!one && !other);
}

/* Whether a text was cut apart; then the pieces are what libxml2 finds. */
static gboolean
is_cut(const char *text)
{
    g_autoptr(DocumentTree) tree = document_tree_new(text);
    g_autoptr(DocumentTree) theirs = document_tree_new_by_libxml(text);

    if (tree && !theirs)
        fail_msg("libxml2 refuses this: %s", text);
    if (!tree || !document_tree_is_cut(tree))
        return FALSE;
    same_nodes(document_tree_root(tree), document_tree_root(theirs));
    return TRUE;
}

static void
what_is_cut_apart_is_what_libxml_finds(void **state)
{
    (void)state;
    assert_true(is_cut(document));
    assert_true(is_cut("<a/>"));
    assert_true(is_cut("<a></a>\n"));
    assert_true(is_cut("<a\nb='1'\nc='2'\n>\n<b/></a>"));
}

static void
all_else_is_left_to_libxml(void **state)
{
    static const char *const sound[] = {
        "<?xml version='1.0'?><a/>", " \n<a/>",          "<a><!-- c --></a>",
        "<a><![CDATA[x]]></a>",      "<a>&lt;</a>",      "<a b='&#65;'/>",
        "<a>\xc3\xa9</a>",           "<a xmlns='urn'/>", "<a b='1\t2'/>",
    };
    static const char *const bad[] = {
        "",           "<a",         "<a>",  "<a></b>",          "<a></ab>", "<a b='1' b='2'/>",
        "<a b=1/>",   "<a b/>",     "</a>", "<a/><b/>",         "<a/>x",    "<a b='1'c='2'/>",
        "<a b='<'/>", "<a>]]></a>", "<q",   "<!DOCTYPE a><a/>",
    };

    (void)state;
    for (gsize i = 0; i < G_N_ELEMENTS(sound); i++) {
        g_autoptr(DocumentTree) tree = document_tree_new(sound[i]);

        assert_false(is_cut(sound[i]));
        assert_non_null(tree);
        assert_string_equal(document_tree_root(tree)->name, "a");
    }
    for (gsize i = 0; i < G_N_ELEMENTS(bad); i++)
        assert_null(document_tree_new(bad[i]));
}

static void
a_document_damaged_anywhere_is_what_libxml_makes_of_it(void **state)
{
    static const char bytes[] = "<>/='\"&; \n\tax:-]?!";
    guint taken = 0;

    (void)state;
    for (gsize at = 0; at < sizeof(document) - 1; at++) {
        for (gsize i = 0; i < sizeof(bytes); i++) {
            g_autofree char *other = g_strdup(document);
            g_autoptr(GString) longer = g_string_new(document);

            other[at] = bytes[i];
            g_string_insert_c(longer, (gssize)at, bytes[i] ? bytes[i] : '.');
            taken += is_cut(other) + is_cut(longer->str);
        }
    }
    assert_true(taken > 500);
}

int
main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(what_is_cut_apart_is_what_libxml_finds),
        cmocka_unit_test(all_else_is_left_to_libxml),
        cmocka_unit_test(a_document_damaged_anywhere_is_what_libxml_makes_of_it),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
