/* SPDX-License-Identifier: LGPL-2.1-or-later
 *
 * Which disk of a domain goes where when a snapshot is made: the oracle's own
 * reckoning of sections 7 and 8 of the snapshot rules.
 */
#pragma once

#include <glib.h>
#include "harness/oracle/observe.h"

/** Why disks cannot be aligned; a set. */
typedef enum {
    ALIGN_TOO_MANY = 1 << 0,
    ALIGN_UNKNOWN_DISK = 1 << 1,
    ALIGN_DUPLICATE = 1 << 2,
    ALIGN_NOT_INTERNAL = 1 << 3,
    ALIGN_SOURCE_NOT_EXTERNAL = 1 << 4,
    ALIGN_NO_PATH_FOR_TYPE = 1 << 5,
    ALIGN_NO_BASE_PATH = 1 << 6,
    ALIGN_BASE_MISSING = 1 << 7,
    ALIGN_SAME_PATH = 1 << 8,
} AlignFault;

/** Where one disk goes. */
typedef struct {
    const OracleDisk *disk; /* of the domain */
    const char *location;   /* "no", "internal", "external", "manual" */
    char *overlay;          /* path of the new image, where external */
    gboolean generated;     /* the path was made from the source's */
    const char *format;     /* of the new image, as written, or NULL */
    const char *type;       /* of the new image */
    gboolean cache;         /* a size of its metadata cache is asked for */
} AlignedDisk;

/** The plan for one document. */
typedef struct {
    guint faults;     /* of AlignFault */
    GPtrArray *disks; /* of AlignedDisk *, in the domain's order */
} Alignment;

/** Align the disks of a snapshot document with a domain's; `fallback` ("internal" or "external") is
 *  for disks that say nothing, `name` for generated paths ("" = not known yet: then paths stay
 *  NULL).  The caller frees it. */
Alignment *alignment_new(const Observation *world, const MomentDoc *doc, const DomainDoc *domain,
                         const char *fallback, const char *name);

/** Free it; NULL is fine. */
void alignment_free(Alignment *alignment);
G_DEFINE_AUTOPTR_CLEANUP_FUNC(Alignment, alignment_free)

/** Whether any disk has that location. */
gboolean alignment_any(const Alignment *alignment, const char *location);
