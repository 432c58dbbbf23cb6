/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "sim/vm/qmp/bitmap_action.h"

static gboolean
prepare(SimAction *action, GError **error)
{
    return sim_bitmap_action_do(action, SIM_BITMAP_ENABLE, error);
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
