/* SPDX-License-Identifier: LGPL-2.1-or-later
 *
 * The job that makes a target equal to a source and keeps it so until it is
 * told to switch over, or to stop.  A commit of the active layer is a mirror
 * into its own chain.
 */
#pragma once

#include "sim/vm/job_block.h"

/** What to mirror. */
typedef struct {
    SimNode *source;
    SimNode *target;
    SimNode *base;           /* only what is above it; NULL: everything */
    gboolean zeroes;         /* sync=full: what the source has not reads as zeroes on the target */
    gboolean nothing;        /* sync=none: only what is written from now on */
    gboolean active_commit;  /* target is base */
    const char *replaces;    /* the node that the target replaces, or NULL: source */
    guint64 granularity;     /* of the dirty bitmap; 0: by the target */
    guint64 buffer;          /* bytes copied at a time under a speed; 0: 16 MiB */
    const char *filter_name; /* or NULL */
    SimOnError on_source_error;
    SimOnError on_target_error;
} SimMirror;

/** Begin to mirror; FALSE with a refusal, and everything as it was. */
gboolean sim_job_mirror_start(SimJobs *jobs, const SimJobOptions *options, const SimMirror *what,
                              GError **error);
