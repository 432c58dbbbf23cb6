/* SPDX-License-Identifier: LGPL-2.1-or-later
 *
 * What others leave a guest of an image: whether it may be written to at all,
 * and whether another guest has it open.
 */
#pragma once

#include "spec/driver/domain_obj.h"

/** A disk of def that its guest would write to although the image is frozen: an image that a
 *  definition or a snapshot uses lies above it, or an external snapshot holds it (VM-START-001).
 *  NULL: none; else borrowed from def.  A disk whose writes go to an overlay of its own is none.
 *  What cannot be read is logged, and hides nothing of the others. */
const VmDiskDef *vm_frozen_disk(VmDriver *driver, const VmDomainDef *def);

/** The other active domain that writes to the disk's image, or NULL; borrowed. */
const VmDomain *vm_image_writer(const VmDomain *domain, const VmDiskDef *disk);

/** The other active domain that has the disk's image while one of the two writes to it, and it is
 *  not a shared one, or NULL; borrowed.  Its process need not hold the image's lock: it lets go
 *  when it has sent its memory (VM-START-002). */
const VmDomain *vm_image_holder(const VmDomain *domain, const VmDiskDef *disk);

/** Refuse to write into an image that the guest of another domain has open: OPERATION_FAILED naming
 *  both.  qemu-img would find it locked, but only once other images have been changed. */
gboolean vm_image_check_idle(const VmDomain *domain, const char *path, const char *rule,
                             GError **error);
