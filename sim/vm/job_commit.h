/* SPDX-License-Identifier: LGPL-2.1-or-later
 *
 * The job that commits images in the middle of a chain into one below them.
 */
#pragma once

#include "sim/vm/job_block.h"

/** What to commit. */
typedef struct {
    SimNode *device;          /* the top of the whole chain */
    SimNode *top;             /* below an overlay */
    SimNode *base;            /* below top */
    const char *backing_file; /* for the overlay's header, or NULL: the file name of base */
    const char *filter_name;  /* or NULL */
    SimOnError on_error;
} SimCommit;

/** Begin a commit; FALSE with a refusal, and everything as it was. */
gboolean sim_job_commit_start(SimJobs *jobs, const SimJobOptions *options, const SimCommit *what,
                              GError **error);
