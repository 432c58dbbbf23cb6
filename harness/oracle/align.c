/* SPDX-License-Identifier: LGPL-2.1-or-later
 *
 * Disk alignment as the rules have it (SNAP-ALIGN-002 to -024).
 */
#include "harness/oracle/align.h"

#include <string.h>

static void
aligned_free(AlignedDisk *aligned)
{
    g_free(aligned->overlay);
    g_free(aligned);
}

void
alignment_free(Alignment *alignment)
{
    if (!alignment)
        return;
    g_ptr_array_unref(alignment->disks);
    g_free(alignment);
}

gboolean
alignment_any(const Alignment *alignment, const char *location)
{
    for (guint i = 0; i < alignment->disks->len; i++) {
        const AlignedDisk *aligned = g_ptr_array_index(alignment->disks, i);

        if (strcmp(aligned->location, location) == 0)
            return TRUE;
    }
    return FALSE;
}

/* The number of the domain's disk that a listed one names, or -1: by target,
 * or by source path when it begins with a slash (ambiguous = unknown). */
static int
find_disk(const DomainDoc *domain, const char *name)
{
    int found = -1;

    for (guint i = 0; name && i < domain->disks->len; i++) {
        const OracleDisk *disk = g_ptr_array_index(domain->disks, i);

        if (g_strcmp0(*name == '/' ? disk->source : disk->name, name) != 0)
            continue;
        if (found >= 0)
            return -1;
        found = (int)i;
    }
    return found;
}

static const char *
own_location(const OracleDisk *disk)
{
    if (disk->snapshot)
        return disk->snapshot;
    return disk->readonly || !disk->source ? "no" : NULL;
}

/* A listed disk (SNAP-ALIGN-008 to -012). */
static const char *
listed_location(Alignment *alignment, const OracleDisk *listed, const OracleDisk *disk,
                const char *fallback)
{
    const char *own = disk->snapshot ? disk->snapshot : disk->readonly ? "no" : NULL;
    gboolean internal = strcmp(fallback, "internal") == 0;
    gboolean left_alone = g_strcmp0(listed->snapshot, own) == 0 &&
                          (g_strcmp0(own, "no") == 0 || g_strcmp0(own, "manual") == 0);

    if (listed->snapshot) {
        if (internal && strcmp(listed->snapshot, "internal") != 0 && !left_alone)
            alignment->faults |= ALIGN_NOT_INTERNAL;
        return listed->snapshot;
    }
    if (internal)
        return g_strcmp0(own, "no") == 0 ? "no" : "internal";
    return own ? own : fallback;
}

static char *
generated_path(const char *source, const char *name)
{
    const char *slash = strrchr(source, '/');
    const char *dot = strrchr(source, '.');
    gsize stem = dot && (!slash || dot > slash) ? (gsize)(dot - source) : strlen(source);
    g_autofree char *safe = g_strdelimit(g_strdup(name), "/", '_');

    return g_strdup_printf("%.*s.%s", (int)stem, source, safe);
}

static void
place_overlay(Alignment *alignment, AlignedDisk *aligned, const OracleDisk *listed,
              const char *name)
{
    const OracleDisk *disk = aligned->disk;

    aligned->cache = listed && listed->cache;
    aligned->format = listed ? listed->format : NULL;
    aligned->type = listed && listed->type ? listed->type : "file";
    aligned->overlay = listed ? g_strdup(listed->source) : NULL;
    if (aligned->overlay)
        return;
    if (strcmp(aligned->type, "file") != 0) {
        alignment->faults |= ALIGN_NO_PATH_FOR_TYPE;
        return;
    }
    if (!disk->source) {
        alignment->faults |= ALIGN_NO_BASE_PATH;
        return;
    }
    aligned->generated = TRUE;
    if (*name)
        aligned->overlay = generated_path(disk->source, name);
}

/* However they are spelled. */
static gboolean
is_same_path(const char *one, const char *other)
{
    g_autofree char *plain = one ? g_canonicalize_filename(one, "/") : NULL;
    g_autofree char *other_plain = other ? g_canonicalize_filename(other, "/") : NULL;

    return g_strcmp0(plain, other_plain) == 0;
}

static void
check_paths(Alignment *alignment, const Observation *world)
{
    for (guint i = 0; i < alignment->disks->len; i++) {
        const AlignedDisk *one = g_ptr_array_index(alignment->disks, i);

        if (one->generated && !observed_file(world, one->disk->source))
            alignment->faults |= ALIGN_BASE_MISSING;
        for (guint j = 0; one->overlay && j < i; j++) {
            const AlignedDisk *other = g_ptr_array_index(alignment->disks, j);

            if (is_same_path(one->overlay, other->overlay))
                alignment->faults |= ALIGN_SAME_PATH;
        }
    }
}

static const OracleDisk **
listed_by_disk(Alignment *alignment, const MomentDoc *doc, const DomainDoc *domain)
{
    const OracleDisk **listed = g_new0(const OracleDisk *, domain->disks->len + 1);

    if (doc->disks->len > domain->disks->len)
        alignment->faults |= ALIGN_TOO_MANY;
    for (guint i = 0; i < doc->disks->len; i++) {
        const OracleDisk *disk = g_ptr_array_index(doc->disks, i);
        int number = find_disk(domain, disk->name);

        if (number < 0)
            alignment->faults |= ALIGN_UNKNOWN_DISK;
        else if (listed[number])
            alignment->faults |= ALIGN_DUPLICATE;
        else
            listed[number] = disk;
    }
    return listed;
}

Alignment *
alignment_new(const Observation *world, const MomentDoc *doc, const DomainDoc *domain,
              const char *fallback, const char *name)
{
    Alignment *alignment = g_new0(Alignment, 1);
    g_autofree const OracleDisk **listed = listed_by_disk(alignment, doc, domain);

    alignment->disks = g_ptr_array_new_with_free_func((GDestroyNotify)aligned_free);
    for (guint i = 0; i < domain->disks->len; i++) {
        AlignedDisk *aligned = g_new0(AlignedDisk, 1);
        const char *own;

        aligned->disk = g_ptr_array_index(domain->disks, i);
        own = own_location(aligned->disk);
        if (listed[i])
            aligned->location = listed_location(alignment, listed[i], aligned->disk, fallback);
        else
            aligned->location = !aligned->disk->source ? "no" : own ? own : fallback;
        if (strcmp(aligned->location, "external") == 0)
            place_overlay(alignment, aligned, listed[i], name);
        else if (listed[i] && listed[i]->source)
            alignment->faults |= ALIGN_SOURCE_NOT_EXTERNAL;
        g_ptr_array_add(alignment->disks, aligned);
    }
    check_paths(alignment, world);
    return alignment;
}
