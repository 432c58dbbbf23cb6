/* SPDX-License-Identifier: LGPL-2.1-or-later
 *
 * The graph of images: as the world has it, and what is asked of it.
 */
#include "harness/oracle/layer_graph.h"

#include <string.h>

const char *
layer_path(const Layers *layers, int number)
{
    return number == LAYER_NONE ? NULL : layer_image(layers, number)->path;
}

int
layer_number(Layers *layers, const char *path)
{
    if (!path)
        return LAYER_NONE;
    for (guint i = 0; i < layers->images->len; i++) {
        const char *known = layer_image(layers, (int)i)->path;

        if (known == path || strcmp(known, path) == 0)
            return (int)i;
    }
    g_array_set_size(layers->images, layers->images->len + 1);
    *layer_image(layers, (int)layers->images->len - 1) =
        (LayerImage){.path = path, .below = LAYER_NONE};
    return (int)layers->images->len - 1;
}

int
layer_in_world(Layers *layers, int number)
{
    const LayerImage *image = layer_image(layers, number);

    if (!image->looked) {
        int below = layer_number(layers, observed_backing(layers->world, image->path));

        layer_image(layers, number)->looked = TRUE;
        layer_image(layers, number)->rests_on = below;
    }
    return layer_image(layers, number)->rests_on;
}

static void
add_chain(Layers *layers, int top)
{
    for (int at = top; at != LAYER_NONE && layer_image(layers, at)->below == LAYER_NONE;) {
        int below = layer_in_world(layers, at);

        layer_image(layers, at)->below = below;
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

static gboolean
is_manual(const ObservedMoment *moment, const OracleDisk *disk)
{
    const OracleDisk *entry = document_disk(moment->doc->disks, disk->name);

    return entry && g_strcmp0(entry->snapshot, "manual") == 0;
}

void
layer_add_names(Layers *layers, const char *domain, const ObservedMoment *moment,
                LayerNaming naming, const DomainDoc *doc)
{
    for (guint i = 0; doc && i < doc->disks->len; i++) {
        const OracleDisk *disk = g_ptr_array_index(doc->disks, i);
        LayerName name = {
            .domain = domain,
            .moment = moment ? moment->name : NULL,
            .disk = disk->name,
            .naming = naming,
            .use = use_of(moment, naming, disk),
            .image = layer_number(layers, disk->source),
        };

        name.external = moment && name.use == USE_WHOLE && !is_manual(moment, disk);
        g_array_append_val(layers->names, name);
        add_chain(layers, name.image);
    }
}

void
layer_mark_used(const Layers *layers)
{
    for (guint i = 0; i < layers->images->len; i++)
        layer_image(layers, (int)i)->used = FALSE;
    for (guint i = 0; i < layers->names->len; i++) {
        const LayerName *name = layer_name(layers, i);
        int at = name->use == USE_MENTION ? LAYER_NONE : name->image;

        for (; at != LAYER_NONE && !layer_image(layers, at)->used;
             at = layer_image(layers, at)->below)
            layer_image(layers, at)->used = TRUE;
    }
}

void
layer_add_theirs(Layers *layers, int image)
{
    LayerName name = {.naming = LAYER_LIVE, .use = USE_WHOLE, .image = image};

    layer_mark_used(layers);
    if (layer_image(layers, image)->used ||
        !observed_file(layers->world, layer_path(layers, image)))
        return;
    g_array_append_val(layers->names, name);
    add_chain(layers, image);
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
            layer_add_names(layers, path, NULL, LAYER_LIVE, image->doc);
    }
}

/* Images that no name tells of. */
static void
add_unnamed(Layers *layers, GHashTable *paths)
{
    GHashTableIter iter;
    gpointer path;

    g_hash_table_iter_init(&iter, paths);
    while (g_hash_table_iter_next(&iter, &path, NULL))
        layer_add_theirs(layers, layer_number(layers, path));
}

Layers *
layers_new(const Observation *world, const History *history)
{
    Layers *layers = g_new0(Layers, 1);

    layers->world = world;
    layers->history = history;
    layers->names = g_array_sized_new(FALSE, FALSE, sizeof(LayerName), 16);
    layers->images = g_array_sized_new(FALSE, FALSE, sizeof(LayerImage), 8);
    for (guint i = 0; i < world->domains->len; i++) {
        const ObservedDomain *domain = g_ptr_array_index(world->domains, i);

        layer_add_names(layers, domain->name, NULL, LAYER_LIVE, domain->live);
        if (domain->persistent)
            layer_add_names(layers, domain->name, NULL, LAYER_CONFIG, domain->config);
        for (guint j = 0; j < domain->moments->len; j++) {
            const ObservedMoment *moment = g_ptr_array_index(domain->moments, j);

            layer_add_names(layers, domain->name, moment, LAYER_CAPTURED, moment->doc->domain);
            layer_add_names(layers, domain->name, moment, LAYER_INACTIVE, moment->doc->inactive);
        }
    }
    add_unnamed(layers, history->theirs);
    add_saved(layers, world, history);
    /* one that a domain was defined away from is still there for whoever wants it back */
    add_unnamed(layers, history->overlays);
    return layers;
}

void
layers_free(Layers *layers)
{
    if (!layers)
        return;
    for (guint i = 0; i < layers->images->len; i++)
        g_free(layer_image(layers, (int)i)->made);
    g_array_unref(layers->names);
    g_array_unref(layers->images);
    g_clear_pointer(&layers->tags, g_array_unref);
    g_clear_pointer(&layers->left, g_ptr_array_unref);
    g_free(layers);
}

guint
layers_faults(const Layers *layers)
{
    return layers->faults;
}

const GPtrArray *
layers_left(const Layers *layers)
{
    return layers->left;
}

gboolean
layer_is_named(const Layers *layers, int image, LayerUse least)
{
    for (guint i = 0; i < layers->names->len; i++) {
        const LayerName *name = layer_name(layers, i);

        if (name->use >= least && name->image == image)
            return TRUE;
    }
    return FALSE;
}

guint
layer_above(const Layers *layers, int image, int *first)
{
    guint above = 0;

    layer_mark_used(layers);
    for (guint i = 0; i < layers->images->len; i++) {
        const LayerImage *other = layer_image(layers, (int)i);

        if (other->below != image || !other->used)
            continue;
        above++;
        *first = (int)i;
    }
    return above;
}

gboolean
layer_in_chain(const Layers *layers, int top, int image)
{
    for (guint depth = 0; top != LAYER_NONE && depth < MAX_CHAIN; depth++) {
        if (top == image)
            return TRUE;
        top = layer_image(layers, top)->below;
    }
    return FALSE;
}
