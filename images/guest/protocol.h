/* SPDX-License-Identifier: LGPL-2.1-or-later
 *
 * How the test guest is talked to: lines over COM1, one command each.
 *
 *   to the guest:    SYNC SEQ ' ' COMMAND '\n'
 *   from the guest:  SYNC SEQ " ok" [' ' ANSWER] '\n'
 *                    SYNC SEQ " error " CODE ' ' TEXT '\n'
 *
 * SYNC is one byte, 0x01.  Wherever it comes it throws away what its reader has of a line, so bytes
 * from before a restore, or of a line that a reset cut off, do no harm.  SEQ is a decimal number
 * up to 2^64 - 1 that the sender chooses, never 0, and not twice in the life of a process: a
 * restored guest may still send the rest of an answer to a command from before its moment, so the
 * reader drops every line whose SEQ is not the one it waits for.
 *
 * After power-on and after every reset the guest says "0 ok ready".  It takes bytes one at a time
 * and loses none that were sent before it was up, but a reset may swallow what is under way: after
 * one that did not come from the guest's own `reset` wait for "0 ok ready".  Loading a snapshot or
 * a stream swallows the byte that waits in the port: send nothing until the guest runs again.
 *
 * CODE is "invalid" (VIR_ERR_INVALID_ARG) or "failed" (VIR_ERR_OPERATION_FAILED, an I/O error
 * that the guest sees).  TEXT needs nothing added: "guest: there is no disk 'vda'".
 *
 * The commands; DISK is a disk's serial number, or #N: the N-th virtio disk in PCI order, from 0,
 * which is the order of the -device options.  A guest never sees a device's id.  Sizes are
 * decimal or 0x…, and may end in K, M, G or T.  Offsets and lengths need no alignment.
 *
 *   write DISK OFFSET LENGTH [pattern] WORD   "zero" and "0" write zeroes
 *   read DISK OFFSET LENGTH                   → 16 hexadecimal digits, guest_hash_…() of it
 *   flush [DISK]                              every disk if none is named
 *   disk DISK                                 → SERIAL BYTES rw|ro, SERIAL is - where it has none
 *   counter, ram counter                      → a number: one per millisecond and per command
 *   ram set KEY VALUE, ram get KEY            → the value, nothing where there is none
 *   ram fill LENGTH WORD                      fill that much of the RAM region from its start
 *   ram sum                                   → 16 digits: values and filled region, no counter
 *   acpi answer|ignore                        what the power button does; answer at first
 *   poweroff, panic                           answered before it is done
 *   reset                                     answered when the guest is up again
 *
 * Every command, also one that fails, adds one to the counter before it is done.
 */
#pragma once

#include <stdint.h>

/** The byte that begins a line, in both directions. */
#define GUEST_SYNC '\x01'
/** The longest line either side sends, SYNC and newline included. */
#define GUEST_LINE_MAX 256

/** Where GuestState lies in the guest's physical memory: one page, for pmemsave, or to be found
 *  by its magic in a migration stream. */
#define GUEST_STATE_ADDRESS 0x100000
/** Its first bytes, with the NUL. */
#define GUEST_STATE_MAGIC "virt-moment RAM"
/** Where the RAM region begins; it ends with the memory, at 1 GiB at most. */
#define GUEST_REGION_ADDRESS 0x200000

/** A named value; both NUL-terminated and padded with NULs. */
typedef struct {
    char key[32];
    char value[64];
} GuestValue;

/** Named values at most. */
#define GUEST_VALUES 40

/** What is in the guest's memory, for those who look from outside.  Little-endian. */
typedef struct {
    char magic[16];
    uint64_t counter;
    uint64_t filled; /* bytes of the RAM region, from its start */
    uint64_t acpi_ignored;
    uint64_t count;                  /* of values */
    GuestValue values[GUEST_VALUES]; /* sorted by key */
} GuestState;
