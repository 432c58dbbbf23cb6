/* SPDX-License-Identifier: LGPL-2.1-or-later
 *
 * Private to spec/driver: a save image is our header, the domain's definition,
 * and the guest's state as the hypervisor streams it.
 */
#pragma once

#include "spec/driver/domain_obj.h"

/** What an image's header tells. */
typedef struct {
    char *path;
    gboolean running;      /* the guest ran, or is to run, when it is restored */
    VmDomainDef *def;      /* live definition of the time */
    guint64 stream_offset; /* where the stream begins, bytes */
    char *mark;            /* see vm_save_mark_set(), or NULL */
} VmSaveImage;

/** Free a header; NULL is fine. */
void vm_save_image_free(VmSaveImage *image);
G_DEFINE_AUTOPTR_CLEANUP_FUNC(VmSaveImage, vm_save_image_free)

/** Read an image's header: SYSTEM_ERROR when there is no such file, OPERATION_FAILED naming it when
 *  it cannot be read, is not one of ours, was not completed, or is damaged (DOM-SAVE-015).  The
 * file is never changed. */
VmSaveImage *vm_save_image_read(VmStore *store, const char *path, GError **error);

/** The image belongs to the domain of that definition: OPERATION_FAILED naming both otherwise
 *  (DOM-START-011). */
gboolean vm_save_image_check_owner(const VmSaveImage *image, const VmDomainDef *def,
                                   GError **error);

/** Where an image is written until it is whole: beside it, so that a half-written one never stands
 *  under the image's own name.  The caller frees it. */
char *vm_save_image_partial_path(const char *path);

/** What an image begins with; all borrowed. */
typedef struct {
    const VmDomainDef *def;
    gboolean running;
    const char *mark; /* or NULL */
} VmSaveHead;

/** Begin an image at path (the partial one): header and definition are written, the stream comes
 *  next.  The caller closes the file. */
VmStoreFile *vm_save_image_create(VmStore *store, const char *path, const VmSaveHead *head,
                                  GError **error);

/** The stream is written: make the content durable, and give it its name durably. */
gboolean vm_save_image_complete(VmStoreFile *file, const char *partial, const char *path,
                                GError **error);

/** How an image is restored. */
typedef struct {
    const VmSaveImage *image;
    VmDomainDef *def; /* what the guest goes on as */
    gboolean running; /* let the CPUs run */
    gboolean consume; /* remove the image before they do (managed save) */
    gboolean autodestroy;
    int paused_detail; /* of SUSPENDED, where they stay stopped */
} VmRestore;

/** Start an inactive domain from an image, with state, record and events (DOM-SAVE-014).  A failure
 *  before the CPUs run leaves domain and image as they were. */
gboolean vm_domain_restore_image(VmDomain *domain, const VmRestore *restore, GError **error);

/** How a domain is saved. */
typedef struct {
    const char *path;
    VmDomainDef *def; /* what the image says of the guest */
    guint32 flags;    /* VIR_DOMAIN_SAVE_… */
    const char *mark; /* of an image that nobody removes when it is restored; or NULL */
} VmSave;

/** Save an active domain, with state, record and events (DOM-SAVE-009, -010). */
gboolean vm_domain_save_image(VmDomain *domain, const VmSave *save, GError **error);

/* ---- save_mark.c ---- */

/** Bytes that a mark has at most. */
#define VM_SAVE_MARK_SIZE 64
/** The mark of a snapshot's memory: the guest went on with its disks, or its disks are frozen. */
#define VM_SAVE_MARK_MOMENT "moment"

/** From now on the image with that mark, which comes to that path, is the one that belongs to the
 *  disks of def (borrowed), which its guest goes on with, durably. */
gboolean vm_save_mark_set(VmDomain *domain, const char *image, const char *mark,
                          const VmDomainDef *def, GError **error);
/** The disks may become others: no image belongs to them any more, durably. */
gboolean vm_save_mark_drop(VmDomain *domain, GError **error);
/** The same for every image, of domains that are gone too, with a disk that the guest of that
 *  definition writes to. */
gboolean vm_save_mark_drop_written(VmDriver *driver, const VmDomainDef *def, GError **error);
/** The disks (char *; the caller unrefs) of the guests whose save images wait while
 *  their domains are gone (VM-SAVE-009).  NULL where nobody can tell. */
GPtrArray *vm_save_disks_of_gone(VmDriver *driver, GError **error);
/** Profile rfc: OPERATION_FAILED where another inactive domain has a managed save image with a disk
 *  that the guest of that definition would write to (VM-SAVE-008). */
gboolean vm_save_check_neighbours(const VmDomain *domain, const VmDomainDef *def, GError **error);
/** Profile rfc: the image's memory belongs to the disks that def (borrowed) names, as they are, and
 *  the guest may write to them: OPERATION_INVALID (VM-SAVE-003, -004, -005). */
gboolean vm_save_check_fresh(VmDomain *domain, const VmSaveImage *image, const VmDomainDef *def,
                             GError **error);
/** Profile rfc: an inactive domain with a managed save image is not started in another way:
 *  OPERATION_INVALID (VM-SAVE-003). */
gboolean vm_save_check_unmanaged(const VmDomain *domain, GError **error);

/* ---- domain_save.c ---- */

/** A <transient/> disk forbids to save the memory of an active domain, and a guest that is off has
 *  none: OPERATION_INVALID (DOM-SAVE-006, VM-END-004). */
gboolean vm_save_check_guest(const VmDomain *domain, GError **error);

/** RUNNING and PAUSED exclude each other: INVALID_ARG (DOM-API-012). */
gboolean vm_save_flags_check(guint32 flags, GError **error);
