/* SPDX-License-Identifier: LGPL-2.1-or-later
 *
 * The test guest: it comes up, then sleeps until a byte comes, the power button
 * is pressed or the clock ticks.
 */
#include "images/guest/commands.h"
#include "images/guest/cpu.h"
#include "images/guest/disk.h"
#include "images/guest/power.h"
#include "images/guest/ram.h"
#include "images/guest/serial.h"

/** Called by the boot code, with nothing but a stack. */
void guest_main(void);

/* The line that is coming in. */
static char line[GUEST_LINE_MAX];
static unsigned length;
static bool in_line;

static void
take_byte(char byte)
{
    if (byte == GUEST_SYNC) {
        length = 0;
        in_line = true;
        return;
    }
    if (!in_line)
        return;
    if (byte == '\n') {
        line[length] = '\0';
        in_line = false;
        command_run(line);
        return;
    }
    line[length++] = byte;
    in_line = length < sizeof(line) - 1; /* what is too long is none of ours */
}

/* Whether there was something to do. */
static bool
work(void)
{
    if (power_button() && !guest_state.acpi_ignored)
        power_off();
    if (!serial_has_byte())
        return false;
    cpu_allow();
    take_byte(serial_take());
    return true;
}

void
guest_main(void)
{
    ram_init();
    cpu_init(&guest_state.counter);
    power_init();
    disk_init();
    serial_init();
    command_greet();
    for (;;) {
        /* Whatever comes after we looked interrupts the sleep. */
        cpu_hold();
        if (!work())
            cpu_sleep();
    }
}
