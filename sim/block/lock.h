/* SPDX-License-Identifier: LGPL-2.1-or-later
 *
 * Permissions on block nodes, and the locks on image files that they become.
 */
#pragma once

#include "sim/world/fs.h"

/** What a user of a node may do, as bits. */
typedef enum {
    SIM_PERM_READ = 1 << 0,
    SIM_PERM_WRITE = 1 << 1,
    SIM_PERM_WRITE_UNCHANGED = 1 << 2,
    SIM_PERM_RESIZE = 1 << 3,
    SIM_PERM_ALL = (1 << 4) - 1,
} SimPerm;

/** What one opener of a file holds. */
typedef struct {
    guint32 taken;  /* permissions that it uses */
    guint32 shared; /* permissions that it leaves to others */
} SimLock;

/** Check whether a lock may become (taken, shared) beside the file's other openers.  NULL when it
 *  may; else QEMU's text for the first bit that is in the way.  The caller frees it. */
char *sim_lock_conflict(SimInode *inode, const SimLock *lock, guint32 taken, guint32 shared);

/** "consistent-read", … for one bit.  Static string. */
const char *sim_perm_name(guint32 bit);
/** The names of all bits, joined by ", ".  The caller frees it. */
char *sim_perm_names(guint32 bits);
