/* SPDX-License-Identifier: LGPL-2.1-or-later
 *
 * Private to sim/world: a file or folder.
 *
 * A folder keeps, for every name changed since its last sync, what the name
 * stood for then: a sync forgets that, a power cut puts it back.  So a change
 * costs the same in a folder of ten names and of a hundred thousand.
 */
#pragma once

#include "sim/world/fs.h"

struct SimInode {
    guint refs;
    SimInodeKind kind;
    /* folder */
    GHashTable *names; /* char * → SimInode * */
    GHashTable *undo;  /* char * → SimInode *, or NULL for a name that was not there; or NULL */
    /* file */
    GBytes *bytes;           /* content, unless tail or image */
    GByteArray *tail;        /* the same while it is being written */
    GBytes *durable;         /* content as of the last sync, or NULL: never synced */
    SimImage *image;         /* the content where it is a disk image */
    SimImage *durable_image; /* the image that durable content is in, or NULL */
    guint64 block_size;      /* of a block device */
    GPtrArray *locks;        /* of SimLock *, or NULL */
};

/** A new inode; the caller unrefs it. */
SimInode *sim_inode_new(SimInodeKind kind);
/** A copy of it and of all below; what was synced since is forgotten. */
SimInode *sim_inode_copy(SimInode *inode);
/** Let a name of a folder stand for an inode / for nothing. */
void sim_inode_link(SimInode *folder, const char *name, SimInode *inode);
void sim_inode_unlink(SimInode *folder, const char *name);
/** Empty a file. */
void sim_inode_truncate(SimInode *inode);
/** Make the names of a folder durable. */
void sim_inode_sync_names(SimInode *folder);
/** Lose what was not synced, here and below. */
void sim_inode_power_cut(SimInode *inode);
