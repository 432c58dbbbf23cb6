/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <cmocka.h>
#include "sim/vm/key_values.h"
#include "spec/api/error.h"

static void
expect(const char *text, const char *json)
{
    g_autoptr(GError) error = NULL;
    json_t *object = sim_key_values_read(text, "driver", &error);
    assert_null(error);
    char *seen = json_dumps(object, JSON_COMPACT | JSON_SORT_KEYS);
    assert_string_equal(seen, json);
    free(seen);
    json_decref(object);
}

static void
test_values_have_types_but_names_have_not(void **state)
{
    (void)state;
    expect("driver=qcow2,read-only=on,cache.direct=off,size=12,node-name=7,file.filename=on",
           "{\"cache\":{\"direct\":false},\"driver\":\"qcow2\",\"file\":{\"filename\":\"on\"},"
           "\"node-name\":\"7\",\"read-only\":true,\"size\":12}");
}

static void
test_the_first_word_may_be_the_driver_alone(void **state)
{
    (void)state;
    expect("virtio-blk-pci,id=vda", "{\"driver\":\"virtio-blk-pci\",\"id\":\"vda\"}");
}

static void
test_numbered_keys_are_a_list(void **state)
{
    (void)state;
    expect("driver=x,l.0.event=e,l.1.event=f,m.0=a",
           "{\"driver\":\"x\",\"l\":[{\"event\":\"e\"},{\"event\":\"f\"}],\"m\":[\"a\"]}");
}

static void
test_a_doubled_comma_is_a_comma(void **state)
{
    (void)state;
    expect("driver=file,filename=a,,b", "{\"driver\":\"file\",\"filename\":\"a,b\"}");
}

static void
test_json_is_taken_as_it_is(void **state)
{
    (void)state;
    expect("{\"driver\":\"file\",\"n\":\"1\"}", "{\"driver\":\"file\",\"n\":\"1\"}");
}

static void
test_what_is_no_pair_is_refused(void **state)
{
    (void)state;
    g_autoptr(GError) error = NULL;
    assert_null(sim_key_values_read("a=b,c", "driver", &error));
    assert_int_equal(error->code, VIR_ERR_OPERATION_UNSUPPORTED);
    assert_string_equal(error->message, "No '=' after parameter 'c'");
}

int
main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_values_have_types_but_names_have_not),
        cmocka_unit_test(test_the_first_word_may_be_the_driver_alone),
        cmocka_unit_test(test_numbered_keys_are_a_list),
        cmocka_unit_test(test_a_doubled_comma_is_a_comma),
        cmocka_unit_test(test_json_is_taken_as_it_is),
        cmocka_unit_test(test_what_is_no_pair_is_refused),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
