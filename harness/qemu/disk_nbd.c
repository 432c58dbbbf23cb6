/* SPDX-License-Identifier: LGPL-2.1-or-later
 *
 * A disk as its QEMU offers it over NBD.
 */
#include "harness/qemu/disk_content.h"

#include <libnbd.h>
#include "spec/api/error.h"

#define CHUNK (256 * 1024)
#define ASKED_MAX (G_GUINT64_CONSTANT(1) << 30)
#define HOLE_OR_ZERO 3

/* A disk that is being read. */
typedef struct {
    struct nbd_handle *nbd;
    DiskDigest digest;
    guint64 offset;
    gboolean failed;
    guint8 *bytes;
} NbdRead;

static void
take_data(NbdRead *reading, guint64 length)
{
    while (length > 0 && !reading->failed) {
        gsize part = MIN(length, CHUNK);
        reading->failed = nbd_pread(reading->nbd, reading->bytes, part, reading->offset, 0) < 0;
        if (!reading->failed)
            disk_digest_add(&reading->digest, reading->offset, reading->bytes, part);
        reading->offset += part;
        length -= part;
    }
}

/* The extents of one answer, collected: nothing may be sent while one is taken. */
static int
take_extents(void *data, const char *context, uint64_t offset, uint32_t *entries, size_t count,
             int *error)
{
    GArray *extents = data;
    (void)context;
    (void)offset;
    (void)error;
    g_array_append_vals(extents, entries, (guint)count);
    return 0;
}

static void
read_extents(NbdRead *reading, const GArray *extents, guint64 end)
{
    for (guint i = 0; i + 1 < extents->len && reading->offset < end; i += 2) {
        guint64 length = MIN(g_array_index(extents, uint32_t, i), end - reading->offset);
        if ((g_array_index(extents, uint32_t, i + 1) & HOLE_OR_ZERO) == HOLE_OR_ZERO)
            reading->offset += length;
        else
            take_data(reading, length);
    }
}

static void
read_disk(NbdRead *reading, guint64 size)
{
    while (reading->offset < size && !reading->failed) {
        g_autoptr(GArray) extents = g_array_new(FALSE, FALSE, sizeof(uint32_t));
        guint64 before = reading->offset;
        nbd_extent_callback callback = {.callback = take_extents, .user_data = extents};
        if (nbd_block_status(reading->nbd, MIN(size - before, ASKED_MAX), before, callback, 0) < 0)
            g_array_set_size(extents, 0);
        read_extents(reading, extents, size);
        if (reading->offset == before) /* no extents are told */
            take_data(reading, size - before);
    }
}

char *
disk_nbd_digest(const char *socket_path, GError **error)
{
    struct nbd_handle *nbd = nbd_create();
    g_autofree guint8 *bytes = g_malloc(CHUNK);
    NbdRead reading = {.nbd = nbd, .digest = disk_digest_new(), .bytes = bytes};
    int64_t size = -1;
    if (nbd != NULL && nbd_add_meta_context(nbd, LIBNBD_CONTEXT_BASE_ALLOCATION) == 0 &&
        nbd_connect_unix(nbd, socket_path) == 0)
        size = nbd_get_size(nbd);
    if (size >= 0)
        read_disk(&reading, (guint64)size);
    g_autofree char *text = disk_digest_end(&reading.digest, (guint64)size);
    if (size < 0 || reading.failed)
        vm_refuse(error, VIR_ERR_OPERATION_FAILED, "'%s': %s", socket_path, nbd_get_error());
    else
        nbd_shutdown(nbd, 0);
    nbd_close(nbd);
    return size < 0 || reading.failed ? NULL : g_steal_pointer(&text);
}
