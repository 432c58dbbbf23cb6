/* SPDX-License-Identifier: LGPL-2.1-or-later
 *
 * Text in the columns of a terminal.
 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <cmocka.h>
#include "harness/cli/layout.h"

static void
assert_layout(const char *text, guint width, const char *expected)
{
    g_autoptr(GString) out = g_string_new("ab  ");

    layout_append(out, text, 4, 4, width);
    assert_string_equal(out->str, expected);
}

static void
test_lines_fit_and_hang(void **state)
{
    (void)state;
    assert_layout("one two three", 11, "ab  one two\n    three\n");
    assert_layout("one two three", 10, "ab  one\n    two\n    three\n");
    assert_layout("one two", 80, "ab  one two\n");
    assert_layout("", 80, "ab  \n");
}

static void
test_a_long_word_stays_whole(void **state)
{
    (void)state;
    assert_layout("a snapshot/create/x b", 10, "ab  a\n    snapshot/create/x\n    b\n");
    assert_layout("snapshot/create/x", 10, "ab  snapshot/create/x\n");
}

static void
test_letters_count_not_bytes(void **state)
{
    (void)state;
    assert_layout("öö öö öö", 9, "ab  öö öö\n    öö\n");
}

static void
test_a_pipe_gets_one_line(void **state)
{
    (void)state;
    assert_layout("one two three", LAYOUT_UNLIMITED, "ab  one two three\n");
}

int
main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_lines_fit_and_hang),
        cmocka_unit_test(test_a_long_word_stays_whole),
        cmocka_unit_test(test_letters_count_not_bytes),
        cmocka_unit_test(test_a_pipe_gets_one_line),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
