/* SPDX-License-Identifier: LGPL-2.1-or-later
 *
 * The folders that the driver keeps its own files in.
 */
#pragma once

#include "harness/oracle/observe.h"

/** Paths, NULL where the target did not tell; they do not change. */
typedef struct Folders {
    char *saves;    /* of managed save images */
    char *metadata; /* of snapshots */
    char *own;      /* of all that the driver writes for itself */
} Folders;

/** None known yet, and their end. */
Folders *folders_new(void);
void folders_free(Folders *folders);
G_DEFINE_AUTOPTR_CLEANUP_FUNC(Folders, folders_free)

/** Those of the view; the target is asked for what it has not told before. */
const Folders *folders_of(const ObserveView *view);
