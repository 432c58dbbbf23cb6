/* SPDX-License-Identifier: LGPL-2.1-or-later
 *
 * Whether a document keeps a schema of spec/schema.
 */
#pragma once

#include <glib.h>

/** Whether a well-formed document is valid by the schema ("domain", "domainsnapshot"). */
gboolean schema_fits(const char *schema, const char *text);
