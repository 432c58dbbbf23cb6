/* SPDX-License-Identifier: LGPL-2.1-or-later
 *
 * Questions to running instances over their second monitors.  QEMU takes a
 * command byte by byte, so an answer is kept as long as nothing was done to any
 * instance.
 */
#pragma once

#include <jansson.h>
#include "spec/driver/hypervisor.h"

typedef struct QemuLooks QemuLooks;

/** Nothing is known yet; the hypervisor, of harness/qemu, is borrowed. */
QemuLooks *qemu_looks_new(VmHypervisor *hypervisor);
/** Free it; NULL is fine. */
void qemu_looks_free(QemuLooks *looks);

/** The answer to a query without arguments ("query-named-block-nodes" is asked to be flat), a new
 *  reference; NULL where there is none. */
json_t *qemu_looks_ask(QemuLooks *looks, const char *instance, const char *query);
