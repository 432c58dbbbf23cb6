/* SPDX-License-Identifier: LGPL-2.1-or-later
 *
 * A persistent bitmap is out of its image once the removal is prepared; if that
 * is called off, the close of the node stores it anew.
 */
#include "sim/vm/qmp/bitmap_action.h"

/* No longer busy; whether it records another action may have changed. */
static void
abort_remove(SimAction *action)
{
    sim_bitmap_action_commit(action);
    sim_bitmap_release(action->bitmap);
}

static gboolean
prepare(SimAction *action, GError **error)
{
    if (!sim_bitmap_action_do(action, SIM_BITMAP_REMOVE, error))
        return FALSE;
    if (sim_bitmap_forget(action->bitmap, error))
        return TRUE;
    abort_remove(action);
    return FALSE;
}

static void
commit(SimAction *action)
{
    sim_bitmap_action_commit(action);
    sim_bitmap_free(action->bitmap);
}

const SimActionType sim_action_block_dirty_bitmap_remove = {
    "block-dirty-bitmap-remove", sim_bitmap_arguments, prepare, abort_remove, commit};

static gboolean
run(SimCall *call, GError **error)
{
    return sim_bitmap_action_run(call, &sim_action_block_dirty_bitmap_remove, error);
}

const SimCommand sim_command_block_dirty_bitmap_remove = {"block-dirty-bitmap-remove",
                                                          sim_bitmap_arguments, run};
