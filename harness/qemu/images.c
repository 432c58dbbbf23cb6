/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "harness/qemu/images.h"

#include <string.h>
#include "harness/qemu/process.h"

struct QemuImages {
    guint runs; /* of qemu-img */
};

QemuImages *
qemu_images_new(void)
{
    return g_new0(QemuImages, 1);
}

void
qemu_images_free(QemuImages *images)
{
    g_free(images);
}

/* Run qemu-img; argv's end is found by its NULL. */
static gboolean
run(QemuImages *images, const char *path, const char *const *argv, char **out, GError **error)
{
    g_autoptr(GError) failure = NULL;
    images->runs++;
    if (qemu_process_run(argv, NULL, out, &failure))
        return TRUE;
    return vm_refuse(error, VIR_ERR_OPERATION_FAILED, "image '%s': %s", path, failure->message);
}

/* ---- create ---- */

gboolean
qemu_images_create(QemuImages *images, const QemuImageWish *wish, GError **error)
{
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
    gboolean ok = run(images, wish->path, (const char *const *)argv->pdata, NULL, error);
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
    return info;
}

VmImageInfo *
qemu_images_info(QemuImages *images, const char *path, GError **error)
{
    /* -U: an image that a running guest has open may be looked at, too. */
    const char *argv[] = {"qemu-img", "info", "-U", "--output=json", "--", path, NULL};
    g_autofree char *out = NULL;
    if (!run(images, path, argv, &out, error))
        return NULL;
    json_t *object = json_loads(out, 0, NULL);
    VmImageInfo *info = NULL;
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
    return run(images, path, argv, NULL, error);
}
