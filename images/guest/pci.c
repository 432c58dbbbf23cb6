/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "images/guest/pci.h"
#include "images/guest/cpu.h"

#define ADDRESS 0xCF8
#define DATA 0xCFC
#define ENABLE 0x80000000u

#define HEADER 0x0C
#define SEVERAL_FUNCTIONS 0x00800000u
#define NOTHING 0xFFFFFFFFu

static void
select(PciFunction function, uint8_t where)
{
    out32(ADDRESS, ENABLE | (uint32_t)function << 8 | where);
}

uint32_t
pci_read(PciFunction function, uint8_t where)
{
    select(function, where);
    return in32(DATA);
}

void
pci_write(PciFunction function, uint8_t where, uint32_t value)
{
    select(function, where);
    out32(DATA, value);
}

static unsigned
functions_of(unsigned first)
{
    if (pci_read((PciFunction)first, PCI_ID) == NOTHING)
        return 0;
    return (pci_read((PciFunction)first, HEADER) & SEVERAL_FUNCTIONS) != 0 ? 8 : 1;
}

void
pci_each(void (*found)(PciFunction function, uint32_t id))
{
    for (unsigned first = 0; first < 256; first += 8) {
        unsigned count = functions_of(first);
        for (unsigned i = 0; i < count; i++) {
            uint32_t id = pci_read((PciFunction)(first + i), PCI_ID);
            if (id != NOTHING)
                found((PciFunction)(first + i), id);
        }
    }
}
