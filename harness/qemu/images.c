/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "harness/qemu/images.h"

#include <string.h>
#include <sys/stat.h>
#include "harness/qemu/image_check.h"
#include "harness/qemu/process.h"
#include "harness/qemu/qcow2_reader.h"

/* The clock of file times may stand still that long: what is younger may change unseen. */
#define YOUNG_US 50000

/* What was seen of a file, as long as it is the same. */
typedef struct {
    dev_t device;
    ino_t inode;
    off_t size;
    struct timespec changed;
    char *json; /* as qemu-img info prints it */
} Sight;

struct QemuImages {
    GHashTable *sights; /* char *, path → Sight * */
};

static void
free_sight(gpointer data)
{
    Sight *sight = data;
    g_free(sight->json);
    g_free(sight);
}

QemuImages *
qemu_images_new(void)
{
    QemuImages *images = g_new0(QemuImages, 1);
    images->sights = g_hash_table_new_full(g_str_hash, g_str_equal, g_free, free_sight);
    return images;
}

void
qemu_images_free(QemuImages *images)
{
    if (images == NULL)
        return;
    g_hash_table_unref(images->sights);
    g_free(images);
}

static gboolean
run(const char *path, const char *const *argv, char **out, GError **error)
{
    g_autoptr(GError) failure = NULL;
    if (qemu_process_run(argv, NULL, out, &failure))
        return TRUE;
    return vm_refuse(error, VIR_ERR_OPERATION_FAILED, "image '%s': %s", path, failure->message);
}

/* ---- create ---- */

gboolean
qemu_images_create(QemuImages *images, const QemuImageWish *wish, GError **error)
{
    (void)images;
    if (wish->backing != NULL && !qemu_image_check_backing(wish->backing, wish->path, error))
        return FALSE;
    g_autofree char *size = g_strdup_printf("%" G_GUINT64_FORMAT, wish->size);
    GPtrArray *argv = g_ptr_array_new();
    const char *const start[] = {"qemu-img", "create", "-q", "-f", wish->format};
    for (guint i = 0; i < G_N_ELEMENTS(start); i++)
        g_ptr_array_add(argv, (gpointer)start[i]);
    if (wish->backing != NULL) {
        g_ptr_array_add(argv, (gpointer) "-b");
        g_ptr_array_add(argv, (gpointer)wish->backing);
    }
    if (wish->backing_format != NULL) {
        g_ptr_array_add(argv, (gpointer) "-F");
        g_ptr_array_add(argv, (gpointer)wish->backing_format);
    }
    g_ptr_array_add(argv, (gpointer) "--");
    g_ptr_array_add(argv, (gpointer)wish->path);
    if (wish->size != 0 || wish->backing == NULL)
        g_ptr_array_add(argv, size);
    g_ptr_array_add(argv, NULL);
    gboolean ok = run(wish->path, (const char *const *)argv->pdata, NULL, error);
    g_ptr_array_unref(argv);
    return ok;
}

/* ---- info ---- */

static char *
text(const json_t *object, const char *member)
{
    return g_strdup(json_string_value(json_object_get(object, member)));
}

static GPtrArray *
read_snapshots(const json_t *list)
{
    GPtrArray *snapshots = g_ptr_array_new_with_free_func((GDestroyNotify)vm_image_snapshot_free);
    for (gsize i = 0; i < json_array_size(list); i++) {
        const json_t *entry = json_array_get(list, i);
        VmImageSnapshot *snapshot = g_new0(VmImageSnapshot, 1);
        snapshot->id = text(entry, "id");
        snapshot->name = text(entry, "name");
        snapshot->vm_state_size =
            (guint64)json_integer_value(json_object_get(entry, "vm-state-size"));
        g_ptr_array_add(snapshots, snapshot);
    }
    return snapshots;
}

static GPtrArray *
read_bitmaps(const json_t *specific)
{
    const json_t *list = json_object_get(json_object_get(specific, "data"), "bitmaps");
    GPtrArray *bitmaps = g_ptr_array_new_with_free_func(g_free);
    for (gsize i = 0; i < json_array_size(list); i++)
        g_ptr_array_add(bitmaps, text(json_array_get(list, i), "name"));
    return bitmaps;
}

static VmImageInfo *
read_info(const json_t *object)
{
    VmImageInfo *info = g_new0(VmImageInfo, 1);
    info->format = text(object, "format");
    info->virtual_size = (guint64)json_integer_value(json_object_get(object, "virtual-size"));
    info->backing = text(object, "full-backing-filename");
    if (info->backing == NULL)
        info->backing = text(object, "backing-filename");
    info->backing_format = text(object, "backing-filename-format");
    info->snapshots = read_snapshots(json_object_get(object, "snapshots"));
    info->bitmaps = read_bitmaps(json_object_get(object, "format-specific"));
    info->data_outside =
        json_object_get(json_object_get(json_object_get(object, "format-specific"), "data"),
                        "data-file") != NULL;
    return info;
}

/* What a qcow2 image says itself, where all of it is understood: a hundred times as fast as a
 * process, and it is asked before every change. */
static VmImageInfo *
read_qcow2(const char *path)
{
    g_autoptr(Qcow2Reader) reader = qcow2_reader_open(path, FALSE);
    if (reader == NULL || !qemu_image_header_is_sound(reader))
        return NULL;
    VmImageInfo *info = g_new0(VmImageInfo, 1);
    info->format = g_strdup("qcow2");
    info->virtual_size = reader->size;
    info->backing = g_strdup(reader->backing);
    info->backing_format = g_strdup(reader->backing_format);
    info->snapshots = g_ptr_array_new_with_free_func((GDestroyNotify)vm_image_snapshot_free);
    for (guint i = 0; i < reader->snapshots->len; i++) {
        const Qcow2Snapshot *entry = g_ptr_array_index(reader->snapshots, i);
        VmImageSnapshot *snapshot = g_new0(VmImageSnapshot, 1);
        snapshot->id = g_strdup(entry->id);
        snapshot->name = g_strdup(entry->name);
        snapshot->vm_state_size = entry->vm_state_size;
        g_ptr_array_add(info->snapshots, snapshot);
    }
    info->bitmaps = g_ptr_array_ref(reader->bitmaps);
    return info;
}

static gboolean
is_same(const Sight *sight, const struct stat *file)
{
    return sight->device == file->st_dev && sight->inode == file->st_ino &&
           sight->size == file->st_size && sight->changed.tv_sec == file->st_ctim.tv_sec &&
           sight->changed.tv_nsec == file->st_ctim.tv_nsec;
}

/* Keep what was printed, unless the file is so young that it could change and look the same. */
static void
remember(QemuImages *images, const char *path, const struct stat *file, const char *json)
{
    gint64 age = g_get_real_time() - (gint64)file->st_ctim.tv_sec * G_USEC_PER_SEC -
                 file->st_ctim.tv_nsec / 1000;
    if (age < YOUNG_US)
        return;
    Sight *sight = g_new0(Sight, 1);
    *sight = (Sight){file->st_dev, file->st_ino, file->st_size, file->st_ctim, g_strdup(json)};
    g_hash_table_replace(images->sights, g_strdup(path), sight);
}

static char *
ask_qemu_img(QemuImages *images, const char *path, GError **error)
{
    /* -U: an image that a running guest has open may be looked at, too. */
    const char *argv[] = {"qemu-img", "info", "-U", "--output=json", "--", path, NULL};
    struct stat file = {0};
    gboolean regular = stat(path, &file) == 0 && S_ISREG(file.st_mode);
    const Sight *sight = g_hash_table_lookup(images->sights, path);
    if (regular && sight != NULL && is_same(sight, &file))
        return g_strdup(sight->json);
    char *json = NULL;
    if (run(path, argv, &json, error) && regular)
        remember(images, path, &file, json);
    return json;
}

VmImageInfo *
qemu_images_info(QemuImages *images, const char *path, GError **error)
{
    VmImageInfo *info = read_qcow2(path);
    if (info != NULL)
        return info;
    g_autofree char *json = ask_qemu_img(images, path, error);
    if (json == NULL)
        return NULL;
    json_t *object = json_loads(json, 0, NULL);
    if (json_is_object(object))
        info = read_info(object);
    else
        vm_refuse(error, VIR_ERR_OPERATION_FAILED, "image '%s': qemu-img info printed no JSON",
                  path);
    json_decref(object);
    return info;
}

/* ---- snapshot ---- */

gboolean
qemu_images_snapshot(QemuImages *images, const char *path, VmImageSnapshotVerb verb,
                     const char *tag, GError **error)
{
    static const char *const options[] = {
        [VM_IMAGE_SNAPSHOT_CREATE] = "-c",
        [VM_IMAGE_SNAPSHOT_APPLY] = "-a",
        [VM_IMAGE_SNAPSHOT_DELETE] = "-d",
    };
    const char *argv[] = {"qemu-img", "snapshot", "-q", options[verb], tag, "--", path, NULL};
    (void)images;
    return qemu_image_check(path, error) && run(path, argv, NULL, error);
}

/* ---- rebase ---- */

gboolean
qemu_images_rebase(QemuImages *images, const char *path, const char *backing,
                   const char *backing_format, GError **error)
{
    const char *argv[] = {"qemu-img", "rebase", "-q",           "-u", "-f", "qcow2", "-b",
                          backing,    "-F",     backing_format, "--", path, NULL};
    (void)images;
    return qemu_image_check_backing(backing, path, error) && run(path, argv, NULL, error);
}
