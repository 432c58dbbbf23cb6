/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "harness/qemu/qcow2_reader.h"

#include <fcntl.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#define MAGIC 0x514649fbu
#define HEADER_MAX 104
#define OFFSET_MASK G_GUINT64_CONSTANT(0x00fffffffffffe00)
#define L2_COMPRESSED (G_GUINT64_CONSTANT(1) << 62)
#define L2_ZERO G_GUINT64_CONSTANT(1)
/* An image that was not closed is still sound; any other incompatible feature is not read. */
#define INCOMPATIBLE_DIRTY G_GUINT64_CONSTANT(1)
#define INCOMPATIBLE_DATA_FILE G_GUINT64_CONSTANT(4)
#define INCOMPATIBLE_CORRUPT G_GUINT64_CONSTANT(2)
#define INCOMPATIBLE_KNOWN G_GUINT64_CONSTANT(0x1f)
#define AUTOCLEAR_BITMAPS G_GUINT64_CONSTANT(1)
#define EXTENSION_BACKING_FORMAT 0xe2792acau
#define EXTENSION_BITMAPS 0x23852875u
#define SNAPSHOT_HEAD 40
#define BITMAP_HEAD 24
/* What QEMU itself takes; more is damage, and would keep us busy. */
#define L1_ENTRIES_MAX (4u << 20)
#define LISTED_MAX 65536u
#define VM_STATE_MAX (G_GUINT64_CONSTANT(1) << 30)

static guint32
be32(const guint8 *p)
{
    guint32 value;
    memcpy(&value, p, sizeof(value));
    return GUINT32_FROM_BE(value);
}

static guint64
be64(const guint8 *p)
{
    guint64 value;
    memcpy(&value, p, sizeof(value));
    return GUINT64_FROM_BE(value);
}

static guint16
be16(const guint8 *p)
{
    return (guint16)(p[0] << 8 | p[1]);
}

static gboolean
read_at(int fd, void *to, gsize length, guint64 offset)
{
    return pread(fd, to, length, (off_t)offset) == (ssize_t)length;
}

/* Text of the file; the caller frees it. */
static char *
read_text(int fd, gsize length, guint64 offset)
{
    char *text = g_malloc0(length + 1);
    if (!read_at(fd, text, length, offset))
        text[0] = '\0';
    return text;
}

static void
snapshot_free(gpointer data)
{
    Qcow2Snapshot *snapshot = data;
    g_free(snapshot->id);
    g_free(snapshot->name);
    g_free(snapshot);
}

void
qcow2_reader_free(Qcow2Reader *reader)
{
    if (reader == NULL)
        return;
    close(reader->fd);
    g_free(reader->backing);
    g_free(reader->backing_format);
    g_ptr_array_unref(reader->snapshots);
    g_ptr_array_unref(reader->bitmaps);
    g_free(reader->l2);
    g_free(reader);
}

/* ---- what the header names ---- */

static void
read_snapshots(Qcow2Reader *reader, guint32 count, guint64 offset)
{
    for (guint32 i = 0; i < MIN(count, LISTED_MAX); i++) {
        guint8 head[SNAPSHOT_HEAD], extra[16] = {0};
        if (!read_at(reader->fd, head, sizeof(head), offset))
            return;
        guint32 extra_size = be32(head + 36);
        guint16 id_size = be16(head + 12), name_size = be16(head + 14);
        guint64 names = offset + SNAPSHOT_HEAD + extra_size;
        if (extra_size > 0 &&
            !read_at(reader->fd, extra, MIN(extra_size, sizeof(extra)), offset + SNAPSHOT_HEAD))
            return;
        Qcow2Snapshot *snapshot = g_new0(Qcow2Snapshot, 1);
        snapshot->l1_offset = be64(head);
        snapshot->l1_entries = be32(head + 8);
        snapshot->vm_state_size = extra_size >= 8 ? be64(extra) : be32(head + 32);
        snapshot->disk_size = extra_size >= 16 ? be64(extra + 8) : reader->size;
        snapshot->id = read_text(reader->fd, id_size, names);
        snapshot->name = read_text(reader->fd, name_size, names + id_size);
        g_ptr_array_add(reader->snapshots, snapshot);
        offset = (names + id_size + name_size + 7) & ~G_GUINT64_CONSTANT(7);
    }
}

static void
read_bitmaps(Qcow2Reader *reader, const guint8 *extension)
{
    guint32 count = be32(extension);
    guint64 offset = be64(extension + 16);
    for (guint32 i = 0; i < MIN(count, LISTED_MAX); i++) {
        guint8 head[BITMAP_HEAD];
        if (!read_at(reader->fd, head, sizeof(head), offset))
            return;
        guint16 name_size = be16(head + 18);
        guint32 extra_size = be32(head + 20);
        guint64 name = offset + BITMAP_HEAD + extra_size;
        g_ptr_array_add(reader->bitmaps, read_text(reader->fd, name_size, name));
        offset = (name + name_size + 7) & ~G_GUINT64_CONSTANT(7);
    }
}

static void
read_extensions(Qcow2Reader *reader, guint64 offset, gboolean bitmaps)
{
    for (;;) {
        guint8 head[8], body[24];
        if (!read_at(reader->fd, head, sizeof(head), offset) || be32(head) == 0)
            return;
        guint32 type = be32(head), length = be32(head + 4);
        if (type == EXTENSION_BACKING_FORMAT && length < 64)
            reader->backing_format = read_text(reader->fd, length, offset + 8);
        if (type == EXTENSION_BITMAPS && bitmaps && length >= sizeof(body) &&
            read_at(reader->fd, body, sizeof(body), offset + 8))
            read_bitmaps(reader, body);
        offset += 8 + ((length + 7) & ~7u);
    }
}

/* A name in a header is relative to the image's own folder. */
static char *
resolve(const char *path, char *name)
{
    g_autofree char *given = name;
    if (*given == '/' || strchr(given, ':') != NULL)
        return g_steal_pointer(&given);
    g_autofree char *folder = g_path_get_dirname(path);
    return g_build_filename(folder, given, NULL);
}

static gboolean
read_header(Qcow2Reader *reader, const char *path)
{
    guint8 head[HEADER_MAX] = {0};
    if (pread(reader->fd, head, sizeof(head), 0) < 72 || be32(head) != MAGIC)
        return FALSE;
    guint32 version = be32(head + 4);
    guint cluster_bits = be32(head + 20);
    if (version < 2 || version > 3 || cluster_bits < 9 || cluster_bits > 21)
        return FALSE;
    guint64 incompatible = version == 3 ? be64(head + 72) : 0;
    guint64 autoclear = version == 3 ? be64(head + 88) : 0;
    reader->qcow2 = TRUE;
    reader->cluster_bits = cluster_bits;
    reader->size = be64(head + 24);
    reader->data_outside = (incompatible & INCOMPATIBLE_DATA_FILE) != 0;
    reader->readable = (incompatible & ~INCOMPATIBLE_DIRTY) == 0 && be32(head + 32) == 0;
    reader->damaged = (incompatible & (INCOMPATIBLE_CORRUPT | ~INCOMPATIBLE_KNOWN)) != 0 ||
                      be64(head + 64) % (G_GUINT64_CONSTANT(1) << cluster_bits) != 0;
    reader->l1_entries = be32(head + 36);
    reader->l1_offset = be64(head + 40);
    if (be64(head + 8) != 0 && be32(head + 16) < 1024)
        reader->backing = resolve(path, read_text(reader->fd, be32(head + 16), be64(head + 8)));
    read_snapshots(reader, be32(head + 60), be64(head + 64));
    read_extensions(reader, version == 3 ? be32(head + 100) : 72,
                    (autoclear & AUTOCLEAR_BITMAPS) != 0);
    return TRUE;
}

Qcow2Reader *
qcow2_reader_open(const char *path, gboolean plain)
{
    struct stat info;
    int fd = open(path, O_RDONLY | O_CLOEXEC | O_NONBLOCK);
    if (fd < 0)
        return NULL;
    if (fstat(fd, &info) < 0 || S_ISDIR(info.st_mode)) {
        close(fd);
        return NULL;
    }
    Qcow2Reader *reader = g_new0(Qcow2Reader, 1);
    reader->fd = fd;
    reader->snapshots = g_ptr_array_new_with_free_func(snapshot_free);
    reader->bitmaps = g_ptr_array_new_with_free_func(g_free);
    if (plain || !read_header(reader, path)) {
        off_t end = lseek(fd, 0, SEEK_END); /* a device's size stands nowhere else */
        reader->size = end < 0 ? 0 : (guint64)end;
        reader->readable = TRUE;
    }
    return reader;
}

const Qcow2Snapshot *
qcow2_reader_snapshot(const Qcow2Reader *reader, const char *name)
{
    for (guint i = 0; i < reader->snapshots->len; i++) {
        const Qcow2Snapshot *snapshot = g_ptr_array_index(reader->snapshots, i);
        if (strcmp(snapshot->name, name) == 0)
            return snapshot;
    }
    return NULL;
}

/* ---- extents ---- */

static Qcow2Kind
plain_extent(const Qcow2Reader *reader, guint64 offset, guint64 *length, guint64 *place)
{
    off_t data = lseek(reader->fd, (off_t)offset, SEEK_DATA);
    if (data < 0)
        return QCOW2_ZERO; /* a hole up to the end */
    if ((guint64)data > offset) {
        *length = MIN(*length, (guint64)data - offset);
        return QCOW2_ZERO;
    }
    off_t hole = lseek(reader->fd, (off_t)offset, SEEK_HOLE);
    if (hole > data)
        *length = MIN(*length, (guint64)hole - offset);
    *place = offset;
    return QCOW2_DATA;
}

static gboolean
load_l2(Qcow2Reader *reader, guint64 at)
{
    gsize size = (gsize)1 << reader->cluster_bits;
    if (reader->l2 == NULL)
        reader->l2 = g_malloc(size);
    if (reader->l2_at != at && !read_at(reader->fd, reader->l2, size, at))
        return FALSE;
    reader->l2_at = at;
    return TRUE;
}

static Qcow2Kind
entry_kind(guint64 entry)
{
    if ((entry & L2_COMPRESSED) != 0)
        return QCOW2_UNREADABLE;
    if ((entry & L2_ZERO) != 0)
        return QCOW2_ZERO;
    return (entry & OFFSET_MASK) != 0 ? QCOW2_DATA : QCOW2_ABSENT;
}

/* Clusters of one kind in a row; those with data must lie in a row, too. */
static Qcow2Kind
run_of_entries(const Qcow2Reader *reader, guint first, guint64 *clusters, guint64 *place)
{
    guint entries = 1u << (reader->cluster_bits - 3);
    guint64 entry = GUINT64_FROM_BE(reader->l2[first]);
    Qcow2Kind kind = entry_kind(entry);
    guint64 run = 1;
    *place = entry & OFFSET_MASK;
    for (; first + run < entries && run < *clusters; run++) {
        guint64 next = GUINT64_FROM_BE(reader->l2[first + run]);
        if (entry_kind(next) != kind)
            break;
        if (kind == QCOW2_DATA && (next & OFFSET_MASK) != *place + (run << reader->cluster_bits))
            break;
    }
    *clusters = run;
    return kind;
}

static Qcow2Kind
cluster_extent(Qcow2Reader *reader, const Qcow2Snapshot *snapshot, guint64 offset, guint64 *length,
               guint64 *place)
{
    guint64 l1_offset = snapshot != NULL ? snapshot->l1_offset : reader->l1_offset;
    guint32 l1_entries = snapshot != NULL ? snapshot->l1_entries : reader->l1_entries;
    guint span_bits = 2 * reader->cluster_bits - 3;
    guint64 inside = offset & ((G_GUINT64_CONSTANT(1) << span_bits) - 1);
    guint64 index = offset >> span_bits;
    guint64 in_cluster = offset & ((G_GUINT64_CONSTANT(1) << reader->cluster_bits) - 1);
    guint8 raw[8];
    if (l1_entries > L1_ENTRIES_MAX)
        return QCOW2_UNREADABLE;
    if (index >= l1_entries)
        return QCOW2_ABSENT;
    *length = MIN(*length, (G_GUINT64_CONSTANT(1) << span_bits) - inside);
    if (!read_at(reader->fd, raw, sizeof(raw), l1_offset + index * 8))
        return QCOW2_UNREADABLE;
    guint64 table = be64(raw) & OFFSET_MASK;
    if (table == 0)
        return QCOW2_ABSENT;
    if (!load_l2(reader, table))
        return QCOW2_UNREADABLE;
    guint64 clusters =
        (in_cluster + *length + (G_GUINT64_CONSTANT(1) << reader->cluster_bits) - 1) >>
        reader->cluster_bits;
    Qcow2Kind kind =
        run_of_entries(reader, (guint)(inside >> reader->cluster_bits), &clusters, place);
    *length = MIN(*length, (clusters << reader->cluster_bits) - in_cluster);
    *place += in_cluster;
    return kind;
}

Qcow2Kind
qcow2_reader_extent(Qcow2Reader *reader, const Qcow2Snapshot *snapshot, guint64 offset,
                    guint64 *length, guint64 *place)
{
    if (!reader->readable)
        return QCOW2_UNREADABLE;
    if (!reader->qcow2)
        return plain_extent(reader, offset, length, place);
    return cluster_extent(reader, snapshot, offset, length, place);
}

GBytes *
qcow2_reader_vm_state(Qcow2Reader *reader, const Qcow2Snapshot *snapshot)
{
    guint span_bits = 2 * reader->cluster_bits - 3;
    guint64 span = G_GUINT64_CONSTANT(1) << span_bits;
    guint64 start = (snapshot->disk_size + span - 1) & ~(span - 1);
    guint64 done = 0;
    if (snapshot->vm_state_size == 0 || snapshot->vm_state_size > VM_STATE_MAX)
        return NULL;
    g_autofree guint8 *state = g_malloc0(snapshot->vm_state_size);
    while (done < snapshot->vm_state_size) {
        guint64 length = snapshot->vm_state_size - done, place = 0;
        Qcow2Kind kind = qcow2_reader_extent(reader, snapshot, start + done, &length, &place);
        if (kind == QCOW2_UNREADABLE)
            return NULL;
        /* the last cluster of a file may be short */
        if (kind == QCOW2_DATA && pread(reader->fd, state + done, length, (off_t)place) < 0)
            return NULL;
        done += length;
    }
    return g_bytes_new_take(g_steal_pointer(&state), snapshot->vm_state_size);
}
