/* SPDX-License-Identifier: LGPL-2.1-or-later
 *
 * What the images of the world hold: read once, and again when a file that
 * they rest on is another.
 */
#pragma once

#include "harness/oracle/names.h"
#include "harness/oracle/observe.h"

/** What a guest would see at a place.  Numbers are of the contents' names, 0 is none. */
typedef struct {
    guint place;   /* of "PATH", or of "PATH@TAG" for an internal snapshot */
    guint disk;    /* of "disk:DIGEST" */
    guint memory;  /* of "memory:DIGEST", where a guest's memory was put there */
    gboolean bare; /* of no bytes */
    gboolean read; /* else none of these is known yet */
} PlaceContent;

/** An image; another one where a file that it rests on is another. */
typedef struct ImageContent {
    guint refs;
    guint look;     /* the last one that it was seen in */
    gboolean open;  /* what is below it is being looked for */
    gboolean vague; /* it rests on what is not listed, or on itself: nobody can tell what changed */
    struct ImageContent *below; /* or NULL */
    GArray *places;             /* of PlaceContent: its own, then its internal snapshots' */
    GArray *bitmaps;            /* of guint: numbers of "bitmap:NAME" */
} ImageContent;

/** Of one oracle. */
typedef struct Contents {
    Names *names;
    GPtrArray *files; /* of the world that was followed last; or NULL */
    guint look;
    guint vague; /* images there that are so */
} Contents;

/** No contents yet, and the end of all. */
Contents *contents_new(void);
void contents_free(Contents *contents);
G_DEFINE_AUTOPTR_CLEANUP_FUNC(Contents, contents_free)

/** From now on that is the world: each of its images has its `contents`. */
void contents_follow(Contents *contents, const Observation *world);

/** The image of a path there, or NULL.  Borrowed. */
ImageContent *contents_image(const Contents *contents, const char *path);

/** Whether the image is still what it was, in the world that was followed last. */
gboolean contents_are_current(const Contents *contents, const ImageContent *image);

/** Read a place of the world that was followed last, where it has not been read. */
void contents_read(const ObserveView *view, PlaceContent *content);

/** What the memory of a running guest is now, as its "memory:DIGEST" where it is saved; 0 where the
 *  target does not tell. */
guint contents_of_guest(const ObserveView *view, const char *domain);

/** The place of an image, of the number; NULL where it has none such.  Borrowed. */
PlaceContent *contents_place(const ImageContent *image, guint place);

/** Whether two places show the same, with the same memory. */
gboolean contents_equal(const PlaceContent *one, const PlaceContent *other);

/** "DIGEST", with the memory's where there is one; "" where nothing is there.  The caller frees
 *  it. */
char *contents_describe(const Contents *contents, const PlaceContent *content);

/** One more reference, and one less; NULL is fine. */
ImageContent *image_content_ref(ImageContent *image);
void image_content_unref(ImageContent *image);
