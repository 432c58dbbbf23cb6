/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "sim/block/blocker.h"
#include "sim/block/filter.h"
#include "sim/block/image_create.h"
#include "sim/vm/block_info.h"
#include "sim/vm/qmp/command.h"
#include "sim/vm/qmp/node_or_device.h"
#include "sim/vm/qmp/snapshot_overlay.h"
#include <string.h>

static const char *const modes[] = {"existing", "absolute-paths", NULL};

static const SimArgument arguments[] = {
    {"device", SIM_ARG_STRING},
    {"node-name", SIM_ARG_STRING},
    {"snapshot-file", SIM_ARG_STRING, TRUE},
    {"snapshot-node-name", SIM_ARG_STRING},
    {"format", SIM_ARG_STRING},
    {"mode", SIM_ARG_ENUM, .values = modes},
    {0},
};

static const char *
format_of(const SimAction *action)
{
    const char *format = sim_text(action->data, "format");
    return format == NULL ? "qcow2" : format;
}

static gboolean
check_names(const SimAction *action, GError **error)
{
    const char *name = sim_text(action->data, "snapshot-node-name");
    if (sim_text(action->data, "node-name") != NULL && name == NULL)
        return sim_qmp_refuse(error, "New overlay node-name missing");
    if (name != NULL && sim_graph_find(action->machine->graph, name) != NULL)
        return sim_qmp_refuse(error, "New overlay node-name already in use");
    return TRUE;
}

/* Make the image, which stays even where the transaction fails. */
static gboolean
make_image(SimAction *action, GError **error)
{
    SimFs *fs = action->machine->graph->fs;
    g_autofree char *backing = sim_block_info_name(action->node);
    SimImageCreate create = {.path = sim_text(action->data, "snapshot-file"),
                             .format = format_of(action),
                             .size = sim_node_size(action->node),
                             .sized = TRUE,
                             .unchecked = TRUE,
                             .backing = backing,
                             .backing_format = sim_driver_name(action->node->driver)};
    g_autoptr(GError) failure = NULL;
    if (sim_image_create_prepare(fs, &create, &failure)) {
        g_autofree char *line = sim_image_create_line(&create);
        g_string_append(action->machine->output, line);
        if (sim_image_create(fs, &create, &failure))
            return TRUE;
    }
    g_autofree char *text = g_strndup(failure->message, strcspn(failure->message, "\n"));
    return sim_qmp_refuse(error, "%s", text);
}

/* It is opened as the node was. */
static SimNode *
open_overlay(SimAction *action, GError **error)
{
    json_t *options =
        json_pack("{s:s, s:s, s:b, s:s, s:{s:s, s:s}}", "driver", format_of(action), "node-name",
                  sim_text(action->data, "snapshot-node-name"), "read-only",
                  action->node->read_only, "discard", action->node->unmap ? "unmap" : "ignore",
                  "file", "driver", "file", "filename", sim_text(action->data, "snapshot-file"));
    if (strcmp(format_of(action), "qcow2") == 0)
        json_object_set_new(options, "backing", json_null());
    SimNode *overlay = sim_graph_open(action->machine->graph, options, error);
    json_decref(options);
    /* It goes with its last user. */
    if (overlay != NULL)
        overlay->owned = FALSE;
    return overlay;
}

static gboolean
prepare(SimAction *action, GError **error)
{
    action->node = sim_node_or_device_in(action->machine, action->data, error);
    if (action->node == NULL || !sim_node_check_op(action->node, SIM_OP_SNAPSHOT, error) ||
        !sim_snapshot_flush(action->node, error) || !check_names(action, error))
        return FALSE;
    if (g_strcmp0(sim_text(action->data, "mode"), "existing") != 0 && !make_image(action, error))
        return FALSE;
    action->overlay = open_overlay(action, error);
    if (action->overlay == NULL)
        return FALSE;
    if (sim_snapshot_check_overlay(action->overlay, error) &&
        sim_graph_append(action->machine->graph, action->node, action->overlay, error))
        return TRUE;
    sim_graph_close_unused(action->overlay);
    return FALSE;
}

static void
abort_snapshot(SimAction *action)
{
    sim_graph_unappend(action->machine->graph, action->node, action->overlay);
    sim_graph_close_unused(action->overlay);
}

/* Where nobody used the node, nobody uses the overlay: it goes at once. */
static void
commit(SimAction *action)
{
    sim_graph_append_done(action->node);
    sim_graph_close_unused(action->overlay);
}

const SimActionType sim_action_blockdev_snapshot_sync = {.type = "blockdev-snapshot-sync",
                                                         .arguments = arguments,
                                                         .prepare = prepare,
                                                         .abort = abort_snapshot,
                                                         .commit = commit,
                                                         .drained = "node-name"};

static gboolean
run(SimCall *call, GError **error)
{
    return sim_action_run(call->machine, &sim_action_blockdev_snapshot_sync, call->arguments,
                          error);
}

const SimCommand sim_command_blockdev_snapshot_sync = {"blockdev-snapshot-sync", arguments, run};
