/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "sim/vm/qmp/node_or_device.h"

SimNode *
sim_node_or_device_in(SimMachine *machine, const json_t *arguments, GError **error)
{
    const char *device = sim_text(arguments, "device");
    const char *name = sim_text(arguments, "node-name");
    SimNode *node = name == NULL ? NULL : sim_graph_find(machine->graph, name);
    if (node == NULL)
        sim_qmp_refuse(error, "Cannot find device='%s' nor node-name='%s'",
                       device == NULL ? "" : device, name == NULL ? "" : name);
    return node;
}

SimNode *
sim_node_or_device(const SimCall *call, GError **error)
{
    return sim_node_or_device_in(call->machine, call->arguments, error);
}
