/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "sim/vm/qmp/command.h"
#include "sim/vm/qmp/job_step.h"
#include "sim/vm/qmp/snapshot_devices.h"

static gboolean
delete_on(SimNode *node, const char *tag, GError **error)
{
    SimImage *image = sim_node_image(node);
    const SimSnapshot *snapshot = sim_image_find_name(image, tag);
    if (snapshot == NULL)
        return TRUE;
    int number = sim_node_can_write(node);
    if (number != 0)
        return sim_qmp_refuse(error, "Could not delete snapshot '%s' on '%s': %s", tag, node->name,
                              g_strerror(number));
    sim_image_delete_snapshot(image, snapshot);
    return TRUE;
}

static gboolean
delete_all(SimMachine *machine, const json_t *arguments, GError **error)
{
    g_autoptr(GPtrArray) nodes = sim_snapshot_devices(machine, arguments, error);
    if (nodes == NULL || !sim_snapshot_all_capable(nodes, error))
        return FALSE;
    for (guint i = 0; i < nodes->len; i++) {
        if (!delete_on(nodes->pdata[i], sim_text(arguments, "tag"), error))
            return FALSE;
    }
    return TRUE;
}

static const SimJobDriver driver = {.type = "snapshot-delete", .step = sim_job_last_step};

static gboolean
run(SimCall *call, GError **error)
{
    return sim_snapshot_job(call->machine, &driver, call->arguments, delete_all, error);
}

const SimCommand sim_command_snapshot_delete = {"snapshot-delete", sim_snapshot_delete_arguments,
                                                run};
