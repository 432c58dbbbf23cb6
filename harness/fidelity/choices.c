/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "harness/fidelity/choices.h"

#include "sim/world/clock.h"

guint
choose(Choices *choices, guint count)
{
    SimRandom source = {choices->state};
    guint64 drawn = sim_random_next(&source);

    g_assert(count > 0);
    choices->state = source.state;
    return (guint)((drawn >> 32) * count >> 32);
}

gboolean
chance(Choices *choices, guint times)
{
    return choose(choices, times) == 0;
}
