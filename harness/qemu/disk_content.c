/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "harness/qemu/disk_content.h"

#include <glib/gstdio.h>
#include <string.h>
#include <unistd.h>
#include "harness/qemu/process.h"

#define BLOCK 512
#define CHUNK (256 * 1024)

DiskDigest
disk_digest_new(void)
{
    return (DiskDigest){g_checksum_new(G_CHECKSUM_SHA1)};
}

static gboolean
is_zero(const guint8 *bytes, gsize length)
{
    return length == 0 || (bytes[0] == 0 && memcmp(bytes, bytes + 1, length - 1) == 0);
}

static void
add_number(DiskDigest *digest, guint64 number)
{
    number = GUINT64_TO_LE(number);
    g_checksum_update(digest->sum, (const guchar *)&number, sizeof(number));
}

void
disk_digest_add(DiskDigest *digest, guint64 offset, const void *bytes, gsize length)
{
    const guint8 *from = bytes;
    g_assert(offset % BLOCK == 0);
    for (gsize at = 0; at < length; at += BLOCK) {
        gsize part = MIN(length - at, BLOCK);
        guint8 whole[BLOCK] = {0};
        if (is_zero(from + at, part))
            continue;
        memcpy(whole, from + at, part);
        add_number(digest, offset + at);
        g_checksum_update(digest->sum, whole, BLOCK);
    }
}

char *
disk_digest_end(DiskDigest *digest, guint64 size)
{
    add_number(digest, size);
    char *text = g_strdup(g_checksum_get_string(digest->sum));
    g_checksum_free(digest->sum);
    digest->sum = NULL;
    return text;
}

/* ---- layers ---- */

GPtrArray *
disk_chain_open(const char *path)
{
    g_autoptr(GPtrArray) layers = g_ptr_array_new_with_free_func((GDestroyNotify)qcow2_reader_free);
    gboolean plain = FALSE;
    while (path != NULL) {
        Qcow2Reader *layer = layers->len < DISK_CHAIN_MAX ? qcow2_reader_open(path, plain) : NULL;
        if (layer == NULL)
            return NULL;
        g_ptr_array_add(layers, layer);
        plain = g_strcmp0(layer->backing_format, "raw") == 0;
        path = layer->backing;
    }
    return g_steal_pointer(&layers);
}

static gboolean
add_data(DiskDigest *digest, int fd, guint64 place, guint64 offset, guint64 length)
{
    g_autofree guint8 *bytes = g_malloc(CHUNK);
    while (length > 0) {
        gsize part = MIN(length, CHUNK);
        ssize_t got = pread(fd, bytes, part, (off_t)place);
        if (got < 0)
            return FALSE;
        memset(bytes + got, 0, part - (gsize)got); /* beyond the end of a file is zero */
        disk_digest_add(digest, offset, bytes, part);
        place += part;
        offset += part;
        length -= part;
    }
    return TRUE;
}

/* What shows at [offset, end) of layer `depth` and those below it. */
static gboolean
add_layers(DiskDigest *digest, GPtrArray *layers, guint depth, const Qcow2Snapshot *snapshot,
           const guint64 range[2])
{
    Qcow2Reader *layer = g_ptr_array_index(layers, depth);
    guint64 offset = range[0];
    while (offset < range[1]) {
        guint64 length = range[1] - offset, place = 0;
        Qcow2Kind kind = qcow2_reader_extent(layer, snapshot, offset, &length, &place);
        if (kind == QCOW2_UNREADABLE ||
            (kind == QCOW2_DATA && !add_data(digest, layer->fd, place, offset, length)))
            return FALSE;
        if (kind == QCOW2_ABSENT && depth + 1 < layers->len) {
            const Qcow2Reader *below = g_ptr_array_index(layers, depth + 1);
            const guint64 shown[2] = {offset, MIN(offset + length, below->size)};
            if (!add_layers(digest, layers, depth + 1, NULL, shown))
                return FALSE;
        }
        offset += length;
    }
    return TRUE;
}

char *
disk_chain_digest(GPtrArray *layers, const Qcow2Snapshot *snapshot)
{
    const Qcow2Reader *top = g_ptr_array_index(layers, 0);
    const guint64 range[2] = {0, snapshot != NULL ? snapshot->disk_size : top->size};
    DiskDigest digest = disk_digest_new();
    gboolean ok = add_layers(&digest, layers, 0, snapshot, range);
    char *text = disk_digest_end(&digest, range[1]);
    if (!ok)
        g_clear_pointer(&text, g_free);
    return text;
}

/* ---- by qemu-img ---- */

static gboolean
convert(const char *path, const Qcow2Snapshot *snapshot, const char *to, GError **error)
{
    g_autofree char *id = snapshot != NULL ? g_strdup_printf("snapshot.id=%s", snapshot->id) : NULL;
    /* -U: it may be in use; what is frozen in it is not written */
    const char *const all[] = {"qemu-img", "convert", "-U", "-O", "raw", path, to, NULL};
    const char *const frozen[] = {"qemu-img", "convert", "-U", "-l", id,
                                  "-O",       "raw",     path, to,   NULL};
    return qemu_process_run(snapshot != NULL ? frozen : all, NULL, NULL, error);
}

char *
disk_converted_digest(const char *path, const Qcow2Snapshot *snapshot, const char *scratch,
                      GError **error)
{
    g_autofree char *to = g_build_filename(scratch, "converted", NULL);
    char *text = NULL;
    if (convert(path, snapshot, to, error)) {
        g_autoptr(GPtrArray) layers =
            g_ptr_array_new_with_free_func((GDestroyNotify)qcow2_reader_free);
        g_ptr_array_add(layers, qcow2_reader_open(to, TRUE));
        text = disk_chain_digest(layers, NULL);
    }
    g_unlink(to);
    return text;
}
