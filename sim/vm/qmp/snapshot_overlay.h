/* SPDX-License-Identifier: LGPL-2.1-or-later
 *
 * What external snapshots ask of an overlay.
 */
#pragma once

#include "sim/vm/qmp/action.h"

/** Whether a node can become the overlay of another; else the refusal. */
gboolean sim_snapshot_check_overlay(SimNode *overlay, GError **error);
/** Flush the node that is to become a backing; FALSE with the refusal. */
gboolean sim_snapshot_flush(SimNode *node, GError **error);

extern const SimActionType sim_action_blockdev_snapshot_sync;
