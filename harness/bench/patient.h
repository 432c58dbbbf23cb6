/* SPDX-License-Identifier: LGPL-2.1-or-later
 *
 * The domain that measured calls are made on, through the target seam.  What
 * the target refuses ends the program: nothing was measured then.
 */
#pragma once

#include <glib.h>
#include "spec/api/target.h"

/** A connection with the domain "bench" on it. */
typedef struct {
    const struct vm_target *target;
    struct vm_conn *conn;
    char *xml;     /* of the domain, as it is defined */
    char *workdir; /* of the connection */
} Patient;

/** Open a target ("sim", "test:///default") and define the domain, with one disk of 64 MiB; NULL
 *  with the cause where the target is not to be had. */
Patient *patient_new(const char *target, GError **error);
/** Close it; NULL is fine. */
void patient_free(Patient *patient);
G_DEFINE_AUTOPTR_CLEANUP_FUNC(Patient, patient_free)

/** A call was answered with `code`: anything but 0 ends the program and says what it was. */
void patient_check(int code, const struct vm_error *err, const char *call);

/** The domain is defined and off, without snapshots. */
void patient_define(Patient *patient);
/** Start it. */
void patient_start(Patient *patient);
/** End it. */
void patient_stop(Patient *patient);
/** The definition goes, and the metadata of all snapshots with it. */
void patient_undefine(Patient *patient);

/** snapshot-create of <name>. */
void patient_create(Patient *patient, const char *snapshot);
/** snapshot-create of that document. */
void patient_create_xml(Patient *patient, const char *xml, guint32 flags);
/** snapshot-revert. */
void patient_revert(Patient *patient, const char *snapshot);
/** snapshot-delete. */
void patient_delete(Patient *patient, const char *snapshot, guint32 flags);
/** snapshot-dumpxml; the text is thrown away. */
void patient_get_xml(Patient *patient, const char *snapshot);
/** Look it up by its name. */
void patient_look_up(Patient *patient, const char *snapshot);
/** List all snapshots; how many there are. */
guint patient_list(Patient *patient);
/** Take all events that wait. */
void patient_take_events(Patient *patient);
