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
write_synced(VmStore *store, const char *path, const char *text, GError **error)
{
    VmStoreFile *file = store->ops->create(store, path, error);
    if (file == NULL)
        return FALSE;
    gboolean ok =
        store->ops->write(file, text, strlen(text), error) && store->ops->sync_file(file, error);
    store->ops->close(file);
    return ok;
}

/* A folder and its parents, those that were missing made durable. */
static gboolean
make_folder(VmStore *store, const char *folder, GError **error)
{
    if (vm_store_kind(store, folder) != VM_FILE_MISSING)
        return TRUE;
    g_autofree char *parent = g_path_get_dirname(folder);
    if (strcmp(parent, folder) == 0)
        return TRUE;
    return make_folder(store, parent, error) && store->ops->mkdir(store, folder, error) &&
           store->ops->sync_dir(store, parent, error);
}

gboolean
vm_store_replace(VmStore *store, const char *path, const char *text, GError **error)
{
    g_autofree char *folder = g_path_get_dirname(path);
    if (!make_folder(store, folder, error))
        return FALSE;

    g_autofree char *temporary = g_strconcat(path, ".new", NULL);
    if (!write_synced(store, temporary, text, error) ||
        !store->ops->rename(store, temporary, path, error)) {
        store->ops->unlink(store, temporary, NULL);
        return FALSE;
    }
    return store->ops->sync_dir(store, folder, error);
}

gboolean
vm_store_remove(VmStore *store, const char *path, GError **error)
{
    if (vm_store_kind(store, path) == VM_FILE_MISSING)
        return TRUE;
    if (!store->ops->unlink(store, path, error))
        return FALSE;
    g_autofree char *folder = g_path_get_dirname(path);
    return store->ops->sync_dir(store, folder, error);
}
