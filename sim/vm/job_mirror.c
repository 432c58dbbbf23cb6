/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "sim/vm/job_mirror.h"
#include "sim/block/bitmap.h"
#include "sim/block/blocker.h"
#include "sim/block/chain.h"
#include "sim/block/filter.h"

/* What one step copies under a speed: the size of the buffer, where none is given. */
#define BUFFER (16 * 1024 * 1024)
#define HARMLESS (SIM_PERM_READ | SIM_PERM_WRITE_UNCHANGED)

typedef struct {
    SimNode *source;
    SimNode *target;
    SimNode *base;
    SimNode *filter;  /* mirror_top, over source; NULL once it is gone */
    SimBitmap *dirty; /* on source: what is still to be copied; or NULL */
    SimEdge *writer;  /* the job's own use of target, or NULL */
    gboolean zeroes;
    gboolean nothing;
    gboolean active_commit;
    gboolean frozen;
    gboolean begun;
    gboolean drained; /* the job counts as paused until it has left */
    char *replaces;
    guint64 buffer;
    SimOnError on_source_error;
    SimOnError on_target_error;
} Mirror;

/* ---- copying ---- */

/* Both sides have one size; a commit's target grows. */
static gboolean
match_sizes(SimJob *job)
{
    const Mirror *mirror = job->data;
    guint64 size = sim_node_size(mirror->source);
    guint64 former = sim_node_size(mirror->target);
    if (!mirror->active_commit && former != size) {
        sim_job_fail(job, "Source and target image have different sizes");
        return FALSE;
    }
    if (former >= size)
        return TRUE;
    int number = sim_node_can_write(mirror->target);
    if (number != 0) {
        sim_job_fail(job, "%s", g_strerror(number));
        return FALSE;
    }
    sim_image_resize(sim_node_image(mirror->target), size);
    sim_bitmaps_resize(mirror->target, size);
    return TRUE;
}

static void
mark_allocated(Mirror *mirror)
{
    g_autoptr(SimContent) allocated = sim_chain_allocated(mirror->source, mirror->base);
    guint count = 0;
    const SimExtent *extents = sim_content_extents(allocated, &count);
    for (guint i = 0; i < count; i++)
        sim_bitmap_set(mirror->dirty, extents[i].offset, extents[i].length);
}

/* What is to be copied: what the source has above the base.  For a full copy the target must read
 * as zeroes elsewhere: where that is cheap it is made so, else everything is copied. */
static gboolean
begin(SimJob *job)
{
    Mirror *mirror = job->data;
    mirror->begun = TRUE;
    if (!match_sizes(job))
        return FALSE;
    if (mirror->nothing)
        return TRUE;
    guint64 size = sim_node_size(mirror->source);
    if (mirror->zeroes && !mirror->target->unmap) {
        sim_bitmap_set(mirror->dirty, 0, size);
        return TRUE;
    }
    int number =
        !mirror->zeroes || size == 0 ? 0 : sim_node_write(mirror->target, 0, size, SIM_STAMP_ZERO);
    if (number != 0)
        sim_job_fail(job, "%s", g_strerror(number));
    mark_allocated(mirror);
    return number == 0;
}

static void
show_progress(SimJob *job, guint64 copied)
{
    const Mirror *mirror = job->data;
    job->progress += copied;
    job->total = job->progress + sim_bitmap_count(mirror->dirty);
}

/* Copy all that is dirty, or one piece of it under a speed: 0 or an errno. */
static int
copy_dirty(SimJob *job, const SimContent *content)
{
    Mirror *mirror = job->data;
    guint64 offset = 0, length = 0;
    while (job->wake_at <= job->jobs->clock->now &&
           sim_bitmap_next_dirty(mirror->dirty, offset, &offset, &length)) {
        length = MIN(length, sim_job_chunk(job, mirror->buffer));
        int number = sim_node_copy_in(mirror->target, content, offset, length, SIM_WRITE_DIRTY);
        if (number != 0)
            return number;
        sim_bitmap_reset(mirror->dirty, offset, length);
        show_progress(job, length);
        sim_job_throttle(job, length);
    }
    return 0;
}

static gboolean
in_sync(const Mirror *mirror)
{
    return sim_bitmap_count(mirror->dirty) == 0;
}

static SimJobStep
step(SimJob *job)
{
    Mirror *mirror = job->data;
    int number = 0;
    if (!mirror->begun && !begin(job))
        return SIM_STEP_DONE;
    show_progress(job, 0);
    if (!in_sync(mirror)) {
        g_autoptr(SimContent) content =
            sim_node_read(mirror->source, 0, sim_node_size(mirror->source), &number);
        if (content == NULL)
            return sim_job_io_error(job, mirror->on_source_error, TRUE, number);
        number = copy_dirty(job, content);
    }
    if (number == 0 && !in_sync(mirror))
        return SIM_STEP_MORE;
    if (number == 0)
        number = sim_node_flush(mirror->target);
    if (number != 0)
        return sim_job_io_error(job, mirror->on_target_error, FALSE, number);
    /* The time of the last piece has to pass, too. */
    if (job->status == SIM_JOB_RUNNING)
        return job->wake_at > job->jobs->clock->now ? SIM_STEP_MORE : SIM_STEP_READY;
    if (!job->complete_asked && !job->cancel_asked)
        return SIM_STEP_READY;
    /* Nothing may be written between here and the switch: the source stays drained. */
    mirror->drained = TRUE;
    job->pauses++;
    return SIM_STEP_DONE;
}

static gboolean
idle(const SimJob *job)
{
    return job->status == SIM_JOB_READY && !job->complete_asked && in_sync(job->data);
}

/* ---- the end ---- */

static gboolean
complete(SimJob *job, GError **error)
{
    const Mirror *mirror = job->data;
    if (mirror->replaces != NULL && sim_graph_find(mirror->source->graph, mirror->replaces) == NULL)
        return sim_qmp_refuse(error, "Node name '%s' not found", mirror->replaces);
    job->complete_asked = TRUE;
    return TRUE;
}

static gboolean
cancel_is_hard(const SimJob *job)
{
    return job->status != SIM_JOB_READY && job->status != SIM_JOB_STANDBY;
}

/* The target takes the place of the source under all users. */
static gboolean
switch_over(Mirror *mirror, GError **error)
{
    SimNode *former = mirror->source;
    if (mirror->replaces != NULL)
        former = sim_graph_find(mirror->source->graph, mirror->replaces);
    if (former == NULL)
        return sim_qmp_refuse(error, "Node name '%s' not found", mirror->replaces);
    if (former->read_only != mirror->target->read_only &&
        !sim_graph_set_read_only(mirror->target, former->read_only, error))
        return FALSE;
    return sim_graph_replace(former, mirror->target, error);
}

/* The filter goes, after the switch where there is one. */
static gboolean
leave(SimJob *job, gboolean switching, GError **error)
{
    Mirror *mirror = job->data;
    if (mirror->filter == NULL)
        return TRUE;
    if (mirror->frozen)
        sim_chain_thaw(mirror->filter, mirror->target);
    mirror->frozen = FALSE;
    if (mirror->drained)
        job->pauses--;
    mirror->drained = FALSE;
    g_clear_pointer(&mirror->dirty, sim_bitmap_free);
    mirror->filter->passive = TRUE;
    sim_graph_drop(g_steal_pointer(&mirror->writer));
    gboolean ok = !switching || switch_over(mirror, error);
    sim_block_job_release(job);
    sim_graph_remove_filter(g_steal_pointer(&mirror->filter));
    return ok;
}

static gboolean
prepare(SimJob *job, GError **error)
{
    return leave(job, job->complete_asked, error);
}

/* A base that was opened for writing stays so, cancelled or not. */
static void
abort_mirror(SimJob *job)
{
    leave(job, FALSE, NULL);
}

static void
free_mirror(SimJob *job)
{
    Mirror *mirror = g_steal_pointer(&job->data);
    if (mirror == NULL)
        return;
    g_clear_pointer(&mirror->dirty, sim_bitmap_free);
    sim_graph_drop(mirror->writer);
    g_free(mirror->replaces);
    g_free(mirror);
}

#define MIRROR_DRIVER(name)                                                                        \
    {                                                                                              \
        .type = name, .block_job = TRUE, .ends_late = TRUE, .wakes = TRUE, .step = step,           \
        .idle = idle, .complete = complete, .cancel_is_hard = cancel_is_hard, .prepare = prepare,  \
        .abort = abort_mirror, .free = free_mirror                                                 \
    }

static const SimJobDriver mirror_driver = MIRROR_DRIVER("mirror");
static const SimJobDriver commit_driver = MIRROR_DRIVER("commit");

/* ---- the start ---- */

/* A target in the source's own chain is read by all that is above it; another one by nobody. */
static gboolean
use_target(Mirror *mirror, GError **error)
{
    guint32 taken = SIM_PERM_WRITE, shared = SIM_PERM_WRITE_UNCHANGED;
    SimNode *target = mirror->target;
    if (sim_chain_contains(mirror->source, target)) {
        shared |= SIM_PERM_READ | SIM_PERM_WRITE;
        if (sim_node_size(target) < sim_node_size(mirror->source))
            taken |= SIM_PERM_RESIZE;
    } else if (sim_chain_contains(mirror->source, sim_node_skip_filters(target))) {
        return sim_qmp_refuse(error, "Cannot mirror to a filter on top of a node in the source's "
                                     "backing chain");
    }
    mirror->writer = sim_graph_use(target, taken, shared, error);
    return mirror->writer != NULL;
}

/* The nodes between a source and a target in its chain disappear from it in the end. */
static gboolean
hold_chain(SimJob *job, GError **error)
{
    Mirror *mirror = job->data;
    guint32 shared = SIM_PERM_WRITE_UNCHANGED | SIM_PERM_WRITE;
    if (!sim_chain_contains(mirror->source, mirror->target))
        return TRUE;
    SimNode *next = sim_node_next(mirror->source)->child;
    if (!sim_block_job_hold_chain(job, next, mirror->target, shared, error) ||
        !sim_chain_freeze(mirror->filter, mirror->target, error))
        return FALSE;
    mirror->frozen = TRUE;
    return TRUE;
}

static gboolean
hold_nodes(SimJob *job, GError **error)
{
    Mirror *mirror = job->data;
    guint32 shared = HARMLESS | SIM_PERM_WRITE;
    return sim_block_job_take(job, mirror->filter, "main node", (SimLock){SIM_PERM_READ, shared},
                              error) &&
           use_target(mirror, error) &&
           sim_block_job_hold(job, mirror->source, "source", shared, error) &&
           sim_block_job_hold(job, mirror->target, "target", SIM_PERM_ALL, error) &&
           hold_chain(job, error);
}

static Mirror *
mirror_new(const SimMirror *what)
{
    Mirror *mirror = g_new0(Mirror, 1);
    mirror->source = what->source;
    mirror->target = what->target;
    mirror->base = what->base;
    mirror->zeroes = what->zeroes;
    mirror->nothing = what->nothing;
    mirror->active_commit = what->active_commit;
    mirror->replaces = g_strdup(what->replaces);
    mirror->on_source_error = what->on_source_error;
    mirror->on_target_error = what->on_target_error;
    return mirror;
}

/* A base that was opened read-only is written to as long as the job runs. */
static gboolean
open_target(const SimMirror *what, gboolean *was_read_only, GError **error)
{
    *was_read_only = what->active_commit && what->target->read_only;
    return !*was_read_only || sim_graph_set_read_only(what->target, FALSE, error);
}

static SimJob *
create(SimJobs *jobs, const SimJobOptions *options, const SimMirror *what, GError **error)
{
    SimFilterOptions filter = {.driver = SIM_DRIVER_MIRROR_TOP,
                               .name = what->filter_name,
                               .for_commit = what->active_commit};
    SimNode *node = sim_graph_insert_filter(what->source, &filter, error);
    if (node == NULL)
        return NULL;
    const SimJobDriver *driver = what->active_commit ? &commit_driver : &mirror_driver;
    SimJob *job = sim_job_create(jobs, driver, options, error);
    if (job == NULL) {
        sim_graph_remove_filter(node);
        return NULL;
    }
    Mirror *mirror = job->data = mirror_new(what);
    mirror->filter = node;
    guint64 granularity =
        what->granularity != 0 ? what->granularity : sim_bitmap_default_granularity(what->target);
    mirror->dirty = sim_bitmap_new_nameless(what->source, granularity, TRUE);
    mirror->buffer = what->buffer == 0 ? BUFFER : MAX(what->buffer, granularity);
    return job;
}

gboolean
sim_job_mirror_start(SimJobs *jobs, const SimJobOptions *options, const SimMirror *what,
                     GError **error)
{
    gboolean was_read_only = FALSE;
    if (sim_node_skip_filters(what->source) == sim_node_skip_filters(what->target))
        return sim_qmp_refuse(error, "Can't mirror node into itself");
    if (!open_target(what, &was_read_only, error))
        return FALSE;
    SimJob *job = create(jobs, options, what, error);
    if (job != NULL && hold_nodes(job, error)) {
        sim_job_start(job);
        /* With nothing to copy it is ready before the answer. */
        if (what->nothing && sim_node_size(what->source) == sim_node_size(what->target))
            sim_job_step(job);
        return TRUE;
    }
    if (job != NULL) {
        leave(job, FALSE, NULL);
        sim_job_discard(job);
    }
    if (was_read_only)
        sim_graph_set_read_only(what->target, TRUE, NULL);
    return FALSE;
}
