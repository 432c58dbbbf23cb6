/* SPDX-License-Identifier: LGPL-2.1-or-later
 *
 * The names that there are to speak about: nodes, bitmaps, jobs, snapshots.
 */
#pragma once

#include <glib.h>
#include <jansson.h>

/** What a session's two hypervisors have in common at a moment. */
typedef struct {
    json_t *nodes;     /* query-named-block-nodes, flat */
    json_t *jobs;      /* query-jobs */
    json_t *edges;     /* of the graph's digest */
    json_t *run;       /* query-status */
    gboolean pc;       /* a machine with devices */
    gboolean migrated; /* nobody has the images, or will not have them in a moment */
} View;

/** Make it empty / drop what it holds. */
void view_init(View *view, gboolean pc);
void view_clear(View *view);
/** Take (new references) what side_state() gives. */
void view_set(View *view, const json_t *state);

/** The number of nodes, and the name of one; borrowed. */
guint view_nodes(const View *view);
const char *view_node(const View *view, guint index);
/** The run state, "running"; borrowed. */
const char *view_status(const View *view);
/** Whether a read-only node has a bitmap that is to be stored: that fails. */
gboolean view_has_stuck_bitmap(const View *view);
/** The driver of a node, or NULL where there is none; borrowed. */
const char *view_driver(const View *view, const char *node);
/** Whether there is such a node and it is read-only. */
gboolean view_is_read_only(const View *view, const char *node);
/** Whether a job is a block job, its type and its status; borrowed. */
gboolean view_job_is_block(const View *view, guint index);
const char *view_job_type(const View *view, guint index);
const char *view_job_status(const View *view, guint index);
/** Whether a block job is there. */
gboolean view_has_block_job(const View *view);
/** Whether nobody uses a node. */
gboolean view_is_loose(const View *view, const char *node);
/** Whether a job's filter is above a node, as its file: that of a backup or a stream. */
gboolean view_has_filter(const View *view, const char *node);
/** Whether a node is the backing of another. */
gboolean view_is_backing(const View *view, const char *node);
/** Whether any node is below two others. */
gboolean view_has_shared_node(const View *view);
/** Whether a node is about that file. */
gboolean view_has_file(const View *view, const char *file);
/** Whether one node is the child of another in that role, "file". */
gboolean view_is_child(const View *view, const char *node, const char *role, const char *child);
/** The bitmap of a node, as queries show it, or NULL; borrowed. */
const json_t *view_bitmap(const View *view, const char *node, const char *name);
/** The names of the bitmaps of a node, or of its internal snapshots; the caller unrefs the array,
 *  not the names. */
GPtrArray *view_bitmaps(const View *view, const char *node);
GPtrArray *view_snapshots(const View *view, const char *node);
/** The number of jobs, and the id of one; borrowed. */
guint view_jobs(const View *view);
const char *view_job(const View *view, guint index);

/** Remember what an answer (both borrowed) tells of who has the images. */
void view_note(View *view, const json_t *command, const json_t *answer);
