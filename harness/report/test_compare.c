/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <cmocka.h>
#include <string.h>

#include "harness/report/compare.h"

static Comparison *
compare(const char *before, const char *after, GError **error)
{
    json_t *a = json_loads(before, 0, NULL), *b = json_loads(after, 0, NULL);
    Comparison *comparison = compare_reports(a, b, error);

    json_decref(a);
    json_decref(b);
    return comparison;
}

#define CASE(id, verdict)                                                                          \
    "{\"id\":\"" id "\",\"verdict\":\"" verdict "\",\"reason\":\"why " id "\"}"
#define REPORT(cases)                                                                              \
    "{\"target\":\"t\",\"profile\":\"rfc\",\"planned\":2,\"ran\":2,\"cases\":[" cases "]}"

static const struct {
    const char *before;
    const char *after;
    CompareKind kind;
} kinds[] = {
    {CASE("a", "pass"), CASE("a", "pass"), COMPARE_SAME},
    {CASE("a", "pass"), CASE("a", "fail"), COMPARE_NEW},
    {CASE("a", "skip"), CASE("a", "crash"), COMPARE_NEW},
    {"", CASE("a", "timeout"), COMPARE_NEW},
    {CASE("a", "fail"), CASE("a", "pass"), COMPARE_RESOLVED},
    {CASE("a", "xpass"), CASE("a", "xfail"), COMPARE_RESOLVED},
    {CASE("a", "fail"), CASE("a", "error"), COMPARE_ONGOING},
    {CASE("a", "pass"), CASE("a", "xfail"), COMPARE_CHANGED},
    {CASE("a", "pass"), CASE("a", "skip"), COMPARE_CHANGED},
    {CASE("a", "pass"), "", COMPARE_GONE},
    {CASE("a", "pass"), "{\"id\":\"a\",\"verdict\":null}", COMPARE_GONE},
    {"", CASE("a", "skip"), COMPARE_ADDED},
};

static void
each_pair_of_verdicts_has_its_kind(void **state)
{
    (void)state;
    for (gsize i = 0; i < G_N_ELEMENTS(kinds); i++) {
        g_autofree char *a = g_strdup_printf(REPORT("%s"), kinds[i].before);
        g_autofree char *b = g_strdup_printf(REPORT("%s"), kinds[i].after);
        g_autoptr(GError) error = NULL;
        g_autoptr(Comparison) comparison = compare(a, b, &error);

        assert_null(error);
        for (CompareKind kind = 0; kind < COMPARE_LAST; kind++) {
            assert_int_equal(comparison->counts[kind], kind == kinds[i].kind);
        }
        assert_int_equal(comparison->rows->len, kinds[i].kind != COMPARE_SAME);
        assert_int_equal(comparison_is_clean(comparison),
                         kinds[i].kind != COMPARE_NEW && kinds[i].kind != COMPARE_GONE);
    }
}

static void
text_groups_what_changed_alike(void **state)
{
    (void)state;
    const char *before = REPORT(CASE("a", "pass") "," CASE("b", "pass") "," CASE("c", "pass"));
    const char *after = REPORT("{\"id\":\"a\",\"verdict\":\"skip\",\"reason\":\"needs x\"},"
                               "{\"id\":\"b\",\"verdict\":\"skip\",\"reason\":\"needs x\"},"
                               "{\"id\":\"c\",\"verdict\":\"fail\",\"reason\":\"lost\"}");
    g_autoptr(Comparison) comparison = compare(before, after, NULL);
    g_autofree char *text = comparison_text(comparison, FALSE);
    g_autofree char *all = comparison_text(comparison, TRUE);

    assert_non_null(strstr(text, "New (1)\n  c\n      pass → fail: lost\n"));
    assert_non_null(strstr(text, "Changed (2)\n       2  pass → skip: needs x\n"));
    assert_non_null(strstr(all, "  b\n      pass → skip: needs x\n"));
    assert_non_null(strstr(text, "Same 0, New 1, Resolved 0, Ongoing 0, Changed 2"));
}

static void
what_is_no_report_is_named(void **state)
{
    (void)state;
    g_autoptr(GError) error = NULL, second = NULL;

    assert_null(compare("{}", REPORT(""), &error));
    assert_non_null(strstr(error->message, "the first file"));
    assert_null(compare(REPORT(""), REPORT(CASE("a", "perhaps")), &second));
    assert_non_null(strstr(second->message, "the second file: case 1"));
}

int
main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(each_pair_of_verdicts_has_its_kind),
        cmocka_unit_test(text_groups_what_changed_alike),
        cmocka_unit_test(what_is_no_report_is_named),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
