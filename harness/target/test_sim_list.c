/* SPDX-License-Identifier: LGPL-2.1-or-later
 *
 * Lists that are longer than any of a scenario, and look-ups one after the
 * other under names that change.
 */
#include "harness/target/sim.h"
#include "harness/target/test_sim.h"

#define LIST(name) VIR_DOMAIN_SNAPSHOT_LIST_##name
#define SNAPSHOTS 70

/* s00 to s69: a chain of even numbers, each with the odd one after it as a leaf. */
static void
make_snapshots(void)
{
    g_autofree char *domain = domain_xml("vm", UUID_A);
    char *given = NULL;
    for (int i = 0; i < SNAPSHOTS; i++) {
        int parent = i % 2 == 1 ? i - 1 : i - 2;
        g_autofree char *below =
            i > 0 ? g_strdup_printf("<parent><name>s%02d</name></parent>", parent) : g_strdup("");
        g_autofree char *xml =
            g_strdup_printf("<domainsnapshot><name>s%02d</name><state>%s</state>%s"
                            "<creationTime>1</creationTime>%s</domainsnapshot>",
                            i, i == 0 ? "running" : "shutoff", below, domain);
        assert_ok(sim->snapshot_create_xml(conn, "vm", xml, VIR_DOMAIN_SNAPSHOT_CREATE_REDEFINE,
                                           &given, &err));
        sim->free_string(given);
    }
}

/* The list is of the numbers from `first` on, in steps of two. */
static void
assert_every_second(char **names, int first, guint count)
{
    assert_int_equal(g_strv_length(names), count);
    for (guint i = 0; i < count; i++) {
        g_autofree char *want = g_strdup_printf("s%02u", (guint)first + 2 * i);
        if (!g_strv_contains((const gchar *const *)names, want))
            fail_msg("%s is not in the list", want);
    }
    sim->free_list(names);
}

static void
long_list_has_all_that_its_filter_keeps(void **state)
{
    (void)state;
    char **names = NULL;
    define("vm", UUID_A);
    make_snapshots();
    assert_ok(sim->snapshot_list(conn, "vm", NULL, LIST(NO_LEAVES), &names, &err));
    assert_every_second(names, 0, SNAPSHOTS / 2);
    assert_ok(
        sim->snapshot_list(conn, "vm", "s00", LIST(DESCENDANTS) | LIST(LEAVES), &names, &err));
    assert_every_second(names, 1, SNAPSHOTS / 2);
    assert_ok(sim->snapshot_list(conn, "vm", NULL, LIST(ROOTS), &names, &err));
    assert_every_second(names, 0, 1);
}

static void
long_list_stops_where_there_is_no_more_room(void **state)
{
    (void)state;
    char **names = NULL;
    int count = 0;
    define("vm", UUID_A);
    make_snapshots();
    assert_ok(sim->snapshot_list_names(conn, "vm", NULL, SNAPSHOTS - 1, LIST(INACTIVE), &names,
                                       &count, &err));
    assert_int_equal(count, SNAPSHOTS - 1);
    assert_int_equal(g_strv_length(names), SNAPSHOTS - 1);
    sim->free_list(names);
    assert_ok(sim->snapshot_list_names(conn, "vm", NULL, 40, LIST(INACTIVE), &names, &count, &err));
    assert_int_equal(count, 40);
    assert_int_equal(g_strv_length(names), 40);
    sim->free_list(names);
    assert_ok(sim->snapshot_num(conn, "vm", NULL, LIST(INACTIVE), &count, &err));
    assert_int_equal(count, SNAPSHOTS - 1);
}

static void
domain_asked_for_last_is_not_found_under_an_old_name(void **state)
{
    (void)state;
    char uuid[37];
    define("vm", UUID_A);
    assert_ok(sim->domain_get_uuid(conn, "vm", uuid, &err));
    assert_ok(sim->domain_rename(conn, "vm", "other", 0, &err));
    assert_int_equal(sim->domain_get_uuid(conn, "vm", uuid, &err), VIR_ERR_NO_DOMAIN);
    assert_ok(sim->domain_get_uuid(conn, "other", uuid, &err));
    assert_string_equal(uuid, UUID_A);
    assert_ok(sim->domain_undefine(conn, "other", &err));
    assert_int_equal(sim->domain_get_uuid(conn, "other", uuid, &err), VIR_ERR_NO_DOMAIN);
}

int
main(void)
{
#define CASE(function) cmocka_unit_test_setup_teardown(function, open_rfc, close_sim)
    const struct CMUnitTest tests[] = {
        CASE(long_list_has_all_that_its_filter_keeps),
        CASE(long_list_stops_where_there_is_no_more_room),
        CASE(domain_asked_for_last_is_not_found_under_an_old_name),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
