/* SPDX-License-Identifier: LGPL-2.1-or-later
 *
 * A driver that dies: from a chosen operation on nothing that it does has an
 * effect, be it on files, images or processes.
 */
#pragma once

#include "harness/target/test_snapshot.h"

/** The store that a mortal driver sees. */
typedef struct {
    VmStore parent;
    VmStore *inner;
    VmStoreOps ops;
} MortalStore;

static MortalStore mortal_store;
static int steps_left; /* until the driver dies */
static int steps_done;
static int failing_step = -1; /* the number of the one that fails, though the driver lives on */

/** One step towards death; FALSE when it has come. */
static inline gboolean
step(GError **error)
{
    if (steps_done++ == failing_step)
        return vm_refuse(error, VIR_ERR_SYSTEM_ERROR, "Input/output error");
    if (steps_left-- > 0)
        return TRUE;
    return vm_refuse(error, VIR_ERR_SYSTEM_ERROR, "the driver is dead");
}

/* ---- files ---- */

/** Handles name the store that the driver sees, but while the world's own has them. */
static inline VmStoreFile *
of_mortal(VmStoreFile *file)
{
    if (file != NULL)
        file->store = &mortal_store.parent;
    return file;
}

static inline VmStoreFile *
of_world(VmStoreFile *file)
{
    file->store = mortal_store.inner;
    return file;
}

static inline gboolean
mortal_stat(VmStore *store, const char *path, VmFileStat *st, GError **error)
{
    (void)store;
    return mortal_store.inner->ops->stat(mortal_store.inner, path, st, error);
}

static inline GBytes *
mortal_read(VmStore *store, const char *path, gsize max, GError **error)
{
    (void)store;
    return mortal_store.inner->ops->read(mortal_store.inner, path, max, error);
}

static inline GBytes *
mortal_read_head(VmStore *store, const char *path, gsize length, GError **error)
{
    (void)store;
    return mortal_store.inner->ops->read_head(mortal_store.inner, path, length, error);
}

static inline VmStoreFile *
mortal_open(VmStore *store, const char *path, guint64 offset, GError **error)
{
    (void)store;
    return of_mortal(mortal_store.inner->ops->open(mortal_store.inner, path, offset, error));
}

static inline VmStoreFile *
mortal_create(VmStore *store, const char *path, GError **error)
{
    (void)store;
    if (!step(error))
        return NULL;
    return of_mortal(mortal_store.inner->ops->create(mortal_store.inner, path, error));
}

static inline gboolean
mortal_write(VmStoreFile *file, const void *data, gsize length, GError **error)
{
    gboolean ok =
        step(error) && mortal_store.inner->ops->write(of_world(file), data, length, error);
    of_mortal(file);
    return ok;
}

/* What is to be durable takes two steps: the bytes stand before they are. */
static inline gboolean
mortal_replace_head(VmStore *store, const char *path, const VmStoreHead *head, GError **error)
{
    (void)store;
    const VmStoreOps *ops = mortal_store.inner->ops;
    VmStoreHead written = *head, synced = *head;
    written.durable = FALSE;
    synced.former = head->bytes;
    return step(error) && ops->replace_head(mortal_store.inner, path, &written, error) &&
           (!head->durable ||
            (step(error) && ops->replace_head(mortal_store.inner, path, &synced, error)));
}

static inline gboolean
mortal_sync_file(VmStoreFile *file, GError **error)
{
    gboolean ok = step(error) && mortal_store.inner->ops->sync_file(of_world(file), error);
    of_mortal(file);
    return ok;
}

static inline void
mortal_close(VmStoreFile *file)
{
    mortal_store.inner->ops->close(of_world(file));
}

static inline gboolean
mortal_rename(VmStore *store, const char *from, const char *to, GError **error)
{
    (void)store;
    return step(error) && mortal_store.inner->ops->rename(mortal_store.inner, from, to, error);
}

static inline gboolean
mortal_unlink(VmStore *store, const char *path, GError **error)
{
    (void)store;
    return step(error) && mortal_store.inner->ops->unlink(mortal_store.inner, path, error);
}

static inline gboolean
mortal_mkdir(VmStore *store, const char *path, GError **error)
{
    (void)store;
    return step(error) && mortal_store.inner->ops->mkdir(mortal_store.inner, path, error);
}

static inline gboolean
mortal_rmdir(VmStore *store, const char *path, GError **error)
{
    (void)store;
    return step(error) && mortal_store.inner->ops->rmdir(mortal_store.inner, path, error);
}

static inline GPtrArray *
mortal_list(VmStore *store, const char *path, GError **error)
{
    (void)store;
    return mortal_store.inner->ops->list(mortal_store.inner, path, error);
}

static inline gboolean
mortal_sync_dir(VmStore *store, const char *path, GError **error)
{
    (void)store;
    return step(error) && mortal_store.inner->ops->sync_dir(mortal_store.inner, path, error);
}

/* ---- processes and images ---- */

static inline VmInstance *
mortal_start(VmHypervisor *hv, const json_t *config, GError **error)
{
    return step(error) ? pass_start(hv, config, error) : NULL;
}

static inline gboolean
mortal_command(VmInstance *instance, const char *name, json_t *arguments, VmStoreFile *pass,
               json_t **reply, GError **error)
{
    if (!g_str_has_prefix(name, "query-") && !step(NULL)) {
        json_decref(arguments);
        g_set_error(error, VM_QMP_ERROR, VM_QMP_GENERIC_ERROR, "the driver is dead");
        return FALSE;
    }
    if (pass != NULL)
        of_world(pass);
    gboolean ok = images.inner->ops->command(instance, name, arguments, pass, reply, error);
    of_mortal(pass);
    return ok;
}

static inline void
mortal_kill(VmInstance *instance)
{
    if (step(NULL))
        images.inner->ops->kill(instance);
}

static inline gboolean
mortal_image_create(VmHypervisor *hv, const char *path, const char *format, guint64 size,
                    const char *backing, const char *backing_format, GError **error)
{
    return step(error) && pass_image_create(hv, path, format, size, backing, backing_format, error);
}

static inline gboolean
mortal_image_snapshot(VmHypervisor *hv, const char *path, VmImageSnapshotVerb verb, const char *tag,
                      GError **error)
{
    (void)hv;
    return step(error) && images.inner->ops->image_snapshot(images.inner, path, verb, tag, error);
}

static inline gboolean
mortal_image_rebase(VmHypervisor *hv, const char *path, const char *backing,
                    const char *backing_format, GError **error)
{
    return step(error) && pass_image_rebase(hv, path, backing, backing_format, error);
}

/* ---- drivers ---- */

/** Close the driver that is there and open one that lives for that many steps. */
static inline void
open_mortal_driver(int steps)
{
    static const VmStoreOps store_ops = {
        .stat = mortal_stat,
        .read = mortal_read,
        .open = mortal_open,
        .read_head = mortal_read_head,
        .create = mortal_create,
        .replace_head = mortal_replace_head,
        .write = mortal_write,
        .sync_file = mortal_sync_file,
        .close = mortal_close,
        .rename = mortal_rename,
        .unlink = mortal_unlink,
        .mkdir = mortal_mkdir,
        .rmdir = mortal_rmdir,
        .list = mortal_list,
        .sync_dir = mortal_sync_dir,
    };
    mortal_store = (MortalStore){.inner = sim_world_store(world), .ops = store_ops};
    mortal_store.parent.ops = &mortal_store.ops;
    images.ops.start = mortal_start;
    images.ops.command = mortal_command;
    images.ops.kill = mortal_kill;
    images.ops.image_create = mortal_image_create;
    images.ops.image_snapshot = mortal_image_snapshot;
    images.ops.image_rebase = mortal_image_rebase;
    vm_driver_close(driver);
    steps_left = steps;
    steps_done = 0;
    VmDriverOptions options = {.hypervisor = &images.parent,
                               .store = &mortal_store.parent,
                               .env = sim_world_env(world),
                               .root = ROOT,
                               .profile = VM_PROFILE_RFC};
    driver = vm_driver_open(&options, &failure);
    assert_non_null(driver);
}
