/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "sim/block/chain.h"
#include "sim/block/blocker.h"
#include "sim/vm/qmp/action.h"
#include "sim/vm/qmp/command.h"

static const SimArgument arguments[] = {
    {"device", SIM_ARG_STRING, TRUE},
    {"name", SIM_ARG_STRING, TRUE},
    {0},
};

SimNode *
sim_action_root(SimMachine *machine, const char *name, GError **error)
{
    SimNode *node = sim_graph_need(machine->graph, name, error);
    if (node == NULL)
        return NULL;
    if (!sim_node_is_root(node)) {
        sim_qmp_refuse(error, "Need a root block node");
        return NULL;
    }
    return node;
}

static gboolean
check_name(SimNode *node, const char *device, const char *name, GError **error)
{
    if (node->read_only)
        return sim_qmp_refuse(error, "Device '%s' is read only", device);
    if (!sim_node_can_snapshot(node))
        return sim_qmp_refuse(
            error, "Block format '%s' used by device '%s' does not support internal snapshots",
            sim_driver_name(node->driver), device);
    if (name[0] == '\0')
        return sim_qmp_refuse(error, "Name is empty");
    if (sim_image_find_name(sim_node_image(node), name) != NULL)
        return sim_qmp_refuse(error, "Snapshot with name '%s' already exists on device '%s'", name,
                              device);
    return TRUE;
}

static gboolean
prepare(SimAction *action, GError **error)
{
    const char *device = sim_text(action->data, "device");
    const char *name = sim_text(action->data, "name");
    action->node = sim_action_root(action->machine, device, error);
    if (action->node == NULL || !check_name(action->node, device, name, error))
        return FALSE;
    int number = sim_node_can_write(action->node);
    if (number == 0)
        number = sim_node_flush(action->node);
    if (number != 0)
        return sim_qmp_refuse(error, "Failed to create snapshot '%s' on device '%s': %s", name,
                              device, g_strerror(number));
    action->snapshot =
        sim_image_snapshot(sim_node_image(action->node), name, NULL, action->machine->clock->now);
    action->snapshot->vm_clock = action->machine->ran;
    return TRUE;
}

static void
abort_snapshot(SimAction *action)
{
    sim_image_delete_snapshot(sim_node_image(action->node), action->snapshot);
}

const SimActionType sim_action_blockdev_snapshot_internal_sync = {
    "blockdev-snapshot-internal-sync", arguments, prepare, abort_snapshot};

static gboolean
run(SimCall *call, GError **error)
{
    return sim_action_run(call->machine, &sim_action_blockdev_snapshot_internal_sync,
                          call->arguments, error);
}

const SimCommand sim_command_blockdev_snapshot_internal_sync = {"blockdev-snapshot-internal-sync",
                                                                arguments, run};
