/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "harness/fidelity/extent.h"

#include <stdarg.h>
#include <stddef.h>
#include <setjmp.h>
#include <stdint.h>
#include <cmocka.h>

static void
assert_joined(const char *given, const char *wanted)
{
    json_t *value = json_loads(given, 0, NULL);
    json_t *expected = json_loads(wanted, 0, NULL);
    json_t *joined = extents_join(value);

    assert_true(json_equal(joined, expected));
    json_decref(value);
    json_decref(expected);
    json_decref(joined);
}

static void
test_extents_that_only_lie_apart_are_joined(void **state)
{
    (void)state;
    assert_joined("[{\"start\":0,\"length\":4,\"depth\":0,\"data\":true,\"offset\":90},"
                  "{\"start\":4,\"length\":4,\"depth\":0,\"data\":true,\"offset\":50},"
                  "{\"start\":8,\"length\":2,\"depth\":0,\"data\":false}]",
                  "[{\"start\":0,\"length\":8,\"depth\":0,\"data\":true},"
                  "{\"start\":8,\"length\":2,\"depth\":0,\"data\":false}]");
}

static void
test_other_layers_are_kept_apart(void **state)
{
    static const char two[] = "[{\"start\":0,\"length\":4,\"depth\":0,\"data\":true},"
                              "{\"start\":4,\"length\":4,\"depth\":1,\"data\":true}]";

    (void)state;
    assert_joined(two, two);
}

static void
test_anything_else_stays_as_it_is(void **state)
{
    (void)state;
    assert_joined("[{\"offset\":1},{\"offset\":2}]", "[{\"offset\":1},{\"offset\":2}]");
    assert_null(extents_join(NULL));
}

int
main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_extents_that_only_lie_apart_are_joined),
        cmocka_unit_test(test_other_layers_are_kept_apart),
        cmocka_unit_test(test_anything_else_stays_as_it_is),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
