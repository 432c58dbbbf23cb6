/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "sim/vm/backup_job.h"
#include "sim/block/copy_before_write.h"
#include "sim/block/filter.h"
#include "sim/block/node_io.h"
#include "sim/vm/job_block.h"

typedef struct {
    SimBackup plan; /* filter is not to be used any more */
    SimNode *filter;
    gboolean begun;
} BackupJob;

static SimBitmap *
todo_of(const SimJob *job)
{
    const BackupJob *backup = job->data;
    return sim_copy_before_write_todo(backup->filter);
}

/* ---- at work ---- */

static gboolean
idle(const SimJob *job)
{
    const BackupJob *backup = job->data;
    return backup->plan.sync == SIM_BACKUP_NONE;
}

/* What the source does not hold itself is known to be unchanged as soon as the job runs. */
static void
begin(SimJob *job)
{
    BackupJob *backup = job->data;
    backup->begun = TRUE;
    if (backup->plan.sync != SIM_BACKUP_TOP)
        return;
    sim_copy_before_write_only_top(backup->filter);
    job->total = job->progress + sim_bitmap_count(todo_of(job));
}

static guint64
chunk_of(const SimJob *job)
{
    const BackupJob *backup = job->data;
    guint64 cluster = todo_of(job)->granularity, most = backup->plan.max_chunk;
    guint64 chunk = sim_job_chunk(job, cluster);
    return most == 0 ? chunk : MIN(chunk, most - most % cluster);
}

static SimJobStep
step(SimJob *job)
{
    BackupJob *backup = job->data;
    guint64 offset = 0, length = 0, before = job->progress;
    gboolean reading = FALSE;
    if (!backup->begun)
        begin(job);
    if (!sim_bitmap_next_dirty(todo_of(job), 0, &offset, &length))
        return SIM_STEP_DONE;
    int number = sim_copy_before_write_copy(backup->filter, offset, chunk_of(job), &reading);
    sim_job_throttle(job, job->progress - before);
    if (number == 0)
        return sim_bitmap_count(todo_of(job)) == 0 ? SIM_STEP_DONE : SIM_STEP_MORE;
    return sim_job_io_error(job, reading ? backup->plan.on_source : backup->plan.on_target, reading,
                            number);
}

/* ---- the end ---- */

static void
commit(SimJob *job)
{
    const SimBackup *plan = &((BackupJob *)job->data)->plan;
    if (plan->bitmap == NULL)
        return;
    if (plan->mode == SIM_BITMAP_MODE_NEVER)
        sim_bitmap_reclaim(plan->bitmap);
    else
        sim_bitmap_abdicate(plan->bitmap);
}

static void
abort_backup(SimJob *job)
{
    const SimBackup *plan = &((BackupJob *)job->data)->plan;
    SimBitmap *bitmap = plan->bitmap, *todo = todo_of(job);
    if (bitmap == NULL)
        return;
    if (plan->mode != SIM_BITMAP_MODE_ALWAYS) {
        sim_bitmap_reclaim(bitmap);
        return;
    }
    g_autoptr(SimBits) left =
        sim_bits_rescale(todo->bits, todo->size, todo->granularity, bitmap->granularity);
    sim_bitmap_succeed(bitmap, left);
}

static void
clean(SimJob *job)
{
    BackupJob *backup = job->data;
    sim_block_job_release(job);
    sim_copy_before_write_count(backup->filter, NULL);
    sim_graph_remove_filter(g_steal_pointer(&backup->filter));
}

/* A process that dies leaves filter and bitmap to the graph. */
static void
free_backup(SimJob *job)
{
    sim_block_job_release(job);
    g_free(job->data);
}

static const SimJobDriver driver = {
    .type = "backup",
    .block_job = TRUE,
    .step = step,
    .idle = idle,
    .commit = commit,
    .abort = abort_backup,
    .clean = clean,
    .free = free_backup,
};

/* ---- the beginning ---- */

static SimNode *
insert(const SimBackup *plan, GError **error)
{
    SimNode *filter = sim_copy_before_write_insert(plan->source, plan->target, plan->filter, error);
    if (filter == NULL)
        return NULL;
    guint64 cluster = sim_copy_before_write_todo(filter)->granularity;
    if (plan->max_chunk == 0 || plan->max_chunk >= cluster)
        return filter;
    sim_qmp_refuse(error,
                   "Required max-chunk (%" G_GUINT64_FORMAT
                   ") is less than backup cluster size (%" G_GUINT64_FORMAT ")",
                   plan->max_chunk, cluster);
    sim_graph_remove_filter(filter);
    return NULL;
}

SimJob *
sim_backup_create(SimJobs *jobs, const SimJobOptions *options, const SimBackup *backup,
                  GError **error)
{
    if (backup->bitmap != NULL && !sim_bitmap_freeze(backup->bitmap, error))
        return NULL;
    SimNode *filter = NULL;
    SimJob *job = NULL;
    if (sim_node_size(backup->source) != sim_node_size(backup->target))
        sim_qmp_refuse(error, "Source and target image have different sizes");
    else
        filter = insert(backup, error);
    if (filter != NULL)
        job = sim_job_create(jobs, &driver, options, error);
    if (job == NULL) {
        if (filter != NULL)
            sim_graph_remove_filter(filter);
        if (backup->bitmap != NULL)
            sim_bitmap_reclaim(backup->bitmap);
        return NULL;
    }
    BackupJob *data = g_new0(BackupJob, 1);
    data->plan = *backup;
    data->filter = filter;
    job->data = data;
    if (sim_block_job_hold(job, filter, "main node", SIM_PERM_ALL, error) &&
        sim_block_job_hold(job, backup->target, "target", SIM_PERM_ALL, error))
        return job;
    sim_job_discard(job);
    sim_graph_remove_filter(filter);
    if (backup->bitmap != NULL)
        sim_bitmap_reclaim(backup->bitmap);
    return NULL;
}

static void
choose_clusters(const BackupJob *backup)
{
    SimBitmap *todo = sim_copy_before_write_todo(backup->filter);
    guint64 offset = 0, length = 0;
    if (backup->plan.sync != SIM_BACKUP_BITMAP)
        return;
    sim_bitmap_reset(todo, 0, todo->size);
    while (sim_bitmap_next_dirty(backup->plan.bitmap, offset, &offset, &length)) {
        sim_bitmap_set(todo, offset, length);
        offset += length;
    }
}

void
sim_backup_start(SimJob *job)
{
    BackupJob *backup = job->data;
    choose_clusters(backup);
    job->total = sim_bitmap_count(todo_of(job));
    sim_copy_before_write_count(backup->filter, &job->progress);
    sim_job_start(job);
}

gboolean
sim_backup_is_empty(const SimJob *job)
{
    return !idle(job) && sim_bitmap_count(todo_of(job)) == 0;
}
