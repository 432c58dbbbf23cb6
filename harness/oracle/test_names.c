/* SPDX-License-Identifier: LGPL-2.1-or-later
 *
 * Equal texts are one number, and a number is its text.
 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <cmocka.h>
#include "harness/oracle/names.h"

static void
test_equal_texts_have_one_number(void **state)
{
    g_autoptr(Names) names = names_new();
    guint a = names_number(names, "a");
    guint b = names_number(names, "b");

    (void)state;
    assert_int_not_equal(a, 0);
    assert_int_not_equal(a, b);
    assert_int_equal(names_number(names, "a"), a);
    assert_int_equal(names_count(names), 2);
}

static void
test_parts_are_one_text(void **state)
{
    g_autoptr(Names) names = names_new();
    guint whole = names_number(names, "/d/vda.qcow2@s1");

    (void)state;
    assert_int_equal(names_number_of(names, "/d/vda.qcow2", "@", "s1", NULL), whole);
    assert_int_not_equal(names_number_of(names, "/d/vda.qcow2", "@", "s2", NULL), whole);
}

static void
test_a_number_gives_its_text(void **state)
{
    g_autoptr(Names) names = names_new();
    guint number = names_number_of(names, "disk:", "d1", NULL);

    (void)state;
    assert_string_equal(names_text(names, number), "disk:d1");
    assert_null(names_text(names, 0));
}

int
main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_equal_texts_have_one_number),
        cmocka_unit_test(test_parts_are_one_text),
        cmocka_unit_test(test_a_number_gives_its_text),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
