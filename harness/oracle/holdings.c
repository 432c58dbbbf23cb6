/* SPDX-License-Identifier: LGPL-2.1-or-later
 *
 * Entering every datum of a world under each of its holders.
 */
#include "harness/oracle/holdings.h"

#include <string.h>

/* What a place holds. */
typedef struct {
    char *disk;   /* key, or NULL */
    char *memory; /* key, or NULL */
} PlaceContent;

/* Who names a place. */
typedef struct {
    LossKind kind;
    const char *domain, *moment;
} Owner;

struct Holdings {
    GPtrArray *all;       /* of Holding * */
    GHashTable *keys;     /* set of keys, borrowed from `all` and `contents` */
    GHashTable *contents; /* place -> PlaceContent */
    GHashTable *layers;   /* place that a moment held once -> name of its domain */
    char *saves, *own;    /* folders: of managed save images, of all that is the driver's */
};

/* While they are gathered. */
typedef struct {
    const ObserveView *view;
    const Observation *world, *former_world;
    const Holdings *former;
    Holdings *made;
    GHashTable *owners;      /* place -> GArray of Owner */
    GHashTable *given_up;    /* places whose content its owner wants gone: transient disks */
    const char *save_folder; /* of managed save images, or NULL */
    const char *own_folder;  /* of all that the driver writes for itself, or NULL */
} Gathering;

static void
holding_free(Holding *holding)
{
    g_free(holding->key);
    g_free(holding->domain);
    g_free(holding->moment);
    g_free(holding->place);
    g_free(holding->saved);
    g_free(holding);
}

static void
place_content_free(PlaceContent *content)
{
    g_free(content->disk);
    g_free(content->memory);
    g_free(content);
}

void
holdings_free(Holdings *holdings)
{
    if (!holdings)
        return;
    g_hash_table_unref(holdings->keys);
    g_ptr_array_unref(holdings->all);
    g_hash_table_unref(holdings->contents);
    g_free(holdings->saves);
    g_free(holdings->own);
    g_hash_table_unref(holdings->layers);
    g_free(holdings);
}

const GPtrArray *
holdings_all(const Holdings *holdings)
{
    return holdings->all;
}

gboolean
holdings_have(const Holdings *holdings, const char *key)
{
    return g_hash_table_contains(holdings->keys, key);
}

gboolean
holdings_gained_memory(const Holdings *holdings, const Holdings *former)
{
    GHashTableIter iter;
    gpointer place, value;

    g_hash_table_iter_init(&iter, holdings->contents);
    while (g_hash_table_iter_next(&iter, &place, &value)) {
        const PlaceContent *content = value;
        const PlaceContent *old = g_hash_table_lookup(former->contents, place);

        if (content->memory && (!old || g_strcmp0(old->memory, content->memory) != 0))
            return TRUE;
    }
    return FALSE;
}

/* Takes the key; gives what is borrowed. */
static Holding *
enter(Gathering *gathering, const Owner *owner, char *key, const char *place)
{
    Holding *holding = g_new0(Holding, 1);

    holding->kind = owner->kind;
    holding->key = key;
    holding->domain = g_strdup(owner->domain);
    holding->moment = g_strdup(owner->moment);
    holding->place = g_strdup(place);
    g_ptr_array_add(gathering->made->all, holding);
    g_hash_table_add(gathering->made->keys, holding->key);
    return holding;
}

/* ---- who names a place ---- */

/* Takes the place. */
static void
own(Gathering *gathering, char *place, LossKind kind, const ObservedDomain *domain,
    const char *moment)
{
    GArray *owners = g_hash_table_lookup(gathering->owners, place);
    Owner owner = {kind, domain->name, moment};

    if (owners) {
        g_free(place);
    } else {
        owners = g_array_new(FALSE, FALSE, sizeof(Owner));
        g_hash_table_insert(gathering->owners, place, owners);
    }
    g_array_append_val(owners, owner);
}

/* A frozen image, which may stay as a layer of others when its moment is listed no more. */
static void
own_layer(Gathering *gathering, const char *place, const ObservedDomain *domain, const char *moment)
{
    own(gathering, g_strdup(place), LOSS_MOMENT, domain, moment);
    g_hash_table_replace(gathering->made->layers, g_strdup(place), g_strdup(domain->name));
}

static void
remember_layers(Holdings *made, const Holdings *former)
{
    GHashTableIter iter;
    gpointer place, domain;

    g_hash_table_iter_init(&iter, former->layers);
    while (g_hash_table_iter_next(&iter, &place, &domain))
        g_hash_table_replace(made->layers, g_strdup(place), g_strdup(domain));
}

static void
own_tops(Gathering *gathering, const ObservedDomain *domain, const DomainDoc *doc)
{
    for (guint i = 0; i < doc->disks->len; i++) {
        const OracleDisk *disk = g_ptr_array_index(doc->disks, i);

        if (!disk->source)
            continue;
        if (disk->transient && doc == domain->live && observed_active(domain))
            g_hash_table_add(gathering->given_up, g_strdup(disk->source));
        else
            own(gathering, g_strdup(disk->source), LOSS_DISK, domain, NULL);
    }
}

static void
own_moment(Gathering *gathering, const ObservedDomain *domain, const ObservedMoment *moment)
{
    const DomainDoc *then = moment->doc->domain ? moment->doc->domain : domain->config;

    for (guint i = 0; i < moment->doc->disks->len; i++) {
        const OracleDisk *disk = g_ptr_array_index(moment->doc->disks, i);
        const OracleDisk *old = document_disk(then->disks, disk->name);

        if (!old || !old->source)
            continue;
        if (g_strcmp0(disk->snapshot, "internal") == 0) {
            own(gathering, g_strconcat(old->source, "@", moment->name, NULL), LOSS_MOMENT, domain,
                moment->name);
            /* what was written above the moment and left there by a revert away from it */
            own(gathering, g_strdup(old->source), LOSS_DISK, domain, NULL);
        }
        if (g_strcmp0(disk->snapshot, "external") == 0)
            own_layer(gathering, old->source, domain, moment->name);
        if (g_strcmp0(disk->snapshot, "manual") == 0) /* not frozen, and kept all the same */
            g_hash_table_replace(gathering->made->layers, g_strdup(old->source),
                                 g_strdup(domain->name));
    }
    if (moment->doc->memory_file)
        own(gathering, g_strdup(moment->doc->memory_file), LOSS_MOMENT, domain, moment->name);
}

/* ---- what a place holds ---- */

static PlaceContent *
read_place(const Gathering *gathering, const char *place, gboolean tag)
{
    json_t *content = observe_inspect(gathering->view, "content", place);
    const char *digest = json_string_value(json_object_get(content, "digest"));
    const char *memory = json_string_value(json_object_get(content, "memory"));
    PlaceContent *read = g_new0(PlaceContent, 1);

    /* The bytes of a save image are no disk, and an empty file holds nothing. */
    if (digest && (tag || !memory) && json_integer_value(json_object_get(content, "size")) > 0)
        read->disk = g_strconcat("disk:", digest, NULL);
    if (memory)
        read->memory = g_strconcat("memory:", memory, NULL);
    json_decref(content);
    return read;
}

static const PlaceContent *
content_of(Gathering *gathering, const char *place, const char *path)
{
    const PlaceContent *old =
        gathering->former ? g_hash_table_lookup(gathering->former->contents, place) : NULL;
    PlaceContent *content;

    if (old && observed_chain_same(gathering->world, gathering->former_world, path)) {
        content = g_new0(PlaceContent, 1);
        content->disk = g_strdup(old->disk);
        content->memory = g_strdup(old->memory);
    } else {
        content = read_place(gathering, place, strcmp(place, path) != 0);
    }
    g_hash_table_replace(gathering->made->contents, g_strdup(place), content);
    return content;
}

/* The domain whose managed save image that is, or NULL. */
static const char *
managed_save_of(const Gathering *gathering, const char *path)
{
    for (guint i = 0; gathering->save_folder && i < gathering->world->domains->len; i++) {
        const ObservedDomain *domain = g_ptr_array_index(gathering->world->domains, i);
        g_autofree char *image =
            g_strdup_printf("%s/%s.save", gathering->save_folder, domain->name);

        if (strcmp(image, path) == 0)
            return domain->name;
    }
    return NULL;
}

static void
enter_place(Gathering *gathering, const char *place, const char *path)
{
    const PlaceContent *content = content_of(gathering, place, path);
    const GArray *owners = g_hash_table_lookup(gathering->owners, place);
    Owner nobody = {LOSS_FILE, NULL, NULL};

    for (guint i = 0; owners && i < owners->len; i++) {
        Owner owner = g_array_index(owners, Owner, i);

        if (content->disk)
            enter(gathering, &owner, g_strdup(content->disk), place);
        owner.kind = LOSS_SAVED;
        if (content->memory)
            enter(gathering, &owner, g_strdup(content->memory), place);
    }
    if (owners)
        return;
    nobody.domain = managed_save_of(gathering, path);
    if (nobody.domain)
        nobody.kind = LOSS_SAVED; /* damaged or not */
    else
        nobody.domain = g_hash_table_lookup(gathering->made->layers, place);
    if (content->disk)
        enter(gathering, &nobody, g_strdup(content->disk), place);
    nobody.kind = LOSS_SAVED;
    if (content->memory)
        enter(gathering, &nobody, g_strdup(content->memory), place);
}

static gboolean
is_in(const char *path, const char *folder)
{
    gsize length = strlen(folder);

    return strncmp(path, folder, length) == 0 && path[length] == '/';
}

/* What the driver writes for itself: I7 and the listed objects speak for it. */
static gboolean
is_record(const Gathering *gathering, const char *path)
{
    if (gathering->save_folder && is_in(path, gathering->save_folder))
        return FALSE;
    return g_str_has_suffix(path, ".xml") || strstr(path, "/etc/") || strstr(path, "/run/") ||
           (gathering->own_folder && is_in(path, gathering->own_folder));
}

/* Its content is that of the image beside it, which has its data there. */
static gboolean
is_data_of_image(const Gathering *gathering, const char *path)
{
    g_autofree char *image =
        g_str_has_suffix(path, ".data") ? g_strndup(path, strlen(path) - strlen(".data")) : NULL;
    const json_t *told = image ? observed_image(gathering->world, image) : NULL;

    return json_is_true(json_object_get(told, "data-outside"));
}

static void
enter_image(Gathering *gathering, const char *path, json_t *image)
{
    json_t *snapshot;
    size_t i;

    if (g_strcmp0(json_string_value(json_object_get(image, "kind")), "dir") == 0 ||
        is_record(gathering, path) || g_hash_table_contains(gathering->given_up, path) ||
        is_data_of_image(gathering, path))
        return;
    enter_place(gathering, path, path);
    json_array_foreach(json_object_get(image, "snapshots"), i, snapshot)
    {
        const char *tag = json_string_value(json_object_get(snapshot, "name"));
        g_autofree char *place = tag ? g_strconcat(path, "@", tag, NULL) : NULL;

        if (place && !g_hash_table_contains(gathering->made->contents, place))
            enter_place(gathering, place, path);
    }
}

static void
enter_bitmaps(Gathering *gathering, const char *path, json_t *image)
{
    const GArray *owners = g_hash_table_lookup(gathering->owners, path);
    Owner owner = {LOSS_TRACKING, NULL, NULL};
    json_t *bitmap;
    size_t i;

    if (owners)
        owner.domain = g_array_index(owners, Owner, 0).domain;
    json_array_foreach(json_object_get(image, "bitmaps"), i, bitmap)
    {
        if (json_is_string(bitmap))
            enter(gathering, &owner, g_strconcat("bitmap:", json_string_value(bitmap), NULL), path);
    }
}

/* ---- objects ---- */

static char *
definition_key(const ObservedDomain *domain, const DomainDoc *doc)
{
    char number[16];

    g_snprintf(number, sizeof(number), "%u", doc->abi_number);
    return g_strconcat("definition:", domain->uuid, " ", number, NULL);
}

static void
enter_moment(Gathering *gathering, const ObservedDomain *domain, const ObservedMoment *moment)
{
    const Owner owner = {LOSS_METADATA, domain->name, moment->name};
    const Owner captured = {LOSS_METADATA, domain->name, moment->name};

    enter(gathering, &owner, g_strconcat("moment:", domain->uuid, "/", moment->name, NULL), NULL);
    if (moment->doc->domain)
        enter(gathering, &captured, definition_key(domain, moment->doc->domain), NULL);
}

static char *
memory_of_guest(const Gathering *gathering, const ObservedDomain *domain)
{
    json_t *ram =
        gathering->view->content ? observe_inspect(gathering->view, "ram", domain->name) : NULL;
    const char *digest = json_string_value(json_object_get(ram, "digest"));
    char *key = digest ? g_strconcat("memory:", digest, NULL) : NULL;

    json_decref(ram);
    return key;
}

static void
enter_domain(Gathering *gathering, const ObservedDomain *domain)
{
    Owner owner = {LOSS_DEFINITION, domain->name, NULL};
    Holding *holding;

    enter(gathering, &owner, definition_key(domain, domain->config), NULL);
    if (observed_active(domain)) {
        owner.kind = LOSS_MEMORY;
        holding = enter(gathering, &owner, g_strconcat("guest:", domain->uuid, NULL), NULL);
        if (domain->state == VIR_DOMAIN_PAUSED)
            holding->saved = memory_of_guest(gathering, domain);
    }
    owner.kind = LOSS_SAVED;
    if (domain->managed_save && !gathering->view->content)
        enter(gathering, &owner, g_strconcat("managed:", domain->uuid, NULL), NULL);
    own_tops(gathering, domain, domain->live);
    if (domain->config != domain->live)
        own_tops(gathering, domain, domain->config);
    for (guint i = 0; i < domain->moments->len; i++) {
        const ObservedMoment *moment = g_ptr_array_index(domain->moments, i);

        enter_moment(gathering, domain, moment);
        own_moment(gathering, domain, moment);
    }
}

static char *
folder_of(const Gathering *gathering, const char *what)
{
    json_t *folder = observe_inspect(gathering->view, "dir", what);
    char *path = g_strdup(json_string_value(folder));

    json_decref(folder);
    return path;
}

/* The folders do not change. */
static void
find_folders(Gathering *gathering)
{
    const Holdings *former = gathering->former;
    Holdings *made = gathering->made;
    g_autofree char *metadata = former ? NULL : folder_of(gathering, "meta");

    made->saves = former ? g_strdup(former->saves) : folder_of(gathering, "save");
    if (former)
        made->own = g_strdup(former->own);
    else if (metadata)
        made->own = g_path_get_dirname(metadata);
    gathering->save_folder = made->saves;
    gathering->own_folder = made->own;
}

static void
enter_images(Gathering *gathering)
{
    const GPtrArray *files = gathering->world->files;

    find_folders(gathering);
    for (guint i = 0; i < files->len; i++) {
        const ObservedFile *file = g_ptr_array_index(files, i);

        if (!file->image)
            continue;
        enter_image(gathering, file->path, file->image);
        enter_bitmaps(gathering, file->path, file->image);
    }
}

Holdings *
holdings_new(const ObserveView *view, const Observation *world, const Holdings *former,
             const Observation *former_world)
{
    Holdings *made = g_new0(Holdings, 1);
    Gathering gathering = {.view = view, .world = world, .made = made};

    if (former && former_world && former_world->files) {
        gathering.former = former;
        gathering.former_world = former_world;
    }
    made->all = g_ptr_array_new_with_free_func((GDestroyNotify)holding_free);
    made->keys = g_hash_table_new(g_str_hash, g_str_equal);
    made->contents =
        g_hash_table_new_full(g_str_hash, g_str_equal, g_free, (GDestroyNotify)place_content_free);
    made->layers = g_hash_table_new_full(g_str_hash, g_str_equal, g_free, g_free);
    if (former)
        remember_layers(made, former);
    gathering.owners =
        g_hash_table_new_full(g_str_hash, g_str_equal, g_free, (GDestroyNotify)g_array_unref);
    gathering.given_up = g_hash_table_new_full(g_str_hash, g_str_equal, g_free, NULL);
    for (guint i = 0; i < world->domains->len; i++)
        enter_domain(&gathering, g_ptr_array_index(world->domains, i));
    if (view->content && world->files)
        enter_images(&gathering);
    g_hash_table_unref(gathering.owners);
    g_hash_table_unref(gathering.given_up);
    return made;
}
