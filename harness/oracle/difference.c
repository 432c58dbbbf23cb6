/* SPDX-License-Identifier: LGPL-2.1-or-later
 *
 * Two observations side by side.
 */
#include "harness/oracle/difference.h"

#include <string.h>

/* Characters shown of each text. */
#define SHOWN 60

const char *
difference_of_texts(const char *before, const char *now)
{
    static char buffer[2 * SHOWN + 64];
    gsize same = 0;
    gsize line = 0;
    g_autofree char *old = NULL;
    g_autofree char *new = NULL;

    for (; before[same] && before[same] == now[same]; same++) {
        if (before[same] == '\n')
            line = same + 1;
    }
    if (same - line > SHOWN / 2)
        line = same - SHOWN / 2;
    old = g_strdelimit(g_strndup(before + line, SHOWN), "\n", ' ');
    new = g_strdelimit(g_strndup(now + line, SHOWN), "\n", ' ');
    g_snprintf(buffer, sizeof(buffer), "'%s' became '%s'", g_strstrip(old), g_strstrip(new));
    return buffer;
}

static char *
difference_of_trees(const ObservedDomain *before, const ObservedDomain *now)
{
    for (guint i = 0; i < before->moments->len; i++) {
        const ObservedMoment *old = g_ptr_array_index(before->moments, i);
        const ObservedMoment *moment = observed_moment(now, old->name);

        if (!moment)
            return g_strdup_printf("snapshot '%s' of '%s' is gone", old->name, before->name);
        if (moment->doc != old->doc && strcmp(moment->doc->text, old->doc->text) != 0)
            return g_strdup_printf("snapshot '%s' of '%s' changed: %s", old->name, before->name,
                                   difference_of_texts(old->doc->text, moment->doc->text));
    }
    for (guint i = 0; i < now->moments->len; i++) {
        const ObservedMoment *moment = g_ptr_array_index(now->moments, i);

        if (!observed_moment(before, moment->name))
            return g_strdup_printf("snapshot '%s' of '%s' appeared", moment->name, now->name);
    }
    if (g_strcmp0(before->current, now->current) != 0)
        return g_strdup_printf("the current snapshot of '%s' was '%s' and is '%s'", now->name,
                               before->current ? before->current : "",
                               now->current ? now->current : "");
    return NULL;
}

char *
difference_after_restart(const ObservedDomain *before, const ObservedDomain *now)
{
    if (!now)
        return g_strdup_printf("domain '%s' is gone", before->name);
    if (strcmp(before->uuid, now->uuid) != 0)
        return g_strdup_printf("domain '%s' has another UUID", before->name);
    if (before->state != now->state)
        return g_strdup_printf("domain '%s' was %s and is %s", before->name,
                               vm_enum_word("state", before->state),
                               vm_enum_word("state", now->state));
    if (before->persistent != now->persistent || before->autostart != now->autostart ||
        before->managed_save != now->managed_save)
        return g_strdup_printf("domain '%s': persistent, autostart or managed save changed",
                               before->name);
    if (before->live != now->live && strcmp(before->live->text, now->live->text) != 0)
        return g_strdup_printf("the definition of '%s' changed: %s", before->name,
                               difference_of_texts(before->live->text, now->live->text));
    if (before->config != now->config && strcmp(before->config->text, now->config->text) != 0)
        return g_strdup_printf("the stored definition of '%s' changed: %s", before->name,
                               difference_of_texts(before->config->text, now->config->text));
    return difference_of_trees(before, now);
}

char *
difference_of_domains(const ObservedDomain *before, const ObservedDomain *now)
{
    char *found = difference_after_restart(before, now);

    if (found || before->reason == now->reason)
        return found;
    return g_strdup_printf("domain '%s': the reason of its state was %d and is %d", before->name,
                           before->reason, now->reason);
}

static char *
difference_of_files(const Observation *before, const Observation *now)
{
    if (!before->files || !now->files || before->files == now->files)
        return NULL;
    for (guint i = 0; i < before->files->len; i++) {
        const ObservedFile *file = g_ptr_array_index(before->files, i);
        const ObservedFile *other = observed_file_at(now, file->path);

        if (!other)
            return g_strdup_printf("file '%s' is gone", file->path);
        if (file != other)
            return g_strdup_printf("file '%s' changed", file->path);
    }
    for (guint i = 0; i < now->files->len; i++) {
        const ObservedFile *file = g_ptr_array_index(now->files, i);

        if (!observed_file(before, file->path))
            return g_strdup_printf("file '%s' appeared", file->path);
    }
    return NULL;
}

static gboolean
same_moments(const GPtrArray *before, const GPtrArray *now)
{
    for (guint i = 0; i < now->len && before->len == now->len; i++) {
        const ObservedMoment *old = g_ptr_array_index(before, i);
        const ObservedMoment *moment = g_ptr_array_index(now, i);

        if (old->doc != moment->doc || strcmp(old->name, moment->name) != 0)
            return FALSE;
    }
    return before->len == now->len;
}

static gboolean
same_domain(const ObservedDomain *before, const ObservedDomain *now)
{
    return before->state == now->state && before->reason == now->reason &&
           before->persistent == now->persistent && before->autostart == now->autostart &&
           before->managed_save == now->managed_save && before->live == now->live &&
           before->config == now->config && strcmp(before->uuid, now->uuid) == 0 &&
           strcmp(before->name, now->name) == 0 && g_strcmp0(before->current, now->current) == 0 &&
           same_moments(before->moments, now->moments);
}

/* The array of the files is the same one as long as none of them has changed. */
static gboolean
same_files(const GPtrArray *before, const GPtrArray *now)
{
    return !before || !now || before == now;
}

gboolean
worlds_same_at_sight(const Observation *before, const Observation *now)
{
    if (before->domains->len != now->domains->len || !same_files(before->files, now->files))
        return FALSE;
    for (guint i = 0; i < now->domains->len; i++) {
        if (!same_domain(g_ptr_array_index(before->domains, i), g_ptr_array_index(now->domains, i)))
            return FALSE;
    }
    return TRUE;
}

char *
difference_of_worlds(const Observation *before, const Observation *now)
{
    for (guint i = 0; i < before->domains->len; i++) {
        const ObservedDomain *old = g_ptr_array_index(before->domains, i);
        char *found = difference_of_domains(old, observed_domain(now, old->name));

        if (found)
            return found;
    }
    for (guint i = 0; i < now->domains->len; i++) {
        const ObservedDomain *domain = g_ptr_array_index(now->domains, i);

        if (!observed_domain(before, domain->name))
            return g_strdup_printf("domain '%s' appeared", domain->name);
    }
    return difference_of_files(before, now);
}
