/* SPDX-License-Identifier: LGPL-2.1-or-later
 *
 * The job that copies what is below an image up into it.
 */
#pragma once

#include "sim/vm/job_block.h"

/** What to stream. */
typedef struct {
    SimNode *node;
    SimNode *base;            /* stays as the backing; NULL: nothing does, or bottom says */
    SimNode *bottom;          /* the last one to be copied up; or NULL */
    const char *backing_file; /* for the header, or NULL: the file name of base */
    const char *filter_name;  /* or NULL */
    SimOnError on_error;
} SimStream;

/** Begin to stream; FALSE with a refusal, and everything as it was. */
gboolean sim_job_stream_start(SimJobs *jobs, const SimJobOptions *options, const SimStream *what,
                              GError **error);
