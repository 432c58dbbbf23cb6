/* SPDX-License-Identifier: LGPL-2.1-or-later
 *
 * The tree of names.
 */
#include "sim/world/fs.h"
#include "sim/world/inode.h"
#include "spec/api/name_order.h"
#include <errno.h>
#include <fnmatch.h>
#include <string.h>

#define NAME_MAX_BYTES 255

typedef struct {
    char *glob;
    guint32 ops;
    int number;
    int count;
} Fault;

struct SimFs {
    SimInode *root;
    GArray *faults; /* of Fault, or NULL */
};

static void
clear_fault(gpointer data)
{
    g_free(((Fault *)data)->glob);
}

SimFs *
sim_fs_new(void)
{
    SimFs *fs = g_new0(SimFs, 1);
    fs->root = sim_inode_new(SIM_INODE_DIR);
    return fs;
}

void
sim_fs_free(SimFs *fs)
{
    if (fs == NULL)
        return;
    sim_inode_unref(fs->root);
    sim_fs_clear_faults(fs);
    g_free(fs);
}

SimFs *
sim_fs_copy(SimFs *fs)
{
    SimFs *copy = g_new0(SimFs, 1);
    copy->root = sim_inode_copy(fs->root);
    return copy;
}

void
sim_fs_set_fault(SimFs *fs, const char *glob, guint32 ops, int number, int count)
{
    if (fs->faults == NULL) {
        fs->faults = g_array_new(FALSE, FALSE, sizeof(Fault));
        g_array_set_clear_func(fs->faults, clear_fault);
    }
    Fault fault = {g_strdup(glob), ops, number, count};
    g_array_append_val(fs->faults, fault);
}

void
sim_fs_clear_faults(SimFs *fs)
{
    g_clear_pointer(&fs->faults, g_array_unref);
}

int
sim_fs_fault(SimFs *fs, const char *path, SimFsOp op)
{
    for (guint i = 0; fs->faults != NULL && i < fs->faults->len; i++) {
        Fault *fault = &g_array_index(fs->faults, Fault, i);
        if ((fault->ops & op) == 0 || fault->count == 0 || fnmatch(fault->glob, path, 0) != 0)
            continue;
        if (fault->count > 0)
            fault->count--;
        return fault->number;
    }
    return 0;
}

/* The next component of a path into `name`; *path moves on.  FALSE at the end. */
static gboolean
next_name(const char **path, char name[NAME_MAX_BYTES + 1], int *number)
{
    const char *p = *path;
    while (*p == '/' || (p[0] == '.' && (p[1] == '/' || p[1] == '\0')))
        p++;
    const char *end = strchrnul(p, '/');
    gsize length = (gsize)(end - p);
    *path = end;
    if (length == 0)
        return FALSE;
    if (length > NAME_MAX_BYTES) {
        *number = ENAMETOOLONG;
        return FALSE;
    }
    memcpy(name, p, length);
    name[length] = '\0';
    return TRUE;
}

SimInode *
sim_fs_lookup(SimFs *fs, const char *path, int *number)
{
    char name[NAME_MAX_BYTES + 1];
    int failed = 0;
    SimInode *inode = fs->root;
    while (inode != NULL && next_name(&path, name, &failed)) {
        if (inode->kind != SIM_INODE_DIR) {
            failed = ENOTDIR;
            break;
        }
        inode = g_hash_table_lookup(inode->names, name);
    }
    if (number != NULL)
        *number = failed != 0 ? failed : inode == NULL ? ENOENT : 0;
    return failed != 0 ? NULL : inode;
}

/* The folder that a path is in, and its last name. */
static SimInode *
lookup_parent(SimFs *fs, const char *path, char name[NAME_MAX_BYTES + 1], int *number)
{
    *number = 0;
    SimInode *folder = fs->root;
    if (!next_name(&path, name, number)) {
        *number = *number != 0 ? *number : EINVAL;
        return NULL;
    }
    for (;;) {
        if (folder->kind != SIM_INODE_DIR) {
            *number = ENOTDIR;
            return NULL;
        }
        char next[NAME_MAX_BYTES + 1];
        if (!next_name(&path, next, number))
            return *number != 0 ? NULL : folder;
        folder = g_hash_table_lookup(folder->names, name);
        if (folder == NULL) {
            *number = ENOENT;
            return NULL;
        }
        memcpy(name, next, sizeof(next));
    }
}

/* Find or make a file's inode. */
static int
make_file(SimFs *fs, const char *path, SimInode **inode)
{
    char name[NAME_MAX_BYTES + 1];
    int number = sim_fs_fault(fs, path, SIM_FS_CREATE);
    if (number != 0)
        return number;
    SimInode *folder = lookup_parent(fs, path, name, &number);
    if (folder == NULL)
        return number;
    SimInode *found = g_hash_table_lookup(folder->names, name);
    if (found != NULL && found->kind == SIM_INODE_DIR)
        return EISDIR;
    if (found == NULL) {
        found = sim_inode_new(SIM_INODE_REGULAR);
        sim_inode_link(folder, name, found);
        sim_inode_unref(found);
    }
    *inode = found;
    return 0;
}

int
sim_fs_create(SimFs *fs, const char *path, SimInode **inode)
{
    SimInode *file = NULL;
    int number = make_file(fs, path, &file);
    if (number != 0)
        return number;
    if (file->kind == SIM_INODE_REGULAR)
        sim_inode_truncate(file);
    if (inode != NULL)
        *inode = file;
    return 0;
}

int
sim_fs_put_image(SimFs *fs, const char *path, SimImage *image)
{
    SimInode *file = NULL;
    int number = make_file(fs, path, &file);
    if (number == 0)
        sim_inode_set_image(file, image);
    return number;
}

int
sim_fs_put_block(SimFs *fs, const char *path, guint64 size)
{
    SimInode *file = NULL;
    int number = make_file(fs, path, &file);
    if (number != 0)
        return number;
    g_autoptr(SimImage) image = sim_image_new(SIM_FORMAT_RAW, size, NULL, NULL);
    sim_inode_set_image(file, image);
    file->kind = SIM_INODE_BLOCK;
    file->block_size = size;
    return 0;
}

/* Why `inode` may not take the place of `target` (which may be NULL); 0 when it may. */
static int
check_replace(const SimInode *inode, const SimInode *target)
{
    if (target == NULL)
        return 0;
    if (inode->kind == SIM_INODE_DIR)
        return target->kind == SIM_INODE_DIR ? ENOTEMPTY : ENOTDIR;
    return target->kind == SIM_INODE_DIR ? EISDIR : 0;
}

static gboolean
is_below(const char *path, const char *folder)
{
    gsize length = strlen(folder);
    return strncmp(path, folder, length) == 0 && path[length] == '/';
}

int
sim_fs_rename(SimFs *fs, const char *from, const char *to)
{
    char from_name[NAME_MAX_BYTES + 1], to_name[NAME_MAX_BYTES + 1];
    int number = sim_fs_fault(fs, from, SIM_FS_RENAME);
    if (number == 0)
        number = sim_fs_fault(fs, to, SIM_FS_RENAME);
    if (number != 0)
        return number;
    SimInode *from_folder = lookup_parent(fs, from, from_name, &number);
    if (from_folder == NULL)
        return number;
    SimInode *to_folder = lookup_parent(fs, to, to_name, &number);
    if (to_folder == NULL)
        return number;
    SimInode *inode = g_hash_table_lookup(from_folder->names, from_name);
    if (inode == NULL)
        return ENOENT;
    if (is_below(to, from))
        return EINVAL;
    SimInode *target = g_hash_table_lookup(to_folder->names, to_name);
    if (target == inode)
        return 0;
    number = check_replace(inode, target);
    if (number != 0)
        return number;
    sim_inode_ref(inode);
    sim_inode_unlink(from_folder, from_name);
    sim_inode_link(to_folder, to_name, inode);
    sim_inode_unref(inode);
    return 0;
}

static int
remove_name(SimFs *fs, const char *path, gboolean folder_wanted)
{
    char name[NAME_MAX_BYTES + 1];
    int number = sim_fs_fault(fs, path, SIM_FS_UNLINK);
    if (number != 0)
        return number;
    SimInode *folder = lookup_parent(fs, path, name, &number);
    if (folder == NULL)
        return number;
    SimInode *inode = g_hash_table_lookup(folder->names, name);
    if (inode == NULL)
        return ENOENT;
    if ((inode->kind == SIM_INODE_DIR) != folder_wanted)
        return folder_wanted ? ENOTDIR : EISDIR;
    if (folder_wanted && g_hash_table_size(inode->names) > 0)
        return ENOTEMPTY;
    sim_inode_unlink(folder, name);
    return 0;
}

int
sim_fs_unlink(SimFs *fs, const char *path)
{
    return remove_name(fs, path, FALSE);
}

int
sim_fs_rmdir(SimFs *fs, const char *path)
{
    return remove_name(fs, path, TRUE);
}

int
sim_fs_mkdir(SimFs *fs, const char *path)
{
    char name[NAME_MAX_BYTES + 1];
    int number = sim_fs_fault(fs, path, SIM_FS_MKDIR);
    SimInode *folder = fs->root;
    while (number == 0 && next_name(&path, name, &number)) {
        SimInode *next = g_hash_table_lookup(folder->names, name);
        if (next == NULL) {
            next = sim_inode_new(SIM_INODE_DIR);
            sim_inode_link(folder, name, next);
            sim_inode_unref(next);
        }
        if (next->kind != SIM_INODE_DIR)
            return ENOTDIR;
        folder = next;
    }
    return number;
}

GPtrArray *
sim_fs_list(SimFs *fs, const char *path, int *number)
{
    int failed = sim_fs_fault(fs, path, SIM_FS_LIST);
    SimInode *folder = failed != 0 ? NULL : sim_fs_lookup(fs, path, &failed);
    if (folder != NULL && folder->kind != SIM_INODE_DIR) {
        failed = ENOTDIR;
        folder = NULL;
    }
    if (number != NULL)
        *number = failed;
    if (folder == NULL)
        return NULL;
    GPtrArray *names = g_ptr_array_new_with_free_func(g_free);
    GHashTableIter iter;
    gpointer name;
    g_hash_table_iter_init(&iter, folder->names);
    while (g_hash_table_iter_next(&iter, &name, NULL))
        g_ptr_array_add(names, g_strdup(name));
    g_ptr_array_sort(names, vm_compare_names);
    return names;
}

int
sim_fs_sync_dir(SimFs *fs, const char *path)
{
    int number = sim_fs_fault(fs, path, SIM_FS_SYNC_DIR);
    if (number != 0)
        return number;
    SimInode *folder = sim_fs_lookup(fs, path, &number);
    if (folder == NULL)
        return number;
    if (folder->kind != SIM_INODE_DIR)
        return ENOTDIR;
    sim_inode_sync_names(folder);
    return 0;
}

void
sim_fs_power_cut(SimFs *fs)
{
    sim_inode_power_cut(fs->root);
}
