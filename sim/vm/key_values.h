/* SPDX-License-Identifier: LGPL-2.1-or-later
 *
 * Options as "key=value,outer.inner=value,list.0.key=value", or as JSON.
 */
#pragma once

#include <glib.h>
#include <jansson.h>

/** Read such a text into an object.  A first part without "=" is the value of `implied` (may be
 *  NULL: refused).  ",," in a value is a comma.  Values: on and off are booleans, digits are
 *  integers, but those of names (filename, node-name, id, serial …) stay texts.  A text that begins
 *  with "{" is JSON.  NULL with OPERATION_UNSUPPORTED; a new reference. */
json_t *sim_key_values_read(const char *text, const char *implied, GError **error);
