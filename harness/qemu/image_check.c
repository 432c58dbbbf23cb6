/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "harness/qemu/image_check.h"

#include <string.h>
#include <sys/stat.h>
#include <unistd.h>
#include "spec/api/error.h"

#define OFFSET_MASK G_GUINT64_CONSTANT(0x00fffffffffffe00)
#define COMPRESSED (G_GUINT64_CONSTANT(1) << 62)
#define ZERO G_GUINT64_CONSTANT(1)
#define SNAPSHOT_COUNT_AT 60
#define SNAPSHOT_TABLE_AT 64

/* A file, whatever it is called. */
typedef struct {
    dev_t device;
    ino_t inode;
} FileKey;

/* A layer being looked at. */
typedef struct {
    const Qcow2Reader *reader;
    guint64 end;        /* size of the file */
    GHashTable *tables; /* guint64 *: offsets of L2 tables that were looked at */
    guint64 *entries;   /* of one L2 table */
} Scan;

/* ---- length ---- */

static gboolean
read_table(const Scan *scan, guint64 *entries, gsize count, guint64 offset)
{
    ssize_t size = (ssize_t)(count * sizeof(guint64));
    return pread(scan->reader->fd, entries, (gsize)size, (off_t)offset) == size;
}

static gboolean
is_aligned(const Scan *scan, guint64 offset)
{
    return (offset & ((G_GUINT64_CONSTANT(1) << scan->reader->cluster_bits) - 1)) == 0;
}

/* Whether what an entry of an L2 table refers to is a cluster that begins within the file; the last
 * one of a file may be short. */
static gboolean
entry_is_there(const Scan *scan, guint64 entry)
{
    guint64 place = entry & OFFSET_MASK;
    guint compressed_bits = 62 - (scan->reader->cluster_bits - 8);
    if ((entry & COMPRESSED) != 0)
        return (entry & ((G_GUINT64_CONSTANT(1) << compressed_bits) - 1)) < scan->end;
    return (entry & ZERO) != 0 || place == 0 || (is_aligned(scan, place) && place < scan->end);
}

static gboolean
l2_is_there(const Scan *scan, guint64 offset)
{
    gsize count = (gsize)1 << (scan->reader->cluster_bits - 3);
    if (offset == 0 || g_hash_table_contains(scan->tables, &offset))
        return TRUE;
    g_hash_table_add(scan->tables, g_memdup2(&offset, sizeof(offset)));
    if (!is_aligned(scan, offset) || !read_table(scan, scan->entries, count, offset))
        return FALSE;
    for (gsize i = 0; i < count; i++) {
        if (!entry_is_there(scan, GUINT64_FROM_BE(scan->entries[i])))
            return FALSE;
    }
    return TRUE;
}

static gboolean
l1_is_there(const Scan *scan, guint64 offset, guint32 count)
{
    if (offset > scan->end || (guint64)count * sizeof(guint64) > scan->end - offset)
        return FALSE;
    g_autofree guint64 *entries = g_new(guint64, count);
    gboolean there = read_table(scan, entries, count, offset);
    for (guint32 i = 0; there && i < count; i++)
        there = l2_is_there(scan, GUINT64_FROM_BE(entries[i]) & OFFSET_MASK);
    return there;
}

static gboolean
all_is_there(const Qcow2Reader *reader, guint64 size)
{
    Scan scan = {reader, size, g_hash_table_new_full(g_int64_hash, g_int64_equal, g_free, NULL),
                 g_malloc((gsize)1 << reader->cluster_bits)};
    gboolean there = l1_is_there(&scan, reader->l1_offset, reader->l1_entries);
    for (guint i = 0; there && i < reader->snapshots->len; i++) {
        const Qcow2Snapshot *snapshot = g_ptr_array_index(reader->snapshots, i);
        there = l1_is_there(&scan, snapshot->l1_offset, snapshot->l1_entries);
    }
    g_hash_table_unref(scan.tables);
    g_free(scan.entries);
    return there;
}

static gboolean
check_layer(const char *path, const Qcow2Reader *layer, const struct stat *file, GError **error)
{
    if (!layer->qcow2 || !layer->readable || all_is_there(layer, (guint64)file->st_size))
        return TRUE;
    return vm_refuse(error, VIR_ERR_OPERATION_FAILED,
                     "image '%s' is truncated or corrupt: its tables refer to what is not there",
                     path);
}

/* ---- the header ---- */

/* Whether as many snapshots could be read as the header counts, where a table may lie. */
static gboolean
snapshots_are_there(const Qcow2Reader *reader)
{
    guint32 count = 0;
    guint64 offset = 0;
    if (pread(reader->fd, &count, sizeof(count), SNAPSHOT_COUNT_AT) != sizeof(count) ||
        pread(reader->fd, &offset, sizeof(offset), SNAPSHOT_TABLE_AT) != sizeof(offset))
        return FALSE;
    guint64 cluster = G_GUINT64_CONSTANT(1) << reader->cluster_bits;
    return reader->snapshots->len == GUINT32_FROM_BE(count) &&
           (count == 0 || GUINT64_FROM_BE(offset) % cluster == 0);
}

gboolean
qemu_image_header_is_sound(const Qcow2Reader *reader)
{
    struct stat file;
    guint64 l1_bytes = (guint64)reader->l1_entries * sizeof(guint64);
    return reader->qcow2 && reader->readable && fstat(reader->fd, &file) == 0 &&
           reader->l1_offset + l1_bytes <= (guint64)file.st_size && snapshots_are_there(reader);
}

/* ---- the chain ---- */

/* Note a file; FALSE where it was noted before. */
static gboolean
note(GArray *seen, const struct stat *file)
{
    FileKey key = {file->st_dev, file->st_ino};
    for (guint i = 0; i < seen->len; i++) {
        const FileKey *other = &g_array_index(seen, FileKey, i);
        if (other->device == key.device && other->inode == key.inode)
            return FALSE;
    }
    g_array_append_val(seen, key);
    return TRUE;
}

static gboolean
check_chain(const char *top, GArray *seen, GError **error)
{
    g_autofree char *path = g_strdup(top);
    gboolean plain = FALSE;
    while (path != NULL) {
        g_autoptr(Qcow2Reader) layer = qcow2_reader_open(path, plain);
        struct stat file;
        if (layer == NULL || fstat(layer->fd, &file) < 0)
            return TRUE;
        if (!note(seen, &file))
            return vm_refuse(error, VIR_ERR_OPERATION_FAILED,
                             "image '%s' has a backing chain that comes back to '%s'", top, path);
        if (!check_layer(path, layer, &file, error))
            return FALSE;
        plain = g_strcmp0(layer->backing_format, "raw") == 0;
        g_free(path);
        path = g_steal_pointer(&layer->backing);
    }
    return TRUE;
}

gboolean
qemu_image_check(const char *path, GError **error)
{
    g_autoptr(GArray) seen = g_array_new(FALSE, FALSE, sizeof(FileKey));
    return check_chain(path, seen, error);
}

gboolean
qemu_image_check_backing(const char *backing, const char *path, GError **error)
{
    g_autoptr(GArray) seen = g_array_new(FALSE, FALSE, sizeof(FileKey));
    struct stat file;
    if (stat(path, &file) == 0)
        note(seen, &file);
    return check_chain(backing, seen, error);
}

gboolean
qemu_image_check_config(const json_t *config, GError **error)
{
    const json_t *nodes = json_object_get(config, "blockdev");
    for (gsize i = 0; i < json_array_size(nodes); i++) {
        const json_t *node = json_array_get(nodes, i);
        const char *format = json_string_value(json_object_get(node, "driver"));
        const char *path =
            json_string_value(json_object_get(json_object_get(node, "file"), "filename"));
        if (g_strcmp0(format, "qcow2") == 0 && path != NULL && !qemu_image_check(path, error))
            return FALSE;
    }
    return TRUE;
}
