/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>
#include <jansson.h>
#include "spec/driver/json_text.h"

static void
everything_can_be_read_again(void **state)
{
    (void)state;
    GString *json = vm_json_begin();
    vm_json_text(json, "text", "a");
    vm_json_text(json, "none", NULL);
    vm_json_flag(json, "yes", TRUE);
    vm_json_flag(json, "no", FALSE);
    vm_json_number(json, "number", 4294967295U);
    vm_json_open(json, "list", '[');
    vm_json_open(json, NULL, '{');
    vm_json_text(json, "path", "/p");
    vm_json_close(json, '}');
    vm_json_open(json, NULL, '{');
    vm_json_close(json, '}');
    vm_json_close(json, ']');
    g_autofree char *text = vm_json_end(json);
    assert_string_equal(text, "{\"text\":\"a\",\"none\":null,\"yes\":true,\"no\":false,"
                              "\"number\":4294967295,"
                              "\"list\":[{\"path\":\"/p\"},{}]}");
    json_t *read = json_loads(text, 0, NULL);
    assert_non_null(read);
    json_decref(read);
}

static void
an_empty_object_has_no_comma(void **state)
{
    (void)state;
    g_autofree char *text = vm_json_end(vm_json_begin());
    assert_string_equal(text, "{}");
}

static void
texts_come_back_as_they_were(void **state)
{
    static const char odd[] = "\"quoted\" \\ back\x01\x1f\n\t end \xc3\xa9 \x7f";
    g_autoptr(GPtrArray) texts = g_ptr_array_new();
    (void)state;
    g_ptr_array_add(texts, (gpointer)odd);
    g_ptr_array_add(texts, (gpointer) "");
    GString *json = vm_json_begin();
    vm_json_texts(json, "texts", texts);
    vm_json_text(json, "last", "x");
    g_autofree char *text = vm_json_end(json);
    json_t *read = json_loads(text, 0, NULL);
    assert_non_null(read);
    const json_t *list = json_object_get(read, "texts");
    assert_int_equal(json_array_size(list), 2);
    assert_string_equal(json_string_value(json_array_get(list, 0)), odd);
    assert_string_equal(json_string_value(json_array_get(list, 1)), "");
    assert_string_equal(json_string_value(json_object_get(read, "last")), "x");
    json_decref(read);
}

int
main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(everything_can_be_read_again),
        cmocka_unit_test(an_empty_object_has_no_comma),
        cmocka_unit_test(texts_come_back_as_they_were),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
