/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "sim/world/store.h"
#include <errno.h>
#include <string.h>

typedef struct {
    VmStore base;
    SimFs *fs;
    gboolean owns;
    SimClock *clock;
    SimClock own; /* of a copy: what is done there takes no time of the world */
} SimStore;

typedef struct {
    VmStoreFile base;
    SimInode *inode;
    guint64 offset;
    guint failed_syncs; /* of the inode, so many as it has been told of */
    gboolean writable;
    char path[];
} SimStoreFile;

static SimStore *
sim(VmStore *store)
{
    return (SimStore *)store;
}

static gboolean
failed(GError **error, const char *verb, const char *path, int number)
{
    return vm_refuse(error, VIR_ERR_SYSTEM_ERROR, "cannot %s '%s': %s", verb, path,
                     g_strerror(number));
}

static gboolean
answer(GError **error, const char *verb, const char *path, int number)
{
    return number == 0 || failed(error, verb, path, number);
}

static gboolean
store_stat(VmStore *store, const char *path, VmFileStat *st, GError **error)
{
    *st = (VmFileStat){VM_FILE_MISSING, 0};
    int number = sim_fs_fault(sim(store)->fs, path, SIM_FS_STAT);
    if (number != 0)
        return failed(error, "access", path, number);
    SimInode *inode = sim_fs_lookup(sim(store)->fs, path, &number);
    if (inode == NULL)
        return number == ENOENT || number == ENOTDIR || failed(error, "access", path, number);
    static const VmFileKind kinds[] = {
        [SIM_INODE_REGULAR] = VM_FILE_REGULAR,
        [SIM_INODE_BLOCK] = VM_FILE_BLOCK,
        [SIM_INODE_DIR] = VM_FILE_DIR,
    };
    st->kind = kinds[sim_inode_kind(inode)];
    st->size = sim_inode_size(inode);
    return TRUE;
}

/* The file behind a path that is to be read. */
static SimInode *
readable(VmStore *store, const char *path, GError **error)
{
    int number = sim_fs_fault(sim(store)->fs, path, SIM_FS_READ);
    SimInode *inode = number != 0 ? NULL : sim_fs_lookup(sim(store)->fs, path, &number);
    if (inode != NULL && sim_inode_kind(inode) == SIM_INODE_DIR)
        number = EISDIR;
    if (number == 0)
        return inode;
    failed(error, "read", path, number);
    return NULL;
}

static GBytes *
store_read(VmStore *store, const char *path, gsize max, GError **error)
{
    SimInode *inode = readable(store, path, error);
    if (inode == NULL)
        return NULL;
    if (sim_inode_size(inode) > max) {
        failed(error, "read", path, EFBIG);
        return NULL;
    }
    return sim_inode_bytes(inode);
}

static GBytes *
store_read_head(VmStore *store, const char *path, gsize length, GError **error)
{
    SimInode *inode = readable(store, path, error);
    return inode == NULL ? NULL : sim_inode_head(inode, length);
}

static VmStoreFile *
file_new(VmStore *store, const char *path, SimInode *inode)
{
    gsize size = strlen(path) + 1;
    SimStoreFile *file = g_malloc(sizeof(SimStoreFile) + size);
    *file = (SimStoreFile){.base.store = store,
                           .inode = sim_inode_ref(inode),
                           .failed_syncs = sim_inode_failed_syncs(inode)};
    memcpy(file->path, path, size);
    return &file->base;
}

static VmStoreFile *
store_open(VmStore *store, const char *path, guint64 offset, GError **error)
{
    sim_fs_change(sim(store)->fs); /* the file may be synced */
    SimInode *inode = readable(store, path, error);
    if (inode == NULL)
        return NULL;
    VmStoreFile *file = file_new(store, path, inode);
    ((SimStoreFile *)file)->offset = offset;
    return file;
}

static VmStoreFile *
store_create(VmStore *store, const char *path, GError **error)
{
    SimInode *inode = NULL;
    int number = sim_fs_create(sim(store)->fs, path, &inode);
    if (number != 0) {
        failed(error, "create", path, number);
        return NULL;
    }
    VmStoreFile *file = file_new(store, path, inode);
    ((SimStoreFile *)file)->writable = TRUE;
    return file;
}

int
sim_store_file_append(VmStoreFile *file, const void *data, gsize length)
{
    SimStoreFile *self = (SimStoreFile *)file;
    if (!self->writable)
        return EBADF;
    int number = sim_fs_fault(sim(file->store)->fs, self->path, SIM_FS_WRITE);
    if (number != 0)
        return number;
    sim_fs_change(sim(file->store)->fs);
    sim_inode_append(self->inode, data, length);
    return 0;
}

static gboolean
store_write(VmStoreFile *file, const void *data, gsize length, GError **error)
{
    return answer(error, "write", ((SimStoreFile *)file)->path,
                  sim_store_file_append(file, data, length));
}

/* Whoever has the file open since before a failure is told of it, once. */
static gboolean
sync_inode(VmStore *store, const char *path, SimInode *inode, guint *failed_syncs, GError **error)
{
    SimFs *fs = sim(store)->fs;
    int number = sim_fs_fault(fs, path, SIM_FS_SYNC);
    sim_fs_change(fs);
    if (number != 0)
        sim_inode_fail_sync(inode);
    if (*failed_syncs != sim_inode_failed_syncs(inode)) {
        *failed_syncs = sim_inode_failed_syncs(inode);
        return failed(error, "sync", path, number != 0 ? number : EIO);
    }
    sim_inode_sync(inode);
    sim_clock_advance(sim(store)->clock, SIM_CLOCK_STEP);
    return TRUE;
}

static gboolean
store_sync_file(VmStoreFile *file, GError **error)
{
    SimStoreFile *self = (SimStoreFile *)file;
    return sync_inode(file->store, self->path, self->inode, &self->failed_syncs, error);
}

static gboolean
begins(SimInode *inode, const char *bytes, gsize length)
{
    g_autoptr(GBytes) head = sim_inode_head(inode, length);
    return g_bytes_get_size(head) == length &&
           memcmp(g_bytes_get_data(head, NULL), bytes, length) == 0;
}

/* What keeps the head of that file from being replaced, or 0. */
static int
check_head(SimInode *inode, const VmStoreHead *head)
{
    if (sim_inode_kind(inode) == SIM_INODE_DIR)
        return EISDIR;
    if (sim_inode_size(inode) < head->length)
        return EINVAL;
    return head->former == NULL || begins(inode, head->former, head->length) ? 0 : EINVAL;
}

static gboolean
store_replace_head(VmStore *store, const char *path, const VmStoreHead *head, GError **error)
{
    SimFs *fs = sim(store)->fs;
    g_assert(head->length <= VM_STORE_HEAD_MAX);
    sim_fs_change(fs);
    int number = head->former != NULL ? sim_fs_fault(fs, path, SIM_FS_READ) : 0;
    if (number == 0)
        number = sim_fs_fault(fs, path, SIM_FS_WRITE);
    SimInode *inode = number != 0 ? NULL : sim_fs_lookup(fs, path, &number);
    if (number == 0)
        number = check_head(inode, head);
    if (number == 0)
        sim_inode_replace_head(inode, head->bytes, head->length);
    if (number != 0 || !head->durable)
        return answer(error, "write", path, number);
    guint failed_syncs = sim_inode_failed_syncs(inode);
    return sync_inode(store, path, inode, &failed_syncs, error);
}

static void
store_close(VmStoreFile *file)
{
    SimStoreFile *self = (SimStoreFile *)file;
    sim_inode_unref(self->inode);
    g_free(self);
}

VmStoreFile *
sim_store_file_dup(VmStoreFile *file)
{
    SimStoreFile *self = (SimStoreFile *)file;
    SimStoreFile *copy = (SimStoreFile *)file_new(file->store, self->path, self->inode);
    copy->offset = self->offset;
    copy->writable = self->writable;
    return &copy->base;
}

GBytes *
sim_store_file_rest(VmStoreFile *file)
{
    SimStoreFile *self = (SimStoreFile *)file;
    g_autoptr(GBytes) bytes = sim_inode_bytes(self->inode);
    gsize size = g_bytes_get_size(bytes);
    gsize offset = MIN(self->offset, size);
    return g_bytes_new_from_bytes(bytes, offset, size - offset);
}

static gboolean
store_rename(VmStore *store, const char *from, const char *to, GError **error)
{
    int number = sim_fs_rename(sim(store)->fs, from, to);
    if (number == 0)
        return TRUE;
    return vm_refuse(error, VIR_ERR_SYSTEM_ERROR, "cannot rename '%s' to '%s': %s", from, to,
                     g_strerror(number));
}

static gboolean
store_unlink(VmStore *store, const char *path, GError **error)
{
    return answer(error, "remove", path, sim_fs_unlink(sim(store)->fs, path));
}

static gboolean
store_mkdir(VmStore *store, const char *path, GError **error)
{
    return answer(error, "make folder", path, sim_fs_mkdir(sim(store)->fs, path));
}

static gboolean
store_rmdir(VmStore *store, const char *path, GError **error)
{
    return answer(error, "remove folder", path, sim_fs_rmdir(sim(store)->fs, path));
}

static GPtrArray *
store_list(VmStore *store, const char *path, GError **error)
{
    int number = 0;
    GPtrArray *names = sim_fs_list(sim(store)->fs, path, &number);
    if (names == NULL && number == ENOENT)
        return g_ptr_array_new_with_free_func(g_free);
    if (names == NULL)
        failed(error, "list", path, number);
    return names;
}

static gboolean
store_sync_dir(VmStore *store, const char *path, GError **error)
{
    sim_clock_advance(sim(store)->clock, SIM_CLOCK_STEP);
    return answer(error, "sync folder", path, sim_fs_sync_dir(sim(store)->fs, path));
}

static const VmStoreOps store_ops = {
    .stat = store_stat,
    .read = store_read,
    .read_head = store_read_head,
    .open = store_open,
    .create = store_create,
    .write = store_write,
    .replace_head = store_replace_head,
    .sync_file = store_sync_file,
    .close = store_close,
    .rename = store_rename,
    .unlink = store_unlink,
    .mkdir = store_mkdir,
    .rmdir = store_rmdir,
    .list = store_list,
    .sync_dir = store_sync_dir,
};

VmStore *
sim_store_new(SimFs *fs, gboolean owns, SimClock *clock)
{
    SimStore *store = g_new0(SimStore, 1);
    store->base.ops = &store_ops;
    store->fs = fs;
    store->owns = owns;
    store->own = *clock;
    store->clock = owns ? &store->own : clock;
    return &store->base;
}

void
sim_store_free(VmStore *store)
{
    if (store == NULL)
        return;
    if (sim(store)->owns)
        sim_fs_free(sim(store)->fs);
    g_free(store);
}
