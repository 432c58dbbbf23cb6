/* SPDX-License-Identifier: LGPL-2.1-or-later
 *
 * Each check finds a breach of its rule, and leaves a clean tree alone.
 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <cmocka.h>
#include <glib/gstdio.h>
#include <string.h>
#include "ci/tidy/tidy.h"

#define SPDX "/* SPDX-License-Identifier: LGPL-2.1-or-later */\n"
#define LAYERS "spec\nsim spec !spec/inner.h\nharness\nci\n"

static void
put(const char *root, const char *path, const char *text)
{
    g_autofree char *file = g_build_filename(root, path, NULL);
    g_autofree char *dir = g_path_get_dirname(file);

    assert_int_equal(g_mkdir_with_parents(dir, 0700), 0);
    assert_true(g_file_set_contents(file, text, -1, NULL));
}

static void
remove_tree(const char *path)
{
    g_autoptr(GDir) dir = g_dir_open(path, 0, NULL);
    const char *name;

    while (dir != NULL && (name = g_dir_read_name(dir)) != NULL) {
        g_autofree char *entry = g_build_filename(path, name, NULL);

        remove_tree(entry);
    }
    g_remove(path);
}

/* How many breaches `check` finds in a tree with one file of that text. */
static guint
breaches_in(void (*check)(Tidy *tidy), const char *path, const char *text, const char *allow)
{
    g_autofree char *root = g_dir_make_tmp("tidy-XXXXXX", NULL);
    g_autoptr(GError) error = NULL;
    guint breaches;
    Tidy *tidy;

    put(root, "ci/layers.txt", LAYERS);
    put(root, "ci/tidy-allow.txt", allow);
    put(root, "spec/a.h", SPDX);
    put(root, "spec/inner.h", SPDX);
    put(root, "sim/a.h", SPDX);
    put(root, "harness/a.h", SPDX);
    put(root, "images/a.h", SPDX);
    put(root, path, text);
    tidy = tidy_new(root, &error);
    assert_non_null(tidy);
    check(tidy);
    breaches = tidy->breaches;
    tidy_free(tidy);
    remove_tree(root);
    return breaches;
}

/* A function of that many lines. */
static char *
function_of(guint lines)
{
    GString *text = g_string_new(SPDX "\nint\nf(int a)\n{\n");

    for (guint i = 3; i < lines; i++) {
        g_string_append(text, "    a++;\n");
    }
    g_string_append(text, "}\n");
    return g_string_free(text, FALSE);
}

static void
test_layers(void **state)
{
    (void)state;
    assert_int_equal(breaches_in(check_layers, "sim/x.c", "#include \"spec/a.h\"\n", ""), 0);
    assert_int_equal(breaches_in(check_layers, "sim/x.c", "#include \"sim/a.h\"\n", ""), 0);
    assert_int_equal(breaches_in(check_layers, "sim/x.c", "#include \"spec/inner.h\"\n", ""), 1);
    assert_int_equal(breaches_in(check_layers, "spec/x.c", "#include \"sim/a.h\"\n", ""), 1);
    assert_int_equal(breaches_in(check_layers, "spec/x.c", "#include \"a.h\"\n", ""), 1);
}

static void
test_function_length(void **state)
{
    g_autofree char *longest = function_of(100);
    g_autofree char *too_long = function_of(101);
    const char *row = "function-lines spec/x.c:f 101\n";

    (void)state;
    /* The one function is longer than 60 lines: that share is the one breach. */
    assert_int_equal(breaches_in(check_sizes, "spec/x.c", longest, ""), 1);
    assert_int_equal(breaches_in(check_sizes, "spec/x.c", too_long, ""), 2);
    assert_int_equal(breaches_in(check_sizes, "spec/x.c", too_long, row), 1);
}

static void
test_allowance_may_only_go_down(void **state)
{
    g_autofree char *text = function_of(20);

    (void)state;
    assert_int_equal(breaches_in(check_sizes, "spec/x.c", text, "function-lines spec/x.c:f 120\n"),
                     1);
}

static void
test_parameters(void **state)
{
    const char *five = SPDX "void\nf(int a, int (*b)(int, int), int c,\n  int d, int e)\n{\n}\n";
    const char *six = SPDX "void\nf(int a, int b, int c,\n  int d, int e, int g)\n{\n}\n";

    (void)state;
    assert_int_equal(breaches_in(check_sizes, "spec/x.c", five, ""), 0);
    assert_int_equal(breaches_in(check_sizes, "spec/x.c", six, ""), 1);
}

static void
test_file_length(void **state)
{
    g_autoptr(GString) text = g_string_new(SPDX);

    (void)state;
    while (text->len < strlen(SPDX) + 800) {
        g_string_append_c(text, '\n');
    }
    assert_int_equal(breaches_in(check_sizes, "spec/x.c", text->str, ""), 1);
}

static void
test_comments(void **state)
{
    (void)state;
    assert_int_equal(
        breaches_in(check_comments, "spec/x.h", SPDX "\n/** Does. */\nint f(int a);\n", ""), 0);
    assert_int_equal(breaches_in(check_comments, "spec/x.h",
                                 SPDX "\n/** Both. */\nint f(int a,\n      int b);\nint g(void);\n",
                                 ""),
                     0);
    assert_int_equal(breaches_in(check_comments, "spec/x.h",
                                 SPDX "\n/** Both. */\ntypedef int (*F)(int a);\nint f(F f);\n",
                                 ""),
                     0);
    assert_int_equal(breaches_in(check_comments, "spec/x.h", SPDX "\nint f(int a);\n", ""), 1);
    assert_int_equal(breaches_in(check_comments, "spec/x.h",
                                 SPDX "\n/** One. */\nint f(int a);\n\nchar *g(void);\n", ""),
                     1);
    assert_int_equal(
        breaches_in(check_comments, "spec/x.h", SPDX "\nG_DEFINE_AUTOPTR_CLEANUP_FUNC(A, b)\n", ""),
        0);
}

static void
test_calls(void **state)
{
    (void)state;
    assert_int_equal(breaches_in(check_calls, "harness/x.c", "x = time(NULL);\n", ""), 0);
    assert_int_equal(breaches_in(check_calls, "sim/x.c", "x = time(NULL);\n", ""), 1);
    assert_int_equal(breaches_in(check_calls, "sim/x.c", "creation_time(a); b->time(c);\n", ""), 0);
    assert_int_equal(
        breaches_in(check_calls, "sim/x.c", "/* time(x) */ \"time(\" 'a' // rand(\n", ""), 0);
    assert_int_equal(breaches_in(check_calls, "harness/x.c", "strcpy(a, b);\n", ""), 1);
    assert_int_equal(
        breaches_in(check_calls, "harness/x.c", "strcpy(a, b);\n", "call harness/x.c:strcpy 1\n"),
        0);
}

static void
test_format(void **state)
{
    g_autofree char *wide = g_strnfill(101, 'x');
    g_autofree char *text = g_strconcat(SPDX, wide, "\n", NULL);

    (void)state;
    assert_int_equal(breaches_in(check_format, "spec/x.c", SPDX "int a;\n", ""), 0);
    assert_int_equal(breaches_in(check_format, "spec/x.c", "int a;\n", ""), 1);
    assert_int_equal(breaches_in(check_format, "spec/x.c", SPDX "int a;", ""), 1);
    assert_int_equal(breaches_in(check_format, "spec/x.c", SPDX "\tint a;\n", ""), 1);
    assert_int_equal(breaches_in(check_format, "spec/x.c", SPDX "int a; \n", ""), 1);
    assert_int_equal(breaches_in(check_format, "spec/x.c", text, ""), 1);
}

int
main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_layers),
        cmocka_unit_test(test_function_length),
        cmocka_unit_test(test_allowance_may_only_go_down),
        cmocka_unit_test(test_parameters),
        cmocka_unit_test(test_file_length),
        cmocka_unit_test(test_comments),
        cmocka_unit_test(test_calls),
        cmocka_unit_test(test_format),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
