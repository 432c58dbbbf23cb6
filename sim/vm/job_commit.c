/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "sim/vm/job_commit.h"
#include "sim/block/bitmap.h"
#include "sim/block/blocker.h"
#include "sim/block/chain.h"
#include "sim/block/filter.h"

/* What one step copies under a speed. */
#define CHUNK (512 * 1024)

typedef struct {
    SimNode *top;
    SimNode *base;
    SimNode *filter; /* commit_top, over top; NULL once it is gone */
    SimEdge *writer; /* the job's own use of base, or NULL */
    SimEdge *reader; /* and of top */
    gboolean frozen;
    gboolean base_was_read_only;
    char *backing_file;
    SimOnError on_error;
} Commit;

/* ---- copying ---- */

/* A base that is smaller takes the size of the top. */
static int
grow_base(const Commit *commit, guint64 size)
{
    if (sim_node_size(commit->base) >= size)
        return 0;
    int number = sim_node_can_write(commit->base);
    if (number != 0)
        return number;
    sim_image_resize(sim_node_image(commit->base), size);
    sim_bitmaps_resize(commit->base, size);
    return 0;
}

/* Copy or pass over the run at the job's offset: 0 or an errno, *length bytes are done. */
static int
copy_run(SimJob *job, const SimContent *allocated, guint64 *length, gboolean *reading)
{
    const Commit *commit = job->data;
    *reading = TRUE;
    if (!sim_allocated_run(allocated, job->progress, job->total, length))
        return 0;
    int number = 0;
    *length = MIN(*length, sim_job_chunk(job, CHUNK));
    g_autoptr(SimContent) content = sim_node_read(commit->top, job->progress, *length, &number);
    if (number != 0)
        return number;
    *reading = FALSE;
    number = sim_node_copy_in(commit->base, content, job->progress, *length, SIM_WRITE_DIRTY);
    if (number == 0)
        sim_job_throttle(job, *length);
    return number;
}

static SimJobStep
step(SimJob *job)
{
    const Commit *commit = job->data;
    job->total = sim_node_size(commit->top);
    int number = grow_base(commit, job->total);
    if (number != 0) {
        sim_job_fail(job, "%s", g_strerror(number));
        return SIM_STEP_DONE;
    }
    g_autoptr(SimContent) allocated = sim_chain_allocated(commit->top, commit->base);
    while (job->progress < job->total && job->wake_at <= job->jobs->clock->now) {
        guint64 length = 0;
        gboolean reading = FALSE;
        number = copy_run(job, allocated, &length, &reading);
        if (number != 0)
            return sim_job_io_error(job, commit->on_error, reading, number);
        job->progress += length;
    }
    return job->progress < job->total ? SIM_STEP_MORE : SIM_STEP_DONE;
}

/* ---- the end ---- */

static void
thaw(Commit *commit)
{
    if (commit->frozen)
        sim_chain_thaw(commit->filter, commit->base);
    commit->frozen = FALSE;
}

/* An overlay may be read-only itself: its header is written all the same. */
static gboolean
write_headers(const Commit *commit, GError **error)
{
    for (guint i = 0; i < commit->filter->parents->len; i++) {
        const SimEdge *edge = commit->filter->parents->pdata[i];
        if (edge->kind != SIM_USER_NODE || edge != sim_node_cow(edge->parent))
            continue;
        int number = sim_overlay_write_backing(edge->parent, commit->base, commit->backing_file);
        if (number != 0)
            return sim_qmp_refuse(error, "%s", g_strerror(number));
    }
    return TRUE;
}

/* The overlay gets base as its backing; what was between them stays as loose nodes. */
static gboolean
prepare(SimJob *job, GError **error)
{
    Commit *commit = job->data;
    thaw(commit);
    sim_graph_drop(g_steal_pointer(&commit->writer));
    if (!write_headers(commit, error) || !sim_graph_replace(commit->filter, commit->base, error))
        return FALSE;
    sim_graph_close_unused(g_steal_pointer(&commit->filter));
    return TRUE;
}

/* Put everything back that the start has done. */
static void
undo(SimJob *job)
{
    Commit *commit = job->data;
    thaw(commit);
    sim_graph_drop(g_steal_pointer(&commit->writer));
    sim_block_job_release(job);
    if (commit->filter != NULL)
        sim_graph_remove_filter(g_steal_pointer(&commit->filter));
}

static void
clean(SimJob *job)
{
    Commit *commit = job->data;
    sim_graph_drop(g_steal_pointer(&commit->reader));
    if (!commit->base_was_read_only)
        return;
    sim_node_flush(commit->base);
    sim_graph_set_read_only(commit->base, TRUE, NULL);
    commit->base_was_read_only = FALSE;
}

static void
free_commit(SimJob *job)
{
    Commit *commit = g_steal_pointer(&job->data);
    if (commit == NULL)
        return;
    sim_graph_drop(commit->writer);
    sim_graph_drop(commit->reader);
    g_free(commit->backing_file);
    g_free(commit);
}

static const SimJobDriver driver = {
    .type = "commit",
    .block_job = TRUE,
    .wakes = TRUE,
    .step = step,
    .prepare = prepare,
    .abort = undo,
    .clean = clean,
    .free = free_commit,
};

/* ---- the start ---- */

static gboolean
insert_filter(Commit *commit, const char *name, GError **error)
{
    SimFilterOptions options = {.driver = SIM_DRIVER_COMMIT_TOP, .name = name};
    commit->filter = sim_graph_insert_filter(commit->top, &options, error);
    return commit->filter != NULL;
}

static gboolean
hold_nodes(SimJob *job, GError **error)
{
    Commit *commit = job->data;
    guint32 shared = SIM_PERM_WRITE_UNCHANGED | SIM_PERM_WRITE;
    if (!sim_block_job_hold_chain(job, commit->top, commit->base, shared, error) ||
        !sim_chain_freeze(commit->filter, commit->base, error))
        return FALSE;
    commit->frozen = TRUE;
    return sim_block_job_hold(job, commit->base, "base", SIM_PERM_ALL, error);
}

static gboolean
use_base(Commit *commit, GError **error)
{
    guint32 taken = SIM_PERM_READ | SIM_PERM_WRITE;
    if (sim_node_size(commit->base) < sim_node_size(commit->top))
        taken |= SIM_PERM_RESIZE;
    commit->writer =
        sim_graph_use(commit->base, taken, SIM_PERM_READ | SIM_PERM_WRITE_UNCHANGED, error);
    if (commit->writer == NULL)
        return FALSE;
    /* What it needs of top, it holds already. */
    commit->reader = sim_graph_use(commit->top, 0, SIM_PERM_ALL, error);
    return commit->reader != NULL;
}

/* A base that was opened read-only is written to as long as the job runs. */
static gboolean
open_base(Commit *commit, GError **error)
{
    if (!commit->base->read_only)
        return TRUE;
    if (!sim_graph_set_read_only(commit->base, FALSE, error))
        return FALSE;
    commit->base_was_read_only = TRUE;
    return TRUE;
}

gboolean
sim_job_commit_start(SimJobs *jobs, const SimJobOptions *options, const SimCommit *what,
                     GError **error)
{
    if (sim_node_skip_filters(what->top) == sim_node_skip_filters(what->base))
        return sim_qmp_refuse(error, "Invalid files for merge: top and base are the same");
    SimJob *job = sim_job_create(jobs, &driver, options, error);
    if (job == NULL)
        return FALSE;
    Commit *commit = job->data = g_new0(Commit, 1);
    commit->top = what->top;
    commit->base = what->base;
    commit->backing_file = g_strdup(what->backing_file);
    commit->on_error = what->on_error;
    if (sim_block_job_hold(job, what->device, "main node", SIM_PERM_ALL, error) &&
        open_base(commit, error) && insert_filter(commit, what->filter_name, error) &&
        hold_nodes(job, error) && use_base(commit, error)) {
        sim_job_start(job);
        return TRUE;
    }
    undo(job);
    clean(job);
    sim_job_discard(job);
    return FALSE;
}
