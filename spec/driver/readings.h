/* SPDX-License-Identifier: LGPL-2.1-or-later
 *
 * Definitions by the text that they were read from.
 *
 * Who opens drivers over one store again and again, to see what a restarted
 * one would make of it, hands each the same readings: a text that one of them
 * has read is not parsed anew by the next.  Equal texts are equal definitions,
 * and definitions do not change.
 */
#pragma once

#include "spec/model/domain_def.h"
#include "spec/model/snapshot_def.h"

typedef struct VmReadings VmReadings;

/** No readings yet. */
VmReadings *vm_readings_new(void);
/** Free them; definitions that someone holds live on.  NULL is fine. */
void vm_readings_free(VmReadings *readings);
G_DEFINE_AUTOPTR_CLEANUP_FUNC(VmReadings, vm_readings_free)

/** The bytes of all texts that are kept. */
gsize vm_readings_bytes(const VmReadings *readings);

/** The stored definition of a domain with this text; XML_ERROR and its kin as by
 *  vm_domain_def_parse().  With NULL readings it is parsed.  The caller unrefs it. */
VmDomainDef *vm_readings_domain(VmReadings *readings, const char *text, GError **error);

/** The same for a snapshot's metadata file.  The mark that it is given as a current one, or 0, is
 *  its file's, and is not to be looked for in the definition, which others share. */
VmSnapshotDef *vm_readings_snapshot(VmReadings *readings, const char *text, guint64 *mark,
                                    GError **error);
