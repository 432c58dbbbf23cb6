/* SPDX-License-Identifier: LGPL-2.1-or-later
 *
 * What the guest keeps in its memory on purpose.
 */
#pragma once

#include <stdbool.h>
#include <stdint.h>

#include "images/guest/protocol.h"

/** The state page, at GUEST_STATE_ADDRESS. */
extern GuestState guest_state;

/** Everything as at power-on. */
void ram_init(void);
/** Set a value; false where there is no room, or key or value are too long. */
bool ram_set(const char *key, const char *value);
/** A value, "" where there is none. */
const char *ram_get(const char *key);
/** Bytes of the RAM region. */
uint64_t ram_region_size(void);
/** Fill the region's first `length` bytes, which it has. */
void ram_fill(uint64_t length, uint64_t stamp);
/** The sum of values and of what was filled. */
uint64_t ram_sum(void);
