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

/* Folders that paths have led to, each in the place that its path's length and last letter tell:
 * most calls are about the same few. */
#define SEEN 32

typedef struct {
    char *path; /* or NULL */
    gsize length;
    SimInode *folder; /* borrowed */
} Seen;

struct SimFs {
    SimInode *root;
    SimFs *shown;      /* of a copy: whose names are its own as long as neither changes; or NULL */
    GPtrArray *copies; /* of SimFs *: what shows these names, or NULL: none ever did */
    GArray *faults;    /* of Fault, or NULL */
    Seen seen[SEEN];
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

/* A copy shows another's names no longer. */
static void
look_away(SimFs *copy)
{
    if (copy->shown != NULL)
        g_ptr_array_remove_fast(copy->shown->copies, copy);
    copy->shown = NULL;
}

static void
make_own(SimFs *copy)
{
    SimInode *root = copy->root;
    look_away(copy);
    forget_seen(copy);
    copy->root = sim_inode_copy(root);
    sim_inode_unref(root);
}

static void
settle_copies(SimFs *fs)
{
    while (fs->copies != NULL && fs->copies->len > 0)
        make_own(fs->copies->pdata[0]);
}

void
sim_fs_change(SimFs *fs)
{
    if (fs->shown != NULL)
        make_own(fs);
    settle_copies(fs);
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
    look_away(fs);
    settle_copies(fs);
    g_clear_pointer(&fs->copies, g_ptr_array_unref);
    forget_seen(fs);
    sim_inode_unref(fs->root);
    sim_fs_clear_faults(fs);
    g_free(fs);
}

SimFs *
sim_fs_copy(SimFs *fs)
{
    SimFs *copy = g_new0(SimFs, 1);
    copy->root = sim_inode_ref(fs->root);
    copy->shown = fs->shown != NULL ? fs->shown : fs;
    if (copy->shown->copies == NULL)
        copy->shown->copies = g_ptr_array_new();
    g_ptr_array_add(copy->shown->copies, copy);
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
    while (*p == '/' || (*p == '.' && (p[1] == '\0' || p[1] == '/')))
        p++;
    gsize length = strcspn(p, "/");
    *path = p + length;
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

/* Where a path leads to: a name in a folder. */
typedef struct {
    const char *name; /* into the path, or `copy` where the path does not end with it */
    gsize folder;     /* how much of the path leads to the folder */
    char copy[NAME_MAX_BYTES + 1];
} Place;

/* The place that the first `end` bytes of a path lead to.  FALSE: they have no last name, or, with
 * *number, one that is too long. */
static gboolean
split(const char *path, gsize end, Place *place, int *number)
{
    while (end > 0 &&
           (path[end - 1] == '/' || (path[end - 1] == '.' && (end == 1 || path[end - 2] == '/'))))
        end--;
    const char *slash = end == 0 ? NULL : memrchr(path, '/', end);
    place->name = slash == NULL ? path : slash + 1;
    place->folder = slash == NULL ? 0 : (gsize)(slash - path);
    gsize length = (gsize)(path + end - place->name);
    if (length > NAME_MAX_BYTES)
        *number = ENAMETOOLONG;
    if (length == 0 || length > NAME_MAX_BYTES)
        return FALSE;
    if (path[end] == '\0')
        return TRUE;
    memcpy(place->copy, place->name, length);
    place->copy[length] = '\0';
    place->name = place->copy;
    return TRUE;
}

static SimInode *find_folder(SimFs *fs, const char *path, gsize length, int *number);

/* What the first `length` bytes of a path lead to. */
static SimInode *
find(SimFs *fs, const char *path, gsize length, int *number)
{
    Place place;
    SimInode *inode = NULL;
    if (split(path, length, &place, number)) {
        const SimInode *folder = find_folder(fs, path, place.folder, number);
        inode = folder == NULL ? NULL : sim_folder_look(folder, place.name);
    } else if (*number == 0) {
        inode = fs->root;
    }
    if (inode == NULL && *number == 0)
        *number = ENOENT;
    return inode;
}

static Seen *
seen_at(SimFs *fs, const char *path, gsize length)
{
    guint last = length > 0 ? (guchar)path[length - 1] : 0;
    return &fs->seen[(length + 5 * last) % SEEN];
}

/* The same where a folder is wanted.  A copy looks where it looks at the names of another. */
static SimInode *
find_folder(SimFs *fs, const char *path, gsize length, int *number)
{
    if (fs->shown != NULL)
        fs = fs->shown;
    Seen *seen = seen_at(fs, path, length);
    if (seen->length == length && seen->path != NULL && memcmp(seen->path, path, length) == 0)
        return seen->folder;
    SimInode *folder = find(fs, path, length, number);
    if (folder == NULL)
        return NULL;
    if (folder->kind != SIM_INODE_DIR) {
        *number = ENOTDIR;
        return NULL;
    }
    g_free(seen->path);
    *seen = (Seen){g_strndup(path, length), length, folder};
    return folder;
}

SimInode *
sim_fs_lookup(SimFs *fs, const char *path, int *number)
{
    int failed = 0;
    SimInode *inode = find(fs, path, strlen(path), &failed);
    if (number != NULL)
        *number = failed;
    return inode;
}

/* The place that a path leads to, and its folder. */
static SimInode *
find_place(SimFs *fs, const char *path, Place *place, int *number)
{
    *number = 0;
    if (split(path, strlen(path), place, number))
        return find_folder(fs, path, place->folder, number);
    if (*number == 0)
        *number = EINVAL;
    return NULL;
}

/* Find or make a file's inode. */
static int
make_file(SimFs *fs, const char *path, SimInode **inode)
{
    Place place;
    int number = sim_fs_fault(fs, path, SIM_FS_CREATE);
    if (number != 0)
        return number;
    sim_fs_change(fs);
    SimInode *folder = find_place(fs, path, &place, &number);
    if (folder == NULL)
        return number;
    SimName *known = sim_folder_find(folder, place.name);
    SimInode *found = known == NULL ? NULL : known->inode;
    if (found != NULL && found->kind == SIM_INODE_DIR)
        return EISDIR;
    if (found == NULL) {
        found = sim_inode_new(SIM_INODE_REGULAR);
        sim_folder_link(folder, known, place.name, found);
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
    Place old, new;
    int number = sim_fs_fault(fs, from, SIM_FS_RENAME);
    if (number == 0)
        number = sim_fs_fault(fs, to, SIM_FS_RENAME);
    if (number != 0)
        return number;
    sim_fs_change(fs);
    SimInode *from_folder = find_place(fs, from, &old, &number);
    if (from_folder == NULL)
        return number;
    SimInode *to_folder = find_place(fs, to, &new, &number);
    if (to_folder == NULL)
        return number;
    SimName *source = sim_folder_find(from_folder, old.name);
    SimInode *inode = source == NULL ? NULL : source->inode;
    if (inode == NULL)
        return ENOENT;
    if (is_below(to, from))
        return EINVAL;
    SimName *known = sim_folder_find(to_folder, new.name);
    SimInode *target = known == NULL ? NULL : known->inode;
    if (target == inode)
        return 0;
    number = check_replace(inode, target);
    if (number != 0)
        return number;
    if (inode->kind == SIM_INODE_DIR)
        forget_seen(fs);
    sim_folder_link(to_folder, known, new.name, inode);
    sim_folder_unlink(from_folder, source);
    return 0;
}

static int
remove_name(SimFs *fs, const char *path, gboolean folder_wanted)
{
    Place place;
    int number = sim_fs_fault(fs, path, SIM_FS_UNLINK);
    if (number != 0)
        return number;
    sim_fs_change(fs);
    SimInode *folder = find_place(fs, path, &place, &number);
    if (folder == NULL)
        return number;
    SimName *known = sim_folder_find(folder, place.name);
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
    int number = sim_fs_fault(fs, path, SIM_FS_MKDIR), missing = 0;
    if (number == 0 && find_folder(fs, path, strlen(path), &missing) != NULL)
        return 0;
    sim_fs_change(fs);
    SimInode *folder = fs->root;
    while (number == 0 && next_name(&path, name, &number)) {
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
    SimInode *folder = failed != 0 ? NULL : find_folder(fs, path, strlen(path), &failed);
    if (number != NULL)
        *number = failed;
    if (folder == NULL)
        return NULL;
    GPtrArray *names = g_ptr_array_new_with_free_func(g_free);
    for (guint i = 0; i < folder->total; i++) {
        if (folder->names[i]->inode != NULL)
            g_ptr_array_add(names, g_strdup(folder->names[i]->name));
    }
    if (names->len > 1)
        g_ptr_array_sort(names, vm_compare_names);
    return names;
}

int
sim_fs_sync_dir(SimFs *fs, const char *path)
{
    int number = sim_fs_fault(fs, path, SIM_FS_SYNC_DIR);
    if (number != 0)
        return number;
    sim_fs_change(fs);
    SimInode *folder = find_folder(fs, path, strlen(path), &number);
    if (folder != NULL)
        sim_folder_sync(folder);
    return number;
}

void
sim_fs_power_cut(SimFs *fs)
{
    sim_fs_change(fs);
    forget_seen(fs);
    sim_inode_power_cut(fs->root);
}
