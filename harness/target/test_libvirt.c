/* SPDX-License-Identifier: LGPL-2.1-or-later
 *
 * libvirt as a target, tried on its in-process test driver.  Exit code 77
 * (skipped) where libvirt is not installed.
 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <string.h>
#include <cmocka.h>

#include "harness/target/target_load.h"

#define DOMAIN_XML \
    "<domain type='test'><name>vmt</name><uuid>11111111-2222-3333-4444-555555555555</uuid>" \
    "<memory>8192</memory><os><type>hvm</type></os><devices><disk type='file' device='disk'>" \
    "<driver type='qcow2'/><source file='/nowhere/a.qcow2'/><target dev='vda'/></disk></devices>" \
    "</domain>"

static const struct vm_target *target;

static int
connect_test_driver(void **state)
{
    const struct vm_target_options options = {
        .uri = "test:///default", .profile = "libvirt", .workdir = "/nowhere"};
    struct vm_conn *conn;
    struct vm_error err = {0};

    assert_int_equal(target->open(&options, &conn, &err), 0);
    *state = conn;
    return 0;
}

static int
disconnect(void **state)
{
    target->close(*state);
    return 0;
}

static void
test_defines_and_lists_a_domain(void **state)
{
    struct vm_error err = {0};
    char **names;

    assert_int_equal(target->domain_define(*state, DOMAIN_XML, 0, &err), 0);
    assert_int_equal(target->domain_list(*state, 0, &names, &err), 0);
    assert_true(g_strv_contains((const char *const *)names, "vmt"));
    target->free_list(names);
    assert_int_equal(target->domain_undefine(*state, "vmt", &err), 0);
}

static void
test_gives_code_and_text_of_a_refusal(void **state)
{
    struct vm_error err = {0};

    assert_int_equal(target->domain_destroy(*state, "no-such-domain", 0, &err), 42);
    assert_int_equal(err.code, 42);
    assert_non_null(strstr(err.text, "not found"));
}

static void
test_guards_snapshots_against_undefine(void **state)
{
    struct vm_error err = {0};
    char *name;

    assert_int_equal(target->domain_define(*state, DOMAIN_XML, 0, &err), 0);
    assert_int_equal(target->snapshot_create_xml(*state, "vmt",
                                                 "<domainsnapshot><name>s1</name></domainsnapshot>",
                                                 0, &name, &err),
                     0);
    assert_string_equal(name, "s1");
    target->free_string(name);
    assert_int_equal(target->domain_undefine(*state, "vmt", &err), 55);
    assert_int_equal(target->domain_undefine_flags(*state, "vmt", 2, &err), 0);
}

static void
test_delivers_events_in_order(void **state)
{
    struct vm_error err = {0};
    struct vm_event event;

    assert_int_equal(target->domain_create_xml(*state, DOMAIN_XML, 0, &err), 0);
    assert_int_equal(target->domain_destroy(*state, "vmt", 0, &err), 0);
    assert_int_equal(target->next_event(*state, &event), 1);
    assert_string_equal(event.domain, "vmt");
    assert_int_equal(event.type, 2);
    assert_int_equal(target->next_event(*state, &event), 1);
    assert_int_equal(event.type, 5);
    assert_int_equal(target->next_event(*state, &event), 0);
}

int
main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test_setup_teardown(test_defines_and_lists_a_domain, connect_test_driver,
                                        disconnect),
        cmocka_unit_test_setup_teardown(test_gives_code_and_text_of_a_refusal,
                                        connect_test_driver, disconnect),
        cmocka_unit_test_setup_teardown(test_guards_snapshots_against_undefine,
                                        connect_test_driver, disconnect),
        cmocka_unit_test_setup_teardown(test_delivers_events_in_order, connect_test_driver,
                                        disconnect),
    };
    g_autoptr(GError) error = NULL;

    target = target_libvirt(&error);
    if (!target) {
        printf("skipped: %s\n", error->message);
        return 77;
    }
    return cmocka_run_group_tests(tests, NULL, NULL);
}
