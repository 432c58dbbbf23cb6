/* SPDX-License-Identifier: LGPL-2.1-or-later
 *
 * What deletion and revert make of the graph of images.
 */
#include "harness/oracle/layer_graph.h"

#include <string.h>

/* Whether a disk or moment of another domain rests on the image. */
static gboolean
is_shared(const Layers *layers, int image, const char *domain)
{
    for (guint i = 0; i < layers->names->len; i++) {
        const LayerName *name = layer_name(layers, i);

        if (g_strcmp0(name->domain, domain) != 0 && name->use != USE_MENTION &&
            layer_in_chain(layers, name->image, image))
            return TRUE;
    }
    return FALSE;
}

/* ---- what becomes of one image ---- */

/* Only what the target made, and never the bottom of a chain. */
static gboolean
may_go(const Layers *layers, int image)
{
    const LayerImage *at = layer_image(layers, image);

    return at->below != LAYER_NONE &&
           (at->made || g_hash_table_contains(layers->history->overlays, at->path));
}

static gboolean
is_forgotten(const Layers *layers, int image, const char *tag)
{
    for (guint i = 0; layers->tags && i < layers->tags->len; i++) {
        const LayerTag *gone = &g_array_index(layers->tags, LayerTag, i);

        if (gone->image == image && g_strcmp0(gone->moment, tag) == 0)
            return TRUE;
    }
    return FALSE;
}

static gboolean
has_tags(const Layers *layers, int image)
{
    const ObservedImage *seen = observed_image(layers->world, layer_path(layers, image));
    gboolean found = FALSE;

    for (guint i = 0; seen && i < seen->tags->len; i++)
        found |= !is_forgotten(layers, image, g_array_index(seen->tags, ObservedTag, i).name);
    return found;
}

static gboolean
has_bitmaps(const Layers *layers, int image)
{
    const ObservedImage *seen = observed_image(layers->world, layer_path(layers, image));

    return seen && seen->bitmaps->len > 0;
}

/* An image takes in the one above it, whose names and images above become its own. */
static void
merge(Layers *layers, int from, int to)
{
    layers->faults |= LAYERS_WRITTEN;
    if (has_tags(layers, from) || has_tags(layers, to))
        layers->faults |= LAYERS_TAGS;
    if (has_bitmaps(layers, from) || has_bitmaps(layers, to))
        layers->faults |= LAYERS_BITMAPS;
    for (guint i = 0; i < layers->names->len; i++) {
        if (layer_name(layers, i)->image == from)
            layer_name(layers, i)->image = to;
    }
    layer_image(layers, from)->below = LAYER_NONE;
    layer_image(layers, from)->gone = TRUE;
    for (guint i = 0; i < layers->images->len; i++) {
        if (layer_image(layers, (int)i)->below == from)
            layer_image(layers, (int)i)->below = to;
    }
}

/* An image goes as a whole. */
static void
discard(Layers *layers, int image)
{
    if (has_tags(layers, image))
        layers->faults |= LAYERS_TAGS;
    layer_image(layers, image)->below = LAYER_NONE;
    layer_image(layers, image)->gone = TRUE;
}

static void settle(Layers *layers, int image, const char *domain, gboolean released);

static gboolean
was_left(const Layers *layers, int image)
{
    return layer_image(layers, image)->left ||
           g_hash_table_contains(layers->history->left, layer_path(layers, image));
}

/* What lies below has one user less; what an earlier deletion left there may be merged now. */
static void
drop(Layers *layers, int image, const char *domain)
{
    int below = layer_image(layers, image)->below;

    discard(layers, image);
    if (below != LAYER_NONE)
        settle(layers, below, domain, was_left(layers, below));
}

/* Images lie over it, and no moment holds it. */
static void
leave(Layers *layers, int image)
{
    if (layer_is_named(layers, image, USE_WHOLE) || was_left(layers, image))
        return;
    layer_image(layers, image)->left = TRUE;
    if (!layers->left)
        layers->left = g_ptr_array_new();
    g_ptr_array_add(layers->left, (gpointer)layer_path(layers, image));
}

/* Whether a process of the domain has the image open, whatever its file has come to since. */
static gboolean
is_open(Layers *layers, int image, const char *domain)
{
    const ObservedDomain *observed = observed_domain(layers->world, domain);

    for (guint i = 0; observed_active(observed) && i < observed->live->disks->len; i++) {
        const OracleDisk *disk = g_ptr_array_index(observed->live->disks, i);
        int at = layer_number(layers, disk->source);

        for (guint depth = 0; at != LAYER_NONE && depth < MAX_CHAIN; depth++) {
            if (at == image)
                return TRUE;
            at = layer_in_world(layers, at);
        }
    }
    return FALSE;
}

static gboolean
is_sound(const Layers *layers, int image)
{
    const char *path = layer_path(layers, image);
    const ObservedImage *seen = observed_image(layers->world, path);

    return observed_chain_sound(layers->world, path, seen ? seen->format : NULL);
}

/* The image takes in its only one above; what an earlier deletion left below has fewer users then.
 */
static void
take_in(Layers *layers, int image, int above, const char *domain)
{
    int below = layer_image(layers, image)->below;
    int first;

    if (!is_open(layers, above, domain) && !is_sound(layers, above))
        layers->faults |= LAYERS_BROKEN;
    merge(layers, above, image);
    if (layer_above(layers, image, &first) > 0)
        leave(layers, image);
    if (below != LAYER_NONE && was_left(layers, below))
        settle(layers, below, domain, TRUE);
}

/* An image that lost a user; `released`: one that a moment held, now or before. */
static void
settle(Layers *layers, int image, const char *domain, gboolean released)
{
    int first = LAYER_NONE;
    guint above = layer_above(layers, image, &first);
    gboolean held = layer_is_named(layers, image, USE_WHOLE);

    if (!layer_is_named(layers, image, USE_TAG) && above == 0 && may_go(layers, image))
        drop(layers, image, domain);
    else if (released && !held && above == 1 && !is_shared(layers, image, domain))
        take_in(layers, image, first, domain);
    else if (released && above > 0)
        leave(layers, image);
}

/* ---- a moment goes ---- */

static const LayerName *
find_name(const Layers *layers, const char *domain, const char *moment, LayerNaming naming,
          const char *disk)
{
    for (guint i = 0; i < layers->names->len; i++) {
        const LayerName *name = layer_name(layers, i);

        if (name->naming == naming && g_strcmp0(name->domain, domain) == 0 &&
            g_strcmp0(name->moment, moment) == 0 && g_strcmp0(name->disk, disk) == 0)
            return name;
    }
    return NULL;
}

static void
forget_tag(Layers *layers, const ObservedDomain *domain, const ObservedMoment *moment,
           const OracleDisk *disk)
{
    const LayerName *held =
        find_name(layers, domain->name, moment->name, LAYER_CAPTURED, disk->name);
    const LayerName *top = find_name(layers, domain->name, NULL, LAYER_LIVE, disk->name);
    LayerTag tag;

    if (!held || held->image == LAYER_NONE)
        return;
    layers->faults |= LAYERS_WRITTEN;
    if (top && top->image != held->image)
        layers->faults |= LAYERS_OTHER_TOP;
    tag = (LayerTag){held->image, moment->name};
    if (!layers->tags)
        layers->tags = g_array_new(FALSE, FALSE, sizeof(LayerTag));
    g_array_append_val(layers->tags, tag);
}

static void
forget_names(Layers *layers, const char *domain, const char *moment)
{
    guint kept = 0;

    for (guint i = 0; i < layers->names->len; i++) {
        const LayerName *name = layer_name(layers, i);

        if (g_strcmp0(name->domain, domain) != 0 || g_strcmp0(name->moment, moment) != 0)
            *layer_name(layers, kept++) = *name;
    }
    g_array_set_size(layers->names, kept);
}

void
layers_delete(Layers *layers, const ObservedDomain *domain, const ObservedMoment *moment)
{
    guint disks = moment->doc->disks->len;
    g_autofree int *held = g_new(int, 2 * disks + 1);
    int *theirs = held + disks;
    guint held_count = 0;
    guint their_count = 0;

    for (guint i = 0; i < disks; i++) {
        const OracleDisk *disk = g_ptr_array_index(moment->doc->disks, i);
        const LayerName *name =
            find_name(layers, domain->name, moment->name, LAYER_CAPTURED, disk->name);

        if (g_strcmp0(disk->snapshot, "internal") == 0)
            forget_tag(layers, domain, moment, disk);
        else if (g_strcmp0(disk->snapshot, "external") == 0 && name && name->image != LAYER_NONE)
            held[held_count++] = name->image;
        else if (g_strcmp0(disk->snapshot, "manual") == 0 && name && name->image != LAYER_NONE)
            theirs[their_count++] = name->image;
    }
    forget_names(layers, domain->name, moment->name);
    for (guint i = 0; i < their_count; i++)
        layer_add_theirs(layers, theirs[i]);
    for (guint i = 0; i < held_count; i++)
        settle(layers, held[i], domain->name, TRUE);
}

static guint
depth_of(const ObservedDomain *domain, const ObservedMoment *moment)
{
    guint depth = 0;

    while (moment && depth < domain->moments->len) {
        moment = observed_moment(domain, moment->doc->parent);
        depth++;
    }
    return depth;
}

void
layers_delete_below(Layers *layers, const ObservedDomain *domain, const ObservedMoment *moment,
                    gboolean itself)
{
    for (guint depth = domain->moments->len; depth > depth_of(domain, moment); depth--) {
        for (guint i = 0; i < domain->moments->len; i++) {
            const ObservedMoment *other = g_ptr_array_index(domain->moments, i);

            if (depth_of(domain, other) == depth &&
                observed_is_below(domain, other->name, moment->name))
                layers_delete(layers, domain, other);
        }
    }
    if (itself)
        layers_delete(layers, domain, moment);
}

/* ---- a domain goes back ---- */

/* Whether a disk of the moment is external, internal, or (NULL) left out. */
static const char *
location_of(const ObservedMoment *moment, const char *disk)
{
    const OracleDisk *entry = document_disk(moment->doc->disks, disk);

    if (!entry || g_strcmp0(entry->snapshot, "no") == 0 ||
        g_strcmp0(entry->snapshot, "manual") == 0)
        return NULL;
    return entry->snapshot;
}

/* Mark the images that overlays or external disks of moments rest on. */
static void
mark_frozen(const Layers *layers)
{
    layer_mark_used(layers);
    for (guint i = 0; i < layers->images->len; i++)
        layer_image(layers, (int)i)->frozen = FALSE;
    for (guint i = 0; i < layers->images->len; i++) {
        const LayerImage *image = layer_image(layers, (int)i);

        if (image->used && image->below != LAYER_NONE)
            layer_image(layers, image->below)->frozen = TRUE;
    }
    for (guint i = 0; i < layers->names->len; i++) {
        const LayerName *name = layer_name(layers, i);

        if (name->moment && name->use == USE_WHOLE && name->image != LAYER_NONE)
            layer_image(layers, name->image)->frozen = TRUE;
    }
}

/* Whether a disk that the moment leaves out keeps today's image: where the moment is internal, only
 * if the image of then has been frozen since.  Memory knows whether there was a medium. */
static gboolean
keeps_today(const Layers *layers, const ObservedMoment *moment, const LayerName *then,
            const OracleDisk *today)
{
    if (!today || location_of(moment, then->disk))
        return FALSE;
    if (document_is_live(moment->doc) && (then->image == LAYER_NONE) != !today->source)
        return FALSE;
    if (document_is_external(moment->doc))
        return TRUE;
    return document_disk(moment->doc->disks, then->disk) && then->image != LAYER_NONE &&
           layer_image(layers, then->image)->frozen;
}

/* The number of the image that is to be made over one. */
static int
fresh_over(Layers *layers, int below)
{
    char *path = g_strconcat(FRESH, layer_path(layers, below), NULL);
    int fresh = layer_number(layers, path);

    if (layer_image(layers, fresh)->path == path)
        layer_image(layers, fresh)->made = path;
    else
        g_free(path);
    layer_image(layers, fresh)->below = below;
    return fresh;
}

static void
add_reverted(Layers *layers, const ObservedDomain *domain, const ObservedMoment *moment,
             LayerNaming naming, const DomainDoc *doc)
{
    guint first = layers->names->len;
    const DomainDoc *before = naming == LAYER_LIVE ? domain->live : domain->config;

    layer_add_names(layers, domain->name, NULL, naming, doc);
    for (guint i = first; i < layers->names->len; i++) {
        LayerName *name = layer_name(layers, i);
        const char *location = location_of(moment, name->disk);
        const OracleDisk *today = document_disk(before->disks, name->disk);

        /* What lies over a transient disk goes with the process. */
        if (today && today->transient)
            today = document_disk(domain->config->disks, name->disk);
        if (keeps_today(layers, moment, name, today))
            name->image = layer_number(layers, today->source);
        if (g_strcmp0(location, "external") == 0 && name->image != LAYER_NONE)
            name->image = fresh_over(layers, name->image);
    }
}

/* The images that a domain's own definitions name; the caller frees the array. */
static GArray *
own_tops(const Layers *layers, const ObservedDomain *domain)
{
    GArray *tops = g_array_new(FALSE, FALSE, sizeof(int));

    for (guint i = 0; i < layers->names->len; i++) {
        const LayerName *name = layer_name(layers, i);
        gboolean known = FALSE;

        if (name->moment || name->image == LAYER_NONE || g_strcmp0(name->domain, domain->name) != 0)
            continue;
        for (guint j = 0; j < tops->len; j++)
            known |= g_array_index(tops, int, j) == name->image;
        if (!known)
            g_array_append_val(tops, name->image);
    }
    return tops;
}

void
layers_revert(Layers *layers, const ObservedDomain *domain, const ObservedMoment *moment,
              const DomainDoc *live, const DomainDoc *config)
{
    g_autoptr(GArray) tops = own_tops(layers, domain);

    mark_frozen(layers);
    forget_names(layers, domain->name, NULL);
    add_reverted(layers, domain, moment, LAYER_LIVE, live);
    if (config)
        add_reverted(layers, domain, moment, LAYER_CONFIG, config);
    for (guint i = 0; i < tops->len; i++) {
        int top = g_array_index(tops, int, i);
        int first;

        if (!layer_is_named(layers, top, USE_TAG) && layer_above(layers, top, &first) == 0 &&
            may_go(layers, top))
            discard(layers, top);
        else if (g_hash_table_contains(layers->history->theirs, layer_path(layers, top)))
            layer_add_theirs(layers, top);
    }
}

/* Whether another domain rests on the image as it is: by a disk, a moment, or an image above. */
static gboolean
rests_under(const Layers *layers, int image, const char *domain)
{
    for (guint i = 0; i < layers->names->len; i++) {
        const LayerName *name = layer_name(layers, i);
        int at = name->image;

        if ((g_strcmp0(name->domain, domain) == 0 && !name->external) || name->use == USE_MENTION ||
            at == LAYER_NONE)
            continue;
        if (layer_in_chain(layers, name->use == USE_TAG ? layer_image(layers, at)->below : at,
                           image))
            return TRUE;
    }
    return FALSE;
}

gboolean
layers_written_under(Layers *layers, const ObservedDomain *domain, const ObservedMoment *moment)
{
    forget_names(layers, NULL, NULL);
    for (guint i = 0; i < moment->doc->disks->len; i++) {
        const OracleDisk *disk = g_ptr_array_index(moment->doc->disks, i);
        const LayerName *held =
            find_name(layers, domain->name, moment->name, LAYER_CAPTURED, disk->name);
        const LayerName *top = find_name(layers, domain->name, NULL, LAYER_LIVE, disk->name);
        int first;

        if (g_strcmp0(disk->snapshot, "internal") != 0 || !held || held->image == LAYER_NONE)
            continue;
        if (top && top->image == held->image) {
            if (rests_under(layers, held->image, domain->name))
                return TRUE;
            continue;
        }
        if (layer_above(layers, held->image, &first) > 0 ||
            layer_is_named(layers, held->image, USE_WHOLE))
            return TRUE;
    }
    return FALSE;
}

gboolean
layers_is_frozen(Layers *layers, const char *path)
{
    int image = layer_number(layers, path);
    int first;

    forget_names(layers, NULL, NULL);
    for (guint i = 0; i < layers->names->len; i++) {
        const LayerName *name = layer_name(layers, i);

        if (name->external && name->image == image)
            return TRUE;
    }
    return layer_above(layers, image, &first) > 0;
}

/* ---- beside the world after the step ---- */

/* A new image: its path is that of the one below without its suffix, a dot and a time. */
static char *
compare_fresh(const Layers *layers, const Observation *after, int want, const char *now)
{
    const char *below = layer_path(layers, layer_image(layers, want)->below);
    const char *seen = observed_backing(after, now);
    const char *slash = strrchr(below, '/');
    const char *dot = strrchr(below, '.');
    gsize stem = dot && (!slash || dot > slash) ? (gsize)(dot - below) : strlen(below);

    if (!now || observed_file(layers->world, now))
        return g_strdup_printf("'%s', expected a new image", now ? now : "nothing");
    if (g_strcmp0(seen, below) != 0)
        return g_strdup_printf("'%s' over '%s', expected a new image over '%s'", now,
                               seen ? seen : "nothing", below);
    if (strncmp(now, below, stem) != 0 || now[stem] != '.' || !g_ascii_isdigit(now[stem + 1]))
        return g_strdup_printf("'%s', which is not named after '%s'", now, below);
    return NULL;
}

static char *
compare_source(const Layers *layers, const Observation *after, int want, const char *now)
{
    const char *path = layer_path(layers, want);

    if (want != LAYER_NONE && layer_image(layers, want)->made)
        return compare_fresh(layers, after, want, now);
    if (g_strcmp0(path, now) == 0)
        return NULL;
    return g_strdup_printf("'%s', expected '%s'", now ? now : "nothing", path ? path : "nothing");
}

/* What a process writes to a transient disk lies over the disk's image and goes with it. */
static gboolean
is_throwaway(const LayerPlace *place, const char *path, const OracleDisk *disk)
{
    g_autofree char *overlay = disk->transient && path && place->naming == LAYER_LIVE
                                   ? g_strdup_printf("%s.TRANSIENT-%s", path, place->domain)
                                   : NULL;

    return overlay && g_strcmp0(overlay, disk->source) == 0;
}

static const char *
word_of(const LayerPlace *place)
{
    return place->moment ? "snapshot" : "domain";
}

char *
layers_compare(const Layers *layers, const Observation *after, const LayerPlace *place)
{
    const char *whose = place->moment ? place->moment : place->domain;
    guint wanted = 0;

    for (guint i = 0; i < layers->names->len; i++) {
        const LayerName *name = layer_name(layers, i);
        const OracleDisk *disk;
        g_autofree char *found = NULL;

        if (name->naming != place->naming || g_strcmp0(name->domain, place->domain) != 0 ||
            g_strcmp0(name->moment, place->moment) != 0)
            continue;
        wanted++;
        disk = place->doc ? document_disk(place->doc->disks, name->disk) : NULL;
        if (!disk)
            return g_strdup_printf("%s '%s' has no disk '%s'", word_of(place), whose, name->disk);
        if (is_throwaway(place, layer_path(layers, name->image), disk))
            continue;
        found = compare_source(layers, after, name->image, disk->source);
        if (found)
            return g_strdup_printf("%s '%s' has disk '%s' on %s", word_of(place), whose, name->disk,
                                   found);
    }
    if (place->doc && wanted != place->doc->disks->len)
        return g_strdup_printf("%s '%s' has %u disks, expected %u", word_of(place), whose,
                               place->doc->disks->len, wanted);
    return NULL;
}

char *
layers_compare_files(const Layers *layers, const Observation *after)
{
    layer_mark_used(layers);
    for (guint i = 0; i < layers->images->len; i++) {
        const LayerImage *image = layer_image(layers, (int)i);

        if (image->made)
            continue;
        if (image->gone && after->files && observed_file(after, image->path))
            return g_strdup_printf("image '%s', which nothing uses any more, is left", image->path);
        if (image->used && observed_file(layers->world, image->path) &&
            !observed_file(after, image->path))
            return g_strdup_printf("image '%s', which is used, is gone", image->path);
    }
    return NULL;
}
