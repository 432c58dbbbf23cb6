/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "spec/model/uuid.h"

char *
vm_uuid_normalize(const char *text)
{
    GString *uuid = g_string_sized_new(37);
    guint digits = 0;

    while (g_ascii_isspace(*text))
        text++;
    for (; g_ascii_isxdigit(*text) || *text == '-'; text++) {
        /* A hyphen may stand only between bytes. */
        if (*text == '-' && digits % 2 == 0)
            continue;
        if (*text == '-' || digits == 32)
            break;
        if (digits == 8 || digits == 12 || digits == 16 || digits == 20)
            g_string_append_c(uuid, '-');
        g_string_append_c(uuid, g_ascii_tolower(*text));
        digits++;
    }
    while (g_ascii_isspace(*text))
        text++;
    return g_string_free(uuid, digits != 32 || *text != '\0');
}
