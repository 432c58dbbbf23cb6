/* SPDX-License-Identifier: LGPL-2.1-or-later
 *
 * Looking at the world of real QEMU from outside: conformance/README.md says
 * what each answer is.  Nothing here changes anything.
 */
#pragma once

#include <jansson.h>
#include "spec/driver/hypervisor.h"

typedef struct QemuInspector QemuInspector;

/** What it looks at; strings are copied. */
typedef struct {
    VmHypervisor *hypervisor; /* of harness/qemu; borrowed */
    const char *folders[3];   /* what "files" shows where nothing is asked for; ends with NULL */
    const char *scratch;      /* folder for sockets and pages of its own; exists */
} QemuInspectorOptions;

/** An inspector. */
QemuInspector *qemu_inspector_new(const QemuInspectorOptions *options);
/** Free it; NULL is fine. */
void qemu_inspector_free(QemuInspector *inspector);

/** The answer, a new reference; NULL where there is no such thing. */
json_t *qemu_inspect(QemuInspector *inspector, const char *what, const char *argument);

/** A guest may have written: what was read of live disks counts no longer. */
void qemu_inspector_note_guest(QemuInspector *inspector);

/** The page of an instance that holds the test guest's state (GUEST_PAGE_SIZE bytes), or NULL.  The
 *  caller frees it. */
void *qemu_inspector_guest_page(QemuInspector *inspector, const char *instance);
