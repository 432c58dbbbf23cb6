/* SPDX-License-Identifier: LGPL-2.1-or-later
 *
 * Private to spec/driver: the driver's state, and the steps that calls share.
 *
 * Every call goes through the same stages, in this order: arguments and
 * flags, look-up, guards (guard.c), prepare, intent, act, record, announce.
 */
#pragma once

#include "spec/driver/driver.h"
#include "spec/model/domain_def.h"
#include "spec/model/moment_tree.h"
#include "spec/model/snapshot_def.h"

/** One domain. */
typedef struct VmDomain {
    VmDriver *driver;
    VmDomainDef *def;      /* what it is now: the live one while active */
    VmDomainDef *next_def; /* of the next boot while active, or NULL (as def) */
    gboolean persistent;
    gboolean autostart;
    int state;             /* VIR_DOMAIN_… */
    int reason;
    VmInstance *instance;  /* while active */
    VmMomentTree *snapshots; /* definitions are VmSnapshotDef */
    gboolean shutdown_seen;  /* the guest has powered off: the end is a shutdown, not a crash */
} VmDomain;

/** The driver. */
struct VmDriver {
    VmHypervisor *hypervisor;
    VmStore *store;
    VmEnv *env;
    char *root;
    VmProfile profile;
    GHashTable *by_name; /* char * → VmDomain *, owns the domain */
    GHashTable *by_uuid; /* char * → VmDomain * */
    GQueue events;       /* of VmDriverEvent * */
};

/* ---- domain_list.c: look-up ---- */

/** The domain of that name, its instance's news taken in: NO_DOMAIN naming it otherwise. */
VmDomain *vm_driver_domain(VmDriver *driver, const char *name, GError **error);
/** All domains, sorted by name.  The caller unrefs the array (domains are borrowed). */
GPtrArray *vm_driver_domains(VmDriver *driver);
/** A new inactive domain object in the driver's tables; takes def. */
VmDomain *vm_driver_add_domain(VmDriver *driver, VmDomainDef *def);
/** Take a domain out of the tables and free it. */
void vm_driver_remove_domain(VmDomain *domain);
/** Give it another name in the tables. */
void vm_driver_rekey_domain(VmDomain *domain, VmDomainDef *def);
/** Whether an instance runs. */
gboolean vm_domain_is_active(const VmDomain *domain);
/** The domain of a snapshot call and the snapshot: NO_DOMAIN, NO_DOMAIN_SNAPSHOT naming both. */
VmMoment *vm_driver_snapshot(VmDriver *driver, const char *domain_name, const char *snapshot_name,
                             VmDomain **domain, GError **error);
/** The definition of a snapshot. */
static inline VmSnapshotDef *
vm_moment_snapshot(const VmMoment *moment)
{
    return moment->def;
}

/* ---- domain_event.c: announce ---- */

/** Queue a life-cycle event of a domain. */
void vm_domain_announce(VmDomain *domain, int type, int detail);
/** Set state and reason together. */
void vm_domain_set_state(VmDomain *domain, int state, int reason);
/** Take in what an instance has to say (power-off, unexpected end), with all consequences. */
void vm_domain_pump(VmDomain *domain);

/* ---- domain_process.c: instances ---- */

/** How an instance is started. */
typedef struct {
    const char *restore_from; /* path of a save image's stream, or NULL */
    guint64 restore_offset;   /* where the stream starts in it */
} VmProcessStart;

/** Start an instance for def (borrowed), CPUs stopped; the domain becomes active with def as its
 *  live definition and the former one as next_def.  State and events are the caller's. */
gboolean vm_domain_process_start(VmDomain *domain, VmDomainDef *def, const VmProcessStart *start,
                                 GError **error);
/** Let the CPUs run / stop them. */
gboolean vm_domain_process_cont(VmDomain *domain, GError **error);
gboolean vm_domain_process_stop_cpus(VmDomain *domain, GError **error);
/** End the instance (quit, or kill where it does not answer), next_def becomes def; the state is
 *  SHUTOFF with `reason`.  A transient domain stays in the tables: see vm_domain_vanish(). */
void vm_domain_process_end(VmDomain *domain, int reason);
/** A transient domain that has stopped leaves the tables; its moments' files stay, found again by
 *  a domain of its UUID.  For a persistent one, nothing.  TRUE when the domain is gone. */
gboolean vm_domain_vanish(VmDomain *domain);
/** The node name of disk i ("d0" …): the node that the guest's device uses at present. */
char *vm_domain_node(VmDomain *domain, guint disk, GError **error);
/** Run a job command to its end: `name` with arguments (taken) plus a job-id of our own; the
 *  job's error becomes OPERATION_FAILED.  The job is dismissed. */
gboolean vm_domain_run_job(VmDomain *domain, const char *name, json_t *arguments, GError **error);

/* ---- record.c: what is durable ---- */

/** ROOT/etc/qemu/NAME.xml, …/autostart, ROOT/run/qemu/NAME.xml, ROOT/lib/qemu/save/NAME.save,
 *  ROOT/lib/qemu/snapshot/NAME, ROOT/lib/qemu/snapshot/NAME/SNAPSHOT.xml.  The caller frees. */
char *vm_path_config(const VmDriver *driver, const char *domain);
char *vm_path_status(const VmDriver *driver, const char *domain);
char *vm_path_autostart(const VmDriver *driver, const char *domain);
char *vm_path_managed_save(const VmDriver *driver, const char *domain);
char *vm_path_snapshot_dir(const VmDriver *driver, const char *domain);
char *vm_path_snapshot(const VmDriver *driver, const char *domain, const char *snapshot);

/** Write the persistent definition / the status (live definition, state, reason) / remove them. */
gboolean vm_record_config(VmDomain *domain, const VmDomainDef *def, GError **error);
gboolean vm_record_status(VmDomain *domain, GError **error);
gboolean vm_record_drop_config(VmDomain *domain, GError **error);
void vm_record_drop_status(VmDomain *domain);
/** Write one snapshot's metadata file; `current` is its <active>.  A file over
 *  VM_SNAPSHOT_FILE_MAX is refused before anything is written: OPERATION_UNSUPPORTED. */
gboolean vm_record_snapshot(VmDomain *domain, const VmSnapshotDef *def, gboolean current,
                            GError **error);
/** Remove one snapshot's metadata file. */
gboolean vm_record_drop_snapshot(VmDomain *domain, const char *snapshot, GError **error);
/** Remove all snapshot metadata of a domain, its folder too. */
gboolean vm_record_drop_snapshots(VmDomain *domain, GError **error);

/* ---- intent.c: what is about to happen ---- */

/** Record durably that `verb` on `domain` has begun; data (taken) is what recover needs. */
gboolean vm_intent_begin(VmDomain *domain, const char *verb, json_t *data, GError **error);
/** The call is done or undone: the record goes. */
void vm_intent_end(VmDomain *domain);
/** At load: finish or undo what was recorded (rows by verb). */
void vm_intent_recover(VmDriver *driver);

/* ---- loader.c ---- */

/** Load domains, their snapshots and states; see vm_driver_open(). */
gboolean vm_driver_load(VmDriver *driver, GError **error);
/** Load a domain's snapshots from its folder (empty tree before). */
void vm_driver_load_snapshots(VmDomain *domain);
/** Metadata folder of `name` that belongs to another UUID than `uuid`: OPERATION_INVALID naming
 *  both; one of the same UUID under another name is moved here first. */
gboolean vm_driver_claim_metadata(VmDriver *driver, const char *name, const char *uuid,
                                  GError **error);

/* ---- guard.c: one row per thing that could lose data or orphan metadata ---- */

/** The calls that have guards. */
typedef enum {
    VM_GUARD_UNDEFINE,
    VM_GUARD_RENAME,
    VM_GUARD_REVERT,
    VM_GUARD_SNAPSHOT_CREATE,
    VM_GUARD_SNAPSHOT_DELETE,
    VM_GUARD_START,
    VM_GUARD_SAVE,
} VmGuardedCall;

/** What a guard looks at. */
typedef struct {
    VmDomain *domain;
    VmMoment *moment;         /* revert, delete */
    const VmSnapshotDef *def; /* create: the aligned new snapshot */
    guint32 flags;
} VmGuardContext;

/** Run the guards of a call in the table's order: the first that objects refuses, naming domain,
 *  moment and rule. */
gboolean vm_guard(VmGuardedCall call, const VmGuardContext *context, GError **error);
