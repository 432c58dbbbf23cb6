/* SPDX-License-Identifier: LGPL-2.1-or-later
 *
 * One request at a time, on one queue, without interrupts: the guest waits for
 * the answer.  Documents: Virtual I/O Device (VIRTIO) 1.1, the sections on
 * legacy interfaces.
 */
#include "images/guest/disk.h"
#include "images/guest/content.h"
#include "images/guest/cpu.h"
#include "images/guest/pci.h"
#include "images/guest/text.h"

#include <stddef.h>
#include <string.h>

#define DISKS 30
#define PCI_VIRTIO_BLOCK 0x10011AF4

/* Registers, from the base on. */
#define OFFERED 0x00
#define ACCEPTED 0x04
#define QUEUE_PAGE 0x08
#define QUEUE_SIZE 0x0C
#define QUEUE_SELECT 0x0E
#define QUEUE_NOTIFY 0x10
#define STATUS 0x12
#define CAPACITY 0x14

#define STATUS_KNOWN 0x01
#define STATUS_DRIVER 0x02
#define STATUS_GO 0x04
#define FEATURE_READ_ONLY (1u << 5)
#define FEATURE_FLUSH (1u << 9)

/* Ports for the disks, 128 each. */
#define PORTS 0xC000
#define PORTS_EACH 0x80

/* The queue: descriptors, what we offer, what came back. */
#define QUEUE_MAX 256
#define PAGE 4096
#define QUEUE_BYTES (3 * PAGE)
#define DESCRIPTOR_NEXT 1
#define DESCRIPTOR_WRITE 2
#define NO_INTERRUPT 1

typedef struct {
    uint64_t address;
    uint32_t length;
    uint16_t flags;
    uint16_t next;
} Descriptor;

typedef struct {
    uint16_t flags;
    uint16_t index;
    uint16_t ring[];
} Available;

typedef struct {
    uint16_t flags;
    uint16_t index;
} Used;

/* A request: its head, and the byte with the outcome. */
typedef enum {
    REQUEST_READ = 0,
    REQUEST_WRITE = 1,
    REQUEST_FLUSH = 4,
    REQUEST_SERIAL = 8,
} RequestType;

typedef struct {
    uint32_t type;
    uint32_t reserved;
    uint64_t sector;
} RequestHead;

#define SERIAL_BYTES 20

struct Disk {
    uint16_t ports;
    uint16_t queue_size;
    uint32_t features;
    uint8_t *queue;
    char serial[SERIAL_BYTES + 1];
};

static Disk disks[DISKS];
static unsigned count;
static RequestHead head;
static volatile uint8_t outcome;
__attribute__((section(".bss.buffers"), aligned(PAGE))) static uint8_t queues[DISKS][QUEUE_BYTES];

static Descriptor *
descriptors(const Disk *disk)
{
    return (Descriptor *)disk->queue;
}

static Available *
available(const Disk *disk)
{
    return (Available *)(disk->queue + disk->queue_size * sizeof(Descriptor));
}

static volatile Used *
used(const Disk *disk)
{
    size_t before = disk->queue_size * (sizeof(Descriptor) + sizeof(uint16_t)) + 6;
    return (volatile Used *)(disk->queue + ((before + PAGE - 1) & ~(size_t)(PAGE - 1)));
}

/* Hand over the chain that begins with descriptor 0, and wait until it is done. */
static void
hand_over(Disk *disk)
{
    Available *offer = available(disk);
    uint16_t index = (uint16_t)(offer->index + 1);
    offer->ring[offer->index % disk->queue_size] = 0;
    __asm__ volatile("mfence" : : : "memory");
    offer->index = index;
    out16(disk->ports + QUEUE_NOTIFY, 0);
    while (used(disk)->index != index)
        cpu_relax();
}

static bool
request(Disk *disk, RequestType type, uint64_t sector, void *data, uint32_t length)
{
    Descriptor *chain = descriptors(disk);
    uint16_t flags = type == REQUEST_WRITE ? DESCRIPTOR_NEXT : DESCRIPTOR_NEXT | DESCRIPTOR_WRITE;
    uint16_t last = length > 0 ? 2 : 1;
    head = (RequestHead){.type = type, .sector = sector};
    outcome = 0xFF;
    chain[0] = (Descriptor){(uint64_t)&head, sizeof(head), DESCRIPTOR_NEXT, 1};
    chain[1] = (Descriptor){(uint64_t)data, length, flags, 2};
    chain[last] = (Descriptor){(uint64_t)&outcome, 1, DESCRIPTOR_WRITE, 0};
    hand_over(disk);
    return outcome == 0;
}

/* Give the device its queue and say that we are ready; false where it has none of our size. */
static bool
start(Disk *disk)
{
    out8(disk->ports + STATUS, 0);
    out8(disk->ports + STATUS, STATUS_KNOWN);
    out8(disk->ports + STATUS, STATUS_KNOWN | STATUS_DRIVER);
    disk->features = in32(disk->ports + OFFERED) & (FEATURE_READ_ONLY | FEATURE_FLUSH);
    out32(disk->ports + ACCEPTED, disk->features);
    out16(disk->ports + QUEUE_SELECT, 0);
    disk->queue_size = in16(disk->ports + QUEUE_SIZE);
    if (disk->queue_size == 0 || disk->queue_size > QUEUE_MAX)
        return false;
    memset(disk->queue, 0, QUEUE_BYTES);
    available(disk)->flags = NO_INTERRUPT;
    out32(disk->ports + QUEUE_PAGE, (uint32_t)((uint64_t)disk->queue / PAGE));
    out8(disk->ports + STATUS, STATUS_KNOWN | STATUS_DRIVER | STATUS_GO);
    return true;
}

static void
set_up(PciFunction function, uint32_t id)
{
    if (id != PCI_VIRTIO_BLOCK || count == DISKS)
        return;
    Disk *disk = &disks[count];
    disk->ports = (uint16_t)(PORTS + count * PORTS_EACH);
    disk->queue = queues[count];
    pci_write(function, PCI_BASE, disk->ports);
    pci_write(function, PCI_COMMAND, PCI_PORTS_AND_MASTER);
    if (!start(disk))
        return;
    count++;
    if (!request(disk, REQUEST_SERIAL, 0, disk->serial, SERIAL_BYTES))
        disk->serial[0] = '\0';
}

void
disk_init(void)
{
    pci_each(set_up);
}

unsigned
disk_count(void)
{
    return count;
}

Disk *
disk_at(unsigned number)
{
    return number < count ? &disks[number] : NULL;
}

Disk *
disk_find(const char *name)
{
    uint64_t number = 0;
    if (name[0] == '#' && text_number(name + 1, &number))
        return number < count ? &disks[number] : NULL;
    for (unsigned i = 0; i < count; i++) {
        if (name[0] != '\0' && strcmp(disks[i].serial, name) == 0)
            return &disks[i];
    }
    return NULL;
}

const char *
disk_serial(const Disk *disk)
{
    return disk->serial;
}

uint64_t
disk_size(const Disk *disk)
{
    uint64_t low = in32(disk->ports + CAPACITY);
    uint64_t high = in32(disk->ports + CAPACITY + 4);
    return (high << 32 | low) * GUEST_SECTOR;
}

bool
disk_read_only(const Disk *disk)
{
    return (disk->features & FEATURE_READ_ONLY) != 0;
}

bool
disk_read(Disk *disk, uint64_t sector, void *data, uint32_t length)
{
    return request(disk, REQUEST_READ, sector, data, length);
}

bool
disk_write(Disk *disk, uint64_t sector, void *data, uint32_t length)
{
    return request(disk, REQUEST_WRITE, sector, data, length);
}

bool
disk_flush(Disk *disk)
{
    return (disk->features & FEATURE_FLUSH) == 0 || request(disk, REQUEST_FLUSH, 0, NULL, 0);
}
