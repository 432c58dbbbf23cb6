/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "sim/vm/qmp/bitmap_action.h"

static gboolean
check_granularity(const json_t *value, const char *path, GError **error)
{
    if (!json_is_integer(value))
        return sim_qmp_refuse(error, "Parameter '%s' expects uint64", path);
    json_int_t number = json_integer_value(value);
    return (number >= 0 && number <= G_MAXUINT32) ||
           sim_qmp_refuse(error, "Parameter '%s' expects uint32_t", path);
}

static const SimArgument arguments[] = {
    {"node", SIM_ARG_STRING, TRUE},
    {"name", SIM_ARG_STRING, TRUE},
    {"granularity", SIM_ARG_CUSTOM, .check = check_granularity},
    {"persistent", SIM_ARG_BOOLEAN},
    {"disabled", SIM_ARG_BOOLEAN},
    {0},
};

static gboolean
prepare(SimAction *action, GError **error)
{
    const char *name = sim_text(action->data, "node");
    SimNode *node = sim_graph_find(action->machine->graph, name);
    if (node == NULL)
        return sim_qmp_refuse(error, "Cannot find device='%s' nor node-name='%s'", name, name);
    const json_t *granularity = json_object_get(action->data, "granularity");
    SimBitmapOptions options = {
        .name = sim_text(action->data, "name"),
        .granularity = granularity == NULL ? 0 : (guint64)json_integer_value(granularity),
        .persistent = json_is_true(json_object_get(action->data, "persistent")),
        .disabled = json_is_true(json_object_get(action->data, "disabled")),
    };
    /* Zero stands for none given, but who gives it gets the refusal. */
    if (granularity != NULL && options.granularity == 0)
        options.granularity = 1;
    action->bitmap = sim_bitmap_add(node, &options, error);
    return action->bitmap != NULL;
}

static void
abort_add(SimAction *action)
{
    sim_bitmap_free(action->bitmap);
}

const SimActionType sim_action_block_dirty_bitmap_add = {"block-dirty-bitmap-add", arguments,
                                                         prepare, abort_add};

static gboolean
run(SimCall *call, GError **error)
{
    return sim_bitmap_action_run(call, &sim_action_block_dirty_bitmap_add, error);
}

const SimCommand sim_command_block_dirty_bitmap_add = {"block-dirty-bitmap-add", arguments, run};
