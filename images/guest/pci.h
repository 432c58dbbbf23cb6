/* SPDX-License-Identifier: LGPL-2.1-or-later
 *
 * The PCI bus, by its configuration ports.  There is no firmware: whoever wants
 * a device places its registers.
 */
#pragma once

#include <stdbool.h>
#include <stdint.h>

/** A function of a device on bus 0: slot * 8 + function. */
typedef uint8_t PciFunction;

/** Vendor in the low, device in the high half; all ones where there is none. */
#define PCI_ID 0x00
/** Command (low half) and status. */
#define PCI_COMMAND 0x04
/** It answers at its ports, and may reach the memory. */
#define PCI_PORTS_AND_MASTER 0x5
/** The first base address. */
#define PCI_BASE 0x10

/** Read a register, `where` a multiple of 4. */
uint32_t pci_read(PciFunction function, uint8_t where);
/** Write a register, `where` a multiple of 4. */
void pci_write(PciFunction function, uint8_t where, uint32_t value);
/** Call `found` for each function there is, in their order. */
void pci_each(void (*found)(PciFunction function, uint32_t id));
