/* SPDX-License-Identifier: LGPL-2.1-or-later
 *
 * The hypervisor seam: QMP itself.
 *
 * The driver starts an instance (one QEMU process, or its miniature), sends it
 * QMP commands and takes its events, and does the offline image work that
 * qemu-img does.  Both hypervisors get the same commands in the same order.
 *
 * JSON objects are jansson values, passed by reference and never as text.
 * Errors: a QMP error is of domain VM_QMP_ERROR, its code a VmQmpClass, its
 * text QEMU's desc.  Everything else (an instance that cannot start, a
 * qemu-img that fails) is of domain VM_ERROR, code VIR_ERR_INTERNAL_ERROR or
 * VIR_ERR_OPERATION_FAILED, and names the file.
 */
#pragma once

#include <glib.h>
#include <jansson.h>
#include "spec/driver/store.h"

/** The GError domain of QMP errors. */
#define VM_QMP_ERROR (vm_qmp_error_quark())

/** QMP error classes. */
typedef enum {
    VM_QMP_GENERIC_ERROR,
    VM_QMP_COMMAND_NOT_FOUND,
    VM_QMP_DEVICE_NOT_FOUND,
    VM_QMP_DEVICE_NOT_ACTIVE,
    /* not QEMU's: */
    VM_QMP_DISCONNECTED, /* the instance ended before it answered */
    VM_QMP_TIMED_OUT,    /* no answer within the deadline: whether it was done is not known */
    VM_QMP_BROKEN,       /* no QMP came back: the instance cannot be talked to any more */
} VmQmpClass;

/** The quark behind VM_QMP_ERROR. */
GQuark vm_qmp_error_quark(void);

typedef struct VmHypervisor VmHypervisor;
typedef struct VmInstance VmInstance;

/** One internal snapshot of an image, as qemu-img info shows it. */
typedef struct {
    char *id;
    char *name;
    guint64 vm_state_size;
} VmImageSnapshot;

/** What qemu-img info tells of one image. */
typedef struct {
    char *format;          /* "qcow2", "raw" */
    guint64 virtual_size;  /* bytes */
    char *backing;         /* full backing file name, or NULL */
    char *backing_format;  /* or NULL */
    GPtrArray *snapshots;  /* of VmImageSnapshot, oldest first */
    GPtrArray *bitmaps;    /* of char *, names */
    gboolean data_outside; /* qcow2 whose data lie in another file: it keeps no snapshots inside */
} VmImageInfo;

/** What an image holds under the name of a snapshot. */
typedef struct {
    const char *name;      /* the one that is asked for; set by who asks */
    guint count;           /* entries of that name */
    guint64 vm_state_size; /* of the first of them */
    gboolean is_id;        /* an entry of another name has it for its id */
    gboolean has_bitmaps;
    gboolean data_outside; /* as in VmImageInfo */
    gboolean keeps_none;   /* it is of a format that has no snapshots inside */
} VmImageTag;

/** Free an image description. */
void vm_image_info_free(VmImageInfo *info);
G_DEFINE_AUTOPTR_CLEANUP_FUNC(VmImageInfo, vm_image_info_free)

/** Free one entry of VmImageInfo.snapshots. */
void vm_image_snapshot_free(VmImageSnapshot *snapshot);

/** What vm_hypervisor_image_snapshot() does, as qemu-img snapshot's options. */
typedef enum {
    VM_IMAGE_SNAPSHOT_CREATE, /* -c; doubles a name that is there already */
    VM_IMAGE_SNAPSHOT_APPLY,  /* -a; by id or name, id first; refused with bitmaps */
    VM_IMAGE_SNAPSHOT_DELETE, /* -d; the first match */
} VmImageSnapshotVerb;

/** What a hypervisor implements; every function is required that is not said to be NULL for some.
 */
typedef struct {
    /** Start an instance, CPUs stopped (as -S).  config (borrowed):
     *  {"name","uuid","memory":MiB,"vcpus":N,"machine",
     *   "blockdev":[{blockdev-add arguments}…],
     *   "device":[{"driver":"virtio-blk-pci","id","drive":NODE,"serial"}…],
     *   "incoming":bool (as -incoming defer)}.
     *  Its name is the key by which attach() finds it.  Migrations tell their state by events. */
    VmInstance *(*start)(VmHypervisor *hv, const json_t *config, GError **error);
    /** The instance of that name that outlived a former driver; NULL without an error if none.  One
     *  that does not answer is there all the same: its commands time out, or are VM_QMP_BROKEN. */
    VmInstance *(*attach)(VmHypervisor *hv, const char *name, GError **error);
    /** Let go of the handle; the instance lives on.  Frees the handle. */
    void (*detach)(VmInstance *instance);
    /** One QMP command.  arguments (taken, may be NULL); *reply (may be NULL) is a new
     *  reference to the return value.  pass (borrowed, may be NULL) goes with it as a
     *  descriptor, as getfd wants it. */
    gboolean (*command)(VmInstance *instance, const char *name, json_t *arguments,
                        VmStoreFile *pass, json_t **reply, GError **error);
    /** A hint that the next command is query-block: where its answer takes longer than to write a
     *  file, it is asked for now and TRUE is returned, for the caller to do meanwhile what it can.
     */
    gboolean (*look_ahead)(VmInstance *instance);
    /** What the image in a device (of "device" at the start) holds under a name, as query-block
     *  would tell it and with all else that that command brings with it; DEVICE_NOT_FOUND where it
     *  has none.  NULL: query-block is asked, whose answer names every snapshot. */
    gboolean (*device_tag)(VmInstance *instance, const char *device, VmImageTag *held,
                           GError **error);
    /** The name of the node that each device (of "device" at the start) uses, into a table of
     *  char * → char *, as query-block would tell it and with all else that that command brings
     *  with it.  NULL: query-block is asked, whose answer tells all of every image. */
    gboolean (*device_nodes)(VmInstance *instance, GHashTable *nodes, GError **error);
    /** The next event object ({"event","data"}, more may be there), waiting for background work
     *  where `wait` is set, at most as long as a command may take; NULL when none came.  The
     *  caller decrefs it. */
    json_t *(*next_event)(VmInstance *instance, gboolean wait);
    /** Whether every command that was sent has been answered; takes in what has come, without
     *  waiting.  FALSE from a command that timed out until its late answer (which is dropped)
     *  came; until then other commands time out at once and nothing is sent.  TRUE too when the
     *  process is gone. */
    gboolean (*settled)(VmInstance *instance);
    /** TRUE when the process is gone; *status is its exit code, or -signal. */
    gboolean (*ended)(VmInstance *instance, int *status);
    /** End it at once (SIGKILL); what was not flushed may be lost.  The handle stays valid. */
    void (*kill)(VmInstance *instance);

    /** qemu-img create: backing and backing_format may be NULL; size 0 = the backing's. */
    gboolean (*image_create)(VmHypervisor *hv, const char *path, const char *format, guint64 size,
                             const char *backing, const char *backing_format, GError **error);
    /** qemu-img info; the caller frees it. */
    VmImageInfo *(*image_info)(VmHypervisor *hv, const char *path, GError **error);
    /** What image_info() would tell of one name.  NULL: it is asked. */
    gboolean (*image_tag)(VmHypervisor *hv, const char *path, VmImageTag *held, GError **error);
    /** qemu-img snapshot. */
    gboolean (*image_snapshot)(VmHypervisor *hv, const char *path, VmImageSnapshotVerb verb,
                               const char *tag, GError **error);
    /** qemu-img rebase -u: the header of a qcow2 image names another backing, whatever that holds.
     */
    gboolean (*image_rebase)(VmHypervisor *hv, const char *path, const char *backing,
                             const char *backing_format, GError **error);
} VmHypervisorOps;

/** A hypervisor; implementations embed it as their first member. */
struct VmHypervisor {
    const VmHypervisorOps *ops;
};

/** An instance; implementations embed it as their first member. */
struct VmInstance {
    VmHypervisor *hypervisor;
};

/** Send a command and drop what it returns; arguments are taken. */
gboolean vm_qmp(VmInstance *instance, const char *name, json_t *arguments, GError **error);

/** Send a command and get what it returns (a new reference), or NULL; arguments are taken. */
json_t *vm_qmp_ask(VmInstance *instance, const char *name, json_t *arguments, GError **error);
