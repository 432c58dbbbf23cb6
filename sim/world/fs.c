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

/* Folders that paths have led to: most calls are about the same few. */
#define SEEN 8

typedef struct {
    char *path; /* or NULL */
    gsize length;
    SimInode *folder; /* borrowed */
} Seen;

struct SimFs {
    SimInode *root;
    GArray *faults; /* of Fault, or NULL */
    Seen seen[SEEN];
    guint next_seen;
};

static void
clear_fault(gpointer data)
{
    g_free(((Fault *)data)->glob);
}

/* A folder is where it was not before. */
static void
forget_seen(SimFs *fs)
{
    for (guint i = 0; i < SEEN; i++)
        g_clear_pointer(&fs->seen[i].path, g_free);
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
    forget_seen(fs);
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

/* The next component of the path that ends at `end` into `name`; *path moves on.  FALSE at the end.
 */
static gboolean
next_name(const char **path, const char *end, char name[NAME_MAX_BYTES + 1], int *number)
{
    const char *p = *path;
    while (p < end && (*p == '/' || (*p == '.' && (p + 1 == end || p[1] == '/'))))
        p++;
    const char *slash = memchr(p, '/', (gsize)(end - p));
    *path = slash != NULL ? slash : end;
    gsize length = (gsize)(*path - p);
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

/* What the first `length` bytes of a path lead to, name by name. */
static SimInode *
walk(SimFs *fs, const char *path, gsize length, int *number)
{
    char name[NAME_MAX_BYTES + 1];
    const char *end = path + length;
    SimInode *inode = fs->root;
    while (inode != NULL && next_name(&path, end, name, number)) {
        if (inode->kind != SIM_INODE_DIR) {
            *number = ENOTDIR;
            return NULL;
        }
        inode = sim_folder_look(inode, name);
    }
    if (inode == NULL)
        *number = ENOENT;
    return *number == 0 ? inode : NULL;
}

static SimInode *
walk_to_folder(SimFs *fs, const char *path, gsize length, int *number)
{
    SimInode *folder = walk(fs, path, length, number);
    if (folder == NULL)
        return NULL;
    if (folder->kind != SIM_INODE_DIR) {
        *number = ENOTDIR;
        return NULL;
    }
    Seen *seen = &fs->seen[fs->next_seen++ % SEEN];
    g_free(seen->path);
    *seen = (Seen){g_strndup(path, length), length, folder};
    return folder;
}

static SimInode *
find_folder(SimFs *fs, const char *path, gsize length, int *number)
{
    for (guint i = 0; i < SEEN; i++) {
        const Seen *seen = &fs->seen[i];
        if (seen->path != NULL && seen->length == length && memcmp(seen->path, path, length) == 0)
            return seen->folder;
    }
    return walk_to_folder(fs, path, length, number);
}

/* The last name of a path in *name, and how much of the path leads to its folder.  FALSE: there is
 * none. */
static gboolean
split(const char *path, char name[NAME_MAX_BYTES + 1], gsize *folder, int *number)
{
    gsize end = strlen(path);
    while (end > 0 &&
           (path[end - 1] == '/' || (path[end - 1] == '.' && (end == 1 || path[end - 2] == '/'))))
        end--;
    const char *slash = end == 0 ? NULL : memrchr(path, '/', end);
    const char *last = slash == NULL ? path : slash + 1;
    gsize length = (gsize)(path + end - last);
    *folder = (gsize)(last - path);
    if (length > NAME_MAX_BYTES)
        *number = ENAMETOOLONG;
    if (length == 0 || length > NAME_MAX_BYTES)
        return FALSE;
    memcpy(name, last, length);
    name[length] = '\0';
    return TRUE;
}

SimInode *
sim_fs_lookup(SimFs *fs, const char *path, int *number)
{
    char name[NAME_MAX_BYTES + 1];
    gsize length = 0;
    int failed = 0;
    SimInode *inode = NULL;
    if (split(path, name, &length, &failed)) {
        SimInode *folder = find_folder(fs, path, length, &failed);
        inode = folder == NULL ? NULL : sim_folder_look(folder, name);
    } else if (failed == 0) {
        inode = fs->root;
    }
    if (number != NULL)
        *number = failed != 0 ? failed : inode == NULL ? ENOENT : 0;
    return inode;
}

/* The folder that a path is in, and its last name. */
static SimInode *
lookup_parent(SimFs *fs, const char *path, char name[NAME_MAX_BYTES + 1], int *number)
{
    gsize length = 0;
    *number = 0;
    if (split(path, name, &length, number))
        return find_folder(fs, path, length, number);
    if (*number == 0)
        *number = EINVAL;
    return NULL;
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
    SimName *known = sim_folder_find(folder, name);
    SimInode *found = known == NULL ? NULL : known->inode;
    if (found != NULL && found->kind == SIM_INODE_DIR)
        return EISDIR;
    if (found == NULL) {
        found = sim_inode_new(SIM_INODE_REGULAR);
        sim_folder_link(folder, known, name, found);
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
    SimName *source = sim_folder_find(from_folder, from_name);
    SimInode *inode = source == NULL ? NULL : source->inode;
    if (inode == NULL)
        return ENOENT;
    if (is_below(to, from))
        return EINVAL;
    SimName *place = sim_folder_find(to_folder, to_name);
    SimInode *target = place == NULL ? NULL : place->inode;
    if (target == inode)
        return 0;
    number = check_replace(inode, target);
    if (number != 0)
        return number;
    if (inode->kind == SIM_INODE_DIR)
        forget_seen(fs);
    sim_folder_link(to_folder, place, to_name, inode);
    sim_folder_unlink(from_folder, source);
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
    SimName *known = sim_folder_find(folder, name);
    SimInode *inode = known == NULL ? NULL : known->inode;
    if (inode == NULL)
        return ENOENT;
    if ((inode->kind == SIM_INODE_DIR) != folder_wanted)
        return folder_wanted ? ENOTDIR : EISDIR;
    if (folder_wanted && inode->count > 0)
        return ENOTEMPTY;
    if (folder_wanted)
        forget_seen(fs);
    sim_folder_unlink(folder, known);
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
    const char *end = path + strlen(path);
    SimInode *folder = fs->root;
    while (number == 0 && next_name(&path, end, name, &number)) {
        SimName *known = sim_folder_find(folder, name);
        SimInode *next = known == NULL ? NULL : known->inode;
        if (next == NULL) {
            next = sim_inode_new(SIM_INODE_DIR);
            sim_folder_link(folder, known, name, next);
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
    while (g_hash_table_iter_next(&iter, NULL, &name)) {
        if (((SimName *)name)->inode != NULL)
            g_ptr_array_add(names, g_strdup(((SimName *)name)->name));
    }
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
    sim_folder_sync(folder);
    return 0;
}

void
sim_fs_power_cut(SimFs *fs)
{
    forget_seen(fs);
    sim_inode_power_cut(fs->root);
}
