/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "sim/block/blocker.h"
#include "sim/block/chain.h"
#include "sim/vm/qmp/command.h"
#include "sim/vm/qmp/snapshot_overlay.h"

static const SimArgument arguments[] = {
    {"node", SIM_ARG_STRING, TRUE},
    {"overlay", SIM_ARG_STRING, TRUE},
    {0},
};

/* Whether anybody reads the node. */
static gboolean
is_read(const SimNode *node)
{
    for (guint i = 0; i < node->parents->len; i++) {
        const SimEdge *edge = node->parents->pdata[i];
        if ((edge->taken & SIM_PERM_READ) != 0)
            return TRUE;
    }
    return FALSE;
}

gboolean
sim_snapshot_check_overlay(SimNode *overlay, GError **error)
{
    if (is_read(overlay))
        return sim_qmp_refuse(error, "The overlay is already in use");
    if (overlay->backing != NULL)
        return sim_qmp_refuse(error, "The overlay already has a backing image");
    if (overlay->driver != SIM_DRIVER_QCOW2)
        return sim_qmp_refuse(error, "The overlay does not support backing images");
    return TRUE;
}

gboolean
sim_snapshot_flush(SimNode *node, GError **error)
{
    return node->read_only || node->inactive || sim_node_flush(node) == 0 ||
           sim_qmp_refuse(error, "An IO error has occurred");
}

static gboolean
prepare(SimAction *action, GError **error)
{
    SimGraph *graph = action->machine->graph;
    action->node = sim_graph_need(graph, sim_text(action->data, "node"), error);
    if (action->node == NULL || !sim_node_check_op(action->node, SIM_OP_SNAPSHOT, error))
        return FALSE;
    if (!sim_snapshot_flush(action->node, error))
        return FALSE;
    action->overlay = sim_graph_need(graph, sim_text(action->data, "overlay"), error);
    if (action->overlay == NULL || !sim_snapshot_check_overlay(action->overlay, error))
        return FALSE;
    if (sim_node_reaches(action->node, action->overlay))
        return sim_qmp_refuse(error, "Making '%s' a backing child of '%s' would create a cycle",
                              action->node->name, action->overlay->name);
    return sim_graph_append(graph, action->node, action->overlay, error);
}

static void
abort_snapshot(SimAction *action)
{
    sim_graph_unappend(action->machine->graph, action->node, action->overlay);
}

static void
commit(SimAction *action)
{
    sim_graph_append_done(action->node);
}

const SimActionType sim_action_blockdev_snapshot = {.type = "blockdev-snapshot",
                                                    .arguments = arguments,
                                                    .prepare = prepare,
                                                    .abort = abort_snapshot,
                                                    .commit = commit,
                                                    .drained = "node"};

static gboolean
run(SimCall *call, GError **error)
{
    return sim_action_run(call->machine, &sim_action_blockdev_snapshot, call->arguments, error);
}

const SimCommand sim_command_blockdev_snapshot = {"blockdev-snapshot", arguments, run};
