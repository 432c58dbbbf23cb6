/* SPDX-License-Identifier: LGPL-2.1-or-later
 *
 * What is in a fake disk: a sorted run of extents, each of one stamp.
 *
 * A stamp stands for a pattern of bytes whose phase is tied to the disk offset,
 * so equal neighbours are one extent and 16 TiB cost nothing.  SIM_STAMP_ZERO
 * is allocated zeroes; where there is no extent, the backing image shows
 * through.  A content is shared by reference and copied when it is written.
 */
#pragma once

#include "sim/block/digest.h"

#define SIM_STAMP_ZERO G_GUINT64_CONSTANT(0)

/** One run of a stamp, in bytes. */
typedef struct {
    guint64 offset;
    guint64 length;
    guint64 stamp;
} SimExtent;

typedef struct SimContent SimContent;

/** An empty content; the caller unrefs it. */
SimContent *sim_content_new(void);
/** One more reference. */
SimContent *sim_content_ref(SimContent *content);
/** One reference less; NULL is fine. */
void sim_content_unref(SimContent *content);
G_DEFINE_AUTOPTR_CLEANUP_FUNC(SimContent, sim_content_unref)

/** Write `length` bytes of a stamp; *content is replaced by a copy where it is shared. */
void sim_content_write(SimContent **content, guint64 offset, guint64 length, guint64 stamp);
/** Take the allocation of a range away. */
void sim_content_discard(SimContent **content, guint64 offset, guint64 length);

/** The extents in order; borrowed until the next write. */
const SimExtent *sim_content_extents(const SimContent *content, guint *count);
/** The bytes that are allocated. */
guint64 sim_content_allocated(const SimContent *content);

/** A new content: `top` over `base` (may be NULL), cut at `size` bytes, without zeroes: what a
 *  guest sees. */
SimContent *sim_content_flatten(SimContent *base, SimContent *top, guint64 size);

/** The part [offset, offset + length) of a content, with offsets kept.  The caller unrefs it. */
SimContent *sim_content_slice(SimContent *content, guint64 offset, guint64 length);

/** A digest of extents and size, the same however they came about. */
SimDigest sim_content_sum(const SimContent *content, guint64 size);

/** The same as 32 hexadecimal digits.  The caller frees it. */
char *sim_content_digest(const SimContent *content, guint64 size);

/** The stamp of a pattern's name; never SIM_STAMP_ZERO but for "zero" and "0". */
guint64 sim_stamp_of(const char *pattern);
