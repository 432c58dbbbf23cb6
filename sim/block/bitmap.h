/* SPDX-License-Identifier: LGPL-2.1-or-later
 *
 * Dirty bitmaps: which granules of a node were written.
 *
 * Named ones are the user's, nameless ones a job's.  A node has them newest
 * first; they go when it is closed.  What is refused is refused with QEMU's
 * text.
 */
#pragma once

#include "sim/block/bitmap_bits.h"
#include "sim/block/bitmap_state.h"
#include "sim/block/graph.h"

typedef struct SimBitmap SimBitmap;

/** A bitmap. */
struct SimBitmap {
    SimNode *node;
    char *name;          /* NULL: a job's */
    guint64 granularity; /* bytes, a power of two */
    guint64 size;        /* of the disk, bytes */
    SimBitmapState state;
    SimBits *bits;
    SimBitmap *successor; /* nameless; records instead while a backup has the bitmap; or NULL */
};

/** A bitmap to be. */
typedef struct {
    const char *name;
    guint64 granularity; /* 0: the default of the node */
    gboolean persistent;
    gboolean disabled;
} SimBitmapOptions;

/* ---- the user's ---- */

/** Make a named bitmap, the newest of the node; NULL with the refusal (name, granularity, what a
 *  format can keep). */
SimBitmap *sim_bitmap_add(SimNode *node, const SimBitmapOptions *options, GError **error);
/** The bitmap of that name on the node, or NULL. */
SimBitmap *sim_bitmap_find(const SimNode *node, const char *name);
/** The bitmap `name` of node `node`, or NULL with the refusal. */
SimBitmap *sim_bitmap_need(SimGraph *graph, const char *node, const char *name, GError **error);
/** Whether the operation is allowed; else the refusal. */
gboolean sim_bitmap_allows(const SimBitmap *bitmap, SimBitmapOp op, GError **error);
/** Do an operation: check it and go to the next state.  CLEAR resets the bits too. */
gboolean sim_bitmap_do(SimBitmap *bitmap, SimBitmapOp op, GError **error);
/** The same of what was checked, or loaded. */
SimBitmap *sim_bitmap_new(SimNode *node, const char *name, guint64 granularity,
                          SimBitmapState state);
/** Let go of a bitmap, whatever its state; a persistent one that was stored stays in the image. */
void sim_bitmap_free(SimBitmap *bitmap);
/** Whether the merge below is allowed. */
gboolean sim_bitmap_check_merge(const SimBitmap *target, const SimBitmap *source, GError **error);
/** Add what is set in `source`, whose granularity may differ; checks both, and that the disks have
 *  one size.  On a refusal nothing is changed. */
gboolean sim_bitmap_merge(SimBitmap *target, SimBitmap *source, GError **error);
/** SHA-256 of its bits, see sim_bits_sha256().  The caller frees it. */
char *sim_bitmap_sha256(const SimBitmap *bitmap);
/** What queries show as `dirty-bitmaps` of a node: a new array, or NULL where there is none. */
json_t *sim_bitmaps_query(const SimNode *node);

/* ---- jobs and exports ---- */

/** Make a nameless bitmap of nothing; granularity 0: the node's default.  The caller frees it
 *  before the node is closed. */
SimBitmap *sim_bitmap_new_nameless(SimNode *node, guint64 granularity, gboolean recording);
/** Let a backup have it: busy; a successor records, if it did.  Refused when busy or
 *  inconsistent. */
gboolean sim_bitmap_freeze(SimBitmap *bitmap, GError **error);
/** The end of that: what it holds is then the successor alone / what it held and the successor /
 *  the successor and `kept` (of its granularity). */
void sim_bitmap_abdicate(SimBitmap *bitmap);
void sim_bitmap_reclaim(SimBitmap *bitmap);
void sim_bitmap_succeed(SimBitmap *bitmap, const SimBits *kept);
/** Busy for an export, without a successor / no longer.  Refused when busy or inconsistent. */
gboolean sim_bitmap_use(SimBitmap *bitmap, GError **error);
void sim_bitmap_release(SimBitmap *bitmap);

/** The first dirty run at or after byte `from`, in bytes, cut at the end of the disk; FALSE when
 *  there is none. */
gboolean sim_bitmap_next_dirty(const SimBitmap *bitmap, guint64 from, guint64 *offset,
                               guint64 *length);
/** Whether the granule of that byte is dirty. */
gboolean sim_bitmap_is_dirty(const SimBitmap *bitmap, guint64 offset);
/** Set all granules that a range touches / reset them.  Whatever the state is. */
void sim_bitmap_set(SimBitmap *bitmap, guint64 offset, guint64 length);
void sim_bitmap_reset(SimBitmap *bitmap, guint64 offset, guint64 length);
/** Dirty granules × granularity: may exceed the disk. */
guint64 sim_bitmap_count(const SimBitmap *bitmap);

/* ---- the node ---- */

/** The default: the cluster size within 4 KiB … 64 KiB; 64 KiB where there are no clusters. */
guint64 sim_bitmap_default_granularity(const SimNode *node);
/** A range of the node was written: what records records it. */
void sim_bitmaps_mark(SimNode *node, guint64 offset, guint64 length);
/** Whether the node has any bitmap, a job's included: internal snapshots are not loaded then. */
gboolean sim_bitmaps_any(const SimNode *node);
/** Whether the disk may change its size; a persistent bitmap may refuse. */
gboolean sim_bitmaps_check_resize(const SimNode *node, GError **error);
/** The disk has another size: new space is clean.  The image's stored ones follow at their
 *  storing. */
void sim_bitmaps_resize(SimNode *node, guint64 size);

/* ---- in the image: bitmap_store.c ---- */

/** The node was opened, or its image taken back: load what is stored, and mark it in use on a
 *  writable node. */
void sim_bitmaps_load(SimNode *node);
/** A writable node is closed, or its image let go: store and forget the persistent ones.  What
 *  cannot be stored is lost. */
void sim_bitmaps_store(SimNode *node);
/** Whether that would lose none: FALSE where one was made persistent on a read-only node,
 *  or the disk has no size. */
gboolean sim_bitmaps_can_store(SimNode *node);
/** The node turns read-only: store the persistent ones.  When that fails nothing is changed; so it
 *  does where one was added to a node that was read-only already. */
gboolean sim_bitmaps_fix(SimNode *node, GError **error);
/** Whether a bitmap of the node is fixed: then the node cannot be written, though it may be meant
 * to be, after a reopen that failed late. */
gboolean sim_bitmaps_fixed(const SimNode *node);
/** The node can be written again: what is stored is marked in use. */
void sim_bitmaps_thaw(SimNode *node);
/** A persistent bitmap is removed: take it out of the image at once. */
gboolean sim_bitmap_forget(SimBitmap *bitmap, GError **error);
/** Let go of all bitmaps of a node that closes. */
void sim_bitmaps_drop(SimNode *node);
