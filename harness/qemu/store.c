/* SPDX-License-Identifier: LGPL-2.1-or-later
 *
 * The store port on the host's file system.
 */
#include "harness/qemu/files.h"

#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>
#include "spec/api/name_order.h"

typedef struct {
    VmStoreFile base;
    char *path;
    int fd;
} QemuStoreFile;

static gboolean
failed(GError **error, const char *verb, const char *path, int number)
{
    return vm_refuse(error, VIR_ERR_SYSTEM_ERROR, "cannot %s '%s': %s", verb, path,
                     g_strerror(number));
}

static gboolean
answer(GError **error, const char *verb, const char *path, int result)
{
    return result == 0 || failed(error, verb, path, errno);
}

static VmFileKind
kind_of(mode_t mode)
{
    if (S_ISREG(mode))
        return VM_FILE_REGULAR;
    return S_ISDIR(mode) ? VM_FILE_DIR : VM_FILE_BLOCK;
}

/* What a device holds stands nowhere but at its end. */
static guint64
device_size(const char *path)
{
    int fd = open(path, O_RDONLY | O_CLOEXEC | O_NONBLOCK);
    off_t size = fd < 0 ? 0 : lseek(fd, 0, SEEK_END);
    if (fd >= 0)
        close(fd);
    return size < 0 ? 0 : (guint64)size;
}

static gboolean
store_stat(VmStore *store, const char *path, VmFileStat *st, GError **error)
{
    struct stat info;
    (void)store;
    *st = (VmFileStat){VM_FILE_MISSING, 0};
    if (stat(path, &info) < 0)
        return errno == ENOENT || errno == ENOTDIR || failed(error, "access", path, errno);
    st->kind = kind_of(info.st_mode);
    if (st->kind == VM_FILE_REGULAR)
        st->size = (guint64)info.st_size;
    if (S_ISBLK(info.st_mode))
        st->size = device_size(path);
    return TRUE;
}

/* Open for reading; nothing that waits for another side, and no folder. */
static int
open_to_read(const char *path, struct stat *info)
{
    int fd = open(path, O_RDONLY | O_CLOEXEC | O_NONBLOCK);
    if (fd < 0)
        return -1;
    if (fstat(fd, info) == 0 && !S_ISDIR(info->st_mode))
        return fd;
    close(fd);
    errno = EISDIR;
    return -1;
}

/* Up to `length` bytes from the start, fewer at the end of the file; NULL with errno. */
static GBytes *
read_bytes(int fd, gsize length)
{
    g_autofree char *data = g_try_malloc(MAX(length, 1));
    gsize have = 0;
    if (data == NULL) {
        errno = ENOMEM;
        return NULL;
    }
    while (have < length) {
        ssize_t got = read(fd, data + have, length - have);
        if (got < 0 && errno == EINTR)
            continue;
        if (got < 0)
            return NULL;
        if (got == 0)
            break;
        have += (gsize)got;
    }
    return g_bytes_new_take(g_steal_pointer(&data), have);
}

static GBytes *
store_read(VmStore *store, const char *path, gsize max, GError **error)
{
    struct stat info;
    GBytes *bytes = NULL;
    (void)store;
    int fd = open_to_read(path, &info);
    if (fd >= 0 && (guint64)info.st_size > max)
        errno = EFBIG;
    else if (fd >= 0)
        bytes = read_bytes(fd, (gsize)info.st_size);
    if (bytes == NULL)
        failed(error, "read", path, errno);
    if (fd >= 0)
        close(fd);
    return bytes;
}

static GBytes *
store_read_head(VmStore *store, const char *path, gsize length, GError **error)
{
    struct stat info;
    (void)store;
    int fd = open_to_read(path, &info);
    GBytes *bytes = fd < 0 ? NULL : read_bytes(fd, length);
    if (bytes == NULL)
        failed(error, "read", path, errno);
    if (fd >= 0)
        close(fd);
    return bytes;
}

static VmStoreFile *
file_new(VmStore *store, const char *path, int fd)
{
    QemuStoreFile *file = g_new0(QemuStoreFile, 1);
    file->base.store = store;
    file->path = g_strdup(path);
    file->fd = fd;
    return &file->base;
}

static VmStoreFile *
store_open(VmStore *store, const char *path, guint64 offset, GError **error)
{
    struct stat info;
    int fd = open_to_read(path, &info);
    if (fd >= 0 && lseek(fd, (off_t)offset, SEEK_SET) >= 0)
        return file_new(store, path, fd);
    failed(error, "read", path, errno);
    if (fd >= 0)
        close(fd);
    return NULL;
}

static VmStoreFile *
store_create(VmStore *store, const char *path, GError **error)
{
    int fd = open(path, O_RDWR | O_CREAT | O_TRUNC | O_CLOEXEC | O_NONBLOCK, 0600);
    if (fd >= 0)
        return file_new(store, path, fd);
    failed(error, "create", path, errno);
    return NULL;
}

static gboolean
store_write(VmStoreFile *file, const void *data, gsize length, GError **error)
{
    const QemuStoreFile *self = (QemuStoreFile *)file;
    const char *next = data;
    while (length > 0) {
        ssize_t put = write(self->fd, next, length);
        if (put < 0 && errno == EINTR)
            continue;
        if (put < 0)
            return failed(error, "write", self->path, errno);
        next += put;
        length -= (gsize)put;
    }
    return TRUE;
}

static gboolean
begins_as_said(int fd, const VmStoreHead *head)
{
    char bytes[VM_STORE_HEAD_MAX];
    return pread(fd, bytes, head->length, 0) == (ssize_t)head->length &&
           memcmp(bytes, head->former, head->length) == 0;
}

/* One write within one page: no reader and no signal comes between its bytes. */
static gboolean
replace_bytes(int fd, const VmStoreHead *head)
{
    struct stat info;
    if (fstat(fd, &info) != 0)
        return FALSE;
    errno = EINVAL;
    return info.st_size >= (off_t)head->length &&
           (head->former == NULL || begins_as_said(fd, head)) &&
           pwrite(fd, head->bytes, head->length, 0) == (ssize_t)head->length;
}

static gboolean
store_replace_head(VmStore *store, const char *path, const VmStoreHead *head, GError **error)
{
    (void)store;
    g_assert(head->length <= VM_STORE_HEAD_MAX);
    int fd = open(path, O_RDWR | O_CLOEXEC | O_NONBLOCK);
    gboolean ok = fd >= 0 && replace_bytes(fd, head);
    if (!ok)
        failed(error, "write", path, errno);
    else if (head->durable)
        ok = answer(error, "sync", path, fsync(fd));
    if (fd >= 0)
        close(fd);
    return ok;
}

static gboolean
store_sync_file(VmStoreFile *file, GError **error)
{
    const QemuStoreFile *self = (QemuStoreFile *)file;
    return answer(error, "sync", self->path, fsync(self->fd));
}

static void
store_close(VmStoreFile *file)
{
    QemuStoreFile *self = (QemuStoreFile *)file;
    close(self->fd);
    g_free(self->path);
    g_free(self);
}

int
qemu_store_file_descriptor(const VmStoreFile *file)
{
    return ((const QemuStoreFile *)file)->fd;
}

/* The kernel would put a folder in the place of an empty one; the port promises not to. */
static int
rename_safely(const char *from, const char *to)
{
    struct stat info;
    if (lstat(from, &info) < 0)
        return -1;
    if (!S_ISDIR(info.st_mode))
        return rename(from, to);
    if (renameat2(AT_FDCWD, from, AT_FDCWD, to, RENAME_NOREPLACE) == 0)
        return 0;
    if (errno == EEXIST)
        errno = lstat(to, &info) == 0 && S_ISDIR(info.st_mode) ? ENOTEMPTY : ENOTDIR;
    return -1;
}

static gboolean
store_rename(VmStore *store, const char *from, const char *to, GError **error)
{
    (void)store;
    if (rename_safely(from, to) == 0)
        return TRUE;
    return vm_refuse(error, VIR_ERR_SYSTEM_ERROR, "cannot rename '%s' to '%s': %s", from, to,
                     g_strerror(errno));
}

static gboolean
store_unlink(VmStore *store, const char *path, GError **error)
{
    (void)store;
    return answer(error, "remove", path, unlink(path));
}

static gboolean
store_mkdir(VmStore *store, const char *path, GError **error)
{
    (void)store;
    return answer(error, "make folder", path, g_mkdir_with_parents(path, 0700));
}

static gboolean
store_rmdir(VmStore *store, const char *path, GError **error)
{
    (void)store;
    return answer(error, "remove folder", path, rmdir(path));
}

static GPtrArray *
store_list(VmStore *store, const char *path, GError **error)
{
    g_autoptr(GPtrArray) names = g_ptr_array_new_with_free_func(g_free);
    DIR *folder = opendir(path);
    (void)store;
    if (folder == NULL) {
        if (errno == ENOENT)
            return g_steal_pointer(&names);
        failed(error, "list", path, errno);
        return NULL;
    }
    errno = 0;
    for (struct dirent *entry = readdir(folder); entry != NULL; entry = readdir(folder))
        if (strcmp(entry->d_name, ".") != 0 && strcmp(entry->d_name, "..") != 0)
            g_ptr_array_add(names, g_strdup(entry->d_name));
    int number = errno;
    closedir(folder);
    if (number != 0) {
        failed(error, "list", path, number);
        return NULL;
    }
    g_ptr_array_sort(names, vm_compare_names);
    return g_steal_pointer(&names);
}

static gboolean
store_sync_dir(VmStore *store, const char *path, GError **error)
{
    (void)store;
    int fd = open(path, O_RDONLY | O_DIRECTORY | O_CLOEXEC);
    gboolean ok = fd >= 0 && fsync(fd) == 0;
    if (!ok)
        failed(error, "sync folder", path, errno);
    if (fd >= 0)
        close(fd);
    return ok;
}

static gboolean
no_sync_file(VmStoreFile *file, GError **error)
{
    (void)file;
    (void)error;
    return TRUE;
}

static gboolean
no_sync_dir(VmStore *store, const char *path, GError **error)
{
    (void)store;
    (void)path;
    (void)error;
    return TRUE;
}

#define STORE_OPS(file_syncs, folder_syncs)                                                        \
    {                                                                                              \
        .stat = store_stat, .read = store_read, .read_head = store_read_head, .open = store_open,  \
        .create = store_create, .write = store_write, .replace_head = store_replace_head,          \
        .sync_file = file_syncs, .close = store_close, .rename = store_rename,                     \
        .unlink = store_unlink, .mkdir = store_mkdir, .rmdir = store_rmdir, .list = store_list,    \
        .sync_dir = folder_syncs,                                                                  \
    }

static const VmStoreOps store_ops = STORE_OPS(store_sync_file, store_sync_dir);
static const VmStoreOps unsynced_ops = STORE_OPS(no_sync_file, no_sync_dir);

VmStore *
qemu_store_new(void)
{
    VmStore *store = g_new0(VmStore, 1);
    store->ops = &store_ops;
    return store;
}

VmStore *
qemu_store_new_unsynced(void)
{
    VmStore *store = qemu_store_new();
    store->ops = &unsynced_ops;
    return store;
}

void
qemu_store_free(VmStore *store)
{
    g_free(store);
}
