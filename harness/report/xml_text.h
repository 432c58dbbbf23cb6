/* SPDX-License-Identifier: LGPL-2.1-or-later
 *
 * Foreign text as XML character data.
 */
#pragma once

#include <glib.h>

/** Append text for an attribute or an element: markup escaped, bytes that are not UTF-8 replaced,
 *  characters that XML 1.0 cannot hold left out. */
void xml_text_append(GString *out, const char *text);
