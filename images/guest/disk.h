/* SPDX-License-Identifier: LGPL-2.1-or-later
 *
 * The virtio disks of the guest (virtio-blk-pci by its legacy ports).
 */
#pragma once

#include <stdbool.h>
#include <stdint.h>

/** Bytes of the longest request. */
#define DISK_REQUEST 0x20000

typedef struct Disk Disk;

/** Find the disks. */
void disk_init(void);
/** How many there are. */
unsigned disk_count(void);
/** The N-th in PCI order. */
Disk *disk_at(unsigned number);
/** By serial number or #N; NULL if there is none. */
Disk *disk_find(const char *name);

/** Its serial number, "" where it has none. */
const char *disk_serial(const Disk *disk);
/** Its size in bytes, as it is now. */
uint64_t disk_size(const Disk *disk);
/** Whether it can only be read. */
bool disk_read_only(const Disk *disk);

/** Read whole sectors; false for an I/O error. */
bool disk_read(Disk *disk, uint64_t sector, void *data, uint32_t length);
/** Write whole sectors; false for an I/O error. */
bool disk_write(Disk *disk, uint64_t sector, void *data, uint32_t length);
/** Make what was written durable; false for an I/O error. */
bool disk_flush(Disk *disk);
