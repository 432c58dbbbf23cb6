/* SPDX-License-Identifier: LGPL-2.1-or-later
 *
 * Private to the snapshot_*.c files: the steps that several snapshot calls share.
 */
#pragma once

#include "spec/driver/domain_obj.h"
#include "spec/driver/save_image.h"

/* ---- snapshot_image.c: what the images hold ---- */

/** What the top image of disk `disk` of domain->def holds.  Live it is asked of the instance:
 *  *blocks caches the answer over several disks (start with NULL, drop with json_decref).  Off it
 * is read from the file.  OPERATION_FAILED naming the disk.  The caller frees it. */
VmImageInfo *vm_snapshot_image(VmDomain *domain, guint disk, json_t **blocks, GError **error);

/** What the image file holds that no instance has open: OPERATION_FAILED naming it. */
VmImageInfo *vm_snapshot_image_file(VmDomain *domain, const char *path, GError **error);

/** Refuse for an image file that the hypervisor could not look at: OPERATION_FAILED naming it. */
gboolean vm_snapshot_image_unreadable(const VmDomain *domain, const char *path,
                                      const GError *failure, GError **error);

/** qemu-img snapshot on a file that no instance has open, then durable: OPERATION_FAILED with
 *  qemu-img's text. */
gboolean vm_snapshot_image_do(VmDomain *domain, const char *path, VmImageSnapshotVerb verb,
                              const char *tag, GError **error);

/** Disks of domain->def that are internal in def, as numbers; the caller unrefs the array.  A
 *  snapshot of the oldest form lists none: it is in all that could hold it. */
GArray *vm_snapshot_internal_disks(const VmSnapshotDef *def, const VmDomainDef *domain);

/** Paths of the disks' images, as a JSON list. */
void vm_snapshot_put_paths(GString *json, const char *name, const VmDomainDef *def,
                           const GArray *disks);

/** The path of def's disk `disk` when it was taken, from its captured domain; NULL without one. */
const char *vm_snapshot_disk_path(const VmSnapshotDef *def, const VmSnapshotDisk *disk);

/** Run a snapshot-save, -load or -delete job over disks (numbers in domain->def); `vmstate` is the
 *  disk that holds the memory, -1 for delete. */
gboolean vm_snapshot_job(VmDomain *domain, const char *job, const char *tag, const GArray *disks,
                         int vmstate, GError **error);

/** Delete the tag from all images of the disks that have it, live (where the job passes over the
 *  others) or off (where they are logged).  Stops at the first failure. */
gboolean vm_snapshot_delete_tag(VmDomain *domain, const char *tag, const GArray *disks,
                                GError **error);

/** The first internal disk whose top image of today is another than the snapshot's, or NULL. */
const char *vm_snapshot_other_image(const VmDomain *domain, const VmSnapshotDef *def);

/* ---- snapshot_tag.c: what the images hold under a name ---- */

/** What the top image of disk `disk` of domain->def holds under held->name; live, *blocks is as for
 *  vm_snapshot_image(), and may stay NULL.  OPERATION_FAILED naming the disk. */
gboolean vm_snapshot_disk_tag(VmDomain *domain, guint disk, json_t **blocks, VmImageTag *held,
                              GError **error);

/** What the image file holds under held->name that no instance has open: OPERATION_FAILED naming
 *  it. */
gboolean vm_snapshot_file_tag(VmDomain *domain, const char *path, VmImageTag *held, GError **error);

/** The same of a disk's image that is to lose the tag: OPERATION_FAILED also where it is no qcow2
 *  image any more, though the disk is one (SNAP-DEL-010). */
gboolean vm_snapshot_tag_to_delete(VmDomain *domain, const VmDiskDef *disk, VmImageTag *held,
                                   GError **error);

/* ---- snapshot_record.c: metadata files and the tree ---- */

/** Write the files of a snapshot that is new and will be current: its own, then the one of today's
 *  current.  On failure none of both has changed. */
gboolean vm_snapshot_record_new(VmDomain *domain, VmSnapshotDef *def, GError **error);

/** Take back what vm_snapshot_record_new() wrote, as well as it goes; FALSE and logged where a file
 *  could not be put back. */
gboolean vm_snapshot_unrecord_new(VmDomain *domain, const VmSnapshotDef *def);

/** Put a recorded snapshot (taken) into the tree, under today's current, and make it current. */
VmMoment *vm_snapshot_link_new(VmDomain *domain, VmSnapshotDef *def);

/** Let a snapshot's metadata remember that an image, which it lists no more, was made as an
 * overlay: it may lie below others still.  A missing file or NULL is not remembered. */
void vm_snapshot_keep_overlay(const VmDomain *domain, VmSnapshotDef *def, const char *path);

/** The same for the external ones of a list. */
void vm_snapshot_keep_overlays(const VmDomain *domain, VmSnapshotDef *def, const GPtrArray *disks);

/** def without the overlays of a revert, which it remembers: one more reference, or a copy; the
 *  caller unrefs it. */
VmSnapshotDef *vm_snapshot_without_revert_disks(const VmDomain *domain, VmSnapshotDef *def);

/** A snapshot's metadata as recovery is to put it back, into an intent; def may be NULL. */
void vm_snapshot_put_former(GString *json, const char *name, const VmSnapshotDef *def);
/** The same out of it: NULL where there is none, or none that can be read, which is logged.  The
 *  caller unrefs it. */
VmSnapshotDef *vm_snapshot_get_former(VmDomain *domain, const json_t *data, const char *name);

/** Take the mark of a current one from every file but that of `but` (may be NULL), durably: a power
 *  cut may have left some that count for nothing only as long as there is a greater one. */
gboolean vm_snapshot_unmark_all(VmDomain *domain, const VmMoment *but, GError **error);

/** Make a moment (NULL: none) current, durably.  On failure nothing has changed. */
gboolean vm_snapshot_record_current(VmDomain *domain, VmMoment *moment, GError **error);

/** At recovery: `moment` (may be NULL) is the current one, and the files' marks say so. */
void vm_snapshot_settle_current(VmDomain *domain, VmMoment *moment);

/** The domain has those definitions from now on (both are held; next_def may be NULL). */
void vm_snapshot_set_defs(VmDomain *domain, VmDomainDef *def, VmDomainDef *next_def);

/** Write the domain's definitions, the live one and the one of its next boot, as far as it has
 * them. */
gboolean vm_snapshot_record_defs(VmDomain *domain, GError **error);

/** Log that a step of undoing or tidying failed; error may be NULL. */
void vm_snapshot_log(VmDomain *domain, const char *what, const GError *error);

/* ---- the steps of creation ---- */

/** What is made, and how. */
typedef struct {
    VmDomain *domain;
    VmSnapshotDef *def; /* aligned; held */
    guint32 flags;
    gboolean external; /* overlays or a memory file are made; else all is internal */
    gboolean manual;   /* a disk is left to the caller: a running guest ends paused */
    json_t *blocks;    /* of a live domain: its drives before the call, asked for once */
    GArray *tagged;    /* disks whose images get the snapshot inside, as numbers, once prepared */
} VmSnapshotPlan;

/** VmAlignOptions.is_regular over a VmStore: whether an overlay may be named after that image. */
gboolean vm_snapshot_is_regular(const char *path, gpointer store);

/** Refuse all that can be refused beforehand (section 8), and find out which way it goes. */
gboolean vm_snapshot_prepare(VmSnapshotPlan *plan, GError **error);

/** How many images stand below the top of disk `disk` of a live domain, itself counted, by the
 *  nodes that have them open; *blocks as for vm_snapshot_image().  0 where that cannot be seen. */
guint vm_snapshot_live_depth(VmDomain *domain, guint disk, json_t **blocks);

/** Of an internal snapshot of a running domain: where what the images hold takes its time to learn,
 *  it is asked for, and the intent written meanwhile; vm_snapshot_check_tags() is next. */
void vm_snapshot_internal_ahead(const VmSnapshotPlan *plan);

/** Refuse tags that the images already have. */
gboolean vm_snapshot_check_tags(VmSnapshotPlan *plan, GError **error);

/** Whether the metadata file would be read back: OPERATION_UNSUPPORTED. */
gboolean vm_snapshot_check_size(const VmSnapshotPlan *plan, GError **error);

/** Act, record and announce, each for one kind. */
gboolean vm_snapshot_create_internal(VmSnapshotPlan *plan, GError **error);
gboolean vm_snapshot_create_external(VmSnapshotPlan *plan, GError **error);

/** Off: take the tag in the images of plan->tagged, one after the other; those done are
 *  undone when one fails. */
gboolean vm_snapshot_tag_off(const VmSnapshotPlan *plan, GError **error);

/** Let a guest run again that was stopped for the snapshot: where that fails the domain is paused
 *  and says so (SNAP-MEM-028). */
gboolean vm_snapshot_go_on(VmDomain *domain, GError **error);

/** The same for a snapshot that stands: the guest goes on as UNPAUSED, and its short pause is
 *  announced with it (SNAP-MEM-001). */
gboolean vm_snapshot_resume(VmDomain *domain, GError **error);

/** After a HALT: the process ends, the domain is off. */
void vm_snapshot_halt(VmDomain *domain);

/** REDEFINE: put a snapshot's metadata in; def is held. */
gboolean vm_snapshot_redefine(VmDomain *domain, VmSnapshotDef *def, guint32 flags, GError **error);

/* ---- the steps of revert ---- */

/** The flags that delete when the revert is done. */
#define VM_REVERT_DELETES                                                                          \
    (VIR_DOMAIN_SNAPSHOT_REVERT_DELETE_CHILDREN | VIR_DOMAIN_SNAPSHOT_REVERT_DISCARD)

/** What is reverted to, and how. */
typedef struct {
    VmDomain *domain;
    VmMoment *moment;
    VmMoment *former; /* the current one before */
    guint32 flags;
    gboolean live;         /* the snapshot has memory */
    gboolean start;        /* the domain is active afterwards */
    gboolean run;          /* and its CPUs run */
    gboolean keep_process; /* the process lives on */
    gboolean was_active;
    gboolean drop_save;  /* the managed save image goes (FORCE) */
    char *genid;         /* the guest's generation ID afterwards; NULL where it has none */
    VmDomainDef *held;   /* the snapshot's definition, under today's name, with its own images */
    VmDomainDef *base;   /* the same with the new overlays on top: what is started */
    VmDomainDef *next;   /* the persistent definition afterwards */
    VmDomainDef *old;    /* the persistent one before */
    GArray *disks;       /* internal disks, as numbers in base */
    int vmstate;         /* the one of them that holds the memory, or -1 */
    char *way_back;      /* tag for the state before, where one is needed; no image has it */
    gboolean done;       /* only the way back, and what is not needed any more, is left of it */
    GPtrArray *overlays; /* of VmOverlay *: the new ones above the external disks' images */
    VmSaveImage *memory; /* the snapshot's memory file, where it has one */
    GPtrArray *tops;     /* of char *: overlays of today that go where nobody else needs them */
    const char *tagged;  /* one of them that would take unlisted snapshots along, or NULL */
    VmSnapshotDef *def;  /* the snapshot as it will be listed, and as it was */
    VmSnapshotDef *old_def;
    VmSnapshotDef *former_def; /* the same of the former current one; NULL where there is none, … */
    VmSnapshotDef *old_former_def; /* … or it is the snapshot itself */
} VmRevertPlan;

/** What the plan needs of the external disks and of the memory file: what it can be seen that it
 *  cannot be is refused, and the new overlays are named and put into base and next (section 14.1).
 */
gboolean vm_revert_plan_external(VmRevertPlan *plan, GError **error);

/** Put plan->overlays into base and next, and note which overlays of today may go then. */
void vm_revert_plan_disks(VmRevertPlan *plan);
/** A former top that is to go holds internal snapshots that are nowhere recorded:
 *  OPERATION_UNSUPPORTED naming it (VM-DELX-005). */
gboolean vm_revert_check_tops(const VmRevertPlan *plan, GError **error);

/** What the snapshots will list: of a leaf its new overlays are the overlays, another keeps its own
 *  and has them beside (SNAP-REVX-013, -014); the former current one has none beside any more. */
void vm_revert_plan_lists(VmRevertPlan *plan);

/** The plan of a call: section 13.1 of the snapshot rules, as far as it is known beforehand.  What
 *  is cleared with vm_revert_plan_clear(). */
void vm_revert_plan(VmRevertPlan *plan);
void vm_revert_plan_clear(VmRevertPlan *plan);
G_DEFINE_AUTO_CLEANUP_CLEAR_FUNC(VmRevertPlan, vm_revert_plan_clear)

/** A disk that the snapshot has left out keeps the image that it has today (VM-REVX-004). */
VmDomainDef *vm_revert_keep_left_out(const VmRevertPlan *plan, VmDomainDef *def,
                                     const VmDomainDef *today);

/** Make the overlays durably.  What was made before a failure is for vm_overlays_remove(). */
gboolean vm_revert_make_overlays(const VmRevertPlan *plan, GError **error);

/** Remove the overlays of before that nobody needs any more; FALSE where one is left, which is
 *  logged: what is recorded stays then, for the next call or the next start to try again. */
gboolean vm_revert_remove_tops(const VmRevertPlan *plan);

/** The first internal disk whose image would be written under somebody else, or NULL
 *  (VM-REVX-002). */
const char *vm_revert_shared_image(const VmDomain *domain, const VmSnapshotDef *def);

/** Look into every image before anything is touched (SNAP-REVI-003 to -006). */
gboolean vm_revert_check_images(VmRevertPlan *plan, GError **error);

/** Record the current snapshot and the persistent definition; nothing has changed on failure. */
gboolean vm_revert_record(VmRevertPlan *plan, GError **error);

/** Remove the managed save image, if the plan wants it: its memory would meet other disks
 *  (VM-REV-006). */
gboolean vm_revert_drop_managed_save(const VmRevertPlan *plan, GError **error);

/** Take vm_revert_record() back; FALSE and logged where that cannot be done. */
gboolean vm_revert_unrecord(VmRevertPlan *plan);

/** What is recorded by it, as the snapshots' lists say that it is. */
gboolean vm_revert_is_recorded(const VmRevertPlan *plan);

/** Record durably what is about to happen. */
gboolean vm_revert_begin(const VmRevertPlan *plan, GError **error);

/** In the same process: where what the images hold takes its time to learn, it is asked for, and
 *  the intent written meanwhile; vm_revert_check_images() is next. */
void vm_revert_ahead(const VmRevertPlan *plan);

/** plan->disks and ->vmstate as numbers in the domain's definition; the caller unrefs the array. */
GArray *vm_revert_disks_today(const VmRevertPlan *plan, int *vmstate);

/** The process lives on and loads the snapshot; act to announce. */
gboolean vm_revert_in_process(VmRevertPlan *plan, GError **error);

/** The images are reverted by a new process, or without one; act to announce. */
gboolean vm_revert_with_disks(VmRevertPlan *plan, GError **error);

/** Load the snapshot's memory and disks into the process, whose CPUs are stopped. */
gboolean vm_revert_load(const VmRevertPlan *plan, const char *tag, GError **error);

/** For each image of a plan, while no process has them open: stops at the first failure. */
gboolean vm_revert_each_image(const VmRevertPlan *plan, VmImageSnapshotVerb verb, const char *tag,
                              GError **error);

/** What the flags delete with the revert can be deleted once it is done: refuses as a delete does.
 */
gboolean vm_revert_check_deletes(const VmRevertPlan *plan, GError **error);

/** The revert is done, a guest waits: record that, and delete what the flags ask for.  What cannot
 *  be deleted is the error; the revert stands.  The snapshot may be gone afterwards. */
gboolean vm_revert_delete(VmRevertPlan *plan, GError **error);

/** How much of a way back the images hold: it comes to them, and leaves them, in their order. */
typedef enum {
    VM_WAY_BACK_NONE, /* or not yet in all of them */
    VM_WAY_BACK_WHOLE,
    VM_WAY_BACK_UNSEEN, /* an image could not be looked into: error is set */
    VM_WAY_BACK_GOING,
} VmWayBack;

/** Look into the images of the plan, which no process has open. */
VmWayBack vm_revert_look_for_way_back(const VmRevertPlan *plan, GError **error);

/** The way back is not needed any more; live or off.  FALSE where it cannot be removed, which is
 *  logged. */
gboolean vm_revert_forget_way_back(const VmRevertPlan *plan);
