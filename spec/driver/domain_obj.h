/* SPDX-License-Identifier: LGPL-2.1-or-later
 *
 * Private to spec/driver: the driver's state, and the steps that calls share.
 *
 * Every call goes through the same stages, in this order: arguments and
 * flags, look-up, guards (guard.c), prepare, intent, act, record, announce.
 */
#pragma once

#include "spec/driver/driver.h"
#include "spec/driver/json_text.h"
#include "spec/model/domain_def.h"
#include "spec/model/moment_tree.h"
#include "spec/model/snapshot_def.h"

/** The paths of a domain that nearly every call asks for. */
typedef enum {
    VM_KEPT_STATUS,
    VM_KEPT_MANAGED_SAVE,
    VM_KEPT_SAVE_MARK,
    VM_KEPT_INTENT,
    VM_KEPT_SNAPSHOTS,
    VM_KEPT_PATHS,
} VmKeptPath;

/** What a guest has done that nobody has acted on yet: see guest_end.h. */
typedef enum {
    VM_GUEST_HERE, /* nothing */
    VM_GUEST_OFF,
    VM_GUEST_ENDED_BY_HOST, /* its process was told to end */
    VM_GUEST_REBOOTED,
    VM_GUEST_CRASHED,
} VmGuestEnd;

/** One domain. */
typedef struct VmDomain {
    VmDriver *driver;
    VmDomainDef *def;      /* what it is now: the live one while active */
    VmDomainDef *next_def; /* of the next boot while active, or NULL (as def) */
    gboolean persistent;
    gboolean autostart;
    int state; /* VIR_DOMAIN_… */
    int reason;
    VmInstance *instance; /* while active */
    GHashTable *nodes;    /* char * target → char * node of its device; NULL: to be asked for */
    VmMomentTree *snapshots; /* definitions are VmSnapshotDef */
    char *doubt;             /* the command that was not answered in time, or NULL */
    gboolean unusable;       /* the process has stopped to speak QMP */
    gboolean lost;           /* the process has ended before it answered */
    gboolean unfinished;     /* a call could not be undone and has left its intent */
    gboolean torn;           /* and its disks are half-way between two states */
    gboolean held;           /* and its guest must not write before that is done */
    VmGuestEnd guest_end;    /* how the guest has ended, while its process may be there still */
    gboolean defined_before; /* active and undefined in this run: define answers UPDATED */
    gboolean autodestroy; /* its process goes with the connection that started it (VM-AUTO-001) */
    GHashTable
        *reserved; /* char *: snapshot names whose files could not be loaded (EC-197), or NULL */
    guint64 greatest_mark;   /* that a file of a snapshot has been given */
    char *intent_ahead;      /* a record that is written, but not yet under its name */
    char **paths;            /* VM_KEPT_PATHS of them, NULL until asked for: vm_domain_path() */
    VmDomainDef *status_def; /* the definition that the status file holds below its first line */
} VmDomain;

/** The driver. */
struct VmDriver {
    VmHypervisor *hypervisor;
    VmStore *store;
    VmEnv *env;
    char *root;
    VmProfile profile;
    VmReadings *readings;      /* or NULL */
    GHashTable *by_name;       /* char * → VmDomain *, owns the domain */
    GHashTable *by_uuid;       /* char * → VmDomain * */
    VmDomain *asked;           /* of by_name: the one asked for last, or NULL */
    GQueue events;             /* of VmDriverEvent * */
    GString *draft_path;       /* where the metadata file lies that is written */
    GString *draft;            /* the text of a snapshot's metadata file … */
    VmSnapshotDef *draft_of;   /* … which says this definition, held; NULL: none */
    GHashTable *stale_intents; /* char *: domains whose finished intent stays, or NULL: none */
    GHashTable *kept_intents;  /* char *: domains whose intent is not understood, or NULL: none */
    gboolean unseen_intents;   /* the store did not say at load which there are */
};

/* ---- domain_list.c: look-up ---- */

/** The domain of that name, its instance's news taken in: NO_DOMAIN naming it otherwise. */
VmDomain *vm_driver_domain(VmDriver *driver, const char *name, GError **error);
/** The same for a call that changes something: vm_domain_check_settled(). */
VmDomain *vm_driver_domain_to_change(VmDriver *driver, const char *name, GError **error);
/** The domain of that UUID, its instance's news taken in, or NULL. */
VmDomain *vm_driver_domain_by_uuid(VmDriver *driver, const char *uuid);
/** An empty table of VmDriver.by_name. */
GHashTable *vm_driver_new_name_table(void);
/** All domains, sorted by name.  The caller unrefs the array (domains are borrowed). */
GPtrArray *vm_driver_domains(VmDriver *driver);
/** The active ones, likewise. */
GPtrArray *vm_driver_active_domains(VmDriver *driver);
/** A new inactive domain object in the driver's tables; takes def. */
VmDomain *vm_driver_add_domain(VmDriver *driver, VmDomainDef *def);
/** Take a domain out of the tables and free it. */
void vm_driver_remove_domain(VmDomain *domain);
/** An empty tree of snapshots, which counts the external ones (vm_moment_tree_counted()). */
VmMomentTree *vm_driver_new_tree(void);
/** No snapshots, as of a new domain; their files stay. */
void vm_driver_forget_snapshots(VmDomain *domain);
/** Give it another name in the tables. */
void vm_driver_rekey_domain(VmDomain *domain, VmDomainDef *def);
/** Replace the definition in `def` (taken; same name and UUID). */
void vm_domain_set_def(VmDomain *domain, VmDomainDef *def);
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

/** Queue a life-cycle event of that name. */
void vm_driver_announce(VmDriver *driver, const char *name, int type, int detail);
/** Take in what all instances have to say. */
void vm_driver_pump(VmDriver *driver);
/** Queue a life-cycle event of a domain. */
void vm_domain_announce(VmDomain *domain, int type, int detail);
/** Set state and reason together. */
void vm_domain_set_state(VmDomain *domain, int state, int reason);
/** Take in what an instance has to say (power-off, unexpected end), with all consequences. */
void vm_domain_pump(VmDomain *domain);
/** Take in one event object (borrowed) of the domain's instance; the end of the instance itself is
 *  left to the next vm_domain_pump(). */
void vm_domain_take_event(VmDomain *domain, const json_t *event);
/** The same for all events that are waiting; none is waited for.  There must be an instance. */
void vm_domain_take_events(VmDomain *domain);

/* ---- domain_process.c: instances ---- */

/** Why a guest is paused that is being read from its managed save image: it is there, and nowhere
 *  else, from the moment on when the image is gone. */
#define VM_PAUSED_CONSUMING VIR_DOMAIN_PAUSED_SAVE

/** How an instance is started. */
typedef struct {
    const char *restore_from; /* path of a save image's stream, or NULL */
    guint64 restore_offset;   /* where the stream starts in it */
    gboolean consumes;        /* the image goes when the guest is there */
} VmProcessStart;

/** Start an instance for def (borrowed), CPUs stopped; the domain becomes active with def as its
 *  live definition and the former one as next_def.  State and events are the caller's. */
gboolean vm_domain_process_start(VmDomain *domain, VmDomainDef *def, const VmProcessStart *start,
                                 GError **error);
/** Send a command; arguments (taken).  A QMP error becomes OPERATION_FAILED naming domain, command
 *  and QEMU's text.  *reply (may be NULL) is a new reference. */
gboolean vm_domain_qmp(VmDomain *domain, const char *name, json_t *arguments, json_t **reply,
                       GError **error);
/** The next command is query-block: TRUE where the hypervisor has been asked already and takes its
 *  time to answer. */
gboolean vm_domain_look_ahead(VmDomain *domain);
/** The instance of domain did not do the command `name`: what that says of the domain is noted, and
 *  the caller's error set, as vm_domain_qmp() does. */
gboolean vm_domain_refuse_qmp(VmDomain *domain, const char *name, const GError *failure,
                              GError **error);
/** What def needs to be started (borrowed) is there and supported; nothing is changed.
 *  CONFIG_UNSUPPORTED, OPERATION_FAILED naming disk and
 *  file. */
gboolean vm_domain_check_startable(VmDomain *domain, const VmDomainDef *def, GError **error);
/** In profile rfc no disk of def that its guest would write to is one that an overlay or a snapshot
 *  rests on: OPERATION_FAILED naming it (VM-START-001). */
gboolean vm_domain_check_unfrozen(const VmDomain *domain, const VmDomainDef *def, GError **error);
/** Send the guest's state into file, from where the file stands.  CPUs that run do so until all but
 *  the rest is sent; afterwards they are stopped, and stay so until vm_domain_process_cont(). */
gboolean vm_domain_process_write_stream(VmDomain *domain, VmStoreFile *file, GError **error);
/** Whether the images are still the process's to write: it lets go of them when it has sent its
 *  guest, and takes them back when that runs again.  OPERATION_INVALID (VM-MEM-003). */
gboolean vm_domain_check_unsent(VmDomain *domain, GError **error);
/** End the process (quit, or kill where it does not answer) and nothing else. */
void vm_domain_process_drop(VmDomain *domain);
/** Let the CPUs run. */
gboolean vm_domain_process_cont(VmDomain *domain, GError **error);
/** Stop the CPUs. */
gboolean vm_domain_process_stop_cpus(VmDomain *domain, GError **error);
/** End the instance (quit, or kill where it does not answer), next_def becomes def; the state is
 *  SHUTOFF with `reason`.  A transient domain stays in the tables: see vm_domain_vanish(). */
void vm_domain_process_end(VmDomain *domain, int reason);
/** A transient domain that has stopped leaves the tables; its moments' files stay, found again by
 *  a domain of its UUID.  For a persistent one, nothing.  TRUE when the domain is gone. */
gboolean vm_domain_vanish(VmDomain *domain);
/** The same for the domain of that name, if there is one. */
void vm_driver_vanish(VmDriver *driver, const char *name);
/** Let the instance work in the background until it has something to say, which is taken in: *event
 *  (the caller's) is NULL where that is nothing.  OPERATION_FAILED naming `what` was going on where
 *  the process has ended. */
gboolean vm_domain_wait_event(VmDomain *domain, const char *what, json_t **event, GError **error);

/* ---- domain_job.c ---- */

/** Run a job command to its end: `name` with arguments (taken) plus a job-id of our own; the
 *  job's error becomes OPERATION_FAILED.  The job is dismissed. */
gboolean vm_domain_run_job(VmDomain *domain, const char *name, json_t *arguments, GError **error);

/** The parts of it: begin the job; wait for its end and dismiss it. */
gboolean vm_domain_begin_job(VmDomain *domain, const char *name, json_t *arguments, GError **error);
gboolean vm_domain_end_job(VmDomain *domain, const char *name, GError **error);
/** Wait until the job can be completed: OPERATION_FAILED, the job dismissed, where it ended. */
gboolean vm_domain_await_ready(VmDomain *domain, const char *name, GError **error);
/** Complete a job that is ready, wait for its end and dismiss it. */
gboolean vm_domain_complete_job(VmDomain *domain, const char *name, GError **error);

/** A job of ours that a call or a driver before this one has left: waited for, and dismissed; a
 *  commit is cancelled. */
void vm_domain_clear_job(VmDomain *domain);

/* ---- domain_doubt.c: instances that do not answer ---- */

/** Take in why a command failed: from now on the domain is in doubt where there was no answer, or
 *  its process is unusable where there was no QMP (VM-HANG-001, -003). */
void vm_domain_note_failure(VmDomain *domain, const char *command, const GError *failure);
/** Whether a command has not been answered, so that nobody knows what has happened. */
gboolean vm_domain_in_doubt(const VmDomain *domain);
/** Whether nobody knows what the last command has done: not answered (yet), answered by no QMP, or
 *  taken along by a process that ended.  The intent of its call stays for recovery. */
gboolean vm_domain_is_unclear(const VmDomain *domain);
/** Calls that change something are refused until the late answer has come: OPERATION_TIMEOUT
 *  (VM-HANG-002); or for good, but for destroy: OPERATION_FAILED (VM-HANG-003). */
gboolean vm_domain_check_settled(const VmDomain *domain, GError **error);
/** Calls that would put another record in the place of the one that is there are refused while what
 *  a call before had begun is neither finished nor undone: OPERATION_FAILED (VM-ATOMIC-003). */
gboolean vm_domain_check_finished(const VmDomain *domain, GError **error);
/** The guest may run on the disks as they are: OPERATION_FAILED (VM-ATOMIC-004). */
gboolean vm_domain_check_whole(const VmDomain *domain, GError **error);
/** The answer has come: the domain is loaded anew, and its intent finished or undone.  The domain
 *  of before is freed. */
void vm_domain_settle(VmDomain *domain);
/** End the instance as vm_domain_process_end(), and finish or undo what an interrupted call has
 * left. A domain that stays may be loaded anew; a transient one is still to vanish. */
void vm_domain_end(VmDomain *domain, int reason);
/** What a call has left unfinished is recovered before the next one: the domain of that name then,
 *  or NULL. */
VmDomain *vm_domain_finish(VmDomain *domain);

/* ---- domain_node.c ---- */

/** The node name of disk i ("d0" …): the node that the guest's device uses at present, asked for
 *  once and kept until vm_domain_forget_nodes().  The caller frees it; OPERATION_FAILED naming the
 *  disk where it has none. */
char *vm_domain_node(VmDomain *domain, guint disk, GError **error);
/** What query-block shows as inserted in disk i of an active domain; borrowed from *blocks, the
 *  whole answer, which is asked for where it is NULL.  OPERATION_FAILED naming the disk. */
const json_t *vm_domain_inserted(VmDomain *domain, guint disk, json_t **blocks, GError **error);
/** The devices may use other nodes from now on. */
void vm_domain_forget_nodes(VmDomain *domain);

/* ---- paths.c: where everything lies ---- */

/** ROOT/etc/qemu/NAME.xml: the persistent definition.  The caller frees it, as all of these. */
char *vm_path_config(const VmDriver *driver, const char *domain);
/** ROOT/run/qemu/NAME.xml: what is running, and why what is not has stopped. */
char *vm_path_status(const VmDriver *driver, const char *domain);
/** ROOT/etc/qemu/autostart/NAME.xml: a marker. */
char *vm_path_autostart(const VmDriver *driver, const char *domain);
/** ROOT/lib/qemu/save/NAME.save: the managed save image. */
char *vm_path_managed_save(const VmDriver *driver, const char *domain);
/** ROOT/lib/qemu/saved/UUID.mark: which save image belongs to the disks as they are. */
char *vm_path_save_mark(const VmDriver *driver, const char *uuid);
/** ROOT/lib/qemu/intent/NAME.json: what is about to happen. */
char *vm_path_intent(const VmDriver *driver, const char *domain);
/** ROOT/lib/qemu/snapshot/NAME: the folder of a domain's snapshots. */
char *vm_path_snapshot_dir(const VmDriver *driver, const char *domain);
/** ROOT/lib/qemu/snapshot/NAME/SNAPSHOT.xml: one of them. */
char *vm_path_snapshot(const VmDriver *driver, const char *domain, const char *snapshot);

/** One of a domain's paths, kept until vm_domain_forget_paths(). */
const char *vm_domain_path(const VmDomain *domain, VmKeptPath which);
/** The domain is about to have another name, or none. */
void vm_domain_forget_paths(VmDomain *domain);

/* ---- record.c, record_snapshot.c: what is durable ---- */

/** What else the first line of a status file says, a set. */
typedef enum {
    VM_STATUS_DEFINED_BEFORE = 1,
    VM_STATUS_AUTODESTROY = 2,
} VmStatusMarks;

/** The first line of a status file, of one length always (with a NUL): the UUID comes between these
 *  two, and state, reason and marks end below the last letters of SS, RRR and M. */
#define VM_STATUS_HEADER_BEGIN "<!-- virt-moment status 1 "
#define VM_STATUS_HEADER_END "          -->\n" /* " SS RRR M -->" */
#define VM_STATUS_UUID_SIZE 36
#define VM_STATUS_HEADER_SIZE                                                                      \
    (sizeof(VM_STATUS_HEADER_BEGIN VM_STATUS_HEADER_END) + VM_STATUS_UUID_SIZE)

/** Write the persistent definition. */
gboolean vm_record_config(VmDomain *domain, const VmDomainDef *def, GError **error);
/** Write the status: live definition, state, reason.  Not durable across a power cut, which leaves
 *  no instance to speak of. */
gboolean vm_record_status(VmDomain *domain, GError **error);
/** The same where the call stands whatever becomes of its record: a failure is logged. */
void vm_record_status_anyway(VmDomain *domain);
/** Remove the persistent definition. */
gboolean vm_record_drop_config(VmDomain *domain, GError **error);
/** Remove the status; a failure is logged. */
void vm_record_drop_status(VmDomain *domain);
/** The status of a domain that has stopped: its reason where there is one to keep, else no file. */
void vm_record_stopped(VmDomain *domain);
/** Write the marker of autostart, or remove it. */
gboolean vm_record_autostart(VmDomain *domain, gboolean on, GError **error);
/** Make the text of a snapshot's metadata file, for when it is written; until then def must not
 *  change.  One over VM_SNAPSHOT_FILE_MAX is refused: OPERATION_UNSUPPORTED. */
gboolean vm_record_prepare(const VmDomain *domain, VmSnapshotDef *def, GError **error);
/** Write one snapshot's metadata file; a `current` one gets a mark greater than any other's.  A
 * file over VM_SNAPSHOT_FILE_MAX is refused before anything is written: OPERATION_UNSUPPORTED. */
gboolean vm_record_snapshot(VmDomain *domain, VmSnapshotDef *def, gboolean current, GError **error);
/** The same before another file of the folder is written or removed durably, which makes this one's
 *  name durable as well. */
gboolean vm_record_snapshot_before(VmDomain *domain, VmSnapshotDef *def, gboolean current,
                                   GError **error);
/** Take the mark from a snapshot's file.  Not durable: a power cut may leave the mark, which counts
 *  for nothing beside the greater one that another file has got before. */
gboolean vm_record_unmark(VmDomain *domain, VmSnapshotDef *def, GError **error);
/** A moment has come into the tree, after its file was written by the last of these calls that gave
 *  a mark, where it is the `current` one. */
void vm_record_note_new(VmDomain *domain, VmMoment *moment, gboolean current);
/** Remove one snapshot's metadata file. */
gboolean vm_record_drop_snapshot(VmDomain *domain, const char *snapshot, GError **error);
/** Whether a file that could not be loaded stands where that snapshot's file would go: the name
 *  must not be given away (EC-197). */
gboolean vm_record_snapshot_reserved(const VmDomain *domain, const char *snapshot);

/* ---- domain_define.c, domain_start.c, domain_stop.c ---- */

/** The domain that def speaks of, or NULL for a new one: OPERATION_FAILED where name and UUID
 *  belong to different domains (DOM-DEF-005, -006). */
gboolean vm_driver_match_domain(VmDriver *driver, const VmDomainDef *def, VmDomain **domain,
                                GError **error);
/** The inactive domain that def is to be started as; a new one is added, with the moments of its
 *  UUID.  OPERATION_INVALID for one that is active.  When the start fails, vm_domain_vanish(). */
gboolean vm_driver_admit_domain(VmDriver *driver, VmDomainDef *def, VmDomain **domain,
                                GError **error);
/** A cold boot of an inactive domain as def (borrowed), with state, record and events. */
gboolean vm_domain_boot(VmDomain *domain, VmDomainDef *def, guint32 flags, GError **error);
/** The domain of that name, which must be active and settled: NO_DOMAIN, OPERATION_INVALID,
 *  vm_domain_check_settled(). */
VmDomain *vm_driver_active_domain(VmDriver *driver, const char *name, GError **error);

/* ---- domain_transient.c: <transient/> disks ---- */

/** Whether def has a disk whose writes are to be gone with the process. */
gboolean vm_transient_any(const VmDomainDef *def);
/** def as it runs: such disks on their overlays.  The caller unrefs it. */
VmDomainDef *vm_transient_put(VmDomainDef *def);
/** A definition as it runs or ran, such disks back on their own images.  The caller unrefs it. */
VmDomainDef *vm_transient_base(VmDomainDef *live);
/** Whether the overlays of def can be made; nothing is changed.  OPERATION_FAILED where a file lies
 *  in the way (VM-TRANS-001). */
gboolean vm_transient_check(VmDomain *domain, const VmDomainDef *def, GError **error);
/** Make the overlays of `live` (vm_transient_put()), after a check; what was done before a failure
 *  is for vm_transient_drop(). */
gboolean vm_transient_make(VmDriver *driver, const VmDomainDef *live, GError **error);
/** Remove them; a failure is logged, and what is left then goes at the next start. */
void vm_transient_drop(VmDriver *driver, const VmDomainDef *live);
/** Remove what a crash has left of them for an inactive domain. */
void vm_transient_sweep(VmDomain *domain);

/* ---- domain_managed_save.c ---- */

/** Whether the domain's managed save image is there; looks at the file (DOM-START-014). */
gboolean vm_domain_managed_save_exists(const VmDomain *domain);

/* ---- intent.c: what is about to happen ---- */

/** The record of `verb` on `domain`, which is being written: what recovery needs comes next, member
 *  by member.  The caller passes it to vm_intent_close(). */
GString *vm_intent_open(const VmDomain *domain, const char *verb);
/** Its text, which the caller frees. */
char *vm_intent_close(GString *record);
/** Record durably what has begun; the record is the text of a vm_intent_close(). */
gboolean vm_intent_begin(VmDomain *domain, const char *record, GError **error);
/** The same record is about to be begun, unless what is looked at meanwhile forbids the call: it is
 *  written now, and vm_intent_begin() has only to give it its name.  Once no call can begin it any
 *  more, vm_intent_forget_ahead() follows. */
void vm_intent_ahead(VmDomain *domain, const char *record);
/** What was written ahead and not begun goes. */
void vm_intent_forget_ahead(VmDomain *domain);
/** The call is done or undone: the record goes.  In doubt it is neither, and the record stays. */
void vm_intent_end(VmDomain *domain);
/** The record of that domain's name goes; where it cannot, vm_intent_retry() tries again. */
void vm_intent_drop(VmDriver *driver, const char *domain);
/** Remove the records of finished calls that could not be removed then: a later recovery must not
 *  take them for the truth.  Part of every look-up. */
void vm_intent_retry(VmDriver *driver);

/** When an intent is recovered: what concerns files alone comes before the domains are loaded. */
typedef enum {
    VM_INTENT_BEFORE_LOAD,
    VM_INTENT_AFTER_LOAD,
} VmIntentPhase;

/** One recorded intent, as recovery gets it. */
typedef struct {
    VmDriver *driver;
    const char *name; /* of the domain when it was recorded */
    const char *uuid;
    const json_t *data;
    VmDomain *domain; /* after the load: the domain of that UUID, or NULL */
} VmIntent;

/** A list of texts in a record's data, as of vm_json_texts(): char *; the caller unrefs it.  Empty
 *  where there is none. */
GPtrArray *vm_intent_texts(const json_t *data, const char *member);

/** At load: finish or undo what was recorded, by the row of its verb; a verb without a row, or a
 *  record that cannot be read, is logged and kept (VM-META-009). */
void vm_intent_recover(VmDriver *driver, VmIntentPhase phase);
/** The same for what was recorded for that domain, which is loaded. */
void vm_intent_recover_domain(VmDriver *driver, const char *domain);

/* Recovery of the verbs; each finishes or undoes what its call had begun, and may be repeated. */
/** "undefine": the definition is gone, then its leftovers go; else nothing was done. */
void vm_domain_undefine_recover(const VmIntent *intent);
/** "rename": the old definition is gone, then the rest follows; else the new one goes. */
void vm_domain_rename_recover(const VmIntent *intent);
/** "save": the image is whole, then the instance ends; else the guest goes on. */
void vm_domain_save_recover(const VmIntent *intent);
/* The verbs of snapshots; all are recovered after the load, the instance attached. */
/** "snapshot-create": recorded, then it is completed; else tag and overlays go. */
void vm_snapshot_create_recover(const VmIntent *intent);
/** "snapshot-revert": off, it is completed; live, the former state comes back where it can. */
void vm_snapshot_revert_recover(const VmIntent *intent);
/** "snapshot-delete": what is left of it is deleted. */
void vm_snapshot_delete_recover(const VmIntent *intent);

/* ---- loader.c, load_moments.c, claim_metadata.c ---- */

/** Load domains, their snapshots and states; see vm_driver_open(). */
gboolean vm_driver_load(VmDriver *driver, GError **error);
/** Forget a domain and load it again, its instance attached anew, and recover its intent. */
void vm_driver_reload_domain(VmDriver *driver, const char *name);
/** For a transient domain whose process has ended: its definition and moments as they are recorded,
 *  and its intent recovered. */
void vm_driver_recover_ended(VmDomain *domain);
/** Load a domain's snapshots from its folder (empty tree before). */
void vm_driver_load_snapshots(VmDomain *domain);
/** One metadata file of a folder and the mark in it, NULL with the cause; the caller unrefs it.
 *  Drivers with the same readings share it. */
VmSnapshotDef *vm_driver_read_snapshot(VmDriver *driver, const char *folder, const char *file,
                                       guint64 *mark, GError **error);
/** The UUID of the domain that a snapshot belongs to, or NULL where it does not say. */
const char *vm_snapshot_owner_uuid(const VmSnapshotDef *def);
/** OPERATION_INVALID naming both where the metadata folder of `name` belongs to another UUID. */
gboolean vm_driver_check_foreign(VmDriver *driver, const char *name, const char *uuid,
                                 GError **error);
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
} VmGuardedCall;

/** What a guard looks at. */
typedef struct {
    VmDomain *domain;
    VmMoment *moment;         /* revert, delete */
    const VmSnapshotDef *def; /* create: the aligned new snapshot */
    guint32 flags;
    gboolean reverts; /* delete: as part of a revert, with which a managed save image goes */
} VmGuardContext;

/** Run the guards of a call in the table's order: the first that objects refuses, naming domain,
 *  moment and rule. */
gboolean vm_guard(VmGuardedCall call, const VmGuardContext *context, GError **error);
