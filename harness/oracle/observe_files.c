/* SPDX-License-Identifier: LGPL-2.1-or-later
 *
 * Looking at the files of the world: what is as it was is not looked into
 * again, and is the same object as before.
 */
#include "harness/oracle/observe.h"

#include <string.h>

static void
file_unref(ObservedFile *file)
{
    if (--file->refs > 0)
        return;
    g_free(file->path);
    g_free(file->digest);
    json_decref(file->entry);
    observed_image_free(file->image);
    g_free(file);
}

ObservedFile *
observed_file_among(const GPtrArray *files, const char *path)
{
    guint first = 0, end = files ? files->len : 0;

    while (first < end) {
        guint middle = (first + end) / 2;
        ObservedFile *file = g_ptr_array_index(files, middle);
        int order = strcmp(path, file->path);

        if (order == 0)
            return file;
        if (order < 0)
            end = middle;
        else
            first = middle + 1;
    }
    return NULL;
}

typedef struct {
    const ObserveView *view;
    const GPtrArray *former; /* or NULL */
    GPtrArray *files;
    json_t *entry; /* of the file that is visited, or NULL */
} Look;

static gboolean
is_as_before(const Look *look, const ObservedFile *old, const struct vm_file *file)
{
    return old->size == file->size && strcmp(old->kind, file->kind) == 0 &&
           g_strcmp0(old->digest, file->digest) == 0 &&
           (old->entry == look->entry || json_equal(old->entry, look->entry));
}

static void
see(void *data, const struct vm_file *file)
{
    Look *look = data;
    ObservedFile *old = observed_file_among(look->former, file->path);
    ObservedFile *now;

    if (old && is_as_before(look, old, file)) {
        old->refs++;
        g_ptr_array_add(look->files, old);
        return;
    }
    now = g_new0(ObservedFile, 1);
    now->refs = 1;
    now->path = g_strdup(file->path);
    now->kind = g_intern_string(file->kind);
    now->size = file->size;
    now->digest = g_strdup(file->digest);
    now->entry = json_incref(look->entry);
    if (!g_str_has_suffix(file->path, ".xml"))
        now->image = observe_image(look->view, file->path);
    g_ptr_array_add(look->files, now);
}

/* FALSE where the target fails. */
static gboolean
see_all(Look *look)
{
    json_t *files = observe_inspect(look->view, "files", "");
    json_t *entry;
    size_t i;
    gboolean listed = files != NULL;

    json_array_foreach(files, i, entry)
    {
        const char *kind = json_string_value(json_object_get(entry, "kind"));
        struct vm_file file = {
            .path = json_string_value(json_object_get(entry, "path")),
            .kind = kind ? kind : "",
            .size = (guint64)json_integer_value(json_object_get(entry, "size")),
            .digest = json_string_value(json_object_get(entry, "digest")),
        };

        look->entry = entry;
        if (file.path)
            see(look, &file);
    }
    json_decref(files);
    return listed;
}

static int
compare_paths(gconstpointer a, gconstpointer b)
{
    const ObservedFile *const *one = a, *const *other = b;

    return strcmp((*one)->path, (*other)->path);
}

static gboolean
are_same(const GPtrArray *one, const GPtrArray *other)
{
    return one->len == other->len &&
           (!one->len || memcmp(one->pdata, other->pdata, one->len * sizeof(gpointer)) == 0);
}

GPtrArray *
observe_files(const ObserveView *view, GPtrArray *former)
{
    const struct vm_target *target = view->target;
    g_autoptr(GPtrArray) files =
        g_ptr_array_new_full(former ? former->len + 4 : 16, (GDestroyNotify)file_unref);
    Look look = {view, former, files, NULL};
    struct vm_error err = {0};
    gboolean listed = target->visit_files ? target->visit_files(view->conn, see, &look, &err) == 0
                                          : see_all(&look);

    if (!listed)
        return NULL;
    g_ptr_array_sort(files, compare_paths);
    if (former && are_same(files, former))
        return g_ptr_array_ref(former);
    return g_steal_pointer(&files);
}

/* ---- what was seen ---- */

ObservedFile *
observed_file_at(const Observation *world, const char *path)
{
    return path ? observed_file_among(world->files, path) : NULL;
}

gboolean
observed_any_path(const Observation *world, const char *part)
{
    for (guint i = 0; world->files && i < world->files->len; i++) {
        if (strstr(((const ObservedFile *)g_ptr_array_index(world->files, i))->path, part))
            return TRUE;
    }
    return FALSE;
}

gboolean
observed_file(const Observation *world, const char *path)
{
    return !world->files || observed_file_among(world->files, path) != NULL;
}

gboolean
observed_folder_of(const Observation *world, const char *path)
{
    const char *slash = strrchr(path, '/');

    if (!world->files || !slash)
        return TRUE;
    for (guint i = 0; i < world->files->len; i++) {
        const ObservedFile *file = g_ptr_array_index(world->files, i);

        if (strncmp(file->path, path, (gsize)(slash - path) + 1) == 0)
            return TRUE;
    }
    return FALSE;
}

const ObservedImage *
observed_image(const Observation *world, const char *path)
{
    const ObservedFile *file = observed_file_at(world, path);

    return file ? file->image : NULL;
}

const char *
observed_backing(const Observation *world, const char *path)
{
    const ObservedImage *image = observed_image(world, path);

    return image ? image->backing : NULL;
}

const ObservedTag *
observed_tag(const ObservedImage *image, const char *name)
{
    for (guint i = 0; i < image->tags->len; i++) {
        const ObservedTag *tag = &g_array_index(image->tags, ObservedTag, i);

        if (g_strcmp0(tag->name, name) == 0)
            return tag;
    }
    return NULL;
}

guint64
observed_file_size(const Observation *world, const char *path)
{
    const ObservedFile *file = observed_file_at(world, path);

    return file ? file->size : 0;
}

const char *
observed_digest(const Observation *world, const char *path)
{
    const ObservedFile *file = observed_file_at(world, path);

    return file ? file->digest : NULL;
}

static gboolean
lacks_data(const Observation *world, const char *path, const ObservedImage *image)
{
    g_autofree char *data =
        image->data_outside ? g_strconcat(path, OBSERVED_DATA_SUFFIX, NULL) : NULL;

    return data && !observed_file(world, data);
}

/* Images below an image at most; a chain that comes back to itself has more. */
#define CHAIN_MAX 200

gboolean
observed_chain_sound(const Observation *world, const char *path, const char *format)
{
    const ObservedImage *image = observed_image(world, path);

    for (guint depth = 0; image != NULL && g_strcmp0(format, "qcow2") == 0; depth++) {
        if (depth > CHAIN_MAX || (image->format && strcmp(image->format, format) != 0) ||
            image->damaged || lacks_data(world, path, image) ||
            (image->backing && !observed_file(world, image->backing)))
            return FALSE;
        format = image->backing_format;
        path = image->backing;
        image = observed_image(world, path);
    }
    return TRUE;
}
