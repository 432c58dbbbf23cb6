/* SPDX-License-Identifier: LGPL-2.1-or-later
 *
 * JSON written straight as text: what is recorded for recovery, which no call
 * reads again.  It is read by jansson.
 */
#pragma once

#include <glib.h>

/** An object that is being written; the caller passes it to vm_json_end(). */
GString *vm_json_begin(void);

/** Close it: its text, which the caller frees. */
char *vm_json_end(GString *json);

/* What comes next; `name` is NULL within a list, else a plain word. */

/** A text of valid UTF-8; NULL is null. */
void vm_json_text(GString *json, const char *name, const char *text);
/** true or false. */
void vm_json_flag(GString *json, const char *name, gboolean flag);
/** A number. */
void vm_json_number(GString *json, const char *name, guint number);
/** A list of texts (char *). */
void vm_json_texts(GString *json, const char *name, const GPtrArray *texts);

/** Open a list or an object: '[' or '{'; what comes next is in it. */
void vm_json_open(GString *json, const char *name, char bracket);
/** Close it: ']' or '}'. */
void vm_json_close(GString *json, char bracket);
