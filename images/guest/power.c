/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "images/guest/power.h"
#include "images/guest/cpu.h"
#include "images/guest/pci.h"

#include <stddef.h>

/* Where the registers are put, and which they are. */
#define BASE 0x600
#define STATUS (BASE + 0)
#define ENABLE (BASE + 2)
#define CONTROL (BASE + 4)
#define BUTTON 0x0100
#define SLEEP_S5 0x2000 /* the type of S5 is 0 */

#define RESET_PORT 0xCF9
#define RESET_HARD 0x02
#define RESET_NOW 0x06

#define PANIC_PORT 0x505
#define PANICKED 0x01
#define NO_DEVICE 0xFF

/* The chips that have it. */
typedef struct {
    uint32_t id;
    uint8_t base;
    uint8_t enable;
    uint32_t enable_bit;
} PowerChip;

static const PowerChip chips[] = {
    {0x71138086, 0x40, 0x80, 0x01}, /* PIIX4: machine pc */
    {0x29188086, 0x40, 0x44, 0x80}, /* ICH9: machine q35 */
};

static bool ready;

static void
set_up(PciFunction function, uint32_t id)
{
    for (size_t i = 0; i < sizeof(chips) / sizeof(chips[0]); i++) {
        const PowerChip *chip = &chips[i];
        if (chip->id != id)
            continue;
        pci_write(function, chip->base, BASE | 1);
        pci_write(function, chip->enable, pci_read(function, chip->enable) | chip->enable_bit);
        ready = true;
    }
}

void
power_init(void)
{
    pci_each(set_up);
    if (!ready)
        return;
    out16(STATUS, BUTTON);
    out16(ENABLE, BUTTON);
}

bool
power_button(void)
{
    if (!ready || (in16(STATUS) & BUTTON) == 0)
        return false;
    out16(STATUS, BUTTON); /* writing it clears it */
    return true;
}

bool
power_can_off(void)
{
    return ready;
}

void
power_off(void)
{
    out16(CONTROL, SLEEP_S5);
}

void
power_reset(void)
{
    out8(RESET_PORT, RESET_HARD);
    out8(RESET_PORT, RESET_NOW);
}

bool
power_can_panic(void)
{
    uint8_t can = in8(PANIC_PORT);
    return can != NO_DEVICE && (can & PANICKED) != 0;
}

void
power_panic(void)
{
    out8(PANIC_PORT, PANICKED);
}
