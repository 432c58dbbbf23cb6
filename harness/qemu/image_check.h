/* SPDX-License-Identifier: LGPL-2.1-or-later
 *
 * What QEMU does not look at before it writes to an image, or looks for without
 * end: a file that is shorter than what its tables refer to, and a backing
 * chain that comes back to itself.
 */
#pragma once

#include <jansson.h>
#include "harness/qemu/qcow2_reader.h"

/** Whether an image and those below it can be used: FALSE with VIR_ERR_OPERATION_FAILED naming the
 *  file at fault.  One that is missing or of a kind that is not read here passes: QEMU has words
 * for it.  Never writes. */
gboolean qemu_image_check(const char *path, GError **error);
/** The same for what is to be the backing of a new image `path`, which must not be among it. */
gboolean qemu_image_check_backing(const char *backing, const char *path, GError **error);
/** The same for each qcow2 image that a start configuration opens. */
gboolean qemu_image_check_config(const json_t *config, GError **error);
/** Whether all that the header of a qcow2 image names could be read, so that its reader may be
 *  believed. */
gboolean qemu_image_header_is_sound(const Qcow2Reader *reader);
