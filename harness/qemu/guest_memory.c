/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "harness/qemu/guest_memory.h"

#include <string.h>
#include "images/guest/protocol.h"

/* The stream of a migration begins with its magic and its version. */
static const char stream_magic[8] = {'Q', 'E', 'V', 'M', 0, 0, 0, 3};

/* A page stands behind its address and flags in one big-endian word, and behind the name of its
 * block where that is not the one of the page before. */
#define PAGE_DATA 0x08
#define PAGE_SAME_BLOCK 0x20
#define PAGE_FLAGS 0xfff
#define BLOCK_NAME_MAX 255

G_STATIC_ASSERT(sizeof(GuestState) <= GUEST_PAGE_SIZE);

static gboolean
is_up(const GuestState *state)
{
    return memcmp(state->magic, GUEST_STATE_MAGIC, sizeof(GUEST_STATE_MAGIC)) == 0;
}

static const GuestState *
state_of(const void *page, GuestState *copy)
{
    memcpy(copy, page, sizeof(*copy));
    return copy;
}

char *
guest_memory_digest(const void *page)
{
    GuestState copy;
    const GuestState *state = state_of(page, &copy);
    guint64 count = MIN(GUINT64_FROM_LE(state->count), GUEST_VALUES);
    if (!is_up(state))
        return g_strdup("not-up");
    g_autoptr(GChecksum) sum = g_checksum_new(G_CHECKSUM_SHA1);
    g_checksum_update(sum, (const guchar *)state,
                      (gssize)(G_STRUCT_OFFSET(GuestState, values) + count * sizeof(GuestValue)));
    return g_strdup(g_checksum_get_string(sum));
}

guint64
guest_memory_counter(const void *page)
{
    GuestState copy;
    const GuestState *state = state_of(page, &copy);
    return is_up(state) ? GUINT64_FROM_LE(state->counter) : 0;
}

static gboolean
has_address(const guint8 *word, guint64 flags)
{
    guint64 value;
    memcpy(&value, word, sizeof(value));
    value = GUINT64_FROM_BE(value);
    return (value & ~(guint64)PAGE_FLAGS) == GUEST_STATE_ADDRESS && (value & flags) == flags;
}

/* Whether a page at `data` is the state's own, and no other that holds the same bytes. */
static gboolean
is_state_page(const guint8 *stream, const guint8 *data)
{
    if (data - stream >= 8 && has_address(data - 8, PAGE_DATA | PAGE_SAME_BLOCK))
        return TRUE;
    for (gsize name = 1; name <= BLOCK_NAME_MAX && (gsize)(data - stream) >= name + 9; name++)
        if (data[-1 - (gssize)name] == name && has_address(data - 9 - name, PAGE_DATA))
            return TRUE;
    return FALSE;
}

char *
guest_memory_find_digest(GBytes *bytes)
{
    static const guint8 none[GUEST_PAGE_SIZE];
    gsize length = 0;
    const guint8 *data = g_bytes_get_data(bytes, &length);
    const guint8 *stream = length == 0 ? NULL : memmem(data, length, stream_magic, 8);
    if (stream == NULL)
        return NULL;
    const guint8 *end = data + length, *page = none;
    /* of a page that was sent more than once the last one counts */
    for (const guint8 *at = stream; end - at >= GUEST_PAGE_SIZE; at++) {
        at = memmem(at, (gsize)(end - at), GUEST_STATE_MAGIC, sizeof(GUEST_STATE_MAGIC));
        if (at == NULL || end - at < GUEST_PAGE_SIZE)
            break;
        if (is_state_page(stream, at))
            page = at;
    }
    return guest_memory_digest(page);
}
