/* SPDX-License-Identifier: LGPL-2.1-or-later
 *
 * What a guest would read of a disk, summed up.  Equal contents have equal
 * digests, whatever holds them and however zeroes are kept; only what is
 * allocated is read.
 */
#pragma once

#include "harness/qemu/qcow2_reader.h"

/** Layers at most; a longer chain is a loop. */
#define DISK_CHAIN_MAX 256

/** A digest in the making. */
typedef struct {
    GChecksum *sum;
} DiskDigest;

/** Begin one. */
DiskDigest disk_digest_new(void);
/** Add bytes at an offset that is a multiple of 512, in rising order; zeroes need not be added. */
void disk_digest_add(DiskDigest *digest, guint64 offset, const void *bytes, gsize length);
/** End it, for a disk of `size` bytes.  The caller frees the text. */
char *disk_digest_end(DiskDigest *digest, guint64 size);

/** The layers of an image, the top first, down to one without a backing file: of Qcow2Reader *; the
 *  caller unrefs them.  NULL where one is missing or they go in a loop. */
GPtrArray *disk_chain_open(const char *path);

/** The digest of what the layers show, or an internal snapshot of the top (may be NULL); NULL where
 *  it cannot be read.  The caller frees it. */
char *disk_chain_digest(GPtrArray *layers, const Qcow2Snapshot *snapshot);

/** The same of an image that is not read here, by qemu-img; `scratch` is a folder.  NULL with
 *  OPERATION_FAILED where that fails, too. */
char *disk_converted_digest(const char *path, const Qcow2Snapshot *snapshot, const char *scratch,
                            GError **error);

/** The same, read through a QEMU that offers it over NBD at a unix socket. */
char *disk_nbd_digest(const char *socket_path, GError **error);
