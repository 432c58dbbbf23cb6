/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "sim/vm/job_drain.h"
#include "sim/vm/qmp/action.h"
#include "sim/vm/qmp/bitmap_action.h"
#include "sim/vm/qmp/command.h"
#include "sim/vm/qmp/snapshot_overlay.h"
#include <string.h>

static const SimActionType *const types[] = {
    &sim_action_abort,
    &sim_action_block_dirty_bitmap_add,
    &sim_action_block_dirty_bitmap_clear,
    &sim_action_block_dirty_bitmap_disable,
    &sim_action_block_dirty_bitmap_enable,
    &sim_action_block_dirty_bitmap_merge,
    &sim_action_block_dirty_bitmap_remove,
    &sim_action_blockdev_backup,
    &sim_action_blockdev_snapshot,
    &sim_action_blockdev_snapshot_internal_sync,
    &sim_action_blockdev_snapshot_sync,
};
static const char *const type_names[] = {"abort",
                                         "block-dirty-bitmap-add",
                                         "block-dirty-bitmap-clear",
                                         "block-dirty-bitmap-disable",
                                         "block-dirty-bitmap-enable",
                                         "block-dirty-bitmap-merge",
                                         "block-dirty-bitmap-remove",
                                         "blockdev-backup",
                                         "blockdev-snapshot",
                                         "blockdev-snapshot-internal-sync",
                                         "blockdev-snapshot-sync",
                                         NULL};
static const char *const modes[] = {"individual", "grouped", NULL};

static const SimActionType *
find_type(const char *name)
{
    for (guint i = 0; i < G_N_ELEMENTS(types); i++) {
        if (strcmp(types[i]->type, name) == 0)
            return types[i];
    }
    g_assert_not_reached();
}

static gboolean
check_data(const json_t *action, const char *path, GError **error)
{
    static const SimArgument no_data[] = {{0}};
    const SimActionType *type = find_type(sim_text(action, "type"));
    const json_t *data = json_object_get(action, "data");
    g_autofree char *place = sim_argument_path(path, "data");
    if (data == NULL)
        return sim_qmp_refuse(error, "Parameter '%s' is missing", place);
    const SimArgument member = {.name = "data",
                                .type = SIM_ARG_OBJECT,
                                .members = type->arguments == NULL ? no_data : type->arguments};
    return sim_argument_check(&member, data, place, error);
}

static gboolean
check_action(const json_t *action, const char *path, GError **error)
{
    static const SimArgument type_member = {"type", SIM_ARG_ENUM, TRUE, .values = type_names};
    if (!json_is_object(action))
        return sim_argument_wrong_type(path, "object", error);
    g_autofree char *place = sim_argument_path(path, "type");
    const json_t *type = json_object_get(action, "type");
    if (type == NULL)
        return sim_qmp_refuse(error, "Parameter '%s' is missing", place);
    if (!sim_argument_check(&type_member, type, place, error) || !check_data(action, path, error))
        return FALSE;
    /* Only what is left over is still to be found: the data were checked above. */
    const char *name;
    json_t *value;
    json_object_foreach((json_t *)action, name, value)
    {
        if (strcmp(name, "type") == 0 || strcmp(name, "data") == 0)
            continue;
        g_autofree char *extra = sim_argument_path(path, name);
        return sim_qmp_refuse(error, "Parameter '%s' is unexpected", extra);
    }
    return TRUE;
}

static const SimArgument element = {"", SIM_ARG_CUSTOM, .check = check_action};
static const SimArgument property_members[] = {
    {"completion-mode", SIM_ARG_ENUM, .values = modes},
    {0},
};
static const SimArgument arguments[] = {
    {"actions", SIM_ARG_LIST, TRUE, .members = &element},
    {"properties", SIM_ARG_OBJECT, .members = property_members},
    {0},
};

/* Each is asked when its turn comes: jobs of those before it have been made, and go again. */
static gboolean
prepare_one(SimAction *action, GError **error)
{
    if (action->group != NULL && action->type != &sim_action_abort && !action->type->makes_job)
        return sim_qmp_refuse(
            error, "Action '%s' does not support Transaction property completion-mode = grouped",
            action->type->type);
    return action->type->prepare(action, error);
}

static gboolean
prepare_and_commit(SimAction *list, guint count, GError **error)
{
    guint done = 0;
    while (done < count && prepare_one(&list[done], error))
        done++;
    if (done == count) {
        for (guint i = 0; i < count; i++) {
            if (list[i].type->commit != NULL)
                list[i].type->commit(&list[i]);
        }
        return TRUE;
    }
    while (done-- > 0) {
        if (list[done].type->abort != NULL)
            list[done].type->abort(&list[done]);
    }
    return FALSE;
}

static const char *
drained_name(const SimAction *action)
{
    return action->type->drained == NULL ? NULL : sim_text(action->data, action->type->drained);
}

/* Everything was drained once before the actions drain their nodes. */
static void
drain_nodes(const SimAction *list, guint count)
{
    g_autoptr(GHashTable) names = g_hash_table_new(g_str_hash, g_str_equal);
    for (guint i = 0; i < count; i++) {
        const char *name = drained_name(&list[i]);
        SimNode *node = name == NULL ? NULL : sim_graph_find(list[i].machine->graph, name);
        if (node != NULL && g_hash_table_add(names, (gpointer)name))
            sim_jobs_hurry(&list[i].machine->jobs, node);
    }
}

static gboolean
run_all(SimJobs *jobs, SimAction *list, guint count, GError **error)
{
    drain_nodes(list, count);
    sim_jobs_drain_begin(jobs);
    gboolean ok = prepare_and_commit(list, count, error);
    sim_jobs_drain_end(jobs);
    for (guint i = 0; ok && i < count; i++) {
        if (list[i].type->clean != NULL)
            list[i].type->clean(&list[i]);
    }
    for (guint i = 0; !ok && i < count; i++) {
        if (list[i].crashed)
            sim_machine_end(list[i].machine, SIM_STATUS_SEGV, FALSE);
    }
    return ok;
}

gboolean
sim_action_run(SimMachine *machine, const SimActionType *type, const json_t *data, GError **error)
{
    SimAction action = {.type = type, .machine = machine, .data = data};
    return run_all(&machine->jobs, &action, 1, error);
}

static gboolean
run(SimCall *call, GError **error)
{
    const json_t *actions = json_object_get(call->arguments, "actions");
    guint count = (guint)json_array_size(actions);
    g_autofree SimAction *list = g_new0(SimAction, count + 1);
    for (guint i = 0; i < count; i++) {
        const json_t *action = json_array_get(actions, i);
        list[i].type = find_type(sim_text(action, "type"));
        list[i].machine = call->machine;
        list[i].data = json_object_get(action, "data");
    }
    const char *mode = sim_text(json_object_get(call->arguments, "properties"), "completion-mode");
    if (g_strcmp0(mode, "grouped") != 0)
        return run_all(&call->machine->jobs, list, count, error);
    SimJobGroup *group = sim_job_group_new();
    for (guint i = 0; i < count; i++)
        list[i].group = group;
    gboolean ok = run_all(&call->machine->jobs, list, count, error);
    sim_job_group_unref(group);
    return ok;
}

const SimCommand sim_command_transaction = {"transaction", arguments, run};

static gboolean
prepare_abort(SimAction *action, GError **error)
{
    (void)action;
    return sim_qmp_refuse(error, "Transaction aborted using Abort action");
}

const SimActionType sim_action_abort = {"abort", NULL, prepare_abort, NULL};
