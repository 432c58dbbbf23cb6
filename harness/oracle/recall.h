/* SPDX-License-Identifier: LGPL-2.1-or-later
 *
 * What this process has seen before, for all oracles in it: what is a
 * function of a text alone, or of all that it can depend on, is worked out
 * once.
 */
#pragma once

#include "harness/oracle/observe.h"

/** One for all oracles. */
typedef struct {
    DocumentCache *documents; /* by their text */
    GHashTable *restarts;     /* GBytes -> Observation: see recall_restart() */
    GPtrArray *targets;       /* of GBytes: tables of methods */
} Recall;

/** Begin to use it; what it gives stays at least until the same user leaves. */
Recall *recall_enter(void);

/** A number for a target: another for each that has another method anywhere. */
guint recall_target(Recall *recall, const struct vm_target *target);

/** What a driver that begins anew shows where all that it depends on (`key`) is as it was once, and
 *  which did then take back the documents that are part of the key; NULL where it never was so.
 *  Borrowed. */
const Observation *recall_restart(const Recall *recall, GBytes *key);
/** Remember that. */
void recall_keep_restart(Recall *recall, GBytes *key, Observation *seen);

/** An end of use.  After the last one what has grown too large is forgotten. */
void recall_leave(void);
