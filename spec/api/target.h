/* SPDX-License-Identifier: LGPL-2.1-or-later
 *
 * The target seam: a driver under test, as the API's users see it.
 *
 * This header is all that a vendor needs.  A plug-in is a shared object that
 * exports one symbol, virt_moment_target(), which returns a filled table.
 * Everything is plain C; numbers of flags, states, reasons, events and error
 * codes are libvirt's own (VIR_DOMAIN_*, VIR_ERR_*).
 *
 * Conventions that hold for every method:
 *  - the result is 0, or a positive VIR_ERR_* number; then *err holds the same
 *    number and a text.  A method never fails without filling *err.
 *  - a NULL method means "this driver does not have the call": the engine
 *    reports VIR_ERR_NO_SUPPORT (3) to the scenario.
 *  - strings and lists given out belong to the caller, who gives them back
 *    with free_string() or free_list().  A list ends with NULL.
 *  - strings handed in belong to the caller and are valid during the call.
 *  - objects are addressed by name: a domain by its name, a moment by the name
 *    of its domain and its own.
 *  - a connection is used by one thread; calls do not overlap.
 */
#ifndef VIRT_MOMENT_TARGET_H
#define VIRT_MOMENT_TARGET_H

#include <stddef.h>
#include <stdint.h>

#ifdef __cplusplus
extern "C" {
#endif

/** Version of this header; a plug-in of another version is refused. */
#define VM_TARGET_ABI 1

/** The one symbol that a plug-in exports; see virt_moment_target(). */
#define VM_TARGET_SYMBOL "virt_moment_target"

struct vm_conn; /* defined by the target */

/** Why a call failed. */
struct vm_error {
    int code;        /* VIR_ERR_*; 0 = none */
    char text[1000]; /* UTF-8, ends with NUL, cut if too long */
};

/** A life-cycle event (VIR_DOMAIN_EVENT_ID_LIFECYCLE). */
struct vm_event {
    char domain[256]; /* name of the domain when it was sent */
    int type;         /* VIR_DOMAIN_EVENT_* (DEFINED 0 … CRASHED 8) */
    int detail;       /* VIR_DOMAIN_EVENT_<TYPE>_* */
};

/** A file of the world, as inspect "files" lists it. */
struct vm_file {
    const char *path;
    const char *kind; /* "regular", "block" */
    uint64_t size;
    const char *digest; /* or NULL where none is known */
};

/** An internal snapshot of an image. */
struct vm_image_tag {
    const char *id;
    const char *name;
    uint64_t memory; /* bytes of a guest's memory that are saved with it */
};

/** A file as an image, as inspect "file" tells of it. */
struct vm_image {
    const char *format;              /* "qcow2", "raw" */
    const char *backing;             /* as the image has it, or NULL */
    const char *backing_format;      /* or NULL */
    uint64_t size;                   /* virtual, bytes */
    int damaged;                     /* nobody may write to it */
    int data_outside;                /* its data lie in a file beside it */
    const struct vm_image_tag *tags; /* oldest first */
    size_t tag_count;
    const char *const *bitmaps; /* names */
    size_t bitmap_count;
};

/** What a guest would see at a place, as inspect "content" tells of it. */
struct vm_content {
    uint64_t size; /* bytes */
    char digest[64];
    char memory[64]; /* digest of the memory that is saved there; "" = none */
};

struct json_t; /* jansson's */

/** What a connection is opened with. */
struct vm_target_options {
    const char *uri;     /* after the scheme of --target, or NULL */
    const char *profile; /* "rfc" or "libvirt" */
    const char *workdir; /* a directory of this run alone; exists, is empty */
    uint64_t seed;       /* the only source of randomness, where one is needed */
};

/** What a scenario's template domain is made of; filled by describe(). */
struct vm_target_world {
    char virt_type[32]; /* <domain type=…>: "kvm", "qemu", "test" */
    char arch[32];      /* <type arch=…>, empty = leave out */
    char machine[64];   /* <type machine=…>, empty = leave out */
    char os_type[16];   /* "hvm" */
    char disk_dir[512]; /* absolute folder for disk images, no '/' at the end */
};

/**
 * A driver under test.  `abi` and `size` come first and are set by the
 * target: VM_TARGET_ABI and sizeof(struct vm_target).  Methods beyond the
 * target's `size` count as NULL.
 */
struct vm_target {
    uint32_t abi;
    uint32_t size;
    const char *name; /* short name for reports: "sim", "libvirt", … */

    /* ---- connection --------------------------------------------------- */

    /** Open a connection; *conn is closed by close(). */
    int (*open)(const struct vm_target_options *options, struct vm_conn **conn,
                struct vm_error *err);
    /** Close it.  Domains that still exist stay as they are. */
    void (*close)(struct vm_conn *conn);
    /** What it is, for the report: "libvirt 9.0.0, test driver 9.0.0". */
    int (*version)(struct vm_conn *conn, char **text, struct vm_error *err);
    /** What it can do: a list of capability names (conformance/README.md). */
    int (*capabilities)(struct vm_conn *conn, char ***names, struct vm_error *err);
    /** What template domains are made of. */
    int (*describe)(struct vm_conn *conn, struct vm_target_world *world, struct vm_error *err);
    /** Give back a string of this target. */
    void (*free_string)(char *string);
    /** Give back a list of this target, its strings included. */
    void (*free_list)(char **list);

    /* ---- domain: definition -------------------------------------------- */

    /** virDomainDefineXMLFlags. */
    int (*domain_define)(struct vm_conn *conn, const char *xml, uint32_t flags,
                         struct vm_error *err);
    /** virDomainCreateXML: define and start a transient domain. */
    int (*domain_create_xml)(struct vm_conn *conn, const char *xml, uint32_t flags,
                             struct vm_error *err);
    /** virDomainUndefine: the form without flags. */
    int (*domain_undefine)(struct vm_conn *conn, const char *domain, struct vm_error *err);
    /** virDomainUndefineFlags. */
    int (*domain_undefine_flags)(struct vm_conn *conn, const char *domain, uint32_t flags,
                                 struct vm_error *err);
    /** virDomainRename. */
    int (*domain_rename)(struct vm_conn *conn, const char *domain, const char *new_name,
                         uint32_t flags, struct vm_error *err);
    /** virDomainSetAutostart. */
    int (*domain_set_autostart)(struct vm_conn *conn, const char *domain, int on,
                                struct vm_error *err);
    /** virDomainGetAutostart; *on is 0 or 1. */
    int (*domain_get_autostart)(struct vm_conn *conn, const char *domain, int *on,
                                struct vm_error *err);
    /** virDomainGetXMLDesc. */
    int (*domain_get_xml)(struct vm_conn *conn, const char *domain, uint32_t flags, char **xml,
                          struct vm_error *err);
    /** virDomainGetUUIDString; uuid holds 37 bytes. */
    int (*domain_get_uuid)(struct vm_conn *conn, const char *domain, char uuid[37],
                           struct vm_error *err);
    /** virDomainIsPersistent. */
    int (*domain_is_persistent)(struct vm_conn *conn, const char *domain, int *yes,
                                struct vm_error *err);
    /** virConnectListAllDomains: names, in no promised order. */
    int (*domain_list)(struct vm_conn *conn, uint32_t flags, char ***names, struct vm_error *err);

    /* ---- domain: run state --------------------------------------------- */

    /** virDomainCreateWithFlags. */
    int (*domain_create)(struct vm_conn *conn, const char *domain, uint32_t flags,
                         struct vm_error *err);
    /** virDomainDestroyFlags. */
    int (*domain_destroy)(struct vm_conn *conn, const char *domain, uint32_t flags,
                          struct vm_error *err);
    /** virDomainShutdownFlags: asks the guest; the end comes as an event. */
    int (*domain_shutdown)(struct vm_conn *conn, const char *domain, uint32_t flags,
                           struct vm_error *err);
    /** virDomainReset. */
    int (*domain_reset)(struct vm_conn *conn, const char *domain, uint32_t flags,
                        struct vm_error *err);
    /** virDomainSuspend. */
    int (*domain_suspend)(struct vm_conn *conn, const char *domain, struct vm_error *err);
    /** virDomainResume. */
    int (*domain_resume)(struct vm_conn *conn, const char *domain, struct vm_error *err);
    /** virDomainGetState: VIR_DOMAIN_* state and its reason. */
    int (*domain_get_state)(struct vm_conn *conn, const char *domain, int *state, int *reason,
                            struct vm_error *err);
    /** virDomainSaveFlags; dxml may be NULL. */
    int (*domain_save)(struct vm_conn *conn, const char *domain, const char *path, const char *dxml,
                       uint32_t flags, struct vm_error *err);
    /** virDomainRestoreFlags; dxml may be NULL. */
    int (*domain_restore)(struct vm_conn *conn, const char *path, const char *dxml, uint32_t flags,
                          struct vm_error *err);
    /** virDomainManagedSave. */
    int (*domain_managed_save)(struct vm_conn *conn, const char *domain, uint32_t flags,
                               struct vm_error *err);
    /** virDomainManagedSaveRemove. */
    int (*domain_managed_save_remove)(struct vm_conn *conn, const char *domain, uint32_t flags,
                                      struct vm_error *err);
    /** virDomainHasManagedSaveImage. */
    int (*domain_has_managed_save)(struct vm_conn *conn, const char *domain, uint32_t flags,
                                   int *yes, struct vm_error *err);

    /* ---- snapshots ------------------------------------------------------ */

    /** virDomainSnapshotCreateXML; *name is the new snapshot's name. */
    int (*snapshot_create_xml)(struct vm_conn *conn, const char *domain, const char *xml,
                               uint32_t flags, char **name, struct vm_error *err);
    /** virDomainSnapshotGetXMLDesc. */
    int (*snapshot_get_xml)(struct vm_conn *conn, const char *domain, const char *snapshot,
                            uint32_t flags, char **xml, struct vm_error *err);
    /** virDomainListAllSnapshots, or virDomainSnapshotListAllChildren when `parent` is given. */
    int (*snapshot_list)(struct vm_conn *conn, const char *domain, const char *parent,
                         uint32_t flags, char ***names, struct vm_error *err);
    /** virDomainSnapshotNum, or virDomainSnapshotNumChildren when `parent` is given. */
    int (*snapshot_num)(struct vm_conn *conn, const char *domain, const char *parent,
                        uint32_t flags, int *count, struct vm_error *err);
    /** virDomainSnapshotListNames / …ListChildrenNames with room for `max` names;
     *  *count is what the call returned. */
    int (*snapshot_list_names)(struct vm_conn *conn, const char *domain, const char *parent,
                               int max, uint32_t flags, char ***names, int *count,
                               struct vm_error *err);
    /** virDomainSnapshotLookupByName. */
    int (*snapshot_lookup)(struct vm_conn *conn, const char *domain, const char *name,
                           uint32_t flags, struct vm_error *err);
    /** virDomainHasCurrentSnapshot. */
    int (*snapshot_has_current)(struct vm_conn *conn, const char *domain, uint32_t flags, int *yes,
                                struct vm_error *err);
    /** virDomainSnapshotCurrent. */
    int (*snapshot_current)(struct vm_conn *conn, const char *domain, uint32_t flags, char **name,
                            struct vm_error *err);
    /** virDomainSnapshotGetParent. */
    int (*snapshot_parent)(struct vm_conn *conn, const char *domain, const char *snapshot,
                           uint32_t flags, char **name, struct vm_error *err);
    /** virDomainSnapshotIsCurrent. */
    int (*snapshot_is_current)(struct vm_conn *conn, const char *domain, const char *snapshot,
                               uint32_t flags, int *yes, struct vm_error *err);
    /** virDomainSnapshotHasMetadata. */
    int (*snapshot_has_metadata)(struct vm_conn *conn, const char *domain, const char *snapshot,
                                 uint32_t flags, int *yes, struct vm_error *err);
    /** virDomainRevertToSnapshot. */
    int (*snapshot_revert)(struct vm_conn *conn, const char *domain, const char *snapshot,
                           uint32_t flags, struct vm_error *err);
    /** virDomainSnapshotDelete. */
    int (*snapshot_delete)(struct vm_conn *conn, const char *domain, const char *snapshot,
                           uint32_t flags, struct vm_error *err);

    /* ---- events ---------------------------------------------------------- */

    /** The next event since the last call: 1 = *event is filled, 0 = none waiting. */
    int (*next_event)(struct vm_conn *conn, struct vm_event *event);

    /* ---- the world around the driver (capabilities "files", "guest", …) --- */

    /** Make an empty disk image of `size` bytes; format "qcow2" or "raw".  With the capability
     *  "recipes" also "recipe:NAME": the image of that name in images/README.md. */
    int (*disk_create)(struct vm_conn *conn, const char *path, const char *format, uint64_t size,
                       struct vm_error *err);
    /** Write a whole file (the folder is made too).  Not for images that are in use. */
    int (*file_write)(struct vm_conn *conn, const char *path, const void *data, size_t length,
                      struct vm_error *err);
    /** Read a whole file; *data is given back with free_string(). */
    int (*file_read)(struct vm_conn *conn, const char *path, char **data, size_t *length,
                     struct vm_error *err);
    /** Remove a file. */
    int (*file_remove)(struct vm_conn *conn, const char *path, struct vm_error *err);
    /** One guest command ("write vda 0 64K A", "ram counter"); *reply is its answer. */
    int (*guest)(struct vm_conn *conn, const char *domain, const char *command, char **reply,
                 struct vm_error *err);
    /** Look behind the API; *json is described in conformance/README.md.
     *  what: "files", "file", "nodes", "jobs", "content", "dir". */
    int (*inspect)(struct vm_conn *conn, const char *what, const char *argument, char **json,
                   struct vm_error *err);
    /** Drop the driver's memory and load everything again, as a daemon restart does. */
    int (*restart)(struct vm_conn *conn, struct vm_error *err);
    /** A second connection that a restarted driver would give, on a throw-away copy of the
     *  store: nothing done there touches this one.  Closed with close(). */
    int (*probe)(struct vm_conn *conn, struct vm_conn **copy, struct vm_error *err);
    /** Let `ms` milliseconds of the target's clock pass. */
    int (*advance_clock)(struct vm_conn *conn, uint64_t ms, struct vm_error *err);
    /** Everything the driver logged since the last call (one line each), or NULL. */
    int (*take_log)(struct vm_conn *conn, char **text, struct vm_error *err);
    /** Do something to the process behind an active domain, without the driver's knowledge:
     *  "hang" (it answers no more; "hang COMMAND": when that QMP command comes), "continue" (it
     *  goes on, late answers come), "kill" ("kill COMMAND": instead of doing that command,
     *  "kill-after COMMAND": instead of answering it).
     *  Or, with domain NULL, to the files under the driver and the processes (capability
     *  "store-faults"): "fail OP PATH" (from now on each such operation on a path that matches the
     *  glob ends with EIO; OP: read, create, write, sync, rename, unlink, sync-dir), "fail-once OP
     * PATH" (the next one), "heal" (none does any more), "power-cut" (all processes are gone, and
     * what was not synced). */
    int (*disturb)(struct vm_conn *conn, const char *domain, const char *what,
                   struct vm_error *err);
    /** How long the hypervisor has worked for this connection; a run tells it apart from what the
     *  driver took.  0 where it is not known. */
    int (*hypervisor_time)(struct vm_conn *conn, uint64_t *nanoseconds, struct vm_error *err);
    /** Close the connection as the driver knows it, and open it again at once: what was started
     *  with VIR_DOMAIN_START_AUTODESTROY goes, all else stays, the events of it are still told. */
    int (*reconnect)(struct vm_conn *conn, struct vm_error *err);

    /* ---- short cuts: what inspect() gives, without text; NULL = there is none -------- */

    /** The same as inspect() for a target that is linked in: *value is jansson's object, which the
     *  caller decrefs and leaves as it is. */
    int (*inspect_value)(struct vm_conn *conn, const char *what, const char *argument,
                         struct json_t **value, struct vm_error *err);
    /** Every file of inspect "files", in no promised order; what is handed out is valid during the
     *  visit alone. */
    int (*visit_files)(struct vm_conn *conn, void (*visit)(void *data, const struct vm_file *file),
                       void *data, struct vm_error *err);
    /** What a driver that begins anew on probe()'s copy depends on, in 32 characters and a NUL:
     *  where two keys are equal, in two worlds or at two times, two such drivers do the same.
     *  1 = *key is filled, 0 = it cannot be told now. */
    int (*probe_key)(struct vm_conn *conn, char key[33]);
    /** On a copy that probe() gave: 1 = its driver has asked for nothing so far that is not in
     *  probe_key(); 0 = it has (for the time, for more of a process than whether its CPUs run). */
    int (*probe_kept_to_key)(struct vm_conn *copy);
    /** Not 0: every connection is to a world of its own, where nobody else has objects.  Then
     *  the objects of all cases may bear the same names. */
    int own_world;
    /** Copy a whole file, an image with all that it holds (the folder is made too).  Not for images
     *  that are in use.  NULL: file_read() and file_write() tell all. */
    int (*file_copy)(struct vm_conn *conn, const char *from, const char *to, struct vm_error *err);

    /* ---- more short cuts: what inspect() gives, without text; each answers 1, or 0 where there
     * is no such thing; NULL = there is none -------------------------------------------------- */

    /** "file" of a file; what is handed out is valid during the visit alone. */
    int (*visit_image)(struct vm_conn *conn, const char *path,
                       void (*visit)(void *data, const struct vm_image *image), void *data);
    /** "content". */
    int (*content)(struct vm_conn *conn, const char *place, struct vm_content *content);
    /** "ram": the digest alone. */
    int (*ram)(struct vm_conn *conn, const char *domain, char digest[64]);
    /** "nodes": the name of each, and its file. */
    int (*visit_nodes)(struct vm_conn *conn, const char *domain,
                       void (*visit)(void *data, const char *node, const char *file), void *data);
    /** "jobs": the id of each. */
    int (*visit_jobs)(struct vm_conn *conn, const char *domain,
                      void (*visit)(void *data, const char *id), void *data);
};

/** What a plug-in exports: its table, valid as long as the object is loaded. */
typedef const struct vm_target *vm_target_entry(void);

#ifdef __cplusplus
}
#endif

#endif
