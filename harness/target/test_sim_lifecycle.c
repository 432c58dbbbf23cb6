/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "harness/target/test_sim.h"

static void
start_announces_resumed_before_started(void **state)
{
    (void)state;
    define("vm", UUID_A);
    assert_events("defined/added");
    assert_ok(sim->domain_create(conn, "vm", 0, &err));
    assert_state("vm", VIR_DOMAIN_RUNNING, VIR_DOMAIN_RUNNING_BOOTED);
    assert_events("resumed/unpaused started/booted");
}

static void
paused_start_stays_paused(void **state)
{
    (void)state;
    define("vm", UUID_A);
    g_free(take_events());
    assert_ok(sim->domain_create(conn, "vm", VIR_DOMAIN_START_PAUSED, &err));
    assert_state("vm", VIR_DOMAIN_PAUSED, VIR_DOMAIN_PAUSED_USER);
    assert_events("started/booted suspended/paused");
    assert_ok(sim->domain_resume(conn, "vm", &err));
    assert_state("vm", VIR_DOMAIN_RUNNING, VIR_DOMAIN_RUNNING_UNPAUSED);
    assert_events("resumed/unpaused");
}

static void
second_start_is_refused(void **state)
{
    (void)state;
    define("vm", UUID_A);
    assert_ok(sim->domain_create(conn, "vm", 0, &err));
    assert_refused(sim->domain_create(conn, "vm", 0, &err), VIR_ERR_OPERATION_INVALID,
                   "DOM-START-003");
}

static void
start_without_image_changes_nothing(void **state)
{
    (void)state;
    g_autofree char *xml = domain_xml("vm", UUID_A);
    assert_ok(sim->domain_define(conn, xml, 0, &err));
    g_free(take_events());
    assert_refused(sim->domain_create(conn, "vm", 0, &err), VIR_ERR_OPERATION_FAILED, "vm.qcow2");
    assert_state("vm", VIR_DOMAIN_SHUTOFF, VIR_DOMAIN_SHUTOFF_UNKNOWN);
    assert_events("");
    make_disk("vm");
    assert_ok(sim->domain_create(conn, "vm", 0, &err));
}

static void
autodestroy_goes_with_the_connection_and_alone(void **state)
{
    (void)state;
    define("vm", UUID_A);
    define("other", UUID_B);
    assert_ok(sim->domain_create(conn, "vm", VIR_DOMAIN_START_AUTODESTROY, &err));
    assert_ok(sim->domain_create(conn, "other", 0, &err));
    assert_ok(sim->reconnect(conn, &err));
    assert_state("vm", VIR_DOMAIN_SHUTOFF, VIR_DOMAIN_SHUTOFF_DESTROYED);
    assert_state("other", VIR_DOMAIN_RUNNING, VIR_DOMAIN_RUNNING_BOOTED);
}

/* Neither the process nor the driver is there to tidy up: the next driver does. */
static void
transient_overlays_go_after_a_crash_of_both(void **state)
{
    (void)state;
    static const char overlay[] = "/sim/images/vm.qcow2.TRANSIENT-vm";
    g_autofree char *plain = domain_xml("vm", UUID_A);
    GString *xml = g_string_new(plain);
    g_string_replace(xml, "</disk>", "<transient/></disk>", 1);
    make_disk("vm");
    assert_ok(sim->domain_define(conn, xml->str, 0, &err));
    g_string_free(xml, TRUE);
    assert_ok(sim->domain_create(conn, "vm", 0, &err));
    assert_true(file_exists(overlay));
    assert_ok(sim->disturb(conn, "vm", "kill", &err));
    assert_ok(sim->restart(conn, &err));
    assert_false(file_exists(overlay));
    assert_ok(sim->domain_create(conn, "vm", 0, &err));
}

static void
suspend_of_a_paused_domain_says_nothing(void **state)
{
    (void)state;
    define("vm", UUID_A);
    assert_ok(sim->domain_create(conn, "vm", 0, &err));
    assert_refused(sim->domain_resume(conn, "vm", &err), VIR_ERR_OPERATION_INVALID, "DOM-RES-001");
    g_free(take_events());
    assert_ok(sim->domain_suspend(conn, "vm", &err));
    assert_ok(sim->domain_suspend(conn, "vm", &err));
    assert_state("vm", VIR_DOMAIN_PAUSED, VIR_DOMAIN_PAUSED_USER);
    assert_events("suspended/paused");
}

static void
destroy_keeps_the_reason_over_a_restart(void **state)
{
    (void)state;
    define("vm", UUID_A);
    assert_ok(sim->domain_create(conn, "vm", 0, &err));
    g_free(take_events());
    assert_ok(sim->domain_destroy(conn, "vm", 0, &err));
    assert_events("shutdown/host stopped/destroyed");
    assert_ok(sim->restart(conn, &err));
    assert_state("vm", VIR_DOMAIN_SHUTOFF, VIR_DOMAIN_SHUTOFF_DESTROYED);
    assert_refused(sim->domain_destroy(conn, "vm", 0, &err), VIR_ERR_OPERATION_INVALID, "vm");
}

static void
running_domain_lives_through_a_restart(void **state)
{
    (void)state;
    define("vm", UUID_A);
    assert_ok(sim->domain_create(conn, "vm", 0, &err));
    assert_ok(sim->domain_suspend(conn, "vm", &err));
    assert_ok(sim->restart(conn, &err));
    assert_state("vm", VIR_DOMAIN_PAUSED, VIR_DOMAIN_PAUSED_USER);
    assert_ok(sim->domain_resume(conn, "vm", &err));
    assert_state("vm", VIR_DOMAIN_RUNNING, VIR_DOMAIN_RUNNING_UNPAUSED);
}

static void
guest_that_powers_off_is_shut_down(void **state)
{
    (void)state;
    define("vm", UUID_A);
    assert_ok(sim->domain_create(conn, "vm", 0, &err));
    g_free(take_events());
    assert_ok(sim->domain_shutdown(conn, "vm", 0, &err));
    assert_state("vm", VIR_DOMAIN_SHUTOFF, VIR_DOMAIN_SHUTOFF_SHUTDOWN);
    assert_events("shutdown/guest stopped/shutdown");
}

static void
shutdown_ways_are_checked(void **state)
{
    (void)state;
    define("vm", UUID_A);
    assert_refused(sim->domain_shutdown(conn, "vm", 0, &err), VIR_ERR_OPERATION_INVALID,
                   "DOM-SHUT-001");
    assert_ok(sim->domain_create(conn, "vm", 0, &err));
    assert_refused(sim->domain_shutdown(conn, "vm", VIR_DOMAIN_SHUTDOWN_SIGNAL, &err),
                   VIR_ERR_INVALID_ARG, "DOM-SHUT-002");
    assert_refused(sim->domain_shutdown(conn, "vm", VIR_DOMAIN_SHUTDOWN_GUEST_AGENT, &err),
                   VIR_ERR_ARGUMENT_UNSUPPORTED, "DOM-SHUT-004");
}

static void
transient_domain_leaves_when_it_stops(void **state)
{
    (void)state;
    g_autofree char *xml = domain_xml("vm", UUID_A);
    make_disk("vm");
    assert_ok(sim->domain_create_xml(conn, xml, 0, &err));
    assert_events("resumed/unpaused started/booted");
    assert_refused(sim->domain_undefine(conn, "vm", &err), VIR_ERR_OPERATION_INVALID,
                   "DOM-UNDEF-003");
    assert_ok(sim->domain_destroy(conn, "vm", 0, &err));
    int reason = 0, found = 0;
    assert_refused(sim->domain_get_state(conn, "vm", &found, &reason, &err), VIR_ERR_NO_DOMAIN,
                   "vm");
    assert_false(file_exists("/sim/run/qemu/vm.xml"));
}

static void
failed_create_leaves_no_domain(void **state)
{
    (void)state;
    g_autofree char *xml = domain_xml("vm", UUID_A);
    int found = 0;
    assert_refused(sim->domain_create_xml(conn, xml, 0, &err), VIR_ERR_OPERATION_FAILED, "vm");
    assert_refused(sim->domain_is_persistent(conn, "vm", &found, &err), VIR_ERR_NO_DOMAIN, "vm");
}

static void
name_and_uuid_belong_together(void **state)
{
    (void)state;
    define("vm", UUID_A);
    g_autofree char *same_uuid = domain_xml("other", UUID_A);
    g_autofree char *same_name = domain_xml("vm", UUID_B);
    assert_refused(sim->domain_define(conn, same_uuid, 0, &err), VIR_ERR_OPERATION_FAILED,
                   "DOM-DEF-005");
    assert_refused(sim->domain_define(conn, same_name, 0, &err), VIR_ERR_OPERATION_FAILED,
                   "DOM-DEF-006");
}

static void
undefine_of_a_running_domain_leaves_it_transient(void **state)
{
    (void)state;
    define("vm", UUID_A);
    assert_ok(sim->domain_set_autostart(conn, "vm", 1, &err));
    assert_ok(sim->domain_create(conn, "vm", 0, &err));
    g_free(take_events());
    assert_ok(sim->domain_undefine(conn, "vm", &err));
    assert_events("undefined/removed");
    int persistent = 1, autostart = 1;
    assert_ok(sim->restart(conn, &err));
    assert_ok(sim->domain_is_persistent(conn, "vm", &persistent, &err));
    assert_ok(sim->domain_get_autostart(conn, "vm", &autostart, &err));
    assert_int_equal(persistent, 0);
    assert_int_equal(autostart, 0);
    assert_state("vm", VIR_DOMAIN_RUNNING, VIR_DOMAIN_RUNNING_BOOTED);
}

static void
rename_moves_what_is_recorded(void **state)
{
    (void)state;
    define("vm", UUID_A);
    assert_ok(sim->domain_set_autostart(conn, "vm", 1, &err));
    g_free(take_events());
    assert_ok(sim->domain_rename(conn, "vm", "vm2", 0, &err));
    assert_events("undefined/renamed defined/renamed");
    assert_false(file_exists("/sim/etc/qemu/vm.xml"));
    assert_ok(sim->restart(conn, &err));
    int autostart = 0;
    assert_ok(sim->domain_get_autostart(conn, "vm2", &autostart, &err));
    assert_int_equal(autostart, 1);
    assert_refused(sim->domain_rename(conn, "vm2", "vm2", 0, &err), VIR_ERR_OPERATION_INVALID,
                   "DOM-REN-004");
    assert_refused(sim->domain_rename(conn, "vm2", "a/b", 0, &err), VIR_ERR_XML_ERROR, "a/b");
    assert_int_equal(sim->domain_rename(conn, "vm2", "a\nb", 0, &err), VIR_ERR_XML_ERROR);
}

static void
list_filters_combine(void **state)
{
    (void)state;
    define("a", UUID_A);
    define("b", UUID_B);
    assert_ok(sim->domain_create(conn, "b", 0, &err));
    char **names = NULL;
    assert_ok(sim->domain_list(
        conn, VIR_CONNECT_LIST_DOMAINS_ACTIVE | VIR_CONNECT_LIST_DOMAINS_PERSISTENT, &names, &err));
    assert_string_equal(names[0], "b");
    assert_null(names[1]);
    sim->free_list(names);
    assert_ok(sim->domain_list(
        conn, VIR_CONNECT_LIST_DOMAINS_ACTIVE | VIR_CONNECT_LIST_DOMAINS_INACTIVE, &names, &err));
    assert_int_equal(g_strv_length(names), 2);
    sim->free_list(names);
}

static void
each_list_filter_tells_domains_apart(void **state)
{
    (void)state;
    static const struct {
        unsigned int flags;
        const char *names;
    } rows[] = {
        {VIR_CONNECT_LIST_DOMAINS_SHUTOFF, "a"},
        {VIR_CONNECT_LIST_DOMAINS_RUNNING, "b"},
        {VIR_CONNECT_LIST_DOMAINS_PAUSED, ""},
        {VIR_CONNECT_LIST_DOMAINS_SHUTOFF | VIR_CONNECT_LIST_DOMAINS_PAUSED, "a"},
        {VIR_CONNECT_LIST_DOMAINS_OTHER, ""},
        {VIR_CONNECT_LIST_DOMAINS_TRANSIENT, ""},
        {VIR_CONNECT_LIST_DOMAINS_AUTOSTART, "a"},
        {VIR_CONNECT_LIST_DOMAINS_NO_AUTOSTART, "b"},
        {VIR_CONNECT_LIST_DOMAINS_MANAGEDSAVE, ""},
        {VIR_CONNECT_LIST_DOMAINS_NO_MANAGEDSAVE, "a b"},
        {VIR_CONNECT_LIST_DOMAINS_HAS_SNAPSHOT, ""},
        {VIR_CONNECT_LIST_DOMAINS_NO_SNAPSHOT, "a b"},
        {VIR_CONNECT_LIST_DOMAINS_HAS_CHECKPOINT, ""},
        {VIR_CONNECT_LIST_DOMAINS_NO_CHECKPOINT, "a b"},
    };
    define("a", UUID_A);
    define("b", UUID_B);
    assert_ok(sim->domain_create(conn, "b", 0, &err));
    assert_ok(sim->domain_set_autostart(conn, "a", 1, &err));
    for (guint i = 0; i < G_N_ELEMENTS(rows); i++) {
        char **names = NULL;
        assert_ok(sim->domain_list(conn, rows[i].flags, &names, &err));
        g_autofree char *seen = g_strjoinv(" ", names);
        assert_string_equal(seen, rows[i].names);
        sim->free_list(names);
    }
}

static void
descriptions_have_flags_of_their_own(void **state)
{
    (void)state;
    char *xml = NULL;
    define("vm", UUID_A);
    assert_refused(sim->domain_get_xml(conn, "vm", VIR_DOMAIN_UNDEFINE_TPM, &xml, &err),
                   VIR_ERR_INVALID_ARG, "flag");
}

static void
medium_that_is_missing_hinders_the_start(void **state)
{
    (void)state;
    g_autofree char *plain = domain_xml("vm", UUID_A);
    g_auto(GStrv) parts = g_strsplit(plain, "</devices>", 2);
    g_autofree char *xml = g_strconcat(
        parts[0],
        "<disk type='file' device='cdrom'><driver name='qemu' type='raw'/>"
        "<source file='/sim/images/none.iso'/><target dev='hda' bus='ide'/><readonly/></disk>"
        "</devices>",
        parts[1], NULL);
    make_disk("vm");
    assert_ok(sim->domain_define(conn, xml, 0, &err));
    assert_refused(sim->domain_create(conn, "vm", 0, &err), VIR_ERR_OPERATION_FAILED,
                   "DOM-START-020");
}

static void
probe_sees_the_same_and_disturbs_nothing(void **state)
{
    (void)state;
    define("vm", UUID_A);
    assert_ok(sim->domain_create(conn, "vm", 0, &err));
    struct vm_conn *own = conn, *copy = NULL;
    assert_ok(sim->probe(conn, &copy, &err));
    conn = copy;
    assert_state("vm", VIR_DOMAIN_RUNNING, VIR_DOMAIN_RUNNING_BOOTED);
    sim->close(copy);
    conn = own;
    assert_state("vm", VIR_DOMAIN_RUNNING, VIR_DOMAIN_RUNNING_BOOTED);
    assert_ok(sim->domain_destroy(conn, "vm", 0, &err));
}

#define TEST(function) cmocka_unit_test_setup_teardown(function, open_rfc, close_sim)

int
main(void)
{
    const struct CMUnitTest tests[] = {
        TEST(start_announces_resumed_before_started),
        TEST(paused_start_stays_paused),
        TEST(second_start_is_refused),
        TEST(start_without_image_changes_nothing),
        TEST(autodestroy_goes_with_the_connection_and_alone),
        TEST(transient_overlays_go_after_a_crash_of_both),
        TEST(suspend_of_a_paused_domain_says_nothing),
        TEST(destroy_keeps_the_reason_over_a_restart),
        TEST(running_domain_lives_through_a_restart),
        TEST(guest_that_powers_off_is_shut_down),
        TEST(shutdown_ways_are_checked),
        TEST(transient_domain_leaves_when_it_stops),
        TEST(failed_create_leaves_no_domain),
        TEST(name_and_uuid_belong_together),
        TEST(undefine_of_a_running_domain_leaves_it_transient),
        TEST(rename_moves_what_is_recorded),
        TEST(each_list_filter_tells_domains_apart),
        TEST(descriptions_have_flags_of_their_own),
        TEST(medium_that_is_missing_hinders_the_start),
        TEST(list_filters_combine),
        TEST(probe_sees_the_same_and_disturbs_nothing),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
