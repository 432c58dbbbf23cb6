/* SPDX-License-Identifier: LGPL-2.1-or-later
 *
 * The world as data.
 */
#include "harness/oracle/world_json.h"

#include <string.h>
#include "spec/api/api.h"

/* A chain may be a circle. */
#define CHAIN_SHOWN 64

static json_t *
text_json(const char *text)
{
    g_autofree char *valid = text ? g_utf8_make_valid(text, -1) : NULL;

    return valid ? json_string(valid) : json_null();
}

/* The names of the internal snapshots in an image. */
static json_t *
tags_json(const ObservedImage *image)
{
    json_t *tags = json_array();

    for (guint i = 0; image && i < image->tags->len; i++)
        json_array_append_new(tags, text_json(g_array_index(image->tags, ObservedTag, i).name));
    return tags;
}

/* Add an image and all that is behind it. */
static void
add_images(json_t *images, const Observation *world, const char *top)
{
    const char *at = top;

    for (guint depth = 0; at && depth < CHAIN_SHOWN && !json_object_get(images, at); depth++) {
        const ObservedImage *seen = observed_image(world, at);
        json_t *image = json_object();

        json_object_set_new(image, "backing", text_json(seen ? seen->backing : NULL));
        json_object_set_new(image, "tags", tags_json(seen));
        json_object_set_new(image, "seen", json_boolean(seen != NULL));
        json_object_set_new(images, at, image);
        at = seen ? seen->backing : NULL;
    }
}

/* The disks that a moment holds, each with the image that its captured definition names. */
static json_t *
moment_disks(const MomentDoc *doc, const Observation *world, json_t *images)
{
    const DomainDoc *then = doc->inactive ? doc->inactive : doc->domain;
    json_t *disks = json_array();

    for (guint i = 0; i < doc->disks->len; i++) {
        const OracleDisk *disk = g_ptr_array_index(doc->disks, i);
        const OracleDisk *held = then ? document_disk(then->disks, disk->name) : NULL;

        if (held && held->source)
            add_images(images, world, held->source);
        json_array_append_new(disks,
                              json_pack("{s:o,s:o,s:o}", "name", text_json(disk->name), "how",
                                        text_json(disk->snapshot ? disk->snapshot : "internal"),
                                        "image", text_json(held ? held->source : NULL)));
    }
    return disks;
}

static json_t *
moment_json(const ObservedDomain *domain, const ObservedMoment *moment, const Observation *world,
            json_t *images)
{
    const MomentDoc *doc = moment->doc;

    return json_pack("{s:o,s:o,s:o,s:s,s:b,s:o}", "name", text_json(moment->name), "parent",
                     text_json(doc->parent), "state", text_json(doc->state), "kind",
                     document_is_external(doc) ? "external" : "internal", "current",
                     g_strcmp0(domain->current, moment->name) == 0, "disks",
                     moment_disks(doc, world, images));
}

static int
compare_moments(gconstpointer a, gconstpointer b)
{
    const ObservedMoment *const *x = a;
    const ObservedMoment *const *y = b;

    return strcmp((*x)->name, (*y)->name);
}

static json_t *
domain_json(const ObservedDomain *domain, const Observation *world, json_t *images)
{
    g_autoptr(GPtrArray) sorted = g_ptr_array_new();
    json_t *disks = json_array();
    json_t *moments = json_array();

    for (guint i = 0; i < domain->live->disks->len; i++) {
        const OracleDisk *disk = g_ptr_array_index(domain->live->disks, i);

        add_images(images, world, disk->source);
        json_array_append_new(disks, json_pack("{s:o,s:o}", "name", text_json(disk->name), "image",
                                               text_json(disk->source)));
    }
    for (guint i = 0; i < domain->moments->len; i++)
        g_ptr_array_add(sorted, g_ptr_array_index(domain->moments, i));
    g_ptr_array_sort(sorted, compare_moments);
    for (guint i = 0; i < sorted->len; i++)
        json_array_append_new(moments,
                              moment_json(domain, g_ptr_array_index(sorted, i), world, images));
    return json_pack("{s:o,s:o,s:b,s:b,s:o,s:o}", "name", text_json(domain->name), "state",
                     text_json(vm_enum_word("state", domain->state)), "persistent",
                     domain->persistent, "saved", domain->managed_save, "disks", disks, "moments",
                     moments);
}

json_t *
world_json(const Observation *world)
{
    json_t *domains = json_array();
    json_t *images = json_object();

    for (guint i = 0; i < world->domains->len; i++)
        json_array_append_new(domains,
                              domain_json(g_ptr_array_index(world->domains, i), world, images));
    return json_pack("{s:o,s:o}", "domains", domains, "images", images);
}
