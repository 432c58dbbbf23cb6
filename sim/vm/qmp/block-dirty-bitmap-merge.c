/* SPDX-License-Identifier: LGPL-2.1-or-later
 *
 * QEMU 7.2 dies of a list of no bitmaps, and so does the simulated process.
 */
#include "sim/vm/qmp/bitmap_action.h"

/* A name, or {node, name}; QEMU does not say where it stands. */
static gboolean
check_source(const json_t *value, const char *path, GError **error)
{
    const SimArgument *tables[] = {sim_bitmap_arguments, NULL};
    if (json_is_string(value))
        return TRUE;
    if (!json_is_object(value))
        return sim_argument_wrong_type("null", "BlockDirtyBitmapOrStr", error);
    return sim_arguments_check_union(tables, value, path, error);
}

static const SimArgument source = {"", SIM_ARG_CUSTOM, .check = check_source};
static const SimArgument arguments[] = {
    {"node", SIM_ARG_STRING, TRUE},
    {"target", SIM_ARG_STRING, TRUE},
    {"bitmaps", SIM_ARG_LIST, TRUE, .members = &source},
    {0},
};

static gboolean
merge_one(SimAction *action, const json_t *from, GError **error)
{
    SimGraph *graph = action->machine->graph;
    SimBitmap *bitmap = NULL;
    if (json_is_object(from))
        bitmap = sim_bitmap_need(graph, sim_text(from, "node"), sim_text(from, "name"), error);
    else
        bitmap =
            sim_bitmap_need(graph, sim_text(action->data, "node"), json_string_value(from), error);
    return bitmap != NULL && sim_bitmap_merge(action->bitmap, bitmap, error);
}

static gboolean
prepare(SimAction *action, GError **error)
{
    const json_t *list = json_object_get(action->data, "bitmaps");
    SimBitmap *target = sim_bitmap_need(action->machine->graph, sim_text(action->data, "node"),
                                        sim_text(action->data, "target"), error);
    if (target == NULL)
        return FALSE;
    if (json_array_size(list) == 0) {
        action->crashed = TRUE;
        g_set_error(error, VM_QMP_ERROR, VM_QMP_DISCONNECTED,
                    "the instance ended before it answered block-dirty-bitmap-merge");
        return FALSE;
    }
    sim_bitmap_action_begin(action, target);
    for (gsize i = 0; i < json_array_size(list); i++) {
        if (merge_one(action, json_array_get(list, i), error))
            continue;
        sim_bitmap_action_abort(action);
        return FALSE;
    }
    return TRUE;
}

const SimActionType sim_action_block_dirty_bitmap_merge = {"block-dirty-bitmap-merge", arguments,
                                                           prepare, sim_bitmap_action_abort,
                                                           sim_bitmap_action_commit};

static gboolean
run(SimCall *call, GError **error)
{
    return sim_bitmap_action_run(call, &sim_action_block_dirty_bitmap_merge, error);
}

const SimCommand sim_command_block_dirty_bitmap_merge = {"block-dirty-bitmap-merge", arguments,
                                                         run};
