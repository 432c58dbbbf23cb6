/* SPDX-License-Identifier: LGPL-2.1-or-later
 *
 * Private to harness/target/libvirt*.c: libvirt's functions, found at run
 * time, and the connection behind struct vm_conn.
 *
 * These files include libvirt's own headers, and therefore nothing that
 * declares VIR_* a second time (spec/api/api.h, error.h).
 */
#pragma once

#include <glib.h>
#include <libvirt/libvirt.h>
#include <libvirt/virterror.h>
#include "spec/api/target.h"

/** Every libvirt function that the target uses. */
#define LIBVIRT_FUNCTIONS(F)                                                                       \
    F(virGetVersion)                                                                               \
    F(virInitialize)                                                                               \
    F(virSetErrorFunc)                                                                             \
    F(virGetLastError)                                                                             \
    F(virResetLastError)                                                                           \
    F(virEventRegisterDefaultImpl)                                                                 \
    F(virEventRunDefaultImpl)                                                                      \
    F(virEventAddTimeout)                                                                          \
    F(virConnectOpen)                                                                              \
    F(virConnectClose)                                                                             \
    F(virConnectGetType)                                                                           \
    F(virConnectGetVersion)                                                                        \
    F(virConnectListAllDomains)                                                                    \
    F(virConnectDomainEventRegisterAny)                                                            \
    F(virConnectDomainEventDeregisterAny)                                                          \
    F(virDomainLookupByName)                                                                       \
    F(virDomainFree)                                                                               \
    F(virDomainGetName)                                                                            \
    F(virDomainGetUUIDString)                                                                      \
    F(virDomainDefineXMLFlags)                                                                     \
    F(virDomainCreateXML)                                                                          \
    F(virDomainCreateWithFlags)                                                                    \
    F(virDomainUndefine)                                                                           \
    F(virDomainUndefineFlags)                                                                      \
    F(virDomainRename)                                                                             \
    F(virDomainSetAutostart)                                                                       \
    F(virDomainGetAutostart)                                                                       \
    F(virDomainGetXMLDesc)                                                                         \
    F(virDomainIsPersistent)                                                                       \
    F(virDomainDestroyFlags)                                                                       \
    F(virDomainShutdownFlags)                                                                      \
    F(virDomainReset)                                                                              \
    F(virDomainSuspend)                                                                            \
    F(virDomainResume)                                                                             \
    F(virDomainGetState)                                                                           \
    F(virDomainSaveFlags)                                                                          \
    F(virDomainRestoreFlags)                                                                       \
    F(virDomainManagedSave)                                                                        \
    F(virDomainManagedSaveRemove)                                                                  \
    F(virDomainHasManagedSaveImage)                                                                \
    F(virDomainSnapshotCreateXML)                                                                  \
    F(virDomainSnapshotGetXMLDesc)                                                                 \
    F(virDomainSnapshotGetName)                                                                    \
    F(virDomainSnapshotLookupByName)                                                               \
    F(virDomainSnapshotFree)                                                                       \
    F(virDomainListAllSnapshots)                                                                   \
    F(virDomainSnapshotListAllChildren)                                                            \
    F(virDomainSnapshotNum)                                                                        \
    F(virDomainSnapshotNumChildren)                                                                \
    F(virDomainSnapshotListNames)                                                                  \
    F(virDomainSnapshotListChildrenNames)                                                          \
    F(virDomainHasCurrentSnapshot)                                                                 \
    F(virDomainSnapshotCurrent)                                                                    \
    F(virDomainSnapshotGetParent)                                                                  \
    F(virDomainSnapshotIsCurrent)                                                                  \
    F(virDomainSnapshotHasMetadata)                                                                \
    F(virDomainRevertToSnapshot)                                                                   \
    F(virDomainSnapshotDelete)

/** libvirt's functions, under their own names. */
struct libvirt_library {
#define F(name) __typeof__(&name) name;
    LIBVIRT_FUNCTIONS(F)
#undef F
};

/** The library, once libvirt_library_load() has succeeded. */
extern struct libvirt_library lv;

/** Find libvirt.so.0 and its functions; once per process.  FALSE with a text when it is missing. */
gboolean libvirt_library_load(GError **error);

/** An open connection. */
struct vm_conn {
    virConnectPtr connect;
    char *type;            /* "TEST", "QEMU" */
    char *disk_dir;        /* below the run's working folder */
    int callback;          /* of the event registration, or -1 */
    GQueue events;         /* of struct vm_event * */
    gboolean local_images; /* the driver opens images on this machine */
};

/** The last error of libvirt as the target's; returns its code, which is never 0. */
int libvirt_fail(struct vm_error *err);

/** Answer for a call: 0 for result >= 0, else libvirt_fail(). */
int libvirt_answer(int result, struct vm_error *err);

/** A domain by name; NULL with *err filled.  The caller frees it with lv.virDomainFree. */
virDomainPtr libvirt_domain(struct vm_conn *conn, const char *name, struct vm_error *err);

/** The methods of each family, filled into the table. */
void libvirt_fill_domain(struct vm_target *table);
void libvirt_fill_snapshot(struct vm_target *table);
void libvirt_fill_event(struct vm_target *table);
void libvirt_fill_local(struct vm_target *table);

/** Before a connection is opened: give the folder of an embedded QEMU driver its settings, where it
 *  has none.  Other URIs need nothing. */
void libvirt_local_prepare(const char *uri);

/** Start and stop to listen for life-cycle events. */
void libvirt_events_begin(struct vm_conn *conn);
void libvirt_events_end(struct vm_conn *conn);
