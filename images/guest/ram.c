/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "images/guest/ram.h"
#include "images/guest/content.h"
#include "images/guest/cpu.h"

#include <string.h>

#define CMOS_ADDRESS 0x70
#define CMOS_DATA 0x71
#define CMOS_ABOVE_1M 0x30  /* in KiB, two bytes */
#define CMOS_ABOVE_16M 0x34 /* in 64 KiB, two bytes */
#define MAPPED 0x40000000ull

__attribute__((section(".bss.state"), aligned(4096))) GuestState guest_state;

_Static_assert(sizeof(GuestState) <= 4096, "the state is one page");

void
ram_init(void)
{
    memset(&guest_state, 0, sizeof(guest_state));
    memcpy(guest_state.magic, GUEST_STATE_MAGIC, sizeof(GUEST_STATE_MAGIC));
}

/* Where a key stands, or would be put. */
static uint64_t
place_of(const char *key, bool *found)
{
    uint64_t i = 0;
    int order = -1;
    while (i < guest_state.count && (order = strcmp(guest_state.values[i].key, key)) < 0)
        i++;
    *found = i < guest_state.count && order == 0;
    return i;
}

bool
ram_set(const char *key, const char *value)
{
    GuestValue *values = guest_state.values;
    bool found;
    uint64_t at = place_of(key, &found);
    if (strlen(key) >= sizeof(values->key) || strlen(value) >= sizeof(values->value) ||
        (!found && guest_state.count == GUEST_VALUES))
        return false;
    if (!found) {
        memmove(&values[at + 1], &values[at], (guest_state.count - at) * sizeof(values[0]));
        guest_state.count++;
    }
    memset(&values[at], 0, sizeof(values[at]));
    memcpy(values[at].key, key, strlen(key));
    memcpy(values[at].value, value, strlen(value));
    return true;
}

const char *
ram_get(const char *key)
{
    bool found;
    uint64_t at = place_of(key, &found);
    return found ? guest_state.values[at].value : "";
}

static uint64_t
cmos_pair(uint8_t first)
{
    out8(CMOS_ADDRESS, first);
    uint64_t low = in8(CMOS_DATA);
    out8(CMOS_ADDRESS, (uint8_t)(first + 1));
    return low | (uint64_t)in8(CMOS_DATA) << 8;
}

uint64_t
ram_region_size(void)
{
    uint64_t high = cmos_pair(CMOS_ABOVE_16M) << 16;
    uint64_t end =
        high > 0 ? (16ull << 20) + high : (1ull << 20) + (cmos_pair(CMOS_ABOVE_1M) << 10);
    end = end < MAPPED ? end : MAPPED;
    return end > GUEST_REGION_ADDRESS ? end - GUEST_REGION_ADDRESS : 0;
}

void
ram_fill(uint64_t length, uint64_t stamp)
{
    guest_pattern_fill((void *)GUEST_REGION_ADDRESS, 0, length, stamp);
    guest_state.filled = length;
}

uint64_t
ram_sum(void)
{
    GuestHash hash = {0};
    guest_hash_add(&hash, guest_state.values, guest_state.count * sizeof(GuestValue));
    guest_hash_add(&hash, (const void *)GUEST_REGION_ADDRESS, guest_state.filled);
    return guest_hash_end(&hash);
}
