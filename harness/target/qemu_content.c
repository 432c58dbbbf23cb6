/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "harness/target/qemu_content.h"

#include <fcntl.h>
#include <glib/gstdio.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>
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
    QemuContent *content;
} CacheEntry;

/* A disk that an instance has open for writing. */
typedef struct {
    char *path;
    char *instance;
    char *node;
} LiveDisk;

/* What a file's header names, for as long as the file is as it was. */
typedef struct {
    char *facts;
    char *backing;
    gboolean plain; /* the one below is to be taken for plain bytes */
} Layer;

/* What can tell that one of the layers is another than it was. */
typedef struct {
    char *text;
    gint64 latest; /* last change, nanoseconds */
} Signature;

struct QemuContentCache {
    VmHypervisor *hypervisor;
    int folder;
    char *socket_path; /* by way of the folder, as that may have a long name */
    char *scratch;
    GHashTable *entries; /* "PATH@TAG" → CacheEntry * */
    GHashTable *layers;  /* path → Layer * */
    guint guest_serial;
    /* of this look: */
    GPtrArray *live;        /* of LiveDisk * */
    GHashTable *signatures; /* path → Signature * */
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

static void
layer_free(gpointer data)
{
    Layer *layer = data;
    g_free(layer->facts);
    g_free(layer->backing);
    g_free(layer);
}

static void
signature_free(gpointer data)
{
    Signature *signature = data;
    g_free(signature->text);
    g_free(signature);
}

static void
live_disk_free(gpointer data)
{
    LiveDisk *disk = data;
    g_free(disk->path);
    g_free(disk->instance);
    g_free(disk->node);
    g_free(disk);
}

QemuContentCache *
qemu_content_cache_new(VmHypervisor *hypervisor, const char *scratch)
{
    QemuContentCache *cache = g_new0(QemuContentCache, 1);
    cache->hypervisor = hypervisor;
    cache->folder = open(scratch, O_PATH | O_DIRECTORY | O_CLOEXEC);
    cache->socket_path = g_strdup_printf("/proc/self/fd/%d/" SOCKET, cache->folder);
    cache->scratch = g_strdup(scratch);
    cache->entries = g_hash_table_new_full(g_str_hash, g_str_equal, g_free, entry_free);
    cache->layers = g_hash_table_new_full(g_str_hash, g_str_equal, g_free, layer_free);
    cache->live = g_ptr_array_new_with_free_func(live_disk_free);
    cache->signatures = g_hash_table_new_full(g_str_hash, g_str_equal, g_free, signature_free);
    return cache;
}

void
qemu_content_cache_free(QemuContentCache *cache)
{
    if (cache == NULL)
        return;
    g_unlink(cache->socket_path);
    if (cache->folder >= 0)
        close(cache->folder);
    g_free(cache->socket_path);
    g_free(cache->scratch);
    g_hash_table_unref(cache->entries);
    g_hash_table_unref(cache->layers);
    g_ptr_array_unref(cache->live);
    g_hash_table_unref(cache->signatures);
    g_free(cache);
}

void
qemu_content_cache_note_guest(QemuContentCache *cache)
{
    cache->guest_serial++;
}

/* ---- disks in use ---- */

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
        LiveDisk *disk = g_new0(LiveDisk, 1);
        disk->path = g_strdup(path);
        disk->instance = g_strdup(instance);
        disk->node = g_strdup(json_string_value(json_object_get(node, "node-name")));
        g_ptr_array_add(disks, disk);
    }
    json_decref(nodes);
}

void
qemu_content_cache_begin(QemuContentCache *cache, QemuLooks *looks)
{
    g_autoptr(GPtrArray) names = qemu_hypervisor_names(cache->hypervisor);
    g_ptr_array_set_size(cache->live, 0);
    g_hash_table_remove_all(cache->signatures);
    for (guint i = 0; i < names->len; i++)
        add_live_disks(cache->live, looks, names->pdata[i]);
}

static const LiveDisk *
find_live(const QemuContentCache *cache, const char *path)
{
    for (guint i = 0; i < cache->live->len; i++) {
        const LiveDisk *disk = cache->live->pdata[i];
        if (strcmp(disk->path, path) == 0)
            return disk;
    }
    return NULL;
}

/* ---- reading ---- */

static gboolean
look(const QemuContentCache *cache, const LiveDisk *disk, const char *command, json_t *arguments)
{
    return qemu_hypervisor_look(cache->hypervisor, disk->instance, command, arguments, NULL, NULL);
}

/* The server is there for as long as this takes: the driver may want one of its own. */
static char *
read_live(const QemuContentCache *cache, const LiveDisk *disk)
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
read_content(const QemuContentCache *cache, const char *path, const char *tag)
{
    g_autoptr(GPtrArray) layers = disk_chain_open(path);
    if (layers == NULL)
        return NULL;
    Qcow2Reader *top = g_ptr_array_index(layers, 0);
    const Qcow2Snapshot *snapshot = tag != NULL ? qcow2_reader_snapshot(top, tag) : NULL;
    const LiveDisk *disk = tag == NULL ? find_live(cache, path) : NULL;
    if (tag != NULL && snapshot == NULL)
        return NULL;
    QemuContent *content = g_new0(QemuContent, 1);
    content->size = snapshot != NULL ? snapshot->disk_size : top->size;
    content->digest = disk != NULL ? read_live(cache, disk) : disk_chain_digest(layers, snapshot);
    if (content->digest == NULL && disk == NULL)
        content->digest = disk_converted_digest(path, snapshot, cache->scratch, NULL);
    if (snapshot != NULL)
        content->memory = read_snapshot_memory(top, snapshot);
    else if (!top->qcow2)
        content->memory = read_saved_memory(path);
    return content;
}

/* ---- the cache ---- */

/* The layer of a path, looked at again where its file has changed. */
static const Layer *
layer_of(QemuContentCache *cache, const char *path, gboolean plain, const char *facts)
{
    Layer *layer = g_hash_table_lookup(cache->layers, path);
    if (layer != NULL && strcmp(layer->facts, facts) == 0)
        return layer;
    g_autoptr(Qcow2Reader) reader = qcow2_reader_open(path, plain);
    if (reader == NULL)
        return NULL;
    layer = g_new0(Layer, 1);
    layer->facts = g_strdup(facts);
    layer->backing = g_strdup(reader->backing);
    layer->plain = g_strcmp0(reader->backing_format, "raw") == 0;
    g_hash_table_replace(cache->layers, g_strdup(path), layer);
    return layer;
}

/* Of the layers from a path downwards; NULL where one is missing.  `depth` ends a loop. */
static const Signature *
signature_of(QemuContentCache *cache, const char *path, gboolean plain, guint depth)
{
    const Signature *known = g_hash_table_lookup(cache->signatures, path);
    struct stat info;
    if (known != NULL || depth > DISK_CHAIN_MAX || stat(path, &info) < 0)
        return known;
    gint64 changed = (gint64)info.st_mtim.tv_sec * 1000000000 + info.st_mtim.tv_nsec;
    g_autofree char *facts =
        g_strdup_printf("%" G_GUINT64_FORMAT ":%" G_GUINT64_FORMAT ":%" G_GINT64_FORMAT ":%d",
                        (guint64)info.st_ino, (guint64)info.st_size, changed, plain);
    const Layer *layer = layer_of(cache, path, plain, facts);
    g_autofree char *backing = layer != NULL ? g_strdup(layer->backing) : NULL;
    const Signature *below =
        backing != NULL ? signature_of(cache, backing, layer->plain, depth + 1) : NULL;
    if (layer == NULL || (backing != NULL && below == NULL))
        return NULL;
    g_autofree char *both = g_strconcat(facts, " ", below != NULL ? below->text : "", NULL);
    Signature *signature = g_new0(Signature, 1);
    signature->text = g_compute_checksum_for_string(G_CHECKSUM_SHA1, both, -1);
    signature->latest = below != NULL ? MAX(changed, below->latest) : changed;
    g_hash_table_insert(cache->signatures, g_strdup(path), signature);
    return signature;
}

static void
keep(QemuContentCache *cache, char *key, char *signature, const QemuContent *content)
{
    CacheEntry *entry = g_new0(CacheEntry, 1);
    entry->signature = signature;
    entry->content = content_copy(content);
    g_hash_table_replace(cache->entries, key, entry);
}

QemuContent *
qemu_content_look(QemuContentCache *cache, const char *path, const char *tag)
{
    const Signature *layers = signature_of(cache, path, FALSE, 0);
    const LiveDisk *disk = tag == NULL ? find_live(cache, path) : NULL;
    if (layers == NULL)
        return NULL;
    g_autofree char *key = g_strdup_printf("%s@%s", path, tag != NULL ? tag : "");
    g_autofree char *signature = disk == NULL
                                     ? g_strdup(layers->text)
                                     : g_strdup_printf("%s %s %s %u", layers->text, disk->instance,
                                                       disk->node, cache->guest_serial);
    const CacheEntry *known = g_hash_table_lookup(cache->entries, key);
    if (known != NULL && strcmp(known->signature, signature) == 0)
        return content_copy(known->content);
    gboolean settled = g_get_real_time() * 1000 - layers->latest > CLOCK_STEP_NS;
    QemuContent *content = read_content(cache, path, tag);
    /* one more change would perhaps not show */
    if (content != NULL && settled)
        keep(cache, g_steal_pointer(&key), g_steal_pointer(&signature), content);
    return content;
}
