/* SPDX-License-Identifier: LGPL-2.1-or-later
 *
 * What somebody probably meant.
 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <cmocka.h>
#include "harness/cli/nearest.h"

static const char *const names[] = {"run", "list", "rules", "doctor", "snapshot-create", NULL};

static void
test_distance_counts_letters(void **state)
{
    (void)state;
    assert_int_equal(edit_distance("", ""), 0);
    assert_int_equal(edit_distance("abc", "abc"), 0);
    assert_int_equal(edit_distance("abc", "ac"), 1);
    assert_int_equal(edit_distance("ac", "abc"), 1);
    assert_int_equal(edit_distance("abc", "axc"), 1);
    assert_int_equal(edit_distance("abcd", "abdc"), 1);
    assert_int_equal(edit_distance("", "abc"), 3);
    assert_int_equal(edit_distance("kitten", "sitting"), 3);
}

static void
test_nearest_is_found(void **state)
{
    (void)state;
    assert_string_equal(nearest_of("rum", names), "run");
    assert_string_equal(nearest_of("lsit", names), "list");
    assert_string_equal(nearest_of("rule", names), "rules");
    assert_string_equal(nearest_of("snapshot-crate", names), "snapshot-create");
}

static void
test_far_words_have_no_nearest(void **state)
{
    (void)state;
    assert_null(nearest_of("x", names));
    assert_null(nearest_of("migrate", names));
    assert_null(nearest_of("", names));
}

int
main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_distance_counts_letters),
        cmocka_unit_test(test_nearest_is_found),
        cmocka_unit_test(test_far_words_have_no_nearest),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
