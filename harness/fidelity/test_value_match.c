/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "harness/fidelity/value_match.h"

#include <stdarg.h>
#include <stddef.h>
#include <setjmp.h>
#include <stdint.h>
#include <cmocka.h>

static MatchDegree
match(const char *expected, const char *got, char **where)
{
    json_t *a = json_loads(expected, JSON_DECODE_ANY, NULL);
    json_t *b = json_loads(got, JSON_DECODE_ANY, NULL);
    MatchDegree degree;

    assert_non_null(a);
    assert_non_null(b);
    degree = value_match(a, b, where);
    json_decref(a);
    json_decref(b);
    return degree;
}

static void
test_equal_values_match(void **state)
{
    (void)state;
    assert_int_equal(
        match("{\"a\":[1,{\"b\":null}],\"c\":true}", "{\"c\":true,\"a\":[1,{\"b\":null}]}", NULL),
        MATCH_EQUAL);
}

static void
test_a_difference_is_named_by_its_path(void **state)
{
    char *where = NULL;

    (void)state;
    assert_int_equal(
        match("[{\"a\":1},{\"b\":{\"c\":2}}]", "[{\"a\":1},{\"b\":{\"c\":3}}]", &where),
        MATCH_DIFFERENT);
    assert_string_equal(where, "[1].b.c: expected 2, got 3");
    g_free(where);
}

static void
test_members_too_few_and_too_many_differ(void **state)
{
    (void)state;
    assert_int_equal(match("{\"a\":1}", "{\"a\":1,\"b\":2}", NULL), MATCH_DIFFERENT);
    assert_int_equal(match("{\"a\":1,\"b\":2}", "{\"a\":1}", NULL), MATCH_DIFFERENT);
    assert_int_equal(match("[1]", "[1,2]", NULL), MATCH_DIFFERENT);
    assert_int_equal(match("[1,2]", "[1]", NULL), MATCH_DIFFERENT);
}

static void
test_a_placeholder_stands_for_any_value(void **state)
{
    (void)state;
    assert_int_equal(match("{\"x\":\"<host-offset>\"}", "{\"x\":327680}", NULL), MATCH_EQUAL);
    assert_int_equal(match("{\"x\":\"<host-offset>\"}", "{}", NULL), MATCH_DIFFERENT);
}

static void
test_nonzero_is_a_number_but_zero(void **state)
{
    (void)state;
    assert_int_equal(match("[\"<nonzero>\"]", "[7]", NULL), MATCH_EQUAL);
    assert_int_equal(match("[\"<nonzero>\"]", "[0]", NULL), MATCH_DIFFERENT);
    assert_int_equal(match("[\"<nonzero>\"]", "[\"7\"]", NULL), MATCH_DIFFERENT);
}

static void
test_a_placeholder_inside_a_text_stands_for_any_text(void **state)
{
    (void)state;
    assert_true(text_match("1 disk 0 B <date> <clock>  ", "1 disk 0 B 2026-01-01 00:00:00.0  "));
    assert_false(text_match("1 disk 0 B <date> end", "1 disk 0 B 2026-01-01 END"));
    assert_true(text_match("a < b > c", "a < b > c"));
    assert_false(text_match("a < b > c", "a x c"));
}

static void
test_error_texts_differ_as_texts_only(void **state)
{
    (void)state;
    assert_int_equal(match("{\"class\":\"GenericError\",\"desc\":\"a\"}",
                           "{\"class\":\"GenericError\",\"desc\":\"b\"}", NULL),
                     MATCH_TEXT);
    assert_int_equal(match("{\"class\":\"GenericError\",\"desc\":\"a\"}",
                           "{\"class\":\"DeviceNotFound\",\"desc\":\"b\"}", NULL),
                     MATCH_DIFFERENT);
}

static void
test_progress_counts_only_when_a_job_rests(void **state)
{
    (void)state;
    assert_int_equal(match("{\"status\":\"running\",\"current-progress\":1}",
                           "{\"status\":\"running\",\"current-progress\":2}", NULL),
                     MATCH_EQUAL);
    assert_int_equal(match("{\"status\":\"paused\",\"current-progress\":1}",
                           "{\"status\":\"paused\",\"current-progress\":2}", NULL),
                     MATCH_DIFFERENT);
}

static void
test_json_file_names_are_compared_as_json(void **state)
{
    (void)state;
    assert_int_equal(match("[\"json:{\\\"a\\\": 1, \\\"b\\\": null}\"]",
                           "[\"json:{\\\"b\\\":null,\\\"a\\\":1}\"]", NULL),
                     MATCH_EQUAL);
    assert_int_equal(match("[\"json:{\\\"a\\\": 1}\"]", "[\"json:{\\\"a\\\": 2}\"]", NULL),
                     MATCH_DIFFERENT);
}

int
main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_equal_values_match),
        cmocka_unit_test(test_a_difference_is_named_by_its_path),
        cmocka_unit_test(test_members_too_few_and_too_many_differ),
        cmocka_unit_test(test_a_placeholder_stands_for_any_value),
        cmocka_unit_test(test_nonzero_is_a_number_but_zero),
        cmocka_unit_test(test_a_placeholder_inside_a_text_stands_for_any_text),
        cmocka_unit_test(test_error_texts_differ_as_texts_only),
        cmocka_unit_test(test_progress_counts_only_when_a_job_rests),
        cmocka_unit_test(test_json_file_names_are_compared_as_json),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
