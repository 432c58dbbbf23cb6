/* SPDX-License-Identifier: LGPL-2.1-or-later
 *
 * The commands of a lock step, and how often each is tried.
 */
#include "harness/fidelity/generate.h"

#include <string.h>
#include "harness/fidelity/argument.h"
#include "harness/fidelity/options.h"
#include "harness/fidelity/spared.h"

#define ARGUMENTS_MAX 10

/* How many commands that QEMU is to be spared are thrown away before a plain one is taken. */
#define ATTEMPTS_MAX 8

/* A command: its arguments by the table, or made as a whole. */
typedef struct {
    const char *name;
    guint weight;
    Argument arguments[ARGUMENTS_MAX];
    MakeValue whole; /* or NULL */
    gboolean action; /* of a transaction too */
} Generator;

static json_t *make_transaction(Making *making);

static const Generator generators[] = {
    {"blockdev-add", 22, .whole = make_node_options},
    {"blockdev-del", 9, {{"node-name", make_any_node, 1}}},
    {"blockdev-reopen", 6, .whole = make_reopen},
    {"blockdev-create", 4, .whole = make_create},
    {"block_resize", 4, {{"node-name", make_sized_node, 1}, {"size", make_new_size, 1}}},
    {"human-monitor-command", 14, .whole = make_qemu_io},

    {"blockdev-snapshot",
     7,
     {{"node", make_node, 1}, {"overlay", make_overlay, 1}},
     .action = TRUE},
    {"blockdev-snapshot-sync",
     4,
     {{"node-name", make_node, 1},
      {"snapshot-file", make_new_file, 1},
      {"snapshot-node-name", make_snapshot_node, 1}},
     .action = TRUE},
    {"blockdev-snapshot-internal-sync",
     6,
     {{"device", make_node, 1}, {"name", make_tag, 1}},
     .action = TRUE},
    {"blockdev-snapshot-delete-internal-sync",
     6,
     {{"device", make_snapshot_holder, 1}, {"name", make_tag, 1}, {"id", make_snapshot_id, 6}}},
    {"snapshot-save",
     3,
     {{"job-id", make_new_job, 1},
      {"devices", make_node_list, 1},
      {"vmstate", make_node, 1},
      {"tag", make_tag, 1}}},
    {"snapshot-load",
     4,
     {{"job-id", make_new_job, 1},
      {"devices", make_node_list, 1},
      {"vmstate", make_node, 1},
      {"tag", make_tag, 1}}},
    {"snapshot-delete",
     3,
     {{"job-id", make_new_job, 1}, {"devices", make_node_list, 1}, {"tag", make_tag, 1}}},

    {"block-dirty-bitmap-add",
     10,
     {{"node", make_node, 1},
      {"name", make_new_bitmap, 1},
      {"granularity", make_granularity, 4},
      {"persistent", make_bool, 2},
      {"disabled", make_bool, 4}},
     .action = TRUE},
    {"block-dirty-bitmap-remove",
     4,
     {{"node", make_bitmap_node, 1}, {"name", make_bitmap, 1}},
     .action = TRUE},
    {"block-dirty-bitmap-clear",
     4,
     {{"node", make_bitmap_node, 1}, {"name", make_bitmap, 1}},
     .action = TRUE},
    {"block-dirty-bitmap-enable",
     3,
     {{"node", make_bitmap_node, 1}, {"name", make_bitmap, 1}},
     .action = TRUE},
    {"block-dirty-bitmap-disable",
     3,
     {{"node", make_bitmap_node, 1}, {"name", make_bitmap, 1}},
     .action = TRUE},
    {"block-dirty-bitmap-merge",
     5,
     {{"node", make_bitmap_node, 1}, {"target", make_bitmap, 1}, {"bitmaps", make_bitmap_list, 1}},
     .action = TRUE},
    {"x-debug-block-dirty-bitmap-sha256",
     4,
     {{"node", make_bitmap_node, 1}, {"name", make_bitmap, 1}}},
    {"transaction", 8, .whole = make_transaction},

    {"blockdev-backup", 8, .action = TRUE, .whole = make_backup},
    {"blockdev-mirror",
     5,
     {{"target", make_target, 1},
      {"device", make_source, 1},
      {"sync", make_mirror_sync, 1},
      {"job-id", make_new_job, 1},
      {"speed", make_speed, 6},
      {"auto-finalize", make_bool, 2},
      {"auto-dismiss", make_bool, 2}}},
    {"block-commit",
     6,
     {{"device", make_layered_node, 1},
      {"top-node", make_node, 5},
      {"base-node", make_node, 5},
      {"job-id", make_new_job, 1},
      {"speed", make_speed, 6},
      {"auto-finalize", make_bool, 2},
      {"auto-dismiss", make_bool, 3}}},
    {"block-stream",
     5,
     {{"device", make_layered_node, 1},
      {"base-node", make_node, 4},
      {"job-id", make_new_job, 1},
      {"speed", make_speed, 6},
      {"auto-finalize", make_bool, 3},
      {"auto-dismiss", make_true, 6}}},

    {"job-pause", 5, {{"id", make_running_job, 1}}},
    {"job-resume", 8, {{"id", make_paused_job, 1}}},
    {"job-cancel", 8, {{"id", make_live_job, 1}}},
    {"job-complete", 8, {{"id", make_ready_job, 1}}},
    {"job-finalize", 8, {{"id", make_pending_job, 1}}},
    {"job-dismiss", 8, {{"id", make_concluded_job, 1}}},
    {"block-job-pause", 5, {{"device", make_running_job, 1}}},
    {"block-job-resume", 8, {{"device", make_paused_job, 1}}},
    {"block-job-cancel", 3, {{"device", make_live_block_job, 1}, {"force", make_bool, 2}}},
    {"block-job-complete", 8, {{"device", make_ready_job, 1}}},
    {"block-job-finalize", 8, {{"id", make_pending_job, 1}}},
    {"block-job-dismiss", 8, {{"id", make_concluded_block_job, 1}}},
    {"block-job-set-speed", 4, {{"device", make_running_job, 1}, {"speed", make_end_of_speed, 1}}},

    {"query-block", 1},
    {"query-status", 1},
    {"stop", 1},
    {"cont", 1},
    {"migrate", 2, .whole = make_migrate},
    {"device_add",
     6,
     {{"driver", make_disk_driver, 1}, {"drive", make_node, 1}, {"id", make_new_device, 1}}},
};

static json_t *
arguments_of(Making *making, const Generator *generator)
{
    return generator->whole != NULL ? generator->whole(making)
                                    : make_arguments(making, generator->arguments);
}

static const Generator *
pick(Choices *choices, gboolean action)
{
    guint total = 0;
    guint at;

    for (guint i = 0; i < G_N_ELEMENTS(generators); i++) {
        total += !action || generators[i].action ? generators[i].weight : 0;
    }
    at = choose(choices, total);
    for (guint i = 0; i < G_N_ELEMENTS(generators); i++) {
        guint weight = !action || generators[i].action ? generators[i].weight : 0;

        if (at < weight) {
            return &generators[i];
        }
        at -= weight;
    }
    g_assert_not_reached();
}

static void
add_action(Making *making, json_t *actions)
{
    const Generator *generator = pick(making->choices, TRUE);
    json_t *data;

    making->node = NULL;
    data = arguments_of(making, generator);
    json_array_append_new(actions, json_pack("{s:s,s:o}", "type", generator->name, "data", data));
}

static json_t *
make_transaction(Making *making)
{
    guint count = 1 + choose(making->choices, 3);
    json_t *actions = json_array();

    while (count-- > 0) {
        add_action(making, actions);
    }
    if (chance(making->choices, 12)) {
        json_array_append_new(actions, json_pack("{s:s,s:{}}", "type", "abort", "data"));
    }
    if (chance(making->choices, 12)) {
        return json_pack("{s:o,s:{s:s}}", "actions", actions, "properties", "completion-mode",
                         chance(making->choices, 2) ? "grouped" : "individual");
    }
    return json_pack("{s:o}", "actions", actions);
}

/* Whether it has something to be about: a job in the right state, devices. */
static gboolean
has_object(const Generator *generator, const View *view)
{
    return has_job_for(view, generator->arguments[0].make) &&
           (view->pc || strcmp(generator->name, "device_add") != 0);
}

/* Mostly one that has. */
static const Generator *
pick_useful(const Making *making)
{
    const Generator *generator = pick(making->choices, FALSE);

    for (guint i = 0;
         i < ATTEMPTS_MAX && !has_object(generator, making->view) && !chance(making->choices, 6);
         i++) {
        generator = pick(making->choices, FALSE);
    }
    return generator;
}

static json_t *
make_command(Making *making)
{
    const Generator *generator = pick_useful(making);
    json_t *command = json_pack("{s:s}", "execute", generator->name);
    json_t *arguments;

    making->node = NULL;
    arguments = arguments_of(making, generator);
    if (json_object_size(arguments) > 0) {
        json_object_set(command, "arguments", arguments);
    }
    json_decref(arguments);
    return command;
}

json_t *
generate_command(Choices *choices, const View *view)
{
    static const char *const plain[] = {"cont", "cont", "query-block", "query-status", "stop"};
    Making making = {choices, view, NULL};

    for (guint i = 0; i < ATTEMPTS_MAX; i++) {
        json_t *command = make_command(&making);

        if (spared_reason(view, command) == NULL) {
            return command;
        }
        json_decref(command);
    }
    return json_pack("{s:s}", "execute", plain[choose(choices, G_N_ELEMENTS(plain))]);
}

const char *const *
generate_names(void)
{
    static const char *names[G_N_ELEMENTS(generators) + 1];

    for (guint i = 0; i < G_N_ELEMENTS(generators); i++) {
        names[i] = generators[i].name;
    }
    return names;
}
