/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "sim/vm/qmp/job_options.h"

SimJobOptions
sim_job_options_of(const json_t *arguments)
{
    return (SimJobOptions){
        .id = sim_text(arguments, "job-id"),
        .speed = json_integer_value(json_object_get(arguments, "speed")),
        .manual_finalize = json_is_false(json_object_get(arguments, "auto-finalize")),
        .manual_dismiss = json_is_false(json_object_get(arguments, "auto-dismiss")),
    };
}

SimNode *
sim_job_node(SimGraph *graph, const char *name, GError **error)
{
    SimNode *node = sim_graph_find(graph, name);
    if (node == NULL)
        sim_qmp_refuse(error, "Cannot find device='' nor node-name='%s'", name);
    return node;
}
