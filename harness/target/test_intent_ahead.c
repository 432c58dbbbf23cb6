/* SPDX-License-Identifier: LGPL-2.1-or-later
 *
 * A hypervisor whose answers take their time is asked what the images hold
 * while the intent is written: the call comes to the same, and an intent that
 * was not begun leaves nothing.
 */
#include "harness/target/test_snapshot.h"

#define INTENT "/sim/lib/qemu/intent/vm.json"

static guint asked;

static gboolean
look_ahead(VmInstance *instance)
{
    (void)instance;
    asked++;
    return TRUE;
}

static int
open_slow(void **state)
{
    (void)state;
    open_world(VM_PROFILE_RFC);
    images.ops.look_ahead = look_ahead;
    asked = 0;
    assert_done(start());
    return 0;
}

static gboolean
is_there(const char *path)
{
    return vm_store_kind(sim_world_store(world), path) != VM_FILE_MISSING;
}

static void
assert_nothing_left(void)
{
    assert_false(is_there(INTENT));
    assert_false(is_there(INTENT ".new"));
}

static void
calls_come_to_the_same(void **state)
{
    (void)state;
    guest("write vda 0 64K A");
    assert_done(create("s1", 0));
    g_autofree char *before = content(VDA);
    guest("write vda 0 64K B");
    assert_done(vm_snapshot_revert(driver, "vm", "s1", 0, &failure));
    assert_int_equal(asked, 2);
    assert_content(VDA, before);
    assert_nothing_left();
    assert_tree_stays("s1<*");
}

static void
a_refused_call_leaves_none(void **state)
{
    (void)state;
    assert_done(create("s1", VIR_DOMAIN_SNAPSHOT_CREATE_NO_METADATA));
    assert_refused(create("s1", 0), VIR_ERR_OPERATION_FAILED);
    assert_int_equal(asked, 2);
    assert_nothing_left();
}

static void
one_that_could_not_be_written_is_written_when_it_begins(void **state)
{
    (void)state;
    fault(INTENT ".new", SIM_FS_CREATE, 1);
    assert_done(create("s1", 0));
    assert_int_equal(asked, 1);
    fault(INTENT ".new", SIM_FS_CREATE, 2);
    assert_refused(create("s2", 0), VIR_ERR_SYSTEM_ERROR);
    assert_nothing_left();
}

int
main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test_setup_teardown(calls_come_to_the_same, open_slow, close_world),
        cmocka_unit_test_setup_teardown(a_refused_call_leaves_none, open_slow, close_world),
        cmocka_unit_test_setup_teardown(one_that_could_not_be_written_is_written_when_it_begins,
                                        open_slow, close_world),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
