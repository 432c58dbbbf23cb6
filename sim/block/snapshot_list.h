/* SPDX-License-Identifier: LGPL-2.1-or-later
 *
 * The internal snapshots of an image: in their order, and found by name and by
 * id at a cost that does not grow with their number.
 *
 * A list is shared by reference between copies of an image; who changes it
 * owns it first.
 */
#pragma once

#include <jansson.h>
#include "sim/block/content.h"

/** Bytes of an id: any 64-bit number as text, the end included. */
#define SIM_SNAPSHOT_ID 21

/** An internal snapshot; shared by reference between lists. */
typedef struct {
    guint refs;
    guint64 number; /* its id */
    char id[SIM_SNAPSHOT_ID];
    guint64 size; /* virtual size at that moment */
    SimContent *content;
    GBytes *vm_state;    /* or NULL: disk only */
    gint64 date;         /* nanoseconds since the epoch */
    guint64 vm_clock;    /* nanoseconds the guest had run */
    gboolean has_icount; /* qemu-img writes one, QMP does not */
    json_t *told;        /* what was told of it, once it was; else NULL */
    SimDigest digest;    /* of what it holds, once it was asked for */
    gboolean digested;
    char name[];
} SimSnapshot;

typedef struct SimSnapshotList SimSnapshotList;

/** One more reference / one less; NULL is fine. */
SimSnapshotList *sim_snapshots_ref(SimSnapshotList *list);
void sim_snapshots_unref(SimSnapshotList *list);
/** Let *list (NULL: none so far) be one that nobody else has. */
void sim_snapshots_own(SimSnapshotList **list);

/** A snapshot with one reference that has nothing yet but the name; what the format has no room for
 *  is cut off. */
SimSnapshot *sim_snapshot_new(const char *name);

/** Append a snapshot with one reference, which is taken; its id is the greatest plus one. */
void sim_snapshots_add(SimSnapshotList *list, SimSnapshot *snapshot);
/** Remove a snapshot of the list and let go of it. */
void sim_snapshots_remove(SimSnapshotList *list, const SimSnapshot *snapshot);

/** How many there are; in NULL, none. */
guint sim_snapshots_count(const SimSnapshotList *list);
/** The oldest one's link, of SimSnapshot *; the others follow.  NULL for none. */
const GList *sim_snapshots_first(const SimSnapshotList *list);
/** The first of that name, or NULL. */
SimSnapshot *sim_snapshots_find_name(const SimSnapshotList *list, const char *name);
/** The one of that id, or NULL. */
SimSnapshot *sim_snapshots_find_id(const SimSnapshotList *list, const char *id);
/** How many have that name. */
guint sim_snapshots_count_name(const SimSnapshotList *list, const char *name);
/** The bytes of all their machine states. */
guint64 sim_snapshots_vm_state_size(const SimSnapshotList *list);
