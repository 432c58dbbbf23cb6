/* SPDX-License-Identifier: LGPL-2.1-or-later
 *
 * What a driver finds that another left in the midst of a call.
 */
#include "harness/target/test_sim.h"

#define INTENT "/sim/lib/qemu/intent/vm.json"

static void
put_intent(const char *verb, const char *data)
{
    g_autofree char *text = g_strdup_printf(
        "{\"verb\":\"%s\",\"domain\":\"vm\",\"uuid\":\"" UUID_A "\",\"data\":%s}", verb, data);
    write_file(INTENT, text);
}

static int
count_domains(void)
{
    char **names = NULL;
    assert_ok(sim->domain_list(conn, 0, &names, &err));
    int count = (int)g_strv_length(names);
    sim->free_list(names);
    return count;
}

static void
rename_before_its_point_of_no_return_is_undone(void **state)
{
    (void)state;
    define("vm", UUID_A);
    g_autofree char *renamed = domain_xml("vm2", UUID_A);
    write_file("/sim/etc/qemu/vm2.xml", renamed);
    write_file("/sim/etc/qemu/autostart/vm2.xml", "");
    put_intent("rename", "{\"to\":\"vm2\"}");
    assert_ok(sim->restart(conn, &err));
    assert_int_equal(count_domains(), 1);
    int autostart = 0;
    assert_ok(sim->domain_get_autostart(conn, "vm", &autostart, &err));
    assert_int_equal(autostart, 1);
    assert_false(file_exists("/sim/etc/qemu/vm2.xml"));
    assert_false(file_exists(INTENT));
}

static void
rename_after_it_stands(void **state)
{
    (void)state;
    g_autofree char *renamed = domain_xml("vm2", UUID_A);
    write_file("/sim/etc/qemu/vm2.xml", renamed);
    put_intent("rename", "{\"to\":\"vm2\"}");
    assert_ok(sim->restart(conn, &err));
    assert_state("vm2", VIR_DOMAIN_SHUTOFF, VIR_DOMAIN_SHUTOFF_UNKNOWN);
    assert_false(file_exists(INTENT));
}

static void
undefine_that_had_not_begun_is_forgotten(void **state)
{
    (void)state;
    define("vm", UUID_A);
    write_file("/sim/lib/qemu/save/vm.save", "x");
    put_intent("undefine", "{\"snapshots\":[]}");
    assert_ok(sim->restart(conn, &err));
    assert_int_equal(count_domains(), 1);
    assert_true(file_exists("/sim/lib/qemu/save/vm.save"));
    assert_false(file_exists(INTENT));
}

static void
half_written_image_goes_and_the_guest_goes_on(void **state)
{
    (void)state;
    define("vm", UUID_A);
    assert_ok(sim->domain_create(conn, "vm", 0, &err));
    assert_ok(sim->domain_suspend(conn, "vm", &err));
    write_file("/sim/images/x.save.partial", "virt-mom");
    put_intent("save", "{\"path\":\"/sim/images/x.save\","
                       "\"partial\":\"/sim/images/x.save.partial\",\"running\":true}");
    assert_ok(sim->restart(conn, &err));
    assert_false(file_exists("/sim/images/x.save.partial"));
    assert_false(file_exists(INTENT));
    assert_state("vm", VIR_DOMAIN_RUNNING, VIR_DOMAIN_RUNNING_SAVE_CANCELED);
}

static void
paused_guest_stays_paused_when_its_save_is_undone(void **state)
{
    (void)state;
    define("vm", UUID_A);
    assert_ok(sim->domain_create(conn, "vm", VIR_DOMAIN_START_PAUSED, &err));
    write_file("/sim/images/x.save.partial", "virt-mom");
    put_intent("save", "{\"path\":\"/sim/images/x.save\","
                       "\"partial\":\"/sim/images/x.save.partial\",\"running\":false}");
    assert_ok(sim->restart(conn, &err));
    assert_state("vm", VIR_DOMAIN_PAUSED, VIR_DOMAIN_PAUSED_USER);
}

static void
half_started_process_is_ended(void **state)
{
    (void)state;
    define("vm", UUID_A);
    assert_ok(sim->domain_create(conn, "vm", VIR_DOMAIN_START_PAUSED, &err));
    char *status = NULL;
    size_t length = 0;
    assert_ok(sim->file_read(conn, "/sim/run/qemu/vm.xml", &status, &length, &err));
    g_autofree char *header =
        g_strdup_printf("<!-- virt-moment status 1 " UUID_A " %d %d 0 -->%s", VIR_DOMAIN_PAUSED,
                        VIR_DOMAIN_PAUSED_STARTING_UP, strchr(status, '\n'));
    sim->free_string(status);
    write_file("/sim/run/qemu/vm.xml", header);
    assert_ok(sim->restart(conn, &err));
    assert_state("vm", VIR_DOMAIN_SHUTOFF, VIR_DOMAIN_SHUTOFF_FAILED);
    assert_ok(sim->domain_create(conn, "vm", 0, &err));
}

static void
process_that_died_meanwhile_is_a_crash(void **state)
{
    (void)state;
    g_autofree char *xml = domain_xml("vm", UUID_A);
    define("vm", UUID_A);
    g_autofree char *status =
        g_strdup_printf("<!-- virt-moment status 1 " UUID_A " %d %d 0 -->\n%s", VIR_DOMAIN_RUNNING,
                        VIR_DOMAIN_RUNNING_BOOTED, xml);
    write_file("/sim/run/qemu/vm.xml", status);
    assert_ok(sim->restart(conn, &err));
    assert_state("vm", VIR_DOMAIN_SHUTOFF, VIR_DOMAIN_SHUTOFF_CRASHED);
    assert_events("stopped/failed");
}

static void
leavings_of_a_write_that_was_cut_short_are_swept_up(void **state)
{
    (void)state;
    static const char *const leavings[] = {
        "/sim/etc/qemu/vm.xml.new",
        "/sim/etc/qemu/old.xml.gone",
        "/sim/run/qemu/vm.xml.gone",
        "/sim/lib/qemu/save/vm.save.gone",
        "/sim/lib/qemu/intent/vm.json.gone",
        "/sim/lib/qemu/snapshot/vm/s1.xml.new",
        "/sim/lib/qemu/snapshot/vm/s2.xml.gone",
    };
    define("vm", UUID_A);
    for (guint i = 0; i < G_N_ELEMENTS(leavings); i++)
        write_file(leavings[i], "half of a document");
    write_file("/sim/lib/qemu/snapshot/vm/notes.new", "an administrator's");
    assert_ok(sim->restart(conn, &err));
    for (guint i = 0; i < G_N_ELEMENTS(leavings); i++)
        assert_false(file_exists(leavings[i]));
    assert_true(file_exists("/sim/lib/qemu/snapshot/vm/notes.new"));
    assert_true(file_exists("/sim/etc/qemu/vm.xml"));
}

/* Names from a damaged record would be parts of paths, and its members are asked for unseen. */
static void
damaged_intents_are_kept_and_do_nothing(void **state)
{
    static const struct {
        const char *verb;
        const char *data;
    } rows[] = {
        {"rename", "{\"to\":\"/\"}"},
        {"rename", "{\"to\":\"..\"}"},
        {"rename", "{\"to\":[]}"},
        {"undefine", "{\"snapshots\":[\"../other/s1\"]}"},
        {"undefine", "{\"snapshots\":[null]}"},
        {"save", "{\"path\":\"/sim/images/x.save\",\"running\":true}"},
        {"snapshot-delete", "{\"names\":[\"s1\",null],\"metadata-only\":true}"},
        {"snapshot-revert", "{\"name\":\"s1\",\"kept\":true}"},
        {"snapshot-create", "{\"name\":\"s1\",\"running\":true,\"images\":[]}"},
        {"snapshot-create", "{\"kind\":\"external\",\"name\":\"s1\",\"metadata\":true,"
                            "\"def\":false,\"overlays\":[]}"},
        {"snapshot-create", "{\"kind\":\"external\",\"name\":\"s1\",\"metadata\":true,"
                            "\"def\":\"\",\"overlays\":[{\"disk\":\"vda\"}]}"},
    };
    (void)state;
    define("vm", UUID_A);
    write_file("/sim/lib/qemu/snapshot/other/s1.xml", "another's");
    for (guint i = 0; i < G_N_ELEMENTS(rows); i++) {
        put_intent(rows[i].verb, rows[i].data);
        assert_ok(sim->restart(conn, &err));
        assert_true(file_exists("/sim/lib/qemu/snapshot/other/s1.xml"));
        assert_true(file_exists("/sim/etc/qemu/vm.xml"));
        assert_true(file_exists(INTENT));
        assert_int_equal(count_domains(), 1);
    }
}

static void
intent_in_the_file_of_another_domain_is_kept(void **state)
{
    (void)state;
    define("vm", UUID_A);
    write_file("/sim/lib/qemu/snapshot/vm/s1.xml", "damaged");
    write_file("/sim/lib/qemu/intent/odd.json",
               "{\"verb\":\"undefine\",\"domain\":\"gone\",\"uuid\":\"" UUID_A
               "\",\"data\":{\"snapshots\":[]}}");
    assert_ok(sim->restart(conn, &err));
    assert_true(file_exists("/sim/lib/qemu/intent/odd.json"));
    assert_true(file_exists("/sim/lib/qemu/snapshot/vm/s1.xml"));
}

#define TEST(function) cmocka_unit_test_setup_teardown(function, open_rfc, close_sim)

int
main(void)
{
    const struct CMUnitTest tests[] = {
        TEST(rename_before_its_point_of_no_return_is_undone),
        TEST(rename_after_it_stands),
        TEST(undefine_that_had_not_begun_is_forgotten),
        TEST(half_written_image_goes_and_the_guest_goes_on),
        TEST(paused_guest_stays_paused_when_its_save_is_undone),
        TEST(half_started_process_is_ended),
        TEST(process_that_died_meanwhile_is_a_crash),
        TEST(damaged_intents_are_kept_and_do_nothing),
        TEST(intent_in_the_file_of_another_domain_is_kept),
        TEST(leavings_of_a_write_that_was_cut_short_are_swept_up),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
