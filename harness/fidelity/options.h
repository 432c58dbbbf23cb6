/* SPDX-License-Identifier: LGPL-2.1-or-later
 *
 * Arguments that are more than a list of values: block node options, qemu-io
 * lines.
 */
#pragma once

#include "harness/fidelity/argument.h"

/** blockdev-add. */
json_t *make_node_options(Making *making);
/** blockdev-reopen: mostly what the node has, with a change. */
json_t *make_reopen(Making *making);
/** blockdev-create. */
json_t *make_create(Making *making);
/** human-monitor-command with a qemu-io line. */
json_t *make_qemu_io(Making *making);
/** migrate, to a file. */
json_t *make_migrate(Making *making);
/** "virtio-blk-pci". */
json_t *make_disk_driver(Making *making);
