/* SPDX-License-Identifier: LGPL-2.1-or-later
 *
 * I7, the driver's own files: one record per snapshot (SNAP-META-002), none
 * of a snapshot that is gone, no intent of a call that is over.
 */
#include "harness/oracle/invariants.h"

#include <string.h>

/* The folder of all snapshot metadata, or NULL where the target does not tell. */
static char *
metadata_folder(const ObserveView *view)
{
    json_t *folder = observe_inspect(view, "dir", "meta");
    char *path = g_strdup(json_string_value(folder));

    json_decref(folder);
    return path;
}

static char *
record_path(const char *folder, const ObservedDomain *domain, const char *snapshot)
{
    return g_strconcat(folder, "/", domain->name, "/", snapshot, ".xml", NULL);
}

static char *
check_listed(const char *folder, const Observation *after, const ObservedDomain *domain)
{
    for (guint i = 0; i < domain->moments->len; i++) {
        const ObservedMoment *moment = g_ptr_array_index(domain->moments, i);
        g_autofree char *path = record_path(folder, domain, moment->name);

        if (!observed_file(after, path))
            return g_strdup_printf("snapshot '%s' of '%s' has no file '%s'", moment->name,
                                   domain->name, path);
    }
    return NULL;
}

/* What is listed no longer must not come back at the next start (EC-025). */
static char *
check_gone(const char *folder, const Observation *after, const ObservedDomain *former)
{
    const ObservedDomain *domain = observed_domain(after, former->name);

    for (guint i = 0; domain && i < former->moments->len; i++) {
        const ObservedMoment *moment = g_ptr_array_index(former->moments, i);
        g_autofree char *path = record_path(folder, domain, moment->name);

        if (!observed_moment(domain, moment->name) && observed_file(after, path))
            return g_strdup_printf("snapshot '%s' of '%s' is gone, its file '%s' is not",
                                   moment->name, domain->name, path);
    }
    return NULL;
}

static char *
check_intents(const Observation *after)
{
    for (guint i = 0; i < after->files->len; i++) {
        const ObservedFile *file = g_ptr_array_index(after->files, i);

        if (strstr(file->path, "/lib/qemu/intent/") && strcmp(file->kind, "dir") != 0)
            return g_strdup_printf("the intent '%s' of a call that is over is left", file->path);
    }
    return NULL;
}

char *
invariant_records(const ObserveView *view, const Observation *before, const Observation *after)
{
    g_autofree char *folder = NULL;
    char *found = NULL;

    if (!view->files || !after->files || !before || view->damaged)
        return NULL;
    folder = metadata_folder(view);
    for (guint i = 0; folder && !found && i < after->domains->len; i++)
        found = check_listed(folder, after, g_ptr_array_index(after->domains, i));
    for (guint i = 0; folder && !found && i < before->domains->len; i++)
        found = check_gone(folder, after, g_ptr_array_index(before->domains, i));
    return found ? found : check_intents(after);
}
