/* SPDX-License-Identifier: LGPL-2.1-or-later
 *
 * Entering every datum of a world under each of its holders.
 */
#include "harness/oracle/holdings.h"

#include <string.h>
#include "harness/oracle/contents.h"
#include "harness/oracle/folders.h"

/* Memory that is saved at a place. */
typedef struct {
    guint place, memory;
} SavedMemory;

struct Holdings {
    GArray *all;        /* of Holding */
    GArray *memory;     /* of SavedMemory */
    GPtrArray *holders; /* of Holder *: each domain, and its moments after it */
    GArray *layers;     /* by the number of a place that a moment held once: name of its domain */
    guint64 *have;      /* set of the data in `all`, a bit each */
    guint count;        /* of bits */
};

/* While they are gathered. */
typedef struct {
    const ObserveView *view;
    const Observation *world;
    const Holdings *former; /* or NULL */
    guint next;             /* holder there that is likely to be the next one */
    Holdings *made;
    /* by the number of a place + 1: the first claim to it; by that of a claim: the next one; 0 is
     * none */
    const Claim **claims;
    guint *first, *following;
} Gathering;

void
holdings_free(Holdings *holdings)
{
    if (!holdings)
        return;
    g_array_unref(holdings->all);
    g_array_unref(holdings->memory);
    g_ptr_array_unref(holdings->holders);
    g_array_unref(holdings->layers);
    g_free(holdings->have);
    g_free(holdings);
}

const GArray *
holdings_all(const Holdings *holdings)
{
    return holdings->all;
}

gboolean
holdings_have(const Holdings *holdings, guint datum)
{
    return datum < holdings->count && (holdings->have[datum / 64] >> (datum % 64) & 1) != 0;
}

static gboolean
has_memory(const Holdings *holdings, const SavedMemory *memory)
{
    for (guint i = 0; i < holdings->memory->len; i++) {
        const SavedMemory *saved = &g_array_index(holdings->memory, SavedMemory, i);

        if (saved->place == memory->place && saved->memory == memory->memory)
            return TRUE;
    }
    return FALSE;
}

gboolean
holdings_gained_memory(const Holdings *holdings, const Holdings *former)
{
    for (guint i = 0; i < holdings->memory->len; i++) {
        if (!has_memory(former, &g_array_index(holdings->memory, SavedMemory, i)))
            return TRUE;
    }
    return FALSE;
}

/* ---- objects ---- */

/* Those of one domain follow each other, as they did before: the search ends at once mostly. */
static Holder *
find_moment(Gathering *gathering, const ObservedDomain *domain, const ObservedMoment *moment)
{
    const GPtrArray *holders = gathering->former ? gathering->former->holders : NULL;

    for (guint i = 0; holders && i < holders->len; i++) {
        guint at = (gathering->next + i) % holders->len;

        if (!holder_is_moment(g_ptr_array_index(holders, at), domain, moment))
            continue;
        gathering->next = at + 1;
        return holder_ref(g_ptr_array_index(holders, at));
    }
    return NULL;
}

static Holder *
find_domain(Gathering *gathering, const ObservedDomain *domain)
{
    const GPtrArray *holders = gathering->former ? gathering->former->holders : NULL;

    for (guint i = 0; holders && i < holders->len; i++) {
        if (!holder_is_domain(g_ptr_array_index(holders, i), gathering->view, domain))
            continue;
        gathering->next = i + 1;
        return holder_ref(g_ptr_array_index(holders, i));
    }
    return NULL;
}

/* Takes the holder. */
static void
enter_holder(Gathering *gathering, Holder *holder)
{
    g_ptr_array_add(gathering->made->holders, holder);
    g_array_append_vals(gathering->made->all, holder->held->data, holder->held->len);
}

/* A paused guest's memory is what it would be where it is saved. */
static void
note_saved(Gathering *gathering, const ObservedDomain *domain, const Holder *holder)
{
    GArray *all = gathering->made->all;

    for (guint i = all->len - holder->held->len; i < all->len; i++) {
        Holding *holding = &g_array_index(all, Holding, i);

        if (holding->owner.kind == LOSS_MEMORY)
            holding->saved = contents_of_guest(gathering->view, domain->name);
    }
}

static void
enter_domain(Gathering *gathering, const ObservedDomain *domain)
{
    Holder *holder = find_domain(gathering, domain);

    if (!holder)
        holder = holder_of_domain(gathering->view, domain);
    enter_holder(gathering, holder);
    if (domain->state == VIR_DOMAIN_PAUSED)
        note_saved(gathering, domain, holder);
    for (guint i = 0; i < domain->moments->len; i++) {
        ObservedMoment *moment = g_ptr_array_index(domain->moments, i);
        Holder *known = find_moment(gathering, domain, moment);

        enter_holder(gathering, known ? known : holder_of_moment(gathering->view, domain, moment));
    }
}

/* ---- who claims a place ---- */

static void
note_layer(Gathering *gathering, const Claim *claim)
{
    GArray *layers = gathering->made->layers;

    if (layers->len <= claim->place)
        g_array_set_size(layers, claim->place + 1);
    g_array_index(layers, const char *, claim->place) = claim->owner.domain;
}

static void
gather_claims(Gathering *gathering)
{
    const GPtrArray *holders = gathering->made->holders;
    guint count = 0, entered = 0;

    for (guint i = 0; i < holders->len; i++)
        count += ((const Holder *)g_ptr_array_index(holders, i))->claims->len;
    gathering->claims = g_new(const Claim *, count + 1);
    gathering->following = g_new(guint, count + 1);
    gathering->first = g_new0(guint, names_count(gathering->view->contents->names) + 1);
    for (guint i = 0; i < holders->len; i++) {
        const GArray *claims = ((const Holder *)g_ptr_array_index(holders, i))->claims;

        for (guint j = 0; j < claims->len; j++) {
            gathering->claims[++entered] = &g_array_index(claims, Claim, j);
            if (gathering->claims[entered]->senses & CLAIM_LAYER)
                note_layer(gathering, gathering->claims[entered]);
        }
    }
    for (guint i = count; i > 0; i--) {
        guint *first = &gathering->first[gathering->claims[i]->place];

        gathering->following[i] = *first;
        *first = i;
    }
}

/* The first claim of a place from that number on that has the sense; 0 where there is none. */
static guint
find_claim(const Gathering *gathering, guint number, ClaimSense sense)
{
    while (number && !(gathering->claims[number]->senses & sense))
        number = gathering->following[number];
    return number;
}

/* ---- what a place holds ---- */

static void
enter(Gathering *gathering, const Owner *owner, guint datum, guint place)
{
    const Holding holding = {*owner, datum, place, 0};

    if (datum)
        g_array_append_val(gathering->made->all, holding);
}

/* What a place holds, for an owner.  The bytes of a save image are no disk, and an empty file holds
 * nothing. */
static void
enter_content(Gathering *gathering, const Owner *owner, const PlaceContent *content, gboolean tag)
{
    Owner saved = *owner;

    if ((tag || !content->memory) && !content->bare)
        enter(gathering, owner, content->disk, content->place);
    saved.kind = LOSS_SAVED;
    enter(gathering, &saved, content->memory, content->place);
}

static gboolean
is_in(const char *path, const char *folder)
{
    gsize length = strlen(folder);

    return strncmp(path, folder, length) == 0 && path[length] == '/';
}

/* The domain whose managed save image that is, or NULL. */
static const char *
managed_save_of(const Gathering *gathering, const char *path)
{
    const char *folder = gathering->view->folders->saves;
    Names *names = gathering->view->contents->names;

    if (!folder || !is_in(path, folder))
        return NULL;
    path += strlen(folder) + 1;
    for (guint i = 0; i < gathering->world->domains->len; i++) {
        const char *name =
            ((const ObservedDomain *)g_ptr_array_index(gathering->world->domains, i))->name;

        if (g_str_has_prefix(path, name) && strcmp(path + strlen(name), ".save") == 0)
            return names_text(names, names_number(names, name));
    }
    return NULL;
}

static const char *
layer_of(const Gathering *gathering, guint place)
{
    const GArray *layers = gathering->made->layers;

    return place < layers->len ? g_array_index(layers, const char *, place) : NULL;
}

static void
enter_place(Gathering *gathering, PlaceContent *content, const char *path, gboolean tag)
{
    guint first = find_claim(gathering, gathering->first[content->place], CLAIM_OWNED);
    Owner nobody = {LOSS_FILE, NULL, NULL};

    contents_read(gathering->view, content);
    if (content->memory) {
        const SavedMemory memory = {content->place, content->memory};

        g_array_append_val(gathering->made->memory, memory);
    }
    for (guint i = first; i; i = find_claim(gathering, gathering->following[i], CLAIM_OWNED))
        enter_content(gathering, &gathering->claims[i]->owner, content, tag);
    if (first)
        return;
    nobody.domain = managed_save_of(gathering, path);
    if (nobody.domain)
        nobody.kind = LOSS_SAVED; /* damaged or not */
    else
        nobody.domain = layer_of(gathering, content->place);
    enter_content(gathering, &nobody, content, tag);
}

/* What the driver writes for itself: I7 and the listed objects speak for it. */
static gboolean
is_record(const Gathering *gathering, const char *path)
{
    const Folders *folders = gathering->view->folders;

    if (folders->saves && is_in(path, folders->saves))
        return FALSE;
    return g_str_has_suffix(path, ".xml") || strstr(path, "/etc/") || strstr(path, "/run/") ||
           (folders->own && is_in(path, folders->own));
}

/* Its content is that of the image beside it, which has its data there. */
static gboolean
is_data_of_image(const Gathering *gathering, const char *path)
{
    g_autofree char *image = g_str_has_suffix(path, OBSERVED_DATA_SUFFIX)
                                 ? g_strndup(path, strlen(path) - strlen(OBSERVED_DATA_SUFFIX))
                                 : NULL;
    const ObservedFile *beside = image ? observed_file_at(gathering->world, image) : NULL;

    return beside && beside->image && beside->image->data_outside;
}

static void
enter_image(Gathering *gathering, const ObservedFile *file)
{
    const GArray *places = file->image->contents->places;
    guint path = g_array_index(places, PlaceContent, 0).place;

    if (strcmp(file->kind, "dir") == 0 || is_record(gathering, file->path) ||
        find_claim(gathering, gathering->first[path], CLAIM_GIVEN_UP) ||
        is_data_of_image(gathering, file->path))
        return;
    for (guint i = 0; i < places->len; i++)
        enter_place(gathering, &g_array_index(places, PlaceContent, i), file->path, i > 0);
}

static void
enter_bitmaps(Gathering *gathering, const ObservedFile *file)
{
    const GArray *bitmaps = file->image->contents->bitmaps;
    guint place = g_array_index(file->image->contents->places, PlaceContent, 0).place;
    guint claim = find_claim(gathering, gathering->first[place], CLAIM_OWNED);
    Owner owner = {LOSS_TRACKING, claim ? gathering->claims[claim]->owner.domain : NULL, NULL};

    for (guint i = 0; i < bitmaps->len; i++)
        enter(gathering, &owner, g_array_index(bitmaps, guint, i), place);
}

static void
enter_images(Gathering *gathering)
{
    const GPtrArray *files = gathering->world->files;

    folders_of(gathering->view);
    for (guint i = 0; i < files->len; i++) {
        const ObservedFile *file = g_ptr_array_index(files, i);

        if (!file->image)
            continue;
        enter_image(gathering, file);
        enter_bitmaps(gathering, file);
    }
}

/* ---- all of them ---- */

static void
note_data(Holdings *made, guint count)
{
    made->count = count;
    made->have = g_new0(guint64, count / 64 + 1);
    for (guint i = 0; i < made->all->len; i++) {
        guint datum = g_array_index(made->all, Holding, i).datum;

        made->have[datum / 64] |= (guint64)1 << (datum % 64);
    }
}

Holdings *
holdings_new(const ObserveView *view, const Observation *world, const Holdings *former)
{
    Holdings *made = g_new0(Holdings, 1);
    Gathering gathering = {.view = view, .world = world, .former = former, .made = made};

    made->all = g_array_sized_new(FALSE, FALSE, sizeof(Holding), former ? former->all->len + 8 : 0);
    made->memory = g_array_new(FALSE, FALSE, sizeof(SavedMemory));
    made->holders = g_ptr_array_new_with_free_func((GDestroyNotify)holder_unref);
    made->layers =
        former ? g_array_ref(former->layers) : g_array_new(FALSE, TRUE, sizeof(const char *));
    for (guint i = 0; i < world->domains->len; i++)
        enter_domain(&gathering, g_ptr_array_index(world->domains, i));
    gather_claims(&gathering);
    if (view->content && world->files)
        enter_images(&gathering);
    note_data(made, names_count(view->contents->names) + 1);
    g_free(gathering.claims);
    g_free(gathering.following);
    g_free(gathering.first);
    return made;
}
