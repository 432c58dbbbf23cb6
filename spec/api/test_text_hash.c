/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "spec/api/text_hash.h"
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <cmocka.h>

#define NAMES 60000
#define PLACES 131072

static void
test_equal_texts_have_equal_hashes(void **state)
{
    static const char place[] = "xthe text of a document";
    (void)state;
    assert_int_equal(vm_text_hash("the text of a document"), vm_text_hash(place + 1));
    assert_int_equal(vm_text_hash(""), vm_text_hash(""));
    assert_int_not_equal(vm_text_hash("the text of a document"), vm_text_hash("the text of"));
    assert_int_not_equal(vm_text_hash("12345678"), vm_text_hash("123456789"));
}

/* Taken places in a row are what a look-up may have to go along. */
static void
test_numbered_names_do_not_crowd(void **state)
{
    g_autofree gboolean *taken = g_new0(gboolean, PLACES);
    guint longest = 0, row = 0;
    (void)state;
    for (guint i = 0; i < NAMES; i++) {
        g_autofree char *name = g_strdup_printf("s%u", i);
        taken[vm_text_hash(name) % PLACES] = TRUE;
    }
    for (guint i = 0; i < PLACES; i++) {
        row = taken[i] ? row + 1 : 0;
        longest = MAX(longest, row);
    }
    assert_in_range(longest, 1, 40);
}

int
main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_equal_texts_have_equal_hashes),
        cmocka_unit_test(test_numbered_names_do_not_crowd),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
