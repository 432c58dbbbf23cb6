/* SPDX-License-Identifier: LGPL-2.1-or-later
 *
 * Texts that grow by a few bytes at a time: where there is room they are
 * written in place, since a call of the library costs more than so few bytes.
 */
#pragma once

#include <glib.h>
#include <string.h>

/** Room for `length` more bytes at the end of a text, which the caller writes. */
static inline char *
vm_text_room(GString *text, gsize length)
{
    const gsize at = text->len;

    if (G_UNLIKELY(length >= text->allocated_len - at)) {
        g_string_set_size(text, at + length);
        return text->str + at;
    }
    text->len = at + length;
    text->str[text->len] = '\0';
    return text->str + at;
}

/** Add bytes. */
static inline void
vm_text_add_bytes(GString *text, const char *bytes, gsize length)
{
    memcpy(vm_text_room(text, length), bytes, length);
}

/** Add a string. */
static inline void
vm_text_add(GString *text, const char *more)
{
    vm_text_add_bytes(text, more, strlen(more));
}

/** Add one byte. */
static inline void
vm_text_add_byte(GString *text, char byte)
{
    *vm_text_room(text, 1) = byte;
}

/** Add a number in decimal digits. */
static inline void
vm_text_add_number(GString *text, guint64 number)
{
    char digits[20];
    char *end = digits + sizeof(digits), *at = end;

    do {
        *--at = (char)('0' + number % 10);
        number /= 10;
    } while (number > 0);
    vm_text_add_bytes(text, at, (gsize)(end - at));
}
