/* SPDX-License-Identifier: LGPL-2.1-or-later
 *
 * Private to layers.c and layer_graph.c: images by number, which lies over
 * which, and the names that definitions and moments have for them.
 */
#pragma once

#include "harness/oracle/layers.h"

/** A longer chain is a loop (no driver goes beyond 200). */
#define MAX_CHAIN 256

/** What stands for an image that the target is about to make, before the path of the one below. */
#define FRESH "new:"

/** No image: a drive without a medium, or nothing below. */
#define LAYER_NONE (-1)

/** What a name is for. */
typedef enum {
    USE_MENTION, /* named for a disk that the moment leaves out */
    USE_TAG,     /* an internal disk of a moment */
    USE_WHOLE,   /* an external disk of a moment, or a disk of a domain */
} LayerUse;

/** An image named in a definition. */
typedef struct {
    const char *domain; /* or the save image of a guest whose domain is gone; NULL: nobody's */
    const char *moment, *disk;
    LayerNaming naming;
    LayerUse use;
    gboolean external; /* an external disk of a moment, which holds the image as it is */
    int image;         /* its number, or LAYER_NONE */
} LayerName;

/** An image that is named, or lies below one that is. */
typedef struct {
    const char *path; /* of the world, or made */
    char *made;       /* of a fresh one; else NULL */
    int below; /* the number of the image below, or LAYER_NONE; of those of the world's chains */
    gboolean looked; /* whether it is known what the world has below it */
    int rests_on;    /* that */
    gboolean used;   /* see layer_mark_used() */
    gboolean gone;   /* it must go */
    gboolean left;   /* see layers_left() */
    gboolean frozen; /* of a revert: images above, or moments, rested on it before */
} LayerImage;

/** An internal moment that went from an image. */
typedef struct {
    int image;
    const char *moment;
} LayerTag;

/** The images of a world and who names each. */
struct Layers {
    const Observation *world;
    const History *history;
    GArray *names;   /* of LayerName */
    GArray *images;  /* of LayerImage: a number is the place here */
    GArray *tags;    /* of LayerTag; NULL as long as there is none */
    GPtrArray *left; /* of paths; the same */
    guint faults;
};

/** An image by number; borrowed until one is added. */
static inline LayerImage *
layer_image(const Layers *layers, int number)
{
    return &g_array_index(layers->images, LayerImage, number);
}

/** A name by number; the same. */
static inline LayerName *
layer_name(const Layers *layers, guint number)
{
    return &g_array_index(layers->names, LayerName, number);
}

/** The path of an image; NULL for LAYER_NONE. */
const char *layer_path(const Layers *layers, int number);

/** The number of a path, which must live as long as the layers; LAYER_NONE for NULL. */
int layer_number(Layers *layers, const char *path);

/** The image that one has below it in the world, or LAYER_NONE. */
int layer_in_world(Layers *layers, int number);

/** The images of a definition, of a domain or (not NULL) of one of its moments; `doc` may be NULL.
 */
void layer_add_names(Layers *layers, const char *domain, const ObservedMoment *moment,
                     LayerNaming naming, const DomainDoc *doc);

/** An image that no name tells of is its user's, and needs what lies below it. */
void layer_add_theirs(Layers *layers, int image);

/** Mark the images in use: those that are named for their content, and all below them. */
void layer_mark_used(const Layers *layers);

/** Whether an image is named for that use, or one that weighs more. */
gboolean layer_is_named(const Layers *layers, int image, LayerUse least);

/** How many images lie over one and are used; *first is one of them. */
guint layer_above(const Layers *layers, int image, int *first);

/** Whether the chain that begins with `top` (or LAYER_NONE) has that image. */
gboolean layer_in_chain(const Layers *layers, int top, int image);
