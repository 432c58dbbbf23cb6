/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "harness/target/qemu_content.h"

#include <glib/gstdio.h>
#include <string.h>
#include <sys/stat.h>
#include "harness/qemu/disk_content.h"
#include "harness/qemu/guest_memory.h"
#include "harness/qemu/hypervisor.h"

#define SAVE_MAGIC "virt-moment-save"
#define EXPORT "oracle"
#define SOCKET "nbd"
/* A file may be written again without a new time of change: the kernel's clock for these steps. */
#define CLOCK_STEP_NS (20 * 1000000)

typedef struct {
    char *signature;
    gboolean settled; /* a later change would show in the signature */
    QemuContent *content;
} CacheEntry;

struct QemuContentCache {
    VmHypervisor *hypervisor;
    char *socket_path;
    GHashTable *entries; /* "PATH@TAG" → CacheEntry * */
    guint guest_serial;
};

void
qemu_content_free(QemuContent *content)
{
    if (content == NULL)
        return;
    g_free(content->digest);
    g_free(content->memory);
    g_free(content);
}

static QemuContent *
content_copy(const QemuContent *content)
{
    QemuContent *copy = g_new0(QemuContent, 1);
    copy->digest = g_strdup(content->digest);
    copy->memory = g_strdup(content->memory);
    copy->size = content->size;
    return copy;
}

static void
entry_free(gpointer data)
{
    CacheEntry *entry = data;
    g_free(entry->signature);
    qemu_content_free(entry->content);
    g_free(entry);
}

QemuContentCache *
qemu_content_cache_new(VmHypervisor *hypervisor, const char *scratch)
{
    QemuContentCache *cache = g_new0(QemuContentCache, 1);
    cache->hypervisor = hypervisor;
    cache->socket_path = g_build_filename(scratch, SOCKET, NULL);
    cache->entries = g_hash_table_new_full(g_str_hash, g_str_equal, g_free, entry_free);
    return cache;
}

void
qemu_content_cache_free(QemuContentCache *cache)
{
    if (cache == NULL)
        return;
    g_unlink(cache->socket_path);
    g_free(cache->socket_path);
    g_hash_table_unref(cache->entries);
    g_free(cache);
}

void
qemu_content_cache_note_guest(QemuContentCache *cache)
{
    cache->guest_serial++;
}

/* ---- disks in use ---- */

static void
live_disk_free(gpointer data)
{
    QemuLiveDisk *disk = data;
    g_free(disk->path);
    g_free(disk->instance);
    g_free(disk->node);
    g_free(disk);
}

static gboolean
is_format_node(const json_t *node)
{
    const char *driver = json_string_value(json_object_get(node, "drv"));
    return g_strcmp0(driver, "qcow2") == 0 || g_strcmp0(driver, "raw") == 0;
}

static void
add_live_disks(GPtrArray *disks, QemuLooks *looks, const char *instance)
{
    json_t *nodes = qemu_looks_ask(looks, instance, "query-named-block-nodes"), *node;
    gsize i;
    json_array_foreach(nodes, i, node)
    {
        const char *path = json_string_value(json_object_get(node, "file"));
        if (path == NULL || !is_format_node(node) || json_is_true(json_object_get(node, "ro")))
            continue;
        QemuLiveDisk *disk = g_new0(QemuLiveDisk, 1);
        disk->path = g_strdup(path);
        disk->instance = g_strdup(instance);
        disk->node = g_strdup(json_string_value(json_object_get(node, "node-name")));
        g_ptr_array_add(disks, disk);
    }
    json_decref(nodes);
}

GPtrArray *
qemu_live_disks(VmHypervisor *hypervisor, QemuLooks *looks)
{
    GPtrArray *disks = g_ptr_array_new_with_free_func(live_disk_free);
    g_autoptr(GPtrArray) names = qemu_hypervisor_names(hypervisor);
    for (guint i = 0; i < names->len; i++)
        add_live_disks(disks, looks, names->pdata[i]);
    return disks;
}

static const QemuLiveDisk *
find_live(const GPtrArray *live, const char *path)
{
    for (guint i = 0; i < live->len; i++) {
        const QemuLiveDisk *disk = live->pdata[i];
        if (strcmp(disk->path, path) == 0)
            return disk;
    }
    return NULL;
}

/* ---- reading ---- */

static gboolean
look(const QemuContentCache *cache, const QemuLiveDisk *disk, const char *command,
     json_t *arguments)
{
    return qemu_hypervisor_look(cache->hypervisor, disk->instance, command, arguments, NULL, NULL);
}

/* The server is there for as long as this takes: the driver may want one of its own. */
static char *
read_live(const QemuContentCache *cache, const QemuLiveDisk *disk)
{
    char *digest = NULL;
    g_unlink(cache->socket_path);
    if (!look(cache, disk, "nbd-server-start",
              json_pack("{s:{s:s, s:{s:s}}}", "addr", "type", "unix", "data", "path", SOCKET)))
        return NULL;
    if (look(cache, disk, "block-export-add",
             json_pack("{s:s, s:s, s:s, s:s}", "type", "nbd", "id", EXPORT, "node-name", disk->node,
                       "name", "")))
        digest = disk_nbd_digest(cache->socket_path, NULL);
    look(cache, disk, "nbd-server-stop", NULL); /* its exports go with it */
    return digest;
}

static char *
read_saved_memory(const char *path)
{
    g_autoptr(GMappedFile) file = g_mapped_file_new(path, FALSE, NULL);
    if (file == NULL || g_mapped_file_get_length(file) < strlen(SAVE_MAGIC) ||
        memcmp(g_mapped_file_get_contents(file), SAVE_MAGIC, strlen(SAVE_MAGIC)) != 0)
        return NULL;
    g_autoptr(GBytes) bytes = g_mapped_file_get_bytes(file);
    return guest_memory_find_digest(bytes);
}

static char *
read_snapshot_memory(Qcow2Reader *layer, const Qcow2Snapshot *snapshot)
{
    g_autoptr(GBytes) state = qcow2_reader_vm_state(layer, snapshot);
    return state == NULL ? NULL : guest_memory_find_digest(state);
}

static QemuContent *
read_content(const QemuContentCache *cache, const GPtrArray *live, const char *path,
             const char *tag)
{
    g_autoptr(GPtrArray) layers = disk_chain_open(path);
    if (layers == NULL)
        return NULL;
    Qcow2Reader *top = g_ptr_array_index(layers, 0);
    const Qcow2Snapshot *snapshot = tag != NULL ? qcow2_reader_snapshot(top, tag) : NULL;
    const QemuLiveDisk *disk = tag == NULL ? find_live(live, path) : NULL;
    if (tag != NULL && snapshot == NULL)
        return NULL;
    QemuContent *content = g_new0(QemuContent, 1);
    content->size = snapshot != NULL ? snapshot->disk_size : top->size;
    content->digest = disk != NULL ? read_live(cache, disk) : disk_chain_digest(layers, snapshot);
    if (snapshot != NULL)
        content->memory = read_snapshot_memory(top, snapshot);
    else if (!top->qcow2)
        content->memory = read_saved_memory(path);
    return content;
}

/* ---- the cache ---- */

/* What can tell that one of the layers is another than it was; *latest is the last change. */
static char *
signature_of(const QemuContentCache *cache, const GPtrArray *layers, const QemuLiveDisk *disk,
             gint64 *latest)
{
    GString *text = g_string_new(NULL);
    *latest = 0;
    for (guint i = 0; i < layers->len; i++) {
        const Qcow2Reader *layer = layers->pdata[i];
        struct stat info;
        if (fstat(layer->fd, &info) < 0)
            continue;
        gint64 changed = (gint64)info.st_mtim.tv_sec * 1000000000 + info.st_mtim.tv_nsec;
        *latest = MAX(*latest, changed);
        g_string_append_printf(text,
                               "%" G_GUINT64_FORMAT ":%" G_GUINT64_FORMAT ":%" G_GINT64_FORMAT " ",
                               (guint64)info.st_ino, (guint64)info.st_size, changed);
    }
    if (disk != NULL)
        g_string_append_printf(text, "%s %s %u", disk->instance, disk->node, cache->guest_serial);
    return g_string_free(text, FALSE);
}

static QemuContent *
look_again(QemuContentCache *cache, const GPtrArray *live, const char *path, const char *tag,
           char **key)
{
    gint64 latest = 0;
    g_autoptr(GPtrArray) layers = disk_chain_open(path);
    if (layers == NULL)
        return NULL;
    const QemuLiveDisk *disk = tag == NULL ? find_live(live, path) : NULL;
    g_autofree char *signature = signature_of(cache, layers, disk, &latest);
    const CacheEntry *known = g_hash_table_lookup(cache->entries, *key);
    if (known != NULL && known->settled && strcmp(known->signature, signature) == 0)
        return content_copy(known->content);
    gboolean settled = g_get_real_time() * 1000 - latest > CLOCK_STEP_NS;
    QemuContent *content = read_content(cache, live, path, tag);
    if (content == NULL)
        return NULL;
    CacheEntry *entry = g_new0(CacheEntry, 1);
    entry->signature = g_steal_pointer(&signature);
    entry->settled = settled;
    entry->content = content_copy(content);
    g_hash_table_replace(cache->entries, g_steal_pointer(key), entry);
    return content;
}

QemuContent *
qemu_content_look(QemuContentCache *cache, const GPtrArray *live, const char *path, const char *tag)
{
    g_autofree char *key = g_strdup_printf("%s@%s", path, tag != NULL ? tag : "");
    return look_again(cache, live, path, tag, &key);
}
