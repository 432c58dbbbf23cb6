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

static SimBitmap *
find_source(const SimAction *action, const json_t *from, GError **error)
{
    const char *node = sim_text(json_is_object(from) ? from : action->data, "node");
    const char *name = json_is_object(from) ? sim_text(from, "name") : json_string_value(from);
    return sim_bitmap_need(action->machine->graph, node, name, error);
}

/* All sources are checked before the first is merged: then nothing is to be undone. */
static gboolean
merge_all(SimAction *action, SimBitmap *target, const json_t *list, GError **error)
{
    for (gsize i = 0; i < json_array_size(list); i++) {
        const SimBitmap *from = find_source(action, json_array_get(list, i), error);
        if (from == NULL || !sim_bitmap_check_merge(target, from, error))
            return FALSE;
    }
    sim_bitmap_action_begin(action, target);
    for (gsize i = 0; i < json_array_size(list); i++) {
        SimBitmap *from = find_source(action, json_array_get(list, i), NULL);
        gboolean ok = sim_bitmap_merge(target, from, NULL);
        g_assert(ok);
    }
    return TRUE;
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
    return merge_all(action, target, list, error);
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
