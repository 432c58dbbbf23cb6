/* SPDX-License-Identifier: LGPL-2.1-or-later
 *
 * What is looked at before QEMU is let near an image, for it does not look
 * itself: tables that refer to what is not there, and a backing chain that
 * comes back to itself.
 */
#pragma once

#include <jansson.h>
#include "sim/world/fs.h"

/** Whether an image and those below it can be used; OPERATION_FAILED names the file at fault.  One
 *  that is missing passes, as does a damage that QEMU has words for. */
gboolean sim_image_check(SimFs *fs, const char *path, GError **error);
/** The same where the file of the path has been looked up. */
gboolean sim_image_check_file(SimFs *fs, const char *path, SimInode *inode, GError **error);
/** The same for what is to be the backing of a new image `path`, which must not be among it. */
gboolean sim_image_check_backing(SimFs *fs, const char *backing, const char *path, GError **error);
/** The same for each qcow2 image that a start configuration opens. */
gboolean sim_image_check_config(SimFs *fs, const json_t *config, GError **error);
