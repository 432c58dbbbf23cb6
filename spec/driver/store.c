/* SPDX-License-Identifier: LGPL-2.1-or-later
 *
 * What every store can do with the operations that it implements.
 */
#include "spec/driver/store.h"
#include <string.h>

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

static char *
beside(const char *path)
{
    return g_strconcat(path, ".new", NULL);
}

void
vm_store_abandon(VmStore *store, const char *path)
{
    g_autofree char *temporary = beside(path);
    store->ops->unlink(store, temporary, NULL);
}

static gboolean
write_new(VmStore *store, const char *path, const char *text, gboolean synced, GError **error)
{
    g_autofree char *temporary = beside(path);
    if (write_text(store, temporary, text, synced, error))
        return TRUE;
    store->ops->unlink(store, temporary, NULL);
    return FALSE;
}

static gboolean
take_place(VmStore *store, const char *path, GError **error)
{
    g_autofree char *temporary = beside(path);
    if (store->ops->rename(store, temporary, path, error))
        return TRUE;
    store->ops->unlink(store, temporary, NULL);
    return FALSE;
}

static gboolean
write_beside(VmStore *store, const char *path, const char *text, gboolean synced, GError **error)
{
    return write_new(store, path, text, synced, error) && take_place(store, path, error);
}

/* What was there before becomes visible again: NULL for nothing. */
static void
put_back(VmStore *store, const char *path, const char *former)
{
    if (former != NULL)
        write_beside(store, path, former, TRUE, NULL);
    else
        store->ops->unlink(store, path, NULL);
}

/* The folder is nearly always there: it is looked for where the file cannot be written. */
static gboolean
write_with_folder(VmStore *store, const char *path, const char *text, gboolean synced,
                  GError **error)
{
    g_autoptr(GError) failure = NULL;
    if (write_new(store, path, text, synced, &failure))
        return TRUE;
    g_autofree char *folder = g_path_get_dirname(path);
    if (vm_store_kind(store, folder) != VM_FILE_MISSING) {
        g_propagate_error(error, g_steal_pointer(&failure));
        return FALSE;
    }
    return vm_store_make_folder(store, folder, error) &&
           write_new(store, path, text, synced, error);
}

gboolean
vm_store_prepare(VmStore *store, const char *path, const char *text, GError **error)
{
    return write_with_folder(store, path, text, TRUE, error);
}

gboolean
vm_store_publish(VmStore *store, const char *path, GError **error)
{
    g_autofree char *folder = g_path_get_dirname(path);
    gboolean fresh = vm_store_kind(store, path) == VM_FILE_MISSING;
    g_autofree char *former = fresh ? NULL : vm_store_read_text(store, path, G_MAXSIZE, NULL);
    if (!take_place(store, path, error))
        return FALSE;
    if (store->ops->sync_dir(store, folder, error))
        return TRUE;
    if (fresh || former != NULL)
        put_back(store, path, former);
    return FALSE;
}

gboolean
vm_store_replace(VmStore *store, const char *path, const char *text, GError **error)
{
    return vm_store_prepare(store, path, text, error) && vm_store_publish(store, path, error);
}

gboolean
vm_store_replace_either(VmStore *store, const char *path, const char *text, GError **error)
{
    return write_beside(store, path, text, TRUE, error);
}

gboolean
vm_store_replace_volatile(VmStore *store, const char *path, const char *text, GError **error)
{
    return write_with_folder(store, path, text, FALSE, error) && take_place(store, path, error);
}

/* The name goes first, and durably: as long as that can fail, the file can be put back. */
gboolean
vm_store_remove(VmStore *store, const char *path, GError **error)
{
    if (vm_store_kind(store, path) == VM_FILE_MISSING)
        return TRUE;
    g_autofree char *folder = g_path_get_dirname(path);
    g_autofree char *aside = g_strconcat(path, ".gone", NULL);
    if (!store->ops->rename(store, path, aside, error))
        return FALSE;
    if (store->ops->sync_dir(store, folder, error) && store->ops->unlink(store, aside, error))
        return TRUE;
    if (store->ops->rename(store, aside, path, NULL))
        store->ops->sync_dir(store, folder, NULL);
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

void
vm_store_sweep(VmStore *store, const char *folder)
{
    static const char *const leftovers[] = {".xml.new",   ".json.new", ".xml.gone", ".json.gone",
                                            ".save.gone", ".mark.new", ".mark.gone"};
    g_autoptr(GPtrArray) names = store->ops->list(store, folder, NULL);
    for (guint i = 0; names != NULL && i < names->len; i++) {
        const char *name = g_ptr_array_index(names, i);
        for (guint end = 0; end < G_N_ELEMENTS(leftovers); end++) {
            if (!g_str_has_suffix(name, leftovers[end]))
                continue;
            g_autofree char *path = g_strconcat(folder, "/", name, NULL);
            store->ops->unlink(store, path, NULL);
        }
    }
}
