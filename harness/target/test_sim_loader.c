/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "harness/target/test_sim.h"

#define META "/sim/lib/qemu/snapshot/"

/* A metadata file of snapshot `name` in the folder of `folder`. */
static void
put_snapshot(const char *folder, const char *file, const char *name, const char *rest)
{
    g_autofree char *path = g_strdup_printf(META "%s/%s.xml", folder, file);
    g_autofree char *xml =
        g_strdup_printf("<domainsnapshot><name>%s</name>%s</domainsnapshot>", name, rest);
    write_file(path, xml);
}

/* What stands in such a file beside the name: state, parent, time, the domain, <active>. */
static char *
body(const char *parent, int time, const char *uuid, int active)
{
    g_autofree char *domain = domain_xml("vm", uuid);
    g_autofree char *above =
        parent != NULL ? g_strdup_printf("<parent><name>%s</name></parent>", parent) : g_strdup("");
    return g_strdup_printf("<state>shutoff</state>%s<creationTime>%d</creationTime>"
                           "<memory snapshot='no'/><disks><disk name='vda' snapshot='internal'/>"
                           "</disks>%s<active>%d</active>",
                           above, time, domain, active);
}

static void
put(const char *name, const char *parent, int time, int active)
{
    g_autofree char *text = body(parent, time, UUID_A, active);
    put_snapshot("vm", name, name, text);
}

static char *
current(void)
{
    char *name = NULL;
    if (sim->snapshot_current(conn, "vm", 0, &name, &err) != 0)
        return g_strdup("none");
    char *copy = g_strdup(name);
    sim->free_string(name);
    return copy;
}

/* Restart, and give back what the loader had to say. */
static char *
reload(void)
{
    char *log = NULL;
    assert_ok(sim->take_log(conn, &log, &err));
    sim->free_string(log);
    assert_ok(sim->restart(conn, &err));
    assert_ok(sim->take_log(conn, &log, &err));
    char *copy = g_strdup(log != NULL ? log : "");
    sim->free_string(log);
    return copy;
}

static void
malformed_file_is_kept_and_its_name_reserved(void **state)
{
    (void)state;
    define("vm", UUID_A);
    put("s1", NULL, 1, 0);
    put("s2", "s1", 2, 1);
    write_file(META "vm/s1.xml", "<domainsnapshot><na");
    g_autofree char *log = reload();
    assert_non_null(strstr(log, "s1.xml"));
    assert_non_null(strstr(log, "missing"));
    assert_snapshots("vm", "s2");
    g_autofree char *now = current();
    assert_string_equal(now, "s2");
    char *name = NULL;
    assert_int_not_equal(
        sim->snapshot_create_xml(conn, "vm", "<domainsnapshot><name>s1</name></domainsnapshot>", 0,
                                 &name, &err),
        0);
    assert_true(file_exists(META "vm/s1.xml"));
}

static void
oversized_file_is_left_out(void **state)
{
    (void)state;
    define("vm", UUID_A);
    put("s1", NULL, 1, 0);
    g_autofree char *big = g_strnfill(2 << 20, ' ');
    write_file(META "vm/big.xml", big);
    g_autofree char *log = reload();
    assert_non_null(strstr(log, "big.xml"));
    assert_snapshots("vm", "s1");
}

static void
newest_of_several_currents_wins(void **state)
{
    (void)state;
    define("vm", UUID_A);
    put("a", NULL, 3, 1);
    put("b", NULL, 5, 1);
    put("c", NULL, 4, 1);
    g_autofree char *log = reload();
    assert_non_null(strstr(log, "current"));
    g_autofree char *now = current();
    assert_string_equal(now, "b");
}

static void
cycle_is_broken_at_its_oldest_member(void **state)
{
    (void)state;
    define("vm", UUID_A);
    put("a", "c", 2, 0);
    put("b", "a", 1, 0);
    put("c", "b", 3, 1);
    put("self", "self", 4, 0);
    g_autofree char *log = reload();
    assert_non_null(strstr(log, "ancestor"));
    char *parent = NULL;
    assert_ok(sim->snapshot_parent(conn, "vm", "c", 0, &parent, &err));
    assert_string_equal(parent, "b");
    sim->free_string(parent);
    assert_refused(sim->snapshot_parent(conn, "vm", "b", 0, &parent, &err),
                   VIR_ERR_NO_DOMAIN_SNAPSHOT, "b");
    g_autofree char *now = current();
    assert_string_equal(now, "c");
}

static void
cycle_is_not_broken_at_what_hangs_on_it(void **state)
{
    (void)state;
    define("vm", UUID_A);
    put("tail", "a", 1, 0);
    put("a", "b", 3, 0);
    put("b", "a", 2, 1);
    g_free(reload());
    char *parent = NULL;
    assert_ok(sim->snapshot_parent(conn, "vm", "tail", 0, &parent, &err));
    assert_string_equal(parent, "a");
    sim->free_string(parent);
    assert_ok(sim->snapshot_parent(conn, "vm", "a", 0, &parent, &err));
    assert_string_equal(parent, "b");
    sim->free_string(parent);
    assert_refused(sim->snapshot_parent(conn, "vm", "b", 0, &parent, &err),
                   VIR_ERR_NO_DOMAIN_SNAPSHOT, "b");
}

static void
misnamed_file_gets_its_snapshots_name(void **state)
{
    (void)state;
    define("vm", UUID_A);
    g_autofree char *text = body(NULL, 1, UUID_A, 0);
    put_snapshot("vm", "odd", "s1", text);
    g_free(reload());
    assert_snapshots("vm", "s1");
    assert_false(file_exists(META "vm/odd.xml"));
    assert_true(file_exists(META "vm/s1.xml"));
}

static void
second_file_of_a_snapshot_is_put_aside(void **state)
{
    (void)state;
    define("vm", UUID_A);
    g_autofree char *text = body(NULL, 1, UUID_A, 0);
    put_snapshot("vm", "s1", "s1", text);
    put_snapshot("vm", "a", "s1", text);
    g_autofree char *log = reload();
    assert_non_null(strstr(log, "a.xml"));
    assert_snapshots("vm", "s1");
    assert_false(file_exists(META "vm/a.xml"));
    assert_true(file_exists(META "vm/a.xml.second"));
    assert_ok(
        sim->snapshot_delete(conn, "vm", "s1", VIR_DOMAIN_SNAPSHOT_DELETE_METADATA_ONLY, &err));
    g_free(reload());
    assert_snapshots("vm", "");
}

static void
foreign_file_is_left_out(void **state)
{
    (void)state;
    define("vm", UUID_A);
    put("s1", NULL, 1, 0);
    g_autofree char *text = body(NULL, 1, UUID_B, 1);
    put_snapshot("vm", "s2", "s2", text);
    g_autofree char *log = reload();
    assert_non_null(strstr(log, UUID_B));
    assert_snapshots("vm", "s1");
    assert_true(file_exists(META "vm/s2.xml"));
}

static void
moments_of_a_vanished_domain_are_found_by_uuid(void **state)
{
    (void)state;
    g_autofree char *text = body(NULL, 1, UUID_A, 1);
    put_snapshot("gone", "s1", "s1", text);
    define("vm", UUID_A);
    assert_snapshots("vm", "s1");
    assert_true(file_exists(META "vm/s1.xml"));
    assert_false(file_exists(META "gone/s1.xml"));
}

static void
foreign_moments_are_neither_adopted_nor_deleted(void **state)
{
    (void)state;
    g_autofree char *text = body(NULL, 1, UUID_B, 1);
    put_snapshot("vm", "s1", "s1", text);
    g_autofree char *xml = domain_xml("vm", UUID_A);
    make_disk("vm");
    assert_refused(sim->domain_define(conn, xml, 0, &err), VIR_ERR_OPERATION_INVALID, UUID_B);
    assert_non_null(strstr(err.text, UUID_A));
    assert_refused(sim->domain_create_xml(conn, xml, 0, &err), VIR_ERR_OPERATION_INVALID, UUID_B);
    assert_true(file_exists(META "vm/s1.xml"));
    assert_false(file_exists("/sim/etc/qemu/vm.xml"));
}

static void
transient_domain_keeps_its_moments(void **state)
{
    (void)state;
    g_autofree char *text = body(NULL, 1, UUID_A, 1);
    put_snapshot("vm", "s1", "s1", text);
    g_autofree char *xml = domain_xml("vm", UUID_A);
    make_disk("vm");
    assert_ok(sim->domain_create_xml(conn, xml, 0, &err));
    assert_snapshots("vm", "s1");
    assert_ok(sim->domain_destroy(conn, "vm", 0, &err));
    assert_true(file_exists(META "vm/s1.xml"));
    assert_ok(sim->domain_define(conn, xml, 0, &err));
    assert_snapshots("vm", "s1");
}

static void
undefine_checks_all_before_it_removes_any(void **state)
{
    (void)state;
    define("vm", UUID_A);
    put("s1", NULL, 1, 1);
    g_free(reload());
    write_file("/sim/lib/qemu/save/vm.save", "x");
    assert_refused(sim->domain_undefine(conn, "vm", &err), VIR_ERR_OPERATION_INVALID, "vm");
    assert_refused(
        sim->domain_undefine_flags(conn, "vm", VIR_DOMAIN_UNDEFINE_SNAPSHOTS_METADATA, &err),
        VIR_ERR_OPERATION_INVALID, "vm");
    assert_snapshots("vm", "s1");
    assert_true(file_exists(META "vm/s1.xml"));
    assert_ok(sim->domain_undefine_flags(
        conn, "vm", VIR_DOMAIN_UNDEFINE_SNAPSHOTS_METADATA | VIR_DOMAIN_UNDEFINE_MANAGED_SAVE,
        &err));
    assert_false(file_exists(META "vm/s1.xml"));
    assert_false(file_exists("/sim/lib/qemu/save/vm.save"));
}

static void
interrupted_undefine_is_finished(void **state)
{
    (void)state;
    define("vm", UUID_A);
    put("s1", NULL, 1, 1);
    assert_ok(sim->file_remove(conn, "/sim/etc/qemu/vm.xml", &err));
    write_file("/sim/lib/qemu/intent/vm.json",
               "{\"verb\":\"undefine\",\"domain\":\"vm\",\"uuid\":\"" UUID_A
               "\",\"data\":{\"snapshots\":[\"s1\"]}}");
    g_free(reload());
    assert_false(file_exists(META "vm/s1.xml"));
    assert_false(file_exists("/sim/lib/qemu/intent/vm.json"));
}

static void
intent_that_is_not_known_is_kept(void **state)
{
    (void)state;
    write_file("/sim/lib/qemu/intent/vm.json", "{\"verb\":\"dance\"");
    g_autofree char *log = reload();
    assert_non_null(strstr(log, "vm.json"));
    assert_true(file_exists("/sim/lib/qemu/intent/vm.json"));
}

/* What it says is lost once a later call writes its own; without it nothing stands in the way. */
static void
intent_that_is_kept_is_not_written_over(void **state)
{
    static const char damaged[] = "{\"verb\":\"snapshot-delete\",\"dom";
    (void)state;
    char *name = NULL;
    define("vm", UUID_A);
    define("other", UUID_B);
    write_file("/sim/lib/qemu/intent/vm.json", damaged);
    g_free(reload());
    assert_refused(sim->snapshot_create_xml(conn, "vm", "<domainsnapshot/>", 0, &name, &err),
                   VIR_ERR_OPERATION_FAILED, "/sim/lib/qemu/intent/vm.json");
    char *text = NULL;
    size_t length = 0;
    assert_ok(sim->file_read(conn, "/sim/lib/qemu/intent/vm.json", &text, &length, &err));
    assert_int_equal(length, strlen(damaged));
    sim->free_string(text);
    assert_ok(sim->snapshot_create_xml(conn, "other", "<domainsnapshot/>", 0, &name, &err));
    sim->free_string(name);
    assert_ok(sim->file_remove(conn, "/sim/lib/qemu/intent/vm.json", &err));
    assert_ok(sim->snapshot_create_xml(conn, "vm", "<domainsnapshot/>", 0, &name, &err));
    sim->free_string(name);
}

static void
status_of_another_domain_is_left_out(void **state)
{
    (void)state;
    define("vm", UUID_A);
    assert_ok(sim->domain_create(conn, "vm", 0, &err));
    char *status = NULL;
    size_t length = 0;
    assert_ok(sim->file_read(conn, "/sim/run/qemu/vm.xml", &status, &length, &err));
    write_file("/sim/run/qemu/other.xml", status);
    sim->free_string(status);
    g_autofree char *log = reload();
    assert_non_null(strstr(log, "run/qemu/other.xml"));
    assert_state("vm", VIR_DOMAIN_RUNNING, VIR_DOMAIN_RUNNING_BOOTED);
}

static void
bad_definitions_and_statuses_do_not_hinder_the_others(void **state)
{
    (void)state;
    define("vm", UUID_A);
    write_file("/sim/etc/qemu/bad.xml", "<domain");
    g_autofree char *twin = domain_xml("twin", UUID_A);
    write_file("/sim/etc/qemu/twin.xml", twin);
    write_file("/sim/run/qemu/vm.xml", "rubbish");
    g_autofree char *log = reload();
    assert_non_null(strstr(log, "bad.xml"));
    assert_non_null(strstr(log, "run/qemu/vm.xml"));
    char **names = NULL;
    assert_ok(sim->domain_list(conn, 0, &names, &err));
    assert_int_equal(g_strv_length(names), 1);
    sim->free_list(names);
}

#define TEST(function) cmocka_unit_test_setup_teardown(function, open_rfc, close_sim)

int
main(void)
{
    const struct CMUnitTest tests[] = {
        TEST(malformed_file_is_kept_and_its_name_reserved),
        TEST(oversized_file_is_left_out),
        TEST(newest_of_several_currents_wins),
        TEST(cycle_is_broken_at_its_oldest_member),
        TEST(cycle_is_not_broken_at_what_hangs_on_it),
        TEST(misnamed_file_gets_its_snapshots_name),
        TEST(second_file_of_a_snapshot_is_put_aside),
        TEST(foreign_file_is_left_out),
        TEST(moments_of_a_vanished_domain_are_found_by_uuid),
        TEST(foreign_moments_are_neither_adopted_nor_deleted),
        TEST(transient_domain_keeps_its_moments),
        TEST(undefine_checks_all_before_it_removes_any),
        TEST(interrupted_undefine_is_finished),
        TEST(intent_that_is_not_known_is_kept),
        TEST(intent_that_is_kept_is_not_written_over),
        TEST(status_of_another_domain_is_left_out),
        TEST(bad_definitions_and_statuses_do_not_hinder_the_others),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
