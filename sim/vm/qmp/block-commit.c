/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "sim/block/blocker.h"
#include "sim/block/chain.h"
#include "sim/vm/job_commit.h"
#include "sim/vm/job_mirror.h"
#include "sim/vm/qmp/command.h"
#include "sim/vm/qmp/job_options.h"
#include <string.h>

static const SimArgument arguments[] = {
    {"job-id", SIM_ARG_STRING},
    {"device", SIM_ARG_STRING, TRUE},
    {"base-node", SIM_ARG_STRING},
    {"base", SIM_ARG_STRING},
    {"top-node", SIM_ARG_STRING},
    {"top", SIM_ARG_STRING},
    {"backing-file", SIM_ARG_STRING},
    {"speed", SIM_ARG_INTEGER},
    {"on-error", SIM_ARG_ENUM, .values = sim_on_error_names},
    {"filter-node-name", SIM_ARG_STRING},
    {"auto-finalize", SIM_ARG_BOOLEAN},
    {"auto-dismiss", SIM_ARG_BOOLEAN},
    {0},
};

/* An unknown device has a class of its own here. */
static SimNode *
find_device(SimCall *call, GError **error)
{
    const char *name = sim_text(call->arguments, "device");
    SimNode *node = sim_graph_find(call->machine->graph, name);
    if (node == NULL) {
        g_set_error(error, VM_QMP_ERROR, VM_QMP_DEVICE_NOT_FOUND, "Device '%s' not found", name);
        return NULL;
    }
    if (!sim_node_is_root(node)) {
        sim_qmp_refuse(error, "Need a root block node");
        return NULL;
    }
    return sim_node_check_op(node, SIM_OP_COMMIT_SOURCE, error) ? node : NULL;
}

/* A node of the chain from `top`, by its name. */
static SimNode *
in_chain(SimNode *top, const char *name, GError **error)
{
    SimNode *node = sim_job_node(top->graph, name, error);
    if (node == NULL || sim_chain_contains(top, node))
        return node;
    sim_qmp_refuse(error, "'%s' is not in this backing file chain", name);
    return NULL;
}

static SimNode *
find_top(SimNode *device, const json_t *call, GError **error)
{
    const char *node_name = sim_text(call, "top-node");
    const char *file = sim_text(call, "top");
    if (node_name != NULL && file != NULL) {
        sim_qmp_refuse(error, "'top-node' and 'top' are mutually exclusive");
        return NULL;
    }
    if (node_name != NULL)
        return in_chain(device, node_name, error);
    if (file == NULL || strcmp(file, sim_node_protocol(device)->filename) == 0)
        return device;
    SimNode *top = sim_chain_find_file(device, file);
    if (top == NULL)
        sim_qmp_refuse(error, "Top image file %s not found", file);
    return top;
}

static SimNode *
lowest(SimNode *top)
{
    SimNode *node = top;
    for (SimNode *next = sim_node_backing(node); next != NULL; next = sim_node_backing(node))
        node = next;
    return node;
}

static SimNode *
find_base(SimNode *top, const json_t *call, GError **error)
{
    const char *node_name = sim_text(call, "base-node");
    const char *file = sim_text(call, "base");
    if (node_name != NULL && file != NULL) {
        sim_qmp_refuse(error, "'base-node' and 'base' are mutually exclusive");
        return NULL;
    }
    if (node_name != NULL)
        return in_chain(top, node_name, error);
    SimNode *base = file != NULL ? sim_chain_find_file(top, file) : lowest(top);
    if (base == NULL)
        sim_qmp_refuse(error, "Can't find '%s' in the backing chain", file);
    return base;
}

/* No node from top to base, both included, may be in use by another job. */
static gboolean
check_chain(SimNode *top, const SimNode *base, GError **error)
{
    for (SimNode *node = top;;) {
        if (!sim_node_check_op(node, SIM_OP_COMMIT_TARGET, error))
            return FALSE;
        if (node == base)
            break;
        node = sim_node_next(node)->child;
    }
    if (top == base)
        return sim_qmp_refuse(error, "cannot commit an image into itself");
    return TRUE;
}

static gboolean
is_written(const SimNode *node)
{
    for (guint i = 0; i < node->parents->len; i++) {
        if ((((const SimEdge *)node->parents->pdata[i])->taken & SIM_PERM_WRITE) != 0)
            return TRUE;
    }
    return FALSE;
}

static gboolean
commit_active(SimCall *call, SimNode *top, SimNode *base, GError **error)
{
    const json_t *given = call->arguments;
    SimJobOptions options = sim_job_options_of(given);
    SimOnError on_error = sim_on_error_of(sim_text(given, "on-error"), SIM_ON_ERROR_REPORT);
    SimMirror what = {.source = top,
                      .target = base,
                      .base = base,
                      .active_commit = TRUE,
                      .filter_name = sim_text(given, "filter-node-name"),
                      .on_source_error = on_error,
                      .on_target_error = on_error};
    return sim_job_mirror_start(&call->machine->jobs, &options, &what, error);
}

static gboolean
commit_between(SimCall *call, SimCommit *what, GError **error)
{
    const json_t *given = call->arguments;
    SimJobOptions options = sim_job_options_of(given);
    SimNode *overlay = sim_chain_overlay(what->device, what->top);
    if (!sim_node_check_op(overlay, SIM_OP_COMMIT_TARGET, error))
        return FALSE;
    what->backing_file = sim_text(given, "backing-file");
    what->filter_name = sim_text(given, "filter-node-name");
    what->on_error = sim_on_error_of(sim_text(given, "on-error"), SIM_ON_ERROR_REPORT);
    return sim_job_commit_start(&call->machine->jobs, &options, what, error);
}

static gboolean
run(SimCall *call, GError **error)
{
    SimNode *device = find_device(call, error);
    SimNode *top = device == NULL ? NULL : find_top(device, call->arguments, error);
    SimNode *base = top == NULL ? NULL : find_base(top, call->arguments, error);
    if (base == NULL || !check_chain(top, base, error))
        return FALSE;
    gboolean active = sim_node_skip_filters(top) == sim_node_skip_filters(device);
    if (!active && !is_written(top)) {
        SimCommit what = {.device = device, .top = top, .base = base};
        return commit_between(call, &what, error);
    }
    if (sim_text(call->arguments, "backing-file") != NULL)
        return sim_qmp_refuse(error, "'backing-file' specified, but 'top' %s",
                              active ? "is the active layer" : "has a writer on it");
    return commit_active(call, top, base, error);
}

const SimCommand sim_command_block_commit = {"block-commit", arguments, run};
