/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "sim/vm/job_stream.h"
#include "sim/block/blocker.h"
#include "sim/block/chain.h"
#include "sim/block/filter.h"

/* What one step copies under a speed. */
#define CHUNK (512 * 1024)
#define HARMLESS (SIM_PERM_READ | SIM_PERM_WRITE_UNCHANGED)

typedef struct {
    SimNode *node;   /* no filter */
    SimNode *above;  /* the last node that is copied up: what is below it stays */
    SimNode *filter; /* copy-on-read; NULL once it is gone */
    SimEdge *main;   /* the job's hold of the filter, or NULL */
    SimEdge *reader; /* the job's own use of the filter, or NULL */
    gboolean frozen;
    gboolean was_read_only;
    char *backing_file;
    SimOnError on_error;
} Stream;

/* ---- copying ---- */

static SimNode *
base_of(const Stream *stream)
{
    SimEdge *next = sim_node_next(stream->above);
    return next == NULL ? NULL : next->child;
}

static gboolean
nothing_to_do(const Stream *stream)
{
    return stream->node == stream->above;
}

/* Copy or pass over the run at the job's offset: 0 or an errno, *length bytes are done. */
static int
copy_run(SimJob *job, const SimContent *own, const SimContent *below, guint64 *length)
{
    const Stream *stream = job->data;
    guint64 offset = job->progress;
    if (sim_allocated_run(own, offset, job->total, length) ||
        !sim_allocated_run(below, offset, offset + *length, length))
        return 0;
    int number = 0;
    *length = MIN(*length, sim_job_chunk(job, CHUNK));
    g_autoptr(SimContent) content = sim_node_read(stream->node, offset, *length, &number);
    if (number == 0)
        number = sim_node_copy_in(stream->node, content, offset, *length, SIM_WRITE_UNCHANGED);
    if (number == 0)
        sim_job_throttle(job, *length);
    return number;
}

/* An error that is ignored leaves the piece uncopied, and fails the job at its end. */
static gboolean
pass_over(SimJob *job, int number, guint64 length, SimJobStep *result)
{
    const Stream *stream = job->data;
    *result = sim_job_io_error(job, stream->on_error, TRUE, number);
    if (*result != SIM_STEP_MORE || job->user_paused)
        return FALSE;
    job->wake_at = 0;
    sim_job_fail(job, "%s", g_strerror(number));
    job->progress += length;
    return TRUE;
}

static SimJobStep
step(SimJob *job)
{
    const Stream *stream = job->data;
    SimNode *base = base_of(stream);
    SimNode *below = sim_node_next(stream->node)->child;
    g_autoptr(SimContent) own = sim_chain_allocated(stream->node, below);
    g_autoptr(SimContent) others = sim_chain_allocated(below, base);
    job->total = sim_node_size(stream->node);
    while (job->progress < job->total && job->wake_at <= job->jobs->clock->now) {
        guint64 length = 0;
        SimJobStep result = SIM_STEP_DONE;
        int number = copy_run(job, own, others, &length);
        if (number == 0)
            job->progress += length;
        else if (!pass_over(job, number, length, &result))
            return result;
    }
    return job->progress < job->total ? SIM_STEP_MORE : SIM_STEP_DONE;
}

/* ---- the end ---- */

static void
drop_filter(Stream *stream)
{
    if (stream->frozen)
        sim_chain_thaw(stream->filter, stream->above);
    stream->frozen = FALSE;
    sim_graph_drop(g_steal_pointer(&stream->reader));
    sim_graph_drop(g_steal_pointer(&stream->main));
    if (stream->filter != NULL)
        sim_graph_remove_filter(g_steal_pointer(&stream->filter));
}

/* The node stands on base from now on, or on nothing. */
static gboolean
prepare(SimJob *job, GError **error)
{
    Stream *stream = job->data;
    SimNode *base = base_of(stream);
    drop_filter(stream);
    if (stream->node->backing == NULL)
        return TRUE;
    int number = sim_overlay_write_backing(stream->node, base, stream->backing_file);
    if (number != 0)
        return sim_qmp_refuse(error, "%s", g_strerror(number));
    return sim_graph_set_backing(stream->node, base, error);
}

static void
abort_stream(SimJob *job)
{
    drop_filter(job->data);
}

static void
clean(SimJob *job)
{
    Stream *stream = job->data;
    drop_filter(stream);
    if (!stream->was_read_only)
        return;
    sim_node_flush(stream->node);
    sim_graph_set_read_only(stream->node, TRUE, NULL);
    stream->was_read_only = FALSE;
}

static void
free_stream(SimJob *job)
{
    Stream *stream = g_steal_pointer(&job->data);
    if (stream == NULL)
        return;
    sim_graph_drop(stream->reader);
    sim_graph_drop(stream->main);
    g_free(stream->backing_file);
    g_free(stream);
}

static const SimJobDriver driver = {
    .type = "stream",
    .block_job = TRUE,
    .wakes = TRUE,
    .step = step,
    .prepare = prepare,
    .abort = abort_stream,
    .clean = clean,
    .free = free_stream,
};

/* ---- the start ---- */

/* The node directly above the base, filters counted. */
static SimNode *
find_above(const SimStream *what, GError **error)
{
    if (what->bottom != NULL)
        return what->bottom;
    SimNode *above = what->base == NULL ? sim_chain_overlay(what->node, NULL)
                                        : sim_chain_above(what->node, what->base);
    if (above == NULL)
        sim_qmp_refuse(error, "'%s' is not in the backing chain of '%s'", what->base->name,
                       what->node->name);
    return above;
}

static gboolean
open_node(Stream *stream, GError **error)
{
    if (!stream->node->read_only)
        return TRUE;
    if (!sim_graph_set_read_only(stream->node, FALSE, error))
        return FALSE;
    stream->was_read_only = TRUE;
    return TRUE;
}

static gboolean
insert_filter(Stream *stream, SimNode *node, const char *name, GError **error)
{
    SimFilterOptions options = {.driver = SIM_DRIVER_COPY_ON_READ, .name = name};
    stream->filter = sim_graph_insert_filter(node, &options, error);
    if (stream->filter == NULL || !sim_chain_freeze(stream->filter, stream->above, error))
        return FALSE;
    stream->frozen = TRUE;
    return TRUE;
}

static gboolean
hold_nodes(SimJob *job, SimNode *node, GError **error)
{
    Stream *stream = job->data;
    SimHold main = {"main node", job->id, driver.type, 0, SIM_PERM_ALL};
    stream->main = sim_graph_hold(stream->filter, &main, error);
    if (stream->main == NULL)
        return FALSE;
    stream->reader = sim_graph_use(stream->filter, SIM_PERM_READ, HARMLESS | SIM_PERM_WRITE, error);
    if (stream->reader == NULL)
        return FALSE;
    SimEdge *next = sim_node_next(node);
    return sim_block_job_hold(job, node, "active node", HARMLESS | SIM_PERM_WRITE, error) &&
           (next == NULL || nothing_to_do(stream) ||
            sim_block_job_hold_chain(job, next->child, base_of(stream), HARMLESS, error));
}

static void
give_up(Stream *stream, SimJob *job)
{
    if (job != NULL)
        clean(job);
    else
        drop_filter(stream);
    if (job != NULL) {
        sim_job_discard(job);
        return;
    }
    if (stream->was_read_only)
        sim_graph_set_read_only(stream->node, TRUE, NULL);
    g_free(stream->backing_file);
    g_free(stream);
}

gboolean
sim_job_stream_start(SimJobs *jobs, const SimJobOptions *options, const SimStream *what,
                     GError **error)
{
    SimNode *above = find_above(what, error);
    if (above == NULL)
        return FALSE;
    Stream *stream = g_new0(Stream, 1);
    stream->node = sim_node_skip_filters(what->node);
    stream->above = above;
    stream->backing_file = g_strdup(what->backing_file);
    stream->on_error = what->on_error;
    SimJob *job = NULL;
    if (open_node(stream, error) && insert_filter(stream, what->node, what->filter_name, error))
        job = sim_job_create(jobs, &driver, options, error);
    if (job != NULL)
        job->data = stream;
    if (job == NULL || !hold_nodes(job, what->node, error)) {
        give_up(stream, job);
        return FALSE;
    }
    sim_job_start(job);
    /* Where nothing is below, it is through before the answer. */
    if (nothing_to_do(stream))
        sim_job_finish(job);
    return TRUE;
}
