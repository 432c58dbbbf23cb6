/* SPDX-License-Identifier: LGPL-2.1-or-later
 *
 * Who uses an image: counted over all domains of the driver, by canonical path.
 *
 * An image with another user is never written to, never the target of a commit
 * and never removed.  What is counted is what the definitions and snapshots
 * name, and the images below those, as their headers name them.
 */
#pragma once

#include "spec/driver/domain_obj.h"

/** How an image is used. */
typedef enum {
    VM_USE_TOP,     /* a disk of a domain's live definition, or of its next one */
    VM_USE_HOLDER,  /* a snapshot's content, or the image that has its tag */
    VM_USE_MENTION, /* a snapshot's definition names it for a disk that the snapshot leaves out */
    VM_USE_OVERLAY, /* another image lies above it */
} VmImageUse;

/** One use of an image. */
typedef struct {
    VmImageUse use;
    VmDomain *domain;    /* whose definition or snapshot; NULL: an overlay, or a saved guest's */
    VmMoment *moment;    /* holder, mention */
    char *disk;          /* the disk's target; NULL for an overlay */
    VmLocation location; /* holder: internal or external; else default */
    const char *overlay; /* canonical path of the image above, or NULL */
} VmImageUser;

/** One image that is used. */
typedef struct {
    char *path;           /* canonical */
    char *backing;        /* canonical, or NULL: the bottom of its chain */
    char *backing_format; /* or NULL */
    char *format;         /* as it looks */
    GPtrArray *users;     /* of VmImageUser *, in the order in which they were found */
    guint tags;           /* internal snapshots in it */
    guint bitmaps;        /* persistent ones in it */
    gboolean recorded;    /* it was made as an overlay: see vm_image_users_is_ours() */
    gboolean missing;     /* there is no such file */
} VmUsedImage;

typedef struct VmImageUsers VmImageUsers;

/** The path by which an image is counted: absolute, without "." and "..".  The caller frees it. */
char *vm_image_canonical(const char *path);

/** Count the users of all images of the driver's domains: OPERATION_FAILED naming an image that is
 *  there but cannot be read, since what lies below it is not known.  Moments and domains are
 *  borrowed: the answer holds until a definition or a tree changes. */
VmImageUsers *vm_image_users_take(VmDriver *driver, GError **error);

/** The image that lies under that one: *below is the caller's, NULL where there is none, or it is
 * no file, or the image is missing.  OPERATION_FAILED where it is there but cannot be read. */
gboolean vm_image_below(VmDriver *driver, const char *path, char **below, GError **error);

/** Nothing counted yet. */
VmImageUsers *vm_image_users_new(void);

/** Free it; NULL is fine. */
void vm_image_users_free(VmImageUsers *users);
G_DEFINE_AUTOPTR_CLEANUP_FUNC(VmImageUsers, vm_image_users_free)

/** The image of that path (made canonical here), or NULL where nothing uses it; borrowed. */
VmUsedImage *vm_image_users_find(const VmImageUsers *users, const char *path);

/** Whether another image lies on it, an external snapshot holds it, or (also_tops) a domain writes
 *  to it, among those that are counted: then nobody else may write to it. */
gboolean vm_image_users_freeze(const VmImageUsers *users, const char *path, gboolean also_tops);

/** The same as vm_image_users_find(), added where it is not known. */
VmUsedImage *vm_image_users_add(VmImageUsers *users, const char *path);

/** One more use of the image of that path; `user` is copied, its overlay left out. */
void vm_image_users_note(VmImageUsers *users, const char *path, const VmImageUser *user);

/** What lies below an image: it becomes a user of that one. */
void vm_image_users_set_backing(VmImageUsers *users, const char *path, const char *backing,
                                const char *format);

/** Whether anything but that snapshot (may be NULL) and what merely mentions it uses the image. */
gboolean vm_image_users_others(const VmImageUsers *users, const char *path, const VmMoment *but);

/** Whether the image is needed as it is although it is the top of the domain's disk: another domain
 *  has it for a disk, a snapshot of that one or an external snapshot of this one holds it, or an
 *  image of theirs lies above.  Reads no header where nobody else is there. */
gboolean vm_image_rests_under(const VmDomain *domain, const char *path);

/** Whether anything at all names the image. */
gboolean vm_image_users_any(const VmImageUsers *users, const char *path);

/** Whether the driver may remove the image when nothing uses it: it is recorded as an overlay, or a
 *  snapshot holds it right above what an ancestor of its holds; and it is no bottom image. */
gboolean vm_image_users_is_ours(const VmImageUsers *users, const char *path);

/** Whether every use of the image, and of all images above it, is that domain's. */
gboolean vm_image_users_only_of(const VmImageUsers *users, const char *path,
                                const VmDomain *domain);

/* ---- what would be, for planning ---- */

/** A snapshot goes: it uses nothing any more. */
void vm_image_users_release(VmImageUsers *users, const VmMoment *moment);

/** An image goes; what lies below it has one user less. */
void vm_image_users_drop(VmImageUsers *users, const char *path);

/** An image is merged into the one below it, which takes all its uses; it goes. */
void vm_image_users_merge(VmImageUsers *users, const char *path);
