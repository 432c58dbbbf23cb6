/* SPDX-License-Identifier: LGPL-2.1-or-later
 *
 * Overlays of a disk-only snapshot: made, attached, switched to, removed.
 */
#pragma once

#include "spec/driver/snapshot_steps.h"

/** One overlay that a call makes or is given. */
typedef struct {
    guint disk;   /* of the domain's definition */
    char *target; /* that disk's target */
    char *type;   /* "file" or "block" */
    char *path;
    char *format;
    char *base;          /* path of the image below it */
    gboolean given;      /* REUSE_EXT: neither made nor removed here */
    gboolean fresh;      /* its file was not there before */
    char *node;          /* live: node name; the file's is "f" and this */
    gboolean touched;    /* the file was made or written */
    gboolean file_added; /* live: the file's node is in the graph */
    gboolean node_added; /* live: the overlay's node too */
} VmOverlay;

/** No overlays; the caller unrefs the array. */
GPtrArray *vm_overlays_new(void);

/** One more of them, for the disk with that target; all else is the caller's to fill. */
VmOverlay *vm_overlay_add(GPtrArray *overlays, const char *target);

/** The overlays that a plan asks for; the caller unrefs the array. */
GPtrArray *vm_overlays_of(const VmSnapshotPlan *plan);

/** Make them, durably, and attach them unused where the domain is active.  What was done before a
 *  failure is for vm_overlays_remove(). */
gboolean vm_overlays_make(VmSnapshotPlan *plan, GPtrArray *overlays, GError **error);

/** Switch all of a running domain's disks to them at once, and take the internal snapshot `tag` in
 *  those of `tagged` (numbers) at the same time; or none of it. */
gboolean vm_overlays_switch(VmDomain *domain, const GPtrArray *overlays, const GArray *tagged,
                            const char *tag, GError **error);

/** Take overlays out that nothing uses; files become what they were.  FALSE and logged where that
 *  fails. */
gboolean vm_overlays_remove(VmDomain *domain, GPtrArray *overlays);

/** Whether the guest's disks use them. */
gboolean vm_overlays_in_use(VmDomain *domain, const GPtrArray *overlays);

/** def with those overlays on top whose base is the disk's image (def itself, one more reference,
 *  where there is none). */
VmDomainDef *vm_overlays_put(VmDomainDef *def, const GPtrArray *overlays);

/** As an intent keeps them / as it gave them. */
void vm_overlays_write(GString *json, const char *name, const GPtrArray *overlays);
GPtrArray *vm_overlays_from_json(const json_t *json, const VmDomainDef *def);
