/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "sim/block/blocker.h"
#include "sim/block/resize.h"
#include "sim/vm/qmp/command.h"
#include "sim/vm/qmp/node_or_device.h"

static const SimArgument arguments[] = {
    {"device", SIM_ARG_STRING},
    {"node-name", SIM_ARG_STRING},
    {"size", SIM_ARG_INTEGER, TRUE},
    {0},
};

static gboolean
run(SimCall *call, GError **error)
{
    json_int_t size = json_integer_value(json_object_get(call->arguments, "size"));
    SimNode *node = sim_node_or_device(call, error);
    if (node == NULL)
        return FALSE;
    if (size < 0)
        return sim_qmp_refuse(error, "Parameter 'size' expects a >0 size");
    if (!sim_node_check_op(node, SIM_OP_RESIZE, NULL))
        return sim_qmp_refuse(error, "Device '(null)' is in use");
    /* A node that cannot be written has no use for the permission: the resize refuses it. */
    if (node->read_only || node->inactive)
        return sim_node_resize(node, (guint64)size, error);
    SimEdge *user = sim_graph_use(node, SIM_PERM_RESIZE, SIM_PERM_ALL, error);
    if (user == NULL)
        return FALSE;
    gboolean ok = sim_node_resize(node, (guint64)size, error);
    sim_graph_drop(user);
    return ok;
}

const SimCommand sim_command_block_resize = {"block_resize", arguments, run};
