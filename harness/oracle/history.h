/* SPDX-License-Identifier: LGPL-2.1-or-later
 *
 * What cannot be seen any more but still counts: save images and the moments
 * of domains that vanished.
 */
#pragma once

#include <glib.h>
#include "harness/oracle/observe.h"

/** A save image that a successful call wrote. */
typedef struct {
    char *domain;
    char uuid[37];
    char *abi;
    gboolean paused;
    gboolean stale;       /* the domain has been active since, or was reverted */
    const DomainDoc *doc; /* as it ran; of the cache */
} HistoryImage;

/** The memory of a moment, as it was written to a file. */
typedef struct {
    char uuid[37];
    char *abi;
} HistoryMemory;

/** The moments of a transient domain that stopped. */
typedef struct {
    char *domain;
    char uuid[37];
    GPtrArray *names; /* of char *, sorted */
    char *current;
} HistoryKept;

/** What is remembered; owned by the oracle. */
typedef struct {
    GHashTable *images; /* path, or "managed:NAME" -> HistoryImage */
    GHashTable *kept;   /* uuid -> HistoryKept */
    GHashTable *stored; /* set of names: undefined while active, next-boot definition still held */
    GHashTable
        *overlays;      /* set of paths: images that a moment named as its overlay, or a revert made
                         */
    GHashTable *memory; /* digest of a file -> HistoryMemory */
    GHashTable *written; /* set of names: paused, and their memory went to a file since they ran */
    GHashTable *left;   /* set of paths: images without a holder that a deletion left to their users
                         */
    GHashTable *theirs; /* set of paths: images of moments that went and left them to their user */
} History;

/** A new memory, and its end. */
History *history_new(void);
void history_free(History *history);
G_DEFINE_AUTOPTR_CLEANUP_FUNC(History, history_free)

/** The image at a path, or of a domain's managed save; NULL where none is remembered. */
const HistoryImage *history_image(const History *history, const char *path);
const HistoryImage *history_managed(const History *history, const char *domain);

/** After a step that succeeded: remember what it left behind; `writes_memory` where it put the
 *  guest's memory beside a snapshot. */
void history_learn(History *history, const OracleStep *step, gboolean writes_memory,
                   const Observation *before, const Observation *after);

/** After a step that was no call (the guest may have stopped): remember what vanished. */
void history_follow(History *history, const Observation *before, const Observation *after);

/** A deletion left these images (of char *) to their users. */
void history_learn_left(History *history, const GPtrArray *paths);

/** Files were damaged on purpose: images are no longer what they were. */
void history_forget_images(History *history);
