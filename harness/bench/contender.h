/* SPDX-License-Identifier: LGPL-2.1-or-later
 *
 * One of those that are measured side by side: it does the same things to a
 * domain of its own, on real QEMU.
 */
#pragma once

#include <glib.h>

/** What is timed, in the order of a round. */
typedef enum {
    BENCH_START,
    BENCH_CREATE, /* internal, live */
    BENCH_REVERT, /* to it, live */
    BENCH_DELETE,
    BENCH_SAVE,
    BENCH_RESTORE,
    BENCH_OVERLAY, /* disk-only, live */
    BENCH_LAST
} BenchCall;

typedef struct Contender Contender;

/** What a contender does; every function is required. */
typedef struct {
    /** One call; the domain is as the calls before in the round have left it. */
    gboolean (*call)(Contender *contender, BenchCall call, GError **error);
    /** A new round: the domain is off, has no snapshot, and its disk is empty. */
    gboolean (*begin)(Contender *contender, GError **error);
    /** A snapshot beside the one that is measured; after the start. */
    gboolean (*warm_up)(Contender *contender, GError **error);
    /** End all and free it. */
    void (*free)(Contender *contender);
} ContenderOps;

/** One of them; implementations embed it as their first member. */
struct Contender {
    const ContenderOps *ops;
    const char *name; /* static */
};

/** What all of them are made of; strings are borrowed and outlive them. */
typedef struct {
    const char *folder; /* exists; each has a folder of its own below it */
    const char *rom;    /* path of the test guest's ROM */
    guint memory;       /* MiB */
} BenchWorld;

/** The reference driver, through the target seam. */
Contender *contender_ours(const BenchWorld *world, GError **error);
/** libvirt's QEMU driver in this process; an error where it is not installed. */
Contender *contender_libvirt(const BenchWorld *world, GError **error);
/** The QMP commands alone, sent by a loop, with the durable writes that ours makes. */
Contender *contender_bare(const BenchWorld *world, GError **error);

/** An empty disk image of 64 MiB in place of what is there. */
gboolean bench_make_disk(const char *path, GError **error);
