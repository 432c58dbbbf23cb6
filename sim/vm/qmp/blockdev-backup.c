/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "sim/block/blocker.h"
#include "sim/block/chain.h"
#include "sim/vm/backup_job.h"
#include "sim/vm/qmp/action.h"
#include "sim/vm/qmp/command.h"
#include <limits.h>
#include <string.h>

static const char *const syncs[] = {"top", "full", "none", "incremental", "bitmap", NULL};
static const char *const modes[] = {"on-success", "never", "always", NULL};

static const SimArgument perf_members[] = {
    {"use-copy-range", SIM_ARG_BOOLEAN},
    {"max-workers", SIM_ARG_INTEGER},
    {"max-chunk", SIM_ARG_INTEGER},
    {0},
};

static const SimArgument arguments[] = {
    {"job-id", SIM_ARG_STRING},
    {"device", SIM_ARG_STRING, TRUE},
    {"sync", SIM_ARG_ENUM, TRUE, .values = syncs},
    {"speed", SIM_ARG_INTEGER},
    {"bitmap", SIM_ARG_STRING},
    {"bitmap-mode", SIM_ARG_ENUM, .values = modes},
    {"compress", SIM_ARG_BOOLEAN},
    {"on-source-error", SIM_ARG_ENUM, .values = sim_on_error_names},
    {"on-target-error", SIM_ARG_ENUM, .values = sim_on_error_names},
    {"auto-finalize", SIM_ARG_BOOLEAN},
    {"auto-dismiss", SIM_ARG_BOOLEAN},
    {"filter-node-name", SIM_ARG_STRING},
    {"x-perf", SIM_ARG_OBJECT, .members = perf_members},
    {"target", SIM_ARG_STRING, TRUE},
    {0},
};

/* ---- bitmaps ---- */

static gboolean
is(const char *text, const char *value)
{
    return g_strcmp0(text, value) == 0;
}

/* The mode that counts; *mode is NULL where none was given. */
static gboolean
check_sync(const json_t *data, const char **mode, GError **error)
{
    const char *sync = sim_text(data, "sync");
    gboolean incremental = is(sync, "incremental");
    *mode = sim_text(data, "bitmap-mode");
    if ((incremental || is(sync, "bitmap")) && sim_text(data, "bitmap") == NULL)
        return sim_qmp_refuse(error, "must provide a valid bitmap name for '%s' sync mode", sync);
    if (!incremental)
        return TRUE;
    if (*mode != NULL && !is(*mode, "on-success"))
        return sim_qmp_refuse(
            error, "Bitmap sync mode must be 'on-success' when using sync mode 'incremental'");
    *mode = "on-success";
    return TRUE;
}

/* What QEMU calls the mode once "incremental" has become a bitmap with a mode. */
static const char *
plain_sync(const json_t *data)
{
    const char *sync = sim_text(data, "sync");
    return is(sync, "incremental") ? "bitmap" : sync;
}

static gboolean
find_bitmap(const json_t *data, const char *mode, SimBackup *backup, GError **error)
{
    const char *name = sim_text(data, "bitmap"), *sync = plain_sync(data);
    if (name == NULL)
        return mode == NULL ||
               sim_qmp_refuse(error, "Cannot specify bitmap sync mode without a bitmap");
    backup->bitmap = sim_bitmap_find(backup->source, name);
    if (backup->bitmap == NULL)
        return sim_qmp_refuse(error, "Bitmap '%s' could not be found", name);
    if (mode == NULL)
        return sim_qmp_refuse(error, "Bitmap sync mode must be given when providing a bitmap");
    if (!sim_bitmap_allows(backup->bitmap, SIM_BITMAP_MERGE_FROM, error))
        return FALSE;
    if (is(sync, "none"))
        return sim_qmp_refuse(error, "sync mode '%s' does not produce meaningful bitmap outputs",
                              sync);
    if (is(mode, "never") && !is(sync, "bitmap"))
        return sim_qmp_refuse(error,
                              "Bitmap sync mode '%s' has no meaningful effect when combined with "
                              "sync mode '%s'",
                              mode, sync);
    return TRUE;
}

/* ---- nodes and the rest ---- */

static gboolean
check_nodes(const json_t *data, const SimBackup *backup, GError **error)
{
    if (backup->source == backup->target)
        return sim_qmp_refuse(error, "Source and target cannot be the same");
    if (json_is_true(json_object_get(data, "compress")) &&
        sim_node_skip_filters(backup->target)->driver != SIM_DRIVER_QCOW2)
        return sim_qmp_refuse(error, "Compression is not supported for this drive ");
    return sim_node_check_op(backup->source, SIM_OP_BACKUP_SOURCE, error) &&
           sim_node_check_op(backup->target, SIM_OP_BACKUP_TARGET, error);
}

static gboolean
check_perf(const json_t *data, SimBackup *backup, GError **error)
{
    const json_t *perf = json_object_get(data, "x-perf");
    const json_t *workers = json_object_get(perf, "max-workers");
    json_int_t chunk = json_integer_value(json_object_get(perf, "max-chunk"));
    if (workers != NULL &&
        (json_integer_value(workers) < 1 || json_integer_value(workers) > INT_MAX))
        return sim_qmp_refuse(error, "max-workers must be between 1 and %d", INT_MAX);
    if (chunk < 0)
        return sim_qmp_refuse(error, "max-chunk must be zero (which means no limit) or positive");
    backup->max_chunk = (guint64)chunk;
    return TRUE;
}

static guint
index_of(const char *const *names, const char *name)
{
    guint i = 0;
    while (strcmp(names[i], name) != 0)
        i++;
    return i;
}

static void
take_options(const json_t *data, const char *mode, SimBackup *backup)
{
    static const SimBackupSync meanings[] = {SIM_BACKUP_TOP, SIM_BACKUP_FULL, SIM_BACKUP_NONE,
                                             SIM_BACKUP_BITMAP, SIM_BACKUP_BITMAP};
    backup->sync = meanings[index_of(syncs, sim_text(data, "sync"))];
    backup->mode = mode == NULL ? SIM_BITMAP_MODE_NEVER : (SimBitmapMode)index_of(modes, mode);
    backup->filter = sim_text(data, "filter-node-name");
    backup->on_source = sim_on_error_of(sim_text(data, "on-source-error"), SIM_ON_ERROR_REPORT);
    backup->on_target = sim_on_error_of(sim_text(data, "on-target-error"), SIM_ON_ERROR_REPORT);
}

static gboolean
plan(const SimAction *action, SimBackup *backup, GError **error)
{
    SimGraph *graph = action->machine->graph;
    const json_t *data = action->data;
    const char *mode = NULL;
    backup->source = sim_graph_need(graph, sim_text(data, "device"), error);
    if (backup->source == NULL)
        return FALSE;
    backup->target = sim_graph_need(graph, sim_text(data, "target"), error);
    if (backup->target == NULL)
        return FALSE;
    if (!check_sync(data, &mode, error) || !find_bitmap(data, mode, backup, error) ||
        !check_nodes(data, backup, error) || !check_perf(data, backup, error))
        return FALSE;
    take_options(data, mode, backup);
    /* The bitmap is written to, unless the mode is "never". */
    return backup->bitmap == NULL || backup->mode == SIM_BITMAP_MODE_NEVER ||
           sim_bitmap_allows(backup->bitmap, SIM_BITMAP_CLEAR, error);
}

static gboolean
prepare(SimAction *action, GError **error)
{
    SimBackup backup = {0};
    if (!plan(action, &backup, error))
        return FALSE;
    SimJobOptions options = {
        .id = sim_text(action->data, "job-id"),
        .speed = json_integer_value(json_object_get(action->data, "speed")),
        .manual_finalize = json_is_false(json_object_get(action->data, "auto-finalize")),
        .manual_dismiss = json_is_false(json_object_get(action->data, "auto-dismiss")),
        .group = action->group,
    };
    action->job = sim_backup_create(&action->machine->jobs, &options, &backup, error);
    return action->job != NULL;
}

/* Another of its group may have taken it along. */
static void
abort_backup(SimAction *action)
{
    SimJob *job = sim_jobs_need(&action->machine->jobs, sim_text(action->data, "job-id"), NULL);
    if (job == NULL || job->status != SIM_JOB_CREATED)
        return;
    gboolean ok = sim_job_cancel(job, TRUE, NULL);
    g_assert(ok);
}

static void
commit(SimAction *action)
{
    sim_backup_start(action->job);
}

/* A job with nothing to do is over before the answer. */
static void
clean(SimAction *action)
{
    if (action->job->status == SIM_JOB_RUNNING && sim_backup_is_empty(action->job))
        sim_job_step(action->job);
}

const SimActionType sim_action_blockdev_backup = {.type = "blockdev-backup",
                                                  .arguments = arguments,
                                                  .prepare = prepare,
                                                  .abort = abort_backup,
                                                  .commit = commit,
                                                  .clean = clean,
                                                  .makes_job = TRUE,
                                                  .drained = "device"};

static gboolean
run(SimCall *call, GError **error)
{
    return sim_action_run(call->machine, &sim_action_blockdev_backup, call->arguments, error);
}

const SimCommand sim_command_blockdev_backup = {"blockdev-backup", arguments, run};
