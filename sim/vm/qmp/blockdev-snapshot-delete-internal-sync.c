/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "sim/block/chain.h"
#include "sim/vm/block_info.h"
#include "sim/vm/qmp/action.h"
#include "sim/vm/qmp/command.h"
#include <errno.h>

static const SimArgument arguments[] = {
    {"device", SIM_ARG_STRING, TRUE},
    {"id", SIM_ARG_STRING},
    {"name", SIM_ARG_STRING},
    {0},
};

static const char *
or_null(const char *text)
{
    return text == NULL ? "null" : text;
}

static gboolean
run(SimCall *call, GError **error)
{
    const char *device = sim_text(call->arguments, "device");
    const char *id = sim_text(call->arguments, "id");
    const char *name = sim_text(call->arguments, "name");
    SimNode *node = sim_action_root(call->machine, device, error);
    if (node == NULL)
        return FALSE;
    if (id == NULL && name == NULL)
        return sim_qmp_refuse(error, "Name or id must be provided");
    if (sim_node_storage(node)->driver != SIM_DRIVER_QCOW2)
        return sim_qmp_refuse(error, "Failed to get a snapshot list: Operation not supported");
    SimImage *image = sim_node_image(node);
    SimSnapshot *snapshot = sim_image_find_both(image, id, name);
    if (snapshot == NULL)
        return sim_qmp_refuse(error,
                              "Snapshot with id '%s' and name '%s' does not exist on device '%s'",
                              or_null(id), or_null(name), device);
    int number = node->read_only ? EROFS : sim_node_can_write(node);
    if (number != 0)
        return sim_qmp_refuse(error, "Failed to delete snapshot '%s' on device '%s': %s",
                              snapshot->name, device, g_strerror(number));
    call->reply = sim_block_info_snapshot(snapshot);
    sim_image_delete_snapshot(image, snapshot);
    return TRUE;
}

const SimCommand sim_command_blockdev_snapshot_delete_internal_sync = {
    "blockdev-snapshot-delete-internal-sync", arguments, run};
