/* SPDX-License-Identifier: LGPL-2.1-or-later
 *
 * Words, quotes, columns, variables.
 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>

#include <cmocka.h>
#include "harness/scenario/lexer.h"

static const ScnPlace place = {"a.scn", 7};

/* The words joined by '|'; special ones in angle brackets. */
static char *
lexed(const char *line)
{
    g_autoptr(GPtrArray) words = scn_lex(line, &place, NULL);
    GString *text = g_string_new(NULL);

    assert_non_null(words);
    for (guint i = 0; i < words->len; i++) {
        const ScnWord *word = g_ptr_array_index(words, i);

        g_string_append_printf(text, word->special ? "%s<%s>" : "%s%s", i ? "|" : "", word->text);
    }
    return g_string_free(text, FALSE);
}

#define assert_words(line, expected)                                                               \
    do {                                                                                           \
        g_autofree char *seen = lexed(line);                                                       \
        assert_string_equal(seen, expected);                                                       \
    } while (0)

static void
test_words_are_split_at_blanks(void **state)
{
    (void)state;
    assert_words("  start\tvm  ", "start|vm");
    assert_words("", "");
}

static void
test_quotes_keep_blanks(void **state)
{
    (void)state;
    assert_words("a 'b c' \"d e\" f\\ g", "a|b c|d e|f g");
    assert_words("--name='x y'z", "--name=x yz");
    assert_words("'' x", "|x");
    assert_words("\"a\\\"b\"", "a\"b");
}

static void
test_comment_begins_at_a_word(void **state)
{
    (void)state;
    assert_words("a # b", "a");
    assert_words("a#b '#'", "a#b|#");
}

static void
test_tokens_are_special_unless_quoted(void **state)
{
    (void)state;
    assert_words("a => rfc: ok; libvirt: ok", "a|<=>>|rfc:|ok|<;>|libvirt:|ok");
    assert_words("d { x } '{' \\;", "d|<{>|x|<}>|{|;");
    assert_words("${vm.vda} a=>b", "${vm.vda}|a=>b");
}

static void
test_columns_count_from_one(void **state)
{
    g_autoptr(GPtrArray) words = scn_lex("  ab 'c'", &place, NULL);

    (void)state;
    assert_int_equal(((ScnWord *)words->pdata[0])->column, 3);
    assert_int_equal(((ScnWord *)words->pdata[1])->column, 6);
}

static void
test_open_quote_is_an_error(void **state)
{
    g_autoptr(GError) error = NULL;

    (void)state;
    assert_null(scn_lex("a 'b", &place, &error));
    assert_string_equal(error->message, "a.scn:7:3: the quote does not end; expected the closing "
                                        "quote on this line");
}

static char *
value(const char *name, gpointer data)
{
    (void)data;
    return strcmp(name, "x") == 0 ? g_strdup("1") : NULL;
}

static char *
replaced(const char *line)
{
    g_autoptr(GPtrArray) words = scn_lex(line, &place, NULL);
    g_autofree char *text = scn_substitute(((ScnWord *)words->pdata[0])->text, value, NULL, NULL);

    return scn_unescape(text);
}

#define assert_replaced(line, expected)                                                            \
    do {                                                                                           \
        g_autofree char *seen = replaced(line);                                                    \
        assert_string_equal(seen, expected);                                                       \
    } while (0)

static void
test_variables(void **state)
{
    (void)state;
    assert_replaced("a$x", "a1");
    assert_replaced("${x}b", "1b");
    assert_replaced("\"$x y\"", "1 y");
    assert_replaced("'$x'", "$x");
    assert_replaced("\\$x", "$x");
    assert_replaced("$$x", "$x");
    assert_replaced("$y", "$y");
}

static void
test_unknown_variable_is_told(void **state)
{
    g_autofree char *unknown = NULL;
    g_autofree char *text = scn_substitute("$x ${y.z} $w", value, NULL, &unknown);

    (void)state;
    assert_string_equal(text, "1 ${y.z} $w");
    assert_string_equal(unknown, "y.z");
}

static void
test_nearest_word(void **state)
{
    static const char *const words[] = {"start", "destroy", "snapshot-list", NULL};

    (void)state;
    assert_string_equal(scn_nearest("strat", words), "start");
    assert_string_equal(scn_nearest("snapshot-lits", words), "snapshot-list");
    assert_null(scn_nearest("qqqqqqqq", words));
}

int
main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_words_are_split_at_blanks),
        cmocka_unit_test(test_quotes_keep_blanks),
        cmocka_unit_test(test_comment_begins_at_a_word),
        cmocka_unit_test(test_tokens_are_special_unless_quoted),
        cmocka_unit_test(test_columns_count_from_one),
        cmocka_unit_test(test_open_quote_is_an_error),
        cmocka_unit_test(test_variables),
        cmocka_unit_test(test_unknown_variable_is_told),
        cmocka_unit_test(test_nearest_word),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
