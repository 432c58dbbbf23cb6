/* SPDX-License-Identifier: LGPL-2.1-or-later
 *
 * What the actions on dirty bitmaps have in common.  As commands of their own
 * they drain no jobs, unlike other actions.
 */
#pragma once

#include "sim/block/bitmap.h"
#include "sim/vm/qmp/action.h"
#include "sim/vm/qmp/command.h"

/** {node, name}. */
extern const SimArgument sim_bitmap_arguments[];

extern const SimActionType sim_action_block_dirty_bitmap_add;
extern const SimActionType sim_action_block_dirty_bitmap_clear;
extern const SimActionType sim_action_block_dirty_bitmap_disable;
extern const SimActionType sim_action_block_dirty_bitmap_enable;
extern const SimActionType sim_action_block_dirty_bitmap_merge;
extern const SimActionType sim_action_block_dirty_bitmap_remove;

/** How a process ends that QEMU 7.2 lets die of a merge of nothing. */
#define SIM_STATUS_SEGV (-11)

/** Remember what a bitmap is. */
void sim_bitmap_action_begin(SimAction *action, SimBitmap *bitmap);
/** Find the bitmap that the data name, remember what it is, and do an operation. */
gboolean sim_bitmap_action_do(SimAction *action, SimBitmapOp op, GError **error);
/** Let it be again what it was; of a command alone, the state only. */
void sim_bitmap_action_abort(SimAction *action);
/** Forget what it was. */
void sim_bitmap_action_commit(SimAction *action);
/** Run the command of an action. */
gboolean sim_bitmap_action_run(SimCall *call, const SimActionType *type, GError **error);
