/* SPDX-License-Identifier: LGPL-2.1-or-later
 *
 * What every store can do with the operations that it implements.
 */
#include "spec/driver/store.h"
#include <string.h>

/* A file that is replaced or removed: its folder, and its name there while it is not it. */
typedef struct {
    const char *path;
    const char *folder;
    const char *aside;
    char *names;
} Place;

static Place
place_of(const char *path, const char *suffix)
{
    const char *slash = strrchr(path, '/');
    g_assert(slash != NULL && slash[1] != '\0');
    gsize folder = MAX((gsize)(slash - path), 1), length = strlen(path);
    Place place = {path, .names = g_malloc(folder + length + strlen(suffix) + 2)};
    place.folder = place.names;
    char *end = mempcpy(place.names, path, folder);
    *end = '\0';
    place.aside = end + 1;
    stpcpy(mempcpy(end + 1, path, length), suffix);
    return place;
}

static void
place_clear(Place *place)
{
    g_free(place->names);
}
G_DEFINE_AUTO_CLEANUP_CLEAR_FUNC(Place, place_clear)

VmFileKind
vm_store_kind(VmStore *store, const char *path)
{
    VmFileStat st = {VM_FILE_MISSING, 0};
    if (!store->ops->stat(store, path, &st, NULL))
        return VM_FILE_MISSING;
    return st.kind;
}

char *
vm_store_read_text(VmStore *store, const char *path, gsize max, GError **error)
{
    g_autoptr(GBytes) bytes = store->ops->read(store, path, max, error);
    if (bytes == NULL)
        return NULL;
    gsize length = 0;
    const char *data = g_bytes_get_data(bytes, &length);
    char *text = g_malloc(length + 1);
    if (length > 0)
        memcpy(text, data, length);
    text[length] = '\0';
    return text;
}

static gboolean
write_text(VmStore *store, const char *path, const char *text, gboolean synced, GError **error)
{
    VmStoreFile *file = store->ops->create(store, path, error);
    if (file == NULL)
        return FALSE;
    gboolean ok = store->ops->write(file, text, strlen(text), error) &&
                  (!synced || store->ops->sync_file(file, error));
    store->ops->close(file);
    return ok;
}

gboolean
vm_store_make_folder(VmStore *store, const char *folder, GError **error)
{
    if (vm_store_kind(store, folder) != VM_FILE_MISSING)
        return TRUE;
    g_autofree char *parent = g_path_get_dirname(folder);
    if (strcmp(parent, folder) == 0)
        return TRUE;
    return vm_store_make_folder(store, parent, error) && store->ops->mkdir(store, folder, error) &&
           store->ops->sync_dir(store, parent, error);
}

gboolean
vm_store_sync_content(VmStore *store, const char *path, GError **error)
{
    VmStoreFile *file = store->ops->open(store, path, 0, error);
    if (file == NULL)
        return FALSE;
    gboolean ok = store->ops->sync_file(file, error);
    store->ops->close(file);
    return ok;
}

gboolean
vm_store_sync(VmStore *store, const char *path, GError **error)
{
    g_autofree char *folder = g_path_get_dirname(path);
    return vm_store_sync_content(store, path, error) && store->ops->sync_dir(store, folder, error);
}

#define NEW ".new"
#define GONE ".gone"

void
vm_store_abandon(VmStore *store, const char *path)
{
    g_auto(Place) place = place_of(path, NEW);
    store->ops->unlink(store, place.aside, NULL);
}

static gboolean
write_new(VmStore *store, const Place *place, const char *text, gboolean synced, GError **error)
{
    if (write_text(store, place->aside, text, synced, error))
        return TRUE;
    store->ops->unlink(store, place->aside, NULL);
    return FALSE;
}

static gboolean
take_place(VmStore *store, const Place *place, GError **error)
{
    if (store->ops->rename(store, place->aside, place->path, error))
        return TRUE;
    store->ops->unlink(store, place->aside, NULL);
    return FALSE;
}

/* What was there before becomes visible again: NULL for nothing. */
static void
put_back(VmStore *store, const Place *place, const char *former)
{
    if (former == NULL)
        store->ops->unlink(store, place->path, NULL);
    else if (write_new(store, place, former, TRUE, NULL))
        take_place(store, place, NULL);
}

/* The folder is nearly always there: it is looked for where the file cannot be written. */
static gboolean
write_with_folder(VmStore *store, const Place *place, const char *text, gboolean synced,
                  GError **error)
{
    g_autoptr(GError) failure = NULL;
    if (write_new(store, place, text, synced, &failure))
        return TRUE;
    if (vm_store_kind(store, place->folder) != VM_FILE_MISSING) {
        g_propagate_error(error, g_steal_pointer(&failure));
        return FALSE;
    }
    return vm_store_make_folder(store, place->folder, error) &&
           write_new(store, place, text, synced, error);
}

gboolean
vm_store_prepare(VmStore *store, const char *path, const char *text, GError **error)
{
    g_auto(Place) place = place_of(path, NEW);
    return write_with_folder(store, &place, text, TRUE, error);
}

static gboolean
publish(VmStore *store, const Place *place, GError **error)
{
    gboolean fresh = vm_store_kind(store, place->path) == VM_FILE_MISSING;
    g_autofree char *former =
        fresh ? NULL : vm_store_read_text(store, place->path, G_MAXSIZE, NULL);
    if (!take_place(store, place, error))
        return FALSE;
    if (store->ops->sync_dir(store, place->folder, error))
        return TRUE;
    if (fresh || former != NULL)
        put_back(store, place, former);
    return FALSE;
}

gboolean
vm_store_publish(VmStore *store, const char *path, GError **error)
{
    g_auto(Place) place = place_of(path, NEW);
    return publish(store, &place, error);
}

gboolean
vm_store_replace(VmStore *store, const char *path, const char *text, GError **error)
{
    g_auto(Place) place = place_of(path, NEW);
    return write_with_folder(store, &place, text, TRUE, error) && publish(store, &place, error);
}

gboolean
vm_store_replace_either(VmStore *store, const char *path, const char *text, GError **error)
{
    g_auto(Place) place = place_of(path, NEW);
    return write_new(store, &place, text, TRUE, error) && take_place(store, &place, error);
}

gboolean
vm_store_replace_volatile(VmStore *store, const char *path, const char *text, GError **error)
{
    g_auto(Place) place = place_of(path, NEW);
    return write_with_folder(store, &place, text, FALSE, error) && take_place(store, &place, error);
}

/* The name goes first, and durably: as long as that can fail, the file can be put back. */
gboolean
vm_store_remove(VmStore *store, const char *path, GError **error)
{
    if (vm_store_kind(store, path) == VM_FILE_MISSING)
        return TRUE;
    g_auto(Place) place = place_of(path, GONE);
    if (!store->ops->rename(store, path, place.aside, error))
        return FALSE;
    if (store->ops->sync_dir(store, place.folder, error) &&
        store->ops->unlink(store, place.aside, error))
        return TRUE;
    if (store->ops->rename(store, place.aside, path, NULL))
        store->ops->sync_dir(store, place.folder, NULL);
    return FALSE;
}

gboolean
vm_store_drop(VmStore *store, const char *path, GError **error)
{
    g_autofree char *folder = g_path_get_dirname(path);
    g_autoptr(GError) failure = NULL;
    if (!store->ops->unlink(store, path, &failure)) {
        if (vm_store_kind(store, path) != VM_FILE_MISSING) {
            g_propagate_error(error, g_steal_pointer(&failure));
            return FALSE;
        }
        if (vm_store_kind(store, folder) == VM_FILE_MISSING)
            return TRUE;
    }
    return store->ops->sync_dir(store, folder, error);
}

/* Whether a replace or a removal that was cut short has left that. */
static gboolean
is_left(const char *name)
{
    static const char *const leftovers[] = {".xml" NEW,   ".json" NEW,  ".mark" NEW, ".xml" GONE,
                                            ".json" GONE, ".save" GONE, ".mark" GONE};
    if (!g_str_has_suffix(name, NEW) && !g_str_has_suffix(name, GONE))
        return FALSE;
    for (guint i = 0; i < G_N_ELEMENTS(leftovers); i++)
        if (g_str_has_suffix(name, leftovers[i]))
            return TRUE;
    return FALSE;
}

GPtrArray *
vm_store_sweep(VmStore *store, const char *folder, GError **error)
{
    GPtrArray *names = store->ops->list(store, folder, error);
    for (guint i = 0; names != NULL && i < names->len;) {
        const char *name = g_ptr_array_index(names, i);
        g_autofree char *path = is_left(name) ? g_strconcat(folder, "/", name, NULL) : NULL;
        if (path != NULL && store->ops->unlink(store, path, NULL))
            g_ptr_array_remove_index(names, i);
        else
            i++;
    }
    return names;
}
