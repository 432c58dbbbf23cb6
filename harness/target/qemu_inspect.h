/* SPDX-License-Identifier: LGPL-2.1-or-later
 *
 * Looking at the world of real QEMU from outside: conformance/README.md says
 * what each answer is.  Nothing here changes anything.
 */
#pragma once

#include "harness/target/qemu_looks.h"

typedef struct QemuInspector QemuInspector;

/** What it looks at; strings are copied. */
typedef struct {
    VmHypervisor *hypervisor; /* of harness/qemu; borrowed */
    const char *folders[3];   /* what "files" shows where nothing is asked for; ends with NULL */
    const char *scratch;      /* where instances run, for sockets and pages; exists */
} QemuInspectorOptions;

/** An inspector. */
QemuInspector *qemu_inspector_new(const QemuInspectorOptions *options);
/** Free it; NULL is fine. */
void qemu_inspector_free(QemuInspector *inspector);

/** The answer, a new reference; NULL where there is no such thing. */
json_t *qemu_inspect(QemuInspector *inspector, const char *what, const char *argument);

/** Its questions to instances, borrowed. */
QemuLooks *qemu_inspector_looks(QemuInspector *inspector);
/** A guest may have written: what was read of live disks counts no longer. */
void qemu_inspector_note_guest(QemuInspector *inspector);
