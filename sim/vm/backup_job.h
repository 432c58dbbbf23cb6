/* SPDX-License-Identifier: LGPL-2.1-or-later
 *
 * Jobs of type backup: a filter over the source copies what is about to be
 * overwritten, the job what is left.
 */
#pragma once

#include "sim/block/bitmap.h"
#include "sim/vm/job.h"

/** What is copied. */
typedef enum {
    SIM_BACKUP_TOP,    /* what the source holds itself */
    SIM_BACKUP_FULL,   /* everything */
    SIM_BACKUP_NONE,   /* nothing but what is about to be overwritten */
    SIM_BACKUP_BITMAP, /* what the bitmap says */
} SimBackupSync;

/** When the bitmap becomes what was written since the start; else it keeps what it had. */
typedef enum {
    SIM_BITMAP_MODE_ON_SUCCESS,
    SIM_BITMAP_MODE_NEVER,
    SIM_BITMAP_MODE_ALWAYS, /* with what was not copied */
} SimBitmapMode;

/** A backup to be; checked, but for what the graph refuses. */
typedef struct {
    SimNode *source;
    SimNode *target;
    SimBackupSync sync;
    SimBitmap *bitmap; /* of the source, or NULL */
    SimBitmapMode mode;
    const char *filter; /* the filter's name, or NULL: made up */
    guint64 max_chunk;  /* bytes at a time, 0: no limit */
    SimOnError on_source;
    SimOnError on_target;
} SimBackup;

/** A new job, created: the filter is in, the bitmap busy.  NULL with a refusal and nothing
 *  changed. */
SimJob *sim_backup_create(SimJobs *jobs, const SimJobOptions *options, const SimBackup *backup,
                          GError **error);
/** Start it. */
void sim_backup_start(SimJob *job);
/** Whether there is nothing to copy, now that it runs. */
gboolean sim_backup_is_empty(const SimJob *job);
