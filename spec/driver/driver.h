/* SPDX-License-Identifier: LGPL-2.1-or-later
 *
 * The reference driver: the domain moment APIs over three ports.
 *
 * Every call answers TRUE, or FALSE with a GError of domain VM_ERROR.  A call
 * that fails before its point of no return has changed nothing.  Objects are
 * addressed by name; strings that are given in are borrowed, strings and
 * arrays given out belong to the caller and are set on success alone.
 *
 * Errors that every call can answer: INVALID_ARG for flags that spec/api does
 * not know under the driver's profile, or that exclude one another; NO_DOMAIN
 * and NO_DOMAIN_SNAPSHOT for names that are not there; SYSTEM_ERROR where the
 * store failed; OPERATION_FAILED where the hypervisor did.  What else a call
 * refuses, and when, stands under the rules that are named with it.
 *
 * Calls do not overlap, and may come from no other thread than the one that
 * opened the driver.
 */
#pragma once

#include <glib.h>
#include "spec/api/api.h"
#include "spec/driver/env.h"
#include "spec/driver/hypervisor.h"
#include "spec/driver/readings.h"
#include "spec/driver/store.h"

typedef struct VmDriver VmDriver;

/** A life-cycle event. */
typedef struct {
    char *domain;
    int type; /* VIR_DOMAIN_EVENT_… */
    int detail;
} VmDriverEvent;

/** Free an event; NULL is fine. */
void vm_driver_event_free(VmDriverEvent *event);
G_DEFINE_AUTOPTR_CLEANUP_FUNC(VmDriverEvent, vm_driver_event_free)

/** What a driver is opened with; all borrowed, and must outlive it. */
typedef struct {
    VmHypervisor *hypervisor;
    VmStore *store;
    VmEnv *env;
    const char *root;     /* folder of all metadata: ROOT/etc, ROOT/lib, ROOT/run */
    VmProfile profile;    /* VM_PROFILE_RFC or VM_PROFILE_LIBVIRT */
    VmReadings *readings; /* what other drivers have read, see readings.h; or NULL */
} VmDriverOptions;

/** Open the driver: load the store, keep all that can be kept, log what was found (SNAP-META-013
 *  and following), finish or undo recorded intents, attach to instances that live on.
 *  Fails only when the store cannot be read at all. */
VmDriver *vm_driver_open(const VmDriverOptions *options, GError **error);

/** Let go of everything; instances and files stay as they are. */
void vm_driver_close(VmDriver *driver);
G_DEFINE_AUTOPTR_CLEANUP_FUNC(VmDriver, vm_driver_close)

/** The connection that the calls came from is closed: what was started with AUTODESTROY is
 *  destroyed (VM-AUTO-001).  The driver goes on, for the next connection. */
void vm_driver_disconnect(VmDriver *driver);

/** The driver was opened in the place of one that ended, and not only to look: that one's
 *  connections are closed (VM-AUTO-003), and what it has left of <transient/> disks goes
 *  (VM-TRANS-001). */
void vm_driver_take_over(VmDriver *driver);

/** The next event, or NULL; first takes in what the instances have to say. */
VmDriverEvent *vm_driver_next_event(VmDriver *driver);

/* ---- domain: definition (domain_define.c, domain_undefine.c, domain_rename.c, …) ---- */

/** virDomainDefineXMLFlags (DOM-DEF-*): a new domain, or another definition of one that is there
 *  (of its next boot while it is active).  XML_ERROR and its kin for the document,
 *  OPERATION_FAILED where name and UUID are two domains', OPERATION_INVALID over foreign moments
 *  (VM-META-002). */
gboolean vm_domain_define(VmDriver *driver, const char *xml, guint32 flags, GError **error);
/** virDomainCreateXML (DOM-START-*): a transient domain, started; one that is defined and off is
 *  started as the document says.  OPERATION_INVALID for one that is active. */
gboolean vm_domain_create_xml(VmDriver *driver, const char *xml, guint32 flags, GError **error);
/** virDomainUndefine (DOM-UNDEF-*): an active domain goes on as a transient one.
 *  OPERATION_INVALID for a transient one, and where a guard objects. */
gboolean vm_domain_undefine(VmDriver *driver, const char *domain, GError **error);
/** virDomainUndefineFlags (DOM-UNDEF-*, SNAP-GUARD-001 and following): the flags say what may go
 *  with it; OPERATION_INVALID before anything is removed where they do not. */
gboolean vm_domain_undefine_flags(VmDriver *driver, const char *domain, guint32 flags,
                                  GError **error);
/** virDomainRename (DOM-REN-*): of an inactive domain, its moments and autostart with it.
 *  OPERATION_INVALID where it is active, the name is taken, or a guard objects. */
gboolean vm_domain_rename(VmDriver *driver, const char *domain, const char *new_name, guint32 flags,
                          GError **error);
/** virDomainSetAutostart (DOM-AUTO-*): OPERATION_INVALID for a transient domain. */
gboolean vm_domain_set_autostart(VmDriver *driver, const char *domain, gboolean on, GError **error);
/** virDomainGetAutostart. */
gboolean vm_domain_get_autostart(VmDriver *driver, const char *domain, gboolean *on,
                                 GError **error);
/** virDomainGetXMLDesc; the caller frees *xml. */
gboolean vm_domain_get_xml(VmDriver *driver, const char *domain, guint32 flags, char **xml,
                           GError **error);
/** virDomainGetUUIDString; the caller frees *uuid. */
gboolean vm_domain_get_uuid(VmDriver *driver, const char *domain, char **uuid, GError **error);
/** virDomainIsPersistent. */
gboolean vm_domain_is_persistent(VmDriver *driver, const char *domain, gboolean *yes,
                                 GError **error);
/** virConnectListAllDomains (DOM-LIST-*): an array of names, sorted; the caller unrefs it. */
gboolean vm_domain_list(VmDriver *driver, guint32 flags, GPtrArray **names, GError **error);

/* ---- domain: run state (domain_start.c, domain_stop.c, domain_state.c, domain_save.c) ---- */

/** virDomainCreateWithFlags (DOM-START-*): of an inactive domain, from its managed save image
 *  where there is one; OPERATION_INVALID for an active one. */
gboolean vm_domain_create(VmDriver *driver, const char *domain, guint32 flags, GError **error);
/** virDomainDestroyFlags (DOM-DESTROY-*): of an active domain; a transient one is gone then. */
gboolean vm_domain_destroy(VmDriver *driver, const char *domain, guint32 flags, GError **error);
/** virDomainShutdownFlags (DOM-SHUT-*): asks the guest and returns. */
gboolean vm_domain_shutdown(VmDriver *driver, const char *domain, guint32 flags, GError **error);
/** virDomainReset (DOM-RESET-*): of an active domain. */
gboolean vm_domain_reset(VmDriver *driver, const char *domain, guint32 flags, GError **error);
/** virDomainSuspend (DOM-SUSP-*): of an active domain; one that is paused stays so. */
gboolean vm_domain_suspend(VmDriver *driver, const char *domain, GError **error);
/** virDomainResume (DOM-RES-*): of a paused domain, OPERATION_INVALID else. */
gboolean vm_domain_resume(VmDriver *driver, const char *domain, GError **error);
/** virDomainGetState. */
gboolean vm_domain_get_state(VmDriver *driver, const char *domain, int *state, int *reason,
                             GError **error);
/** virDomainSaveFlags (DOM-SAVE-*): an active domain's guest goes to the file `path` and the domain
 *  is off; a save that fails leaves it running.  dxml, which may be NULL, is the definition that
 *  the image is given. */
gboolean vm_domain_save(VmDriver *driver, const char *domain, const char *path, const char *dxml,
                        guint32 flags, GError **error);
/** virDomainRestoreFlags (DOM-SAVE-012 and following): the image stays; dxml may be NULL.
 *  OPERATION_INVALID where the domain is active, OPERATION_FAILED for a file that is no image. */
gboolean vm_domain_restore(VmDriver *driver, const char *path, const char *dxml, guint32 flags,
                           GError **error);
/** virDomainManagedSave (DOM-MS-*): of an active, persistent domain. */
gboolean vm_domain_managed_save(VmDriver *driver, const char *domain, guint32 flags,
                                GError **error);
/** virDomainManagedSaveRemove (DOM-MS-003, -004): SYSTEM_ERROR where there is none. */
gboolean vm_domain_managed_save_remove(VmDriver *driver, const char *domain, guint32 flags,
                                       GError **error);
/** virDomainHasManagedSaveImage (DOM-MS-006). */
gboolean vm_domain_has_managed_save(VmDriver *driver, const char *domain, guint32 flags,
                                    gboolean *yes, GError **error);

/* ---- snapshots (snapshot_create.c, snapshot_redefine.c, snapshot_list.c, …) ---- */

/** virDomainSnapshotCreateXML (SNAP-CREATE-*, SNAP-ALIGN-*, SNAP-PREP-*; with REDEFINE
 *  SNAP-REDEF-*): *name, which the caller frees, becomes the current snapshot.  XML_ERROR and
 *  CONFIG_UNSUPPORTED for the document, OPERATION_FAILED for a name or a tag that is taken. */
gboolean vm_snapshot_create_xml(VmDriver *driver, const char *domain, const char *xml,
                                guint32 flags, char **name, GError **error);
/** virDomainSnapshotGetXMLDesc; the caller frees *xml. */
gboolean vm_snapshot_get_xml(VmDriver *driver, const char *domain, const char *snapshot,
                             guint32 flags, char **xml, GError **error);
/** virDomainListAllSnapshots / virDomainSnapshotListAllChildren (parent given): a list of names
 *  that ends with NULL, in one block, which the caller frees. */
gboolean vm_snapshot_list(VmDriver *driver, const char *domain, const char *parent, guint32 flags,
                          char ***names, GError **error);
/** virDomainSnapshotNum / …NumChildren. */
gboolean vm_snapshot_num(VmDriver *driver, const char *domain, const char *parent, guint32 flags,
                         int *count, GError **error);
/** virDomainSnapshotListNames / …ListChildrenNames: at most `max` names; *count is how many were
 *  given (never more than max: SNAP-LIST-025 is a defect that we do not copy). */
gboolean vm_snapshot_list_names(VmDriver *driver, const char *domain, const char *parent, int max,
                                guint32 flags, char ***names, int *count, GError **error);
/** virDomainSnapshotLookupByName. */
gboolean vm_snapshot_lookup(VmDriver *driver, const char *domain, const char *name, guint32 flags,
                            GError **error);
/** virDomainHasCurrentSnapshot. */
gboolean vm_snapshot_has_current(VmDriver *driver, const char *domain, guint32 flags, gboolean *yes,
                                 GError **error);
/** virDomainSnapshotCurrent; NO_DOMAIN_SNAPSHOT where there is none.  The caller frees *name. */
gboolean vm_snapshot_current(VmDriver *driver, const char *domain, guint32 flags, char **name,
                             GError **error);
/** virDomainSnapshotGetParent; NO_DOMAIN_SNAPSHOT for a root.  The caller frees *name. */
gboolean vm_snapshot_parent(VmDriver *driver, const char *domain, const char *snapshot,
                            guint32 flags, char **name, GError **error);
/** virDomainSnapshotIsCurrent. */
gboolean vm_snapshot_is_current(VmDriver *driver, const char *domain, const char *snapshot,
                                guint32 flags, gboolean *yes, GError **error);
/** virDomainSnapshotHasMetadata. */
gboolean vm_snapshot_has_metadata(VmDriver *driver, const char *domain, const char *snapshot,
                                  guint32 flags, gboolean *yes, GError **error);
/** virDomainRevertToSnapshot (SNAP-REV-*, SNAP-REVM-*): disks, memory and definition become the
 *  snapshot's, which becomes the current one.  SNAPSHOT_REVERT_RISKY where FORCE is wanted,
 *  OPERATION_INVALID for a transient domain that would vanish. */
gboolean vm_snapshot_revert(VmDriver *driver, const char *domain, const char *snapshot,
                            guint32 flags, GError **error);
/** virDomainSnapshotDelete (SNAP-DEL-*): it leaves the images, unless METADATA_ONLY, and then the
 *  tree; of several, those before a failure are gone.  CONFIG_UNSUPPORTED for external ones among
 *  several. */
gboolean vm_snapshot_delete(VmDriver *driver, const char *domain, const char *snapshot,
                            guint32 flags, GError **error);
