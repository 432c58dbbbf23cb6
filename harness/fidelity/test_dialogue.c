/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "harness/fidelity/dialogue.h"

#include <stdarg.h>
#include <stddef.h>
#include <setjmp.h>
#include <stdint.h>
#include <cmocka.h>
#include "harness/fidelity/auto_name.h"
#include "harness/fidelity/cut.h"
#include "spec/api/error.h"

static Dialogue *
read_text(const char *text, GError **error)
{
    json_t *document = json_loads(text, 0, NULL);
    Dialogue *dialogue;

    assert_non_null(document);
    dialogue = dialogue_new(document, "given", error);
    json_decref(document);
    return dialogue;
}

static void
test_elements_are_told_apart(void **state)
{
    g_autoptr(Dialogue) dialogue =
        read_text("{\"name\":\"n\",\"setup\":[{\"run\":[\"ls\"]}],\"log\":["
                  "{\"start\":[\"x\"],\"on\":\"src\"},{\"send\":{\"execute\":\"stop\"}},"
                  "{\"exit\":0,\"output\":[\"a\"]}]}",
                  NULL);

    (void)state;
    assert_non_null(dialogue);
    assert_string_equal(dialogue->name, "n");
    assert_int_equal(dialogue->setup->len, 1);
    assert_int_equal(dialogue_element(dialogue, 0)->kind, ELEMENT_START);
    assert_string_equal(dialogue_element(dialogue, 0)->on, "src");
    assert_int_equal(dialogue_element(dialogue, 1)->kind, ELEMENT_SEND);
    assert_int_equal(dialogue_element(dialogue, 2)->kind, ELEMENT_EXIT);
}

static void
test_the_answer_stands_behind_events_of_its_process(void **state)
{
    g_autoptr(Dialogue) dialogue =
        read_text("{\"log\":[{\"send\":{\"execute\":\"a\"},\"on\":\"src\"},"
                  "{\"return\":1,\"on\":\"dst\"},{\"event\":\"E\",\"on\":\"src\"},"
                  "{\"error\":{\"class\":\"C\"},\"on\":\"src\"},"
                  "{\"send\":{\"execute\":\"b\"},\"on\":\"src\"}]}",
                  NULL);

    (void)state;
    assert_non_null(dialogue);
    assert_int_equal(dialogue_answer(dialogue, 0), 3);
    assert_int_equal(dialogue_answer(dialogue, 4), 5);
}

static void
assert_refused(const char *text, const char *mentions)
{
    g_autoptr(GError) error = NULL;

    assert_null(read_text(text, &error));
    assert_true(g_error_matches(error, VM_ERROR, VIR_ERR_INVALID_ARG));
    assert_non_null(g_strstr_len(error->message, -1, mentions));
}

static void
test_what_is_no_dialogue_is_refused(void **state)
{
    (void)state;
    assert_refused("{\"setup\":[]}", "given: a dialogue has a log");
    assert_refused("{\"log\":[{\"note\":\"n\"},{\"bogus\":1}]}", "log element 1");
    assert_refused("{\"log\":[{\"send\":{\"arguments\":{}}}]}", "log element 0");
    assert_refused("{\"setup\":[{\"send\":{\"execute\":\"a\"}}],\"log\":[]}", "setup element 0");
}

static void
test_automatic_names_are_numbered_by_appearance(void **state)
{
    g_autoptr(AutoNames) names = auto_names_new();
    json_t *first = json_pack("[s,s]", "#block907", "uses #block12 and #block907");
    json_t *second = json_pack("{s:i}", "#block12", 1);
    json_t *a = auto_names_apply(names, first, FALSE);
    json_t *b = auto_names_apply(names, second, TRUE);

    (void)state;
    assert_string_equal(json_string_value(json_array_get(a, 0)), "#block<1>");
    assert_string_equal(json_string_value(json_array_get(a, 1)), "uses #block<2> and #block<1>");
    assert_int_equal(json_integer_value(json_object_get(b, "#block<2>")), 1);
    json_decref(first);
    json_decref(second);
    json_decref(a);
    json_decref(b);
}

static void
test_a_cut_keeps_the_nodes_that_are_looked_at(void **state)
{
    json_t *expected = json_pack("{s:[{s:s}]}", "return", "node-name", "a");
    json_t *answer = json_pack("{s:[{s:s,s:i},{s:s,s:[i],s:b}]}", "return", "node-name", "b", "x",
                               1, "node-name", "a", "dirty-bitmaps", 7, "ro", 0);
    json_t *wanted = json_pack("{s:[{s:s,s:[i]}]}", "return", "node-name", "a", "dirty-bitmaps", 7);

    (void)state;
    cut_answer("node-name and dirty-bitmaps only", expected, answer);
    assert_true(json_equal(answer, wanted));
    json_decref(expected);
    json_decref(answer);
    json_decref(wanted);
}

int
main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_elements_are_told_apart),
        cmocka_unit_test(test_the_answer_stands_behind_events_of_its_process),
        cmocka_unit_test(test_what_is_no_dialogue_is_refused),
        cmocka_unit_test(test_automatic_names_are_numbered_by_appearance),
        cmocka_unit_test(test_a_cut_keeps_the_nodes_that_are_looked_at),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
