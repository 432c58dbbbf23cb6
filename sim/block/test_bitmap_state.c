/* SPDX-License-Identifier: LGPL-2.1-or-later
 *
 * The table of bitmap states, against what QEMU asks for each operation: which
 * of busy, read-only and inconsistent it minds, in this order.
 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <cmocka.h>
#include <string.h>
#include "sim/block/bitmap_state.h"

enum { BUSY = 1, READ_ONLY = 2, INCONSISTENT = 4, PERSISTENT_ONLY = 8 };

/* What an operation minds. */
static const struct {
    SimBitmapOp op;
    guint minds;
} rules[] = {
    {SIM_BITMAP_ENABLE, BUSY | INCONSISTENT},
    {SIM_BITMAP_DISABLE, BUSY | INCONSISTENT},
    {SIM_BITMAP_CLEAR, BUSY | READ_ONLY | INCONSISTENT},
    {SIM_BITMAP_REMOVE, BUSY | READ_ONLY},
    {SIM_BITMAP_MERGE_INTO, BUSY | READ_ONLY | INCONSISTENT},
    {SIM_BITMAP_MERGE_FROM, BUSY | INCONSISTENT},
    {SIM_BITMAP_RESIZE, BUSY | READ_ONLY | INCONSISTENT | PERSISTENT_ONLY},
    {SIM_BITMAP_USE, BUSY | INCONSISTENT},
};

/* The name says what can be seen and that the node is read-only, which cannot. */
static gboolean
is_read_only(SimBitmapState state)
{
    const char *name = sim_bitmap_look(state)->name;
    return g_str_has_prefix(name, "fixed") || strcmp(name, "broken-fixed") == 0;
}

static SimBitmapVerdict
expected_verdict(SimBitmapState state, guint minds)
{
    const SimBitmapLook *look = sim_bitmap_look(state);
    if ((minds & PERSISTENT_ONLY) != 0 && !look->persistent)
        return SIM_BITMAP_ALLOWED;
    if ((minds & BUSY) != 0 && look->busy)
        return SIM_BITMAP_IS_BUSY;
    if ((minds & READ_ONLY) != 0 && is_read_only(state))
        return SIM_BITMAP_IS_READ_ONLY;
    return (minds & INCONSISTENT) != 0 && look->inconsistent ? SIM_BITMAP_IS_INCONSISTENT
                                                             : SIM_BITMAP_ALLOWED;
}

/* What an allowed operation leaves, apart from what it is for. */
static void
check_next(SimBitmapState state, SimBitmapOp op, SimBitmapState next)
{
    const SimBitmapLook *was = sim_bitmap_look(state), *is = sim_bitmap_look(next);
    gboolean recording = op == SIM_BITMAP_ENABLE || (op != SIM_BITMAP_DISABLE && was->recording);
    gboolean busy = op == SIM_BITMAP_USE || op == SIM_BITMAP_REMOVE || was->busy;
    assert_int_equal(is->recording, recording);
    assert_int_equal(is->busy, busy);
    assert_int_equal(is->persistent, was->persistent);
    assert_int_equal(is->inconsistent, was->inconsistent);
    assert_int_equal(is_read_only(next), is_read_only(state));
}

static void
test_every_operation_in_every_state(void **data)
{
    (void)data;
    for (guint i = 0; i < SIM_BITMAP_STATES; i++) {
        for (guint j = 0; j < G_N_ELEMENTS(rules); j++) {
            SimBitmapState state = (SimBitmapState)i, next = SIM_BITMAP_STATES;
            SimBitmapVerdict verdict = sim_bitmap_step(state, rules[j].op, &next);
            if (verdict != expected_verdict(state, rules[j].minds))
                fail_msg("operation %u in state %s: %u", rules[j].op, sim_bitmap_look(state)->name,
                         verdict);
            if (verdict == SIM_BITMAP_ALLOWED)
                check_next(state, rules[j].op, next);
            else
                assert_int_equal(next, SIM_BITMAP_STATES);
        }
    }
}

static void
test_what_was_used_is_as_before_when_it_is_released(void **data)
{
    (void)data;
    guint used = 0;
    for (guint i = 0; i < SIM_BITMAP_STATES; i++) {
        SimBitmapState next = SIM_BITMAP_STATES, after = SIM_BITMAP_STATES;
        if (sim_bitmap_step((SimBitmapState)i, SIM_BITMAP_USE, &next) != SIM_BITMAP_ALLOWED)
            continue;
        used++;
        assert_int_equal(sim_bitmap_step(next, SIM_BITMAP_RELEASE, &after), SIM_BITMAP_ALLOWED);
        assert_int_equal(after, i);
    }
    assert_int_equal(used, 6);
}

static void
test_a_removal_called_off_leaves_the_state(void **data)
{
    (void)data;
    const SimBitmapState states[] = {SIM_BITMAP_ON, SIM_BITMAP_OFF, SIM_BITMAP_KEPT_ON,
                                     SIM_BITMAP_KEPT_OFF, SIM_BITMAP_BROKEN};
    for (guint i = 0; i < G_N_ELEMENTS(states); i++) {
        SimBitmapState next = SIM_BITMAP_STATES;
        assert_int_equal(sim_bitmap_step(states[i], SIM_BITMAP_REMOVE, &next), SIM_BITMAP_ALLOWED);
        assert_true(sim_bitmap_look(next)->busy);
        assert_int_equal(sim_bitmap_step(next, SIM_BITMAP_RELEASE, &next), SIM_BITMAP_ALLOWED);
        assert_int_equal(next, states[i]);
    }
}

static void
test_a_node_that_turns_read_only_fixes_what_is_kept(void **data)
{
    (void)data;
    for (guint i = 0; i < SIM_BITMAP_STATES; i++) {
        SimBitmapState state = (SimBitmapState)i, fixed = SIM_BITMAP_STATES;
        if (state == SIM_BITMAP_BROKEN_BUSY) /* no node turns within a removal */
            continue;
        assert_int_equal(sim_bitmap_step(state, SIM_BITMAP_FIX, &fixed), SIM_BITMAP_ALLOWED);
        assert_int_equal(is_read_only(fixed), sim_bitmap_look(state)->persistent);
        assert_int_equal(sim_bitmap_step(fixed, SIM_BITMAP_THAW, &fixed), SIM_BITMAP_ALLOWED);
        assert_false(is_read_only(fixed));
        if (!is_read_only(state))
            assert_int_equal(fixed, state);
    }
}

int
main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_every_operation_in_every_state),
        cmocka_unit_test(test_what_was_used_is_as_before_when_it_is_released),
        cmocka_unit_test(test_a_removal_called_off_leaves_the_state),
        cmocka_unit_test(test_a_node_that_turns_read_only_fixes_what_is_kept),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
