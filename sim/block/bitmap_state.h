/* SPDX-License-Identifier: LGPL-2.1-or-later
 *
 * What a dirty bitmap is and what may be done with it: one machine.
 *
 * Recording, busy, read-only, persistent and inconsistent are no independent
 * switches: only these states occur.  bitmap_state.c has the table.
 */
#pragma once

#include <glib.h>

/** The states.  ON records writes, OFF does not; BUSY belongs to a job, an export or a removal. */
typedef enum {
    SIM_BITMAP_ON, /* in memory only */
    SIM_BITMAP_OFF,
    SIM_BITMAP_ON_BUSY,
    SIM_BITMAP_OFF_BUSY,
    SIM_BITMAP_KEPT_ON, /* stored in the image at its close */
    SIM_BITMAP_KEPT_OFF,
    SIM_BITMAP_KEPT_ON_BUSY,
    SIM_BITMAP_KEPT_OFF_BUSY,
    SIM_BITMAP_FIXED_ON, /* stored, and the node is read-only */
    SIM_BITMAP_FIXED_OFF,
    SIM_BITMAP_FIXED_ON_BUSY,
    SIM_BITMAP_FIXED_OFF_BUSY,
    SIM_BITMAP_BROKEN, /* was in use when a process died: what it says is not to be relied on */
    SIM_BITMAP_BROKEN_BUSY,
    SIM_BITMAP_BROKEN_FIXED,
    SIM_BITMAP_STATES,
} SimBitmapState;

/** What is done to a bitmap. */
typedef enum {
    SIM_BITMAP_RECORD, /* the node is written */
    SIM_BITMAP_ENABLE,
    SIM_BITMAP_DISABLE,
    SIM_BITMAP_CLEAR,
    SIM_BITMAP_REMOVE,     /* busy until it is gone or the removal is called off */
    SIM_BITMAP_MERGE_INTO, /* the target of a merge */
    SIM_BITMAP_MERGE_FROM, /* a source */
    SIM_BITMAP_RESIZE,     /* of the disk */
    SIM_BITMAP_USE,        /* by a job or an export */
    SIM_BITMAP_RELEASE,    /* the end of that */
    SIM_BITMAP_FIX,        /* the node turns read-only, the bitmap was stored */
    SIM_BITMAP_THAW,       /* the node can be written again */
    SIM_BITMAP_OPS,
} SimBitmapOp;

/** What can be seen of a state. */
typedef struct {
    const char *name;
    gboolean recording;
    gboolean busy;
    gboolean persistent;
    gboolean inconsistent;
    gboolean fixed; /* read-only; queries do not show it */
} SimBitmapLook;

/** Why something is refused. */
typedef enum {
    SIM_BITMAP_ALLOWED,
    SIM_BITMAP_IS_BUSY,
    SIM_BITMAP_IS_READ_ONLY,
    SIM_BITMAP_IS_INCONSISTENT,
} SimBitmapVerdict;

/** What a state looks like. */
const SimBitmapLook *sim_bitmap_look(SimBitmapState state);
/** Whether an operation is allowed; *next (may be NULL) is then the state after it.  An operation
 *  that cannot occur in the state breaks an invariant. */
SimBitmapVerdict sim_bitmap_step(SimBitmapState state, SimBitmapOp op, SimBitmapState *next);
