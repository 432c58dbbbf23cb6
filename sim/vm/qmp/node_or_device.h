/* SPDX-License-Identifier: LGPL-2.1-or-later
 *
 * Commands that take a node, or the name of a legacy backend.
 */
#pragma once

#include "sim/vm/qmp/command.h"

/** The node of the argument "node-name"; "device" names a legacy backend, of which there are none:
 *  as in QEMU a node of that name is not meant by it.  NULL with the refusal that has both names.
 */
SimNode *sim_node_or_device(const SimCall *call, GError **error);
/** The same of any object with these members. */
SimNode *sim_node_or_device_in(SimMachine *machine, const json_t *arguments, GError **error);
