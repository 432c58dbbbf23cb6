/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "sim/block/bitmap_state.h"

static const SimBitmapLook looks[SIM_BITMAP_STATES] = {
    /*                             name              recording busy persistent inconsistent */
    [SIM_BITMAP_ON] = {"on", TRUE, FALSE, FALSE, FALSE},
    [SIM_BITMAP_OFF] = {"off", FALSE, FALSE, FALSE, FALSE},
    [SIM_BITMAP_ON_BUSY] = {"on-busy", TRUE, TRUE, FALSE, FALSE},
    [SIM_BITMAP_OFF_BUSY] = {"off-busy", FALSE, TRUE, FALSE, FALSE},
    [SIM_BITMAP_KEPT_ON] = {"kept-on", TRUE, FALSE, TRUE, FALSE},
    [SIM_BITMAP_KEPT_OFF] = {"kept-off", FALSE, FALSE, TRUE, FALSE},
    [SIM_BITMAP_KEPT_ON_BUSY] = {"kept-on-busy", TRUE, TRUE, TRUE, FALSE},
    [SIM_BITMAP_KEPT_OFF_BUSY] = {"kept-off-busy", FALSE, TRUE, TRUE, FALSE},
    [SIM_BITMAP_FIXED_ON] = {"fixed-on", TRUE, FALSE, TRUE, FALSE},
    [SIM_BITMAP_FIXED_OFF] = {"fixed-off", FALSE, FALSE, TRUE, FALSE},
    [SIM_BITMAP_FIXED_ON_BUSY] = {"fixed-on-busy", TRUE, TRUE, TRUE, FALSE},
    [SIM_BITMAP_FIXED_OFF_BUSY] = {"fixed-off-busy", FALSE, TRUE, TRUE, FALSE},
    [SIM_BITMAP_BROKEN] = {"broken", FALSE, FALSE, TRUE, TRUE},
    [SIM_BITMAP_BROKEN_BUSY] = {"broken-busy", FALSE, TRUE, TRUE, TRUE},
    [SIM_BITMAP_BROKEN_FIXED] = {"broken-fixed", FALSE, FALSE, TRUE, TRUE},
};

/* Refusals, and what cannot be; the rest of the table is states. */
enum {
    BUSY = SIM_BITMAP_STATES + SIM_BITMAP_IS_BUSY,
    READ_ONLY = SIM_BITMAP_STATES + SIM_BITMAP_IS_READ_ONLY,
    INCONSISTENT = SIM_BITMAP_STATES + SIM_BITMAP_IS_INCONSISTENT,
    NEVER,
};

/* clang-format off */
#define ON SIM_BITMAP_ON
#define OFF SIM_BITMAP_OFF
#define ON_B SIM_BITMAP_ON_BUSY
#define OFF_B SIM_BITMAP_OFF_BUSY
#define K_ON SIM_BITMAP_KEPT_ON
#define K_OFF SIM_BITMAP_KEPT_OFF
#define K_ON_B SIM_BITMAP_KEPT_ON_BUSY
#define K_OFF_B SIM_BITMAP_KEPT_OFF_BUSY
#define F_ON SIM_BITMAP_FIXED_ON
#define F_OFF SIM_BITMAP_FIXED_OFF
#define F_ON_B SIM_BITMAP_FIXED_ON_BUSY
#define F_OFF_B SIM_BITMAP_FIXED_OFF_BUSY
#define X SIM_BITMAP_BROKEN
#define X_B SIM_BITMAP_BROKEN_BUSY
#define F_X SIM_BITMAP_BROKEN_FIXED
#define B BUSY
#define R READ_ONLY
#define I INCONSISTENT
#define N NEVER

/* What comes of an operation. */
static const guint8 table[SIM_BITMAP_STATES][SIM_BITMAP_OPS] = {
    /*           record   enable disable clear  remove   into   from   resize   use      release fix      thaw */
    [ON]      = {ON,      ON,    OFF,    ON,    ON_B,    ON,    ON,    ON,      ON_B,    N,      ON,      ON},
    [OFF]     = {OFF,     ON,    OFF,    OFF,   OFF_B,   OFF,   OFF,   OFF,     OFF_B,   N,      OFF,     OFF},
    [ON_B]    = {ON_B,    B,     B,      B,     B,       B,     B,     ON_B,    B,       ON,     ON_B,    ON_B},
    [OFF_B]   = {OFF_B,   B,     B,      B,     B,       B,     B,     OFF_B,   B,       OFF,    OFF_B,   OFF_B},
    [K_ON]    = {K_ON,    K_ON,  K_OFF,  K_ON,  K_ON_B,  K_ON,  K_ON,  K_ON,    K_ON_B,  N,      F_ON,    K_ON},
    [K_OFF]   = {K_OFF,   K_ON,  K_OFF,  K_OFF, K_OFF_B, K_OFF, K_OFF, K_OFF,   K_OFF_B, N,      F_OFF,   K_OFF},
    [K_ON_B]  = {K_ON_B,  B,     B,      B,     B,       B,     B,     B,       B,       K_ON,   F_ON_B,  K_ON_B},
    [K_OFF_B] = {K_OFF_B, B,     B,      B,     B,       B,     B,     B,       B,       K_OFF,  F_OFF_B, K_OFF_B},
    [F_ON]    = {N,       F_ON,  F_OFF,  R,     R,       R,     F_ON,  R,       F_ON_B,  N,      F_ON,    K_ON},
    [F_OFF]   = {N,       F_ON,  F_OFF,  R,     R,       R,     F_OFF, R,       F_OFF_B, N,      F_OFF,   K_OFF},
    [F_ON_B]  = {N,       B,     B,      B,     B,       B,     B,     B,       B,       F_ON,   F_ON_B,  K_ON_B},
    [F_OFF_B] = {N,       B,     B,      B,     B,       B,     B,     B,       B,       F_OFF,  F_OFF_B, K_OFF_B},
    [X]       = {X,       I,     I,      I,     X_B,     I,     I,     I,       I,       N,      F_X,     X},
    [X_B]     = {X_B,     B,     B,      B,     B,       B,     B,     B,       B,       X,      N,       X_B},
    [F_X]     = {N,       I,     I,      R,     R,       R,     I,     R,       I,       N,      F_X,     X},
};
/* clang-format on */

const SimBitmapLook *
sim_bitmap_look(SimBitmapState state)
{
    return &looks[state];
}

SimBitmapVerdict
sim_bitmap_step(SimBitmapState state, SimBitmapOp op, SimBitmapState *next)
{
    guint8 cell = table[state][op];
    g_assert(cell != NEVER);
    if (cell >= SIM_BITMAP_STATES)
        return (SimBitmapVerdict)(cell - SIM_BITMAP_STATES);
    if (next != NULL)
        *next = (SimBitmapState)cell;
    return SIM_BITMAP_ALLOWED;
}
