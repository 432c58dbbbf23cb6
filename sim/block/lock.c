/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "sim/block/lock.h"

const char *
sim_perm_name(guint32 bit)
{
    switch (bit) {
    case SIM_PERM_READ:
        return "consistent read";
    case SIM_PERM_WRITE:
        return "write";
    case SIM_PERM_WRITE_UNCHANGED:
        return "write unchanged";
    case SIM_PERM_RESIZE:
        return "resize";
    }
    g_assert_not_reached();
}

char *
sim_perm_names(guint32 bits)
{
    GString *text = g_string_new(NULL);
    for (guint32 bit = 1; bit < SIM_PERM_ALL; bit <<= 1) {
        if ((bits & bit) == 0)
            continue;
        g_string_append_printf(text, "%s%s", text->len == 0 ? "" : ", ", sim_perm_name(bit));
    }
    return g_string_free(text, FALSE);
}

/* What the other openers take, and what they do not share. */
static SimLock
others(SimInode *inode, const SimLock *lock)
{
    SimLock sum = {0, SIM_PERM_ALL};
    GPtrArray *locks = sim_inode_locks(inode);
    for (guint i = 0; i < locks->len; i++) {
        const SimLock *other = locks->pdata[i];
        if (other == lock)
            continue;
        sum.taken |= other->taken;
        sum.shared &= other->shared;
    }
    return sum;
}

char *
sim_lock_conflict(SimInode *inode, const SimLock *lock, guint32 taken, guint32 shared)
{
    SimLock other = others(inode, lock);
    for (guint32 bit = 1; bit < SIM_PERM_ALL; bit <<= 1) {
        if ((taken & bit) != 0 && (other.shared & bit) == 0)
            return g_strdup_printf("Failed to get \"%s\" lock", sim_perm_name(bit));
    }
    for (guint32 bit = 1; bit < SIM_PERM_ALL; bit <<= 1) {
        if ((shared & bit) == 0 && (other.taken & bit) != 0)
            return g_strdup_printf("Failed to get shared \"%s\" lock", sim_perm_name(bit));
    }
    return NULL;
}
