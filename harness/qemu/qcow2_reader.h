/* SPDX-License-Identifier: LGPL-2.1-or-later
 *
 * Image files, read as the specification of their format says and without
 * QEMU: what is looked at from outside is not seen through the eyes of what is
 * tested.  Only for layers that no process has open for writing.
 */
#pragma once

#include <glib.h>

/** One internal snapshot. */
typedef struct {
    char *id;
    char *name;
    guint64 l1_offset;
    guint32 l1_entries;
    guint64 disk_size;
    guint64 vm_state_size;
} Qcow2Snapshot;

/** One layer: a qcow2 image, or a file of plain bytes. */
typedef struct {
    int fd;
    gboolean qcow2; /* else plain bytes */
    guint64 size;   /* of the disk */
    guint cluster_bits;
    gboolean data_outside; /* its data lie in another file */
    gboolean readable;     /* FALSE: it has a feature that is not read here */
    gboolean damaged;      /* its header says so, or cannot be believed: not to be written */
    guint64 l1_offset;
    guint32 l1_entries;
    char *backing;        /* absolute path, or NULL */
    char *backing_format; /* or NULL */
    GPtrArray *snapshots; /* of Qcow2Snapshot *, oldest first */
    GPtrArray *bitmaps;   /* of char *, names */
    guint64 l2_at;        /* file offset of the table in l2, 0 for none */
    guint64 *l2;
} Qcow2Reader;

/** Open a file; one that has the magic of qcow2 and no sound header counts as plain bytes, as does
 *  every file where `plain` is set.  NULL where it cannot be opened or is a folder. */
Qcow2Reader *qcow2_reader_open(const char *path, gboolean plain);
/** Close it; NULL is fine. */
void qcow2_reader_free(Qcow2Reader *reader);
G_DEFINE_AUTOPTR_CLEANUP_FUNC(Qcow2Reader, qcow2_reader_free)

/** The first snapshot of that name, or NULL; borrowed. */
const Qcow2Snapshot *qcow2_reader_snapshot(const Qcow2Reader *reader, const char *name);

/** What a range of a layer is. */
typedef enum {
    QCOW2_ABSENT, /* the layer below shows */
    QCOW2_ZERO,
    QCOW2_DATA,
    QCOW2_UNREADABLE,
} Qcow2Kind;

/** What stands at `offset` of the active layer, or of a snapshot: *length, at most what it was, is
 *  how far that goes; *place is where data lies in the file. */
Qcow2Kind qcow2_reader_extent(Qcow2Reader *reader, const Qcow2Snapshot *snapshot, guint64 offset,
                              guint64 *length, guint64 *place);

/** The saved state of a machine in a snapshot, or NULL; the caller unrefs it. */
GBytes *qcow2_reader_vm_state(Qcow2Reader *reader, const Qcow2Snapshot *snapshot);
