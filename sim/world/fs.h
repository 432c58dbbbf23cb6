/* SPDX-License-Identifier: LGPL-2.1-or-later
 *
 * A fake file system: folders, files of bytes, disk images, block devices.
 *
 * A file's content is durable once it is synced, a name once its folder is.
 * A power cut undoes everything else.  Functions answer 0 or an errno.
 * Time, order and memory addresses have no part in any answer.
 */
#pragma once

#include <glib.h>
#include "sim/block/image.h"

typedef struct SimFs SimFs;
typedef struct SimInode SimInode;

/** What an inode is. */
typedef enum {
    SIM_INODE_REGULAR,
    SIM_INODE_BLOCK,
    SIM_INODE_DIR,
} SimInodeKind;

/** What can be made to fail, as bits. */
typedef enum {
    SIM_FS_STAT = 1 << 0,
    SIM_FS_READ = 1 << 1, /* open for reading too */
    SIM_FS_CREATE = 1 << 2,
    SIM_FS_WRITE = 1 << 3,
    SIM_FS_SYNC = 1 << 4,
    SIM_FS_RENAME = 1 << 5, /* matches either path */
    SIM_FS_UNLINK = 1 << 6,
    SIM_FS_MKDIR = 1 << 7,
    SIM_FS_LIST = 1 << 8,
    SIM_FS_SYNC_DIR = 1 << 9,
    /** Everything that changes something: what a read-only place refuses. */
    SIM_FS_CHANGE = SIM_FS_CREATE | SIM_FS_WRITE | SIM_FS_RENAME | SIM_FS_UNLINK | SIM_FS_MKDIR,
} SimFsOp;

/** A new file system with an empty "/". */
SimFs *sim_fs_new(void);
/** Free it; inodes that someone holds live on. */
void sim_fs_free(SimFs *fs);
G_DEFINE_AUTOPTR_CLEANUP_FUNC(SimFs, sim_fs_free)
/** A copy: bytes are shared, images are copied so that neither sees the other's changes.  It is
 *  made once one of the two is about to change; what a guest writes into an image does not count,
 *  and shows until then. */
SimFs *sim_fs_copy(SimFs *fs);
/** The content of a file is about to change, or to be made durable: look it up after this. */
void sim_fs_change(SimFs *fs);

/** Make `count` (< 0: all) operations of `ops` on paths that match the glob fail with `number`. */
void sim_fs_set_fault(SimFs *fs, const char *glob, guint32 ops, int number, int count);
/** Forget every fault. */
void sim_fs_clear_faults(SimFs *fs);
/** Whether an operation is to fail: the errno, and one count less.  For openers of inodes. */
int sim_fs_fault(SimFs *fs, const char *path, SimFsOp op);

/** Look a path up; NULL where there is nothing, *number says why (may be NULL).  Borrowed. */
SimInode *sim_fs_lookup(SimFs *fs, const char *path, int *number);
/** Make, or truncate, a regular file.  *inode (may be NULL) is borrowed. */
int sim_fs_create(SimFs *fs, const char *path, SimInode **inode);
/** Put an image at a path, where nothing or a file is; the image is referenced. */
int sim_fs_put_image(SimFs *fs, const char *path, SimImage *image);
/** Put a block device of `size` bytes at a path. */
int sim_fs_put_block(SimFs *fs, const char *path, guint64 size);
/** Rename; directories too. */
int sim_fs_rename(SimFs *fs, const char *from, const char *to);
/** Remove a file. */
int sim_fs_unlink(SimFs *fs, const char *path);
/** Make a folder and its parents. */
int sim_fs_mkdir(SimFs *fs, const char *path);
/** Remove an empty folder. */
int sim_fs_rmdir(SimFs *fs, const char *path);
/** The names in a folder, sorted by byte value, or NULL; the caller unrefs the array. */
GPtrArray *sim_fs_list(SimFs *fs, const char *path, int *number);
/** Make the names of a folder durable. */
int sim_fs_sync_dir(SimFs *fs, const char *path);
/** Lose what was not synced. */
void sim_fs_power_cut(SimFs *fs);

/** One more reference / one less. */
SimInode *sim_inode_ref(SimInode *inode);
void sim_inode_unref(SimInode *inode);
/** The kind. */
SimInodeKind sim_inode_kind(const SimInode *inode);
/** The size of the file. */
guint64 sim_inode_size(SimInode *inode);
/** The bytes of a file, or what an image's file begins with.  The caller unrefs them. */
GBytes *sim_inode_bytes(SimInode *inode);
/** The first `length` of these bytes, fewer where there are no more.  The caller unrefs them. */
GBytes *sim_inode_head(SimInode *inode, gsize length);
/** Append bytes to a file. */
void sim_inode_append(SimInode *inode, const void *data, gsize length);
/** Put bytes in the place of the first ones of a file that has as many. */
void sim_inode_replace_head(SimInode *inode, const void *data, gsize length);
/** Make the content durable. */
void sim_inode_sync(SimInode *inode);
/** A sync has failed: each who has the file open is told once, at its next sync, and nobody who
 *  opens it later. */
void sim_inode_fail_sync(SimInode *inode);
/** How many have failed so far. */
guint sim_inode_failed_syncs(const SimInode *inode);
/** The disk image that the file is, or NULL for plain bytes; borrowed. */
SimImage *sim_inode_image(SimInode *inode);
/** What is wrong with it as a qcow2 image: plain bytes that begin as one are what was left of it.
 */
SimDamage sim_inode_damage(SimInode *inode);
/** The format as it looks: "qcow2", also of what was left of one, or "raw".  Static string. */
const char *sim_inode_format(SimInode *inode);
/** The image for an opener that takes the file as raw: plain bytes become one.  Borrowed. */
SimImage *sim_inode_raw_image(SimInode *inode);
/** Make the file an image; it is referenced. */
void sim_inode_set_image(SimInode *inode, SimImage *image);
/** The openers that hold locks on the file: of SimLock *, borrowed; see sim/block/lock.h. */
GPtrArray *sim_inode_locks(SimInode *inode);
