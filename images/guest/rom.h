/* SPDX-License-Identifier: LGPL-2.1-or-later
 *
 * The test guest's ROM, for QEMU's -bios; part of the program, so that nothing
 * has to be found.
 */
#pragma once

#include <stddef.h>

/** The image, images_guest_rom_size bytes. */
extern const unsigned char images_guest_rom[];
/** Its size: 64 KiB. */
extern const size_t images_guest_rom_size;
