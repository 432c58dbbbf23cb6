/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "sim/block/blocker.h"
#include "sim/block/chain.h"
#include "sim/vm/job_stream.h"
#include "sim/vm/qmp/command.h"
#include "sim/vm/qmp/job_options.h"

static const SimArgument arguments[] = {
    {"job-id", SIM_ARG_STRING},
    {"device", SIM_ARG_STRING, TRUE},
    {"base", SIM_ARG_STRING},
    {"base-node", SIM_ARG_STRING},
    {"backing-file", SIM_ARG_STRING},
    {"bottom", SIM_ARG_STRING},
    {"speed", SIM_ARG_INTEGER},
    {"on-error", SIM_ARG_ENUM, .values = sim_on_error_names},
    {"filter-node-name", SIM_ARG_STRING},
    {"auto-finalize", SIM_ARG_BOOLEAN},
    {"auto-dismiss", SIM_ARG_BOOLEAN},
    {0},
};

/* At most one of the three ways to say where it ends. */
static gboolean
check_forms(const json_t *call, GError **error)
{
    static const char *const pairs[][2] = {
        {"base", "base-node"}, {"base", "bottom"}, {"bottom", "base-node"}};
    for (guint i = 0; i < G_N_ELEMENTS(pairs); i++) {
        if (sim_text(call, pairs[i][0]) != NULL && sim_text(call, pairs[i][1]) != NULL)
            return sim_qmp_refuse(error, "'%s' and '%s' cannot be specified at the same time",
                                  pairs[i][0], pairs[i][1]);
    }
    return TRUE;
}

static gboolean
find_base(const json_t *call, SimStream *what, GError **error)
{
    const char *file = sim_text(call, "base");
    const char *name = sim_text(call, "base-node");
    if (file != NULL) {
        what->base = sim_chain_find_file(what->node, file);
        return what->base != NULL ||
               sim_qmp_refuse(error, "Can't find '%s' in the backing chain", file);
    }
    if (name == NULL)
        return TRUE;
    what->base = sim_job_node(what->node->graph, name, error);
    if (what->base == NULL)
        return FALSE;
    return (what->base != what->node && sim_chain_contains(what->node, what->base)) ||
           sim_qmp_refuse(error, "Node '%s' is not a backing image of '%s'", name,
                          sim_text(call, "device"));
}

static gboolean
find_bottom(const json_t *call, SimStream *what, GError **error)
{
    const char *name = sim_text(call, "bottom");
    if (name == NULL)
        return TRUE;
    what->bottom = sim_job_node(what->node->graph, name, error);
    if (what->bottom == NULL)
        return FALSE;
    if (sim_driver_is_filter(what->bottom->driver))
        return sim_qmp_refuse(error, "Node '%s' is a filter, use a non-filter node as 'bottom'",
                              name);
    return sim_chain_contains(what->node, what->bottom) ||
           sim_qmp_refuse(error, "Node '%s' is not in a chain starting from '%s'", name,
                          sim_text(call, "device"));
}

/* No node that is copied up may be in use by another job. */
static gboolean
check_chain(const SimStream *what, GError **error)
{
    for (SimNode *node = what->node; node != what->base;) {
        if (!sim_node_check_op(node, SIM_OP_STREAM, error))
            return FALSE;
        SimEdge *next = node == what->bottom ? NULL : sim_node_next(node);
        if (next == NULL)
            break;
        node = next->child;
    }
    return TRUE;
}

static gboolean
run(SimCall *call, GError **error)
{
    const json_t *given = call->arguments;
    SimStream what = {.filter_name = sim_text(given, "filter-node-name"),
                      .backing_file = sim_text(given, "backing-file"),
                      .on_error =
                          sim_on_error_of(sim_text(given, "on-error"), SIM_ON_ERROR_REPORT)};
    if (!check_forms(given, error))
        return FALSE;
    what.node = sim_graph_need(call->machine->graph, sim_text(given, "device"), error);
    if (what.node == NULL || !find_base(given, &what, error) || !find_bottom(given, &what, error) ||
        !check_chain(&what, error))
        return FALSE;
    if (what.base == NULL && what.backing_file != NULL)
        return sim_qmp_refuse(error, "backing file specified, but streaming the entire chain");
    SimJobOptions options = sim_job_options_of(given);
    return sim_job_stream_start(&call->machine->jobs, &options, &what, error);
}

const SimCommand sim_command_block_stream = {"block-stream", arguments, run};
