/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "ci/mutation/reach.h"
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>
#include <cmocka.h>
#include "ci/mutation/recorder/recorder.h"

/* Two blocks: lines 3 and 4, and line 5. */
static const char code[] = "block 100\nline 105 a.c 3\nline 10a a.c 4\n"
                           "block 120\nline 120 a.c 5\nline 90 a.c 1\n";

static void
add_record(GByteArray *records, const char *name, guint microseconds, guint32 place)
{
    RecordHead head = {(guint32)strlen(name), microseconds, 1};
    g_byte_array_append(records, (const guint8 *)&head, sizeof(head));
    g_byte_array_append(records, (const guint8 *)name, head.name_length);
    g_byte_array_append(records, (const guint8 *)&place, sizeof(place));
}

static Reach *
reach_of_three(void)
{
    g_autoptr(GByteArray) records = g_byte_array_new();
    add_record(records, "slow", 9, 0x105);
    add_record(records, "quick", 2, 0x105);
    add_record(records, "other", 1, 0x125);
    return reach_new(code, (const char *)records->data, records->len);
}

static void
assert_tests(GPtrArray *tests, const char *expected)
{
    g_autoptr(GPtrArray) owned = tests;
    g_autoptr(GString) text = g_string_new(NULL);
    assert_non_null(owned);
    for (guint i = 0; i < owned->len; i++) {
        const ReachTest *test = g_ptr_array_index(owned, i);
        g_string_append_printf(text, "%s%s;", test->name, test->again ? " again" : "");
    }
    assert_string_equal(text->str, expected);
}

static void
test_a_line_is_reached_with_its_block(void **state)
{
    g_autoptr(Reach) reach = reach_of_three();
    (void)state;
    assert_tests(reach_tests(reach, "a.c", 4, 4), "quick;slow again;");
    assert_tests(reach_tests(reach, "a.c", 5, 5), "other;");
    assert_tests(reach_tests(reach, "a.c", 4, 5), "other;quick;slow again;");
}

static void
test_a_line_without_code_has_no_answer(void **state)
{
    g_autoptr(Reach) reach = reach_of_three();
    (void)state;
    assert_null(reach_tests(reach, "a.c", 1, 2));
    assert_null(reach_tests(reach, "b.c", 4, 4));
    assert_tests(reach_all(reach), "other;quick;slow again;");
}

int
main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_a_line_is_reached_with_its_block),
        cmocka_unit_test(test_a_line_without_code_has_no_answer),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
