/* SPDX-License-Identifier: LGPL-2.1-or-later
 *
 * What differs from run to run stays out of reports, and nothing else does.
 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <cmocka.h>
#include "harness/run/volatile_text.h"

static void
assert_hidden(const char *text, const char *expected)
{
    char *hidden = g_strdup(text);

    volatile_text_hide(&hidden, "/tmp/run-1");
    assert_string_equal(hidden, expected);
    g_free(hidden);
}

static void
test_the_folder_is_hidden(void **state)
{
    (void)state;
    assert_hidden("in /tmp/run-1/a and /tmp/run-1", "in $WORKDIR/a and $WORKDIR");
    assert_hidden("nothing to hide", "nothing to hide");
    assert_hidden("", "");
}

static void
test_the_time_is_hidden(void **state)
{
    g_autofree char *now = g_strdup_printf("%" G_GINT64_FORMAT, g_get_real_time() / 1000000);
    g_autofree char *text = g_strdup_printf("snapshot %s: /d/vm.%s", now, now);
    g_autofree char *longer = g_strdup_printf("%s0", now);

    (void)state;
    assert_hidden(text, "snapshot $NOW: /d/vm.$NOW");
    assert_hidden(longer, longer);
}

static void
test_other_numbers_stay(void **state)
{
    (void)state;
    assert_hidden("1073741824 bytes, 1234567890, 12", "1073741824 bytes, 1234567890, 12");
}

static void
test_no_text_is_none(void **state)
{
    char *none = NULL;

    (void)state;
    volatile_text_hide(&none, "/tmp/run-1");
    assert_null(none);
}

int
main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_the_folder_is_hidden),
        cmocka_unit_test(test_the_time_is_hidden),
        cmocka_unit_test(test_other_numbers_stay),
        cmocka_unit_test(test_no_text_is_none),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
