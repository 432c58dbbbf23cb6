/* SPDX-License-Identifier: LGPL-2.1-or-later
 *
 * I7: what is there has an owner.
 */
#include "harness/oracle/invariants.h"

#include <string.h>

/* A longer chain is a loop (no driver goes beyond 200). */
#define MAX_CHAIN 256

static void
own_disks(GHashTable *owned, const DomainDoc *doc)
{
    for (guint i = 0; doc && i < doc->disks->len; i++) {
        const OracleDisk *disk = g_ptr_array_index(doc->disks, i);

        if (disk->source)
            g_hash_table_add(owned, g_strdup(disk->source));
    }
}

static void
own_chains(GHashTable *owned, const Observation *world)
{
    g_autoptr(GList) tops = g_hash_table_get_keys(owned);
    GList *copies = NULL;

    for (GList *top = tops; top; top = top->next)
        copies = g_list_prepend(copies, g_strdup(top->data));
    for (GList *top = copies; top; top = top->next) {
        g_autofree char *at = g_strdup(top->data);

        for (guint i = 0; at && i < MAX_CHAIN; i++) {
            json_t *file = observed_image(world, at);
            char *backing = g_strdup(json_string_value(json_object_get(file, "backing")));

            g_free(at);
            at = backing;
            if (at)
                g_hash_table_add(owned, g_strdup(at));
        }
    }
    g_list_free_full(copies, g_free);
}

/* Where the data of an image lie that has them outside, as the recipes of images have it. */
static void
own_data_files(GHashTable *owned, const Observation *world)
{
    GList *images = g_hash_table_get_keys(owned);
    GList *found = NULL;

    for (const GList *link = images; link; link = link->next) {
        json_t *image = observed_image(world, link->data);

        if (json_is_true(json_object_get(image, "data-outside")))
            found = g_list_prepend(found, g_strconcat(link->data, ".data", NULL));
    }
    for (const GList *link = found; link; link = link->next)
        g_hash_table_add(owned, link->data);
    g_list_free(found);
    g_list_free(images);
}

static GHashTable *
owned_images(const Observation *world)
{
    GHashTable *owned = g_hash_table_new_full(g_str_hash, g_str_equal, g_free, NULL);

    for (guint i = 0; i < world->domains->len; i++) {
        const ObservedDomain *domain = g_ptr_array_index(world->domains, i);

        own_disks(owned, domain->live);
        own_disks(owned, domain->config);
        for (guint j = 0; j < domain->moments->len; j++) {
            const ObservedMoment *moment = g_ptr_array_index(domain->moments, j);

            own_disks(owned, moment->doc->domain);
            own_disks(owned, moment->doc->inactive);
            for (guint k = 0; k < moment->doc->disks->len; k++) {
                const OracleDisk *disk = g_ptr_array_index(moment->doc->disks, k);

                if (disk->source)
                    g_hash_table_add(owned, g_strdup(disk->source));
            }
        }
    }
    own_chains(owned, world);
    own_data_files(owned, world);
    return owned;
}

static gboolean
is_temporary(const char *path)
{
    static const char *const endings[] = {".tmp", ".new", ".part", "~", NULL};

    for (guint i = 0; endings[i]; i++) {
        if (g_str_has_suffix(path, endings[i]))
            return TRUE;
    }
    return FALSE;
}

static gboolean
was_asked_for(const char *path, const char *const *asked)
{
    for (guint i = 0; asked && i < 2; i++) {
        if (asked[i] && strstr(asked[i], path))
            return TRUE;
    }
    return FALSE;
}

/* The driver's own folders: metadata, definitions, state. */
static gboolean
is_metadata(const char *path)
{
    return strstr(path, "/etc/") || strstr(path, "/lib/") || strstr(path, "/run/");
}

static char *
check_files(const Observation *before, const Observation *after, const char *const *asked)
{
    g_autoptr(GHashTable) owned = NULL;

    for (guint i = 0; i < after->files->len; i++) {
        const ObservedFile *file = g_ptr_array_index(after->files, i);

        if (strcmp(file->kind, "dir") == 0 || observed_file(before, file->path))
            continue;
        owned = owned ? owned : owned_images(after);
        /* A snapshot called "new" gives an overlay that ends so. */
        if (g_hash_table_contains(owned, file->path))
            continue;
        if (is_temporary(file->path))
            return g_strdup_printf("the temporary file '%s' is left", file->path);
        if (!is_metadata(file->path) && !was_asked_for(file->path, asked))
            return g_strdup_printf("file '%s' has no owner", file->path);
    }
    return NULL;
}

static char *
check_nodes(const ObserveView *view, const ObservedDomain *domain, GHashTable *owned)
{
    json_t *nodes = observe_inspect(view, "nodes", domain->name);
    json_t *node;
    size_t i;
    char *found = NULL;

    json_array_foreach(nodes, i, node)
    {
        const char *path = json_string_value(json_object_get(node, "file"));

        if (!found && path && !g_hash_table_contains(owned, path))
            found = g_strdup_printf("node '%s' of '%s' has '%s' open, which is in no chain",
                                    json_string_value(json_object_get(node, "node")), domain->name,
                                    path);
    }
    json_decref(nodes);
    return found;
}

static char *
check_jobs(const ObserveView *view, const ObservedDomain *domain)
{
    json_t *jobs = observe_inspect(view, "jobs", domain->name);
    char *found = NULL;

    if (json_array_size(jobs) > 0)
        found = g_strdup_printf("job '%s' of '%s' is left",
                                json_string_value(json_object_get(json_array_get(jobs, 0), "id")),
                                domain->name);
    json_decref(jobs);
    return found;
}

static char *
check_instance(const ObserveView *view, const Observation *world, const ObservedDomain *domain)
{
    g_autoptr(GHashTable) owned = g_hash_table_new_full(g_str_hash, g_str_equal, g_free, NULL);
    char *found;

    own_disks(owned, domain->live);
    own_chains(owned, world);
    own_data_files(owned, world);
    found = check_nodes(view, domain, owned);
    return found ? found : check_jobs(view, domain);
}

char *
invariant_owners(const ObserveView *view, const Observation *before, const Observation *after,
                 const char *const *asked, Seen *seen)
{
    char *found = NULL;

    *seen = view->files ? SEEN_WHOLE : SEEN_NOT;
    if (!view->files || !after->files || !before)
        return NULL;
    if (before->files != after->files)
        found = check_files(before, after, asked);
    for (guint i = 0; !found && i < after->domains->len; i++) {
        const ObservedDomain *domain = g_ptr_array_index(after->domains, i);

        if (observed_active(domain))
            found = check_instance(view, after, domain);
    }
    return found;
}
