/* SPDX-License-Identifier: LGPL-2.1-or-later
 *
 * Which image lies over which, who names each, and what becomes of them when
 * moments go or a domain goes back to one: the oracle's own reckoning.
 *
 * An external disk of a moment is held in the image that its definition names.
 * When the moment goes, an image that nothing else uses goes too, where the
 * target made it; one with a single image above and no other use takes that
 * one in; any other stays as it is.
 */
#pragma once

#include <glib.h>
#include "harness/oracle/history.h"
#include "harness/oracle/observe.h"

/** Where an image is named. */
typedef enum {
    LAYER_LIVE,     /* the running definition, or the only one */
    LAYER_CONFIG,   /* the next boot's */
    LAYER_CAPTURED, /* a moment's <domain> */
    LAYER_INACTIVE, /* a moment's <inactiveDomain> */
} LayerNaming;

/** Why the moments cannot go; a set. */
typedef enum {
    LAYERS_TAGS = 1 << 0,      /* a merge would be over, or of, an image with internal snapshots */
    LAYERS_BITMAPS = 1 << 1,   /* … with persistent bitmaps */
    LAYERS_OTHER_TOP = 1 << 2, /* an internal one lies in another image than today's */
    LAYERS_WRITTEN = 1 << 3,   /* no refusal by itself: images are written to */
    LAYERS_BROKEN = 1 << 4,    /* nobody has the images open that would be merged, nor could */
} LayersFault;

typedef struct Layers Layers;

/** The images of a world before a step; `history` tells which the target made, and which an earlier
 *  deletion left behind.  All borrowed: the layers must not outlive them. */
Layers *layers_new(const Observation *world, const History *history);

/** Free it; NULL is fine. */
void layers_free(Layers *layers);
G_DEFINE_AUTOPTR_CLEANUP_FUNC(Layers, layers_free)

/** A moment goes, with what it alone holds. */
void layers_delete(Layers *layers, const ObservedDomain *domain, const ObservedMoment *moment);

/** All below a moment go, the deepest first, and then it itself if asked. */
void layers_delete_below(Layers *layers, const ObservedDomain *domain, const ObservedMoment *moment,
                         gboolean itself);

/** The domain goes back to a moment and has these definitions then (config may be NULL): a new
 * image over each external disk's, today's image where the moment left the disk out; former tops
 * that nothing uses any more go. */
void layers_revert(Layers *layers, const ObservedDomain *domain, const ObservedMoment *moment,
                   const DomainDoc *live, const DomainDoc *config);

/** What was found on the way, of LayersFault. */
guint layers_faults(const Layers *layers);

/** Whether something else needs the image of a moment's internal disk as it is: any other use,
 * where it is not the top of today, and another domain's moment or overlay, or an external moment
 * of its own, where it is; what only its user knows of does not count, and is forgotten here. */
gboolean layers_written_under(Layers *layers, const ObservedDomain *domain,
                              const ObservedMoment *moment);

/** Whether the image has to stay as it is: one that is used lies on it, or an external snapshot
 * holds it; what only its user knows of does not count, and is forgotten here. */
gboolean layers_is_frozen(Layers *layers, const char *path);

/** A definition: a domain's own, or (moment not NULL) one that a moment holds. */
typedef struct {
    const char *domain, *moment;
    LayerNaming naming;
    const DomainDoc *doc; /* as it is now, or NULL */
} LayerPlace;

/** Whether a definition names the images that it must: NULL, or one line that the caller frees. */
char *layers_compare(const Layers *layers, const Observation *after, const LayerPlace *place);

/** Whether just the images that must are gone, and none is left that should; as above. */
char *layers_compare_files(const Layers *layers, const Observation *after);

/** The images that were left without a holder but with users; of char *, borrowed like the array;
 *  NULL where there is none. */
const GPtrArray *layers_left(const Layers *layers);
