/* SPDX-License-Identifier: LGPL-2.1-or-later
 *
 * A guest's memory: a counter that runs with its CPUs, and named values.
 */
#pragma once

#include <glib.h>

/** The memory of a guest. */
typedef struct {
    guint64 counter;
    GTree *values; /* char * → char *, sorted, or NULL: none */
} SimRam;

/** Everything back to power-on. */
void sim_ram_clear(SimRam *ram);
/** Set a value. */
void sim_ram_set(SimRam *ram, const char *key, const char *value);
/** A value, or NULL; borrowed. */
const char *sim_ram_get(const SimRam *ram, const char *key);
/** A digest of the memory.  The caller frees it. */
char *sim_ram_digest(const SimRam *ram);

/** The memory and the run state's name as a byte stream.  The caller unrefs it. */
GBytes *sim_ram_save(const SimRam *ram, const char *run_state);
/** Read a stream: *run_state is the caller's to free.  FALSE for anything that is no stream; the
 *  memory is untouched then. */
gboolean sim_ram_load(SimRam *ram, GBytes *stream, char **run_state);
/** The digest of the memory in the first stream within some bytes, or NULL.  The caller frees it.
 */
char *sim_ram_find_digest(GBytes *bytes);
