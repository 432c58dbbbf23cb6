/* SPDX-License-Identifier: LGPL-2.1-or-later
 *
 * The world as a user of the target sees it at one time.
 */
#pragma once

#include <glib.h>
#include <jansson.h>
#include "harness/oracle/document.h"
#include "harness/oracle/oracle.h"

/** A snapshot as listed.  One that has not changed is the same object in every observation. */
typedef struct {
    guint refs;
    char *name;
    const MomentDoc *doc; /* of the cache */
} ObservedMoment;

/** A domain as listed. */
typedef struct {
    char *name;
    char uuid[37];
    int state, reason;
    gboolean persistent, autostart, managed_save;
    const DomainDoc *live;   /* what runs, or the definition where nothing does */
    const DomainDoc *config; /* the next boot's */
    GPtrArray *moments;      /* of ObservedMoment *, in listed order */
    char *current;           /* name, or NULL */
} ObservedDomain;

/** An internal snapshot of an image. */
typedef struct {
    char *name;
    gboolean memory; /* it holds a guest's */
} ObservedTag;

/** How the name goes on of the file that has the data of an image which has them outside, as the
 *  recipes of images make it. */
#define OBSERVED_DATA_SUFFIX ".data"

/** What was seen in an image; or in a file that is none. */
typedef struct {
    const char *format;            /* "qcow2", "raw": interned; or NULL */
    char *backing;                 /* path, or NULL */
    char *backing_format;          /* or NULL */
    gboolean damaged;              /* nobody may write to it */
    gboolean data_outside;         /* its data lie in a file beside it */
    GArray *tags;                  /* of ObservedTag, oldest first */
    GPtrArray *bitmaps;            /* of char *: their names */
    struct ImageContent *contents; /* what is known of what it holds, see contents.h; or NULL */
} ObservedImage;

/** A file as listed.  One that has not changed is the same object in every observation. */
typedef struct {
    guint refs;
    char *path;
    const char *kind; /* interned */
    guint64 size;
    char *digest;         /* or NULL where none is told */
    json_t *entry;        /* what the target told of it, where that is more; or NULL */
    ObservedImage *image; /* but of documents; NULL where it cannot be looked into */
} ObservedFile;

/** The world at one time. */
typedef struct {
    guint refs;
    GPtrArray *domains; /* of ObservedDomain *, sorted by name */
    GPtrArray *files; /* of ObservedFile *, sorted by path, the very array of the look before where
                       * nothing changed; NULL where the target cannot list files */
    char *fault;      /* a call that listed something, then did not give it; or NULL */
} Observation;

/** Through what the world is seen; borrowed from the oracle. */
typedef struct {
    const struct vm_target *target;
    struct vm_conn *conn;
    const char *prefix;
    DocumentCache *cache;
    struct Contents *contents; /* of the images, see contents.h */
    struct Folders *folders;   /* the driver's, see folders.h */
    gboolean files;            /* the target can list files */
    gboolean content;          /* the target can tell an image's content */
    gboolean damaged;          /* files were damaged on purpose: what was lost may be missed */
} ObserveView;

/** Look at everything; texts that are as in `former` (may be NULL) are not read again, files not
 *  looked into.  Never NULL; see its fault. */
Observation *observe_world(const ObserveView *view, const Observation *former);

/** Look at the files alone: those that are as in `former` (may be NULL) are not looked into again.
 *  The caller unrefs the array; NULL where the target fails. */
GPtrArray *observe_files(const ObserveView *view, GPtrArray *former);

/** One more reference, and one less; NULL is fine. */
Observation *observation_ref(Observation *world);
void observation_unref(Observation *world);
G_DEFINE_AUTOPTR_CLEANUP_FUNC(Observation, observation_unref)

/** A domain by name, or NULL. */
ObservedDomain *observed_domain(const Observation *world, const char *name);

/** Look into the file of a path; NULL where the target cannot.  The caller frees it. */
ObservedImage *observe_image(const ObserveView *view, const char *path);

/** Free it; NULL is fine. */
void observed_image_free(ObservedImage *image);

/** One more reference to a moment, and one less. */
ObservedMoment *observed_moment_ref(ObservedMoment *moment);
void observed_moment_unref(ObservedMoment *moment);

/** A moment of a domain by name, or NULL. */
ObservedMoment *observed_moment(const ObservedDomain *domain, const char *name);

/** Whether it has a running definition: any state but shutoff, nostate and crashed. */
gboolean observed_active(const ObservedDomain *domain);

/** Whether `moment` is below `ancestor` in the tree of their documents. */
gboolean observed_is_below(const ObservedDomain *domain, const char *moment, const char *ancestor);

/** inspect() parsed, or NULL where the target cannot or fails; the caller decrefs it. */
json_t *observe_inspect(const ObserveView *view, const char *what, const char *argument);

/** Whether all of a chain is there and what its format says; TRUE where it cannot be seen. */
gboolean observed_chain_sound(const Observation *world, const char *path, const char *format);

/** The file of that path in a list that is sorted by path; NULL where there is none, or no list
 *  (which may be NULL).  Borrowed. */
ObservedFile *observed_file_among(const GPtrArray *files, const char *path);

/** A listed file; NULL where it is missing or cannot be seen.  Borrowed. */
ObservedFile *observed_file_at(const Observation *world, const char *path);

/** Whether a path that is listed has this text in it; FALSE where the target cannot list files. */
gboolean observed_any_path(const Observation *world, const char *part);

/** Whether a file is listed; TRUE where the target cannot list files. */
gboolean observed_file(const Observation *world, const char *path);

/** Whether a file is listed in the folder of this path, or below it; TRUE where the target cannot
 *  list files. */
gboolean observed_folder_of(const Observation *world, const char *path);

/** What was seen in the image of a path (which may be NULL) at that time; NULL where it is missing
 * or cannot be seen.  Borrowed. */
const ObservedImage *observed_image(const Observation *world, const char *path);

/** What the image of a path rests on, or NULL.  Borrowed. */
const char *observed_backing(const Observation *world, const char *path);

/** The first internal snapshot of that name, or NULL. */
const ObservedTag *observed_tag(const ObservedImage *image, const char *name);

/** The size of a listed file; 0 where it is missing or cannot be seen. */
guint64 observed_file_size(const Observation *world, const char *path);

/** The digest of a listed file; NULL where it is missing or cannot be seen.  Borrowed. */
const char *observed_digest(const Observation *world, const char *path);
