/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <cmocka.h>
#include "sim/vm/run_state.h"

static void
test_names_lead_back_to_their_states(void **state)
{
    (void)state;
    for (guint i = 0; i < SIM_RUN_LAST; i++)
        assert_int_equal(sim_run_state_of(sim_run_state_name(i)), i);
    assert_int_equal(sim_run_state_of("nosuch"), SIM_RUN_LAST);
}

static void
test_every_state_but_the_running_can_be_left_for_it_or_a_reset(void **state)
{
    (void)state;
    for (guint i = 0; i < SIM_RUN_LAST; i++) {
        if (i == SIM_RUN_RUNNING)
            continue;
        gboolean out =
            sim_run_state_allows(i, SIM_RUN_RUNNING) || sim_run_state_allows(i, SIM_RUN_PRELAUNCH);
        assert_true(out);
    }
}

static void
test_no_way_leads_back_to_waiting_for_a_migration_but_before_the_launch(void **state)
{
    (void)state;
    for (guint i = 0; i < SIM_RUN_LAST; i++)
        assert_int_equal(sim_run_state_allows(i, SIM_RUN_INMIGRATE), i == SIM_RUN_PRELAUNCH);
}

int
main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_names_lead_back_to_their_states),
        cmocka_unit_test(test_every_state_but_the_running_can_be_left_for_it_or_a_reset),
        cmocka_unit_test(test_no_way_leads_back_to_waiting_for_a_migration_but_before_the_launch),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
