/* SPDX-License-Identifier: LGPL-2.1-or-later
 *
 * A disk image: size, content, backing, internal snapshots, bitmap names.
 *
 * What an image holds is an immutable value that writes replace, so that what
 * was flushed can be kept beside what was written since.  Internal snapshots
 * have no part in that: whoever makes or removes one flushes.
 */
#pragma once

#include "sim/block/damage.h"
#include "sim/block/digest.h"
#include "sim/block/snapshot_list.h"

/** Image formats. */
typedef enum {
    SIM_FORMAT_RAW,
    SIM_FORMAT_QCOW2,
} SimFormat;

typedef struct SimImage SimImage;

/** What an image holds. */
typedef struct {
    guint64 size;         /* virtual size, bytes */
    guint32 cluster_size; /* bytes; qcow2 */
    gboolean version_2;   /* qcow2 as compat=0.10: no bitmaps, no zero clusters */
    gboolean table_left;  /* a killed process left a mapping table without what it maps; qcow2 */
    SimDamage damage;     /* qcow2 */
    SimContent *content;
    char *backing;        /* as the header has it, or NULL */
    char *backing_format; /* or NULL */
    GPtrArray *bitmaps;   /* of SimStoredBitmap *, in their order, or NULL: none */
    char *data_file;      /* qcow2: the file that the data would lie in, which must be there, or
                             NULL; here they stay with the image */
} SimImageState;

/** "raw", "qcow2". */
const char *sim_format_name(SimFormat format);

/** The header of a qcow2 file of version 3, in bytes. */
#define SIM_QCOW2_HEADER 104

/** A new image of `size` bytes without content; backing may be NULL.  The caller unrefs it. */
SimImage *sim_image_new(SimFormat format, guint64 size, const char *backing,
                        const char *backing_format);
/** A raw image of what `bytes` hold: a stamp per sector. */
SimImage *sim_image_from_bytes(GBytes *bytes);
/** One more reference. */
SimImage *sim_image_ref(SimImage *image);
/** One reference less; NULL is fine. */
void sim_image_unref(SimImage *image);
G_DEFINE_AUTOPTR_CLEANUP_FUNC(SimImage, sim_image_unref)
/** An image of its own with the same content, what was flushed included. */
SimImage *sim_image_copy(const SimImage *image);

/** The format. */
SimFormat sim_image_format(const SimImage *image);
/** What it holds; borrowed until the next change. */
const SimImageState *sim_image_state(const SimImage *image);

/** Write; beyond the end nothing is done. */
void sim_image_write(SimImage *image, guint64 offset, guint64 length, guint64 stamp);
/** Take the allocation of a range away. */
void sim_image_discard(SimImage *image, guint64 offset, guint64 length);
/** Set a qcow2 image's cluster size and version; a new one has 64 KiB and version 3.  Version 2
 *  cannot hold bitmaps: they are lost. */
void sim_image_set_layout(SimImage *image, guint32 cluster_size, gboolean version_2);
/** Let a qcow2 image be damaged, or sound again. */
void sim_image_set_damage(SimImage *image, SimDamage damage);
/** Grow or shrink; what is new is left to the backing where that reaches so far. */
void sim_image_resize(SimImage *image, guint64 size);
/** Name another backing in the header, or none; both are copied. */
void sim_image_set_backing(SimImage *image, const char *backing, const char *format);
/** Let a qcow2 image's data lie in another file, or none; copied. */
void sim_image_set_data_file(SimImage *image, const char *path);
/** A process begins to write a qcow2 image, or has written its tables out. */
void sim_image_settle(SimImage *image);
/** That process was killed: clusters that it allocated since are lost, for the tables were in its
 *  memory; what it wrote into older ones is there. */
void sim_image_kill(SimImage *image);
/** Make what it holds durable. */
void sim_image_flush(SimImage *image);
/** Lose what was not flushed; FALSE when nothing of the image ever was. */
gboolean sim_image_power_cut(SimImage *image);

/** Whether there can be internal snapshots in it: it is qcow2, and its data lie in it too. */
gboolean sim_image_keeps_snapshots(const SimImage *image);
/** Its internal snapshots, oldest first; borrowed until one is made or removed. */
const SimSnapshotList *sim_image_snapshots(const SimImage *image);
/** The first snapshot of that name, or NULL. */
SimSnapshot *sim_image_find_name(const SimImage *image, const char *name);
/** The snapshot whose id is `tag`, else the first whose name it is, or NULL. */
SimSnapshot *sim_image_find_id_or_name(const SimImage *image, const char *tag);
/** The first snapshot that matches id and name, each may be NULL. */
SimSnapshot *sim_image_find_both(const SimImage *image, const char *id, const char *name);
/** Make a snapshot of what is there: its id is the greatest plus one.  vm_state may be NULL; the
 *  result is borrowed.  The image is flushed. */
SimSnapshot *sim_image_snapshot(SimImage *image, const char *name, GBytes *vm_state, gint64 date);
/** Put content and size back to a snapshot of the image, and flush. */
void sim_image_revert(SimImage *image, const SimSnapshot *snapshot);
/** Remove a snapshot of the image, and flush. */
void sim_image_delete_snapshot(SimImage *image, const SimSnapshot *snapshot);

/** Store an empty bitmap of 64 KiB granules that is to record / take one out.  More of them:
 *  sim/block/image_bitmap.h. */
void sim_image_add_bitmap(SimImage *image, const char *name);
void sim_image_remove_bitmap(SimImage *image, const char *name);

/** The size of the file on the host. */
guint64 sim_image_file_size(const SimImage *image);
/** The first bytes of the file, as a real one would begin.  The caller unrefs them. */
GBytes *sim_image_head(const SimImage *image);
/** A digest of all that the image holds, dates left out.  The caller frees it. */
char *sim_image_digest(const SimImage *image);
/** Add the same to a digest in the making. */
void sim_image_add_digest(const SimImage *image, SimDigest *digest);
