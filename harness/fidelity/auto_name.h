/* SPDX-License-Identifier: LGPL-2.1-or-later
 *
 * Names that a hypervisor makes up for nodes: "#block123" is an accident, the
 * order in which they appear is not.
 */
#pragma once

#include <glib.h>
#include <jansson.h>

typedef struct AutoNames AutoNames;

/** Nothing seen yet. */
AutoNames *auto_names_new(void);
/** Free it; NULL is fine. */
void auto_names_free(AutoNames *names);
G_DEFINE_AUTOPTR_CLEANUP_FUNC(AutoNames, auto_names_free)

/** A copy of a value in which "#block123" is "#block<1>", the next one "#block<2>", and so on over
 *  all values given.  Members are visited in the order that they have when `in_order`, else sorted.
 */
json_t *auto_names_apply(AutoNames *names, const json_t *value, gboolean in_order);

/** The reverse in a text: "#block<1>" is the name that was seen first.  The caller frees it. */
char *auto_names_restore(const AutoNames *names, const char *text);
