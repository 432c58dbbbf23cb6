/* SPDX-License-Identifier: LGPL-2.1-or-later
 *
 * I7, the driver's own files: one record per snapshot (SNAP-META-002), none
 * of a snapshot that is gone, no intent of a call that is over.
 */
#include "harness/oracle/invariants.h"

#include <string.h>
#include "harness/oracle/folders.h"

/* One world's records. */
typedef struct {
    const Observation *world;
    const char *folder; /* of all snapshot metadata */
    GString *path;      /* of the record that is looked for */
} Records;

/* Whether there is a record; its path is told by `records`. */
static gboolean
has_record(Records *records, const ObservedDomain *domain, const char *snapshot)
{
    g_string_assign(records->path, records->folder);
    g_string_append_c(records->path, '/');
    g_string_append(records->path, domain->name);
    g_string_append_c(records->path, '/');
    g_string_append(records->path, snapshot);
    g_string_append(records->path, ".xml");
    return observed_file(records->world, records->path->str);
}

static char *
check_listed(Records *records, const ObservedDomain *domain)
{
    for (guint i = 0; i < domain->moments->len; i++) {
        const ObservedMoment *moment = g_ptr_array_index(domain->moments, i);

        if (!has_record(records, domain, moment->name))
            return g_strdup_printf("snapshot '%s' of '%s' has no file '%s'", moment->name,
                                   domain->name, records->path->str);
    }
    return NULL;
}

/* What is listed no longer must not come back at the next start (EC-025). */
static char *
check_gone(Records *records, const ObservedDomain *former)
{
    const ObservedDomain *domain = observed_domain(records->world, former->name);

    for (guint i = 0; domain && i < former->moments->len; i++) {
        const ObservedMoment *moment = g_ptr_array_index(former->moments, i);

        if (!observed_moment(domain, moment->name) && has_record(records, domain, moment->name))
            return g_strdup_printf("snapshot '%s' of '%s' is gone, its file '%s' is not",
                                   moment->name, domain->name, records->path->str);
    }
    return NULL;
}

static char *
check_records(Records *records, const Observation *before)
{
    const Observation *after = records->world;
    char *found = NULL;

    for (guint i = 0; !found && i < after->domains->len; i++)
        found = check_listed(records, g_ptr_array_index(after->domains, i));
    for (guint i = 0; !found && i < before->domains->len; i++)
        found = check_gone(records, g_ptr_array_index(before->domains, i));
    return found;
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
    Records records = {after, NULL, NULL};
    char *found = NULL;

    if (!view->files || !after->files || !before || view->damaged)
        return NULL;
    records.folder = folders_of(view)->metadata;
    if (records.folder) {
        records.path = g_string_sized_new(128);
        found = check_records(&records, before);
        g_string_free(records.path, TRUE);
    }
    return found ? found : check_intents(after);
}
