/* SPDX-License-Identifier: LGPL-2.1-or-later
 *
 * The guest's ends: the power button and power off (ACPI), reset, panic.
 */
#pragma once

#include <stdbool.h>

/** Find the power management of this machine and let its button be seen. */
void power_init(void);
/** Whether the button was pressed since the last call. */
bool power_button(void);
/** Whether the machine can switch itself off. */
bool power_can_off(void);
/** Switch off.  It takes effect soon, not at once. */
void power_off(void);
/** Begin again from the reset vector. */
void power_reset(void);
/** Whether there is a device to tell of a panic. */
bool power_can_panic(void);
/** Tell of one; what comes of it is the host's business. */
void power_panic(void);
