/* SPDX-License-Identifier: LGPL-2.1-or-later
 *
 * The graph of images, and what deletion and revert make of it.
 */
#include "harness/oracle/layers.h"

#include <string.h>

/* A longer chain is a loop (no driver goes beyond 200). */
#define MAX_CHAIN 256

/* What stands for an image that the target is about to make, before the path of the one below. */
#define FRESH "new:"

typedef enum {
    USE_MENTION, /* named for a disk that the moment leaves out */
    USE_TAG,     /* an internal disk of a moment */
    USE_WHOLE,   /* an external disk of a moment, or a disk of a domain */
} LayerUse;

typedef struct {
    const char *domain; /* or the save image of a guest whose domain is gone; NULL: nobody's */
    const char *moment, *disk;
    LayerNaming naming;
    LayerUse use;
    char *path; /* NULL: a drive without a medium */
} LayerName;

struct Layers {
    const Observation *world;
    const History *history;
    GPtrArray *names;    /* of LayerName * */
    GHashTable *backing; /* path -> path below, both owned; images of the world's chains */
    GHashTable *gone;    /* set of paths that must go */
    GHashTable *tags;    /* "PATH TAG" of internal moments that went */
    GHashTable *frozen; /* of a revert: paths that the images above, or moments, rested on before */
    GPtrArray *left;
    guint faults;
};

static void
name_free(LayerName *name)
{
    g_free(name->path);
    g_free(name);
}

/* ---- the graph ---- */

static void
add_chain(Layers *layers, const char *top)
{
    const char *at = top;

    for (guint i = 0; at && i < MAX_CHAIN && !g_hash_table_contains(layers->backing, at); i++) {
        const char *below = observed_backing(layers->world, at);

        if (below)
            g_hash_table_replace(layers->backing, g_strdup(at), g_strdup(below));
        at = below;
    }
}

static LayerUse
use_of(const ObservedMoment *moment, LayerNaming naming, const OracleDisk *disk)
{
    const OracleDisk *entry;

    if (!moment)
        return USE_WHOLE;
    entry = document_disk(moment->doc->disks, disk->name);
    if (naming == LAYER_INACTIVE || !entry)
        return USE_MENTION;
    if (g_strcmp0(entry->snapshot, "external") == 0 || g_strcmp0(entry->snapshot, "manual") == 0)
        return USE_WHOLE; /* nobody knows what the caller has done about a manual one */
    return g_strcmp0(entry->snapshot, "internal") == 0 ? USE_TAG : USE_MENTION;
}

static void
add_names(Layers *layers, const char *domain, const ObservedMoment *moment, LayerNaming naming,
          const DomainDoc *doc)
{
    for (guint i = 0; doc && i < doc->disks->len; i++) {
        const OracleDisk *disk = g_ptr_array_index(doc->disks, i);
        LayerName *name = g_new0(LayerName, 1);

        name->domain = domain;
        name->moment = moment ? moment->name : NULL;
        name->disk = disk->name;
        name->naming = naming;
        name->use = use_of(moment, naming, disk);
        name->path = g_strdup(disk->source);
        g_ptr_array_add(layers->names, name);
        add_chain(layers, disk->source);
    }
}

/* The images in use: those that are named for their content, and all below them. */
static GHashTable *
used_images(const Layers *layers)
{
    GHashTable *used = g_hash_table_new(g_str_hash, g_str_equal);

    for (guint i = 0; i < layers->names->len; i++) {
        const LayerName *name = g_ptr_array_index(layers->names, i);
        const char *at = name->use == USE_MENTION ? NULL : name->path;

        while (at && g_hash_table_add(used, (gpointer)at))
            at = g_hash_table_lookup(layers->backing, at);
    }
    return used;
}

/* An image that no name tells of is its user's, and needs what lies below it. */
static void
add_theirs(Layers *layers, const char *path)
{
    g_autoptr(GHashTable) used = used_images(layers);
    LayerName *name;

    if (g_hash_table_contains(used, path) || !observed_file(layers->world, path))
        return;
    name = g_new0(LayerName, 1);
    name->naming = LAYER_LIVE;
    name->use = USE_WHOLE;
    name->path = g_strdup(path);
    g_ptr_array_add(layers->names, name);
    add_chain(layers, path);
}

static gboolean
is_gone(const Observation *world, const char *uuid)
{
    for (guint i = 0; i < world->domains->len; i++)
        if (strcmp(((const ObservedDomain *)g_ptr_array_index(world->domains, i))->uuid, uuid) == 0)
            return FALSE;
    return TRUE;
}

/* A guest whose save image waits comes back to its disks, also where its domain is gone. */
static void
add_saved(Layers *layers, const Observation *world, const History *history)
{
    GHashTableIter iter;
    gpointer path, value;

    g_hash_table_iter_init(&iter, history->images);
    while (g_hash_table_iter_next(&iter, &path, &value)) {
        const HistoryImage *image = value;

        if (!image->stale && observed_file(world, path) && is_gone(world, image->uuid))
            add_names(layers, path, NULL, LAYER_LIVE, image->doc);
    }
}

Layers *
layers_new(const Observation *world, const History *history)
{
    Layers *layers = g_new0(Layers, 1);
    GHashTableIter iter;
    gpointer path;

    layers->world = world;
    layers->history = history;
    layers->names = g_ptr_array_new_with_free_func((GDestroyNotify)name_free);
    layers->backing = g_hash_table_new_full(g_str_hash, g_str_equal, g_free, g_free);
    layers->gone = g_hash_table_new_full(g_str_hash, g_str_equal, g_free, NULL);
    layers->tags = g_hash_table_new_full(g_str_hash, g_str_equal, g_free, NULL);
    layers->left = g_ptr_array_new_with_free_func(g_free);
    for (guint i = 0; i < world->domains->len; i++) {
        const ObservedDomain *domain = g_ptr_array_index(world->domains, i);

        add_names(layers, domain->name, NULL, LAYER_LIVE, domain->live);
        if (domain->persistent)
            add_names(layers, domain->name, NULL, LAYER_CONFIG, domain->config);
        for (guint j = 0; j < domain->moments->len; j++) {
            const ObservedMoment *moment = g_ptr_array_index(domain->moments, j);

            add_names(layers, domain->name, moment, LAYER_CAPTURED, moment->doc->domain);
            add_names(layers, domain->name, moment, LAYER_INACTIVE, moment->doc->inactive);
        }
    }
    g_hash_table_iter_init(&iter, history->theirs);
    while (g_hash_table_iter_next(&iter, &path, NULL))
        add_theirs(layers, path);
    add_saved(layers, world, history);
    return layers;
}

void
layers_free(Layers *layers)
{
    if (!layers)
        return;
    g_ptr_array_unref(layers->names);
    g_hash_table_unref(layers->backing);
    g_hash_table_unref(layers->gone);
    g_hash_table_unref(layers->tags);
    g_clear_pointer(&layers->frozen, g_hash_table_unref);
    g_ptr_array_unref(layers->left);
    g_free(layers);
}

guint
layers_faults(const Layers *layers)
{
    return layers->faults;
}

GPtrArray *
layers_left(const Layers *layers)
{
    return layers->left;
}

/* ---- users ---- */

static gboolean
is_named(const Layers *layers, const char *path, LayerUse least)
{
    for (guint i = 0; i < layers->names->len; i++) {
        const LayerName *name = g_ptr_array_index(layers->names, i);

        if (name->use >= least && g_strcmp0(name->path, path) == 0)
            return TRUE;
    }
    return FALSE;
}

/* The images that lie over one and are used. */
static GPtrArray *
images_above(const Layers *layers, const char *path)
{
    GPtrArray *above = g_ptr_array_new();
    g_autoptr(GHashTable) used = used_images(layers);
    GHashTableIter iter;
    gpointer image, below;

    g_hash_table_iter_init(&iter, layers->backing);
    while (g_hash_table_iter_next(&iter, &image, &below)) {
        if (strcmp(below, path) == 0 && g_hash_table_contains(used, image))
            g_ptr_array_add(above, image);
    }
    return above;
}

/* Whether a disk or moment of another domain rests on the image. */
static gboolean
is_shared(const Layers *layers, const char *path, const char *domain)
{
    for (guint i = 0; i < layers->names->len; i++) {
        const LayerName *name = g_ptr_array_index(layers->names, i);
        const char *at = name->path;

        if (g_strcmp0(name->domain, domain) == 0 || name->use == USE_MENTION)
            continue;
        for (guint depth = 0; at && depth < MAX_CHAIN; depth++) {
            if (strcmp(at, path) == 0)
                return TRUE;
            at = g_hash_table_lookup(layers->backing, at);
        }
    }
    return FALSE;
}

/* ---- what becomes of one image ---- */

/* Only what the target made, and never the bottom of a chain. */
static gboolean
may_go(const Layers *layers, const char *path)
{
    return g_hash_table_contains(layers->backing, path) &&
           (g_str_has_prefix(path, FRESH) ||
            g_hash_table_contains(layers->history->overlays, path));
}

static gboolean
has_tags(const Layers *layers, const char *path)
{
    const ObservedImage *image = observed_image(layers->world, path);
    gboolean found = FALSE;

    for (guint i = 0; image && i < image->tags->len; i++) {
        const ObservedTag *tag = &g_array_index(image->tags, ObservedTag, i);
        g_autofree char *key = g_strdup_printf("%s %s", path, tag->name);

        found |= !g_hash_table_contains(layers->tags, key);
    }
    return found;
}

static gboolean
has_bitmaps(const Layers *layers, const char *path)
{
    const ObservedImage *image = observed_image(layers->world, path);

    return image && image->bitmaps->len > 0;
}

/* An image takes in the one above it, whose names and images above become its own. */
static void
merge(Layers *layers, const char *above, const char *into)
{
    g_autofree char *from = g_strdup(above);
    g_autofree char *to = g_strdup(into);
    GHashTableIter iter;
    gpointer below;

    layers->faults |= LAYERS_WRITTEN;
    if (has_tags(layers, from) || has_tags(layers, to))
        layers->faults |= LAYERS_TAGS;
    if (has_bitmaps(layers, from) || has_bitmaps(layers, to))
        layers->faults |= LAYERS_BITMAPS;
    for (guint i = 0; i < layers->names->len; i++) {
        LayerName *name = g_ptr_array_index(layers->names, i);

        if (g_strcmp0(name->path, from) == 0) {
            g_free(name->path);
            name->path = g_strdup(to);
        }
    }
    g_hash_table_remove(layers->backing, from);
    g_hash_table_iter_init(&iter, layers->backing);
    while (g_hash_table_iter_next(&iter, NULL, &below)) {
        if (strcmp(below, from) == 0)
            g_hash_table_iter_replace(&iter, g_strdup(to));
    }
    g_hash_table_add(layers->gone, g_steal_pointer(&from));
}

/* An image goes as a whole. */
static void
discard(Layers *layers, const char *path)
{
    if (has_tags(layers, path))
        layers->faults |= LAYERS_TAGS;
    g_hash_table_remove(layers->backing, path);
    g_hash_table_add(layers->gone, g_strdup(path));
}

static void settle(Layers *layers, const char *path, const char *domain, gboolean released);
static gboolean was_left(const Layers *layers, const char *path);

/* What lies below has one user less; what an earlier deletion left there may be merged now. */
static void
drop(Layers *layers, const char *path, const char *domain)
{
    g_autofree char *image = g_strdup(path);
    g_autofree char *below = g_strdup(g_hash_table_lookup(layers->backing, path));

    discard(layers, image);
    if (below)
        settle(layers, below, domain, was_left(layers, below));
}

static gboolean
was_left(const Layers *layers, const char *path)
{
    return g_hash_table_contains(layers->history->left, path) ||
           g_ptr_array_find_with_equal_func(layers->left, path, g_str_equal, NULL);
}

/* Images lie over it, and no moment holds it. */
static void
leave(Layers *layers, const char *path)
{
    if (!is_named(layers, path, USE_WHOLE) && !was_left(layers, path))
        g_ptr_array_add(layers->left, g_strdup(path));
}

/* Whether a process of the domain has the image open, whatever its file has come to since. */
static gboolean
is_open(const Layers *layers, const char *path, const char *domain)
{
    const ObservedDomain *observed = observed_domain(layers->world, domain);

    for (guint i = 0; observed_active(observed) && i < observed->live->disks->len; i++) {
        const char *at = ((const OracleDisk *)g_ptr_array_index(observed->live->disks, i))->source;

        for (guint depth = 0; at && depth < MAX_CHAIN; depth++) {
            if (strcmp(at, path) == 0)
                return TRUE;
            at = observed_backing(layers->world, at);
        }
    }
    return FALSE;
}

static gboolean
is_sound(const Layers *layers, const char *path)
{
    const ObservedImage *image = observed_image(layers->world, path);

    return observed_chain_sound(layers->world, path, image ? image->format : NULL);
}

/* The image takes in its only one above; what an earlier deletion left below has fewer users then.
 */
static void
take_in(Layers *layers, const char *path, const char *above, const char *domain)
{
    g_autofree char *below = g_strdup(g_hash_table_lookup(layers->backing, path));
    g_autoptr(GPtrArray) now = NULL;

    if (!is_open(layers, above, domain) && !is_sound(layers, above))
        layers->faults |= LAYERS_BROKEN;
    merge(layers, above, path);
    now = images_above(layers, path);
    if (now->len > 0)
        leave(layers, path);
    if (below && was_left(layers, below))
        settle(layers, below, domain, TRUE);
}

/* An image that lost a user; `released`: one that a moment held, now or before. */
static void
settle(Layers *layers, const char *path, const char *domain, gboolean released)
{
    g_autoptr(GPtrArray) above = images_above(layers, path);
    gboolean held = is_named(layers, path, USE_WHOLE);

    if (!is_named(layers, path, USE_TAG) && above->len == 0 && may_go(layers, path))
        drop(layers, path, domain);
    else if (released && !held && above->len == 1 && !is_shared(layers, path, domain))
        take_in(layers, path, g_ptr_array_index(above, 0), domain);
    else if (released && above->len > 0)
        leave(layers, path);
}

/* ---- a moment goes ---- */

static const LayerName *
find_name(const Layers *layers, const char *domain, const char *moment, LayerNaming naming,
          const char *disk)
{
    for (guint i = 0; i < layers->names->len; i++) {
        const LayerName *name = g_ptr_array_index(layers->names, i);

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

    if (!held || !held->path)
        return;
    layers->faults |= LAYERS_WRITTEN;
    if (top && g_strcmp0(top->path, held->path) != 0)
        layers->faults |= LAYERS_OTHER_TOP;
    g_hash_table_add(layers->tags, g_strdup_printf("%s %s", held->path, moment->name));
}

static void
forget_names(Layers *layers, const char *domain, const char *moment)
{
    for (guint i = layers->names->len; i > 0; i--) {
        const LayerName *name = g_ptr_array_index(layers->names, i - 1);

        if (g_strcmp0(name->domain, domain) == 0 && g_strcmp0(name->moment, moment) == 0)
            g_ptr_array_remove_index(layers->names, i - 1);
    }
}

void
layers_delete(Layers *layers, const ObservedDomain *domain, const ObservedMoment *moment)
{
    g_autoptr(GPtrArray) held = g_ptr_array_new_with_free_func(g_free);
    g_autoptr(GPtrArray) theirs = g_ptr_array_new_with_free_func(g_free);

    for (guint i = 0; i < moment->doc->disks->len; i++) {
        const OracleDisk *disk = g_ptr_array_index(moment->doc->disks, i);
        const LayerName *name =
            find_name(layers, domain->name, moment->name, LAYER_CAPTURED, disk->name);

        if (g_strcmp0(disk->snapshot, "internal") == 0)
            forget_tag(layers, domain, moment, disk);
        else if (g_strcmp0(disk->snapshot, "external") == 0 && name && name->path)
            g_ptr_array_add(held, g_strdup(name->path));
        else if (g_strcmp0(disk->snapshot, "manual") == 0 && name && name->path)
            g_ptr_array_add(theirs, g_strdup(name->path));
    }
    forget_names(layers, domain->name, moment->name);
    for (guint i = 0; i < theirs->len; i++)
        add_theirs(layers, g_ptr_array_index(theirs, i));
    for (guint i = 0; i < held->len; i++)
        settle(layers, g_ptr_array_index(held, i), domain->name, TRUE);
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

/* The images that overlays or external disks of moments rest on. */
static GHashTable *
frozen_images(const Layers *layers)
{
    g_autoptr(GHashTable) used = used_images(layers);
    GHashTable *frozen = g_hash_table_new_full(g_str_hash, g_str_equal, g_free, NULL);
    GHashTableIter iter;
    gpointer image, below;

    g_hash_table_iter_init(&iter, layers->backing);
    while (g_hash_table_iter_next(&iter, &image, &below)) {
        if (g_hash_table_contains(used, image))
            g_hash_table_add(frozen, g_strdup(below));
    }
    for (guint i = 0; i < layers->names->len; i++) {
        const LayerName *name = g_ptr_array_index(layers->names, i);

        if (name->moment && name->use == USE_WHOLE && name->path)
            g_hash_table_add(frozen, g_strdup(name->path));
    }
    return frozen;
}

/* Whether a disk that the moment leaves out keeps today's image: where the moment is internal, only
 * if the image of then has been frozen since.  Memory knows whether there was a medium. */
static gboolean
keeps_today(const Layers *layers, const ObservedMoment *moment, const LayerName *then,
            const OracleDisk *today)
{
    if (!today || location_of(moment, then->disk))
        return FALSE;
    if (document_is_live(moment->doc) && !then->path != !today->source)
        return FALSE;
    if (document_is_external(moment->doc))
        return TRUE;
    return document_disk(moment->doc->disks, then->disk) && then->path &&
           g_hash_table_contains(layers->frozen, then->path);
}

static void
add_reverted(Layers *layers, const ObservedDomain *domain, const ObservedMoment *moment,
             LayerNaming naming, const DomainDoc *doc)
{
    guint first = layers->names->len;
    const DomainDoc *before = naming == LAYER_LIVE ? domain->live : domain->config;

    add_names(layers, domain->name, NULL, naming, doc);
    for (guint i = first; i < layers->names->len; i++) {
        LayerName *name = g_ptr_array_index(layers->names, i);
        const char *location = location_of(moment, name->disk);
        const OracleDisk *today = document_disk(before->disks, name->disk);
        char *fresh;

        /* What lies over a transient disk goes with the process. */
        if (today && today->transient)
            today = document_disk(domain->config->disks, name->disk);
        if (keeps_today(layers, moment, name, today)) {
            g_free(name->path);
            name->path = g_strdup(today->source);
        }
        if (g_strcmp0(location, "external") != 0 || !name->path)
            continue;
        fresh = g_strconcat(FRESH, name->path, NULL);
        g_hash_table_replace(layers->backing, g_strdup(fresh), name->path);
        name->path = fresh;
    }
}

void
layers_revert(Layers *layers, const ObservedDomain *domain, const ObservedMoment *moment,
              const DomainDoc *live, const DomainDoc *config)
{
    g_autoptr(GPtrArray) tops = g_ptr_array_new_with_free_func(g_free);

    g_clear_pointer(&layers->frozen, g_hash_table_unref);
    layers->frozen = frozen_images(layers);
    for (guint i = 0; i < layers->names->len; i++) {
        const LayerName *name = g_ptr_array_index(layers->names, i);

        if (!name->moment && name->path && g_strcmp0(name->domain, domain->name) == 0 &&
            !g_ptr_array_find_with_equal_func(tops, name->path, g_str_equal, NULL))
            g_ptr_array_add(tops, g_strdup(name->path));
    }
    forget_names(layers, domain->name, NULL);
    add_reverted(layers, domain, moment, LAYER_LIVE, live);
    if (config)
        add_reverted(layers, domain, moment, LAYER_CONFIG, config);
    for (guint i = 0; i < tops->len; i++) {
        const char *top = g_ptr_array_index(tops, i);
        g_autoptr(GPtrArray) above = images_above(layers, top);

        if (!is_named(layers, top, USE_TAG) && above->len == 0 && may_go(layers, top)) {
            discard(layers, top);
        } else if (g_hash_table_contains(layers->history->theirs, top)) {
            add_theirs(layers, top);
        }
    }
}

/* Whether another domain rests on the image as it is: by a disk, a moment, or an image above. */
static gboolean
rests_under(const Layers *layers, const char *path, const char *domain)
{
    for (guint i = 0; i < layers->names->len; i++) {
        const LayerName *name = g_ptr_array_index(layers->names, i);
        const char *at = name->path;

        if (g_strcmp0(name->domain, domain) == 0 || name->use == USE_MENTION || !at)
            continue;
        if (name->use == USE_TAG)
            at = g_hash_table_lookup(layers->backing, at);
        for (guint depth = 0; at && depth < MAX_CHAIN; depth++) {
            if (strcmp(at, path) == 0)
                return TRUE;
            at = g_hash_table_lookup(layers->backing, at);
        }
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
        g_autoptr(GPtrArray) above = NULL;

        if (g_strcmp0(disk->snapshot, "internal") != 0 || !held || !held->path)
            continue;
        if (top && g_strcmp0(held->path, top->path) == 0) {
            if (rests_under(layers, held->path, domain->name))
                return TRUE;
            continue;
        }
        above = images_above(layers, held->path);
        if (above->len > 0 || is_named(layers, held->path, USE_WHOLE))
            return TRUE;
    }
    return FALSE;
}

/* ---- beside the world after the step ---- */

/* A new image: its path is that of the one below without its suffix, a dot and a time. */
static char *
compare_fresh(const Layers *layers, const Observation *after, const char *want, const char *now)
{
    const char *below = g_hash_table_lookup(layers->backing, want);
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
compare_source(const Layers *layers, const Observation *after, const char *want, const char *now)
{
    if (want && g_str_has_prefix(want, FRESH))
        return compare_fresh(layers, after, want, now);
    if (g_strcmp0(want, now) == 0)
        return NULL;
    return g_strdup_printf("'%s', expected '%s'", now ? now : "nothing", want ? want : "nothing");
}

/* What a process writes to a transient disk lies over the disk's image and goes with it. */
static gboolean
is_throwaway(const LayerPlace *place, const LayerName *name, const OracleDisk *disk)
{
    g_autofree char *overlay = disk->transient && name->path && place->naming == LAYER_LIVE
                                   ? g_strdup_printf("%s.TRANSIENT-%s", name->path, place->domain)
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
        const LayerName *name = g_ptr_array_index(layers->names, i);
        const OracleDisk *disk;
        g_autofree char *found = NULL;

        if (name->naming != place->naming || g_strcmp0(name->domain, place->domain) != 0 ||
            g_strcmp0(name->moment, place->moment) != 0)
            continue;
        wanted++;
        disk = place->doc ? document_disk(place->doc->disks, name->disk) : NULL;
        if (!disk)
            return g_strdup_printf("%s '%s' has no disk '%s'", word_of(place), whose, name->disk);
        if (is_throwaway(place, name, disk))
            continue;
        found = compare_source(layers, after, name->path, disk->source);
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
    g_autoptr(GHashTable) used = used_images(layers);
    GHashTableIter iter;
    gpointer path;

    g_hash_table_iter_init(&iter, layers->gone);
    while (g_hash_table_iter_next(&iter, &path, NULL)) {
        if (!g_str_has_prefix(path, FRESH) && after->files && observed_file(after, path))
            return g_strdup_printf("image '%s', which nothing uses any more, is left",
                                   (char *)path);
    }
    g_hash_table_iter_init(&iter, used);
    while (g_hash_table_iter_next(&iter, &path, NULL)) {
        if (!g_str_has_prefix(path, FRESH) && observed_file(layers->world, path) &&
            !observed_file(after, path))
            return g_strdup_printf("image '%s', which is used, is gone", (char *)path);
    }
    return NULL;
}
