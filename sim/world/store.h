/* SPDX-License-Identifier: LGPL-2.1-or-later
 *
 * The driver's store port over a fake file system.
 */
#pragma once

#include "spec/driver/store.h"
#include "sim/world/clock.h"
#include "sim/world/fs.h"

/** A store over `fs`, whose syncs take time on `clock` (borrowed); one that owns its `fs` (taken)
 *  is a copy, with a clock of its own that begins there. */
VmStore *sim_store_new(SimFs *fs, gboolean owns, SimClock *clock);
/** Free it; NULL is fine. */
void sim_store_free(VmStore *store);

/** Append bytes through a handle that was passed on, 0 or an errno. */
int sim_store_file_append(VmStoreFile *file, const void *data, gsize length);
/** What a handle opened for reading still has to give.  The caller unrefs it. */
GBytes *sim_store_file_rest(VmStoreFile *file);
/** A second handle on the same open file, as a passed descriptor is; closed with the store's
 * close(). */
VmStoreFile *sim_store_file_dup(VmStoreFile *file);
