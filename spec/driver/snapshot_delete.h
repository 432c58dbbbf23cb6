/* SPDX-License-Identifier: LGPL-2.1-or-later
 *
 * Private to the snapshot_delete*.c files: what becomes of the images of a
 * snapshot that goes, and of its metadata.
 */
#pragma once

#include "spec/driver/image_users.h"
#include "spec/driver/snapshot_steps.h"

/** What becomes of an image or a file. */
typedef enum {
    VM_LAYER_MERGE, /* it is merged into the one below it and removed */
    VM_LAYER_DROP,  /* it is removed when the snapshot is no longer listed */
} VmLayerFate;

/** One step of a deletion. */
typedef struct {
    char *moment; /* the snapshot that goes */
    VmLayerFate fate;
    char *path;
    char *format;      /* merge: its own */
    VmDiskSource base; /* merge: the image below it, by type, path and format */
    GPtrArray *above;  /* merge: paths of the images right above it */
} VmLayerStep;

/** Free a step. */
void vm_layer_step_free(VmLayerStep *step);

/* ---- snapshot_delete_plan.c: pure, but for what the images hold ---- */

/** What a snapshot's delete does to images, with what `users` will be when the deletes before it
 *  are done; *users changes accordingly.  Steps are added.  OPERATION_UNSUPPORTED where a merge
 *  would destroy internal snapshots or bitmaps (SNAP-DELX-014, VM-DELX-001, -002). */
gboolean vm_snapshot_delete_plan(VmDomain *domain, VmMoment *moment, VmImageUsers *users,
                                 GPtrArray *steps, GError **error);

/* ---- snapshot_delete.c ---- */

/** Delete a snapshot as the flags of virDomainSnapshotDelete say, which have been checked; the
 *  domain is settled.  An intent that is there is replaced. */
gboolean vm_snapshot_delete_moment(VmDomain *domain, VmMoment *moment, guint32 flags,
                                   GError **error);

/** Whether that would be refused, with what `users` will be then (changed here). */
gboolean vm_snapshot_delete_check(VmDomain *domain, VmMoment *moment, guint32 flags,
                                  VmImageUsers *users, GError **error);

/* ---- snapshot_delete_layers.c ---- */

/** A deletion under way. */
typedef struct {
    VmDomain *domain;
    GPtrArray *names; /* of char *: the snapshots that go, children first */
    GPtrArray *steps; /* of VmLayerStep *, in the order of the targets */
    guint committed;  /* so many of the steps are merges that are over, or come before one */
    gboolean metadata_only;
    gboolean several;    /* the flags name more than one snapshot */
    gboolean running;    /* the guest's CPUs ran before it */
    gboolean stopped;    /* they do not now */
    gboolean recovering; /* it was begun by a call before */
    gboolean touched;    /* an image has been written to: there is no way back */
    gboolean pending;    /* something of a merge is still to be done: the record stays */
    gboolean held;       /* and until then the guest must not write */
    gboolean inner;      /* the last merge was of an image below others, by the guest's process */
    gboolean unsynced;   /* it could not be made durable, and must be written again */
} VmDeleteRun;

/** Record durably what is about to happen, or how far it came. */
gboolean vm_snapshot_delete_begin(const VmDeleteRun *run, GError **error);

/** The steps of a recorded intent; the caller unrefs the array. */
GPtrArray *vm_snapshot_delete_steps(const json_t *data);

/** Do the merges of a snapshot, each with all its consequences but the snapshot's own metadata.
 * FALSE where one could not be done: the images that are there are sound. */
gboolean vm_snapshot_delete_merge(VmDeleteRun *run, const char *moment, GError **error);

/** Remove the files that went with a snapshot which is no longer listed; FALSE and logged where
 *  one stays. */
gboolean vm_snapshot_delete_drop(const VmDeleteRun *run, const char *moment);

/** Let the guest's CPUs run again where the deletion stopped them. */
gboolean vm_snapshot_delete_resume(VmDeleteRun *run, GError **error);

/* ---- snapshot_delete_record.c ---- */

/** Take a snapshot out of files and tree; its children move to its parent.  `keep`: what is left of
 *  its overlays still counts as made by us.  On failure nothing has changed. */
gboolean vm_snapshot_delete_record(VmDomain *domain, VmMoment *moment, gboolean keep,
                                   GError **error);

/** Take it out of the tree alone: its content is gone and its files cannot be changed, which must
 *  be tried again. */
void vm_snapshot_delete_unlist(VmDomain *domain, VmMoment *moment);
