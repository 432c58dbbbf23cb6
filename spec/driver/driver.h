/* SPDX-License-Identifier: LGPL-2.1-or-later
 *
 * The reference driver: the domain moment APIs over three ports.
 *
 * Every call answers TRUE, or FALSE with a GError of domain VM_ERROR.  A call
 * that fails before its point of no return has changed nothing.  Objects are
 * addressed by name.  Strings and arrays given out belong to the caller.
 * Flags are checked against spec/api under the driver's profile.
 */
#pragma once

#include <glib.h>
#include "spec/api/api.h"
#include "spec/driver/env.h"
#include "spec/driver/hypervisor.h"
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
    const char *root;  /* folder of all metadata: ROOT/etc, ROOT/lib, ROOT/run */
    VmProfile profile; /* VM_PROFILE_RFC or VM_PROFILE_LIBVIRT */
} VmDriverOptions;

/** Open the driver: load the store, keep all that can be kept, log what was found (SNAP-META-013
 *  and following), finish or undo recorded intents, attach to instances that live on.
 *  Fails only when the store cannot be read at all. */
VmDriver *vm_driver_open(const VmDriverOptions *options, GError **error);

/** Let go of everything; instances and files stay as they are. */
void vm_driver_close(VmDriver *driver);
G_DEFINE_AUTOPTR_CLEANUP_FUNC(VmDriver, vm_driver_close)

/** The next event, or NULL; first takes in what the instances have to say. */
VmDriverEvent *vm_driver_next_event(VmDriver *driver);

/* ---- domain: definition (domain_define.c, domain_undefine.c, domain_rename.c, …) ---- */

/** virDomainDefineXMLFlags (DOM-DEF-*). */
gboolean vm_domain_define(VmDriver *driver, const char *xml, guint32 flags, GError **error);
/** virDomainCreateXML: a transient domain, started (DOM-START-*). */
gboolean vm_domain_create_xml(VmDriver *driver, const char *xml, guint32 flags, GError **error);
/** virDomainUndefine (DOM-UNDEF-*). */
gboolean vm_domain_undefine(VmDriver *driver, const char *domain, GError **error);
/** virDomainUndefineFlags (DOM-UNDEF-*, SNAP-GUARD-001 and following). */
gboolean vm_domain_undefine_flags(VmDriver *driver, const char *domain, guint32 flags,
                                  GError **error);
/** virDomainRename (DOM-REN-*). */
gboolean vm_domain_rename(VmDriver *driver, const char *domain, const char *new_name, guint32 flags,
                          GError **error);
/** virDomainSetAutostart (DOM-AUTO-*). */
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

/** virDomainCreateWithFlags (DOM-START-*). */
gboolean vm_domain_create(VmDriver *driver, const char *domain, guint32 flags, GError **error);
/** virDomainDestroyFlags (DOM-DESTROY-*). */
gboolean vm_domain_destroy(VmDriver *driver, const char *domain, guint32 flags, GError **error);
/** virDomainShutdownFlags (DOM-SHUT-*): asks the guest and returns. */
gboolean vm_domain_shutdown(VmDriver *driver, const char *domain, guint32 flags, GError **error);
/** virDomainReset (DOM-RESET-*). */
gboolean vm_domain_reset(VmDriver *driver, const char *domain, guint32 flags, GError **error);
/** virDomainSuspend (DOM-SUSP-*). */
gboolean vm_domain_suspend(VmDriver *driver, const char *domain, GError **error);
/** virDomainResume (DOM-RES-*). */
gboolean vm_domain_resume(VmDriver *driver, const char *domain, GError **error);
/** virDomainGetState. */
gboolean vm_domain_get_state(VmDriver *driver, const char *domain, int *state, int *reason,
                             GError **error);
/** virDomainSaveFlags (DOM-SAVE-*); dxml may be NULL. */
gboolean vm_domain_save(VmDriver *driver, const char *domain, const char *path, const char *dxml,
                        guint32 flags, GError **error);
/** virDomainRestoreFlags (DOM-SAVE-012 and following); dxml may be NULL. */
gboolean vm_domain_restore(VmDriver *driver, const char *path, const char *dxml, guint32 flags,
                           GError **error);
/** virDomainManagedSave (DOM-MS-*). */
gboolean vm_domain_managed_save(VmDriver *driver, const char *domain, guint32 flags,
                                GError **error);
/** virDomainManagedSaveRemove (DOM-MS-003, -004). */
gboolean vm_domain_managed_save_remove(VmDriver *driver, const char *domain, guint32 flags,
                                       GError **error);
/** virDomainHasManagedSaveImage (DOM-MS-006). */
gboolean vm_domain_has_managed_save(VmDriver *driver, const char *domain, guint32 flags,
                                    gboolean *yes, GError **error);

/* ---- snapshots (snapshot_create.c, snapshot_redefine.c, snapshot_list.c, …) ---- */

/** virDomainSnapshotCreateXML; the caller frees *name. */
gboolean vm_snapshot_create_xml(VmDriver *driver, const char *domain, const char *xml,
                                guint32 flags, char **name, GError **error);
/** virDomainSnapshotGetXMLDesc; the caller frees *xml. */
gboolean vm_snapshot_get_xml(VmDriver *driver, const char *domain, const char *snapshot,
                             guint32 flags, char **xml, GError **error);
/** virDomainListAllSnapshots / virDomainSnapshotListAllChildren (parent given): an array of
 *  names; the caller unrefs it. */
gboolean vm_snapshot_list(VmDriver *driver, const char *domain, const char *parent, guint32 flags,
                          GPtrArray **names, GError **error);
/** virDomainSnapshotNum / …NumChildren. */
gboolean vm_snapshot_num(VmDriver *driver, const char *domain, const char *parent, guint32 flags,
                         int *count, GError **error);
/** virDomainSnapshotListNames / …ListChildrenNames: at most `max` names; *count is how many were
 *  given (never more than max: SNAP-LIST-025 is a defect that we do not copy). */
gboolean vm_snapshot_list_names(VmDriver *driver, const char *domain, const char *parent, int max,
                                guint32 flags, GPtrArray **names, int *count, GError **error);
/** virDomainSnapshotLookupByName. */
gboolean vm_snapshot_lookup(VmDriver *driver, const char *domain, const char *name, guint32 flags,
                            GError **error);
/** virDomainHasCurrentSnapshot. */
gboolean vm_snapshot_has_current(VmDriver *driver, const char *domain, guint32 flags, gboolean *yes,
                                 GError **error);
/** virDomainSnapshotCurrent; the caller frees *name. */
gboolean vm_snapshot_current(VmDriver *driver, const char *domain, guint32 flags, char **name,
                             GError **error);
/** virDomainSnapshotGetParent; the caller frees *name. */
gboolean vm_snapshot_parent(VmDriver *driver, const char *domain, const char *snapshot,
                            guint32 flags, char **name, GError **error);
/** virDomainSnapshotIsCurrent. */
gboolean vm_snapshot_is_current(VmDriver *driver, const char *domain, const char *snapshot,
                                guint32 flags, gboolean *yes, GError **error);
/** virDomainSnapshotHasMetadata. */
gboolean vm_snapshot_has_metadata(VmDriver *driver, const char *domain, const char *snapshot,
                                  guint32 flags, gboolean *yes, GError **error);
/** virDomainRevertToSnapshot (SNAP-REV-*, SNAP-REVM-*). */
gboolean vm_snapshot_revert(VmDriver *driver, const char *domain, const char *snapshot,
                            guint32 flags, GError **error);
/** virDomainSnapshotDelete (SNAP-DEL-*). */
gboolean vm_snapshot_delete(VmDriver *driver, const char *domain, const char *snapshot,
                            guint32 flags, GError **error);
