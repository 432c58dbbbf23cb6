/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "ci/mutation/operators.h"
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>
#include <cmocka.h>

static const char *const constants[] = {"VIR_ERR_OPERATION_FAILED", "VIR_ERR_OPERATION_INVALID",
                                        NULL};

/* Whether the source can become the other one by a mutant of that kind. */
static gboolean
becomes(const char *source, const char *kind, const char *changed)
{
    g_autoptr(GArray) mutants = g_array_new(FALSE, FALSE, sizeof(Mutant));
    gboolean found = FALSE;
    g_array_set_clear_func(mutants, mutant_clear);
    operators_apply(mutants, 0, source, constants);
    for (guint i = 0; i < mutants->len; i++) {
        const Mutant *mutant = &g_array_index(mutants, Mutant, i);
        g_autofree char *head = g_strndup(source, mutant->offset);
        g_autofree char *text =
            g_strconcat(head, mutant->replacement, source + mutant->offset + mutant->length, NULL);
        found = found || (strcmp(mutant->kind, kind) == 0 && strcmp(text, changed) == 0);
    }
    return found;
}

static guint
count(const char *source)
{
    g_autoptr(GArray) mutants = g_array_new(FALSE, FALSE, sizeof(Mutant));
    g_array_set_clear_func(mutants, mutant_clear);
    operators_apply(mutants, 0, source, constants);
    return mutants->len;
}

static void
test_statements_are_deleted(void **state)
{
    (void)state;
    assert_true(becomes("void f(int *a)\n{\n    g(a);\n}\n", "statement deleted",
                        "void f(int *a)\n{\n    {}\n}\n"));
    assert_true(becomes("void f(S *a)\n{\n    a->b = 3;\n}\n", "statement deleted",
                        "void f(S *a)\n{\n    {}\n}\n"));
}

static void
test_a_clean_up_is_told_from_other_calls(void **state)
{
    (void)state;
    assert_true(becomes("void f(int *a)\n{\n    g_free(a);\n}\n", "clean-up skipped",
                        "void f(int *a)\n{\n    {}\n}\n"));
}

static void
test_conditions_are_negated_and_weakened(void **state)
{
    (void)state;
    assert_true(becomes("int f(int a)\n{ if (a) return g(); return h(); }", "condition negated",
                        "int f(int a)\n{ if (!(a)) return g(); return h(); }"));
    assert_true(becomes("int f(int a)\n{ return (a && b(a)); }", "condition weakened",
                        "int f(int a)\n{ return (a || b(a)); }"));
    assert_true(becomes("int f(int a)\n{ return (a && b(a)); }", "condition weakened",
                        "int f(int a)\n{ return ( b(a)); }"));
    assert_true(becomes("int f(int a)\n{ return (a && b(a)); }", "condition weakened",
                        "int f(int a)\n{ return (a ); }"));
}

static void
test_numbers_and_bounds_are_off_by_one(void **state)
{
    (void)state;
    assert_true(becomes("int f(int a)\n{ return a < 7; }", "off by one",
                        "int f(int a)\n{ return a <= 7; }"));
    assert_true(becomes("int f(int a)\n{ return a < 7; }", "off by one",
                        "int f(int a)\n{ return a < 8; }"));
}

static void
test_room_for_more_is_no_mutant(void **state)
{
    (void)state;
    assert_int_equal(count("void f(S *s)\n{\n    S *a = g_new0(S, 1);\n}\n"), 0);
    assert_int_equal(count("void f(S *s)\n{\n    S *a = other(S, 1);\n}\n"), 1);
}

/* Lines of the statement and of the function, of the first mutant of that kind. */
static void
assert_lines(const char *source, const char *kind, const guint lines[4])
{
    g_autoptr(GArray) mutants = g_array_new(FALSE, FALSE, sizeof(Mutant));
    g_array_set_clear_func(mutants, mutant_clear);
    operators_apply(mutants, 0, source, constants);
    for (guint i = 0; i < mutants->len; i++) {
        const Mutant *mutant = &g_array_index(mutants, Mutant, i);
        if (strcmp(mutant->kind, kind) != 0)
            continue;
        assert_int_equal(mutant->from, lines[0]);
        assert_int_equal(mutant->to, lines[1]);
        assert_int_equal(mutant->body_from, lines[2]);
        assert_int_equal(mutant->body_to, lines[3]);
        return;
    }
    fail_msg("no mutant");
}

static void
test_a_mutant_tells_its_statement_and_function(void **state)
{
    (void)state;
    assert_lines("int f(int a)\n{\n    g(a);\n    if (a)\n        return h(a,\n"
                 "                 7);\n    return h(a, b);\n}\n",
                 "off by one", (const guint[]){5, 6, 2, 8});
    assert_lines("int f(int a)\n{\n    if (x(a) &&\n        a < b)\n        return a;\n}\n",
                 "off by one", (const guint[]){3, 4, 2, 6});
}

static void
test_a_label_is_the_whole_functions(void **state)
{
    (void)state;
    assert_lines("int f(int a)\n{\n    switch (a) {\n    case 7: return a;\n    }\n}\n",
                 "off by one", (const guint[]){2, 6, 2, 6});
}

static void
test_data_belongs_to_no_function(void **state)
{
    (void)state;
    assert_lines("static const int a[] = {\n    7,\n};\n", "off by one",
                 (const guint[]){2, 2, 0, 0});
}

static void
test_an_error_code_becomes_its_neighbour(void **state)
{
    (void)state;
    assert_true(becomes("int f(void)\n{ return VIR_ERR_OPERATION_INVALID; }", "error code swapped",
                        "int f(void)\n{ return VIR_ERR_OPERATION_FAILED; }"));
}

static void
test_lines_of_a_statement_are_kept(void **state)
{
    (void)state;
    assert_true(becomes("void f(void)\n{\n    g(1,\n      2);\n}\n", "statement deleted",
                        "void f(void)\n{\n    {}\n\n}\n"));
}

static void
test_what_is_no_code_stays(void **state)
{
    (void)state;
    assert_int_equal(count("#define A 1\n/* a < 2 */\nstruct s { int a[3]; };\n"
                           "void f(void)\n{\n    g_assert(a < 2 && b == 1);\n}\n"),
                     0);
}

int
main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_statements_are_deleted),
        cmocka_unit_test(test_a_clean_up_is_told_from_other_calls),
        cmocka_unit_test(test_conditions_are_negated_and_weakened),
        cmocka_unit_test(test_numbers_and_bounds_are_off_by_one),
        cmocka_unit_test(test_room_for_more_is_no_mutant),
        cmocka_unit_test(test_a_mutant_tells_its_statement_and_function),
        cmocka_unit_test(test_a_label_is_the_whole_functions),
        cmocka_unit_test(test_data_belongs_to_no_function),
        cmocka_unit_test(test_an_error_code_becomes_its_neighbour),
        cmocka_unit_test(test_lines_of_a_statement_are_kept),
        cmocka_unit_test(test_what_is_no_code_stays),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
