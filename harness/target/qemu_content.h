/* SPDX-License-Identifier: LGPL-2.1-or-later
 *
 * Digests of what images hold, kept as long as their files are as they were.
 *
 * A layer that a process has open for writing is read through that process,
 * which may not have written all its tables; every other one is read as it
 * lies.
 */
#pragma once

#include "harness/target/qemu_looks.h"

/** What a place holds; the texts are owned. */
typedef struct {
    char *digest; /* of the disk; NULL where it cannot be read */
    char *memory; /* of saved RAM, or NULL */
    guint64 size; /* of the disk */
} QemuContent;

/** Free it; NULL is fine. */
void qemu_content_free(QemuContent *content);
G_DEFINE_AUTOPTR_CLEANUP_FUNC(QemuContent, qemu_content_free)

typedef struct QemuContentCache QemuContentCache;

/** A cache; `scratch` (copied) is the folder for its socket, and the one that instances run in. */
QemuContentCache *qemu_content_cache_new(VmHypervisor *hypervisor, const char *scratch);
/** Free it; NULL is fine. */
void qemu_content_cache_free(QemuContentCache *cache);
/** What was read of live disks counts no longer. */
void qemu_content_cache_note_guest(QemuContentCache *cache);

/** Begin a look, in which nothing changes: see which disks instances have open for writing. */
void qemu_content_cache_begin(QemuContentCache *cache, QemuLooks *looks);
/** The content of a path, or of its internal snapshot `tag` (may be NULL), within a look: NULL
 * where there is none.  The caller frees it. */
QemuContent *qemu_content_look(QemuContentCache *cache, const char *path, const char *tag);
