/* SPDX-License-Identifier: LGPL-2.1-or-later
 *
 * Foreign text as XML character data: a target's error text may hold anything,
 * and a report that no reader can parse is a lost report.
 */
#include "harness/report/xml_text.h"

#include <string.h>

/* The Char production of XML 1.0. */
static gboolean
is_xml_char(gunichar c)
{
    if (c < 0x20) {
        return c == '\t' || c == '\n' || c == '\r';
    }
    return (c <= 0xd7ff || c >= 0xe000) && c != 0xfffe && c != 0xffff && c <= 0x10ffff;
}

static const char *
entity_of(gunichar c)
{
    switch (c) {
    case '<':
        return "&lt;";
    case '>':
        return "&gt;";
    case '&':
        return "&amp;";
    case '"':
        return "&quot;";
    case '\n':
        return "&#10;"; /* an attribute would turn it into a space */
    case '\t':
        return "&#9;";
    case '\r':
        return "&#13;";
    default:
        return NULL;
    }
}

void
xml_text_append(GString *out, const char *text)
{
    g_autofree char *valid = g_utf8_make_valid(text, -1);

    for (const char *at = valid; *at != '\0'; at = g_utf8_next_char(at)) {
        gunichar c = g_utf8_get_char(at);
        const char *entity = entity_of(c);

        if (entity != NULL) {
            g_string_append(out, entity);
        } else if (is_xml_char(c)) {
            g_string_append_unichar(out, c);
        }
    }
}
