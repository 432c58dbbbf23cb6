/* SPDX-License-Identifier: LGPL-2.1-or-later
 *
 * What the driver says of what it found or could not do, and what it leaves
 * alone: nobody learns of it in another way.
 */
#include <errno.h>
#include "harness/target/sim.h"
#include "harness/target/test_sim.h"
#include "sim/world/fs.h"

#define META "/sim/lib/qemu/snapshot/"

static char *
take_log(void)
{
    char *log = NULL;
    assert_ok(sim->take_log(conn, &log, &err));
    char *copy = g_strdup(log != NULL ? log : "");
    sim->free_string(log);
    return copy;
}

#define assert_logged(part)                                                                        \
    do {                                                                                           \
        g_autofree char *seen_log = take_log();                                                    \
        if (strstr(seen_log, part) == NULL)                                                        \
            fail_msg("'%s' is not in: %s", part, seen_log);                                        \
    } while (0)

static void
restart(void)
{
    g_free(take_log());
    assert_ok(sim->restart(conn, &err));
}

static void
fault(const char *glob, guint32 ops)
{
    sim_fs_set_fault(sim_world_fs(target_sim_world(conn)), glob, ops, EIO, -1);
}

static void
no_faults(void)
{
    sim_fs_clear_faults(sim_world_fs(target_sim_world(conn)));
}

static void
create_snapshot(const char *name)
{
    g_autofree char *xml =
        g_strdup_printf("<domainsnapshot><name>%s</name></domainsnapshot>", name);
    char *given = NULL;
    assert_ok(sim->snapshot_create_xml(conn, "vm", xml, 0, &given, &err));
    sim->free_string(given);
}

static gint64
creation_time(const char *snapshot)
{
    char *xml = NULL;
    assert_ok(sim->snapshot_get_xml(conn, "vm", snapshot, 0, &xml, &err));
    const char *at = strstr(xml, "<creationTime>");
    assert_non_null(at);
    gint64 time = g_ascii_strtoll(at + strlen("<creationTime>"), NULL, 10);
    sim->free_string(xml);
    return time;
}

static void
file_that_is_no_metadata_is_told_and_left(void **state)
{
    (void)state;
    define("vm", UUID_A);
    write_file(META "vm/notes.txt", "mine");
    restart();
    assert_logged("notes.txt': is not a metadata file");
    assert_true(file_exists(META "vm/notes.txt"));
}

static void
file_that_is_no_metadata_says_nothing_of_the_owner(void **state)
{
    (void)state;
    g_autofree char *other = domain_xml("vm", UUID_B);
    g_autofree char *copy =
        g_strdup_printf("<domainsnapshot><name>s1</name><state>shutoff</state><creationTime>1"
                        "</creationTime><memory snapshot='no'/>%s<active>0</active>"
                        "</domainsnapshot>",
                        other);
    write_file(META "vm/s1.xml.backup", copy);
    define("vm", UUID_A);
}

static void
snapshots_are_as_old_as_the_clock_says(void **state)
{
    (void)state;
    define("vm", UUID_A);
    create_snapshot("s1");
    assert_ok(sim->advance_clock(conn, 2000000000000, &err));
    create_snapshot("s2");
    assert_int_equal(creation_time("s2") - creation_time("s1"), 2000000000);
}

static void
unknown_flag_is_refused_in_the_call_s_own_name(void **state)
{
    (void)state;
    char **names = NULL;
    int count = 0;
    define("vm", UUID_A);
    create_snapshot("s1");
    assert_refused(sim->snapshot_list_names(conn, "vm", NULL, 9, 1u << 31, &names, &count, &err),
                   VIR_ERR_INVALID_ARG, "virDomainSnapshotListNames ");
    assert_refused(sim->snapshot_list_names(conn, "vm", "s1", 9, 1u << 31, &names, &count, &err),
                   VIR_ERR_INVALID_ARG, "virDomainSnapshotListChildrenNames ");
    assert_refused(sim->snapshot_list(conn, "vm", NULL, 1u << 31, &names, &err),
                   VIR_ERR_INVALID_ARG, "virDomainListAllSnapshots ");
    assert_refused(sim->snapshot_list(conn, "vm", "s1", 1u << 31, &names, &err),
                   VIR_ERR_INVALID_ARG, "virDomainSnapshotListAllChildren ");
    assert_refused(sim->snapshot_num(conn, "vm", NULL, 1u << 31, &count, &err), VIR_ERR_INVALID_ARG,
                   "virDomainSnapshotNum ");
    assert_refused(sim->snapshot_num(conn, "vm", "s1", 1u << 31, &count, &err), VIR_ERR_INVALID_ARG,
                   "virDomainSnapshotNumChildren ");
}

static void
leftovers_of_an_undefined_domain_are_told(void **state)
{
    (void)state;
    define("vm", UUID_A);
    create_snapshot("s1");
    fault(META "vm/*", SIM_FS_UNLINK);
    assert_ok(sim->domain_undefine_flags(conn, "vm", VIR_DOMAIN_UNDEFINE_SNAPSHOTS_METADATA, &err));
    no_faults();
    assert_logged("'vm' is undefined, but");
}

static void
folder_goes_after_its_files_do(void **state)
{
    (void)state;
    SimFs *fs = sim_world_fs(target_sim_world(conn));
    define("vm", UUID_A);
    create_snapshot("s1");
    fault(META "vm", SIM_FS_SYNC_DIR);
    assert_ok(sim->domain_undefine_flags(conn, "vm", VIR_DOMAIN_UNDEFINE_SNAPSHOTS_METADATA, &err));
    no_faults();
    assert_logged("'vm' is undefined, but");
    assert_non_null(sim_fs_lookup(fs, META "vm", NULL));
    assert_ok(sim->restart(conn, &err));
    assert_null(sim_fs_lookup(fs, META "vm", NULL));
}

static void
folders_that_cannot_be_listed_hinder_nobody(void **state)
{
    (void)state;
    define("vm", UUID_A);
    create_snapshot("s1");
    fault("/sim/lib/qemu/intent", SIM_FS_LIST);
    fault("/sim/lib/qemu/snapshot", SIM_FS_LIST);
    assert_ok(sim->restart(conn, &err));
    no_faults();
    assert_snapshots("vm", "s1");
}

/* Whose moments they are that lie there is not known: new ones would be written over them. */
static void
folder_that_cannot_be_listed_is_taken_by_nobody(void **state)
{
    (void)state;
    g_autofree char *xml = domain_xml("vm", UUID_B);
    define("vm", UUID_A);
    create_snapshot("s1");
    assert_ok(sim->file_remove(conn, "/sim/etc/qemu/vm.xml", &err));
    assert_ok(sim->restart(conn, &err));
    fault(META "vm", SIM_FS_LIST);
    assert_refused(sim->domain_define(conn, xml, 0, &err), VIR_ERR_SYSTEM_ERROR, META "vm");
    no_faults();
    assert_refused(sim->domain_define(conn, xml, 0, &err), VIR_ERR_OPERATION_INVALID, UUID_A);
}

/* The record of the call that was cut short may not be written over by the next one. */
static void
records_that_were_not_listed_stay(void **state)
{
    static const char cut_short[] =
        "{\"verb\":\"snapshot-delete\",\"domain\":\"vm\",\"uuid\":\"" UUID_A
        "\",\"data\":{\"names\":[\"s1\"],\"metadata-only\":true,\"steps\":[],\"committed\":0,"
        "\"running\":false}}";
    (void)state;
    define("vm", UUID_A);
    create_snapshot("s1");
    create_snapshot("s2");
    write_file("/sim/lib/qemu/intent/vm.json", cut_short);
    fault("/sim/lib/qemu/intent", SIM_FS_LIST);
    assert_ok(sim->restart(conn, &err));
    no_faults();
    assert_logged("interrupted calls are not recovered");
    assert_refused(sim->snapshot_delete(conn, "vm", "s2", 0, &err), VIR_ERR_OPERATION_FAILED,
                   "VM-META-009");
    assert_snapshots("vm", "s1 s2");
    assert_ok(sim->restart(conn, &err));
    assert_snapshots("vm", "s2");
    assert_ok(sim->snapshot_delete(conn, "vm", "s2", 0, &err));
}

static void
record_that_cannot_go_is_told(void **state)
{
    (void)state;
    define("vm", UUID_A);
    fault("/sim/lib/qemu/intent/*", SIM_FS_UNLINK);
    create_snapshot("s1");
    no_faults();
    assert_logged("domain 'vm': ");
    create_snapshot("s2");
    assert_snapshots("vm", "s1 s2");
}

static void
recovery_is_told(void **state)
{
    (void)state;
    define("vm", UUID_A);
    fault("/sim/lib/qemu/intent/*", SIM_FS_UNLINK);
    create_snapshot("s1");
    no_faults();
    restart();
    assert_logged("'vm': recovering from an interrupted snapshot-create");
    assert_snapshots("vm", "s1");
}

static void
name_of_a_foreign_file_is_not_given_away(void **state)
{
    (void)state;
    char *name = NULL;
    g_autofree char *other = domain_xml("vm", UUID_B);
    g_autofree char *xml =
        g_strdup_printf("<domainsnapshot><name>s1</name><state>shutoff</state><creationTime>1"
                        "</creationTime><memory snapshot='no'/>%s<active>0</active>"
                        "</domainsnapshot>",
                        other);
    define("vm", UUID_A);
    create_snapshot("s0");
    write_file(META "vm/s1.xml", xml);
    restart();
    assert_logged("belongs to domain " UUID_B);
    assert_refused(sim->snapshot_create_xml(conn, "vm",
                                            "<domainsnapshot><name>s1</name></domainsnapshot>", 0,
                                            &name, &err),
                   VIR_ERR_OPERATION_FAILED, "s1");
    assert_snapshots("vm", "s0");
}

static void
folder_with_files_of_others_is_told(void **state)
{
    (void)state;
    define("vm", UUID_A);
    create_snapshot("s1");
    write_file(META "vm/notes.txt", "mine");
    assert_ok(sim->domain_undefine_flags(conn, "vm", VIR_DOMAIN_UNDEFINE_SNAPSHOTS_METADATA, &err));
    assert_logged("holds files that are not ours");
    assert_true(file_exists(META "vm/notes.txt"));
    assert_false(file_exists(META "vm/s1.xml"));
}

static void
command_without_an_answer_is_told(void **state)
{
    (void)state;
    define("vm", UUID_A);
    assert_ok(sim->domain_create(conn, "vm", 0, &err));
    assert_ok(sim->disturb(conn, "vm", "hang", &err));
    g_free(take_log());
    assert_int_equal(sim->domain_suspend(conn, "vm", &err), VIR_ERR_OPERATION_TIMEOUT);
    assert_logged("domain 'vm': no answer to stop in time");
    assert_ok(sim->disturb(conn, "vm", "continue", &err));
}

#define TEST(function) cmocka_unit_test_setup_teardown(function, open_rfc, close_sim)

int
main(void)
{
    const struct CMUnitTest tests[] = {
        TEST(file_that_is_no_metadata_is_told_and_left),
        TEST(file_that_is_no_metadata_says_nothing_of_the_owner),
        TEST(snapshots_are_as_old_as_the_clock_says),
        TEST(unknown_flag_is_refused_in_the_call_s_own_name),
        TEST(leftovers_of_an_undefined_domain_are_told),
        TEST(folder_goes_after_its_files_do),
        TEST(folders_that_cannot_be_listed_hinder_nobody),
        TEST(folder_that_cannot_be_listed_is_taken_by_nobody),
        TEST(records_that_were_not_listed_stay),
        TEST(record_that_cannot_go_is_told),
        TEST(recovery_is_told),
        TEST(name_of_a_foreign_file_is_not_given_away),
        TEST(folder_with_files_of_others_is_told),
        TEST(command_without_an_answer_is_told),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
