/* SPDX-License-Identifier: LGPL-2.1-or-later
 *
 * The names that there are to speak about: nodes, bitmaps, jobs, snapshots.
 */
#pragma once

#include <glib.h>
#include <jansson.h>

/** What a session's two hypervisors have in common at a moment. */
typedef struct {
    json_t *nodes; /* query-named-block-nodes, flat */
    json_t *jobs;  /* query-jobs */
    gboolean pc;   /* a machine with devices */
} View;

/** Make it empty / drop what it holds. */
void view_init(View *view, gboolean pc);
void view_clear(View *view);
/** Take (new references) what the queries answered. */
void view_set(View *view, json_t *nodes, json_t *jobs);

/** The number of nodes, and the name of one; borrowed. */
guint view_nodes(const View *view);
const char *view_node(const View *view, guint index);
/** The names of the bitmaps of a node, or of its internal snapshots; the caller unrefs the array,
 *  not the names. */
GPtrArray *view_bitmaps(const View *view, const char *node);
GPtrArray *view_snapshots(const View *view, const char *node);
/** The number of jobs, and the id of one; borrowed. */
guint view_jobs(const View *view);
const char *view_job(const View *view, guint index);
