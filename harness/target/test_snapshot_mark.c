/* SPDX-License-Identifier: LGPL-2.1-or-later
 *
 * The mark of the current one, which is replaced in its file's place.
 */
#include "harness/target/test_snapshot.h"
#include "spec/model/snapshot_def.h"

static char *
file_of(const char *snapshot)
{
    g_autofree char *path = g_strdup_printf(METADATA "%s.xml", snapshot);
    char *text = vm_store_read_text(sim_world_store(world), path, G_MAXSIZE, &failure);
    assert_non_null(text);
    return text;
}

/* A file with that mark, otherwise as it was. */
static void
assert_marked(const char *snapshot, const char *before, guint64 mark)
{
    g_autofree char *now = file_of(snapshot);
    g_autofree char *element = g_strdup_printf("<active>%" G_GUINT64_FORMAT "</active>", mark);
    if (strstr(now, element) == NULL)
        fail_msg("no %s in %s", element, now);
    assert_string_equal(now + VM_SNAPSHOT_HEAD_SIZE, before + VM_SNAPSHOT_HEAD_SIZE);
}

static gboolean
revert(const char *snapshot)
{
    return vm_snapshot_revert(driver, "vm", snapshot, 0, &failure);
}

static void
the_mark_goes_from_file_to_file(void **state)
{
    (void)state;
    assert_done(create("s1", 0));
    g_autofree char *first = file_of("s1");
    assert_done(create("s2", 0));
    g_autofree char *second = file_of("s2");
    assert_marked("s1", first, 0);
    assert_done(revert("s1"));
    assert_marked("s1", first, 3);
    assert_marked("s2", second, 0);
}

static void
a_mark_outlives_a_power_cut(void **state)
{
    (void)state;
    assert_done(create("s1", 0));
    assert_done(create("s2", 0));
    make_durable(VDA);
    make_durable(VDB);
    assert_done(revert("s1"));
    vm_driver_close(driver);
    sim_world_power_cut(world);
    open_driver(VM_PROFILE_RFC);
    assert_tree_stays("s1<* s2<s1");
}

static void
a_mark_that_cannot_be_made_durable_is_written_with_the_file(void **state)
{
    (void)state;
    assert_done(create("s1", 0));
    assert_done(create("s2", 0));
    g_autofree char *first = file_of("s1");
    fault(METADATA "s1.xml", SIM_FS_SYNC, 1);
    assert_done(revert("s1"));
    no_faults();
    assert_marked("s1", first, 3);
}

/* The head is written over only where it is the one that was written last. */
static void
a_file_of_another_shape_is_written_anew(void **state)
{
    (void)state;
    assert_done(create("s1", 0));
    g_autofree char *first = file_of("s1");
    g_autofree char *shorter = g_strconcat("<domainsnapshot>", first + VM_SNAPSHOT_HEAD_SIZE, NULL);
    assert_done(vm_store_replace(sim_world_store(world), METADATA "s1.xml", shorter, &failure));
    assert_done(create("s2", 0));
    assert_marked("s1", first, 0);
    assert_tree_stays("s1< s2<s1*");
}

static void
what_a_driver_has_loaded_is_written_anew(void **state)
{
    (void)state;
    assert_done(create("s1", 0));
    assert_done(create("s2", 0));
    g_autofree char *first = file_of("s1");
    restart();
    fault(METADATA "s1.xml.new", SIM_FS_CREATE, 1);
    assert_refused(revert("s1"), VIR_ERR_SYSTEM_ERROR);
    no_faults();
    assert_marked("s1", first, 0);
}

int
main(void)
{
#define CASE(function) cmocka_unit_test_setup_teardown(function, open_rfc, close_world)
    const struct CMUnitTest tests[] = {
        CASE(the_mark_goes_from_file_to_file),
        CASE(a_mark_outlives_a_power_cut),
        CASE(a_mark_that_cannot_be_made_durable_is_written_with_the_file),
        CASE(a_file_of_another_shape_is_written_anew),
        CASE(what_a_driver_has_loaded_is_written_anew),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
