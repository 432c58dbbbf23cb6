/* SPDX-License-Identifier: LGPL-2.1-or-later
 *
 * Guests that have been asked to end, and do so in their own time: a scenario's
 * next step is to find them gone.
 */
#pragma once

#include "harness/target/qemu_inspect.h"

typedef struct QemuEnds QemuEnds;

/** None is expected; both are borrowed. */
QemuEnds *qemu_ends_new(VmHypervisor *hypervisor, QemuInspector *inspector);
/** Free it; NULL is fine. */
void qemu_ends_free(QemuEnds *ends);

/** The guest of an instance is to end: asked by its power button, which it may ignore, or by
 *  itself. */
void qemu_ends_expect(QemuEnds *ends, const char *instance, gboolean button);
/** Wait for the ends that are expected of guests whose CPUs run; one that does not come within
 *  seconds is expected no longer. */
void qemu_ends_await(QemuEnds *ends);
