/* SPDX-License-Identifier: LGPL-2.1-or-later
 *
 * The schema of block node options, as blockdev-add and -reopen take them.
 */
#pragma once

#include "sim/vm/arguments.h"

/** Check BlockdevOptions. */
gboolean sim_blockdev_options_check(const json_t *options, const char *path, GError **error);
/** Check a BlockdevRef: a node's name, or options. */
gboolean sim_blockdev_ref_check(const json_t *value, const char *path, GError **error);
/** The names of all block drivers of QEMU, NULL-terminated. */
extern const char *const sim_blockdev_drivers[];
