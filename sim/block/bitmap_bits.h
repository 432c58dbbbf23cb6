/* SPDX-License-Identifier: LGPL-2.1-or-later
 *
 * The granules that a dirty bitmap has set: a sparse set of numbers below a
 * length.
 *
 * It is a value: shared by reference, copied when it is changed.  Where nothing
 * or everything is set it costs next to nothing, so a disk of 16 TiB may have
 * many.  How it is built, and what was measured: bitmap_bits.c.
 */
#pragma once

#include <glib.h>

typedef struct SimBits SimBits;

/** Nothing set among `length` numbers; the caller unrefs it. */
SimBits *sim_bits_new(guint64 length);
/** One more reference. */
SimBits *sim_bits_ref(SimBits *bits);
/** One reference less; NULL is fine. */
void sim_bits_unref(SimBits *bits);
G_DEFINE_AUTOPTR_CLEANUP_FUNC(SimBits, sim_bits_unref)

/** How many numbers there are. */
guint64 sim_bits_length(const SimBits *bits);
/** How many of them are set. */
guint64 sim_bits_count(SimBits *bits);
/** Whether `number` is set; FALSE beyond the length. */
gboolean sim_bits_get(const SimBits *bits, guint64 number);
/** The first run of set numbers at or after `from`; FALSE when there is none. */
gboolean sim_bits_next_run(const SimBits *bits, guint64 from, guint64 *first, guint64 *count);

/** Set / reset a range, cut at the length; *bits is replaced by a copy where it is shared. */
void sim_bits_set(SimBits **bits, guint64 first, guint64 count);
void sim_bits_reset(SimBits **bits, guint64 first, guint64 count);
/** Let there be `length` numbers: those beyond are dropped, new ones are not set. */
void sim_bits_resize(SimBits **bits, guint64 length);

/** Set what is set in `from` too; both have one length.  *into is replaced by a copy where it is
 *  shared. */
void sim_bits_unite(SimBits **into, const SimBits *from);
/** The same bytes of a disk of `size` bytes, in granules of another size: one is set when any
 *  byte of it was.  The caller unrefs it. */
SimBits *sim_bits_rescale(SimBits *bits, guint64 size, guint64 from, guint64 to);
/** SHA-256, in hexadecimal, of the bits as little-endian 64-bit words, one at least.  The caller
 *  frees it. */
char *sim_bits_sha256(const SimBits *bits);
