/* SPDX-License-Identifier: LGPL-2.1-or-later
 *
 * What a second driver may stand on that must change nothing: real QEMU to
 * look at, and a copy of the metadata.
 */
#pragma once

#include "harness/target/qemu_looks.h"

/** A hypervisor that shows the running instances and images of another one and refuses every change
 *  with OPERATION_DENIED; both are borrowed. */
VmHypervisor *qemu_look_only_new(VmHypervisor *hypervisor, QemuLooks *looks);
/** Free it; handles must be gone. */
void qemu_look_only_free(VmHypervisor *hypervisor);

/** Copy a tree of files that are only ever replaced as a whole: by links.  Fails with SYSTEM_ERROR
 *  naming the file. */
gboolean qemu_copy_tree(const char *from, const char *to, GError **error);
