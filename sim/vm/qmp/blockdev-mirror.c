/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "sim/block/blocker.h"
#include "sim/block/chain.h"
#include "sim/vm/job_mirror.h"
#include "sim/vm/qmp/action.h"
#include "sim/vm/qmp/command.h"
#include "sim/vm/qmp/job_options.h"
#include <string.h>

#define GRANULARITY_MAX (64 * 1024 * 1024)

static const char *const modes[] = {"top", "full", "none", "incremental", "bitmap", NULL};
static const char *const copy_modes[] = {"background", "write-blocking", NULL};

static const SimArgument arguments[] = {
    {"job-id", SIM_ARG_STRING},
    {"device", SIM_ARG_STRING, TRUE},
    {"target", SIM_ARG_STRING, TRUE},
    {"replaces", SIM_ARG_STRING},
    {"sync", SIM_ARG_ENUM, TRUE, .values = modes},
    {"speed", SIM_ARG_INTEGER},
    {"granularity", SIM_ARG_SIZE},
    {"buf-size", SIM_ARG_INTEGER},
    {"on-source-error", SIM_ARG_ENUM, .values = sim_on_error_names},
    {"on-target-error", SIM_ARG_ENUM, .values = sim_on_error_names},
    {"filter-node-name", SIM_ARG_STRING},
    {"copy-mode", SIM_ARG_ENUM, .values = copy_modes},
    {"auto-finalize", SIM_ARG_BOOLEAN},
    {"auto-dismiss", SIM_ARG_BOOLEAN},
    {0},
};

static gboolean
check_granularity(guint64 granularity, GError **error)
{
    if (granularity != 0 && (granularity < 512 || granularity > GRANULARITY_MAX))
        return sim_qmp_refuse(error,
                              "Parameter 'granularity' expects a value in range [512B, 64MB]");
    if ((granularity & (granularity - 1)) != 0)
        return sim_qmp_refuse(error, "Parameter 'granularity' expects a power of 2");
    return TRUE;
}

/* Only a node whose data are those of the source can be replaced: the source, or what it
 * filters. */
static gboolean
check_replaces(const SimMirror *what, GError **error)
{
    if (what->replaces == NULL)
        return TRUE;
    SimNode *node = sim_graph_find(what->source->graph, what->replaces);
    if (node == NULL)
        return sim_qmp_refuse(error, "Failed to find node with node-name='%s'", what->replaces);
    if (!sim_node_check_op(node, SIM_OP_REPLACE, error))
        return FALSE;
    for (SimNode *other = what->source; other != node;) {
        SimEdge *filtered = sim_node_filtered(other);
        if (filtered == NULL)
            return sim_qmp_refuse(error,
                                  "Cannot replace '%s' by a node mirrored from '%s', because it "
                                  "cannot be guaranteed that doing so would not lead to an abrupt "
                                  "change of visible data",
                                  node->name, what->source->name);
        other = filtered->child;
    }
    return TRUE;
}

/* What the mode of the copy makes of the source's chain. */
static gboolean
set_mode(SimMirror *what, const char *mode, GError **error)
{
    SimNode *backing = sim_node_backing(what->source);
    if (strcmp(mode, "incremental") == 0 || strcmp(mode, "bitmap") == 0)
        return sim_qmp_refuse(error, "Sync mode '%s' not supported", mode);
    what->zeroes = strcmp(mode, "full") == 0;
    what->nothing = strcmp(mode, "none") == 0;
    if (strcmp(mode, "top") == 0)
        what->base = backing;
    return TRUE;
}

static gboolean
run(SimCall *call, GError **error)
{
    const json_t *given = call->arguments;
    SimMirror what = {
        .source = sim_action_root(call->machine, sim_text(given, "device"), error),
        .replaces = sim_text(given, "replaces"),
        .granularity = (guint64)json_integer_value(json_object_get(given, "granularity")),
        .filter_name = sim_text(given, "filter-node-name"),
        .on_source_error = sim_on_error_of(sim_text(given, "on-source-error"), SIM_ON_ERROR_REPORT),
        .on_target_error = sim_on_error_of(sim_text(given, "on-target-error"), SIM_ON_ERROR_REPORT),
    };
    if (what.source == NULL)
        return FALSE;
    what.target = sim_graph_need(call->machine->graph, sim_text(given, "target"), error);
    if (what.target == NULL || !check_granularity(what.granularity, error) ||
        !sim_node_check_op(what.source, SIM_OP_MIRROR_SOURCE, error) ||
        !sim_node_check_op(what.target, SIM_OP_MIRROR_TARGET, error) ||
        !check_replaces(&what, error) || !set_mode(&what, sim_text(given, "sync"), error))
        return FALSE;
    json_int_t buffer = json_integer_value(json_object_get(given, "buf-size"));
    if (buffer < 0)
        return sim_qmp_refuse(error, "Invalid parameter 'buf-size'");
    what.buffer = (guint64)buffer;
    SimJobOptions options = sim_job_options_of(given);
    return sim_job_mirror_start(&call->machine->jobs, &options, &what, error);
}

const SimCommand sim_command_blockdev_mirror = {"blockdev-mirror", arguments, run};
