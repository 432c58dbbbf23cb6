/* SPDX-License-Identifier: LGPL-2.1-or-later
 *
 * Actions of a transaction: prepare each in order; when one fails, abort those
 * that were prepared in reverse order, else commit all.
 */
#pragma once

#include "sim/block/bitmap.h"
#include "sim/vm/arguments.h"
#include "sim/vm/machine.h"

typedef struct SimAction SimAction;

/** A type of action. */
typedef struct {
    const char *type;
    const SimArgument *arguments; /* of its data; NULL: none */
    gboolean (*prepare)(SimAction *action, GError **error);
    void (*abort)(SimAction *action);  /* may be NULL, as commit */
    void (*commit)(SimAction *action); /* all were prepared; cannot fail */
    void (*clean)(SimAction *action); /* last, when jobs are no longer drained; only if committed */
    gboolean makes_job;               /* may be in a grouped transaction */
    const char *drained;              /* the member that names a node to be drained, or NULL */
} SimActionType;

/** One action under way. */
struct SimAction {
    const SimActionType *type;
    SimMachine *machine;
    const json_t *data;
    SimNode *node;          /* what it works on */
    SimNode *overlay;       /* blockdev-snapshot */
    SimSnapshot *snapshot;  /* blockdev-snapshot-internal-sync */
    SimBitmap *bitmap;      /* block-dirty-bitmap-*, with what it was before */
    SimBitmapState bitmap_was;
    SimBits *bits_were;
    gboolean alone;     /* a command: no other action can fail after it */
    gboolean crashed;   /* preparing it killed the process */
    SimJobGroup *group; /* of a grouped transaction, or NULL */
    SimJob *job;        /* blockdev-backup; not to be used after `clean` */
};

extern const SimActionType sim_action_blockdev_backup;
extern const SimActionType sim_action_blockdev_snapshot;
extern const SimActionType sim_action_blockdev_snapshot_internal_sync;
extern const SimActionType sim_action_abort;

/** Run a command that is a transaction of one. */
gboolean sim_action_run(SimMachine *machine, const SimActionType *type, const json_t *data,
                        GError **error);
/** The root node of that name, as internal snapshots need it. */
SimNode *sim_action_root(SimMachine *machine, const char *name, GError **error);
