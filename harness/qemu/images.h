/* SPDX-License-Identifier: LGPL-2.1-or-later
 *
 * Images that no instance has open, by qemu-img.
 *
 * Errors are VIR_ERR_OPERATION_FAILED and name the file; nothing has been
 * written then.
 */
#pragma once

#include "spec/driver/hypervisor.h"

typedef struct QemuImages QemuImages;

/** What an image is to be; borrowed. */
typedef struct {
    const char *path;
    const char *format;
    guint64 size;               /* bytes; 0: the backing's */
    const char *backing;        /* or NULL */
    const char *backing_format; /* or NULL */
} QemuImageWish;

/** Image work, which remembers what it has seen. */
QemuImages *qemu_images_new(void);
/** Free it; NULL is fine. */
void qemu_images_free(QemuImages *images);

/** As VmHypervisorOps.image_create(). */
gboolean qemu_images_create(QemuImages *images, const QemuImageWish *wish, GError **error);
/** As VmHypervisorOps.image_info(). */
VmImageInfo *qemu_images_info(QemuImages *images, const char *path, GError **error);
/** As VmHypervisorOps.image_snapshot(). */
gboolean qemu_images_snapshot(QemuImages *images, const char *path, VmImageSnapshotVerb verb,
                              const char *tag, GError **error);
/** As VmHypervisorOps.image_rebase(). */
gboolean qemu_images_rebase(QemuImages *images, const char *path, const char *backing,
                            const char *backing_format, GError **error);
