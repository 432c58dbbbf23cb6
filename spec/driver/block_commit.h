/* SPDX-License-Identifier: LGPL-2.1-or-later
 *
 * Merging an image into the one below it by a job of a process that has both
 * open: the domain's own, or one that is started for nothing else.
 */
#pragma once

#include "spec/driver/domain_obj.h"

/** How far a commit came. */
typedef enum {
    VM_COMMIT_REFUSED, /* nothing has been written */
    VM_COMMIT_FAILED,  /* the image below may hold a part of it; above it all reads as before */
    VM_COMMIT_DONE,    /* the image below holds all; durable with vm_store_sync() */
} VmCommitResult;

/** A commit in a process. */
typedef struct {
    VmDomain *domain; /* whose process */
    char *root;       /* node name of the chain's top */
    char *top;        /* node name of the image that is merged */
    char *base;       /* node name of the image below it */
    gboolean active;  /* top is the root: guests write to it */
    gboolean stopped; /* the guest's CPUs were stopped for it, and are so still */
} VmBlockCommit;

/** Free what it names. */
void vm_block_commit_clear(VmBlockCommit *commit);
G_DEFINE_AUTO_CLEANUP_CLEAR_FUNC(VmBlockCommit, vm_block_commit_clear)

/** Where two images stand in the chains of a running domain. */
typedef enum {
    VM_CHAIN_NONE,   /* the upper one is in none of them */
    VM_CHAIN_FOUND,  /* one above the other: the commit can begin */
    VM_CHAIN_MERGED, /* the lower one without the upper: that commit is over */
    VM_CHAIN_UNSEEN, /* the process does not tell; error is set */
} VmChainPlace;

/** Look for the images at these paths in the chains of the domain's disks; FOUND fills in *commit.
 */
VmChainPlace vm_block_commit_find(VmDomain *domain, const char *path, const char *below,
                                  VmBlockCommit *commit, GError **error);

/** Do it: an active one stops a guest that runs when both images hold the same, and leaves its CPUs
 *  stopped, so that they still do when the result is recorded.  `below` is what the header of the
 *  image above is to name. */
VmCommitResult vm_block_commit_run(VmBlockCommit *commit, const char *below, GError **error);

/** Close the nodes of that file, which no disk uses any more; logged where they stay.  FALSE where
 *  the process has not answered. */
gboolean vm_block_close_image(VmDomain *domain, const char *path, GError **error);

/** Merge the image at `path` into the one below it by a process of its own; nobody else may have
 *  the upper one open, or the lower one open for writing. */
VmCommitResult vm_block_commit_apart(VmDomain *domain, const VmDiskSource *image, GError **error);

/** End such a process that a driver before this one has left. */
void vm_block_commit_end_apart(VmDomain *domain);
