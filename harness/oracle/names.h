/* SPDX-License-Identifier: LGPL-2.1-or-later
 *
 * Texts that are known by a number, so that they are compared at once.
 */
#pragma once

#include <glib.h>

typedef struct Names Names;

/** A new table, and its end. */
Names *names_new(void);
void names_free(Names *names);
G_DEFINE_AUTOPTR_CLEANUP_FUNC(Names, names_free)

/** The number of a text, from 1 on; equal texts of one table have equal numbers. */
guint names_number(Names *names, const char *text);

/** The same of parts put together, NULL after the last one. */
guint names_number_of(Names *names, ...) G_GNUC_NULL_TERMINATED;

/** The text of a number; of 0, which is no text's, NULL.  Borrowed, as long as the table lives. */
const char *names_text(const Names *names, guint number);

/** How many texts there are: the greatest number. */
guint names_count(const Names *names);
