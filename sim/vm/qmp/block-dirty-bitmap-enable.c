/* SPDX-License-Identifier: LGPL-2.1-or-later
 *
 * In a transaction QEMU 7.2 undoes this action even where it was refused: a
 * bitmap that is in use is disabled then, and one that is not there kills the
 * process.
 */
#include "sim/vm/qmp/bitmap_action.h"

static void
disable_busy(SimBitmap *bitmap)
{
    if (bitmap->state == SIM_BITMAP_ON_BUSY)
        bitmap->state = SIM_BITMAP_OFF_BUSY;
    else if (bitmap->state == SIM_BITMAP_KEPT_ON_BUSY)
        bitmap->state = SIM_BITMAP_KEPT_OFF_BUSY;
    else if (bitmap->state == SIM_BITMAP_FIXED_ON_BUSY)
        bitmap->state = SIM_BITMAP_FIXED_OFF_BUSY;
}

static gboolean
prepare(SimAction *action, GError **error)
{
    if (sim_bitmap_action_do(action, SIM_BITMAP_ENABLE, error))
        return TRUE;
    if (action->alone)
        return FALSE;
    SimBitmap *bitmap = sim_bitmap_need(action->machine->graph, sim_text(action->data, "node"),
                                        sim_text(action->data, "name"), NULL);
    if (bitmap != NULL) {
        disable_busy(bitmap);
        return FALSE;
    }
    action->crashed = TRUE;
    g_clear_error(error);
    g_set_error(error, VM_QMP_ERROR, VM_QMP_DISCONNECTED,
                "the instance ended before it answered the transaction");
    return FALSE;
}

const SimActionType sim_action_block_dirty_bitmap_enable = {
    "block-dirty-bitmap-enable", sim_bitmap_arguments, prepare, sim_bitmap_action_abort,
    sim_bitmap_action_commit};

static gboolean
run(SimCall *call, GError **error)
{
    return sim_bitmap_action_run(call, &sim_action_block_dirty_bitmap_enable, error);
}

const SimCommand sim_command_block_dirty_bitmap_enable = {"block-dirty-bitmap-enable",
                                                          sim_bitmap_arguments, run};
