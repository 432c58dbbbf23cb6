/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "sim/block/bitmap_state.h"

static const SimBitmapLook looks[SIM_BITMAP_STATES] = {
    /*                             name              recording busy persistent inconsistent fixed */
    [SIM_BITMAP_ON] = {"on", TRUE, FALSE, FALSE, FALSE, FALSE},
    [SIM_BITMAP_OFF] = {"off", FALSE, FALSE, FALSE, FALSE, FALSE},
    [SIM_BITMAP_ON_BUSY] = {"on-busy", TRUE, TRUE, FALSE, FALSE, FALSE},
    [SIM_BITMAP_OFF_BUSY] = {"off-busy", FALSE, TRUE, FALSE, FALSE, FALSE},
    [SIM_BITMAP_KEPT_ON] = {"kept-on", TRUE, FALSE, TRUE, FALSE, FALSE},
    [SIM_BITMAP_KEPT_OFF] = {"kept-off", FALSE, FALSE, TRUE, FALSE, FALSE},
    [SIM_BITMAP_KEPT_ON_BUSY] = {"kept-on-busy", TRUE, TRUE, TRUE, FALSE, FALSE},
    [SIM_BITMAP_KEPT_OFF_BUSY] = {"kept-off-busy", FALSE, TRUE, TRUE, FALSE, FALSE},
    [SIM_BITMAP_FIXED_ON] = {"fixed-on", TRUE, FALSE, TRUE, FALSE, TRUE},
    [SIM_BITMAP_FIXED_OFF] = {"fixed-off", FALSE, FALSE, TRUE, FALSE, TRUE},
    [SIM_BITMAP_FIXED_ON_BUSY] = {"fixed-on-busy", TRUE, TRUE, TRUE, FALSE, TRUE},
    [SIM_BITMAP_FIXED_OFF_BUSY] = {"fixed-off-busy", FALSE, TRUE, TRUE, FALSE, TRUE},
    [SIM_BITMAP_BROKEN] = {"broken", FALSE, FALSE, TRUE, TRUE, FALSE},
    [SIM_BITMAP_BROKEN_BUSY] = {"broken-busy", FALSE, TRUE, TRUE, TRUE, FALSE},
    [SIM_BITMAP_BROKEN_FIXED] = {"broken-fixed", FALSE, FALSE, TRUE, TRUE, TRUE},
};

/* Refusals, and what cannot be; the rest of the table is states. */
enum {
    BUSY = SIM_BITMAP_STATES + SIM_BITMAP_IS_BUSY,
    READ_ONLY = SIM_BITMAP_STATES + SIM_BITMAP_IS_READ_ONLY,
    INCONSISTENT = SIM_BITMAP_STATES + SIM_BITMAP_IS_INCONSISTENT,
    NEVER,
};

/* clang-format off */
#define E SIM_BITMAP_ON
#define D SIM_BITMAP_OFF
#define EB SIM_BITMAP_ON_BUSY
#define DB SIM_BITMAP_OFF_BUSY
#define KE SIM_BITMAP_KEPT_ON
#define KD SIM_BITMAP_KEPT_OFF
#define KEB SIM_BITMAP_KEPT_ON_BUSY
#define KDB SIM_BITMAP_KEPT_OFF_BUSY
#define FE SIM_BITMAP_FIXED_ON
#define FD SIM_BITMAP_FIXED_OFF
#define FEB SIM_BITMAP_FIXED_ON_BUSY
#define FDB SIM_BITMAP_FIXED_OFF_BUSY
#define X SIM_BITMAP_BROKEN
#define XB SIM_BITMAP_BROKEN_BUSY
#define FX SIM_BITMAP_BROKEN_FIXED
#define B BUSY
#define R READ_ONLY
#define I INCONSISTENT
#define N NEVER

/* What comes of an operation.  E: enabled, D: disabled, X: broken; K before it: kept in the image,
 * F: fixed there; B behind it: busy.  B, R and I alone refuse, N cannot be. */
static const guint8 table[SIM_BITMAP_STATES][SIM_BITMAP_OPS] = {
    /*       rec  ena  dis  clr  rem  into from size use  rel  fix  thaw */
    [E]   = {E,   E,   D,   E,   EB,  E,   E,   E,   EB,  N,   E,   E},
    [D]   = {D,   E,   D,   D,   DB,  D,   D,   D,   DB,  N,   D,   D},
    [EB]  = {EB,  B,   B,   B,   B,   B,   B,   EB,  B,   E,   EB,  EB},
    [DB]  = {DB,  B,   B,   B,   B,   B,   B,   DB,  B,   D,   DB,  DB},
    [KE]  = {KE,  KE,  KD,  KE,  KEB, KE,  KE,  KE,  KEB, N,   FE,  KE},
    [KD]  = {KD,  KE,  KD,  KD,  KDB, KD,  KD,  KD,  KDB, N,   FD,  KD},
    [KEB] = {KEB, B,   B,   B,   B,   B,   B,   B,   B,   KE,  FEB, KEB},
    [KDB] = {KDB, B,   B,   B,   B,   B,   B,   B,   B,   KD,  FDB, KDB},
    [FE]  = {N,   FE,  FD,  R,   R,   R,   FE,  R,   FEB, N,   FE,  KE},
    [FD]  = {N,   FE,  FD,  R,   R,   R,   FD,  R,   FDB, N,   FD,  KD},
    [FEB] = {N,   B,   B,   B,   B,   B,   B,   B,   B,   FE,  FEB, KEB},
    [FDB] = {N,   B,   B,   B,   B,   B,   B,   B,   B,   FD,  FDB, KDB},
    [X]   = {X,   I,   I,   I,   XB,  I,   I,   I,   I,   N,   FX,  X},
    [XB]  = {XB,  B,   B,   B,   B,   B,   B,   B,   B,   X,   N,   XB},
    [FX]  = {N,   I,   I,   R,   R,   R,   I,   R,   I,   N,   FX,  X},
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
