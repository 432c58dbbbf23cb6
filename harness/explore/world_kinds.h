/* SPDX-License-Identifier: LGPL-2.1-or-later
 *
 * The worlds in which the flag matrix tries its calls: every domain state with
 * every kind of disks and every kind of moments, and a few of one purpose each.
 * A world is a scenario, so that what is found there can be read and repeated.
 */
#pragma once

#include <glib.h>

/** What a world is for; a set. */
typedef enum {
    WORLD_COMMON = 1 << 0,  /* state × disks × moments */
    WORLD_QCOW2 = 1 << 1,   /* of these: one qcow2 disk */
    WORLD_PLAIN = 1 << 2,   /* of these: one qcow2 disk and no moments */
    WORLD_ONE = 1 << 3,     /* of these: shut off */
    WORLD_LIST = 1 << 4,    /* the four fixed worlds of the list filters */
    WORLD_STORED = 1 << 5,  /* save images lie beside the domain */
    WORLD_SPECIAL = 1 << 6, /* disks and devices that a row asks about: agent, transient, … */
    WORLD_HISTORY = 1 << 7, /* of one guard of reverts and deletions each */
} WorldPurpose;

/** One world. */
typedef struct {
    char *id;       /* "running/qcow2/internal" */
    char *text;     /* of the scenario that makes it; its domain is `vm` */
    guint purposes; /* of WorldPurpose */
    char **moments; /* names of vm's moments, and one that there is not */
} WorldKind;

/** What makes a world of WORLD_HISTORY. */
typedef struct {
    const char *word, *steps, *names; /* of its moments, as in WorldKind */
} WorldHistory;

/** All of them; *count says how many. */
const WorldHistory *world_histories(guint *count);

/** Every world, in a fixed order: an array of WorldKind * that the caller unrefs. */
GPtrArray *world_kinds(void);

/** Kinds of documents that calls are tried with. */
typedef enum {
    DOCUMENTS_WHOLE,  /* of a new snapshot; every set of flags takes them */
    DOCUMENTS_FAULTY, /* of a snapshot, one fault each; in worlds of WORLD_PLAIN */
    DOCUMENTS_AGAIN,  /* of a snapshot that there is, or about one; where vm has moments */
    DOCUMENTS_DOMAIN, /* of a domain; in worlds of WORLD_PLAIN */
} WorldDocuments;

/** Their names ("default.xml", …).  The caller frees it. */
char **world_document_names(WorldDocuments kind);

/** The documents that the calls hand in, as `document` statements; in every world but where a
 *  document is about a moment that is not there.  The caller frees it. */
char *world_documents(guint purposes, gboolean has_moments);
