/* SPDX-License-Identifier: LGPL-2.1-or-later
 *
 * A UUID as text.
 */
#pragma once

#include <glib.h>

/** The canonical form (36 bytes, lower case) of what may have other hyphens, upper case and blanks
 *  around it; NULL when it is no UUID.  The caller frees it. */
char *vm_uuid_normalize(const char *text);
