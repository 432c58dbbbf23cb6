/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "images/guest/serial.h"
#include "images/guest/cpu.h"

#define COM1 0x3F8
#define DATA (COM1 + 0)
#define INTERRUPTS (COM1 + 1)
#define LINE_CONTROL (COM1 + 3)
#define MODEM_CONTROL (COM1 + 4)
#define STATUS (COM1 + 5)

#define EIGHT_BITS 0x03
#define DIVISOR_ACCESS 0x80
#define WHEN_RECEIVED 0x01
#define READY_AND_INTERRUPT 0x0B
#define HAS_BYTE 0x01
#define MAY_SEND 0x20
#define ALL_SENT 0x40

void
serial_init(void)
{
    /* The fastest rate; QEMU takes it for its timers. */
    out8(LINE_CONTROL, EIGHT_BITS | DIVISOR_ACCESS);
    out8(DATA, 1);
    out8(INTERRUPTS, 0);
    out8(LINE_CONTROL, EIGHT_BITS);
    out8(MODEM_CONTROL, READY_AND_INTERRUPT);
    out8(INTERRUPTS, WHEN_RECEIVED);
}

bool
serial_has_byte(void)
{
    return (in8(STATUS) & HAS_BYTE) != 0;
}

char
serial_take(void)
{
    return (char)in8(DATA);
}

void
serial_say(const char *text)
{
    for (; *text != '\0'; text++) {
        while ((in8(STATUS) & MAY_SEND) == 0)
            cpu_relax();
        out8(DATA, (uint8_t)*text);
    }
}

void
serial_drain(void)
{
    while ((in8(STATUS) & ALL_SENT) == 0)
        cpu_relax();
}
