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
read_file(VmReadings *readings, const char *begin, const char *active, const char *name)
{
    g_autofree char *text = file_text(begin, active, name);
    return vm_readings_snapshot(readings, text, NULL);
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
what_one_driver_notes_in_a_snapshot_no_other_sees(void **state)
{
    (void)state;
    g_autoptr(VmReadings) readings = vm_readings_new();
    g_autoptr(VmSnapshotDef) first = read_file(readings, HEAD, "7", "s1");
    assert_non_null(first);
    first->active = 12;
    g_autoptr(VmSnapshotDef) again = read_file(readings, HEAD, "7", "s1");
    assert_ptr_not_equal(first, again);
    assert_int_equal(again->active, 7);
    assert_ptr_equal(first->domain, again->domain);
}

static void
a_mark_is_that_of_the_text(void **state)
{
    (void)state;
    static const char *const marks[] = {"0", "3", "18446744073709551614"};
    g_autoptr(VmReadings) readings = vm_readings_new();
    for (guint i = 0; i < G_N_ELEMENTS(marks); i++) {
        g_autoptr(VmSnapshotDef) kept = read_file(readings, HEAD, marks[i], "s1");
        g_autoptr(VmSnapshotDef) plain = read_file(NULL, HEAD, marks[i], "s1");
        g_autoptr(VmSnapshotDef) odd = read_file(readings, "<domainsnapshot>", marks[i], "s1");
        assert_int_equal(kept->active, plain->active);
        assert_int_equal(odd->active, plain->active);
        assert_string_equal(kept->name, "s1");
    }
}

static void
the_text_kept_with_a_snapshot_is_that_of_its_document(void **state)
{
    (void)state;
    g_autoptr(VmReadings) readings = vm_readings_new();
    g_autoptr(VmSnapshotDef) kept = read_file(readings, HEAD, "0", "s1");
    g_autoptr(VmSnapshotDef) plain = read_file(NULL, HEAD, "0", "s1");
    g_autofree char *text = vm_snapshot_def_format(plain, NULL, VM_SNAPSHOT_FORMAT_SECURE);
    assert_string_equal(kept->secure_text, text);
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
        cmocka_unit_test(what_one_driver_notes_in_a_snapshot_no_other_sees),
        cmocka_unit_test(a_mark_is_that_of_the_text),
        cmocka_unit_test(the_text_kept_with_a_snapshot_is_that_of_its_document),
        cmocka_unit_test(what_cannot_be_read_is_refused_each_time),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
