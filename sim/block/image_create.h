/* SPDX-License-Identifier: LGPL-2.1-or-later
 *
 * New image files, as qemu-img create and blockdev-snapshot-sync make them.
 */
#pragma once

#include "sim/world/fs.h"

/** An image to be. */
typedef struct {
    const char *path;
    const char *format; /* "qcow2", "raw" */
    guint64 size;       /* bytes; filled in from the backing where it is not `sized` */
    gboolean sized;
    const char *backing;        /* or NULL */
    const char *backing_format; /* or NULL */
    gboolean unchecked;         /* -u: the backing need not be there */
    guint32 cluster_size;       /* 0: 64 KiB */
    gboolean version_2;
} SimImageCreate;

/** Check format, cluster size, backing and size, before anything is made.  OPERATION_FAILED with
 *  QEMU's text, which does not name the new file. */
gboolean sim_image_create_prepare(SimFs *fs, SimImageCreate *create, GError **error);
/** Make what was prepared; another opener's lock refuses it. */
gboolean sim_image_create(SimFs *fs, const SimImageCreate *create, GError **error);
/** The line "Formatting '…', fmt=…" that announces it.  The caller frees it. */
char *sim_image_create_line(const SimImageCreate *create);
