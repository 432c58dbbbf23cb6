/* SPDX-License-Identifier: LGPL-2.1-or-later
 *
 * A world for each test, as its state.
 */
#pragma once

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>
#include "sim/world/world.h"

static inline int
open_world(void **state)
{
    *state = sim_world_new(1);
    return 0;
}

static inline int
close_world(void **state)
{
    sim_world_free(*state);
    return 0;
}

#define WORLD_TEST(name) cmocka_unit_test_setup_teardown(name, open_world, close_world)
