/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>
#include "spec/driver/readings.h"

#define DOMAIN(name)                                                                               \
    "<domain type='qemu'><name>" name "</name><uuid>3b1a2f0c-7c0e-4a55-9d2b-0d2f1a6b7c8d</uuid>"   \
    "<memory>1024</memory><os><type>hvm</type></os></domain>"

/* A metadata file with that text between <active> and its end. */
static char *
file_text(const char *begin, const char *active, const char *name)
{
    return g_strdup_printf("%s<active>%s</active>\n  <name>%s</name><state>shutoff</state>"
                           "<creationTime>1</creationTime>" DOMAIN("vm") "</domainsnapshot>",
                           begin, active, name);
}

static VmSnapshotDef *
read_marked(VmReadings *readings, const char *begin, const char *active, guint64 *mark)
{
    g_autofree char *text = file_text(begin, active, "s1");
    return vm_readings_snapshot(readings, text, mark, NULL);
}

static VmSnapshotDef *
read_file(VmReadings *readings, const char *begin, const char *active, const char *name)
{
    g_autofree char *text = file_text(begin, active, name);
    guint64 mark = 0;
    return vm_readings_snapshot(readings, text, &mark, NULL);
}

#define HEAD "<domainsnapshot>\n  "

static void
equal_texts_of_a_domain_are_one_definition(void **state)
{
    (void)state;
    g_autoptr(VmReadings) readings = vm_readings_new();
    g_autoptr(VmDomainDef) first = vm_readings_domain(readings, DOMAIN("vm"), NULL);
    g_autoptr(VmDomainDef) again = vm_readings_domain(readings, DOMAIN("vm"), NULL);
    g_autoptr(VmDomainDef) other = vm_readings_domain(readings, DOMAIN("vn"), NULL);
    assert_non_null(first);
    assert_ptr_equal(first, again);
    assert_ptr_not_equal(first, other);
    assert_string_equal(other->name, "vn");
}

static void
files_that_differ_in_their_mark_are_one_definition(void **state)
{
    (void)state;
    g_autoptr(VmReadings) readings = vm_readings_new();
    guint64 mark = 0, other_mark = 0;
    g_autoptr(VmSnapshotDef) first = read_marked(readings, HEAD, "7", &mark);
    g_autoptr(VmSnapshotDef) again = read_marked(readings, HEAD, "12", &other_mark);
    g_autoptr(VmSnapshotDef) other = read_file(readings, HEAD, "7", "s2");
    assert_non_null(first);
    assert_ptr_equal(first, again);
    assert_ptr_not_equal(first, other);
    assert_int_equal(mark, 7);
    assert_int_equal(other_mark, 12);
}

static void
a_mark_is_that_of_the_text(void **state)
{
    (void)state;
    static const char *const marks[] = {"0", "3", "18446744073709551614"};
    g_autoptr(VmReadings) readings = vm_readings_new();
    for (guint i = 0; i < G_N_ELEMENTS(marks); i++) {
        guint64 right = g_ascii_strtoull(marks[i], NULL, 10), mark = 1, plain_mark = 1,
                odd_mark = 1;
        g_autoptr(VmSnapshotDef) kept = read_marked(readings, HEAD, marks[i], &mark);
        g_autoptr(VmSnapshotDef) plain = read_marked(NULL, HEAD, marks[i], &plain_mark);
        g_autoptr(VmSnapshotDef) odd =
            read_marked(readings, "<domainsnapshot>", marks[i], &odd_mark);
        assert_true(mark == right && plain_mark == right && odd_mark == right);
        assert_string_equal(kept->name, "s1");
    }
}

static void
what_cannot_be_read_is_refused_each_time(void **state)
{
    (void)state;
    g_autoptr(VmReadings) readings = vm_readings_new();
    for (guint i = 0; i < 2; i++) {
        g_autoptr(GError) error = NULL;
        assert_null(vm_readings_domain(readings, "<domain", &error));
        assert_int_equal(error->code, VIR_ERR_XML_DETAIL);
        assert_null(read_file(readings, HEAD, "x", "s1"));
        assert_null(read_file(readings, HEAD, "3x", "s1"));
        assert_null(read_file(readings, HEAD, "1", "a/b"));
    }
}

int
main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(equal_texts_of_a_domain_are_one_definition),
        cmocka_unit_test(files_that_differ_in_their_mark_are_one_definition),
        cmocka_unit_test(a_mark_is_that_of_the_text),
        cmocka_unit_test(what_cannot_be_read_is_refused_each_time),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
