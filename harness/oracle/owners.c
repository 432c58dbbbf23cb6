/* SPDX-License-Identifier: LGPL-2.1-or-later
 *
 * I7: what is there has an owner.
 */
#include "harness/oracle/invariants.h"

#include <string.h>

/* A longer chain is a loop (no driver goes beyond 200). */
#define MAX_CHAIN 256

/* Whether the chain of one of the disks has the file, or an image in it has its data there. */
static gboolean
is_in_chain(const Observation *world, const char *top, const char *path)
{
    gsize length = g_str_has_suffix(path, OBSERVED_DATA_SUFFIX)
                       ? strlen(path) - strlen(OBSERVED_DATA_SUFFIX)
                       : 0;

    for (guint i = 0; top && i < MAX_CHAIN; i++) {
        const ObservedImage *image;

        if (strcmp(top, path) == 0)
            return TRUE;
        image = observed_image(world, top);
        if (length && image && image->data_outside && strncmp(top, path, length) == 0 &&
            !top[length])
            return TRUE;
        top = image ? image->backing : NULL;
    }
    return FALSE;
}

static gboolean
is_of_disks(const Observation *world, const GPtrArray *disks, const char *path)
{
    for (guint i = 0; i < disks->len; i++) {
        if (is_in_chain(world, ((const OracleDisk *)g_ptr_array_index(disks, i))->source, path))
            return TRUE;
    }
    return FALSE;
}

static gboolean
is_of_domain(const Observation *world, const DomainDoc *doc, const char *path)
{
    return doc && is_of_disks(world, doc->disks, path);
}

static gboolean
is_of_moment(const Observation *world, const MomentDoc *doc, const char *path)
{
    return is_of_domain(world, doc->domain, path) || is_of_domain(world, doc->inactive, path) ||
           is_of_disks(world, doc->disks, path);
}

static gboolean
is_owned(const Observation *world, const char *path)
{
    for (guint i = 0; i < world->domains->len; i++) {
        const ObservedDomain *domain = g_ptr_array_index(world->domains, i);

        if (is_of_domain(world, domain->live, path) || is_of_domain(world, domain->config, path))
            return TRUE;
        for (guint j = 0; j < domain->moments->len; j++) {
            const ObservedMoment *moment = g_ptr_array_index(domain->moments, j);

            if (is_of_moment(world, moment->doc, path))
                return TRUE;
        }
    }
    return FALSE;
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
check_file(const Observation *after, const char *path, const char *const *asked)
{
    /* A snapshot called "new" gives an overlay that ends so. */
    if (is_temporary(path))
        return is_owned(after, path) ? NULL
                                     : g_strdup_printf("the temporary file '%s' is left", path);
    if (is_metadata(path) || was_asked_for(path, asked) || is_owned(after, path))
        return NULL;
    return g_strdup_printf("file '%s' has no owner", path);
}

static char *
check_files(const Observation *before, const Observation *after, const char *const *asked)
{
    char *found = NULL;

    for (guint i = 0; !found && i < after->files->len; i++) {
        const ObservedFile *file = g_ptr_array_index(after->files, i);

        if (strcmp(file->kind, "dir") != 0 && !observed_file(before, file->path))
            found = check_file(after, file->path, asked);
    }
    return found;
}

/* ---- what a process has ---- */

typedef struct {
    const Observation *world;
    const ObservedDomain *domain;
    char *found;
} Process;

static void
check_node(void *data, const char *node, const char *file)
{
    Process *process = data;

    if (!process->found && file && !is_of_domain(process->world, process->domain->live, file))
        process->found = g_strdup_printf("node '%s' of '%s' has '%s' open, which is in no chain",
                                         node, process->domain->name, file);
}

static void
check_job(void *data, const char *id)
{
    Process *process = data;

    if (!process->found)
        process->found = g_strdup_printf("job '%s' of '%s' is left", id, process->domain->name);
}

/* The same in the way that every target can tell it. */
static void
inspect_nodes(const ObserveView *view, Process *process)
{
    json_t *nodes = observe_inspect(view, "nodes", process->domain->name);
    const json_t *node;
    size_t i;

    json_array_foreach(nodes, i, node)
    {
        check_node(process, json_string_value(json_object_get(node, "node")),
                   json_string_value(json_object_get(node, "file")));
    }
    json_decref(nodes);
}

static void
inspect_jobs(const ObserveView *view, Process *process)
{
    json_t *jobs = observe_inspect(view, "jobs", process->domain->name);
    const json_t *job;
    size_t i;

    json_array_foreach(jobs, i, job)
    {
        check_job(process, json_string_value(json_object_get(job, "id")));
    }
    json_decref(jobs);
}

static char *
check_process(const ObserveView *view, const Observation *world, const ObservedDomain *domain)
{
    const struct vm_target *target = view->target;
    Process process = {world, domain, NULL};

    if (target->visit_nodes)
        target->visit_nodes(view->conn, domain->name, check_node, &process);
    else
        inspect_nodes(view, &process);
    if (target->visit_jobs)
        target->visit_jobs(view->conn, domain->name, check_job, &process);
    else
        inspect_jobs(view, &process);
    return process.found;
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
            found = check_process(view, after, domain);
    }
    return found;
}
