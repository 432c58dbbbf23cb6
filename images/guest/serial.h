/* SPDX-License-Identifier: LGPL-2.1-or-later
 *
 * COM1, without its FIFO: a byte that has not been taken holds back the next,
 * so none is lost, and none that came before the guest was up.
 */
#pragma once

#include <stdbool.h>

/** Let an arriving byte interrupt. */
void serial_init(void);
/** Whether a byte has come. */
bool serial_has_byte(void);
/** Take it. */
char serial_take(void);
/** Send a text. */
void serial_say(const char *text);
/** Wait until everything is out. */
void serial_drain(void);
